import { Alarm } from "../aws/cadence.ts";
import type { Announced, Announcements, Hint } from "../aws/hint.ts";
import type { BatchSnapshot } from "../aws/region.ts";
import type { RegionChange } from "../aws/region-cache.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";
import type { Random } from "../runtime/random.ts";
import { AnnouncedChanges } from "./announced.ts";
import { changedByOthers, resourceName } from "./found.ts";
import { beatMs, isLive, liveUntil, noHeartbeats, returned, sentNow } from "./heartbeat.ts";
import type { Place } from "./message.ts";

/** EventBridge delivers the events of AWS Batch within seconds. */
const jobGraceMs = 120_000;
/** CloudTrail records a call within minutes. */
const callGraceMs = 900_000;
/** Of heartbeats, before a person has to check the path, which may never have worked. */
const missedAtMost = 2;

/** The observer of a region, as far as events concern it. */
export interface HearingRegion {
  hear(hint: Hint): boolean;
  reconsiderTrust(): void;
}

export interface RegionEventsOptions {
  readonly place: Place;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Sends a heartbeat through EventBridge of the region. @throws AwsError */
  readonly send: (token: string, signal: AbortSignal) => Promise<void>;
}

/** What is known of the events of a region, for metrics and people. */
export interface EventsState {
  readonly place: Place;
  /** Whether heartbeats come back. */
  readonly isLive: boolean;
  readonly trusts: Readonly<Record<Announced, boolean>>;
  /** The age of the last heartbeat that came back, while events announce changes of resources; undefined: only reads show them. */
  readonly provenMsAgo: number | undefined;
  /** How many ends and changes no event has announced. */
  readonly missed: Readonly<Record<Announced, number>>;
}

/**
 * The events of one account and region: whether they arrive, and what they announce.
 *
 * Nothing is trusted that is silent: jobs and resources are read less often only while heartbeats come back, after an event
 * of their kind was about something that is kept, and as long as no read shows what no event has announced.
 */
export class RegionEvents implements Announcements {
  readonly #options: RegionEventsOptions;
  readonly #changes: Readonly<Record<Announced, AnnouncedChanges>> = {
    jobs: new AnnouncedChanges(jobGraceMs),
    resources: new AnnouncedChanges(callGraceMs),
  };
  readonly #process: string;
  #region: HearingRegion | undefined;
  #beats = noHeartbeats;
  #count = 0;
  #sendFails = false;
  /** As it was acted upon last. */
  #acted = { isLive: false, isSilent: false, jobs: false, resources: false };

  constructor(options: RegionEventsOptions) {
    this.#options = options;
    this.#process = options.random().toString(36).slice(2, 14);
  }

  /** The region is observed from now on. */
  follow(region: HearingRegion): void {
    this.#region = region;
  }

  get state(): EventsState {
    const { jobs, resources } = this.#changes;
    const { provenAt } = this.#beats;
    const now = this.#options.clock.monotonic();
    return {
      place: this.#options.place,
      isLive: isLive(this.#beats, now),
      trusts: { jobs: this.trusts("jobs"), resources: this.trusts("resources") },
      provenMsAgo: provenAt !== undefined && this.trusts("resources") ? now - provenAt : undefined,
      missed: { jobs: jobs.missed, resources: resources.missed },
    };
  }

  trusts(what: Announced): boolean {
    const now = this.#options.clock.monotonic();
    return isLive(this.#beats, now) && this.#changes[what].isTrusted(now);
  }

  readonly onEnd = (jobId: string): void => {
    this.#changes.jobs.found(jobId, this.#options.clock.monotonic());
  };

  /** A read has shown something else than the one before. */
  changed(change: RegionChange, before: BatchSnapshot, after: BatchSnapshot): void {
    const { clock } = this.#options;
    for (const name of changedByOthers(change, before, after, clock.now())) {
      this.#changes.resources.found(name, clock.monotonic());
    }
  }

  /** An event is about this. */
  heard(hint: Hint): void {
    if (this.#region?.hear(hint) !== true) return;
    const now = this.#options.clock.monotonic();
    if (hint.kind === "resource") this.#changes.resources.heard(resourceName(hint.type, hint.name), now);
    else if (hint.kind === "job") this.#changes.jobs.heard(hint.jobId, now);
    this.#act();
  }

  /** A heartbeat came back: ours, or that of another process. */
  returned(token: string): void {
    this.#beats = returned(this.#beats, token);
    this.#act();
  }

  /** Sends heartbeats, and sees when they stay away, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    let nextAt = clock.monotonic();
    while (!signal.aborted) {
      const now = clock.monotonic();
      if (nextAt <= now) {
        nextAt = now + beatMs;
        this.#beat(now, signal);
      }
      this.#act();
      const until = liveUntil(this.#beats);
      const dueAt = until > now ? Math.min(nextAt, until) : nextAt;
      await new Alarm(clock).wait(dueAt - now, signal);
    }
  }

  /** Does not wait for the answer. */
  #beat(now: number, signal: AbortSignal): void {
    const { send, place, log } = this.#options;
    const token = `${this.#process}-${++this.#count}`;
    this.#beats = sentNow(this.#beats, token, now);
    send(token, signal).then(
      () => {
        this.#sendFails = false;
      },
      (error: unknown) => {
        if (signal.aborted || this.#sendFails) return;
        this.#sendFails = true;
        log.warn("heartbeats cannot be sent", {
          ...place,
          error,
          next: "check that the operator may call events:PutEvents",
        });
      },
    );
  }

  /** Counts what was missed, and has the region read as often as what is trusted now allows. */
  #act(): void {
    const { clock, log, place } = this.#options;
    const now = clock.monotonic();
    for (const [what, changes] of Object.entries(this.#changes)) {
      const names = changes.settle(now);
      if (names.length > 0)
        log.warn("no event has announced what a read has shown", { ...place, what, names: names.slice(0, 5) });
    }
    const live = isLive(this.#beats, now);
    const isSilent = !live && this.#count > missedAtMost;
    const state = { isLive: live, isSilent, jobs: this.trusts("jobs"), resources: this.trusts("resources") };
    const before = this.#acted;
    this.#acted = state;
    if (!before.isSilent && isSilent) log.warn("events do not arrive", { ...place, next: whenSilent });
    if (!before.isLive && live) log.info("events arrive", { ...place });
    if (before.jobs !== state.jobs || before.resources !== state.resources) this.#region?.reconsiderTrust();
  }
}

const whenSilent =
  "AWS is read as often as without events. Check the rule of EventBridge, its target, the policy of the queue, and that nobody else receives from the queue";
