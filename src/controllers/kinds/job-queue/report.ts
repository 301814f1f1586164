/** The fields of status that only a queue has. Pure. */

import { entriesOf } from "../../draining/queue-order.ts";
import { withoutRequestIds } from "../../wording.ts";
import { jobsStatus } from "./progress.ts";
import type { Seen } from "./seen.ts";

export function report(seen: Seen): Readonly<Record<string, unknown>> {
  const { record: queue } = seen;
  if (queue === undefined) return {};
  const { jobQueueArn, jobQueueName, state, status, statusReason = "" } = queue;
  const order = entriesOf(queue).map((entry) => {
    return { order: entry.order ?? 0, computeEnvironment: entry.computeEnvironment ?? "" };
  });
  const service = (queue.serviceEnvironmentOrder ?? []).map((entry) => {
    return { order: entry.order ?? 0, serviceEnvironment: entry.serviceEnvironment ?? "" };
  });
  const jobs = jobsStatus(seen.progress);
  return {
    arn: jobQueueArn,
    name: jobQueueName,
    ...(state === undefined ? {} : { state }),
    ...(status === undefined ? {} : { status }),
    ...(statusReason === "" ? {} : { statusReason: withoutRequestIds(statusReason) }),
    computeEnvironmentOrder: order,
    ...(service.length === 0 ? {} : { serviceEnvironmentOrder: service }),
    ...(jobs === undefined ? {} : { jobs }),
  };
}
