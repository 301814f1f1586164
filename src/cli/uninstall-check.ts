import { Command } from "commander";
import { type KubeObject, keyText } from "../api/object.ts";
import { kinds } from "../api/v1alpha1/kinds.ts";
import { type KubeStore, kubeStore } from "../kube/client.ts";
import { StoreError } from "../kube/store.ts";
import { systemClock } from "../runtime/clock.ts";
import { type Ending, exitCodes, type Io } from "./io.ts";
import { apiServer, orCommandError } from "./kubernetes.ts";

const afterHelp = `
The chart runs it before it deletes the definitions, which would delete every object with them while nobody is left to
clean up in AWS.

Exit code: 0 no object is left; 1 some are, or the API server cannot be asked.`;

export function uninstallCheckCommand(io: Io, ending: Ending): Command {
  const command = new Command("uninstall-check")
    .summary("say whether objects are left that an uninstallation would strand")
    .description(
      "Says whether a cluster has objects of ours, which have to go before the definitions and the operator.",
    )
    .option("--kubeconfig <file>", "how to reach the cluster (default: KUBECONFIG, then the pod's ServiceAccount)")
    .addHelpText("after", afterHelp);
  return command.action(ending(() => uninstallCheck(command.opts<{ readonly kubeconfig?: string }>(), io)));
}

async function uninstallCheck({ kubeconfig }: { readonly kubeconfig?: string }, io: Io): Promise<number> {
  const server = apiServer(kubeconfig, io.env, { clock: systemClock() });
  const manager = "aws-batch-operator-uninstall-check";
  const store = kubeStore({
    api: server.api,
    random: Math.random,
    fieldManager: manager,
    reporter: { controller: manager, instance: manager },
    mayWrite() {
      throw new Error("a check writes nothing");
    },
  });
  try {
    const left = await orCommandError(() => objectsIn(store, io.interrupted), exitCodes.failed, io.interrupted);
    if (left.length === 0) {
      io.stdout.write("No object is left: definitions and operator may go.\n");
      return exitCodes.done;
    }
    io.stderr.write(strandedText(left));
    return exitCodes.failed;
  } finally {
    await server.close();
  }
}

/** Of all our kinds; a kind that the cluster does not know has none. */
async function objectsIn(store: Pick<KubeStore, "list">, signal: AbortSignal): Promise<readonly KubeObject[]> {
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      try {
        return (await store.list(kind, signal)).items;
      } catch (error) {
        if (error instanceof StoreError && error.reason === "CrdMissing") return [];
        throw error;
      }
    }),
  );
  return lists.flat();
}

const shown = 10;

/** Which objects are left, and the two ways out. */
function strandedText(objects: readonly KubeObject[]): string {
  const names = objects.map(({ kind, metadata }) => `  ${kind} ${keyText(metadata)}`);
  const more = names.length - shown;
  return `\
error: ${objects.length === 1 ? "1 object is" : `${objects.length} objects are`} left:
${names.slice(0, shown).join("\n")}${more > 0 ? `\n  and ${more} more` : ""}
Without their definitions they would be deleted, and without the operator nobody would clean up in AWS. Either
- delete them while the operator runs, which deletes in AWS what has not deletionPolicy: Retain:
    kubectl delete awsbatch --all --all-namespaces
- or leave AWS as it is, and let the objects go:
    aws-batch-operator release --all --cluster-name NAME
and then uninstall again. docs/uninstall.md tells more.
`;
}
