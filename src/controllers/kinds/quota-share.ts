/** Keeps AWS Batch quota shares as their objects say. */

import { withinAnnotation } from "../../api/v1alpha1/annotations.ts";
import { QuotaShareKind } from "../../api/v1alpha1/kinds.ts";
import type { QuotaShare, QuotaShareSpec } from "../../api/v1alpha1/quota-share.ts";
import type { CreateQuotaShareRequest, QuotaShareRecord, UpdateQuotaShareRequest } from "../../aws/batch.ts";
import { nameIn } from "../../aws/names.ts";
import type { BatchRegion, JobsCounted, UnfinishedJob } from "../../aws/region.ts";
import { hasServiceJobs } from "../../aws/service-jobs.ts";
import type { Reconciler } from "../../runtime/object-reconciler.ts";
import { type CountedJobs, countedJobs } from "../draining/counted-jobs.ts";
import { fieldDifferences } from "../fields/differences.ts";
import { perVersion } from "../fields/per-version.ts";
import { marks, unwatchedCheckMs } from "../intervals.ts";
import { memoryKey, recordNameOf } from "../ownership/naming.ts";
import { identityText } from "../ownership/ownership.ts";
import type { Blocked, ConditionDraft, Plan, Serves, Wait } from "../pass/agenda.ts";
import type { Ports } from "../ports.ts";
import { queueAt } from "../references/fixed-reference.ts";
import { type Action, removal } from "./quota-share/delete.ts";
import { endangering, mayEndJobs, type QueueSeen, quotaShareFields, type Seen } from "./quota-share/lowering.ts";
import type { Acts } from "./resource/act.ts";
import { askedReconciler } from "./resource/controller.ts";
import { resourceSeen } from "./resource/observe.ts";
import { servesByState } from "./resource/plan.ts";
import { type Upkeep, upkeepPlan } from "./resource/upkeep.ts";

type Create = CreateQuotaShareRequest;
type Update = UpdateQuotaShareRequest;

const upkeep: Upkeep<QuotaShareSpec, QuotaShareRecord, Seen, Create, Update, Action> = {
  kind: QuotaShareKind,
  fields: quotaShareFields,
  creates: ({ spec }, seen) => ({ jobQueue: queueNameOf(seen, spec) }),
  update: (changed, { arn }) => ({ quotaShareArn: arn, ...changed }),
  barred,
  lacking,
  endangers: endangering,
  serves,
  removal,
};

export function planFor(object: QuotaShare, seen: Seen, now: number): Plan<Action> {
  const plan = upkeepPlan(upkeep, object, seen, now);
  const condition = referencesCondition(seen);
  return condition === undefined ? plan : { ...plan, conditions: [...plan.conditions, condition] };
}

function serves(_spec: QuotaShareSpec, seen: Seen): Serves | Blocked {
  const toCheck = "its capacityLimits, its queue, and the service environment of the queue";
  return servesByState(seen, { toCheck, whileDisabled: ": it takes no new jobs" });
}

/** Why nothing is written to a share: it may not be in this queue. */
function barred({ queue, name }: Seen): Wait | Blocked | undefined {
  if (queue?.kind === "refused") {
    return { kind: "blocked", reason: queue.reason, message: queue.message, checkInMs: unwatchedCheckMs };
  }
  if (queue?.kind === "waiting") {
    return { kind: "wait", reason: queue.reason, message: queue.message, stallsAfterMs: marks.missingStallsMs };
  }
  if (queue === undefined || name.startsWith(`${queue.queue.jobQueueName}/`)) return undefined;
  return {
    kind: "blocked",
    reason: "QueueFixed",
    message: `${name} was made in a queue that ${queue.called} is not: that is ${queue.queue.jobQueueName} now. Give the queue its name back, or create another object`,
  };
}

/** What a new share waits for. */
function lacking({ queue }: Seen): Wait | Blocked | undefined {
  if (queue?.kind !== "queue") return undefined;
  const { called, isLeaving } = queue;
  const { status } = queue.queue;
  const waits = (message: string): Wait => {
    return { kind: "wait", reason: "WaitingForQueue", message, stallsAfterMs: marks.missingStallsMs };
  };
  if (isLeaving) return waits(`${called} is being deleted, and takes no new quota share`);
  const flaw = flawOf(queue);
  if (flaw !== undefined) {
    const message = `${called} ${flaw}: AWS takes quota shares only in queues of type SAGEMAKER_TRAINING with a quotaSharePolicy and a service environment with limits by instance type`;
    return { kind: "blocked", reason: "QueueUnsuited", message, checkInMs: unwatchedCheckMs };
  }
  return status === "VALID" ? undefined : waits(`${called} is ${status ?? "not VALID"}, and takes no quota share`);
}

/** Why AWS would refuse a share in the queue, as far as is known. */
function flawOf({ queue, policy, service }: QueueSeen): string | undefined {
  if (!hasServiceJobs(queue)) return "is not of type SAGEMAKER_TRAINING";
  if (queue.schedulingPolicyArn === undefined) return "has no scheduling policy";
  if (policy !== undefined && policy.quotaSharePolicy === undefined) return "has a policy without quotaSharePolicy";
  const isCounted = service?.capacityLimits?.some(({ capacityUnit }) => capacityUnit === "NUM_INSTANCES") === true;
  return isCounted ? "has a service environment with a limit in NUM_INSTANCES" : undefined;
}

/** Undefined in deletion. */
function referencesCondition({ queue, identity }: Seen): ConditionDraft | undefined {
  const type = "ReferencesResolved";
  if (queue === undefined) return undefined;
  if (queue.kind !== "queue" && queue.reason !== "WaitingForQueue") {
    return { type, status: "False", reason: queue.reason, message: queue.message };
  }
  return { type, status: "True", reason: "Resolved", message: `the queue of ${identityText(identity)} exists` };
}

/** As a request names it. */
function queueNameOf({ queue }: Seen, { jobQueue = "" }: QuotaShareSpec): string {
  return queue?.kind === "queue" ? queue.queue.jobQueueName : jobQueue;
}

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
  const jobs = await countedJobs(key, counts, (from) => jobsOf(record, region, from, signal), ports.clock);
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
  const takesCapacity = fieldDifferences(quotaShareFields, spec, record).some(({ loss }) => loss !== undefined);
  return takesCapacity && !mayEndJobs(spec, seen, record);
}

/** The unfinished jobs of the share, and those of its queue of which AWS does not say the share. @throws AwsError */
async function jobsOf(
  { jobQueueArn, quotaShareName }: QuotaShareRecord,
  region: BatchRegion,
  from: number,
  signal: AbortSignal,
): Promise<JobsCounted<UnfinishedJob>> {
  const counted = await region.jobs(nameIn(jobQueueArn), from, signal);
  const jobs = counted.jobs.filter(({ share }) => share === undefined || share === quotaShareName);
  return { ...counted, jobs };
}

export function report({ jobQueueArn }: QuotaShareRecord): Readonly<Record<string, unknown>> {
  return { jobQueue: nameIn(jobQueueArn) };
}

export const acts: Acts<Action> = {
  create: ({ request }, region, signal) => region.createQuotaShare(request, signal),
  update: ({ request }, region, signal) => region.updateQuotaShare(request, signal),
  disable: ({ request }, region, signal) => region.updateQuotaShare(request, signal),
  delete: ({ arn }, region, signal) => region.deleteQuotaShare(arn, signal),
};

export function quotaShares(ports: Ports): Reconciler {
  const counts: CountedJobs = new Map();
  return askedReconciler<QuotaShare, Seen, Action>(
    {
      kind: QuotaShareKind,
      observe: (object, region, signal) => observe(object, region, ports, counts, signal),
      plan: planFor,
      acts,
      report,
      annotations: (_object, { record, queue }) => {
        if (record !== undefined) return { [withinAnnotation]: nameIn(record.jobQueueArn) };
        return queue?.kind === "queue" ? { [withinAnnotation]: queue.queue.jobQueueName } : {};
      },
    },
    ports,
  );
}
