import { type KubeObject, keyText } from "../../api/object.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { BatchJobKind, kindOf, kinds } from "../../api/v1alpha1/kinds.ts";
import type { Objects } from "../../controllers/ports.ts";
import { type KubeStore, kubeStore } from "../../kube/client.ts";
import { readClusterUid, readNamespace } from "../../kube/namespaces.ts";
import { CommandError, exitCodes } from "../../operator/io.ts";
import { type ApiServer, orCommandError } from "../../operator/kubernetes.ts";
import { StoreError } from "../../runtime/store.ts";
import { changeProblems } from "../manifests.ts";
import type { Problem } from "../validation/problem.ts";
import type { ValidManifest } from "../validation/validate.ts";

/** A cluster as it is before the manifests are applied to it. */
export interface ReadCluster {
  readonly uid: string;
  /** Of our kinds. */
  readonly objects: readonly KubeObject[];
  readonly namespace: Objects["namespace"];
  readonly store: Pick<KubeStore, "apply">;
}

const manager = "aws-batch-operator-plan";

/**
 * Reads all objects of our kinds.
 * @throws CommandError when the API server does not let us
 */
export async function readCluster({ api }: ApiServer, signal: AbortSignal): Promise<ReadCluster> {
  const store = kubeStore({
    api,
    random: Math.random,
    fieldManager: manager,
    reporter: { controller: manager, instance: manager },
    mayWrite() {
      throw new Error("a plan writes nothing");
    },
    watchNamespaces: undefined,
  });
  return await orCommandError(
    async () => {
      const [uid, ...lists] = await Promise.all([
        readClusterUid(api, signal),
        ...kinds.map((kind) => store.list(kind, signal)),
      ]);
      const objects = lists.flatMap(({ items }) => items);
      return {
        uid,
        objects,
        namespace: (name, inner) => readNamespace(api, name, inner),
        store,
      };
    },
    exitCodes.failed,
    signal,
  );
}

/**
 * The manifests as the cluster has their objects afterwards: an apply takes back no `spec.cancel` that somebody else has set, as the
 * command `cancel` does.
 */
export function asApplied(
  manifests: readonly ValidManifest[],
  { objects }: Pick<ReadCluster, "objects">,
): readonly ValidManifest[] {
  const isCancelled = ({ kind, spec }: KubeObject): boolean =>
    kind === BatchJobKind.kind && (spec as BatchJob["spec"]).cancel === true;
  const cancelled = new Set(objects.filter(isCancelled).map(({ metadata }) => keyText(metadata)));
  return manifests.map((manifest) => {
    const { object, key } = manifest;
    if (object.kind !== BatchJobKind.kind || !cancelled.has(keyText(key))) return manifest;
    return { ...manifest, object: { ...object, spec: { cancel: true, ...(object.spec as BatchJob["spec"]) } } };
  });
}

/**
 * Whether the cluster would take the manifests: rules about changes, then all that its API server checks, by a dry run
 * that stores nothing. Who may only read gets a warning instead of the latter.
 */
export async function checkedByCluster(
  manifests: readonly ValidManifest[],
  cluster: ReadCluster,
  signal: AbortSignal,
): Promise<{ readonly problems: readonly Problem[]; readonly warnings: readonly string[] }> {
  const live = new Map(cluster.objects.map((object) => [`${object.kind} ${keyText(object.metadata)}`, object]));
  const changes = manifests.flatMap((manifest) => {
    const before = live.get(`${manifest.object.kind} ${keyText(manifest.key)}`);
    return before === undefined ? [] : changeProblems(manifest, before);
  });
  if (changes.length > 0) return { problems: changes, warnings: [] };
  const problems: Problem[] = [];
  const warnings = new Map<string, string>();
  for (const manifest of manifests) {
    const refusal = await refusalOf(manifest, cluster, signal);
    if (refusal === undefined) continue;
    switch (refusal.reason) {
      case "Invalid":
      case "Conflict":
        problems.push(problemOf(manifest, refusal));
        break;
      case "NotFound":
        warnings.set(manifest.key.namespace, refusal.message);
        break;
      case "Forbidden":
        return { problems, warnings: [`whether the API server takes the manifests is unknown: ${refusal.message}`] };
      default:
        throw new CommandError(refusal.message, { cause: refusal });
    }
  }
  return { problems, warnings: [...warnings.values()] };
}

async function refusalOf(
  { object, key }: ValidManifest,
  { store }: ReadCluster,
  signal: AbortSignal,
): Promise<StoreError | undefined> {
  try {
    const applied = { ...object, metadata: { ...object.metadata, ...key } };
    await store.apply(kindOf(object.kind), applied, { dryRun: true, force: true, fieldManager: undefined }, signal);
    return undefined;
  } catch (error) {
    if (!(error instanceof StoreError) || signal.aborted) throw error;
    return error;
  }
}

function problemOf({ object, key, document }: ValidManifest, { message }: StoreError): Problem {
  const { file } = document;
  return { file, ...document.placeOf([]), object: `${object.kind} ${keyText(key)}`, field: "", message };
}
