import type { World } from "./world.ts";

/**
 * Relations of queues and environments as AWS sees them. A relation outlasts the detachment: it lasts until the queue
 * has settled, and `relationLagMs` longer.
 */
export class QueueRelations {
  readonly #world: World;
  /** Environment ARN → queue id → monotonic time until which it lasts. */
  readonly #held = new Map<string, Map<string, number>>();

  constructor(world: World) {
    this.#world = world;
  }

  attach(queueId: string, environmentArn: string): void {
    this.#of(environmentArn).set(queueId, Number.POSITIVE_INFINITY);
  }

  /** Call it when the detachment has settled. */
  release(queueId: string, environmentArn: string): void {
    this.#of(environmentArn).set(queueId, this.#world.clock.monotonic() + this.#world.takes("relationLagMs"));
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
