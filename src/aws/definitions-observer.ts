import { abortable } from "../runtime/abort.ts";
import { sleep } from "../runtime/clock.ts";
import type { DefinitionRevision } from "./batch.ts";
import type { BatchApi } from "./batch-calls.ts";
import { Alarm, keepReading, ReadHealth } from "./cadence.ts";
import { AwsError } from "./errors.ts";
import { HintsHeard } from "./hint.ts";
import { pageSize } from "./listing.ts";
import type { ObserverOptions } from "./lists-observer.ts";
import { longRead } from "./long-read.ts";
import { definitionArn, type Location } from "./names.ts";
import { noChange } from "./region-cache.ts";
import {
  activeRevisions,
  describeRevisions,
  type Revisions,
  type StoredRevision,
  withRevision,
} from "./resources/job-definitions.ts";
import { consumablesNamedBy } from "./revision-consumables.ts";
import { rolesNamedBy } from "./revision-roles.ts";

/** Milliseconds between two reads of the known revisions, and between two listings of all; the rest is chance. */
const describeMs = 60_000;
const describeSpreadMs = 6000;
const listMs = 600_000;
const listSpreadMs = 20_000;

export interface DefinitionsObserverOptions extends ObserverOptions {
  readonly location: Location;
  readonly fingerprintOf: (revision: DefinitionRevision) => string;
  /** Whether the revisions of this name are kept. */
  readonly keeps: (name: string, tags: Readonly<Record<string, string>>) => boolean;
}

/**
 * Keeps digests of the ACTIVE revisions. Every minute the highest one of each name is described, 100 in a call; the
 * places that are left in the last call ask for the revisions that would come next, so that one registered by others
 * is found early. Whatever seems odd is listed by name, which alone decides what is there.
 */
export class DefinitionsObserver {
  readonly health: ReadHealth;
  readonly #options: DefinitionsObserverOptions;
  readonly #alarm: Alarm;
  /** Names that someone asked for, or that we wrote: kept whatever `keeps` says. */
  readonly #wanted = new Set<string>();
  #listedAt: number | undefined;
  /** While it is under way. */
  #believed: Promise<void> | undefined;
  #describedAt = Number.NEGATIVE_INFINITY;
  #chance = 0;
  #pages = 1;
  /** Which name's next revision is asked for first in the next read. */
  #probeFrom = 0;
  /** By name: the highest revision that was met deregistered above the ACTIVE ones. */
  readonly #deregistered = new Map<string, number>();
  /** Names that a read found odd and no listing has explained yet. */
  readonly #odd = new Set<string>();
  /** Names of which something was heard that no listing is sure to show yet. */
  readonly #heard = new Map<string, HintsHeard>();
  /** When the last of their listings began. */
  #heardReadAt = Number.NEGATIVE_INFINITY;

  constructor(options: DefinitionsObserverOptions) {
    this.#options = options;
    this.health = new ReadHealth(options.clock, options.random);
    this.#alarm = new Alarm(options.clock);
  }

  /** Resolves when the lifetime ends. */
  run(): Promise<void> {
    const { clock, lifetime } = this.#options;
    return keepReading(clock, { due: () => this.#due(), read: () => this.#read(), alarm: this.#alarm }, lifetime);
  }

  /** The revisions of this name may be others than were last read. */
  hear(name: string): void {
    const isKept = this.#wanted.has(name) || this.#options.cache.records.jobDefinitions.get(name) !== undefined;
    if (!isKept) return;
    const hints = this.#heard.get(name) ?? new HintsHeard();
    hints.hear(this.#options.clock.monotonic());
    this.#heard.set(name, hints);
    this.#alarm.ring();
  }

  /** Something was written: the next read may be due earlier. */
  reconsider(): void {
    this.#alarm.ring();
  }

  keep(name: string): void {
    this.#wanted.add(name);
  }

  /**
   * Lists the revisions of one name, as soon as AWS's answer is sure to contain what this process, or the writer
   * before it, may have registered.
   * @param batch makes the calls for whoever asks
   * @throws AwsError
   */
  async refresh(name: string, batch: BatchApi, signal: AbortSignal): Promise<void> {
    const { cache, clock } = this.#options;
    this.#wanted.add(name);
    const askedAt = clock.monotonic();
    const believedFrom = cache.believedFrom() ?? 0;
    const from = Math.max(believedFrom, cache.records.jobDefinitions.certainAt(name) ?? 0);
    const waitMs = from - askedAt;
    if (waitMs > 0) await sleep(clock, waitMs, signal);
    if (this.#listedAt !== undefined && this.#listedAt < believedFrom) await abortable(this.#listBelieved(), signal);
    const listedAt = this.#listedAt ?? Number.NEGATIVE_INFINITY;
    if (listedAt <= askedAt || listedAt < from) await this.#listName(name, batch, signal);
    // It may be the first that is kept: then the next read is due earlier.
    this.#alarm.ring();
  }

  /**
   * What the first listing does not show proves nothing, for the writer before may still have written: one more, for
   * whoever asks first, spares every other new name a listing of its own.
   */
  #listBelieved(): Promise<void> {
    this.#believed ??= this.#listAll().finally(() => {
      this.#believed = undefined;
    });
    return this.#believed;
  }

  #due(): number {
    if (this.health.retryAt !== undefined) return this.health.retryAt;
    if (this.#listedAt === undefined) return Number.NEGATIVE_INFINITY;
    const { jobDefinitions: definitions } = this.#options.cache.records;
    const describe = definitions.size === 0 ? Number.POSITIVE_INFINITY : this.#describeDue();
    const confirmations = this.#unconfirmed().map(({ at }) => at);
    return Math.min(this.#listDue(), describe, this.#heardDue(), ...confirmations);
  }

  #listDue(): number {
    const since = this.#listedAt;
    return since === undefined ? Number.NEGATIVE_INFINITY : since + listMs + listSpreadMs * this.#chance;
  }

  #describeDue(): number {
    // The listing shows it all, and is as frequent as whatever rests.
    if (this.#options.announcements.trusts("resources")) return Number.POSITIVE_INFINITY;
    return this.#describedAt + describeMs + describeSpreadMs * this.#chance;
  }

  #heardDue(): number {
    return Math.min(...[...this.#heard.values()].map((hints) => hints.due(this.#heardReadAt)));
  }

  /** The names of which something was heard were listed: those are done with of which that was sure to show it. */
  #listedHeard(begunAt: number): void {
    this.#heardReadAt = begunAt;
    for (const [name, hints] of this.#heard) if (!Number.isFinite(hints.due(begunAt))) this.#heard.delete(name);
  }

  /** Writes with an outcome that only a listing of the name can show. */
  #unconfirmed(): { readonly name: string; readonly at: number }[] {
    return [...this.#options.cache.records.jobDefinitions.unsettled()].filter(({ doubtful }) => doubtful);
  }

  async #read(): Promise<void> {
    const { cache, clock, lifetime, random } = this.#options;
    const now = clock.monotonic();
    try {
      if (this.#listDue() <= now) {
        await this.#listAll();
      } else {
        if (this.#describeDue() <= now) await this.#describeHighest();
        const unconfirmed = this.#unconfirmed().flatMap(({ name, at }) => (at <= now ? [name] : []));
        const heard = this.#heardDue() <= now ? [...this.#heard.keys()] : [];
        const names = new Set([...unconfirmed, ...this.#odd, ...heard]);
        if (names.size > this.#pages) await this.#listAll();
        else for (const name of names) await this.#listName(name, this.#options.batch, lifetime);
        if (heard.length > 0) this.#listedHeard(now);
      }
    } catch (error) {
      if (error instanceof AwsError && !lifetime.aborted) {
        this.health.fails(error);
        cache.setFailure("jobDefinitions", this.health.failure);
      }
      throw error;
    }
    this.#chance = random();
    this.health.works();
    cache.setFailure("jobDefinitions", undefined);
  }

  async #listAll(): Promise<void> {
    const { cache, clock, lifetime } = this.#options;
    const batch = longRead(this.#options);
    const begunAt = clock.monotonic();
    const odd = [...this.#odd];
    const kept = new Map<string, Revisions<StoredRevision>>();
    const others = new Set<string>();
    let pages = 0;
    for await (const page of activeRevisions(batch, undefined, lifetime)) {
      pages++;
      for (const revision of page) {
        const name = revision.jobDefinitionName;
        if (kept.has(name) || this.#keeps(revision)) kept.set(name, this.#with(kept.get(name), revision));
        else others.add(name);
      }
    }
    this.#pages = Math.max(1, pages);
    // Names of which some revisions came before the one that made the name worth keeping, and names that what went
    // away between two pages may have hidden.
    const doubtful = new Set([...others].filter((name) => kept.has(name)));
    const hidden = pages > 1 ? [...cache.records.jobDefinitions.records.keys()].filter((name) => !kept.has(name)) : [];
    for (const name of [...doubtful, ...hidden]) {
      others.delete(name);
      const revisions = await this.#readName(batch, name, lifetime);
      if (revisions.length > 0) kept.set(name, revisions);
    }
    this.#listedAt = begunAt;
    this.#describedAt = begunAt;
    for (const name of odd) this.#odd.delete(name);
    cache.update(() => {
      cache.otherDefinitions = others;
      return { ...noChange, jobDefinitions: cache.records.jobDefinitions.mergeAll(kept, begunAt, clock.monotonic()) };
    });
  }

  async #listName(name: string, batch: BatchApi, signal: AbortSignal): Promise<void> {
    const { cache, clock } = this.#options;
    const begunAt = clock.monotonic();
    const revisions = await this.#readName(longRead({ ...this.#options, batch }), name, signal);
    this.#odd.delete(name);
    cache.update(() => {
      const read = revisions.length === 0 ? undefined : revisions;
      const changed = cache.records.jobDefinitions.mergeName(name, read, begunAt, clock.monotonic());
      if (cache.otherDefinitions.has(name)) {
        cache.otherDefinitions = new Set([...cache.otherDefinitions].filter((other) => other !== name));
      }
      return { ...noChange, jobDefinitions: changed ? [name] : [] };
    });
  }

  async #readName(batch: BatchApi, name: string, signal: AbortSignal): Promise<Revisions<StoredRevision>> {
    let revisions: Revisions<StoredRevision> = [];
    for await (const page of activeRevisions(batch, name, signal)) {
      for (const revision of page) revisions = this.#with(revisions, revision);
    }
    return revisions;
  }

  /** Notes the names that must be listed to know what is there. */
  async #describeHighest(): Promise<void> {
    const { cache, clock, lifetime } = this.#options;
    const batch = longRead(this.#options);
    const begunAt = clock.monotonic();
    const highest = [...cache.records.jobDefinitions.records.values()].flatMap(([first]) =>
      first === undefined ? [] : [first],
    );
    const known = new Map(highest.map((revision) => [revision.arn, revision]));
    const probes = this.#probes(highest);
    const asked = [...known.keys(), ...probes.keys()];
    for (let start = 0; start < asked.length; start += pageSize) {
      const arns = asked.slice(start, start + pageSize);
      const answered = await describeRevisions(batch, arns, lifetime);
      const active = new Map(answered.filter(isActive).map((revision) => [revision.jobDefinitionArn, revision]));
      for (const arn of arns) {
        const expected = known.get(arn);
        if (expected !== undefined && !active.has(arn)) this.#odd.add(expected.name);
      }
      for (const revision of answered) {
        const name = probes.get(revision.jobDefinitionArn);
        if (name === undefined) continue;
        this.#odd.add(name);
        // It will never be ACTIVE again, and must not seem odd again: the next question is for the one after it.
        if (!isActive(revision)) this.#deregistered.set(name, revision.revision);
      }
      cache.update(() => ({
        ...noChange,
        jobDefinitions: [...active.values()].flatMap((revision) => {
          const name = revision.jobDefinitionName;
          const seen = cache.records.jobDefinitions.get(name);
          // One that was deregistered meanwhile, or that a listing of the name will bring.
          if (!seen?.some(({ arn }) => arn === revision.jobDefinitionArn)) return [];
          const read = this.#with(seen, revision);
          return cache.records.jobDefinitions.mergeSeen(name, read, begunAt, clock.monotonic()) ? [name] : [];
        }),
      }));
    }
    this.#describedAt = begunAt;
  }

  /** ARNs that do not exist yet, with their names: as many as there is room for without another call. */
  #probes(known: readonly StoredRevision[]): ReadonlyMap<string, string> {
    const room = Math.min(known.length, Math.ceil(known.length / pageSize) * pageSize - known.length);
    const probes = new Map<string, string>();
    for (let count = 0; count < room; count++) {
      const revision = known[(this.#probeFrom + count) % known.length];
      if (revision === undefined) break;
      const highest = Math.max(revision.revision, this.#deregistered.get(revision.name) ?? 0);
      probes.set(definitionArn(this.#options.location, revision.name, highest + 1), revision.name);
    }
    this.#probeFrom = known.length === 0 ? 0 : (this.#probeFrom + room) % known.length;
    return probes;
  }

  #keeps({ jobDefinitionName: name, tags }: DefinitionRevision): boolean {
    const { cache, keeps } = this.#options;
    return this.#wanted.has(name) || cache.records.jobDefinitions.get(name) !== undefined || keeps(name, tags ?? {});
  }

  /** With the digest of `revision`; a body never changes, so its fingerprint is taken once. */
  #with(revisions: Revisions<StoredRevision> = [], revision: DefinitionRevision): Revisions<StoredRevision> {
    const { cache, fingerprintOf } = this.#options;
    const { jobDefinitionName: name, jobDefinitionArn: arn } = revision;
    const known = cache.records.jobDefinitions.get(name)?.find((seen) => seen.arn === arn && seen.read);
    return withRevision(revisions, {
      name,
      revision: revision.revision,
      arn,
      type: revision.type ?? "container",
      tags: { ...revision.tags },
      fingerprint: known?.fingerprint ?? fingerprintOf(revision),
      roles: known?.roles ?? rolesNamedBy(revision),
      ...consumablesNamedBy(revision),
      read: true,
    });
  }
}

function isActive({ status }: DefinitionRevision): boolean {
  return status === undefined || status === "ACTIVE";
}
