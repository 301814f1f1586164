import { QuotaShareKind } from "../../../api/v1alpha1/kinds.ts";
import type { QuotaShare } from "../../../api/v1alpha1/quota-share.ts";
import type { QuotaShareRecord } from "../../../aws/batch.ts";
import { nameIn } from "../../../aws/names.ts";
import type { BatchRegion, UnfinishedJob } from "../../../aws/region.ts";
import { type CountedJobs, countedJobs } from "../../draining/counted-jobs.ts";
import { perVersion } from "../../fields/per-version.ts";
import { memoryKey, recordNameOf } from "../../ownership/naming.ts";
import type { Ports } from "../../ports.ts";
import { queueAt } from "../../references/fixed-reference.ts";
import { resourceSeen } from "../resource/observe.ts";
import { quotaShareDifferences } from "./diff.ts";
import { mayEndJobs } from "./lowering.ts";
import type { Seen } from "./seen.ts";

export async function observe(
  object: QuotaShare,
  region: BatchRegion,
  ports: Ports,
  counts: CountedJobs,
  signal: AbortSignal,
): Promise<Seen> {
  const begunAt = ports.clock.monotonic();
  const queue = await queueSeen(object, region, ports, signal);
  const observed = {
    object,
    kind: QuotaShareKind,
    type: "quota-share",
    region,
    claiming: async (rivals: readonly QuotaShare[]) => await mayUseQueue(rivals, region, ports, signal),
  } as const;
  const seen = await resourceSeen<QuotaShareRecord, QuotaShare>(observed, ports, signal, begunAt);
  const { record, name } = seen;
  const key = memoryKey(region, name);
  if (record === undefined || !isCounted(object, seen, record)) {
    counts.delete(key);
    return { ...seen, queue, jobs: undefined };
  }
  const jobs = await countedJobs(key, counts, () => jobsOf(record, region, signal), ports.clock);
  return { ...seen, queue, jobs };
}

const referenceText = perVersion((object) => {
  const { metadata, spec } = object as QuotaShare;
  const { jobQueue, jobQueueRef } = spec;
  return [metadata.namespace, jobQueueRef?.namespace, jobQueueRef?.name, jobQueue].join("\n");
});

/**
 * Who may not use the queue must not keep a name in it from others. It is the same for all of a namespace that refer alike.
 *
 * @param shares all of one name in one queue
 */
async function mayUseQueue(
  shares: readonly QuotaShare[],
  region: BatchRegion,
  ports: Ports,
  signal: AbortSignal,
): Promise<readonly QuotaShare[]> {
  const usable: QuotaShare[] = [];
  for (const group of Map.groupBy(shares, referenceText).values()) {
    const [one] = group;
    const found = one === undefined ? undefined : await queueAt(one, { region, ports, signal });
    if (one === undefined || found?.kind !== "queue") continue;
    const isThere = recordNameOf(QuotaShareKind, one, ports.objects)?.startsWith(`${found.queue.jobQueueName}/`);
    if (isThere === true) usable.push(...group);
  }
  return usable;
}

async function queueSeen(
  object: QuotaShare,
  region: BatchRegion,
  ports: Ports,
  signal: AbortSignal,
): Promise<Seen["queue"]> {
  if (object.metadata.deletionTimestamp !== undefined) return undefined;
  const found = await queueAt(object, { region, ports, signal });
  if (found.kind !== "queue") return found;
  const { schedulingPolicies: policies, serviceEnvironments } = region.snapshot();
  const { schedulingPolicyArn = "", serviceEnvironmentOrder: [entry] = [] } = found.queue;
  return {
    ...found,
    policy: policies.get(nameIn(schedulingPolicyArn)),
    service: serviceEnvironments.get(nameIn(entry?.serviceEnvironment ?? "")),
  };
}

/** Whether what is next depends on its jobs. */
function isCounted(
  { spec, metadata }: QuotaShare,
  seen: Omit<Seen, "queue" | "jobs">,
  record: QuotaShareRecord,
): boolean {
  if (metadata.deletionTimestamp !== undefined) return record.state === "DISABLED" && record.status !== "DELETING";
  const takesCapacity = quotaShareDifferences(spec, record).some(({ loss }) => loss !== undefined);
  return takesCapacity && !mayEndJobs(spec, seen, record);
}

/** The unfinished jobs of the share, and those of its queue of which AWS does not say the share. @throws AwsError */
async function jobsOf(
  { jobQueueArn, quotaShareName }: QuotaShareRecord,
  region: BatchRegion,
  signal: AbortSignal,
): Promise<readonly UnfinishedJob[]> {
  const jobs = await region.jobs(nameIn(jobQueueArn), signal);
  return jobs.filter(({ share }) => share === undefined || share === quotaShareName);
}
