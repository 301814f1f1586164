/** The write to the order of a queue that is not managed here, where the spec and the operator allow it. Pure. */

import type { Environment } from "../../../aws/batch.ts";
import { marks } from "../../intervals.ts";
import type { Step } from "../../pass/agenda.ts";
import type { Action } from "./action.ts";
import { inTransition } from "./environment-set.ts";
import type { QueueSeen, Seen } from "./seen.ts";

/** Puts `goal` in the place of `names` in the order of a foreign queue, and changes nothing else of it. */
export function repointForeign(
  seen: Seen,
  queue: QueueSeen,
  names: ReadonlySet<string>,
  goal: Environment,
): Step<Action> {
  const { jobQueueName, schedulingPolicyArn } = queue.queue;
  const message = `queue ${jobQueueName}, which is not managed here, is being handed over to ${goal.computeEnvironmentName}`;
  // One that AWS found INVALID would be waited for without end: what it names may be the reason.
  if (inTransition(queue.queue)) return { kind: "wait", reason: "SwitchingQueues", message };
  const order = queue.order
    .map((name) => (names.has(name) ? goal.computeEnvironmentName : name))
    .filter((name, index, all) => all.indexOf(name) === index);
  const unattachable = order.find((name) => environmentOf(seen, name)?.status !== "VALID");
  if (unattachable !== undefined) {
    const why = `it also names ${unattachable}, which is not VALID, and AWS does not accept such an order. Its owner has to remove ${unattachable} from it`;
    return {
      kind: "wait",
      reason: "SwitchingQueues",
      message: `${message}; ${why}`,
      stallsAfterMs: marks.missingStallsMs,
    };
  }
  const enabled = (name: string): boolean => environmentOf(seen, name)?.state === "ENABLED";
  if (queue.order.some(enabled) && !order.some(enabled)) {
    const why = "it would be left without any ENABLED environment";
    return {
      kind: "wait",
      reason: "WouldLeaveNoEnvironment",
      message: `${message}; ${why}`,
      stallsAfterMs: marks.missingStallsMs,
    };
  }
  return {
    kind: "act",
    action: {
      kind: "repointForeign",
      queue: jobQueueName,
      request: {
        jobQueue: jobQueueName,
        computeEnvironmentOrder: order.map((computeEnvironment, index) => ({ order: index + 1, computeEnvironment })),
        // AWS requires the policy of a fair-share queue with every update.
        ...(schedulingPolicyArn === undefined ? {} : { schedulingPolicyArn }),
      },
    },
    reason: "SwitchingQueues",
    message,
    effects: [{ path: `the order of queue ${jobQueueName}`, cause: "foreign" }],
  };
}

function environmentOf(seen: Seen, name: string): Environment | undefined {
  return seen.environments.find((environment) => environment.computeEnvironmentName === name);
}
