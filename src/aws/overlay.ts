import { jsonEqual } from "../runtime/json-equal.ts";
import { type Effect, stalenessMs } from "./effects.ts";

/** Milliseconds for which it is known when a read showed a change; what was read longer ago serves nobody. */
const changesKeptMs = 120_000;

/** The same for the end of a write: much longer than a reconcile may hold a moment in which it had not ended yet. */
const endsKeptMs = 600_000;

/** A write of ours to one name. Times are monotonic milliseconds. */
export interface OpenWrite<R> {
  readonly name: string;
  endedAt: number | undefined;
  /** Whether it certainly happened, certainly did not, or may have. */
  outcome: "open" | "done" | "failed" | "maybe";
  effect: Effect<R> | undefined;
  /** The record that the effect put before AWS had answered. */
  provisional: R | undefined;
}

/** A read, times in monotonic milliseconds; `complete`: what it does not show is not there. */
interface OverlayRead {
  readonly begunAt: number;
  readonly answeredAt: number;
  readonly complete: boolean;
}

/**
 * What was last read of one kind of thing, under the effects of our own writes. A read that AWS answers from before
 * a write of ours is not believed for that name while AWS may be stale.
 *
 * `R` is never changed in place, and neither is the map: whoever holds one holds a moment.
 */
export class OverlaidRecords<R> {
  #records = new Map<string, R>();
  /** Whether somebody holds `#records`: then the next change goes to a copy. */
  #shared = false;
  readonly #writes = new Map<string, OpenWrite<R>[]>();
  /** Of the names that were written lately, or have writes that no read has settled. */
  readonly #lastEnd = new Map<string, { readonly at: number; readonly wallAt: number }>();
  /** When the last read was there that showed a change, of the recent ones. */
  readonly #changedAt = new Map<string, number>();
  /** Earlier forms of a record, each with when the read was there that first showed a later one. */
  readonly #superseded = new Map<string, readonly { readonly record: R | undefined; readonly at: number }[]>();
  /** Names that a read showed in an earlier form, with the time from which on that would have to be believed. */
  readonly #relapsed = new Map<string, number>();
  /** When the newest complete read of a single name began, if later than that of all. */
  readonly #nameReadAt = new Map<string, number>();
  #readAt: number | undefined;

  readonly #ignoresRelapses: boolean;

  /** @param ignoresRelapses the reader must read again at the times from `unsettled` */
  constructor({ ignoresRelapses = false }: { readonly ignoresRelapses?: boolean } = {}) {
    this.#ignoresRelapses = ignoresRelapses;
  }

  get records(): ReadonlyMap<string, R> {
    this.#shared = true;
    return this.#records;
  }

  get size(): number {
    return this.#records.size;
  }

  get(name: string): R | undefined {
    return this.#records.get(name);
  }

  has(name: string): boolean {
    return this.#records.has(name);
  }

  /** Whether a record is here only because of a write that AWS has not answered yet. */
  isAsked(name: string): boolean {
    const record = this.#records.get(name);
    const writes = this.#writes.get(name) ?? [];
    return writes.some(
      ({ outcome, provisional }) => outcome === "open" && record !== undefined && provisional === record,
    );
  }

  /** Whether a complete read would have shown the name. */
  wasRead(name: string): boolean {
    return this.#readAt !== undefined || this.#nameReadAt.has(name);
  }

  /** Whether there was any complete read. */
  get hasBeenRead(): boolean {
    return this.#readAt !== undefined || this.#nameReadAt.size > 0;
  }

  /** When the newest complete read that would have shown a name began. */
  readAtOf(name: string): number | undefined {
    return this.#nameReadAt.get(name) ?? this.#readAt;
  }

  /** When the newest complete read of all names began. */
  get readAt(): number | undefined {
    return this.#readAt;
  }

  /** Notes a write that starts now. */
  begin(name: string): OpenWrite<R> {
    const write: OpenWrite<R> = {
      name,
      endedAt: undefined,
      outcome: "open",
      effect: undefined,
      provisional: undefined,
    };
    this.#writes.set(name, [...(this.#writes.get(name) ?? []), write]);
    return write;
  }

  /** Believes in a write before AWS has answered. */
  expect(write: OpenWrite<R>, effect: Effect<R>): void {
    write.effect = effect;
    if (this.#records.has(write.name)) return;
    write.provisional = effect.apply(undefined);
    this.#set(write.name, write.provisional);
  }

  /** AWS took it. */
  done(write: OpenWrite<R>, at: number, wallAt: number, effect: Effect<R> | undefined = write.effect): void {
    this.#end(write, "done", at, wallAt);
    write.effect = effect;
    if (effect === undefined) return;
    if (effect.supersedes) this.#writes.set(write.name, [write]);
    this.#set(write.name, effect.apply(this.#records.get(write.name)));
  }

  /** It certainly did not happen. */
  failed(write: OpenWrite<R>, at: number, wallAt: number): void {
    this.#end(write, "failed", at, wallAt);
    this.#takeBack(write);
  }

  /**
   * It may have happened: what it put provisionally stays until AWS can be believed.
   * @param doubt what is held of the record until then, in addition to what it was
   */
  maybe(write: OpenWrite<R>, at: number, wallAt: number, doubt?: Effect<R>): void {
    this.#end(write, "maybe", at, wallAt);
    if (doubt === undefined) return;
    write.effect = doubt;
    this.#set(write.name, doubt.apply(this.#records.get(write.name)));
  }

  /** It never left this process. */
  cancel(write: OpenWrite<R>): void {
    this.#takeBack(write);
    const others = (this.#writes.get(write.name) ?? []).filter((other) => other !== write);
    if (others.length === 0) this.#writes.delete(write.name);
    else this.#writes.set(write.name, others);
  }

  /**
   * Takes in a complete read of all names that began at `begunAt` and is there at `answeredAt`: what it shows may be as new
   * as that, for it may have waited for the call budget.
   * @returns the names that changed: the record, or that its absence may be believed from now on
   */
  mergeAll(reads: ReadonlyMap<string, R>, begunAt: number, answeredAt: number): readonly string[] {
    const names = new Set([...this.#records.keys(), ...reads.keys(), ...this.#writes.keys(), ...this.#relapsed.keys()]);
    const changed = [...names].filter((name) =>
      this.#merge(name, reads.get(name), { begunAt, answeredAt, complete: true }),
    );
    this.#readAt = begunAt;
    for (const [name, at] of this.#nameReadAt) if (at <= begunAt) this.#nameReadAt.delete(name);
    this.#forgetOld(begunAt);
    return changed;
  }

  /** Forgets names that nobody asks for any more: what was known of them would only grow old. */
  forgetNames(isForgotten: (name: string) => boolean): void {
    for (const name of new Set([...this.#records.keys(), ...this.#writes.keys(), ...this.#nameReadAt.keys()])) {
      const isOpen = this.#writes.get(name)?.some(({ endedAt }) => endedAt === undefined) === true;
      if (!isForgotten(name) || isOpen) continue;
      this.#writes.delete(name);
      this.#relapsed.delete(name);
      this.#nameReadAt.delete(name);
      this.#set(name, undefined);
    }
  }

  #forgetOld(begunAt: number): void {
    for (const [name, earlier] of this.#superseded) {
      if (earlier.every(({ at }) => begunAt >= at + stalenessMs)) this.#superseded.delete(name);
    }
    for (const [name, at] of this.#changedAt) if (at < begunAt - changesKeptMs) this.#changedAt.delete(name);
    for (const [name, { at }] of this.#lastEnd) {
      if (at < begunAt - endsKeptMs && !this.#writes.has(name)) this.#lastEnd.delete(name);
    }
  }

  /** Takes in a complete read of one name. */
  mergeName(name: string, read: R | undefined, begunAt: number, answeredAt: number): boolean {
    const changed = this.#merge(name, read, { begunAt, answeredAt, complete: true });
    this.#nameReadAt.set(name, Math.max(begunAt, this.#nameReadAt.get(name) ?? begunAt));
    this.#forgetOld(begunAt);
    return changed;
  }

  /** Takes in a read that shows what is there, but not whether anything is missing. */
  mergeSeen(name: string, read: R, begunAt: number, answeredAt: number): boolean {
    return this.#merge(name, read, { begunAt, answeredAt, complete: false });
  }

  /** When the newest complete read that would have shown a name began; as of now. */
  namesRead(): (name: string) => number | undefined {
    const all = this.#readAt;
    const single = new Map(this.#nameReadAt);
    return (name) => single.get(name) ?? all;
  }

  /** Whether a complete read that began at `begunAt` contains every write of ours to `name`. */
  isSettled(name: string, begunAt: number): boolean {
    if (this.#writes.get(name)?.some(({ endedAt }) => endedAt === undefined) === true) return false;
    const last = this.#lastEnd.get(name);
    return last === undefined || begunAt >= last.at + stalenessMs;
  }

  /** From when on a read is sure to contain every write of ours to `name` that has ended. */
  settledFrom(name: string): number {
    return (this.#lastEnd.get(name)?.at ?? Number.NEGATIVE_INFINITY) + stalenessMs;
  }

  /** From when on every read of AWS is of after the last change of `name`, ours or one that a read has shown. */
  shownAt(name: string): number {
    const changes = [this.#lastEnd.get(name)?.at, this.#changedAt.get(name)].filter((at) => at !== undefined);
    return Math.max(Number.NEGATIVE_INFINITY, ...changes) + stalenessMs;
  }

  /** Wall time (ms) of the end of the last write to `name`, 0 when there was none. */
  lastWriteAt(name: string): number {
    return this.#lastEnd.get(name)?.wallAt ?? 0;
  }

  /** Whether a complete read of all names that began at `begunAt` contains every write with an unknown outcome. */
  isCertain(begunAt: number): boolean {
    return [...this.#writes.values()]
      .flat()
      .every(
        ({ endedAt, outcome }) => endedAt !== undefined && (outcome !== "maybe" || begunAt >= endedAt + stalenessMs),
      );
  }

  /** From when on a read is sure to contain the writes to `name` that may have happened. */
  certainAt(name: string): number | undefined {
    const ends = (this.#writes.get(name) ?? []).flatMap((write) =>
      write.outcome === "maybe" && write.endedAt !== undefined ? [write.endedAt + stalenessMs] : [],
    );
    return ends.length === 0 ? undefined : Math.max(...ends);
  }

  /**
   * The names with writes that have ended and wait for a complete read that is sure to contain them, with the time from
   * which on one is. Refused writes alone are not worth a read.
   */
  *unsettled(): Generator<{ readonly name: string; readonly at: number; readonly doubtful: boolean }> {
    for (const [name, at] of this.#relapsed) yield { name, at, doubtful: false };
    for (const [name, writes] of this.#writes) {
      const at = this.#shownFrom(name, writes);
      if (at === undefined) continue;
      const doubtful = !this.#records.has(name) || writes.some(({ outcome }) => outcome === "maybe");
      yield { name, at, doubtful };
    }
  }

  /** From when on a complete read of a name settles what `unsettled` says of it; undefined: nothing. */
  unsettledAt(name: string): number | undefined {
    return this.#relapsed.get(name) ?? this.#shownFrom(name, this.#writes.get(name) ?? []);
  }

  #shownFrom(name: string, writes: readonly OpenWrite<R>[]): number | undefined {
    const at = this.#lastEnd.get(name)?.at;
    if (at === undefined || writes.some(({ endedAt }) => endedAt === undefined) || !writes.some(mayShow))
      return undefined;
    return at + stalenessMs;
  }

  #merge(name: string, read: R | undefined, { begunAt, answeredAt, complete }: OverlayRead): boolean {
    if ((this.#nameReadAt.get(name) ?? begunAt) > begunAt) return false;
    const writes = this.#writes.get(name) ?? [];
    const waitedFor = writes.filter(({ endedAt }) => endedAt === undefined || begunAt < endedAt + stalenessMs);
    const settled = complete && writes.length > 0 && waitedFor.length === 0;
    if (settled) this.#writes.delete(name);
    const stale = waitedFor.some(({ effect, outcome }) => outcome !== "failed" && effect?.shows(read) === false);
    const differs = !stale && !jsonEqual(this.#records.get(name), read);
    const relapse = differs && this.#isRelapse(name, read, begunAt);
    if (!relapse) this.#relapsed.delete(name);
    const changed = differs && !relapse;
    if (changed) {
      this.#supersede(name, answeredAt);
      this.#changedAt.set(name, answeredAt);
      this.#set(name, read);
    }
    return changed || (settled && writes.some(mayShow) && !this.#records.has(name));
  }

  /**
   * AWS does not answer every read from the same copy: one that shows exactly what an earlier read had already shown
   * to be over is stale, as long as AWS may be. So is one that is CREATING after one that was not any more: what our write put
   * in its place has not all that AWS shows. If it is true all the same, a read after that time shows it.
   */
  #isRelapse(name: string, read: R | undefined, begunAt: number): boolean {
    if (read === undefined || !this.#ignoresRelapses) return false;
    const known = this.#records.get(name);
    const earlier = this.#superseded.get(name)?.filter(({ at }) => begunAt < at + stalenessMs) ?? [];
    if (earlier.length === 0) this.#superseded.delete(name);
    else this.#superseded.set(name, earlier);
    const found = earlier.find(
      ({ record }) => jsonEqual(record, read) || (isCreating(record) && isCreating(read) && !isCreating(known)),
    );
    if (found !== undefined) this.#relapsed.set(name, found.at + stalenessMs);
    return found !== undefined;
  }

  #supersede(name: string, at: number): void {
    if (!this.#ignoresRelapses) return;
    const record = this.#records.get(name);
    this.#superseded.set(name, [...(this.#superseded.get(name) ?? []), { record, at }]);
  }

  #end(write: OpenWrite<R>, outcome: "done" | "failed" | "maybe", at: number, wallAt: number): void {
    write.outcome = outcome;
    write.endedAt = at;
    this.#lastEnd.set(write.name, { at, wallAt });
  }

  #takeBack(write: OpenWrite<R>): void {
    const { name, provisional } = write;
    if (provisional !== undefined && this.#records.get(name) === provisional) this.#set(name, undefined);
    write.effect = undefined;
  }

  #set(name: string, record: R | undefined): void {
    if (record === undefined && !this.#records.has(name)) return;
    if (this.#shared) {
      this.#records = new Map(this.#records);
      this.#shared = false;
    }
    if (record === undefined) this.#records.delete(name);
    else this.#records.set(name, record);
  }
}

function mayShow({ outcome }: { readonly outcome: OpenWrite<unknown>["outcome"] }): boolean {
  return outcome !== "failed";
}

function isCreating(record: unknown): boolean {
  return typeof record === "object" && record !== null && "status" in record && record.status === "CREATING";
}
