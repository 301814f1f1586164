import type { Reason } from "../../api/reasons.ts";
import { adviceFor } from "../../aws/advice.ts";
import { AwsError, type FailureKind } from "../../aws/errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import { passingRetryMs, refusedRetryMs, shownCheckMs, slowestRetryMs } from "../intervals.ts";
import { failureText } from "../wording.ts";
import { type Circumstances, haveChanged } from "./circumstances.ts";
import { failureReason } from "./conditions.ts";
import { RefusalNoted } from "./failures.ts";
import { refusalStallsAfterMs } from "./timed-report.ts";

/**
 * Writes for an environment's network that EC2 refused. The cause may be another object, a quota, or pass by itself: the
 * environment itself goes on, the condition of the part reports it, and the same writes are tried again after a while.
 */
export interface RefusedWrites {
  /** After this long (ms) only a person can be expected to end it; undefined: it ends without anybody's doing. */
  readonly stallsAfterMs: number | undefined;
  readonly reason: Reason;
  /** AWS's words and the next step. */
  readonly message: string;
  /** When they are to be tried again, in ms. */
  readonly againInMs: number;
}

/**
 * What was refused, and under what, with the monotonic time (ms) from which on it is tried again, `delayMs` after the
 * refusal.
 */
export interface NotedRefusal {
  readonly refusal: Omit<RefusedWrites, "againInMs">;
  readonly under: Circumstances;
  readonly againAt: number;
  readonly delayMs: number;
}

/** When refused writes are tried again, ms: after the first refusal, twice as long each time, and at most. */
interface Pace {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** Not before EC2 surely shows what it may have created after all: until then nobody knows what is still to be written. */
const passing: Pace = { firstMs: shownCheckMs, longestMs: passingRetryMs };
/** It may pass soon, because EC2 shows late what was just created, or a person has to end it. */
const brief: Pace = { firstMs: passingRetryMs, longestMs: slowestRetryMs };
const lasting: Pace = { firstMs: refusedRetryMs, longestMs: slowestRetryMs };
/** Something that was just deleted uses it for some seconds, or somebody else uses it for long. */
const used: Pace = { firstMs: shownCheckMs, longestMs: slowestRetryMs };

const paces: Partial<Record<FailureKind, Pace>> = {
  throttled: passing,
  unavailable: passing,
  busy: passing,
  inUse: used,
  notFound: brief,
  notReady: brief,
};

/** How writes that are tried, and refused, together are remembered. */
export function writesText(writes: readonly unknown[]): string {
  return JSON.stringify(writes);
}

/**
 * Remembers a refusal in `refused`, by `writesText`.
 * @throws RefusalNoted in place of the refusal, so that the next pass plans with it; whatever else `work` throws
 */
export async function notingRefusal(
  refused: Map<string, NotedRefusal>,
  writes: readonly unknown[],
  { clock, under }: { readonly clock: Clock; readonly under: Circumstances },
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const { kind, operation, message } = error;
    const now = clock.monotonic();
    // A write that was not tried again is no longer desired.
    for (const [text, { againAt }] of refused) if (now - againAt > slowestRetryMs) refused.delete(text);
    const last = refused.get(writesText(writes));
    const before = last === undefined || haveChanged(last.under, under) ? undefined : last;
    const pace = paces[kind] ?? lasting;
    const delayMs = Math.min(pace.longestMs, Math.max(pace.firstMs, (before?.delayMs ?? 0) * 2));
    const refusal = {
      // A refusal with no foreseeable end is for a person to check.
      stallsAfterMs: pace === passing ? undefined : (refusalStallsAfterMs(error) ?? 0),
      reason: failureReason(kind),
      message: failureText({ kind, operation, message, advice: adviceFor(error) }),
    };
    refused.set(writesText(writes), { refusal, under, againAt: now + delayMs, delayMs });
    throw new RefusalNoted(error);
  }
}

/** A refusal still in force, in place of the writes: a wait, until only a person can be expected to fix it. */
export interface CurrentRefusal {
  readonly kind: "blocked" | "wait";
  readonly reason: Reason;
  readonly message: string;
  readonly checkInMs: number;
  readonly stallsAfterMs?: number;
}

/** The refusal still in force for exactly these writes. Pure. */
export function currentRefusal(
  refused: ReadonlyMap<string, RefusedWrites>,
  writes: readonly unknown[],
): CurrentRefusal | undefined {
  const known = refused.get(writesText(writes));
  if (known === undefined) return undefined;
  const { stallsAfterMs, reason, message, againInMs: checkInMs } = known;
  if (stallsAfterMs === 0) return { kind: "blocked", reason, message, checkInMs };
  const stalls = stallsAfterMs === undefined ? {} : { stallsAfterMs };
  return { kind: "wait", reason, message, checkInMs, ...stalls };
}
