import type { World } from "./world.ts";

/**
 * Which queues AWS believes to use which environments. A relation outlives the detachment: it is held until the
 * queue has settled, and `relationLagMs` longer.
 */
export class QueueRelations {
  readonly #world: World;
  /** Environment ARN → queue id → monotonic time until which it is held. */
  readonly #held = new Map<string, Map<string, number>>();

  constructor(world: World) {
    this.#world = world;
  }

  attach(queueId: string, environmentArn: string): void {
    this.#of(environmentArn).set(queueId, Number.POSITIVE_INFINITY);
  }

  /** To be called when the detachment has settled. */
  release(queueId: string, environmentArn: string): void {
    this.#of(environmentArn).set(queueId, this.#world.clock.monotonic() + this.#world.knobs.relationLagMs);
  }

  holds(environmentArn: string): boolean {
    const now = this.#world.clock.monotonic();
    return this.#of(environmentArn)
      .values()
      .some((until) => until > now);
  }

  #of(environmentArn: string): Map<string, number> {
    const existing = this.#held.get(environmentArn);
    if (existing !== undefined) return existing;
    const created = new Map<string, number>();
    this.#held.set(environmentArn, created);
    return created;
  }
}
