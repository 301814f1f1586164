/** Deletes a policy once no queue has it. Pure. */

import type { Policy } from "../../aws/batch.ts";
import type { Step } from "../agenda.ts";
import { marks } from "../intervals.ts";
import { firstOf } from "../wording.ts";
import type { Action } from "./action.ts";
import type { Seen } from "./seen.ts";

/** AWS cannot take a policy from a queue, only replace it. */
export function removal({ name, arn, users }: Seen, { status }: Policy): Step<Action> {
  if (status === "CREATING") return { kind: "wait", reason: "Deleting", message: `${name} is being created` };
  if (status === "DELETING") return { kind: "wait", reason: "Deleting", message: `${name} is being deleted` };
  if (users.length > 0) {
    return {
      kind: "wait",
      reason: "InUse",
      message: `${name} is the policy of ${firstOf(users)}: give these queues another policy, or delete them`,
      stallsAfterMs: marks.inUseStallsMs,
    };
  }
  const message = `no queue has ${name}: deleting it`;
  return { kind: "act", action: { kind: "delete", name, arn }, reason: "Deleting", message };
}
