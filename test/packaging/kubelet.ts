import { connect } from "node:net";
import { join } from "node:path";
import { Child } from "../integration/control-plane/child.ts";
import type { Cluster } from "../integration/control-plane/cluster.ts";
import { freePorts } from "../integration/control-plane/ports.ts";
import { sleep } from "../integration/control-plane/wait.ts";
import { awsEnvironment } from "../integration/operator/operator-process.ts";

interface Pod {
  readonly metadata: { readonly uid: string; readonly name: string; readonly namespace: string };
  readonly spec: { readonly serviceAccountName: string; readonly containers: readonly Container[] };
  readonly status: { readonly phase: string };
}

interface Container {
  readonly name: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly readinessProbe?: { readonly httpGet?: { readonly path: string } };
}

interface Running {
  readonly child: Child;
  readonly pod: Pod;
  readonly isReady: () => Promise<boolean>;
  reported: string;
}

const servicePort = 4566;

/**
 * Runs the pods of a cluster as processes of this machine, in place of a node: the operator's command line with the
 * arguments, the variables and the ServiceAccount that the pod has, and its state written to the pod's status. What
 * needs a machine of its own (ports, the names of Services, the token's file) is given by addresses of loopback and a
 * kubeconfig.
 */
export class Kubelet {
  readonly #cluster: Cluster;
  readonly #program: string;
  readonly #awsUrl: string | undefined;
  readonly #running = new Map<string, Running>();
  readonly #errors: unknown[] = [];
  /** Where `http://NAME.NAMESPACE.svc:4566` is. */
  readonly #services = new Map<string, number>();
  #stopped = false;
  #loop: Promise<void> = Promise.resolve();

  /**
   * @param program the operator's command line, as a file that node runs
   * @param awsUrl in place of AWS, for pods that name no other
   */
  constructor(cluster: Cluster, program: string, awsUrl?: string) {
    this.#cluster = cluster;
    this.#program = program;
    this.#awsUrl = awsUrl;
  }

  start(): void {
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#loop;
    await Promise.all([...this.#running.values()].map(({ child }) => child.stop()));
    if (this.#errors.length > 0) throw new AggregateError(this.#errors, "the kubelet of the test failed");
  }

  /** What the pods said that run, or did last. */
  async said(): Promise<string> {
    const words = [...this.#running.values()].map(async ({ pod, child }) => {
      return `${pod.metadata.name}:\n${await child.lastWords()}`;
    });
    return (await Promise.all(words)).join("\n");
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#sync();
      } catch (error) {
        this.#errors.push(error);
        return;
      }
      await sleep(200);
    }
  }

  async #sync(): Promise<void> {
    const { body } = await this.#cluster.request("GET", "/api/v1/pods");
    const pods = (body as { readonly items: readonly Pod[] }).items;
    const uids = new Set(pods.map(({ metadata }) => metadata.uid));
    for (const [uid, { child }] of this.#running) {
      if (uids.has(uid)) continue;
      this.#running.delete(uid);
      await child.stop("SIGTERM");
    }
    for (const pod of pods) {
      if (this.#running.has(pod.metadata.uid) || pod.status.phase !== "Pending") continue;
      this.#running.set(pod.metadata.uid, await this.#begin(pod));
    }
    await Promise.all([...this.#running.values()].map((running) => this.#report(running)));
  }

  async #begin(pod: Pod): Promise<Running> {
    const [container] = pod.spec.containers;
    if (container === undefined) throw new Error(`${pod.metadata.name} has no container`);
    const { namespace, name } = pod.metadata;
    const { kubeconfig } = await this.#cluster.asServiceAccount(namespace, pod.spec.serviceAccountName);
    const [health = 0, metrics = 0] = await freePorts(2);
    const isSimulator = container.args?.[0] === "simulator";
    const service = isSimulator ? await this.#portOf(`${serviceOf(name)}.${namespace}`) : 0;
    const given: [string, string][] = [];
    for (const { name: key, value = "" } of container.env ?? []) given.push([key, await this.#localised(value)]);
    const child = new Child({
      name: `pod ${namespace}/${name}`,
      program: process.execPath,
      args: [this.#program, ...(container.args ?? []).map((arg) => localised(arg, service))],
      logFile: join(this.#cluster.access.directory, `pod-${pod.metadata.uid}.log`),
      environment: {
        ...awsEnvironment(this.#awsUrl),
        AWS_REGION: "",
        ...Object.fromEntries(given),
        KUBECONFIG: kubeconfig,
        AWS_BATCH_OPERATOR_HEALTH_ADDRESS: `127.0.0.1:${health}`,
        AWS_BATCH_OPERATOR_METRICS_ADDRESS: `127.0.0.1:${metrics}`,
      },
    });
    const page = container.readinessProbe?.httpGet?.path;
    const isReady = async (): Promise<boolean> => {
      if (page !== undefined) return (await fetch(`http://127.0.0.1:${health}${page}`)).ok;
      return isSimulator ? await listens(service) : true;
    };
    return { child, pod, isReady, reported: "" };
  }

  async #report(running: Running): Promise<void> {
    const { child, pod, isReady } = running;
    const ready = child.running && (await isReady().catch(() => false));
    const end = child.running ? undefined : await child.ended;
    const phase = end === undefined ? "Running" : end === "ended with code 0" ? "Succeeded" : "Failed";
    const state = `${phase} ${ready}`;
    if (state === running.reported) return;
    const { namespace, name } = pod.metadata;
    const at = new Date().toISOString();
    const is = (type: string) => ({ type, status: ready ? "True" : "False", lastTransitionTime: at });
    const message = end === undefined ? "" : (await child.lastWords()).slice(-2000);
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/status`;
    const { status } = await this.#cluster.request("PATCH", path, {
      contentType: "application/merge-patch+json",
      body: {
        status: {
          phase,
          message,
          startTime: at,
          conditions: [is("Ready"), is("ContainersReady"), { ...is("PodScheduled"), status: "True" }],
        },
      },
    });
    if (status === 200 || status === 404) running.reported = state;
    else throw new Error(`the status of pod ${name} was refused with ${status}`);
  }

  /** A Service's name as an address of this machine. */
  async #localised(value: string): Promise<string> {
    const [, service] = /^http:\/\/([^:]+)\.svc:4566$/.exec(value) ?? [];
    return service === undefined ? value : `http://127.0.0.1:${await this.#portOf(service)}`;
  }

  /** The same before and after there is a pod behind it. */
  async #portOf(service: string): Promise<number> {
    const known = this.#services.get(service);
    if (known !== undefined) return known;
    const [port = 0] = await freePorts(1);
    this.#services.set(service, port);
    return port;
  }
}

/** `NAME-<hash>-<hash>` of a pod of a Deployment that has a Service of its name. */
function serviceOf(pod: string): string {
  return pod.replace(/-[a-z0-9]+-[a-z0-9]+$/, "");
}

function localised(arg: string, port: number): string {
  if (arg === "--host=0.0.0.0") return "--host=127.0.0.1";
  return arg === `--port=${servicePort}` ? `--port=${port}` : arg;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
