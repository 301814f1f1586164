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
  /** The writes, as text. */
  readonly writes: string;
  readonly reason: string;
  /** AWS's words and the next step. */
  readonly message: string;
  /** When they are to be tried again, in ms. */
  readonly againInMs: number;
}

/** What was refused, with the monotonic time (ms) from which on it is tried again, `delayMs` after the refusal. */
export type NotedRefusal = Omit<RefusedWrites, "againInMs"> & { readonly againAt: number; readonly delayMs: number };

/** An action upon one VPC. */
export interface VpcAction {
  readonly vpcId: string;
  readonly writes: readonly unknown[];
}

/** What passes by itself is asked for again as everything else is. */
const passing: ReadonlySet<FailureKind> = new Set(["throttled", "unavailable", "busy"]);
/** What may be over soon, for EC2 shows late what was made just before, or may be for a person to end. */
const brief: ReadonlySet<FailureKind> = new Set(["notFound", "notReady"]);
const briefMs = 60_000;
const firstMs = 5 * 60_000;
const longestMs = 10 * 60_000;

export function writesText({ writes }: Pick<VpcAction, "writes">): string {
  return JSON.stringify(writes);
}

/**
 * Remembers a refusal in `refused`, by VPC.
 * @throws RefusalNoted in place of the refusal, so that the next pass plans with it; whatever else `work` throws
 */
export async function notingRefusal(
  refused: Map<string, NotedRefusal>,
  action: VpcAction,
  clock: Clock,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof AwsError) || passing.has(error.kind)) throw error;
    const { kind, operation, message } = error;
    const writes = writesText(action);
    const before = refused.get(action.vpcId);
    const again = before?.writes === writes ? before.delayMs * 2 : undefined;
    const delayMs = Math.min(longestMs, again ?? (brief.has(kind) ? briefMs : firstMs));
    refused.set(action.vpcId, {
      writes,
      delayMs,
      reason: failureReason(kind),
      message: failureText({ kind, operation, message, advice: adviceFor(error) }),
      againAt: clock.monotonic() + delayMs,
    });
    throw new RefusalNoted(error);
  }
}

/** The refusal that still stands for exactly these writes. Pure. */
export function standingRefusal(
  refused: RefusedWrites | undefined,
  action: Pick<VpcAction, "writes">,
):
  | { readonly kind: "blocked"; readonly reason: string; readonly message: string; readonly recheckInMs: number }
  | undefined {
  if (refused === undefined || refused.writes !== writesText(action)) return undefined;
  return { kind: "blocked", reason: refused.reason, message: refused.message, recheckInMs: refused.againInMs };
}
