import { generateKeyPairSync, randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dump } from "js-yaml";

/** The users and keys of the API server, as files of its directory. */
export interface Credentials {
  /** A user of group `system:masters`. */
  readonly adminToken: string;
  /** User `system:kube-controller-manager`, which the server's own RBAC knows. */
  readonly controllerManagerToken: string;
  readonly tokenFile: string;
  readonly serviceAccountPublicKey: string;
  readonly serviceAccountPrivateKey: string;
  readonly auditPolicy: string;
}

export async function writeCredentials(directory: string): Promise<Credentials> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const credentials: Credentials = {
    adminToken: randomUUID(),
    controllerManagerToken: randomUUID(),
    tokenFile: join(directory, "tokens.csv"),
    serviceAccountPublicKey: join(directory, "service-accounts.pub"),
    serviceAccountPrivateKey: join(directory, "service-accounts.key"),
    auditPolicy: join(directory, "audit-policy.yaml"),
  };
  const tokens = [
    `${credentials.adminToken},admin,admin,system:masters`,
    `${credentials.controllerManagerToken},system:kube-controller-manager,kube-controller-manager`,
  ];
  const auditPolicy = {
    apiVersion: "audit.k8s.io/v1",
    kind: "Policy",
    omitStages: ["RequestReceived"],
    rules: [{ level: "Metadata" }],
  };
  await Promise.all([
    writeFile(credentials.tokenFile, `${tokens.join("\n")}\n`, { mode: 0o600 }),
    writeFile(credentials.serviceAccountPublicKey, publicKey),
    writeFile(credentials.serviceAccountPrivateKey, privateKey, { mode: 0o600 }),
    writeFile(credentials.auditPolicy, dump(auditPolicy)),
  ]);
  return credentials;
}

export interface KubeconfigContent {
  readonly url: string;
  readonly caFile: string;
  readonly token: string;
  /** Of commands that name none. */
  readonly namespace?: string;
}

/** @returns file */
export async function writeKubeconfig(file: string, content: KubeconfigContent): Promise<string> {
  const { url, caFile, token, namespace = "default" } = content;
  const name = "test";
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    clusters: [{ name, cluster: { server: url, "certificate-authority": caFile } }],
    users: [{ name, user: { token } }],
  };
  await writeFile(file, dump(kubeconfig), { mode: 0o600 });
  return file;
}
