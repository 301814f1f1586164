import { abortable } from "../runtime/abort.ts";
import { sleep } from "../runtime/clock.ts";
import { NamespaceTurns } from "../runtime/namespace-turns.ts";
import { batchCalls } from "./batch-calls.ts";
import { Alarm, keepReading, ReadHealth } from "./cadence.ts";
import { callsFor } from "./calls.ts";
import { AwsError } from "./errors.ts";
import { HintsHeard } from "./hint.ts";
import { type ObserverOptions, pauseWhileMoving, restMs, restMsOf, restSpreadMs, soonestMs } from "./lists-observer.ts";
import { longRead } from "./long-read.ts";
import type { Location } from "./names.ts";
import type { OverlaidRecords } from "./overlay.ts";
import { type Rank, RankedLine, ranks } from "./ranked-line.ts";
import { noChange } from "./region-cache.ts";
import { type AskedKey, askedResources, type ResourceApi, type ResourceRecords } from "./resources/index.ts";
import type { AskedResource, ListedPart } from "./resources/resource.ts";

/** Between two checks of the names that objects give, and of what is due, while there is something to read. */
const checkMs = 1000;
/** How long a change that AWS has to show is expected; it ends earlier once the resource moved and has come to rest. */
const expectMs = 120_000;
/** Each so many lists one resource of each namespace is described in place of the list, which shows no tags. */
const listsPerDescription = 5;

/** By namespace: the names that its objects give. */
export type NamesByNamespace = ReadonlyMap<string, ReadonlySet<string>>;

export interface AskedObserverOptions<Key extends AskedKey> extends ObserverOptions {
  readonly location: Location;
  readonly key: Key;
  /** As objects give them now. */
  readonly asked: (key: AskedKey) => NamesByNamespace;
}

/** A name that objects give. Times are monotonic ms. */
interface AskedName {
  readonly name: string;
  /** The namespaces whose objects give it. */
  namespaces: readonly string[];
  /** Its rank while it waits in line. */
  rank: Rank | undefined;
  waiters: PromiseWithResolvers<void>[];
  describedAt: number;
  /** A read that begins then or later shows something that an earlier one cannot. */
  wantedFrom: number;
  /** What is known of it may be wrong. */
  doubted: boolean;
  movedAt: number;
  expectUntil: number;
  /** Undefined: nothing was heard of it. */
  hints: HintsHeard | undefined;
}

interface PlaceInLine {
  readonly entry: AskedName;
  readonly namespace: string;
}

/**
 * Keeps resources up to date of which only the names are read that objects give, a call at a time for each namespace.
 *
 * Namespaces take turns, whatever they wait for: one that gives thousands of names, or whose passes ask without end, delays
 * another's by one call. Within a namespace a name goes first that a pass waits for, then what was never read, was written or
 * moves, then what is known longest. At rest a list says which of them need no description, where AWS has one with their contents.
 */
export class AskedObserver<Key extends AskedKey> {
  readonly health: ReadHealth;
  readonly #options: AskedObserverOptions<Key>;
  readonly #resource: AskedResource<ResourceRecords[Key], ResourceApi>;
  readonly #records: OverlaidRecords<ResourceRecords[Key]>;
  readonly #alarm: Alarm;
  readonly #entries = new Map<string, AskedName>();
  readonly #lines = new NamespaceTurns(() => new RankedLine<PlaceInLine>());
  /** How many names wait in line. */
  #waiting = 0;
  /** The namespaces for which a call is under way. */
  readonly #busy = new Set<string>();
  /** What a call threw that is no answer of AWS: it ends the loop. */
  #fault: { readonly error: unknown } | undefined;
  #turn = 0;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #checkAt = Number.NEGATIVE_INFINITY;
  /** When the last list began, and what of it is still to be read. */
  #listedAt: number;
  #list: AsyncIterator<ListedPart<ResourceRecords[Key]>> | undefined;
  #unlisted = new Set<string>();
  #lists = 0;
  #chance = 0;

  constructor(options: AskedObserverOptions<Key>) {
    const { cache, clock, key, random } = options;
    this.#options = options;
    this.#resource = askedResources[key] as AskedResource<ResourceRecords[Key], ResourceApi>;
    this.#records = cache.records[key] as OverlaidRecords<ResourceRecords[Key]>;
    this.#listedAt = clock.monotonic();
    this.health = new ReadHealth(clock, random);
    this.#alarm = new Alarm(clock);
  }

  /** Resolves when the lifetime ends. */
  run(): Promise<void> {
    const { clock, lifetime } = this.#options;
    return keepReading(clock, { due: () => this.#due(), read: () => this.#read(), alarm: this.#alarm }, lifetime);
  }

  /**
   * Complete reads of these names that begin no earlier than this call, and not before they are sure to show what the
   * writer before this process wrote.
   * @param namespace waits for them
   * @throws AwsError when AWS cannot be read; while a retry is not due, at once and without a call
   */
  async refresh(names: readonly string[], namespace: string, signal: AbortSignal): Promise<void> {
    const { cache, clock } = this.#options;
    const { failure, retryAt } = this.health;
    if (failure !== undefined && retryAt !== undefined && clock.monotonic() < retryAt) throw failure.error;
    const waitMs = (cache.believedFrom() ?? 0) - clock.monotonic();
    if (waitMs > 0) await sleep(clock, waitMs, signal);
    const reads = names.map((name) => {
      const waiter = Promise.withResolvers<void>();
      const entry = this.#entry(name, namespace);
      entry.waiters.push(waiter);
      this.#queue(entry, namespace, "waited");
      return waiter.promise;
    });
    await abortable(Promise.all(reads), signal);
  }

  /** AWS is about to show another state of it. */
  expectChange(name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    const now = this.#options.clock.monotonic();
    entry.expectUntil = now + expectMs;
    entry.movedAt = now;
    this.#checkSoon();
  }

  /** A read of the name that begins at this time (monotonic ms) or later shows something that an earlier one cannot. */
  want(name: string, namespace: string, from: number): void {
    const entry = this.#entry(name, namespace);
    if (!this.#records.wasRead(name)) this.#queue(entry, namespace, "new");
    else if (from > entry.wantedFrom) {
      entry.wantedFrom = from;
      this.#checkSoon();
    }
  }

  /** AWS may show another state than the last read. */
  hear(name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    entry.hints ??= new HintsHeard();
    entry.hints.hear(this.#options.clock.monotonic());
    this.#checkSoon();
  }

  /** A write of ours to it has ended. */
  wrote(name: string): void {
    const entry = this.#entries.get(name);
    if (entry !== undefined) entry.movedAt = this.#options.clock.monotonic();
    this.#checkSoon();
  }

  /** This process became the writer: the next read may be due earlier. */
  reconsider(): void {
    this.#checkSoon();
  }

  #due(): number {
    const isAtWork = this.#fault !== undefined || this.#canDescribe() || this.#list !== undefined;
    const due = isAtWork ? Number.NEGATIVE_INFINITY : Math.min(this.#checkAt, this.#listDue());
    return Math.max(due, this.health.retryAt ?? due);
  }

  #listDue(): number {
    if (this.#resource.list === undefined || this.#entries.size === 0) return Number.POSITIVE_INFINITY;
    return this.#listedAt + restMsOf(this.#options) + restSpreadMs * this.#chance;
  }

  /** Begins a description, or reads a part of the list: one call at most, so that whoever comes next waits for no more. */
  async #read(): Promise<void> {
    const { clock } = this.#options;
    if (this.#fault !== undefined) throw this.#fault.error;
    if (this.#checkAt <= clock.monotonic()) this.#check();
    if (this.#listDue() <= clock.monotonic()) this.#beginList();
    const isTurnOfList = this.#list !== undefined && (!this.#canDescribe() || this.#turn % 2 === 1);
    if (isTurnOfList) await this.#counted(() => this.#readPart());
    else if (this.#canDescribe()) {
      const places = this.#nextOnes();
      const namespace = places[0]?.namespace;
      if (namespace === undefined) return;
      this.#busy.add(namespace);
      this.#counted(() => this.#describe(places, namespace))
        .catch((error: unknown) => {
          // An AwsError is in the cache's `failure` by now.
          if (!(error instanceof AwsError) && !this.#options.lifetime.aborted) this.#fault = { error };
        })
        .finally(() => {
          this.#busy.delete(namespace);
          this.#alarm.ring();
        });
    }
  }

  /** Whether AWS answers, for whoever asks: `health`, and the cache's `failure`. */
  async #counted(read: () => Promise<void>): Promise<void> {
    const { cache, clock, key, lifetime } = this.#options;
    try {
      await read();
    } catch (error) {
      // Calls that were under way together fail once.
      const isNew = clock.monotonic() >= (this.health.retryAt ?? Number.NEGATIVE_INFINITY);
      if (error instanceof AwsError && !lifetime.aborted && isNew) {
        this.health.fails(error);
        cache.setFailure(key, this.health.failure);
      }
      if (this.#list !== undefined) this.#listedAt = Number.NEGATIVE_INFINITY;
      this.#list = undefined;
      this.#checkSoon();
      for (const { waiters } of this.#entries.values()) for (const one of waiters.splice(0)) one.reject(error);
      throw error;
    }
    if (this.health.failure !== undefined) cache.setFailure(key, undefined);
    this.health.works();
    if (this.#waiting === 0 && this.#list === undefined) this.#chance = this.#options.random();
  }

  /** Whether a name waits of a namespace for which no call is under way. */
  #canDescribe(): boolean {
    if (this.#waiting === 0) return false;
    for (const [namespace, line] of this.#lines.lines) if (line.length > 0 && !this.#busy.has(namespace)) return true;
    return false;
  }

  /** Takes in which names objects give, and puts into line what is due. */
  #check(): void {
    const now = this.#options.clock.monotonic();
    this.#checkedAt = now;
    this.#checkAt = now + restMs;
    const given = new Map<string, string[]>();
    for (const [namespace, names] of this.#options.asked(this.#options.key)) {
      for (const name of names) {
        const namespaces = given.get(name);
        if (namespaces === undefined) given.set(name, [namespace]);
        else namespaces.push(namespace);
      }
    }
    for (const [name, entry] of this.#entries) {
      if (given.has(name) || entry.waiters.length > 0) continue;
      this.#leave(entry);
      this.#entries.delete(name);
    }
    this.#records.forgetNames((name) => !given.has(name) && !this.#entries.has(name));
    const due: { readonly entry: AskedName; readonly readAt: number }[] = [];
    for (const [name, namespaces] of given) {
      const entry = this.#entry(name, ...namespaces);
      entry.namespaces = namespaces;
      if (entry.rank !== undefined) continue;
      if (this.#dueAt(entry) > now) this.#checkAgain(entry);
      else due.push({ entry, readAt: this.#records.readAtOf(name) ?? Number.NEGATIVE_INFINITY });
    }
    due.sort((left, right) => left.readAt - right.readAt);
    for (const { entry } of due) for (const one of entry.namespaces) this.#queue(entry, one, this.#rankOf(entry, now));
  }

  #checkSoon(): void {
    this.#checkAt = Math.min(this.#checkAt, Math.max(this.#options.clock.monotonic(), this.#checkedAt + checkMs));
    this.#alarm.ring();
  }

  #checkAgain(entry: AskedName): void {
    this.#checkAt = Math.min(this.#checkAt, Math.max(this.#dueAt(entry), this.#checkedAt + checkMs));
  }

  #rankOf(entry: AskedName, now: number): Rank {
    return this.#changesAt(entry) <= now ? "new" : "known";
  }

  /** When the name is to be read next. */
  #dueAt(entry: AskedName): number {
    const readAt = this.#records.readAtOf(entry.name);
    const changesAt = this.#changesAt(entry);
    if (readAt === undefined || entry.doubted) return Number.NEGATIVE_INFINITY;
    const believedFrom = this.#options.cache.believedFrom() ?? Number.POSITIVE_INFINITY;
    const oldAt =
      this.#resource.list === undefined ? readAt + restMsOf(this.#options) + restSpreadMs * this.#chance : undefined;
    const ofWriterBefore = readAt < believedFrom ? believedFrom : Number.POSITIVE_INFINITY;
    return Math.min(changesAt, ofWriterBefore, oldAt ?? Number.POSITIVE_INFINITY);
  }

  /** When AWS may show something new of it: it was never read, was written, or moves. */
  #changesAt({ name, wantedFrom, expectUntil, movedAt, hints }: AskedName): number {
    const readAt = this.#records.readAtOf(name);
    if (readAt === undefined) return Number.NEGATIVE_INFINITY;
    const now = this.#options.clock.monotonic();
    const times: number[] = [];
    const moves = isMoving(this.#records.get(name)) || now < expectUntil;
    if (moves) times.push(readAt + pauseWhileMoving(now - movedAt, this.#chance));
    if (readAt < wantedFrom) times.push(Math.max(wantedFrom, readAt + soonestMs));
    if (hints !== undefined) times.push(hints.due(readAt));
    const settles = this.#records.unsettledAt(name);
    if (settles !== undefined) times.push(Math.max(settles, readAt + soonestMs));
    return Math.min(...times);
  }

  #entry(name: string, ...namespaces: readonly string[]): AskedName {
    const known = this.#entries.get(name);
    if (known !== undefined) return known;
    if (this.#entries.size === 0) this.#listedAt = this.#options.clock.monotonic();
    const never = Number.NEGATIVE_INFINITY;
    const times = { describedAt: never, wantedFrom: never, movedAt: never, expectUntil: never };
    const entry: AskedName = {
      name,
      namespaces,
      rank: undefined,
      waiters: [],
      doubted: false,
      ...times,
      hints: undefined,
    };
    this.#entries.set(name, entry);
    return entry;
  }

  /** Puts a name into line, unless it is there with a rank as high. */
  #queue(entry: AskedName, namespace: string, rank: Rank): void {
    if (entry.rank === undefined) this.#waiting++;
    else if (ranks.indexOf(entry.rank) < ranks.indexOf(rank)) return;
    entry.rank = rank;
    this.#lines.of(namespace).push({ entry, namespace }, rank);
    this.#alarm.ring();
  }

  #leave(entry: AskedName): void {
    if (entry.rank !== undefined) this.#waiting--;
    entry.rank = undefined;
  }

  /** The next in line. What was read meanwhile, or has got another rank, is passed over. */
  #next(): PlaceInLine | undefined {
    const place = this.#lines.next((line, namespace) =>
      this.#busy.has(namespace) ? undefined : line.next(({ entry }, rank) => entry.rank === rank),
    );
    if (place !== undefined) this.#leave(place.entry);
    return place;
  }

  /** As many as one call describes: whoever is next, then what is known longest. */
  #nextOnes(): readonly PlaceInLine[] {
    const places: PlaceInLine[] = [];
    this.#turn++;
    const { namesPerCall } = this.#resource;
    while (places.length < namesPerCall && this.#waiting > 0) {
      const place = this.#next();
      if (place === undefined) break;
      places.push(place);
    }
    if (places.length === 0 || places.length === namesPerCall) return places;
    const others = new Set(this.#entries.values());
    for (const { entry } of places) others.delete(entry);
    const readAt = ({ name }: AskedName): number => this.#records.readAtOf(name) ?? Number.NEGATIVE_INFINITY;
    const oldest = [...others].sort((left, right) => readAt(left) - readAt(right));
    const room = oldest.slice(0, namesPerCall - places.length);
    return [...places, ...room.map((entry) => ({ entry, namespace: entry.namespaces[0] ?? "" }))];
  }

  async #describe(places: readonly PlaceInLine[], onBehalfOf: string): Promise<void> {
    const { cache, clock, key, lifetime, location: at } = this.#options;
    const batch = longRead({ ...this.#options, batch: callsFor(onBehalfOf, this.#options.batch, batchCalls) });
    const names = new Set(places.map(({ entry }) => entry.name));
    const waiters = places.flatMap(({ entry }) => entry.waiters.splice(0));
    const begunAt = clock.monotonic();
    const queues = cache.records.jobQueues.records;
    try {
      const found = await this.#resource.describe({ batch, at, names, queues }, lifetime);
      const answeredAt = clock.monotonic();
      for (const { entry } of places) {
        entry.describedAt = begunAt;
        entry.doubted = false;
      }
      cache.update(() => ({
        ...noChange,
        [key]: [...names].filter((name) => this.#merge(name, found.get(name), begunAt, answeredAt)),
      }));
    } catch (error) {
      // The next try says whether AWS can be read again.
      for (const { entry } of places) entry.doubted = true;
      for (const one of waiters) one.reject(error);
      throw error;
    }
    for (const { entry } of places) this.#checkAgain(entry);
    for (const one of waiters) one.resolve();
  }

  /** @returns whether something is different: the record, or that for the first time it is known whether there is one */
  #merge(name: string, read: ResourceRecords[Key] | undefined, begunAt: number, answeredAt: number): boolean {
    const isFirst = !this.#records.wasRead(name);
    const changed = this.#records.mergeName(name, read, begunAt, answeredAt);
    const entry = this.#entries.get(name);
    if (entry !== undefined && changed) {
      // It has come to rest.
      if (isMoving(read)) entry.movedAt = answeredAt;
      else entry.expectUntil = Number.NEGATIVE_INFINITY;
    }
    return changed || isFirst;
  }

  #beginList(): void {
    const { cache, clock, lifetime, location: at } = this.#options;
    this.#listedAt = clock.monotonic();
    const names = new Set(this.#entries.keys());
    const isTurnOfDescription = this.#lists++ % listsPerDescription === listsPerDescription - 1;
    if (isTurnOfDescription || names.size === 1) {
      for (const entry of this.#longestUndescribed()) this.#doubt(entry);
      return;
    }
    this.#unlisted = new Set(names);
    const known = (name: string): ResourceRecords[Key] | undefined => this.#believed(name);
    const { readAt, records } = cache.records.jobQueues;
    const queues = readAt === undefined ? undefined : records;
    const reading = { batch: longRead(this.#options), at, names, queues };
    this.#list = this.#resource.list?.({ ...reading, known }, lifetime)[Symbol.asyncIterator]();
  }

  /** Of each namespace the one that was described longest ago. */
  #longestUndescribed(): Iterable<AskedName> {
    const oldest = new Map<string, AskedName>();
    for (const entry of this.#entries.values()) {
      for (const namespace of entry.namespaces) {
        const other = oldest.get(namespace);
        if (other === undefined || entry.describedAt < other.describedAt) oldest.set(namespace, entry);
      }
    }
    return new Set(oldest.values());
  }

  /** What was read before and may still be so, unless a list shows that it is not. */
  #believed(name: string): ResourceRecords[Key] | undefined {
    const readAt = this.#records.readAtOf(name);
    // The writer before this process may have written what it read.
    const believedFrom = this.#options.cache.believedFrom() ?? Number.POSITIVE_INFINITY;
    const entry = this.#entries.get(name);
    const isDoubted = entry === undefined || entry.doubted || this.#records.unsettledAt(name) !== undefined;
    return isDoubted || readAt === undefined || readAt < believedFrom ? undefined : this.#records.get(name);
  }

  #doubt(entry: AskedName): void {
    entry.doubted = true;
    for (const namespace of entry.namespaces) this.#queue(entry, namespace, "known");
  }

  /** One call of a list; after the last one, what it did not show as known is described. */
  async #readPart(): Promise<void> {
    const { cache, clock, key } = this.#options;
    this.#turn++;
    const begunAt = clock.monotonic();
    const part = await this.#list?.next();
    if (part === undefined) return;
    if (part.done === true) {
      this.#list = undefined;
      for (const name of this.#unlisted) {
        const entry = this.#entries.get(name);
        if (entry !== undefined) this.#doubt(entry);
      }
      return;
    }
    const answeredAt = clock.monotonic();
    const { same, absent } = part.value;
    const shown = new Map([...absent.map((name) => [name, undefined] as const), ...same]);
    for (const name of shown.keys()) this.#unlisted.delete(name);
    cache.update(() => ({
      ...noChange,
      [key]: [...shown].flatMap(([name, read]) =>
        this.#entries.has(name) && this.#merge(name, read, begunAt, answeredAt) ? [name] : [],
      ),
    }));
  }
}

function isMoving(record: unknown): boolean {
  const { status } = (record ?? {}) as { readonly status?: string | undefined };
  return status === "CREATING" || status === "UPDATING" || status === "DELETING";
}
