/** How much the caches of a process keep. */
export interface RoomLimits {
  /** An object up to this weight is kept whole in any case. */
  readonly small: number;
  /** Larger ones are kept whole as long as all objects together have no more. */
  readonly total: number;
  /** Those of a namespace also as long as it has no more: what others fill up costs it nothing. */
  readonly perNamespace: number;
}

export const roomLimits: RoomLimits = { small: 4 * 1024, total: 48 * 1024 * 1024, perNamespace: 1024 * 1024 };

/** What the caches of a process hold, in bytes of memory (`weightOf`), by namespace. */
export class Room {
  readonly limits: RoomLimits;
  readonly #held = new Map<string, number>();
  #total = 0;

  constructor(limits: RoomLimits) {
    this.limits = limits;
  }

  /** Bytes held of all namespaces. */
  get total(): number {
    return this.#total;
  }

  /** Bytes held, by namespace. */
  get held(): ReadonlyMap<string, number> {
    return this.#held;
  }

  /** Adds bytes to a namespace, or takes them away. */
  add(namespace: string, bytes: number): void {
    this.#total += bytes;
    const held = (this.#held.get(namespace) ?? 0) + bytes;
    if (held === 0) this.#held.delete(namespace);
    else this.#held.set(namespace, held);
  }

  /** Whether so many more bytes of a namespace may be held. */
  fits(namespace: string, bytes: number): boolean {
    const { total, perNamespace } = this.limits;
    return this.#total + bytes <= total || (this.#held.get(namespace) ?? 0) + bytes <= perNamespace;
  }

  /** The same room without some of what it holds. */
  without(held: ReadonlyMap<string, number>): Room {
    const room = new Room(this.limits);
    for (const [namespace, bytes] of this.#held) room.add(namespace, bytes - (held.get(namespace) ?? 0));
    return room;
  }
}
