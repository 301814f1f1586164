/** Whether what happens in a region is announced by events: what was heard, and what only a read has shown. */

/** For so long after a change that was not announced its kind of events is not trusted. */
const distrustMs = 600_000;
/** Names that are remembered at a time: beyond it the oldest is forgotten. */
const mostKept = 20_000;

/**
 * One kind of events. A read may show a change before its event arrives: only when the event has not come for `graceMs` the
 * change counts as unannounced. Times are monotonic ms.
 */
export class AnnouncedChanges {
  readonly #graceMs: number;
  /** By name: when an event was about it last. */
  readonly #heard = new Map<string, number>();
  /** By name: when a read has shown a change that no event was about. */
  readonly #found = new Map<string, number>();
  #lastHeardAt = Number.NEGATIVE_INFINITY;
  #lastMissedAt = Number.NEGATIVE_INFINITY;
  #missed = 0;

  constructor(graceMs: number) {
    this.#graceMs = graceMs;
  }

  /** How many changes no event has announced. */
  get missed(): number {
    return this.#missed;
  }

  /** An event was about something that is kept. */
  heard(name: string, now: number): void {
    this.#lastHeardAt = now;
    remember(this.#heard, name, now);
    this.#found.delete(name);
  }

  /** A read has shown a change. */
  found(name: string, now: number): void {
    const heardAt = this.#heard.get(name);
    if (heardAt !== undefined && now - heardAt < this.#graceMs) return;
    if (!this.#found.has(name)) remember(this.#found, name, now);
  }

  /** Counts what has waited long enough for its event. @returns the names */
  settle(now: number): readonly string[] {
    const missed: string[] = [];
    for (const [name, at] of this.#found) {
      if (now - at < this.#graceMs) break;
      this.#found.delete(name);
      missed.push(name);
    }
    if (missed.length > 0) this.#lastMissedAt = now;
    this.#missed += missed.length;
    return missed;
  }

  /** Whether events of this kind arrive, and none was missed lately. */
  isTrusted(now: number): boolean {
    return this.#lastHeardAt > Number.NEGATIVE_INFINITY && now - this.#lastMissedAt >= distrustMs;
  }
}

/** In the order of the times. */
function remember(times: Map<string, number>, name: string, now: number): void {
  times.delete(name);
  times.set(name, now);
  if (times.size <= mostKept) return;
  const [oldest] = times.keys();
  if (oldest !== undefined) times.delete(oldest);
}
