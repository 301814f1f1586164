/** Having AWS look again at what it found INVALID, which it does only when it is asked to. Pure. */

import type { Environment } from "../../aws/batch.ts";
import type { Next } from "../decision.ts";
import { withoutRequestIds } from "../wording.ts";
import type { Action } from "./action.ts";
import { queuesNaming } from "./checks.ts";
import { type Context, isPassedOver } from "./context.ts";
import { isRetired } from "./fleet.ts";
import { revalidateRequest } from "./request.ts";
import type { Seen } from "./seen.ts";

/** How often what stays INVALID is looked at, or tried anew. */
export const invalidEveryMs = 30 * 60_000;

/**
 * A step, and where it only waits the looks at what AWS found INVALID although queues name it. What the step waits for
 * may last, or be the very jobs that only such an environment could run; what is mended meanwhile serves again.
 */
export function lookedAtMeanwhile(next: Next<Action>, context: Context): Next<Action> {
  const { seen, ours, now } = context;
  if (next.kind !== "wait" && next.kind !== "blocked") return next;
  const looks = ours
    .filter((one) => one.status === "INVALID" && !isRetired(one))
    .filter(({ computeEnvironmentName: name }) => queuesNaming(seen, new Set([name])).length > 0)
    .map((one) => lookedAtAnew(seen, one, invalidEveryMs, now));
  const due = looks.filter((look) => look.kind === "act").find((look) => !isPassedOver(look, context));
  if (due !== undefined) return due;
  const dueInMs = looks.flatMap((look) => (look.kind === "later" ? [look.dueInMs] : []));
  if (dueInMs.length === 0) return next;
  return { ...next, recheckInMs: Math.min(...dueInMs, next.recheckInMs ?? Number.POSITIVE_INFINITY) };
}

type Look = Extract<Next<Action>, { kind: "act" }> | { readonly kind: "later"; readonly dueInMs: number };

/** AWS looks at what it found INVALID only when it is asked to. */
export function lookedAtAnew(seen: Seen, target: Environment, everyMs: number, now: number): Look {
  const { computeEnvironmentName: name, statusReason = "AWS gives no reason" } = target;
  const restMs = (seen.invalidSince.get(name) ?? now) + everyMs - now;
  const dueInMs = Math.min(restMs, seen.roleChangeCountsInMs ?? restMs);
  if (dueInMs > 0) return { kind: "later", dueInMs };
  const request = revalidateRequest(target);
  return {
    kind: "act",
    action: { kind: "revalidate", name, request },
    reason: "Revalidating",
    message: `${name} is INVALID (${withoutRequestIds(statusReason)}), and AWS is asked to look at it again`,
    // A state that nobody asks for undoes what somebody has switched by hand since the last listing.
    irreversible: request.state !== undefined,
  };
}
