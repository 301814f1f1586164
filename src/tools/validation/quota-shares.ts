import { referencesOf } from "../../api/references.ts";
import { JobQueueKind, QuotaShareKind } from "../../api/v1alpha1/kinds.ts";
import { isRecord } from "./defaults.ts";
import type { Finding } from "./problem.ts";
import type { Named, NamedObjects } from "./references.ts";

/** What the queue of a quota share lacks for AWS to take the share, as far as the manifests say it. */
export function queueFindings(object: Named, objects: NamedObjects): Finding[] {
  if (object.kind !== QuotaShareKind.kind) return [];
  return referencesOf(QuotaShareKind, object).flatMap(({ to, key, path }): Finding[] => {
    const queue = objects.find(to, key);
    const flaw = queue === undefined ? undefined : flawOf(queue, objects);
    if (flaw === undefined) return [];
    const message = `${to} ${key.namespace}/${key.name} ${flaw}, and AWS takes quota shares only in queues of type SAGEMAKER_TRAINING with a quotaSharePolicy and a service environment with limits by instance type`;
    return [{ path: [...path, "name"], message, found: key.name }];
  });
}

function flawOf(queue: Named, objects: NamedObjects): string | undefined {
  const { spec } = queue;
  if (!isRecord(spec)) return undefined;
  if (spec["jobQueueType"] !== "SAGEMAKER_TRAINING") return "is not of type SAGEMAKER_TRAINING";
  if (spec["schedulingPolicyRef"] === undefined && spec["schedulingPolicyArn"] === undefined) {
    return "has no scheduling policy";
  }
  for (const { to, key } of referencesOf(JobQueueKind, queue)) {
    const target = objects.find(to, key)?.spec;
    if (!isRecord(target)) continue;
    if (to === "SchedulingPolicy" && target["quotaSharePolicy"] === undefined) {
      return `has the policy ${key.name}, which has no quotaSharePolicy`;
    }
    if (to === "ServiceEnvironment" && countsAll(target["capacityLimits"])) {
      return `has the service environment ${key.name}, which has a limit in NUM_INSTANCES`;
    }
  }
  return undefined;
}

function countsAll(limits: unknown): boolean {
  return Array.isArray(limits) && limits.some((one) => isRecord(one) && one["capacityUnit"] === "NUM_INSTANCES");
}
