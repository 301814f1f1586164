import { keyText, type ObjectKey } from "../../api/object.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { BatchJobKind, JobQueueKind } from "../../api/v1alpha1/kinds.ts";
import { type AppliedManifest, type KubeStore, kubeStore } from "../../kube/client.ts";
import { listAll } from "../../kube/list.ts";
import { systemClock } from "../../runtime/clock.ts";
import { StoreError } from "../../runtime/store.ts";
import { CommandError, exitCodes, type Io } from "../io.ts";
import { apiServer, orCommandError } from "../kubernetes.ts";

/** BatchJob objects of a cluster, as a person sees and writes them. */
export interface JobObjects {
  readonly namespace: string;
  /** Undefined: there is none. @throws CommandError if the API server refuses */
  find(key: ObjectKey): Promise<BatchJob | undefined>;
  /** @throws CommandError if there is none, or the API server refuses */
  get(key: ObjectKey): Promise<BatchJob>;
  /** All of a namespace; undefined: of the cluster. @throws CommandError */
  list(ofNamespace: string | undefined): Promise<readonly BatchJob[]>;
  /** The names of the JobQueues of a namespace; undefined: of the cluster. @throws CommandError */
  queues(ofNamespace: string | undefined): Promise<readonly string[]>;
  /** Server-side apply. @param options a dry run stores nothing. @throws CommandError */
  apply(manifest: AppliedManifest, options?: { readonly dryRun: boolean }): Promise<BatchJob>;
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
 * @throws CommandError when there is no usable kubeconfig
 */
export function openCluster(
  flags: { readonly kubeconfig?: string; readonly namespace?: string },
  manager: string,
  io: Io,
): JobObjects {
  const signal = io.interrupted;
  const server = apiServer(flags.kubeconfig, io.env, { clock: systemClock() });
  const store: KubeStore = kubeStore({
    api: server.api,
    random: Math.random,
    fieldManager: manager,
    reporter: { controller: manager, instance: manager },
    // A person writes without a lease.
    mayWrite: () => ({ deadlineMs: Number.POSITIVE_INFINITY }),
  });
  const namespace = flags.namespace ?? server.defaultNamespace;
  const asking = <T>(ask: () => Promise<T>): Promise<T> => orCommandError(ask, exitCodes.failed, signal);
  const find = async (key: ObjectKey): Promise<BatchJob | undefined> =>
    (await asking(() => store.get(BatchJobKind, key, signal))) as BatchJob | undefined;
  return {
    namespace,
    find,
    async get(key) {
      const found = await find(key);
      if (found !== undefined) return found;
      throw new CommandError(
        `BatchJob ${keyText(key)} does not exist; kubectl get batchjobs -A lists the existing ones`,
      );
    },
    async list(ofNamespace) {
      const { items } = await asking(() => listAll(server.api, { kind: BatchJobKind, namespace: ofNamespace }, signal));
      return items as readonly BatchJob[];
    },
    async queues(ofNamespace) {
      const { items } = await asking(() => listAll(server.api, { kind: JobQueueKind, namespace: ofNamespace }, signal));
      return items.map(({ metadata }) => metadata.name);
    },
    async apply(manifest, options = { dryRun: false }) {
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
      await asking(() => store.apply(BatchJobKind, manifest, { fieldManager: cancelManager }, signal));
    },
    async delete({ metadata }) {
      await asking(() => store.delete(BatchJobKind, metadata, { uid: metadata.uid }, signal));
    },
    close: () => server.close(),
  };
}
