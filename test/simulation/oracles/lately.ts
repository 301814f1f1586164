import type { KubeObject } from "../../../src/api/object.ts";
import type { Watched } from "../oracle.ts";
import { textOf, unseenMs } from "./reading.ts";

/** What the specs of objects say, or said so lately that a write by them could be on its way. */
export class SpecsOfLate {
  readonly #watched: Pick<Watched, "clock">;
  /** By object: what its spec said until when, monotonic ms. */
  readonly #earlier = new Map<string, readonly { readonly spec: unknown; readonly until: number }[]>();

  constructor(watched: Pick<Watched, "clock">) {
    this.#watched = watched;
  }

  /** An object has changed. */
  note(before: KubeObject | undefined, after: KubeObject | undefined): void {
    if (before === undefined || before.metadata.generation === after?.metadata.generation) return;
    this.#earlier.set(textOf(before), [
      ...this.#recent(before),
      { spec: before.spec, until: this.#watched.clock.monotonic() },
    ]);
  }

  /** The spec of now first. */
  of(object: KubeObject): readonly unknown[] {
    return [object.spec, ...this.#recent(object).map(({ spec }) => spec)];
  }

  #recent(object: KubeObject) {
    const now = this.#watched.clock.monotonic();
    return (this.#earlier.get(textOf(object)) ?? []).filter(({ until }) => now - until <= unseenMs);
  }
}
