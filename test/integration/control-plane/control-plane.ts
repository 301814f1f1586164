import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atExit } from "./at-exit.ts";
import { exists, type Progress } from "./cache.ts";
import type { Child } from "./child.ts";
import { Cluster, type ClusterAccess } from "./cluster.ts";
import { writeCredentials, writeKubeconfig } from "./credentials.ts";
import { controlPlaneParts, printProgress } from "./parts.ts";
import { freePorts } from "./ports.ts";
import {
  certificateFile,
  type ServerPorts,
  type ServerSettings,
  startApiServer,
  startControllerManager,
  startEtcd,
} from "./servers.ts";
import { TcpProxy } from "./tcp-proxy.ts";

export interface ControlPlaneOptions {
  /** Garbage collection, namespace deletion, service accounts, Deployments down to Pod objects. Default false. */
  readonly controllerManager?: boolean;
  /**
   * With the API server's watch cache (the default) a compaction of etcd is not seen by watches until the server
   * restarts; without it a watch or a paged list from before the compaction gets 410 at once.
   */
  readonly watchCache?: boolean;
  readonly progress?: Progress;
}

/**
 * etcd and kube-apiserver, on request with kube-controller-manager, on free ports of the loopback address, ready.
 * No kubelet: no Pod runs. Its processes end with `stop`, and at the latest with this process.
 * @throws Error that says which part is missing, or the last words of a server that did not start
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const { controllerManager = false, watchCache = true, progress = printProgress } = options;
  const parts = await controlPlaneParts(progress);
  const directory = await mkdtemp(join(tmpdir(), "aws-batch-operator-control-plane-"));
  const forget = atExit(() => rmSync(directory, { recursive: true, force: true }));
  const credentials = await writeCredentials(directory);
  const ports = await serverPorts();
  const proxy = await TcpProxy.inFrontOf(ports.apiServer);
  const auditLog = join(directory, "audit.log");
  const settings: ServerSettings = {
    parts,
    directory,
    ports,
    credentials,
    auditLog,
    watchCache,
    admitsServiceAccounts: controllerManager,
  };
  const url = `https://127.0.0.1:${ports.apiServer}`;
  const caFile = certificateFile(directory);
  const access: ClusterAccess = {
    url,
    proxyUrl: `https://127.0.0.1:${proxy.port}`,
    caFile,
    adminToken: credentials.adminToken,
    kubeconfig: await writeKubeconfig(join(directory, "kubeconfig"), { url, caFile, token: credentials.adminToken }),
    auditLog,
    directory,
    kubectlPath: parts.kubectl,
    helmPath: parts.helm,
  };
  const controlPlane = new ControlPlane(access, settings, proxy, forget);
  try {
    await controlPlane.startEtcd();
    await controlPlane.startApiServer();
    if (controllerManager) await controlPlane.startControllerManager();
  } catch (error) {
    await controlPlane.stop();
    throw error;
  }
  return controlPlane;
}

/** A cluster whose servers can be stopped, frozen and started again. */
export class ControlPlane extends Cluster {
  /** In front of the API server: cut its connections or hold them silent. Only who uses `proxyUrl` notices. */
  readonly proxy: TcpProxy;
  readonly #settings: ServerSettings;
  readonly #forgetDirectory: () => void;
  #etcd: Child | undefined;
  #apiServer: Child | undefined;
  #controllerManager: Child | undefined;

  constructor(access: ClusterAccess, settings: ServerSettings, proxy: TcpProxy, forgetDirectory: () => void) {
    super(access);
    this.proxy = proxy;
    this.#settings = settings;
    this.#forgetDirectory = forgetDirectory;
  }

  async startEtcd(): Promise<void> {
    const etcd = startEtcd(this.#settings);
    this.#etcd = etcd;
    await etcd.untilReady(async () => (await fetch(this.#etcdUrl("/health"))).ok);
  }

  async startApiServer(): Promise<void> {
    const apiServer = startApiServer(this.#settings);
    this.#apiServer = apiServer;
    const keyFile = this.access.caFile.replace(/crt$/, "key");
    // The key is written after the certificate: both are whole once it is there.
    await apiServer.untilReady(async () => (await exists(keyFile)) && (await this.#answers("/readyz")));
  }

  /** Ready once it has made the default ServiceAccount, which is what a namespace needs to be used. */
  async startControllerManager(): Promise<void> {
    const { directory, credentials } = this.#settings;
    const file = join(directory, "kubeconfig-controller-manager");
    const { url, caFile } = this.access;
    await writeKubeconfig(file, { url, caFile, token: credentials.controllerManagerToken });
    const controllerManager = startControllerManager(this.#settings, file);
    this.#controllerManager = controllerManager;
    await controllerManager.untilReady(() => this.#answers("/api/v1/namespaces/default/serviceaccounts/default"));
  }

  /** SIGSTOP: connections stay open and nobody answers. */
  freezeApiServer(): void {
    this.#apiServer?.freeze();
  }

  thawApiServer(): void {
    this.#apiServer?.thaw();
  }

  /** @param signal SIGTERM lets it finish what it answers; SIGKILL is the power cut */
  async stopApiServer(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    this.disconnect();
    await this.#apiServer?.stop(signal);
  }

  /** Same address, certificate, keys and data. */
  async restartApiServer(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    await this.stopApiServer(signal);
    await this.startApiServer();
  }

  /**
   * Same address and data; the API server reconnects by itself, and is ready again when this returns.
   * @param signal at SIGTERM etcd waits about 9 s for its watchers
   */
  async restartEtcd(signal: "SIGTERM" | "SIGKILL" = "SIGKILL"): Promise<void> {
    await this.#etcd?.stop(signal);
    await this.startEtcd();
    await this.#apiServer?.untilReady(() => this.#answers("/readyz"));
  }

  /**
   * Throws away etcd's history up to now.
   * @returns the revision from which on it is kept; a watch that has missed more than the last change is Gone
   */
  async compactEtcd(): Promise<number> {
    const status = (await this.#askEtcd("/v3/maintenance/status", {})) as {
      readonly header: { readonly revision: string };
    };
    const { revision } = status.header;
    await this.#askEtcd("/v3/kv/compaction", { revision, physical: true });
    return Number(revision);
  }

  /** Cuts all connections through the proxy, watches among them. @returns how many */
  cutWatches(): number {
    return this.proxy.cut();
  }

  /** Ends the servers and removes their directory, audit log included. */
  async stop(): Promise<void> {
    this.disconnect();
    for (const child of [this.#controllerManager, this.#apiServer, this.#etcd]) await child?.stop();
    await this.proxy.close();
    await rm(this.access.directory, { recursive: true, force: true });
    this.#forgetDirectory();
  }

  async #answers(path: string): Promise<boolean> {
    return (await this.request("GET", path)).status === 200;
  }

  async #askEtcd(path: string, body: object): Promise<unknown> {
    const response = await fetch(this.#etcdUrl(path), { method: "POST", body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`etcd ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  #etcdUrl(path: string): string {
    return `http://127.0.0.1:${this.#settings.ports.etcd}${path}`;
  }
}

async function serverPorts(): Promise<ServerPorts> {
  const [etcd, etcdPeer, apiServer, controllerManager] = await freePorts(4);
  if (etcd === undefined || etcdPeer === undefined || apiServer === undefined || controllerManager === undefined) {
    throw new Error("could not get four ports");
  }
  return { etcd, etcdPeer, apiServer, controllerManager };
}
