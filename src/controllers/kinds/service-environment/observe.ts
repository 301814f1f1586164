import { ServiceEnvironmentKind } from "../../../api/v1alpha1/kinds.ts";
import type { ServiceEnvironment } from "../../../api/v1alpha1/service-environment.ts";
import type { ServiceEnvironmentRecord } from "../../../aws/batch.ts";
import type { BatchRegion, UnfinishedJob } from "../../../aws/region.ts";
import { type CountedJobs, countedJobs } from "../../draining/counted-jobs.ts";
import type { JobsSeen } from "../../draining/drain.ts";
import { namesIn } from "../../draining/queue-order.ts";
import { type MarksSeen, markShownForMs, newMarksSeen } from "../../draining/retirement-marks.ts";
import { emptyForMs } from "../../intervals.ts";
import { memoryKey } from "../../ownership/naming.ts";
import { retiredAtTag } from "../../ownership/ownership.ts";
import type { Ports } from "../../ports.ts";
import { resourceSeen } from "../resource/observe.ts";
import type { Seen } from "./seen.ts";

/** Of the first count of a service environment that is out of service. */
interface FirstCount {
  /** Monotonic ms. */
  readonly at: number;
  /** The jobs that had started by then, or shortly after: AWS may answer late. None that starts later can be in it. */
  readonly started: ReadonlySet<string>;
}

/** What this process remembers between passes, by region and name (`memoryKey`). Empty after a restart: then more jobs count than need to. */
export interface Memory {
  readonly marks: MarksSeen;
  readonly firstCounts: Map<string, FirstCount>;
  readonly zeroSince: CountedJobs;
}

export function newMemory(): Memory {
  return { marks: newMarksSeen(), firstCounts: new Map(), zeroSince: new Map() };
}

export async function observe(
  object: ServiceEnvironment,
  region: BatchRegion,
  ports: Ports,
  memory: Memory,
  signal: AbortSignal,
): Promise<Seen> {
  const observed = { object, kind: ServiceEnvironmentKind, type: "service-environment", region } as const;
  const seen = await resourceSeen<ServiceEnvironmentRecord, ServiceEnvironment>(observed, ports, signal);
  const snapshot = region.snapshot();
  const { name } = seen;
  const users = [...snapshot.jobQueues.values()].filter(
    (queue) => queue.status !== "DELETED" && namesIn(queue, "service-environment").includes(name),
  );
  const mark = seen.record?.tags?.[retiredAtTag];
  return {
    ...seen,
    users: users.map(({ jobQueueName }) => jobQueueName).toSorted(),
    mayBeNamed: !snapshot.showsQueuesOf(name),
    markShownForMs: markShownForMs(memory.marks, memoryKey(region, name), mark, ports.clock),
    jobs: await jobsSeen(object, seen, { region, ports, memory }, signal),
  };
}

/** Counted only in a deletion, once it is disabled. What was counted before it served again says nothing of its jobs now. */
async function jobsSeen(
  { metadata: { deletionTimestamp } }: ServiceEnvironment,
  { name, record }: Pick<Seen, "name" | "record">,
  { region, ports, memory }: { readonly region: BatchRegion; readonly ports: Ports; readonly memory: Memory },
  signal: AbortSignal,
): Promise<JobsSeen<UnfinishedJob> | undefined> {
  const { clock } = ports;
  const { firstCounts, zeroSince } = memory;
  const key = memoryKey(region, name);
  const before = firstCounts.get(key);
  // A count that fails says nothing of the ones before.
  firstCounts.delete(key);
  if (deletionTimestamp === undefined || record?.state !== "DISABLED") {
    zeroSince.delete(key);
    return undefined;
  }
  const mayRunInIt = async (): Promise<readonly UnfinishedJob[]> => {
    const jobs = await region.startedServiceJobs(signal);
    const now = clock.monotonic();
    const { at, started } = before ?? { at: now, started: new Set<string>() };
    const ids = jobs.map(({ jobId }) => jobId);
    const counted = now - at < emptyForMs ? new Set([...started, ...ids]) : started;
    firstCounts.set(key, { at, started: counted });
    return jobs.filter(({ jobId }) => counted.has(jobId));
  };
  return countedJobs(key, zeroSince, mayRunInIt, clock);
}
