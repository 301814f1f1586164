import { SchedulingPolicyKind } from "../../../api/v1alpha1/kinds.ts";
import type { SchedulingPolicy } from "../../../api/v1alpha1/scheduling-policy.ts";
import type { Policy } from "../../../aws/batch.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import type { Ports } from "../../ports.ts";
import { resourceSeen } from "../resource/observe.ts";
import type { Seen } from "./seen.ts";

export async function observe(
  object: SchedulingPolicy,
  region: BatchRegion,
  ports: Ports,
  signal: AbortSignal,
): Promise<Seen> {
  const observed = { object, kind: SchedulingPolicyKind, type: "scheduling-policy", region } as const;
  const seen = await resourceSeen<Policy, SchedulingPolicy>(observed, ports, signal);
  const users = [...region.snapshot().jobQueues.values()].filter(
    ({ schedulingPolicyArn, status }) => schedulingPolicyArn === seen.arn && status !== "DELETED",
  );
  return { ...seen, users: users.map(({ jobQueueName }) => jobQueueName).toSorted() };
}
