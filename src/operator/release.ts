import { Command } from "commander";
import { counted } from "../api/words.ts";
import { kubeStore } from "../kube/client.ts";
import { readClusterUid } from "../kube/namespaces.ts";
import { systemClock } from "../runtime/clock.ts";
import { pinoLog } from "../runtime/log.ts";
import { visible } from "../runtime/visible.ts";
import { realCloud } from "./cloud.ts";
import { duration, ListOption, logLevelOption, type OperatorFlags, operatorOptions } from "./flags.ts";
import { CommandError, type Ending, exitCodes, type Io } from "./io.ts";
import { apiServer, orCommandError } from "./kubernetes.ts";
import { type Released, release } from "./release/release.ts";
import { namespaceNames } from "./run/options.ts";

interface ReleaseFlags extends OperatorFlags {
  readonly kubeconfig?: string;
  readonly namespace?: readonly string[];
  readonly all?: boolean;
  readonly timeout?: number;
}

const defaultTimeoutMs = 10 * 60_000;
const manager = "aws-batch-operator-release";

const afterHelp = `
Use this to uninstall, with or without a running operator. AWS keeps everything, marked as retained. The command pauses
the objects and removes their finalizers, so that the objects, their namespaces and the CRDs can be deleted without any
change in AWS. To undo it before the objects are deleted, remove the annotation awsbatch.dev/paused.

Use the --cluster-name of the operator.

Exit code: 0 if every object is released; 1 on an error; 3 if --timeout is reached first, with a list of the remaining
objects and the reasons. You can run the command again.`;

export function releaseCommand(io: Io, ending: Ending): Command {
  const command = new Command("release")
    .summary("remove the finalizers of objects, so that deleting them changes nothing in AWS")
    .description("Removes the finalizers of objects, so that deleting them, or the CRDs, changes nothing in AWS.")
    .option("--kubeconfig <file>", "kubeconfig of the cluster (default: KUBECONFIG, then the pod's ServiceAccount)")
    .addOption(new ListOption("-n, --namespace <names>", "namespaces of the objects", namespaceNames))
    .option("--all", "objects in all namespaces")
    .option("--timeout <duration>", "time limit (default: 10m)", duration);
  for (const option of [...operatorOptions(), logLevelOption("warn")]) command.addOption(option);
  command.addHelpText("after", afterHelp);
  return command.action(ending(() => releaseFrom(command.opts<ReleaseFlags>(), io)));
}

async function releaseFrom(flags: ReleaseFlags, io: Io): Promise<number> {
  const { all = false, namespace: namespaces } = flags;
  if (all === (namespaces !== undefined)) {
    throw new CommandError("give either --all or -n NAMESPACE");
  }
  const { interrupted: signal } = io;
  const clock = systemClock();
  const random = Math.random;
  const server = apiServer(flags.kubeconfig, io.env, { clock, onAnswer: undefined });
  try {
    const store = kubeStore({
      api: server.api,
      random,
      fieldManager: manager,
      reporter: { controller: "awsbatch.dev/aws-batch-operator", instance: manager },
      mayWrite: () => ({ deadlineMs: Number.POSITIVE_INFINITY }),
      watchNamespaces: namespaces,
    });
    const cloud = await realCloud(flags, io.env, signal);
    const result = await orCommandError(
      async () =>
        release(
          {
            flags: { ...flags, watchNamespace: namespaces },
            region: cloud.region,
            clusterUid: await readClusterUid(server.api, signal),
            store,
            ports: {
              clock,
              random,
              log: pinoLog({
                clock,
                level: flags.logLevel ?? "warn",
                destination: { write: (line) => io.stderr.write(line) },
              }),
              openCloud: async () => cloud,
            },
            timeoutMs: flags.timeout ?? defaultTimeoutMs,
            onProgress: (line) => io.stdout.write(`${visible(line)}\n`),
          },
          signal,
        ),
      exitCodes.failed,
      signal,
    );
    io.stdout.write(summary(result));
    return result.held.length === 0 ? exitCodes.done : exitCodes.timeout;
  } finally {
    await server.close();
  }
}

function summary({ released, untouched, held }: Released): string {
  const left = held.map(({ object, why }) => `  ${object}: ${visible(why)}\n`).join("");
  const lines = [
    `${counted(released.length, "object")} released; their AWS resources are kept`,
    ...(untouched.length === 0 ? [] : [`${counted(untouched.length, "object")} had nothing to release`]),
    ...(held.length === 0
      ? ["You can delete the objects and the CRDs now; nothing changes in AWS."]
      : [
          `${counted(held.length, "object")} could not be released:\n${left}Fix the reported problems, and run the command again.`,
        ]),
  ];
  return `${lines.join("\n")}\n`;
}
