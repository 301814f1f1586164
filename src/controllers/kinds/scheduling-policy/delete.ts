/** Deletes a policy once no queue has it. Pure. */

import type { Policy } from "../../../aws/batch.ts";
import type { Step } from "../../pass/agenda.ts";
import { firstOf } from "../../wording.ts";
import { changing, inUse } from "../resource/delete.ts";
import type { Action } from "./action.ts";
import type { Seen } from "./seen.ts";

/** AWS cannot take a policy from a queue, only replace it. */
export function removal({ name, arn, users }: Seen, { status }: Policy): Step<Action> {
  const wait = changing(name, status);
  if (wait !== undefined) return wait;
  if (users.length > 0) {
    return inUse(`${name} is the policy of ${firstOf(users)}: give these queues another policy, or delete them`);
  }
  const message = `no queue has ${name}: deleting it`;
  return { kind: "act", action: { kind: "delete", name, arn }, reason: "Deleting", message };
}
