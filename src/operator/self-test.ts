import { Command, Option } from "commander";
import type { KubeObject } from "../api/object.ts";
import { dryRunAnnotation } from "../api/v1alpha1/annotations.ts";
import { JobDefinitionKind } from "../api/v1alpha1/kinds.ts";
import { type KubeStore, kubeStore } from "../kube/client.ts";
import { type Clock, sleep, systemClock } from "../runtime/clock.ts";
import { duration } from "./flags.ts";
import { CommandError, type Ending, exitCodes, type Io } from "./io.ts";
import { apiServer, orCommandError } from "./kubernetes.ts";
import { namespaceName } from "./run/options.ts";

interface SelfTestFlags {
  readonly kubeconfig?: string;
  readonly namespace?: string;
  /** Milliseconds. */
  readonly timeout: number;
}

/** Name of the object. */
export const selfTestName = "aws-batch-operator-self-test";

const afterHelp = `
The operator writes nothing in AWS, because the object is annotated ${dryRunAnnotation}: "true".

Exit code: 0 the operator planned; 1 the API server rejected the object or cannot be reached; 3 no plan in time.`;

export function selfTestCommand(io: Io, ending: Ending): Command {
  const command = new Command("self-test")
    .summary("let the operator of a cluster plan an object; writes nothing in AWS")
    .description("Applies a JobDefinition as a dry run, waits for the operator's plan, and deletes the object.")
    .option("--kubeconfig <file>", "kubeconfig of the cluster (default: KUBECONFIG, then the pod's ServiceAccount)")
    .addOption(
      new Option("-n, --namespace <name>", "namespace of the object (default: the current one)").argParser(
        namespaceName,
      ),
    )
    .addOption(new Option("--timeout <duration>", "time limit for the plan").argParser(duration).default(60_000, "60s"))
    .addHelpText("after", afterHelp);
  return command.action(
    ending(async () => {
      const { kubeconfig, namespace, timeout } = command.opts<SelfTestFlags>();
      const clock = systemClock();
      const server = apiServer(kubeconfig, io.env, { clock, onAnswer: undefined });
      const manager = selfTestName;
      const store = kubeStore({
        api: server.api,
        random: Math.random,
        fieldManager: manager,
        reporter: { controller: manager, instance: manager },
        // It needs no lease, because it writes only its own object.
        mayWrite: () => ({ deadlineMs: Number.POSITIVE_INFINITY }),
        watchNamespaces: undefined,
      });
      try {
        const where = namespace ?? server.defaultNamespace;
        const test = () => selfTest({ store, clock, namespace: where, limitMs: timeout }, io.interrupted);
        io.stdout.write(await orCommandError(test, exitCodes.failed, io.interrupted));
        return exitCodes.done;
      } finally {
        await server.close();
      }
    }),
  );
}

export interface SelfTestOptions {
  readonly store: Pick<KubeStore, "apply" | "get" | "delete">;
  readonly clock: Clock;
  readonly namespace: string;
  readonly limitMs: number;
}

const askEveryMs = 500;

/**
 * What the operator plans, as a line. The object is deleted in any case.
 * @throws StoreError, CommandError when there is no plan in time
 */
export async function selfTest(options: SelfTestOptions, signal: AbortSignal): Promise<string> {
  const { store, clock, namespace, limitMs } = options;
  const manifest = probe(namespace);
  const key = manifest.metadata;
  await store.apply(JobDefinitionKind, manifest, { dryRun: false, force: true, fieldManager: undefined }, signal);
  try {
    const deadline = clock.monotonic() + limitMs;
    for (;;) {
      const plan = planOf(await store.get(JobDefinitionKind, key, signal));
      if (plan !== undefined) return `The operator planned ${namespace}/${key.name}: ${plan}\n`;
      if (clock.monotonic() >= deadline) {
        throw new CommandError(
          `no plan of ${namespace}/${key.name} within ${limitMs / 1000} s: check that a replica leads and can read ` +
            `AWS (its log, and /readyz), and that it watches namespace ${namespace}`,
          { exitCode: exitCodes.timeout },
        );
      }
      await sleep(clock, askEveryMs, signal);
    }
  } finally {
    // Also after an interruption.
    await store.delete(JobDefinitionKind, key, undefined, AbortSignal.timeout(10_000));
  }
}

/** The plan of this generation; undefined: not yet. */
function planOf(object: KubeObject | undefined): string | undefined {
  const status = object?.status as
    | { readonly observedGeneration?: number; readonly plan?: { readonly action: string; readonly reason?: string } }
    | undefined;
  if (status?.plan === undefined || status.observedGeneration !== object?.metadata.generation) return undefined;
  const { action, reason } = status.plan;
  return reason === undefined ? action : `${action}, ${reason}`;
}

function probe(namespace: string) {
  return {
    apiVersion: `${JobDefinitionKind.group}/${JobDefinitionKind.version}`,
    kind: JobDefinitionKind.kind,
    metadata: {
      name: selfTestName,
      namespace,
      annotations: { [dryRunAnnotation]: "true" },
    },
    spec: {
      type: "container",
      containerProperties: {
        image: "self-test",
        resourceRequirements: [
          { type: "VCPU", value: "1" },
          { type: "MEMORY", value: "128" },
        ],
      },
    },
  };
}
