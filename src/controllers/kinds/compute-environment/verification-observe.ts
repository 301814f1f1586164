import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../aws/batch.ts";
import { hasEnded } from "../../../aws/job-record.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import { type CountedJobs, countedJobs } from "../../draining/counted-jobs.ts";
import { memoryKey } from "../../ownership/naming.ts";
import { orUnread } from "../../pass/unread.ts";
import type { Ports } from "../../ports.ts";
import { changeableSteps } from "../../references/fixed-reference.ts";
import { revisionOf } from "../batch-job/references.ts";
import { inTransition, nameOf } from "./environment-set.ts";
import type { FailedVerification, VerificationQueue, VerificationSeen, VerifyingJob } from "./seen.ts";
import { failureInForce, jobNameOf, type Verifying } from "./verification.ts";
import { endedWithQueue, verificationQueueName, verifies } from "./verification-queue.ts";

/** What is remembered of verifications between passes, by region and environment (`memoryKey`) where nothing else is said. */
export interface VerificationMemory {
  readonly counts: CountedJobs;
  /** When jobs were last ended there, wall ms. */
  readonly endedAt: Map<string, number>;
  /** The job of the latest attempt, and when this process saw it first, monotonic ms. */
  readonly submitted: Map<string, SubmittedJob>;
  /** By the uid of an object: the job that failed last, which AWS describes only for days. */
  readonly failed: Map<string, FailedVerification>;
}

/** By its name, which no other attempt has. */
interface SubmittedJob {
  readonly jobName: string;
  readonly jobId: string;
  readonly at: number;
}

export function newVerificationMemory(): VerificationMemory {
  return { counts: new Map(), endedAt: new Map(), submitted: new Map(), failed: new Map() };
}

/** So many lines of a log have room in a condition. */
const linesShown = 3;

interface ReadingJobs {
  readonly region: BatchRegion;
  readonly ports: Ports;
  readonly memory: VerificationMemory;
  readonly signal: AbortSignal;
}

/**
 * What AWS shows of the operator's own queues for the environments of an object, and of the jobs in them.
 *
 * @param object with its effective spec
 */
export async function verificationSeen(
  object: BatchComputeEnvironment,
  {
    ours,
    planId,
    directives,
  }: { readonly ours: readonly Environment[] } & Pick<Verifying["seen"], "planId" | "directives">,
  reading: ReadingJobs,
): Promise<VerificationSeen> {
  const { region, ports, signal } = reading;
  const snapshot = region.snapshot();
  const { verify } = object.spec.replacement ?? {};
  const asked = verify?.jobDefinitionRef;
  const steps = changeableSteps("the reference");
  const definition =
    asked === undefined ? undefined : await revisionOf(object, asked, { region, ports, signal }, steps);
  const verifying: Verifying = { spec: object.spec, ours, seen: { planId, directives, verification: { definition } } };
  const queues = new Map<string, VerificationQueue>();
  const taken = new Set<string>();
  for (const name of ours.map(nameOf)) {
    const queue = snapshot.jobQueues.get(verificationQueueName(name));
    if (queue === undefined || queue.status === "DELETED") continue;
    if (!verifies(queue, name)) {
      taken.add(name);
      continue;
    }
    const isRunning = queue.state === "ENABLED" && queue.status === "VALID" && asked !== undefined;
    const job = isRunning
      ? await jobIn({ environment: name, queue: queue.jobQueueName, jobName: jobNameOf(verifying, name) }, reading)
      : undefined;
    const jobs = await leftIn(name, queue, reading);
    queues.set(name, { queue, job, jobs });
  }
  const failed = await failedJob(object.metadata.uid, verifying, reading);
  return {
    definition,
    queues,
    taken,
    absent: new Set(ours.map(nameOf).filter((name) => snapshot.isAbsent("job-queue", verificationQueueName(name)))),
    queuesInRegion: [...snapshot.jobQueues.values()].filter(({ status }) => status !== "DELETED").length,
    ...(failed === undefined ? {} : { failed }),
  };
}

async function jobIn(
  { environment, queue, jobName }: { readonly environment: string; readonly queue: string; readonly jobName: string },
  { region, ports, memory, signal }: ReadingJobs,
): Promise<VerificationQueue["job"]> {
  const { jobsOfObjects: jobs } = region;
  // One that went with a queue before says nothing, and another one takes its place.
  const counts = ({ statusReason }: { readonly statusReason: string | undefined }): boolean =>
    statusReason !== endedWithQueue(environment);
  const key = memoryKey(region, environment);
  const found = await orUnread(
    (async (): Promise<Pick<VerifyingJob, "record" | "knownForMs"> | undefined> => {
      const last = memory.submitted.get(key);
      const known = last?.jobName === jobName ? last : undefined;
      const jobId = known?.jobId ?? (await jobs.named(queue, jobName, "exactly", signal))?.find(counts)?.jobId;
      if (jobId === undefined) return undefined;
      const at = known?.at ?? ports.clock.monotonic();
      memory.submitted.set(key, { jobName, jobId, at });
      const [record] = await jobs.described([jobId], signal);
      if (record === undefined || counts(record)) return { record, knownForMs: ports.clock.monotonic() - at };
      memory.submitted.delete(key);
      return undefined;
    })(),
  );
  if (found === undefined || "kind" in found) return found;
  const endedAt = memory.endedAt.get(key);
  return { kind: "job", ...found, endedMsAgo: endedAt === undefined ? undefined : ports.clock.now() - endedAt };
}

/** The jobs of a queue that takes no more of them. */
async function leftIn(
  environment: string,
  queue: VerificationQueue["queue"],
  { region, ports, memory, signal }: ReadingJobs,
): Promise<VerificationQueue["jobs"]> {
  const key = memoryKey(region, environment);
  if (queue.state !== "DISABLED" || inTransition(queue)) {
    memory.counts.delete(key);
    return undefined;
  }
  const name = queue.jobQueueName;
  const jobs = await countedJobs(key, memory.counts, (from) => region.jobs(name, from, signal), ports.clock);
  return jobs.kind === "read" ? { ...jobs, terminatedAt: memory.endedAt.get(key) } : jobs;
}

/** The job of the failure that is in force, for the words of the condition: AWS is asked once. */
async function failedJob(
  uid: string,
  verifying: Verifying,
  { region, memory, signal }: ReadingJobs,
): Promise<FailedVerification | undefined> {
  const failure = failureInForce(verifying);
  if (failure === undefined) return undefined;
  const known = memory.failed.get(uid);
  if (known?.record.jobId === failure.jobId) return known;
  const found = await orUnread(region.jobsOfObjects.described([failure.jobId], signal));
  const record = "kind" in found ? undefined : found.find(hasEnded);
  if (record === undefined) return undefined;
  const { logs } = record;
  const isHere = logs !== undefined && (logs.region === undefined || logs.region === region.region);
  const lastLines = isHere ? await orUnread(region.lastLines(logs, linesShown, signal)) : [];
  const failed: FailedVerification = { record, lastLines };
  memory.failed.set(uid, failed);
  return failed;
}
