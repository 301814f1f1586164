import { join } from "node:path";
import { Child } from "./child.ts";
import type { Credentials } from "./credentials.ts";
import type { Parts } from "./parts.ts";

/** The command lines of the servers of one control plane; each start of a server is a new child. */
export interface ServerSettings {
  readonly parts: Parts;
  /** Data, certificates and logs. */
  readonly directory: string;
  readonly ports: ServerPorts;
  readonly credentials: Credentials;
  readonly auditLog: string;
  readonly watchCache: boolean;
  readonly admitsServiceAccounts: boolean;
}

export interface ServerPorts {
  readonly etcd: number;
  readonly etcdPeer: number;
  readonly apiServer: number;
  readonly controllerManager: number;
}

/** Controllers whose work a test can see; the others want nodes, clouds or signing keys. */
const controllers = [
  "clusterrole-aggregation-controller",
  "deployment-controller",
  "garbage-collector-controller",
  "job-controller",
  "namespace-controller",
  "replicaset-controller",
  "root-ca-certificate-publisher-controller",
  "serviceaccount-controller",
];

/** Where kube-apiserver puts the certificate that it makes for itself, its authority included. */
export function certificateFile(directory: string): string {
  return join(directory, "certificates/apiserver.crt");
}

export function startEtcd({ parts, directory, ports }: ServerSettings): Child {
  const clientUrl = `http://127.0.0.1:${ports.etcd}`;
  const peerUrl = `http://127.0.0.1:${ports.etcdPeer}`;
  return new Child({
    name: "etcd",
    program: parts.etcd,
    logFile: join(directory, "etcd.log"),
    args: [
      "--name=default",
      `--data-dir=${join(directory, "etcd")}`,
      `--listen-client-urls=${clientUrl}`,
      `--advertise-client-urls=${clientUrl}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=default=${peerUrl}`,
      "--unsafe-no-fsync",
      "--log-level=warn",
    ],
  });
}

export function startApiServer(settings: ServerSettings): Child {
  const { parts, directory, ports, credentials, auditLog, watchCache, admitsServiceAccounts } = settings;
  return new Child({
    name: "kube-apiserver",
    program: parts.kubeApiServer,
    logFile: join(directory, "kube-apiserver.log"),
    args: [
      `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
      "--bind-address=127.0.0.1",
      "--advertise-address=127.0.0.1",
      `--secure-port=${ports.apiServer}`,
      `--cert-dir=${join(directory, "certificates")}`,
      "--endpoint-reconciler-type=none",
      "--service-cluster-ip-range=10.0.0.0/24",
      "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
      `--service-account-key-file=${credentials.serviceAccountPublicKey}`,
      `--service-account-signing-key-file=${credentials.serviceAccountPrivateKey}`,
      `--token-auth-file=${credentials.tokenFile}`,
      "--authorization-mode=RBAC",
      `--audit-policy-file=${credentials.auditPolicy}`,
      `--audit-log-path=${auditLog}`,
      `--watch-cache=${watchCache}`,
      // Else it waits a minute at SIGTERM for the watches to end by themselves.
      "--shutdown-watch-termination-grace-period=1s",
      ...(admitsServiceAccounts ? [] : ["--disable-admission-plugins=ServiceAccount"]),
    ],
  });
}

/** @param kubeconfig of user `system:kube-controller-manager` */
export function startControllerManager(
  { parts, directory, ports, credentials }: ServerSettings,
  kubeconfig: string,
): Child {
  return new Child({
    name: "kube-controller-manager",
    program: parts.kubeControllerManager,
    logFile: join(directory, "kube-controller-manager.log"),
    args: [
      `--kubeconfig=${kubeconfig}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${ports.controllerManager}`,
      "--leader-elect=false",
      "--use-service-account-credentials=true",
      `--service-account-private-key-file=${credentials.serviceAccountPrivateKey}`,
      `--root-ca-file=${certificateFile(directory)}`,
      `--controllers=${controllers.join(",")}`,
    ],
  });
}
