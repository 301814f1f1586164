/** Having AWS look again at what it found INVALID, which it does only when it is asked to. Pure. */

import type { Environment } from "../../aws/batch.ts";
import type { Next } from "../decision.ts";
import { withoutRequestIds } from "../wording.ts";
import type { Action } from "./action.ts";
import { queuesNaming } from "./checks.ts";
import { type Fleet, isRetired } from "./fleet.ts";
import { revalidateRequest } from "./request.ts";
import type { Seen } from "./seen.ts";

/** How often what stays INVALID is looked at, or tried anew. */
export const invalidEveryMs = 30 * 60_000;

/**
 * A look at what queues name, that AWS found INVALID, and that no target takes over from: what hinders the replacement
 * may last, and what is mended meanwhile would serve again.
 */
export function namedLookedAtAnew(seen: Seen, fleet: Fleet, now: number): readonly Look[] {
  if (fleet.target !== undefined) return [];
  return fleet.predecessors
    .filter((one) => one.status === "INVALID" && !isRetired(one))
    .filter(({ computeEnvironmentName: name }) => queuesNaming(seen, new Set([name])).length > 0)
    .map((one) => lookedAtAnew(seen, one, invalidEveryMs, now));
}

type Look = Extract<Next<Action>, { kind: "act" }> | { readonly kind: "later"; readonly dueInMs: number };

/** AWS looks at what it found INVALID only when it is asked to. */
export function lookedAtAnew(seen: Seen, target: Environment, everyMs: number, now: number): Look {
  const { computeEnvironmentName: name, statusReason = "AWS gives no reason" } = target;
  const dueInMs = (seen.invalidSince.get(name) ?? now) + everyMs - now;
  if (dueInMs > 0) return { kind: "later", dueInMs };
  return {
    kind: "act",
    action: { kind: "revalidate", name, request: revalidateRequest(target) },
    reason: "Revalidating",
    message: `${name} is INVALID (${withoutRequestIds(statusReason)}), and AWS is asked to look at it again`,
    irreversible: false,
  };
}
