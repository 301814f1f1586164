import { type KubeObject, keyText } from "../../api/object.ts";
import { referencesOf } from "../../api/references.ts";
import { BatchJobKind, kindOf } from "../../api/v1alpha1/kinds.ts";
import { CommandError } from "../../operator/io.ts";
import { jobWarnings } from "../validation/jobs.ts";
import { type Finding, pathText } from "../validation/problem.ts";
import { byName, type Named } from "../validation/references.ts";
import type { SeenObjects } from "./objects.ts";

/** What `validate` would warn of where the objects that a job refers to are in a cluster. */
export class ClusterWarnings {
  readonly #objects: Pick<SeenObjects, "object">;
  /** By kind and key; many jobs refer to the same few. */
  readonly #read = new Map<string, Promise<KubeObject | undefined>>();

  constructor(objects: Pick<SeenObjects, "object">) {
    this.#objects = objects;
  }

  /**
   * One sentence each, without what the manifest alone says. Who may create jobs and read nothing else gets none: the operator reports what AWS refuses.
   *
   * @param spec of a BatchJob
   */
  async of(namespace: string, name: string, spec: unknown): Promise<readonly string[]> {
    const job: Named = { kind: BatchJobKind.kind, namespace, name, spec };
    try {
      const direct = await this.#referredBy(job, ["JobQueue", "JobDefinition"]);
      const queues = direct.filter(({ kind }) => kind === "JobQueue");
      const behind = await Promise.all(queues.map((one) => this.#referredBy(one, ["BatchComputeEnvironment"])));
      const alone = new Set(jobWarnings(job, byName([job])).map(textOf));
      const all = jobWarnings(job, byName([job, ...direct, ...behind.flat()])).map(textOf);
      return all.filter((text) => !alone.has(text));
    } catch (error) {
      if (error instanceof CommandError) return [];
      throw error;
    }
  }

  async #referredBy(object: Named, kinds: readonly string[]): Promise<readonly Named[]> {
    const { namespace, spec } = object;
    const references = referencesOf(kindOf(object.kind), { namespace, spec }).filter(({ to }) => kinds.includes(to));
    const found = await Promise.all(
      references.map(async ({ to, key }) => {
        const place = `${to} ${keyText(key)}`;
        const known = this.#read.get(place) ?? this.#objects.object(kindOf(to), key);
        this.#read.set(place, known);
        return await known;
      }),
    );
    return found.flatMap((one) =>
      one === undefined
        ? []
        : [{ kind: one.kind, namespace: one.metadata.namespace, name: one.metadata.name, spec: one.spec }],
    );
  }
}

function textOf({ path, message }: Finding): string {
  return `${pathText(path)}: ${message}`;
}
