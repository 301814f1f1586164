import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
// The package's entry loads clients for all APIs; the operator needs only this file.
import { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import type { Cluster, User } from "@kubernetes/client-node/dist/config_types.js";
import { load } from "js-yaml";
import { wordsOf } from "./errors.ts";

export interface KubeConfigSource {
  /** A kubeconfig, or several joined as in `KUBECONFIG`; undefined: the ServiceAccount of the pod. */
  readonly kubeconfig: string | undefined;
  /** Prefix of the paths of a pod's ServiceAccount; for tests. */
  readonly root?: string;
}

/** No usable kubeconfig; the message is one line for the person who started the process. */
export class KubeConfigError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "KubeConfigError";
  }
}

const serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * Address and credentials for the API server.
 * @throws KubeConfigError
 */
export function loadKubeConfig(source: KubeConfigSource): KubeConfig {
  const config = source.kubeconfig === undefined ? inCluster(source.root ?? "") : fromFiles(source.kubeconfig);
  if (config.getCurrentCluster() === null) {
    const context = config.getCurrentContext();
    const known = config.getContexts().map(({ name }) => name);
    const problem = context ? `has no context "${context}" with a cluster` : "names no current context";
    const choice = known.length > 0 ? `; it has ${known.join(", ")}` : "";
    throw new KubeConfigError(`the kubeconfig ${source.kubeconfig} ${problem}${choice}`);
  }
  return config;
}

/** The namespace of the current context; in a pod, the pod's own. */
export function currentNamespace(config: KubeConfig): string | undefined {
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace?.trim();
  return namespace === "" ? undefined : namespace;
}

function inCluster(root: string): KubeConfig {
  if (!existsSync(`${root}${serviceAccount}/token`)) {
    throw new KubeConfigError(
      "no kubeconfig is given and this is not a pod with a ServiceAccount token: give --kubeconfig FILE or set KUBECONFIG",
    );
  }
  const config = new KubeConfig();
  config.loadFromCluster(root);
  return config;
}

function fromFiles(files: string): KubeConfig {
  const [first, ...others] = files.split(path.delimiter).filter((file) => file !== "");
  if (first === undefined) throw new KubeConfigError("the path of the kubeconfig is empty");
  const config = fromFile(first);
  for (const other of others) merge(config, fromFile(other));
  return config;
}

function fromFile(file: string): KubeConfig {
  try {
    const config = new KubeConfig();
    config.loadFromFile(file);
    const { users = [] } = (load(readFileSync(file, "utf8")) ?? {}) as { users?: readonly NamedUser[] | null };
    const written = new Map((users ?? []).map(({ name, user }) => [name, user]));
    const folder = path.dirname(file);
    config.users = config.users.map((user) => {
      const cluster = config.getCluster(clusterOf(config, user) ?? "");
      return withExecInfo(withTokenFile(user, written.get(user.name)?.tokenFile, folder), cluster);
    });
    return config;
  } catch (error) {
    throw new KubeConfigError(`the kubeconfig ${file} cannot be read: ${wordsOf(error)}`, error);
  }
}

/** As kubectl does: the first entry of a name wins. */
function merge(config: KubeConfig, other: KubeConfig): void {
  const unknown = <T extends { readonly name: string }>(own: readonly T[], others: readonly T[]): T[] =>
    others.filter(({ name }) => own.every((known) => known.name !== name));
  config.clusters = [...config.clusters, ...unknown(config.clusters, other.clusters)];
  config.users = [...config.users, ...unknown(config.users, other.users)];
  config.contexts = [...config.contexts, ...unknown(config.contexts, other.contexts)];
  if (!config.currentContext) config.setCurrentContext(other.currentContext);
}

interface NamedUser {
  readonly name: string;
  readonly user?: { readonly tokenFile?: string | null } | null;
}

/** `KubeConfig` does not know the field `tokenFile`, but re-reads such a file with this configuration. */
function withTokenFile(user: User, tokenFile: string | null | undefined, folder: string): User {
  if (!tokenFile) return user;
  const { token: _token, ...rest } = user;
  return { ...rest, authProvider: { name: "tokenFile", config: { tokenFile: path.resolve(folder, tokenFile) } } };
}

interface Exec {
  readonly apiVersion?: string;
  readonly provideClusterInfo?: boolean;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
}

/** Plugins read the version of the answer from `KUBERNETES_EXEC_INFO`; `KubeConfig` does not set it. */
function withExecInfo(user: User, cluster: Cluster | null): User {
  const exec = user.exec as Exec | null | undefined;
  if (exec === null || exec === undefined) return user;
  const info = {
    apiVersion: exec.apiVersion ?? "client.authentication.k8s.io/v1",
    kind: "ExecCredential",
    spec: {
      interactive: false,
      ...(exec.provideClusterInfo && cluster !== null ? { cluster: clusterInfo(cluster) } : {}),
    },
  };
  const env = [{ name: "KUBERNETES_EXEC_INFO", value: JSON.stringify(info) }, ...(exec.env ?? [])];
  return { ...user, exec: { ...exec, env } };
}

function clusterInfo(cluster: Cluster): Record<string, unknown> {
  const caData = cluster.caData ?? (cluster.caFile ? readFileSync(cluster.caFile).toString("base64") : undefined);
  return {
    server: cluster.server,
    "certificate-authority-data": caData,
    "tls-server-name": cluster.tlsServerName,
    "insecure-skip-tls-verify": cluster.skipTLSVerify,
    "proxy-url": cluster.proxyUrl,
  };
}

/** The cluster of the user: from the current context, else from the first context with the user. */
function clusterOf(config: KubeConfig, user: User): string | undefined {
  const contexts = config.contexts.filter((context) => context.user === user.name);
  return (contexts.find(({ name }) => name === config.currentContext) ?? contexts[0])?.cluster;
}
