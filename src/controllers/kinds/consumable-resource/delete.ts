/** Deletes a consumable once no definition names it. Pure. */

import type { Consumable } from "../../../aws/batch.ts";
import { marks, othersCheckMs, settleCheckMs } from "../../intervals.ts";
import type { Step } from "../../pass/agenda.ts";
import { firstOf } from "../../wording.ts";
import { changing, inUse } from "../resource/delete.ts";
import type { Action } from "./action.ts";
import type { Seen } from "./seen.ts";

/** AWS deletes a consumable at any time, and then jobs wait for it; one that is created under its name serves them again. */
export function removal({ name, arn, users }: Seen, { status }: Consumable): Step<Action> {
  const wait = changing(name, status);
  if (wait !== undefined) return wait;
  if (users === undefined) {
    const message = `which job definitions name ${name} is not known before they have been read: the operator needs batch:DescribeJobDefinitions`;
    return {
      kind: "wait",
      reason: "Deleting",
      message,
      checkInMs: settleCheckMs,
      stallsAfterMs: marks.unreadStallsMs,
    };
  }
  if (users.length > 0) {
    const message = `jobs of ${firstOf(users)} need ${name}, and would wait without it: remove it from these definitions, or delete them`;
    return { ...inUse(message), checkInMs: othersCheckMs };
  }
  const message = `no definition names ${name}: deleting it`;
  return { kind: "act", action: { kind: "delete", name, arn }, reason: "Deleting", message };
}
