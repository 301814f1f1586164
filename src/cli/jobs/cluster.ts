import { keyText } from "../../api/object.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../api/v1alpha1/kinds.ts";
import { type AppliedManifest, type KubeStore, kubeStore } from "../../kube/client.ts";
import { systemClock } from "../../runtime/clock.ts";
import { CommandError, exitCodes, type Io } from "../io.ts";
import { apiServer, orCommandError } from "../kubernetes.ts";

/** BatchJob objects of a cluster, as a person sees and writes them. */
export interface JobObjects {
  readonly namespace: string;
  /** @throws CommandError if there is none, or the API server refuses */
  get(name: string, namespace?: string): Promise<BatchJob>;
  /** All in the namespace, or in the cluster. @throws CommandError */
  list(everywhere: boolean): Promise<readonly BatchJob[]>;
  /** Server-side apply. @throws CommandError */
  apply(manifest: AppliedManifest): Promise<BatchJob>;
  close(): Promise<void>;
}

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
  return {
    namespace,
    async get(name, ofNamespace = namespace) {
      const key = { namespace: ofNamespace, name };
      const found = await asking(() => store.get(BatchJobKind, key, signal));
      if (found !== undefined) return found as BatchJob;
      throw new CommandError(
        `BatchJob ${keyText(key)} does not exist; kubectl get batchjobs -A lists the existing ones`,
      );
    },
    async list(everywhere) {
      const { items } = await asking(() => store.list(BatchJobKind, signal));
      return (items as readonly BatchJob[]).filter(({ metadata }) => everywhere || metadata.namespace === namespace);
    },
    async apply(manifest) {
      return (await asking(() => store.apply(BatchJobKind, manifest, {}, signal))) as BatchJob;
    },
    close: () => server.close(),
  };
}
