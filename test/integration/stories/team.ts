import type { Condition } from "../../../src/api/object.ts";
import { kindOf, kinds } from "../../../src/api/v1alpha1/kinds.ts";
import type { Manifest } from "../../../src/kube/memory-store.ts";
import { type Cluster, messageOf } from "../control-plane/cluster.ts";
import { objectsInWords } from "../control-plane/failure-text.ts";
import { type Check, until } from "../control-plane/wait.ts";

/** An object of ours as the API server gives it. */
export interface Seen {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly generation: number;
    readonly resourceVersion: string;
    readonly finalizers?: readonly string[];
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec: unknown;
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
    readonly plan?: { readonly action: string; readonly reason?: string };
    readonly [field: string]: unknown;
  };
}

/** A namespace of objects, and somebody who applies, checks and deletes. */
export class Team {
  readonly namespace: string;
  readonly #cluster: Cluster;

  constructor(cluster: Cluster, namespace: string) {
    this.#cluster = cluster;
    this.namespace = namespace;
  }

  static async in(cluster: Cluster, prefix = "team"): Promise<Team> {
    return new Team(cluster, await cluster.newNamespace(prefix));
  }

  /** Server-side apply. The namespace of the manifests is ignored. */
  async apply(...manifests: readonly Manifest[]): Promise<void> {
    for (const { apiVersion, kind, metadata, spec } of manifests) {
      const { name, annotations } = metadata;
      const body = {
        apiVersion,
        kind,
        metadata: { name, namespace: this.namespace, ...(annotations === undefined ? {} : { annotations }) },
        spec,
      };
      const path = `${this.#path(kind, name)}?fieldManager=team&force=true&fieldValidation=Strict`;
      const options = { body, contentType: "application/apply-patch+yaml" };
      const { status, body: answer } = await this.#cluster.request("PATCH", path, options);
      if (status >= 300) throw new Error(`apply of ${kind} ${name}: ${status} ${messageOf(answer)}`);
    }
  }

  /** Asks for the deletion, and does not wait for it. */
  async delete(kind: string, name: string): Promise<void> {
    const { status, body } = await this.#cluster.request("DELETE", this.#path(kind, name));
    if (status >= 300) throw new Error(`delete of ${kind} ${name}: ${status} ${messageOf(body)}`);
  }

  /** Asks for the deletion of all of a kind, and does not wait for it. */
  async deleteAll(kind: string): Promise<void> {
    const { status, body } = await this.#cluster.request("DELETE", this.#path(kind));
    if (status >= 300) throw new Error(`delete of all ${kind}: ${status} ${messageOf(body)}`);
  }

  /** Undefined: there is none. */
  async object(kind: string, name: string): Promise<Seen | undefined> {
    const { status, body } = await this.#cluster.request("GET", this.#path(kind, name));
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`get of ${kind} ${name}: ${status} ${messageOf(body)}`);
    return body as Seen;
  }

  /** All of all kinds. */
  async objects(): Promise<readonly Seen[]> {
    const lists = await Promise.all(
      kinds.map(async ({ kind }) => {
        const { status, body } = await this.#cluster.request("GET", this.#path(kind));
        if (status !== 200) throw new Error(`list of ${kind}: ${status} ${messageOf(body)}`);
        return (body as { readonly items: readonly Seen[] }).items;
      }),
    );
    return lists.flat();
  }

  async condition(kind: string, name: string, type: string): Promise<Condition | undefined> {
    return (await this.object(kind, name))?.status?.conditions?.find((condition) => condition.type === type);
  }

  /** Until all are Ready at their generation. @returns the milliseconds that it took */
  async untilReady(): Promise<number> {
    const check = async (): Promise<Check> => {
      const objects = await this.objects();
      return (objects.length > 0 && objects.every(isReady)) || objectsInWords(objects);
    };
    return await timed(check, `all objects of ${this.namespace} to be Ready`);
  }

  /** Until none is left. @param names only of these */
  async untilGone(names?: readonly string[]): Promise<number> {
    const check = async (): Promise<Check> => {
      const left = (await this.objects()).filter(({ metadata }) => names?.includes(metadata.name) ?? true);
      return left.length === 0 || objectsInWords(left);
    };
    return await timed(check, `${names?.join(", ") ?? "all objects"} of ${this.namespace} to be gone`);
  }

  /** What the objects say about themselves, for whoever wonders why. */
  async summary(): Promise<string> {
    return objectsInWords(await this.objects());
  }

  #path(kind: string, name?: string): string {
    const { group, version, plural } = kindOf(kind);
    const collection = `/apis/${group}/${version}/namespaces/${this.namespace}/${plural}`;
    return name === undefined ? collection : `${collection}/${name}`;
  }
}

/** Ready at its generation. */
export function isReady({ metadata, status }: Seen): boolean {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  return status?.observedGeneration === metadata.generation && ready?.status === "True";
}

async function timed(check: () => Promise<Check>, what: string): Promise<number> {
  const began = performance.now();
  await until(check, what);
  return performance.now() - began;
}
