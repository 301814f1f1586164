import type { KubeObject } from "../api/object.ts";
import type { Log } from "./log.ts";

/** The keys of objects by the values that a function finds in each of them. */
export class ObjectIndex {
  readonly #valuesIn: (object: KubeObject) => readonly string[];
  readonly #log: Log;
  readonly #keys = new Map<string, Set<string>>();

  /** @param valuesIn pure */
  constructor(valuesIn: (object: KubeObject) => readonly string[], log: Log) {
    this.#valuesIn = valuesIn;
    this.#log = log;
  }

  /** The values under which there are objects. */
  values(): IteratorObject<string> {
    return this.#keys.keys();
  }

  keysOf(value: string): Iterable<string> {
    return this.#keys.get(value) ?? [];
  }

  /** The object of a key is another one, or no more. */
  change(key: string, before: KubeObject | undefined, after: KubeObject | undefined): void {
    const values = new Set(this.#valuesOf(after));
    for (const value of this.#valuesOf(before)) {
      if (values.has(value)) continue;
      const keys = this.#keys.get(value);
      keys?.delete(key);
      if (keys?.size === 0) this.#keys.delete(value);
    }
    for (const value of values) {
      const keys = this.#keys.get(value);
      if (keys === undefined) this.#keys.set(value, new Set([key]));
      else keys.add(key);
    }
  }

  /** An object that the function cannot read is not indexed; it must not end the watch. */
  #valuesOf(object: KubeObject | undefined): readonly string[] {
    if (object === undefined) return [];
    try {
      return this.#valuesIn(object);
    } catch (error) {
      const { kind, metadata } = object;
      const { namespace, name } = metadata;
      this.#log.error("an object could not be indexed", { kind, namespace, name, error });
      return [];
    }
  }
}
