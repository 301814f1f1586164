import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { load } from "js-yaml";
import type { Progress } from "../control-plane/cache.ts";
import { Child } from "../control-plane/child.ts";
import type { Cluster } from "../control-plane/cluster.ts";
import { goProgramIn } from "../control-plane/go-program.ts";
import { freePorts } from "../control-plane/ports.ts";
import { linesOf, runOrFail } from "../control-plane/run.ts";
import { until } from "../control-plane/wait.ts";
import { RedisServer } from "./redis.ts";

const ourHealth = fileURLToPath(new URL("../../../argocd/argocd-cm.yaml", import.meta.url));
const namespace = "argocd";

/** The last version whose Go module is whole: the archive of 3.5 lacks a part of the program. */
const module = {
  path: "github.com/argoproj/argo-cd/v3",
  version: "v3.2.1",
  sum: "h1:rvrkW/JdH4V+xJgNDZI9wa/Ygd+fWoGbd1rAhvno22c=",
} as const;

/** The folder of Argo CD's module in Go's cache. @throws Error if it is another one */
async function moduleDirectory(): Promise<string> {
  const answer = await runOrFail("go", ["mod", "download", "-json", `${module.path}@${module.version}`]);
  const { Dir, Sum } = JSON.parse(answer) as { readonly Dir: string; readonly Sum: string };
  if (Sum !== module.sum) throw new Error(`${module.path} ${module.version} has the sum ${Sum}, not ${module.sum}`);
  return Dir;
}

/** What an Application says. */
export interface ApplicationState {
  readonly sync: string;
  readonly health: string;
  /** Phase of the last operation: Running, Succeeded, Failed, Terminating, ... */
  readonly phase: string;
  readonly message: string;
}

/** Repo server and application controller of Argo CD, as processes next to an API server. */
export class ArgoCd {
  readonly #cluster: Cluster;
  readonly #redis: RedisServer;
  readonly #children: readonly Child[];

  private constructor(cluster: Cluster, redis: RedisServer, children: readonly Child[]) {
    this.#cluster = cluster;
    this.#redis = redis;
    this.#children = children;
  }

  static async start(cluster: Cluster, progress: Progress): Promise<ArgoCd> {
    const source = await moduleDirectory();
    const about = { name: "argocd", package: "./cmd", version: module.version, coldBuild: "15 minutes", diskGiB: 5 };
    const program = await goProgramIn(source, about, progress);
    await configure(cluster, source);

    const [redisPort = 0, repoPort = 0, repoMetrics = 0, controllerMetrics = 0] = await freePorts(4);
    const redis = new RedisServer();
    await redis.listen(redisPort);
    const directory = join(cluster.access.directory, "argocd");
    await mkdir(join(directory, "tls"), { recursive: true });
    await mkdir(join(directory, "ssh"), { recursive: true });
    const environment = {
      KUBECONFIG: cluster.access.kubeconfig,
      ARGOCD_FAKE_IN_CLUSTER: "true",
      ARGOCD_GPG_ENABLED: "false",
      ARGOCD_TLS_DATA_PATH: join(directory, "tls"),
      ARGOCD_SSH_DATA_PATH: join(directory, "ssh"),
      // Answers to a commit are seen at once.
      ARGOCD_RECONCILIATION_TIMEOUT: "10s",
    };
    const child = (name: string, ...args: readonly string[]) =>
      new Child({
        name,
        program,
        args: [...args, `--redis=127.0.0.1:${redisPort}`],
        logFile: join(directory, `${name}.log`),
        environment: { ...environment, ARGOCD_BINARY_NAME: name },
      });
    const repoServer = child(
      "argocd-repo-server",
      "--address=127.0.0.1",
      `--port=${repoPort}`,
      "--metrics-address=127.0.0.1",
      `--metrics-port=${repoMetrics}`,
      "--disable-tls",
    );
    const controller = child(
      "argocd-application-controller",
      `--kubeconfig=${cluster.access.kubeconfig}`,
      `--namespace=${namespace}`,
      `--repo-server=127.0.0.1:${repoPort}`,
      "--repo-server-plaintext",
      `--metrics-port=${controllerMetrics}`,
    );
    const healthy = async (port: number) => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok;
    await repoServer.untilReady(() => healthy(repoMetrics));
    await controller.untilReady(() => healthy(controllerMetrics));
    return new ArgoCd(cluster, redis, [controller, repoServer]);
  }

  async apply(...objects: readonly object[]): Promise<void> {
    const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
    linesOf(await this.#cluster.kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], { input }));
  }

  /** By what Argo CD knows the objects of an Application: an annotation of its own, or the label app.kubernetes.io/instance. */
  async trackBy(method: "annotation" | "label"): Promise<void> {
    const patch = JSON.stringify({ data: { "application.resourceTrackingMethod": method } });
    linesOf(await this.#kubectl("patch", "configmap", "argocd-cm", "--type=merge", "--patch", patch));
  }

  /** Lets Argo CD read Git now, and not from its cache. */
  async refresh(application: string): Promise<void> {
    linesOf(await this.#kubectl("annotate", "application", application, "argocd.argoproj.io/refresh=hard"));
  }

  /** What `argocd app terminate-op` does. */
  async terminate(application: string): Promise<void> {
    const patch = JSON.stringify({ status: { operationState: { phase: "Terminating" } } });
    linesOf(await this.#kubectl("patch", "application", application, "--type=merge", "--patch", patch));
  }

  async delete(application: string): Promise<void> {
    linesOf(await this.#kubectl("delete", "application", application, "--wait=false"));
  }

  /** Undefined: it does not exist. */
  async state(application: string): Promise<ApplicationState | undefined> {
    const status = await this.#status(application);
    if (status === undefined) return undefined;
    const { sync, health, operationState, conditions = [] } = status;
    const messages = [operationState?.message, ...conditions.map(({ message }) => message)];
    return {
      sync: sync?.status ?? "",
      health: health?.status ?? "",
      phase: operationState?.phase ?? "",
      message: messages.filter((one) => one !== undefined).join("; "),
    };
  }

  /** Names of what it would prune, of this kind. */
  async unpruned(application: string, kind: string): Promise<readonly string[]> {
    const { resources = [] } = (await this.#status(application)) ?? {};
    return resources.flatMap((one) => (one.kind === kind && one.requiresPruning === true ? [one.name] : [])).toSorted();
  }

  /** Waits until it says this. @throws Error with what it said last */
  async until(application: string, expected: Partial<ApplicationState>): Promise<void> {
    const check = async (): Promise<true | string> => {
      const state = await this.state(application);
      const isSo = Object.entries(expected).every(([key, value]) => state?.[key as keyof ApplicationState] === value);
      return isSo || JSON.stringify(state ?? "gone");
    };
    await until(check, `${application} to be ${JSON.stringify(expected)}`);
  }

  async untilGone(application: string): Promise<void> {
    const check = async () => (await this.state(application)) === undefined || "still there";
    await until(check, `${application} to be deleted`);
  }

  async stop(): Promise<void> {
    for (const child of this.#children) await child.stop();
    this.#redis.close();
  }

  async #status(application: string): Promise<Status | undefined> {
    const { stdout } = await this.#kubectl("get", "application", application, "--ignore-not-found", "-o", "json");
    return stdout === "" ? undefined : ((JSON.parse(stdout) as { readonly status?: Status }).status ?? {});
  }

  #kubectl(...args: readonly string[]) {
    return this.#cluster.kubectl([...args, "--namespace", namespace]);
  }
}

/** The status of an Application, as far as it is read here. */
interface Status {
  readonly sync?: { readonly status: string };
  readonly health?: { readonly status: string };
  readonly operationState?: { readonly phase: string; readonly message?: string };
  readonly conditions?: readonly { readonly message: string }[];
  readonly resources?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly requiresPruning?: boolean;
  }[];
}

/** Definitions, configuration with our health scripts, and the default project. */
async function configure(cluster: Cluster, source: string): Promise<void> {
  linesOf(await cluster.kubectl(["create", "namespace", namespace]));
  for (const name of ["application", "appproject", "applicationset"]) {
    const file = join(source, `manifests/crds/${name}-crd.yaml`);
    linesOf(await cluster.kubectl(["apply", "--server-side", "-f", file]));
  }
  const established = [
    "wait",
    "crd",
    "applications.argoproj.io",
    "appprojects.argoproj.io",
    "--for=condition=Established",
  ];
  linesOf(await cluster.kubectl(established));
  const labels = { "app.kubernetes.io/part-of": "argocd" };
  const { data } = load(await readFile(ourHealth, "utf8")) as { readonly data: object };
  const metadata = (name: string) => ({ name, namespace, labels });
  const items = [
    { apiVersion: "v1", kind: "ConfigMap", metadata: metadata("argocd-cm"), data },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: metadata("argocd-secret"),
      stringData: { "server.secretkey": "test" },
    },
    {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "AppProject",
      metadata: metadata("default"),
      spec: {
        sourceRepos: ["*"],
        destinations: [{ server: "*", namespace: "*" }],
        clusterResourceWhitelist: [{ group: "*", kind: "*" }],
      },
    },
  ];
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  linesOf(await cluster.kubectl(["apply", "--server-side", "-f", "-"], { input }));
}
