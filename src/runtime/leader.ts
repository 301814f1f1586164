import { childSignal, DeadlineExceeded, withDeadline } from "./abort.ts";
import { type Clock, sleep } from "./clock.ts";
import type { Log } from "./log.ts";
import type { Random } from "./random.ts";
import { StoreError } from "./store.ts";

/** The parts of a `coordination.k8s.io/v1` Lease that an election uses. */
export interface LeaseRecord {
  /** Empty: released. */
  readonly holderIdentity: string;
  readonly leaseDurationSeconds: number;
  /** By the holder's clock, milliseconds since the epoch; for people, never compared with ours. */
  readonly acquiredAt: number;
  readonly renewedAt: number;
  /** How often the holder changed. */
  readonly transitions: number;
}

export interface Lease extends LeaseRecord {
  readonly resourceVersion: string;
}

/** One named Lease. */
export interface LeaseStore {
  get(signal: AbortSignal): Promise<Lease | undefined>;
  /** @throws StoreError `Conflict` when there is one already */
  create(record: LeaseRecord, signal: AbortSignal): Promise<Lease>;
  /** @throws StoreError `Conflict` when the lease is not at `lease.resourceVersion` any more, `NotFound` without one */
  update(lease: Lease, record: LeaseRecord, signal: AbortSignal): Promise<Lease>;
}

export interface LeaderElectorOptions {
  readonly leases: LeaseStore;
  /** Of this process and no other, also not of its predecessor in the same pod. */
  readonly identity: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** How long others wait after the last renewal that they saw (15 s). */
  readonly leaseDurationMs?: number;
  /** A leader that could not renew for so long stops its work (10 s). */
  readonly renewDeadlineMs?: number;
  /** Between renewals, and between looks of the others (2 s). */
  readonly retryPeriodMs?: number;
  /** Left unused at the end of a lease: clocks of different machines run at slightly different speeds (1 s). */
  readonly marginMs?: number;
  /** Told when leadership begins and ends. */
  readonly onLeading?: (leading: boolean) => void;
}

const requestMs = 5000;
const releaseMs = 3000;

/**
 * Leader election on a Lease. Whether another's lease has run out is judged only by how long we saw it unchanged on
 * our own monotonic clock; so is whether the holder of a lease that somebody deleted can write no more. Election alone
 * does not fence: each write asks `remainingMs` just before it leaves.
 */
export class LeaderElector {
  readonly #options: LeaderElectorOptions;
  readonly #leaseDurationMs: number;
  readonly #renewDeadlineMs: number;
  readonly #retryPeriodMs: number;
  readonly #marginMs: number;
  #seen: Seen | undefined;
  /** When the last renewal that succeeded was sent. */
  #renewed: Moment | undefined;

  constructor(options: LeaderElectorOptions) {
    this.#options = options;
    this.#leaseDurationMs = options.leaseDurationMs ?? 15_000;
    this.#renewDeadlineMs = options.renewDeadlineMs ?? 10_000;
    this.#retryPeriodMs = options.retryPeriodMs ?? 2000;
    this.#marginMs = options.marginMs ?? 1000;
  }

  /**
   * How long this process may still write; 0: not at all. Counted from the moment the last good renewal was sent, by
   * the clock that went furthest: the monotonic one stands still while the machine sleeps, the wall clock may be set
   * back, and the time since boot knows nothing of a pause of the whole virtual machine.
   */
  remainingMs(): number {
    if (this.#renewed === undefined) return 0;
    return Math.max(0, this.#leaseDurationMs - this.#marginMs - this.#sinceRenewalMs(this.#renewed));
  }

  /** The monotonic time at which leadership ends unless it is renewed; undefined: this process does not lead. */
  leadershipDeadline(): number | undefined {
    const remainingMs = this.remainingMs();
    return remainingMs === 0 ? undefined : this.#options.clock.monotonic() + remainingMs;
  }

  /** The identity that holds the lease as far as this process knows; empty: nobody. */
  get holder(): string {
    return this.#lease?.holderIdentity ?? "";
  }

  /** The lease as it was seen last; undefined: there is none, or nobody looked. */
  get #lease(): Lease | undefined {
    return this.#seen?.gone === false ? this.#seen.lease : undefined;
  }

  /**
   * Waits for leadership, runs `lead`, and renews meanwhile. The signal of `lead` aborts when leadership is lost or
   * `signal` aborts; when `lead` has ended by then, the lease is released.
   * @returns `stopped` by `signal` or because `lead` ended, `lost` to time or to another process
   * @throws what `lead` throws
   */
  async run(signal: AbortSignal, lead: (signal: AbortSignal) => Promise<void>): Promise<"stopped" | "lost"> {
    const { log, onLeading } = this.#options;
    if (!(await this.#acquire(signal))) return "stopped";
    log.info("this replica leads");
    onLeading?.(true);
    const child = childSignal(signal);
    const over = new AbortController();
    const work = lead(child.signal)
      .then(
        () => undefined,
        (error: unknown) => ({ error }),
      )
      .finally(() => over.abort());
    const stop = (): void => over.abort();
    child.signal.addEventListener("abort", stop, { once: true });
    try {
      const lost = await this.#renewUntil(over.signal);
      if (lost) log.error("leadership is lost, the work of this replica stops");
      child.abort(new Error("this replica does not lead any more"));
      const inTime = await this.#endOf(work);
      return lost || !inTime ? "lost" : "stopped";
    } finally {
      child.release();
      this.#renewed = undefined;
      onLeading?.(false);
    }
  }

  /** Waits for the end of the work while the lease lasts, then releases it. False: the work did not end in time. */
  async #endOf(work: Promise<{ readonly error: unknown } | undefined>): Promise<boolean> {
    const { clock, log } = this.#options;
    const never = new AbortController().signal;
    const failure = await withDeadline(clock, this.remainingMs(), never, "the end of the work", () => work).catch(
      (error: unknown) => {
        if (!(error instanceof DeadlineExceeded)) throw error;
        return error;
      },
    );
    if (failure instanceof DeadlineExceeded) {
      log.error("the work did not end before the lease does", { error: failure });
      return false;
    }
    if (this.holder === this.#options.identity) await this.#release();
    if (failure !== undefined) throw failure.error;
    return true;
  }

  #sinceRenewalMs(renewed: Moment): number {
    const now = momentOf(this.#options.clock);
    return Math.max(now.monotonic - renewed.monotonic, now.boot - renewed.boot, now.wall - renewed.wall);
  }

  /** False: the signal aborted first. */
  async #acquire(signal: AbortSignal): Promise<boolean> {
    const { clock, random, log } = this.#options;
    while (!signal.aborted) {
      try {
        if (await this.#tryAcquire(signal)) return true;
      } catch (error) {
        if (signal.aborted) break;
        if (!isConflict(error)) log.warn("the lease could not be read or written", { error });
      }
      const pauseMs = this.#retryPeriodMs * (0.8 + 0.2 * random());
      const expiryMs = this.#seen === undefined ? pauseMs : this.#expiresInMs(this.#seen);
      await sleep(clock, expiryMs > 0 ? Math.min(pauseMs, expiryMs) : pauseMs, signal).catch(() => undefined);
    }
    return false;
  }

  async #tryAcquire(signal: AbortSignal): Promise<boolean> {
    const { leases, identity, clock } = this.#options;
    const lease = await this.#request(signal, requestMs, (inner) => leases.get(inner));
    const before = this.holder;
    this.#see(lease);
    if (!this.#isFree()) {
      if (this.holder !== before) this.#tellWhyNot();
      return false;
    }
    const transitions = lease === undefined ? 0 : lease.transitions + (lease.holderIdentity === identity ? 0 : 1);
    await this.#write(signal, requestMs, { ...this.#record(), acquiredAt: clock.now(), transitions });
    return true;
  }

  #isFree(): boolean {
    if (this.#seen === undefined || this.#expiresInMs(this.#seen) <= 0) return true;
    // Of one that was deleted nobody knows who held it at the end.
    if (this.#seen.gone) return false;
    return this.holder === "" || this.holder === this.#options.identity;
  }

  #tellWhyNot(): void {
    const { log } = this.#options;
    if (this.#lease !== undefined) log.info("another replica leads", { holder: this.holder });
    else log.info("the lease was deleted, it is made anew once its holder can be sure to write no more");
  }

  /** True: leadership is lost. False: the signal aborted. */
  async #renewUntil(signal: AbortSignal): Promise<boolean> {
    const { clock, random, log } = this.#options;
    for (;;) {
      const leftMs = this.#renewInMs();
      if (leftMs <= 0) return true;
      const pauseMs = Math.min(this.#retryPeriodMs * (0.8 + 0.2 * random()), leftMs);
      await sleep(clock, pauseMs, signal).catch(() => undefined);
      if (signal.aborted) return false;
      // Measured again: the machine may have slept meanwhile.
      if (this.#renewInMs() <= 0) return true;
      try {
        if (!(await this.#renew(signal))) return true;
      } catch (error) {
        if (signal.aborted) return false;
        log.warn("the lease could not be renewed", { error });
      }
    }
  }

  #renewInMs(): number {
    return this.#renewed === undefined ? 0 : this.#renewDeadlineMs - this.#sinceRenewalMs(this.#renewed);
  }

  /** False: another process holds the lease, or it was deleted. */
  async #renew(signal: AbortSignal): Promise<boolean> {
    const limitMs = Math.min(requestMs, Math.max(1, this.#renewInMs()));
    return await this.#writeAsHolder(signal, limitMs, () => this.#record());
  }

  async #release(): Promise<void> {
    const { log } = this.#options;
    this.#renewed = undefined;
    // A signal of its own: this comes after the process was told to stop.
    const { signal } = new AbortController();
    try {
      const released = await this.#writeAsHolder(signal, releaseMs, () => ({
        ...this.#record(),
        holderIdentity: "",
        leaseDurationSeconds: 1,
      }));
      if (released) log.info("the lease is released");
    } catch (error) {
      log.warn("the lease could not be released, another replica waits until it runs out", { error });
    }
  }

  /** Writes if the lease is still ours. False: it is another's, or was deleted. */
  async #writeAsHolder(signal: AbortSignal, limitMs: number, record: () => LeaseRecord): Promise<boolean> {
    const { leases, identity } = this.#options;
    try {
      await this.#write(signal, limitMs, record());
      return true;
    } catch (error) {
      if (error instanceof StoreError && error.reason === "NotFound") return false;
      if (!isConflict(error)) throw error;
    }
    // Somebody wrote: another holder, or our own write whose answer was lost.
    this.#see(await this.#request(signal, limitMs, (inner) => leases.get(inner)));
    if (this.holder !== identity) return false;
    await this.#write(signal, limitMs, record());
    return true;
  }

  /** What we hold, renewed now. */
  #record(): LeaseRecord {
    const now = this.#options.clock.now();
    const held = this.#seen?.lease;
    return {
      holderIdentity: this.#options.identity,
      leaseDurationSeconds: Math.ceil(this.#leaseDurationMs / 1000),
      acquiredAt: held?.acquiredAt ?? now,
      renewedAt: now,
      transitions: held?.transitions ?? 0,
    };
  }

  /** Writes over what was seen last and nothing newer. */
  async #write(signal: AbortSignal, limitMs: number, record: LeaseRecord): Promise<void> {
    const { leases, clock } = this.#options;
    const sent = momentOf(clock);
    const seen = this.#lease;
    const lease = await this.#request(signal, limitMs, (inner) =>
      seen === undefined ? leases.create(record, inner) : leases.update(seen, record, inner),
    );
    this.#see(lease);
    if (record.holderIdentity !== "") this.#renewed = sent;
  }

  #request<T>(signal: AbortSignal, limitMs: number, request: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return withDeadline(this.#options.clock, limitMs, signal, "the API server", request);
  }

  #see(lease: Lease | undefined): void {
    const before = this.#seen;
    const last = lease ?? before?.lease;
    if (last === undefined) return;
    const gone = lease === undefined;
    const same = before !== undefined && before.gone === gone && sameRecord(before.lease, last);
    this.#seen = { lease: last, gone, since: same ? before.since : this.#options.clock.monotonic() };
  }

  #expiresInMs(seen: Seen): number {
    const durationMs = Math.max(seen.lease.leaseDurationSeconds * 1000, this.#leaseDurationMs);
    return seen.since + durationMs - this.#options.clock.monotonic();
  }
}

/** What was seen last. */
interface Seen {
  readonly lease: Lease;
  /** It was there before and is no more. Its holder may have renewed it until just before. */
  readonly gone: boolean;
  /** When this was seen first, monotonic. */
  readonly since: number;
}

/** One moment by all clocks, in milliseconds. */
interface Moment {
  readonly monotonic: number;
  readonly boot: number;
  readonly wall: number;
}

function momentOf(clock: Clock): Moment {
  return { monotonic: clock.monotonic(), boot: clock.boottime(), wall: clock.now() };
}

function isConflict(error: unknown): boolean {
  return error instanceof StoreError && error.reason === "Conflict";
}

/** Whether the holder gave no sign of life between the two; its labels may change all the same. */
function sameRecord(a: LeaseRecord, b: LeaseRecord): boolean {
  return a.holderIdentity === b.holderIdentity && a.renewedAt === b.renewedAt && a.transitions === b.transitions;
}
