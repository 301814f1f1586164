import { Command } from "commander";
import { type KubeObject, keyText } from "../api/object.ts";
import { kinds } from "../api/v1alpha1/kinds.ts";
import { counted } from "../api/words.ts";
import { type KubeStore, kubeStore } from "../kube/client.ts";
import { systemClock } from "../runtime/clock.ts";
import { StoreError } from "../runtime/store.ts";
import { type Ending, exitCodes, type Io } from "./io.ts";
import { apiServer, orCommandError } from "./kubernetes.ts";

const afterHelp = `
The chart runs this command before it deletes the CRDs, which would delete every object without an operator to clean up
in AWS.

Exit code: 0 no objects are left; 1 objects are left, or the API server cannot be read.`;

export function uninstallCheckCommand(io: Io, ending: Ending): Command {
  const command = new Command("uninstall-check")
    .summary("list the objects that an uninstall would strand")
    .description(
      "Lists the objects of awsbatch.dev in a cluster, which must be deleted before the CRDs and the operator.",
    )
    .option("--kubeconfig <file>", "kubeconfig of the cluster (default: KUBECONFIG, then the pod's ServiceAccount)")
    .addHelpText("after", afterHelp);
  return command.action(ending(() => uninstallCheck(command.opts<{ readonly kubeconfig?: string }>(), io)));
}

async function uninstallCheck({ kubeconfig }: { readonly kubeconfig?: string }, io: Io): Promise<number> {
  const server = apiServer(kubeconfig, io.env, { clock: systemClock(), onAnswer: undefined });
  const manager = "aws-batch-operator-uninstall-check";
  const store = kubeStore({
    api: server.api,
    random: Math.random,
    fieldManager: manager,
    reporter: { controller: manager, instance: manager },
    mayWrite() {
      throw new Error("a check writes nothing");
    },
    watchNamespaces: undefined,
  });
  try {
    const left = await orCommandError(() => objectsIn(store, io.interrupted), exitCodes.failed, io.interrupted);
    if (left.length === 0) {
      io.stdout.write("No objects are left: CRDs and operator can be deleted.\n");
      return exitCodes.done;
    }
    io.stderr.write(strandedText(left));
    return exitCodes.failed;
  } finally {
    await server.close();
  }
}

/** The objects of all our kinds; a kind without a CRD in the cluster has none. */
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
error: ${counted(objects.length, "object is", "objects are")} left:
${names.slice(0, shown).join("\n")}${more > 0 ? `\n  and ${more} more` : ""}
Deleting the CRDs would delete them, and without the operator nothing would clean up in AWS. Either
- delete them while the operator runs, which also deletes their AWS resources unless deletionPolicy is Retain:
    kubectl delete awsbatch --all --all-namespaces
- or keep the AWS resources and release the objects:
    aws-batch-operator release --all --cluster-name NAME
and then uninstall again. See docs/uninstall.md.
`;
}
