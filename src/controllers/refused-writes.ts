import { AwsError, adviceFor, type FailureKind } from "../aws/errors.ts";
import type { Clock } from "../runtime/clock.ts";
import { failureReason } from "./conditions.ts";
import { RefusalNoted } from "./failures.ts";
import { failureText } from "./wording.ts";

/**
 * What EC2 refused to write beside an environment. It may be another object's wish, or a quota: the environment itself
 * goes on, the condition of the part tells it, and the same writes are tried again after a while.
 */
export interface RefusedWrites {
  readonly reason: string;
  /** AWS's words and the next step. */
  readonly message: string;
  /** When they are to be tried again, in ms. */
  readonly againInMs: number;
}

/** What was refused, with the monotonic time (ms) from which on it is tried again, `delayMs` after the refusal. */
export type NotedRefusal = Omit<RefusedWrites, "againInMs"> & { readonly againAt: number; readonly delayMs: number };

/** What passes by itself is asked for again as everything else is. */
const passing: ReadonlySet<FailureKind> = new Set(["throttled", "unavailable", "busy"]);
/** What may be over soon, for EC2 shows late what was made just before, or may be for a person to end. */
const brief: ReadonlySet<FailureKind> = new Set(["notFound", "notReady"]);
const briefMs = 60_000;
const firstMs = 5 * 60_000;
const longestMs = 10 * 60_000;

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
  clock: Clock,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof AwsError) || passing.has(error.kind)) throw error;
    const { kind, operation, message } = error;
    const now = clock.monotonic();
    // What was not tried again is wished no more.
    for (const [text, { againAt }] of refused) if (now - againAt > longestMs) refused.delete(text);
    const before = refused.get(writesText(writes));
    const delayMs = Math.min(longestMs, before ? before.delayMs * 2 : brief.has(kind) ? briefMs : firstMs);
    refused.set(writesText(writes), {
      delayMs,
      reason: failureReason(kind),
      message: failureText({ kind, operation, message, advice: adviceFor(error) }),
      againAt: now + delayMs,
    });
    throw new RefusalNoted(error);
  }
}

/** The refusal that still stands for exactly these writes. Pure. */
export function standingRefusal(
  refused: ReadonlyMap<string, RefusedWrites>,
  writes: readonly unknown[],
):
  | { readonly kind: "blocked"; readonly reason: string; readonly message: string; readonly recheckInMs: number }
  | undefined {
  const known = refused.get(writesText(writes));
  if (known === undefined) return undefined;
  return { kind: "blocked", reason: known.reason, message: known.message, recheckInMs: known.againInMs };
}
