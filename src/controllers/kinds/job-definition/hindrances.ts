/** What a definition has to wait for because of the consumables that it refers to. Pure. */

import { marks, unwatchedCheckMs } from "../../intervals.ts";
import type { Blocked, Wait } from "../../pass/agenda.ts";
import type { Seen } from "./seen.ts";

/** A reference that leads nowhere: without its name in AWS the body is not known. A refused one is for a person to fix at once. */
export function unresolvedConsumable({ hindrances = [] }: Seen): Blocked | Wait | undefined {
  const unresolved = hindrances.filter((one) => one.kind === "unresolved");
  const refused = unresolved.find(({ reason }) => reason !== "ReferenceNotFound");
  if (refused !== undefined) {
    return { kind: "blocked", reason: refused.reason, message: refused.message, checkInMs: unwatchedCheckMs };
  }
  const [missing] = unresolved;
  if (missing === undefined) return undefined;
  return { kind: "wait", reason: missing.reason, message: missing.message, stallsAfterMs: marks.missingStallsMs };
}

/** A consumable that AWS does not have yet, or not for long: a revision that names it already stays. */
export function awaitedConsumable({ hindrances = [] }: Seen): Wait | undefined {
  const awaited = hindrances.find((one) => one.kind === "awaited");
  if (awaited === undefined) return undefined;
  const { message, checkInMs } = awaited;
  return {
    kind: "wait",
    reason: "WaitingForConsumable",
    message,
    ...(checkInMs === undefined ? {} : { checkInMs }),
    stallsAfterMs: marks.missingStallsMs,
  };
}
