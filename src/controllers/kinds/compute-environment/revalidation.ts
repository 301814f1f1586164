/** Having AWS check again what it found INVALID, which it does only when it is asked to. Pure. */

import type { Environment } from "../../../aws/batch.ts";
import { isRetired } from "../../draining/retired.ts";
import { invalidEveryMs } from "../../intervals.ts";
import type { Act, Step } from "../../pass/agenda.ts";
import { withoutRequestIds } from "../../wording.ts";
import type { Action } from "./action.ts";
import { queuesNaming } from "./checks.ts";
import type { Context } from "./context.ts";
import { revalidateRequest } from "./request.ts";
import type { Seen } from "./seen.ts";

/**
 * What continues while a step waits or is blocked: AWS checks again what it found INVALID although queues reference it. The
 * wait may be long, or be for the very jobs that only such an environment could run; what is fixed meanwhile serves again.
 */
export function withRevalidation(last: Step<Action>, { seen, ours, now }: Context): readonly Step<Action>[] {
  if (last.kind !== "wait" && last.kind !== "blocked") return [last];
  const checks = ours
    .filter((one) => one.status === "INVALID" && !isRetired(one))
    .filter(({ computeEnvironmentName: name }) => queuesNaming(seen, new Set([name])).length > 0)
    .map((one) => revalidation(seen, one, invalidEveryMs, now));
  const due = checks.filter((check) => check.kind === "act");
  const dueInMs = checks.flatMap((check) => (check.kind === "later" ? [check.dueInMs] : []));
  const checked = { ...last, checkInMs: Math.min(...dueInMs, last.checkInMs ?? Number.POSITIVE_INFINITY) };
  return [...due, dueInMs.length === 0 ? last : checked];
}

type Revalidation = Act<Action> | { readonly kind: "later"; readonly dueInMs: number };

/** AWS checks what it found INVALID only when it is asked to. */
export function revalidation(seen: Seen, target: Environment, everyMs: number, now: number): Revalidation {
  const { computeEnvironmentName: name, statusReason = "AWS gives no reason" } = target;
  const restMs = (seen.invalidSince.get(name) ?? now) + everyMs - now;
  const dueInMs = Math.min(restMs, seen.roleChangeCountsInMs ?? restMs);
  if (dueInMs > 0) return { kind: "later", dueInMs };
  const request = revalidateRequest(target);
  return {
    kind: "act",
    action: { kind: "revalidate", name, request },
    reason: "Revalidating",
    message: `revalidating ${name}, which is INVALID (${withoutRequestIds(statusReason)})`,
    holds: "nothing",
  };
}
