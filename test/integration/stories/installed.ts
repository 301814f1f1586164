import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type AuditEvent, auditOf } from "../control-plane/audit.ts";
import { type Cluster, messageOf } from "../control-plane/cluster.ts";
import { writeKubeconfig } from "../control-plane/credentials.ts";
import { linesOf } from "../control-plane/run.ts";
import { untilServed } from "../control-plane/served.ts";

export const installManifest = fileURLToPath(new URL("../../../manifests/install.yaml", import.meta.url));
export const operatorName = "aws-batch-operator";

/** Where manifests/install.yaml puts the operator. */
export const installedIn = "aws-batch-system";

/** How one replica reaches the API server. */
export interface Identity {
  /** Path of its kubeconfig. */
  readonly kubeconfig: string;
  /** As in the audit log, different for each token. */
  readonly credentialId: string;
}

/** Applies manifests/install.yaml. Its Pods never run: the operator is a process of the test. */
export async function install(cluster: Cluster): Promise<void> {
  linesOf(await cluster.kubectl(["apply", "--server-side", "-f", installManifest]));
  await untilServed(cluster);
}

/**
 * Installs the operator once more, in a namespace of its own and with a lease of its own, with the same rights. Several
 * stories can then share a control plane. @returns the namespace
 */
export async function installElsewhere(cluster: Cluster): Promise<string> {
  await install(cluster);
  const namespace = await cluster.newNamespace("operator");
  const rbac = "rbac.authorization.k8s.io";
  const subjects = [{ kind: "ServiceAccount", name: operatorName, namespace }];
  const clusterRole = { apiGroup: rbac, kind: "ClusterRole", name: operatorName };
  const { body } = await cluster.request("GET", `/apis/${rbac}/v1/namespaces/${installedIn}/roles/${operatorName}`);
  const { rules } = body as { readonly rules: readonly object[] };
  const items = [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: operatorName, namespace } },
    { apiVersion: `${rbac}/v1`, kind: "Role", metadata: { name: operatorName, namespace }, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: "RoleBinding",
      metadata: { name: operatorName, namespace },
      subjects,
      roleRef: { apiGroup: rbac, kind: "Role", name: operatorName },
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name: namespace },
      subjects,
      roleRef: clusterRole,
    },
  ];
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  linesOf(await cluster.kubectl(["apply", "--server-side", "-f", "-"], { input }));
  return namespace;
}

let identities = 0;

/**
 * A token of its own for the operator's ServiceAccount, and a kubeconfig with it.
 * @param namespace where the operator is installed
 * @param url default: the server itself
 */
export async function newIdentity(
  cluster: Cluster,
  namespace = installedIn,
  url = cluster.access.url,
): Promise<Identity> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${operatorName}/token`;
  const { status, body } = await cluster.request("POST", path, {
    body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 3600 } },
  });
  if (status !== 201) throw new Error(`no token for ${namespace}/${operatorName}: ${messageOf(body)}`);
  const { token } = (body as { readonly status: { readonly token: string } }).status;
  const file = join(cluster.access.directory, `operator-${process.pid}-${++identities}.kubeconfig`);
  const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8");
  const { jti } = JSON.parse(payload) as { readonly jti: string };
  return {
    kubeconfig: await writeKubeconfig(file, { url, caFile: cluster.access.caFile, token }),
    credentialId: `JTI=${jti}`,
  };
}

/** What the operator that is installed there asked of this cluster, as far as the log has been written. */
export function auditOfOperator(cluster: Cluster, namespace = installedIn): Promise<readonly AuditEvent[]> {
  return auditOf(cluster, `system:serviceaccount:${namespace}:${operatorName}`);
}

/** Whether it was asked with this token. */
export function isBy({ user }: AuditEvent, { credentialId }: Identity): boolean {
  return user.extra?.["authentication.kubernetes.io/credential-id"]?.includes(credentialId) ?? false;
}

/** Requests that change something in the cluster; asking what one may do is none. */
export function isKubernetesWrite({ verb, objectRef }: AuditEvent): boolean {
  return !["get", "list", "watch"].includes(verb) && objectRef?.resource !== "selfsubjectaccessreviews";
}
