import type { Queue } from "../../aws/batch.ts";
import type { BatchRegion } from "../../aws/region.ts";
import { OutOfDate } from "../pass/failures.ts";
import { type EnvironmentType, namesIn } from "./queue-order.ts";

/**
 * Checks the queues again right before an environment is disabled or deleted. Reads of IAM and EC2, and the wait for the call
 * budget, take seconds: one of our own queues may name the environment since the observation.
 *
 * @throws OutOfDate
 */
export function requireUnnamed(type: EnvironmentType, name: string, region: Pick<BatchRegion, "snapshot">): void {
  const snapshot = region.snapshot();
  const takesJobs = ({ status }: Queue): boolean => status !== "DELETED" && status !== "DELETING";
  const named = snapshot.jobQueues.values().some((queue) => takesJobs(queue) && namesIn(queue, type).includes(name));
  if (named || !snapshot.showsQueuesOf(name)) throw new OutOfDate(`a queue may name ${name} since`);
}
