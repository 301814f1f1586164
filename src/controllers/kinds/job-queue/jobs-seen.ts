import type { JobQueue } from "../../../api/v1alpha1/job-queue.ts";
import { adviceFor } from "../../../aws/advice.ts";
import type { Environment, Queue } from "../../../aws/batch.ts";
import { knownInstanceTypes } from "../../../aws/instance-types.ts";
import type { ConsumableNeed } from "../../../aws/job-needs.ts";
import type { BatchRegion, BatchSnapshot, UnfinishedJob } from "../../../aws/region.ts";
import { hasServiceJobs } from "../../../aws/service-jobs.ts";
import { type ConsumableFact, type NetworkFact, queueFacts } from "../../../diagnosis/facts.ts";
import { type CountedJobs, countedJobs } from "../../draining/counted-jobs.ts";
import type { JobsSeen } from "../../draining/drain.ts";
import { memoryKey, queueNameOf } from "../../ownership/naming.ts";
import { conditionsOf } from "../../pass/conditions.ts";
import { orUnread } from "../../pass/unread.ts";
import type { Ports } from "../../ports.ts";
import { ownerObject } from "./keepers.ts";
import { networkFactIn } from "./progress.ts";
import type { ProgressSeen, Seen } from "./seen.ts";

/** What is seen of the jobs of a queue: whether they make progress, and what is left of them in a deletion. */

/** What this process remembers of the jobs of queues, by region and queue name (`memoryKey`). */
export interface JobsMemory {
  /** Since when every count of its unfinished jobs was zero, monotonic ms. */
  readonly zeroSince: CountedJobs;
  /** When its jobs were last ended, wall ms. */
  readonly terminatedAt: Map<string, number>;
}

/** The last read of its jobs, with the facts that explain it. */
export function progressSeen(
  object: JobQueue,
  queue: Queue | undefined,
  environments: ReadonlyMap<string, Environment>,
  region: BatchRegion,
  ports: Ports,
): ProgressSeen | undefined {
  const seen = queue === undefined ? undefined : region.jobsSeen(queue.jobQueueName);
  if (queue === undefined || seen === undefined || object.metadata.deletionTimestamp !== undefined) return undefined;
  if (seen.kind === "unread") {
    const { error } = seen;
    return {
      kind: "unread",
      why: `the jobs cannot be read (${error.operation}): ${error.message}. ${adviceFor(error)}`,
    };
  }
  const networkOf = (environment: Environment): NetworkFact | undefined => {
    const owner = ownerObject(environment, ports);
    if (owner === undefined) return undefined;
    const condition = conditionsOf(owner).find(({ type }) => type === "NetworkReady");
    return networkFactIn(condition, `${owner.metadata.namespace}/${owner.metadata.name}`);
  };
  const queues = region.snapshot().jobQueues.values();
  const consumableOf = (need: ConsumableNeed): ConsumableFact | undefined => consumableFact(need, region.snapshot());
  const around = { environments, queues, networkOf, instanceTypes: knownInstanceTypes, consumableOf };
  return { kind: "read", facts: queueFacts(queue, around, seen.jobs) };
}

/** What the last listing shows of a consumable; of one that jobs use up it does not show how much is left. */
function consumableFact(
  { name, quantity: needed }: ConsumableNeed,
  snapshot: BatchSnapshot,
): ConsumableFact | undefined {
  const found = snapshot.consumableResources.get(name);
  if (found === undefined) {
    return snapshot.isAbsent("consumable-resource", name) ? { name, needed, quantity: undefined } : undefined;
  }
  if (found.resourceType === "NON_REPLENISHABLE") return undefined;
  const { totalQuantity: total, inUseQuantity, tags } = found;
  return { name, needed, tags, quantity: { total, available: Math.max(0, total - inUseQuantity), isUsedUp: false } };
}

/** Listed only once the queue is being deleted; only queues of SageMaker have any. */
export async function sharesIn(
  { metadata: { deletionTimestamp } }: JobQueue,
  queue: Queue | undefined,
  region: BatchRegion,
  signal: AbortSignal,
): Promise<Seen["shares"]> {
  if (deletionTimestamp === undefined || queue?.state !== "DISABLED" || !hasServiceJobs(queue)) return undefined;
  if (queue.status === "DELETING") return undefined;
  const names = await orUnread(region.sharesOf(queue.jobQueueName, signal));
  return "kind" in names ? names : { kind: "read", names: names.toSorted() };
}

/** Counted only in a deletion, once the queue takes no new jobs, and has no quota share for which it waits first. */
export async function jobsIn(
  object: JobQueue,
  queue: Queue | undefined,
  shares: Seen["shares"],
  { region, ports, memory }: { readonly region: BatchRegion; readonly ports: Ports; readonly memory: JobsMemory },
  signal: AbortSignal,
): Promise<JobsSeen<UnfinishedJob> | undefined> {
  const leaving = object.metadata.deletionTimestamp !== undefined && queue?.state === "DISABLED";
  const name = queueNameOf(object);
  const key = memoryKey(region, name);
  const { zeroSince, terminatedAt } = memory;
  if (queue === undefined) terminatedAt.delete(key);
  const waits = shares !== undefined && (shares.kind === "unread" || shares.names.length > 0);
  if (!leaving || queue.status === "DELETING" || waits) {
    zeroSince.delete(key);
    return undefined;
  }
  const jobs = await countedJobs(key, zeroSince, (from) => region.jobs(name, from, signal), ports.clock);
  return jobs.kind === "read" ? { ...jobs, terminatedAt: terminatedAt.get(key) } : jobs;
}
