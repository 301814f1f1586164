import { ServiceEnvironmentKind } from "../../api/v1alpha1/kinds.ts";
import type { ServiceEnvironment } from "../../api/v1alpha1/service-environment.ts";
import type { Queue, ServiceEnvironmentRecord } from "../../aws/batch.ts";
import { AwsError } from "../../aws/errors.ts";
import { nameIn } from "../../aws/names.ts";
import type { BatchRegion, UnfinishedJob } from "../../aws/region.ts";
import type { JobsSeen } from "../drain.ts";
import { emptyForMs } from "../intervals.ts";
import { memoryKey } from "../naming.ts";
import type { Ports } from "../ports.ts";
import { resourceSeen } from "../resource/observe.ts";
import type { Seen } from "./seen.ts";

/** The jobs that may run in a service environment which is out of service, as this process has counted them. */
interface Counted {
  /** When it was counted first, monotonic ms. */
  readonly from: number;
  /** Those that had started by then, or shortly after: AWS may answer late. None that starts later can be in it. */
  readonly started: ReadonlySet<string>;
  /** Since when every count of those was zero, monotonic ms. */
  readonly zeroSince: number | undefined;
}

/** By region and name. It is empty after a restart: then more jobs count than need to. */
export type Memory = Map<string, Counted>;

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
  const { name, record } = seen;
  const users = [...snapshot.queues.values()].filter((queue) => queue.status !== "DELETED" && names(queue, name));
  return {
    ...seen,
    users: users.map(({ jobQueueName }) => jobQueueName).toSorted(),
    mayBeNamed: !snapshot.showsQueuesOf(name),
    jobs: record?.state === "DISABLED" ? await jobsSeen(object, name, { region, ports, memory }, signal) : undefined,
  };
}

function names({ serviceEnvironmentOrder = [] }: Queue, name: string): boolean {
  return serviceEnvironmentOrder.some(({ serviceEnvironment = "" }) => nameIn(serviceEnvironment) === name);
}

/** Counted only in a deletion. */
async function jobsSeen(
  { metadata: { deletionTimestamp } }: ServiceEnvironment,
  name: string,
  { region, ports, memory }: { readonly region: BatchRegion; readonly ports: Ports; readonly memory: Memory },
  signal: AbortSignal,
): Promise<JobsSeen<UnfinishedJob> | undefined> {
  const key = memoryKey(region, name);
  if (deletionTimestamp === undefined) {
    memory.delete(key);
    return undefined;
  }
  try {
    const jobs = await region.startedServiceJobs(signal);
    const now = ports.clock.monotonic();
    const { from, started, zeroSince } = memory.get(key) ?? { from: now, started: new Set<string>() };
    const ids = jobs.map(({ jobId }) => jobId);
    const counted = now - from < emptyForMs ? new Set([...started, ...ids]) : started;
    const remaining = jobs.filter(({ jobId }) => counted.has(jobId));
    const since = remaining.length > 0 ? undefined : (zeroSince ?? now);
    memory.set(key, { from, started: counted, zeroSince: since });
    return { kind: "read", remaining, zeroForMs: since === undefined ? undefined : now - since };
  } catch (error) {
    memory.delete(key);
    if (error instanceof AwsError) return { kind: "unread", why: `${error.operation}: ${error.message}` };
    throw error;
  }
}
