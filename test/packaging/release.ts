import type { Cluster } from "../integration/control-plane/cluster.ts";
import { linesOf, type RunResult } from "../integration/control-plane/run.ts";
import { listed, patienceMs, until } from "../integration/control-plane/wait.ts";
import { type HelmProgram, helm, type Values, valuesArgs } from "./helm.ts";

/** A release of the chart in a namespace of its own, where the Pod Security profile `restricted` is enforced. */
export class Release {
  readonly name: string;
  readonly namespace: string;
  readonly #cluster: Cluster;
  readonly #program: HelmProgram;

  private constructor(program: HelmProgram, cluster: Cluster, namespace: string) {
    this.name = "batch";
    this.namespace = namespace;
    this.#cluster = cluster;
    this.#program = program;
  }

  static async of(program: HelmProgram, cluster: Cluster): Promise<Release> {
    const namespace = await cluster.newNamespace("release");
    const label = "pod-security.kubernetes.io/enforce=restricted";
    linesOf(await cluster.kubectl(["label", "namespace", namespace, label]));
    return new Release(program, cluster, namespace);
  }

  /** The full name of what the chart makes. */
  get fullname(): string {
    return `${this.name}-aws-batch-operator`;
  }

  /** `helm VERB batch …`, in the namespace. */
  run(verb: string, ...args: readonly string[]): Promise<RunResult> {
    const all = [verb, this.name, ...args, "--namespace", this.namespace, "--timeout", `${patienceMs / 1000}s`];
    return helm(this.#program, all, this.#cluster.access.kubeconfig);
  }

  /** As `run`, for what has to succeed. @throws Error with what Helm said */
  async must(verb: string, ...args: readonly string[]): Promise<string> {
    return linesOf(await this.run(verb, ...args)).join("\n");
  }

  install(from: string, values: Values, ...args: readonly string[]): Promise<string> {
    return this.must("install", from, "--wait", ...args, ...valuesArgs(values));
  }

  upgrade(from: string, values: Values, ...args: readonly string[]): Promise<string> {
    return this.must("upgrade", from, "--wait", ...args, ...valuesArgs(values));
  }

  /** `kind/name`, sorted, of all that bears the release's label, and its definitions, in whatever namespace. */
  async objects(): Promise<readonly string[]> {
    const kinds = [
      "deployments,replicasets,pods,jobs,services,serviceaccounts,poddisruptionbudgets,networkpolicies,configmaps",
      "roles,rolebindings,clusterroles,clusterrolebindings",
      "validatingadmissionpolicies,validatingadmissionpolicybindings",
    ].join(",");
    const selector = `app.kubernetes.io/instance=${this.name}`;
    const labelled = linesOf(await this.#cluster.kubectl(["get", kinds, "-A", "-l", selector, "-o", "name"]));
    return [...labelled, ...(await this.#definitions())].toSorted();
  }

  /** They do not bear the label, by which Argo CD may track; Helm's annotation says whose they are. */
  async #definitions(): Promise<readonly string[]> {
    const template = `{range .items[?(@.metadata.annotations.meta\\.helm\\.sh/release-name=="${this.name}")]}{.metadata.name}{"\\n"}{end}`;
    const answer = await this.#cluster.kubectl(["get", "customresourcedefinitions", "-o", `jsonpath=${template}`]);
    return linesOf(answer)
      .filter((name) => name !== "")
      .map((name) => `customresourcedefinition.apiextensions.k8s.io/${name}`);
  }

  /** Names of the pods of the operator itself. */
  async pods(): Promise<readonly string[]> {
    const selector = `app.kubernetes.io/instance=${this.name},app.kubernetes.io/component=controller`;
    const args = ["get", "pods", "-n", this.namespace, "-l", selector, "-o", "name"];
    return linesOf(await this.#cluster.kubectl(args));
  }

  /** Until the operator has so many pods, none of them one of these. */
  async untilPods(count: number, before: readonly string[] = []): Promise<void> {
    const isSo = async (): Promise<true | string> => {
      const pods = await this.pods();
      return (pods.length === count && !pods.some((pod) => before.includes(pod))) || listed(pods);
    };
    await until(isSo, `${count} pods`);
  }

  /** Until nothing bears its label but what is meant to stay. */
  async untilGone(kept: RegExp = /^$/): Promise<void> {
    const left = async () => (await this.objects()).filter((name) => !kept.test(name));
    const isDeleted = async (): Promise<true | string> => {
      const objects = await left();
      return objects.length === 0 || listed(objects);
    };
    await until(isDeleted, "everything of the release to be gone");
  }
}
