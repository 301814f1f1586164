import type { Kind } from "../api/object.ts";
import { abortable, childSignal, withDeadline } from "./abort.ts";
import { type BackoffLimits, backoffMs } from "./backoff.ts";
import type { Reflected } from "./cache.ts";
import { type Clock, sleep } from "./clock.ts";
import type { Log } from "./log.ts";
import type { LoopTurn } from "./loop-turn.ts";
import type { Random } from "./random.ts";
import { type ObjectSource, StoreError, type WatchEvent } from "./store.ts";

/** The whole state of a reflector between two requests. */
export type ReflectorState =
  /** Nothing is known, or the known version is too old: list. */
  | { readonly kind: "empty" }
  /** Everything up to this version is in the cache: watch from there. */
  | { readonly kind: "listed"; readonly resourceVersion: string };

export type WatchEnd = "closed" | "gone" | "silent" | "failed";

/** What the reflector reports to the metrics. */
export interface ReflectorObserver {
  listed(objects: number): void;
  /** An event or a bookmark: the connection is alive. */
  heard(): void;
  watchEnded(end: WatchEnd): void;
  /** @param isAllowed the server denies reading this kind, and the operator works without it */
  listFailed(isAllowed: boolean): void;
}

interface ReflectorLimits {
  /** A watch that is silent for so long is aborted; longer than the timeout that the server is asked for. */
  readonly silentMs: number;
  /** For a whole list, whose pages have deadlines of their own; below the 5 minutes after which etcd forgets its version. */
  readonly listMs: number;
  /** Between the starts of two watches that end normally. */
  readonly minWatchMs: number;
  readonly backoff: BackoffLimits;
  /** Number of consecutive failed watches before a new list. */
  readonly failuresBeforeRelist: number;
  /** Interval of new lists even without failures, because an event may have been lost. */
  readonly relistMs: number;
}

const limits: ReflectorLimits = {
  silentMs: 55_000,
  listMs: 240_000,
  minWatchMs: 1000,
  backoff: { firstMs: 800, maxMs: 30_000 },
  failuresBeforeRelist: 5,
  relistMs: 15 * 60_000,
};

export interface ReflectorOptions {
  readonly kind: Kind;
  readonly store: ObjectSource;
  readonly cache: Reflected;
  readonly clock: Clock;
  readonly turn: LoopTurn;
  readonly random: Random;
  readonly log: Log;
  readonly observer: ReflectorObserver | undefined;
}

/** Keeps `cache` equal to the store by list and watch. Only `signal` ends it; after every failure it retries from a safe state. */
export async function reflect(options: ReflectorOptions, signal: AbortSignal): Promise<void> {
  const { clock, random, cache } = options;
  let state: ReflectorState = { kind: "empty" };
  let failures = 0;
  let gones = 0;
  let listedAt = clock.monotonic();
  while (!signal.aborted) {
    const startedAt = clock.monotonic();
    const step: Step = state.kind === "empty" ? await list(options, signal) : await watch(options, state, signal);
    if (signal.aborted) break;
    state = step.state;
    if (step.heard) {
      failures = 0;
      gones = 0;
    }
    let pauseMs = 0;
    if (step.end === "listed") listedAt = clock.monotonic();
    else if (clock.monotonic() - listedAt >= limits.relistMs) state = { kind: "empty" };
    if (step.end === "closed") {
      const restMs = limits.minWatchMs - (clock.monotonic() - startedAt);
      pauseMs = restMs > 0 ? restMs * (1 + random()) : 0;
    } else if (step.end === "gone") {
      // The server answers, so earlier failures do not count any more.
      failures = 0;
      pauseMs = backoffMs(gones++, limits.backoff, random);
    } else if (step.end !== "listed") {
      pauseMs = Math.max(backoffMs(failures++, limits.backoff, random), step.retryAfterMs ?? 0);
      if (failures >= limits.failuresBeforeRelist) state = { kind: "empty" };
    }
    if (pauseMs > 0) await abortable(sleep(clock, pauseMs, signal), signal).catch(() => undefined);
  }
  cache.stop();
}

interface Step {
  readonly state: ReflectorState;
  readonly end: "listed" | WatchEnd;
  /** The watch was alive, so earlier failures do not count any more. */
  readonly heard: boolean;
  readonly retryAfterMs?: number | undefined;
}

async function list(options: ReflectorOptions, signal: AbortSignal): Promise<Step> {
  const { kind, store, cache, clock, turn, observer } = options;
  try {
    const begun = cache.listBegins();
    const what = `the list of ${kind.plural}`;
    const answer = await withDeadline(clock, limits.listMs, signal, what, (inner) =>
      store.list(kind, inner, cache.keeper()),
    );
    // Each object may wake others: thousands of them take longer than what waits for the event loop may wait.
    for (const _object of cache.replacing(answer.items, begun)) {
      const over = turn.over();
      if (over !== undefined) await over;
    }
    observer?.listed(answer.items.length);
    return { state: { kind: "listed", resourceVersion: answer.resourceVersion }, end: "listed", heard: false };
  } catch (error) {
    if (!signal.aborted) {
      const isAllowed = cache.listFailed(error);
      observer?.listFailed(isAllowed);
    }
    return { state: { kind: "empty" }, end: "failed", heard: false, retryAfterMs: retryAfterMs(error) };
  }
}

/** One for all watches: nobody reads its stack, which costs more than the rest of an uneventful watch. */
const watchHasEnded = new Error("the watch has ended");

/** One watch, from its opening to its end. */
async function watch(
  options: ReflectorOptions,
  from: ReflectorState & { kind: "listed" },
  signal: AbortSignal,
): Promise<Step> {
  const { kind, store, cache, clock, log, observer } = options;
  const child = childSignal(signal);
  let { resourceVersion } = from;
  let heard = false;
  let silent = false;
  let heardAt = clock.monotonic();
  const checkSilence = (): void => {
    const restMs = heardAt + limits.silentMs - clock.monotonic();
    if (restMs > 0) {
      timer = clock.schedule(restMs, checkSilence);
      return;
    }
    silent = true;
    child.abort(new Error(`the watch of ${kind.plural} was silent for ${limits.silentMs / 1000} s`));
  };
  let timer = clock.schedule(limits.silentMs, checkSilence);
  const ended = (end: WatchEnd, state: ReflectorState, retryMs?: number): Step => {
    observer?.watchEnded(end);
    return { state, end, heard: heard || end === "closed", retryAfterMs: retryMs };
  };

  try {
    const events = store.watch(kind, resourceVersion, child.signal)[Symbol.asyncIterator]();
    for (;;) {
      const next: IteratorResult<WatchEvent, unknown> = await abortable(events.next(), child.signal);
      if (next.done === true) break;
      heard = true;
      heardAt = clock.monotonic();
      observer?.heard();
      const event = next.value;
      cache.apply(event);
      resourceVersion = event.kind === "bookmark" ? event.resourceVersion : event.object.metadata.resourceVersion;
    }
    return ended("closed", { kind: "listed", resourceVersion });
  } catch (error) {
    if (error instanceof StoreError && error.reason === "Gone") {
      log.info("the version of the watch is too old, listing again", { kind: kind.kind });
      return ended("gone", { kind: "empty" });
    }
    if (!signal.aborted) log.warn("a watch failed", { kind: kind.kind, error });
    return ended(silent ? "silent" : "failed", { kind: "listed", resourceVersion }, retryAfterMs(error));
  } finally {
    timer.cancel();
    // The connection of the watch has to be closed, also after an error in this loop.
    child.abort(watchHasEnded);
    child.release();
  }
}

function retryAfterMs(error: unknown): number | undefined {
  return error instanceof StoreError ? error.retryAfterMs : undefined;
}
