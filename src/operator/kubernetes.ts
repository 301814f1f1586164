import manifest from "../../package.json" with { type: "json" };
import { kinds } from "../api/v1alpha1/kinds.ts";
import { type CheckedCluster, checkCluster } from "../kube/access.ts";
import { KubeApi, type KubeApiOptions } from "../kube/api.ts";
import { currentNamespace, KubeConfigError, loadKubeConfig } from "../kube/config.ts";
import { Connection, connectionsForRequests } from "../kube/connection.ts";
import { StoreError } from "../runtime/store.ts";
import { CommandError, type Environment, exitCodes } from "./io.ts";

/** The API server of a command. */
export interface ApiServer {
  readonly api: KubeApi;
  /** The namespace of the pod of this process; undefined outside a pod. */
  readonly podNamespace: string | undefined;
  /** Default namespace, as kubectl uses it. */
  readonly defaultNamespace: string;
  /** Name of the kubeconfig's context. */
  readonly context: string;
  close(): Promise<void>;
}

/**
 * Uses a kubeconfig (`--kubeconfig`, then `KUBECONFIG`), else the ServiceAccount of the pod. Sends no request yet.
 * @throws CommandError when there is no usable kubeconfig
 */
export function apiServer(
  flag: string | undefined,
  env: Environment,
  { clock, onAnswer }: Pick<KubeApiOptions, "clock" | "onAnswer">,
): ApiServer {
  const kubeconfig = flag ?? (env["KUBECONFIG"] || undefined);
  try {
    const load = () => loadKubeConfig({ kubeconfig });
    const config = load();
    const namespace = currentNamespace(config);
    const userAgent = `aws-batch-operator/${manifest.version}`;
    const connection = new Connection({ load, clock, userAgent, connections: connectionsForRequests });
    const api = new KubeApi({ connection, clock, onAnswer });
    return {
      api,
      podNamespace: kubeconfig === undefined ? namespace : undefined,
      defaultNamespace: namespace ?? "default",
      context: config.getCurrentContext(),
      close: () => connection.close(),
    };
  } catch (error) {
    if (error instanceof KubeConfigError) throw new CommandError(error.message, { cause: error });
    throw error;
  }
}

/**
 * Checks that the operator can work with this cluster.
 * @throws CommandError with what is missing and how to fix it
 */
export async function requireCluster(
  options: { readonly api: KubeApi; readonly watchNamespaces: readonly string[] | undefined },
  leaseNamespace: string | undefined,
  signal: AbortSignal,
): Promise<CheckedCluster> {
  const installHint =
    "install the CRDs with `kubectl apply --server-side -f manifests/crds.yaml`, or with the chart aws-batch-operator-crds";
  return await orCannotStart(() => checkCluster({ ...options, kinds, leaseNamespace, installHint }, signal), signal);
}

/**
 * Converts errors of the API server into errors of the command.
 * @throws CommandError
 */
export async function orCommandError<T>(ask: () => Promise<T>, exitCode: number, signal: AbortSignal): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof StoreError) || signal.aborted) throw error;
    throw new CommandError(error.message, { exitCode, cause: error });
  }
}

/** The same at the start of `run`. */
export function orCannotStart<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return orCommandError(ask, exitCodes.cannotStart, signal);
}
