import { type Kind, type KubeObject, keyText, type ObjectKey } from "../../api/object.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../api/v1alpha1/kinds.ts";
import { type AppliedManifest, type KubeStore, kubeStore } from "../../kube/client.ts";
import { listAll } from "../../kube/list.ts";
import { CommandError, exitCodes, type Io } from "../../operator/io.ts";
import { apiServer, orCommandError } from "../../operator/kubernetes.ts";
import { systemClock } from "../../runtime/clock.ts";
import { shellCommand } from "../../runtime/shell.ts";
import { StoreError } from "../../runtime/store.ts";
import type { SeenObjects } from "./objects.ts";

/** BatchJob objects of a cluster, as a person sees and writes them. */
export interface JobObjects extends SeenObjects {
  /** Undefined: there is none. @throws CommandError if the API server refuses */
  find(key: ObjectKey): Promise<BatchJob | undefined>;
  /** @throws CommandError if there is none, or the API server refuses */
  get(key: ObjectKey): Promise<BatchJob>;
  /** All of a namespace; undefined: of the cluster. @throws CommandError */
  list(ofNamespace: string | undefined): Promise<readonly BatchJob[]>;
  /** Server-side apply. @param options a dry run stores nothing. @throws CommandError */
  apply(manifest: AppliedManifest, options: { readonly dryRun: boolean }): Promise<BatchJob>;
  /** @returns undefined if there is an object of this name already. @throws CommandError */
  create(manifest: AppliedManifest): Promise<BatchJob | undefined>;
  /** Asks the operator to end the job of an object, which stays. @throws CommandError */
  cancel(key: ObjectKey): Promise<void>;
  /** Deletes this object, and none that has its name since. @throws CommandError */
  delete(object: BatchJob): Promise<void>;
  close(): Promise<void>;
}

/** Owns `spec.cancel` and nothing else: an apply by the manager of the other fields would take those away. */
const cancelManager = "aws-batch-operator-cancel";

/**
 * @param manager field manager of what the command writes
 * @param exitCode of the command if the API server refuses
 * @throws CommandError when there is no usable kubeconfig
 */
export function openCluster(
  flags: { readonly kubeconfig?: string; readonly namespace?: string },
  manager: string,
  io: Io,
  exitCode: number = exitCodes.failed,
): JobObjects {
  const signal = io.interrupted;
  const server = apiServer(flags.kubeconfig, io.env, { clock: systemClock(), onAnswer: undefined });
  const store: KubeStore = kubeStore({
    api: server.api,
    random: Math.random,
    fieldManager: manager,
    reporter: { controller: manager, instance: manager },
    // A person writes without a lease.
    mayWrite: () => ({ deadlineMs: Number.POSITIVE_INFINITY }),
    watchNamespaces: undefined,
  });
  const namespace = flags.namespace ?? server.defaultNamespace;
  const asking = <T>(ask: () => Promise<T>): Promise<T> => orCommandError(ask, exitCode, signal);
  const object = (kind: Kind, key: ObjectKey) => asking(() => store.get(kind, key, signal));
  const objects = async (kind: Kind, ofNamespace: string | undefined): Promise<readonly KubeObject[]> =>
    (await asking(() => listAll(server.api, { kind, namespace: ofNamespace }, signal))).items;
  const find = async (key: ObjectKey) => (await object(BatchJobKind, key)) as BatchJob | undefined;
  const words = flags.kubeconfig === undefined ? [] : ["--kubeconfig", flags.kubeconfig];
  return {
    namespace,
    words,
    object,
    objects,
    find,
    async get(key) {
      const found = await find(key);
      if (found !== undefined) return found;
      throw new CommandError(
        `BatchJob ${keyText(key)} does not exist; ${shellCommand(["kubectl", "get", "batchjobs", "-A", ...words])} lists the existing ones`,
      );
    },
    list: async (ofNamespace) => (await objects(BatchJobKind, ofNamespace)) as readonly BatchJob[],
    async apply(manifest, { dryRun }) {
      const options = { dryRun, force: false, fieldManager: undefined };
      return (await asking(() => store.apply(BatchJobKind, manifest, options, signal))) as BatchJob;
    },
    create: (manifest) =>
      asking(async () => {
        try {
          return (await store.create(BatchJobKind, manifest, signal)) as BatchJob;
        } catch (error) {
          if (error instanceof StoreError && error.reason === "Conflict") return undefined;
          throw error;
        }
      }),
    async cancel({ namespace: ofNamespace, name }) {
      const { group, version, kind } = BatchJobKind;
      const metadata = { namespace: ofNamespace, name };
      const manifest = { apiVersion: `${group}/${version}`, kind, metadata, spec: { cancel: true } };
      const options = { dryRun: false, force: false, fieldManager: cancelManager };
      await asking(() => store.apply(BatchJobKind, manifest, options, signal));
    },
    async delete({ metadata }) {
      await asking(() => store.delete(BatchJobKind, metadata, metadata.uid, signal));
    },
    close: () => server.close(),
  };
}
