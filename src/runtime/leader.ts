import { childSignal, DeadlineExceeded, withDeadline } from "./abort.ts";
import { type Clock, sleep } from "./clock.ts";
import type { Log } from "./log.ts";
import type { Random } from "./random.ts";
import { StoreError } from "./store.ts";

/** The fields of a `coordination.k8s.io/v1` Lease that the election uses. */
export interface LeaseRecord {
  /** Empty: released. */
  readonly holderIdentity: string;
  readonly leaseDurationSeconds: number;
  /**
   * Since when the holder has it, or of a released lease nobody: by the clock of who wrote it, milliseconds since the epoch.
   * Clocks of machines differ, so that only differences within one record decide anything.
   */
  readonly acquiredAt: number;
  /** The last renewal; of a released lease when its holder wrote last, so that the next one knows how long ago that was. */
  readonly renewedAt: number;
  /** Number of changes of the holder. */
  readonly transitions: number;
}

export interface Lease extends LeaseRecord {
  readonly resourceVersion: string;
}

/** One named Lease. */
export interface LeaseStore {
  get(signal: AbortSignal): Promise<Lease | undefined>;
  /** @throws StoreError `Conflict` if it already exists */
  create(record: LeaseRecord, signal: AbortSignal): Promise<Lease>;
  /** @throws StoreError `Conflict` if the lease is no longer at `lease.resourceVersion`, `NotFound` if it does not exist */
  update(lease: Lease, record: LeaseRecord, signal: AbortSignal): Promise<Lease>;
}

export interface LeaderElectorOptions {
  readonly leases: LeaseStore;
  /** Unique to this process; its predecessor in the same pod had another one. */
  readonly identity: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly times: LeaseTimes;
  /** For how long this process, and whoever led before it, has certainly not written under the lease, ms. */
  readonly quietMs: () => number;
  /** Called when leadership begins and ends. */
  readonly onLeading: ((leading: boolean) => void) | undefined;
}

export interface LeaseTimes {
  /** Time that others wait after the last renewal that they observed. */
  readonly leaseDurationMs: number;
  /** Time without a renewal after which a leader stops. */
  readonly renewDeadlineMs: number;
  /** Interval of renewals. */
  readonly retryPeriodMs: number;
  /** Interval of reads by the others. */
  readonly readPeriodMs: number;
  /** Margin at the end of a lease, because clocks of machines run at slightly different speeds. */
  readonly marginMs: number;
}

export const leaseTimes: LeaseTimes = {
  leaseDurationMs: 15_000,
  renewDeadlineMs: 10_000,
  retryPeriodMs: 2000,
  readPeriodMs: 1000,
  marginMs: 1000,
};

const requestMs = 5000;
const releaseMs = 3000;

/**
 * Leader election on a Lease. Another's lease has expired once it did not change for long enough by our own monotonic
 * clock; the same holds for a deleted lease, whose holder may still write. Election alone does not fence: each write
 * checks `remainingMs` directly before it is sent.
 */
export class LeaderElector {
  readonly #options: LeaderElectorOptions;
  #seen: SeenLease | undefined;
  /** When the last successful renewal was sent. */
  #renewed: Moment | undefined;

  constructor(options: LeaderElectorOptions) {
    this.#options = options;
  }

  /**
   * How long this process may still write; 0: not at all. Measured since the last successful renewal was sent, by the
   * clock that advanced most: the monotonic clock does not advance while the machine sleeps, the wall clock may be set
   * back, and the time since boot omits a pause of the whole virtual machine.
   */
  remainingMs(): number {
    if (this.#renewed === undefined) return 0;
    const { leaseDurationMs, marginMs } = this.#options.times;
    return Math.max(0, leaseDurationMs - marginMs - this.#sinceRenewalMs(this.#renewed));
  }

  /** The monotonic time at which leadership ends unless it is renewed; undefined: this process does not lead. */
  leadershipDeadline(): number | undefined {
    const remainingMs = this.remainingMs();
    return remainingMs === 0 ? undefined : this.#options.clock.monotonic() + remainingMs;
  }

  /** The last known holder of the lease; empty: nobody. */
  get holder(): string {
    return this.#lease?.holderIdentity ?? "";
  }

  /** The last known lease; undefined: it does not exist, or was not read yet. */
  get #lease(): Lease | undefined {
    return this.#seen?.gone === false ? this.#seen.lease : undefined;
  }

  /**
   * Waits for leadership, runs `lead`, and renews meanwhile. The signal of `lead` aborts when leadership is lost or
   * `signal` aborts; if `lead` has ended by then, the lease is released. `quietMs` of `lead`: for so long nobody has written
   * under the lease before.
   * @returns `stopped` by `signal` or because `lead` ended; `lost` by expiry or to another process
   * @throws what `lead` throws
   */
  async run(
    signal: AbortSignal,
    lead: (signal: AbortSignal, quietMs: number) => Promise<void>,
  ): Promise<"stopped" | "lost"> {
    const { log, onLeading } = this.#options;
    const quietMs = await this.#acquire(signal);
    if (quietMs === undefined) return "stopped";
    log.info("this replica leads");
    onLeading?.(true);
    const child = childSignal(signal);
    const over = new AbortController();
    const work = lead(child.signal, quietMs)
      .then(
        () => undefined,
        (error: unknown) => ({ error }),
      )
      .finally(() => over.abort());
    const stop = (): void => over.abort();
    child.signal.addEventListener("abort", stop, { once: true });
    try {
      const loss = await this.#renewUntil(over.signal);
      if (loss !== undefined) log.error("leadership is lost, this replica stops its work", { ...loss });
      child.abort(new Error("this replica does not lead any more"));
      const inTime = await this.#endOf(work);
      return loss !== undefined || !inTime ? "lost" : "stopped";
    } finally {
      child.release();
      this.#renewed = undefined;
      onLeading?.(false);
    }
  }

  /** Waits for the work to end while the lease lasts, then releases it. False: the work did not end in time. */
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
      log.error("the work did not end before the lease expired", { error: failure });
      return false;
    }
    if (this.holder === this.#options.identity) await this.#release();
    if (failure !== undefined) throw failure.error;
    return true;
  }

  #sinceRenewalMs(renewed: Moment): number {
    return Math.max(...Object.values(this.#sinceByClock(renewed)));
  }

  #sinceByClock(renewed: Moment): Moment {
    const { monotonic, boot, wall } = momentOf(this.#options.clock);
    return {
      monotonic: monotonic - renewed.monotonic,
      boot: boot - renewed.boot,
      wall: wall - renewed.wall,
    };
  }

  /** @returns for how long nobody has written under the lease, ms; undefined: the signal aborted first */
  async #acquire(signal: AbortSignal): Promise<number | undefined> {
    const { clock, random, log } = this.#options;
    while (!signal.aborted) {
      try {
        const quietMs = await this.#tryAcquire(signal);
        if (quietMs !== undefined) return quietMs;
      } catch (error) {
        if (signal.aborted) break;
        if (!isConflict(error)) log.warn("the lease could not be read or written", { error });
      }
      const pauseMs = this.#options.times.readPeriodMs * (0.8 + 0.2 * random());
      const expiryMs = this.#seen === undefined ? pauseMs : this.#expiresInMs(this.#seen);
      await sleep(clock, expiryMs > 0 ? Math.min(pauseMs, expiryMs) : pauseMs, signal).catch(() => undefined);
    }
    return undefined;
  }

  /** As `#acquire`; undefined: the lease is not free. */
  async #tryAcquire(signal: AbortSignal): Promise<number | undefined> {
    const { leases, identity, clock } = this.#options;
    const lease = await this.#request(signal, requestMs, (inner) => leases.get(inner));
    const before = this.holder;
    this.#see(lease);
    if (!this.#isFree()) {
      if (this.holder !== before) this.#logWhyNot();
      return undefined;
    }
    const transitions = lease === undefined ? 0 : lease.transitions + (lease.holderIdentity === identity ? 0 : 1);
    await this.#write(signal, requestMs, { ...this.#record(), acquiredAt: clock.now(), transitions });
    return lease === undefined ? 0 : quietBeforeMs(lease);
  }

  #isFree(): boolean {
    if (this.#seen === undefined || this.#expiresInMs(this.#seen) <= 0) return true;
    // The last holder of a deleted lease is unknown.
    if (this.#seen.gone) return false;
    return this.holder === "" || this.holder === this.#options.identity;
  }

  #logWhyNot(): void {
    const { log } = this.#options;
    if (this.#lease !== undefined) log.info("another replica leads", { holder: this.holder });
    else log.info("the lease was deleted; this replica creates it once its last holder cannot write any more");
  }

  /** Why leadership is lost; undefined: the signal aborted. */
  async #renewUntil(signal: AbortSignal): Promise<Loss | undefined> {
    const { clock, random, log } = this.#options;
    let attemptAt = clock.monotonic();
    let failures = 0;
    for (;;) {
      const leftMs = this.#renewInMs();
      if (leftMs <= 0) return this.#tooLate(failures);
      // From the start of the last attempt: one that took its time, or a blocked event loop, leaves none for a pause.
      const restMs = this.#options.times.retryPeriodMs * (0.8 + 0.2 * random()) - (clock.monotonic() - attemptAt);
      await sleep(clock, Math.min(restMs, leftMs), signal).catch(() => undefined);
      if (signal.aborted) return undefined;
      attemptAt = clock.monotonic();
      // Measured again: the machine may have slept meanwhile.
      if (this.#renewInMs() <= 0) return this.#tooLate(failures);
      try {
        if (!(await this.#renew(signal))) return this.#notHeld() ?? this.#tooLate(failures);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return undefined;
        failures++;
        log.warn("the lease could not be renewed", { error });
      }
    }
  }

  /** Undefined: as far as is known, this process still holds the lease. */
  #notHeld(): Loss | undefined {
    if (this.#seen?.gone === true) return { why: "the lease was deleted" };
    if (this.holder === this.#options.identity) return undefined;
    return { why: this.holder === "" ? "somebody released the lease" : "another holds the lease", holder: this.holder };
  }

  /** Nothing renewed the lease in time. @param failures requests that have failed since the last renewal */
  #tooLate(failures: number): Loss {
    if (this.#renewed === undefined) return { why: "the lease was not renewed", failures };
    const sinceRenewalMs = this.#sinceByClock(this.#renewed);
    // One request that fails leaves time for another; it may have failed because the process was blocked.
    const why = failures > 1 ? "renewals failed" : whyIdle(sinceRenewalMs, this.#options.times.renewDeadlineMs);
    return { why, failures, sinceRenewalMs };
  }

  #renewInMs(): number {
    return this.#renewed === undefined ? 0 : this.#options.times.renewDeadlineMs - this.#sinceRenewalMs(this.#renewed);
  }

  /** False: another process holds the lease, or it was deleted. */
  async #renew(signal: AbortSignal): Promise<boolean> {
    const limitMs = Math.min(requestMs, Math.max(1, this.#renewInMs()));
    return await this.#writeAsHolder(signal, limitMs, () => (this.#renewInMs() > 0 ? this.#record() : undefined));
  }

  async #release(): Promise<void> {
    const { clock, log, quietMs } = this.#options;
    this.#renewed = undefined;
    // A separate signal, because this runs after the process was asked to stop.
    const { signal } = new AbortController();
    try {
      const released = await this.#writeAsHolder(signal, releaseMs, () => {
        const now = clock.now();
        const used = { acquiredAt: now, renewedAt: now - quietMs() };
        return { ...this.#record(), ...used, holderIdentity: "", leaseDurationSeconds: 1 };
      });
      if (released) log.info("the lease is released");
    } catch (error) {
      log.warn("the lease could not be released, another replica waits until it expires", { error });
    }
  }

  /**
   * Writes if this process still holds the lease. False: another holds it, or it was deleted.
   *
   * @param record asked before each attempt; undefined: it is too late to write
   */
  async #writeAsHolder(signal: AbortSignal, limitMs: number, record: () => LeaseRecord | undefined): Promise<boolean> {
    const { leases, identity } = this.#options;
    const write = async (): Promise<boolean> => {
      const written = record();
      if (written !== undefined) await this.#write(signal, limitMs, written);
      return written !== undefined;
    };
    try {
      return await write();
    } catch (error) {
      if (error instanceof StoreError && error.reason === "NotFound") {
        this.#see(undefined);
        return false;
      }
      if (!isConflict(error)) throw error;
    }
    // It changed: by another holder, or by our own write, of which the answer was lost.
    this.#see(await this.#request(signal, limitMs, (inner) => leases.get(inner)));
    return this.holder === identity && (await write());
  }

  /** Our lease, renewed now. */
  #record(): LeaseRecord {
    const now = this.#options.clock.now();
    const held = this.#seen?.lease;
    return {
      holderIdentity: this.#options.identity,
      leaseDurationSeconds: Math.ceil(this.#options.times.leaseDurationMs / 1000),
      acquiredAt: held?.acquiredAt ?? now,
      renewedAt: now,
      transitions: held?.transitions ?? 0,
    };
  }

  /** Overwrites only the last known version. */
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

  #expiresInMs(seen: SeenLease): number {
    const durationMs = Math.max(seen.lease.leaseDurationSeconds * 1000, this.#options.times.leaseDurationMs);
    return seen.since + durationMs - this.#options.clock.monotonic();
  }
}

/** The last known lease. */
interface SeenLease {
  readonly lease: Lease;
  /** It existed and was deleted. Its holder may have renewed it until just before. */
  readonly gone: boolean;
  /** When this was first observed, monotonic. */
  readonly since: number;
}

/** Why a leader is none any more, for the log. */
interface Loss {
  readonly why: string;
  /** Who holds the lease; empty: nobody. */
  readonly holder?: string;
  /** Requests that have failed since the last renewal. */
  readonly failures?: number;
  /** Since the last renewal was sent. */
  readonly sinceRenewalMs?: Moment | undefined;
}

/** Why no request for a renewal left for so long: which clocks have advanced says it. */
function whyIdle({ monotonic, boot }: Moment, deadlineMs: number): string {
  if (monotonic >= deadlineMs)
    return "this process hardly ran: its event loop was blocked, or it had too little CPU or memory: compare its usage with its limits";
  if (boot >= deadlineMs) return "the machine was asleep";
  return "the wall clock went ahead: it was set, or the whole virtual machine was paused";
}

/** One moment by all clocks, or the time since one, in milliseconds. */
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

/**
 * For how long nobody had written when a lease was released, ms. Whoever releases it in another way, as a person may,
 * leaves a renewal that is no older than the acquisition, which says nothing.
 */
function quietBeforeMs({ holderIdentity, acquiredAt, renewedAt }: LeaseRecord): number {
  return holderIdentity === "" ? Math.max(0, acquiredAt - renewedAt) : 0;
}

/** Whether the holder did not renew between the two; labels may differ. */
function sameRecord(a: LeaseRecord, b: LeaseRecord): boolean {
  return a.holderIdentity === b.holderIdentity && a.renewedAt === b.renewedAt && a.transitions === b.transitions;
}
