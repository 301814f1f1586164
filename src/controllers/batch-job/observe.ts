import { keyText } from "../../api/object.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../api/v1alpha1/kinds.ts";
import { hasEnded, type JobRecord } from "../../aws/job-record.ts";
import type { JobsOfObjects, NamedJob } from "../../aws/jobs-of-objects.ts";
import type { BatchRegion } from "../../aws/region.ts";
import { directivesOf } from "../directives.ts";
import type { Held } from "../fixed-reference.ts";
import {
  duplicatesForMs,
  forgottenAfterMs,
  searchAgainMs,
  shownForSureMs,
  submissionUnknownForMs,
} from "../intervals.ts";
import { awsNameOf } from "../naming.ts";
import { identityOf, ownerIn, ownershipOf } from "../ownership.ts";
import type { Ports } from "../ports.ts";
import { consumablesOf } from "./consumables.ts";
import { dependenciesOf } from "./dependencies.ts";
import { isEndedAsSecond } from "./ending.ts";
import { type Intent, intentOf, submittedAfter } from "./intent.ts";
import { type Memory, remember, rememberedOf, type Search } from "./memory.ts";
import { definitionOf, queueOf } from "./references.ts";
import { isDoubled, recordedResult } from "./result.ts";
import type { DependencySeen, JobSeen, Seen } from "./seen.ts";

/** What `observe` works with. */
export interface Around {
  readonly region: BatchRegion;
  readonly ports: Ports;
  readonly memory: Memory;
  readonly signal: AbortSignal;
}

const notAsked: Held = {
  kind: "waiting",
  reason: "ReferenceNotFound",
  message: "",
};

/**
 * Every read that the plan needs. What has a result, and no second job, is not asked for any more.
 *
 * @throws AwsError
 */
export async function observe(object: BatchJob, around: Around): Promise<Seen> {
  const { region, ports, memory, signal } = around;
  memory.startedAt ??= ports.clock.monotonic();
  const recorded = recordedResult(object);
  const isSettled = recorded !== undefined && !isDoubled(object);
  if (isSettled) settle(object, around);
  const job: JobSeen = isSettled ? { kind: "none", intent: intentOf(object) } : await jobOf(object, around);
  const submits = recorded === undefined && job.kind !== "known" && object.metadata.deletionTimestamp === undefined;
  return {
    identity: identityOf(object, ports.cluster),
    directives: directivesOf(object, ports.settings),
    settings: ports.settings,
    processId: ports.processId(),
    observedAt: ports.clock.now(),
    place: { region: region.region, partition: region.partition },
    jobName: awsNameOf(BatchJobKind, object),
    recorded,
    job,
    queue: submits ? await queueOf(object, { region, ports, signal }) : notAsked,
    definition: submits ? await definitionOf(object, { region, ports, signal }) : notAsked,
    consumables: submits ? await consumablesOf(object, { region, ports, signal }) : notAsked,
    dependencies: submits ? await dependenciesSeen(object, around) : [],
  };
}

async function dependenciesSeen(
  object: BatchJob,
  { region, ports, signal }: Around,
): Promise<readonly DependencySeen[]> {
  const { namespace } = object.metadata;
  const find = (name: string): BatchJob | undefined =>
    ports.objects.get(BatchJobKind, { namespace, name }) as BatchJob | undefined;
  const found = dependenciesOf(object, find, ports.clock.now());
  const old = found.flatMap((one) => (one.kind === "notShown" ? [one.jobId] : []));
  if (old.length === 0) return found;
  const shown = new Set((await region.jobsOfObjects.described(old, signal)).map(({ jobId }) => jobId));
  return found.map((one) => {
    if (one.kind !== "notShown" || !shown.has(one.jobId)) return one;
    return { kind: "id", jobId: one.jobId, type: one.type };
  });
}

/** The result is in the status. Should that be lost, a note of this process has been used all the same. */
function settle(object: BatchJob, { region, memory, ports }: Around): void {
  const { uid } = object.metadata;
  region.jobsOfObjects.unfollow(keyText(object.metadata));
  const intent = intentOf(object);
  if (intent?.by !== ports.processId()) memory.byUid.delete(uid);
  else memory.byUid.set(uid, { sent: { attempt: intent.attempt, endedAt: Number.NEGATIVE_INFINITY } });
}

function isUsed({ attempt }: Intent, uid: string, memory: Memory): boolean {
  return (rememberedOf(memory, uid).sent?.attempt ?? 0) >= attempt;
}

async function jobOf(object: BatchJob, around: Around): Promise<JobSeen> {
  const { region, memory } = around;
  const { uid, finalizers = [] } = object.metadata;
  const intent = intentOf(object);
  const id = rememberedOf(memory, uid).submitted?.jobId ?? object.status?.jobId;
  if (id !== undefined) {
    remember(memory, uid, { followedBy: region.jobsOfObjects });
    const { record } = region.jobsOfObjects.follow(keyText(object.metadata), id);
    // Whoever may write status could name the job of another object.
    if (record === undefined || isOwn(record, object, around)) return await known(object, id, intent, around);
    region.jobsOfObjects.unfollow(keyText(object.metadata));
  }
  if (intent === undefined) {
    const taken = await takenOver(object, around);
    // The finalizer alone may be from a process that was about to change the tags of the job that it took over.
    if (taken.kind !== "none" || finalizers.length === 0) return taken;
  }
  if (intent !== undefined && intent.by === around.ports.processId() && !isUsed(intent, uid, memory)) {
    return { kind: "none", intent };
  }
  return await searched(object, intent, around);
}

/** The deterministic name is proof; what another cluster submitted for the object has the name of another uid. */
function isOwn(record: JobRecord, object: BatchJob, { ports }: Around): boolean {
  if (record.jobName === awsNameOf(BatchJobKind, object)) return true;
  const ownership = ownershipOf(record.tags, identityOf(object, ports.cluster));
  return record.jobName.startsWith(namePrefix(object)) && ownership.kind === "ours";
}

/** What the names of the jobs of all objects of this namespace and name begin with. */
function namePrefix({ metadata: { namespace, name }, spec }: BatchJob): string {
  return `${awsNameOf(BatchJobKind, { metadata: { namespace, name }, spec })}_`;
}

async function known(
  object: BatchJob,
  jobId: string,
  intent: Intent | undefined,
  around: Around,
): Promise<Extract<JobSeen, { kind: "known" }>> {
  const { region, ports, memory, signal } = around;
  const { record, missingSince } = region.jobsOfObjects.follow(keyText(object.metadata), jobId);
  const now = ports.clock.monotonic();
  const remembered = rememberedOf(memory, object.metadata.uid);
  const agoMs = (at: number | undefined): number | undefined => (at === undefined ? undefined : now - at);
  const isFailedArray = record?.array !== undefined && record.status === "FAILED";
  const isLate = intent !== undefined && intent.attempt > 1 && ageMs(intent.at, around) < duplicatesForMs;
  const mayHaveDuplicates = intent !== undefined && (isLate || isDoubled(object));
  return {
    kind: "known",
    jobId,
    jobArn: remembered.submitted?.jobArn,
    queue: intent?.queue,
    record,
    missingForMs: agoMs(missingSince),
    notBefore: submittedAfter(object),
    endedMsAgo: Object.fromEntries(Object.entries(remembered.ended ?? {}).map(([id, at]) => [id, now - at])),
    taggedMsAgo: agoMs(remembered.taggedAt),
    duplicates: mayHaveDuplicates ? await duplicatesOf(object, jobId, intent.queue, around) : [],
    mayHaveDuplicates,
    failedChildren: isFailedArray ? await region.jobsOfObjects.failedChildren(jobId, signal) : [],
  };
}

async function duplicatesOf(
  object: BatchJob,
  jobId: string,
  queue: string,
  around: Around,
): Promise<readonly NamedJob[]> {
  const { jobs } = await search(object, queue, around);
  return jobs.filter((one) => one.jobId !== jobId && !hasEnded(one));
}

/** What another process, or a request without an answer, may have left in AWS. */
async function searched(object: BatchJob, intent: Intent | undefined, around: Around): Promise<JobSeen> {
  const { region, ports, memory, signal } = around;
  const { uid, creationTimestamp } = object.metadata;
  // Somebody has removed the note: the queue is that of the spec.
  const resolved = intent === undefined ? await queueOf(object, { region, ports, signal }) : undefined;
  const queue = intent?.queue ?? (resolved?.kind === "resolved" ? resolved.name : undefined);
  if (queue === undefined) return { kind: "unknown" };
  const { begunAt, jobs } = await search(object, queue, around);
  const startedAt = memory.startedAt ?? 0;
  // One that was ended as a second job is older where AWS has shown it late.
  const left = jobs.filter((one) => !isEndedAsSecond(one));
  // A process before this one may have ended one of them just now.
  if (left.length > 1 && begunAt < startedAt + shownForSureMs) return { kind: "unknown" };
  const [found] = [...left, ...jobs];
  if (found !== undefined) {
    const { jobId } = found;
    remember(memory, uid, {
      submitted: { jobId, jobArn: undefined },
      sent: undefined,
      followedBy: region.jobsOfObjects,
    });
    return await known(object, jobId, intent, around);
  }
  const from = Math.max(rememberedOf(memory, uid).sent?.endedAt ?? Number.NEGATIVE_INFINITY, startedAt);
  if (begunAt < from + submissionUnknownForMs) return { kind: "unknown" };
  const since = intent?.at ?? Date.parse(creationTimestamp);
  if (ageMs(since, around) >= forgottenAfterMs) return { kind: "forgotten", since };
  return { kind: "notFound", attempts: intent?.attempt ?? 0 };
}

/** How far a wall time (ms) is from now. One ahead of the clock, which was wrong or is, says as little as one long ago. */
function ageMs(at: number, { ports }: Around): number {
  return Math.abs(ports.clock.now() - at);
}

/** The jobs of the object's name, read within the last seconds. */
async function search(object: BatchJob, queue: string, around: Around): Promise<Search<NamedJob>> {
  const { region, memory, signal } = around;
  const { uid } = object.metadata;
  const name = awsNameOf(BatchJobKind, object);
  const searched = await recent(rememberedOf(memory, uid).searched, around, () =>
    region.jobsOfObjects.named(queue, name, "exactly", signal),
  );
  remember(memory, uid, { searched });
  return searched;
}

/** What a lost cluster has left of the jobs of the object's namespace and name, read within the last seconds. */
async function searchLeft(
  object: BatchJob,
  queue: string,
  takeOverUid: string,
  around: Around,
): Promise<Search<JobRecord>> {
  const { region, ports, memory, signal } = around;
  const { uid } = object.metadata;
  const identity = identityOf(object, ports.cluster);
  const searchedLeft = await recent(rememberedOf(memory, uid).searchedLeft, around, async () => {
    const named = await region.jobsOfObjects.named(queue, namePrefix(object), "prefix", signal);
    const jobs = await describedOf(region.jobsOfObjects, named, signal);
    return jobs.filter(
      ({ tags }) => ownershipOf(tags, identity).kind === "ours" && isLeft(ownerIn(tags), takeOverUid, uid),
    );
  });
  remember(memory, uid, { searchedLeft });
  return searchedLeft;
}

/** A search of the last seconds, or a new one. */
async function recent<Job>(
  before: Search<Job> | undefined,
  { ports }: Around,
  read: () => Promise<readonly Job[]>,
): Promise<Search<Job>> {
  const begunAt = ports.clock.monotonic();
  return before !== undefined && begunAt - before.begunAt < searchAgainMs ? before : { begunAt, jobs: await read() };
}

/**
 * The job that a lost cluster submitted for the object: with `--take-over-cluster-uid` a manifest that is applied again is
 * no new job, as long as AWS knows the old one.
 */
async function takenOver(object: BatchJob, around: Around): Promise<JobSeen> {
  const { region, ports, memory, signal } = around;
  const { takeOverUid } = ports.cluster;
  if (takeOverUid === undefined) return { kind: "none", intent: undefined };
  const queue = await queueOf(object, { region, ports, signal });
  if (queue.kind !== "resolved") return { kind: "none", intent: undefined };
  const { begunAt, jobs } = await searchLeft(object, queue.name, takeOverUid, around);
  const newest = jobs.toSorted((left, right) => (right.createdAt ?? 0) - (left.createdAt ?? 0))[0];
  // What the lost cluster sent last may not be shown yet.
  const isLate = begunAt >= (memory.startedAt ?? 0) + submissionUnknownForMs;
  if (newest === undefined) return isLate ? { kind: "none", intent: undefined } : { kind: "unknown" };
  const { jobId, jobArn } = newest;
  remember(memory, object.metadata.uid, { submitted: { jobId, jobArn }, followedBy: region.jobsOfObjects });
  // AWS may forget a job of a week ago before the next read.
  region.jobsOfObjects.follow(keyText(object.metadata), newest.jobId, newest);
  return await known(object, newest.jobId, undefined, around);
}

/** The lost cluster has left the job, or a process that took it over for this very object died before it reported that. */
function isLeft(owner: ReturnType<typeof ownerIn>, takeOverUid: string, uid: string): boolean {
  return owner?.clusterUid === takeOverUid || owner?.uid === uid;
}

async function describedOf(
  jobs: JobsOfObjects,
  named: readonly NamedJob[],
  signal: AbortSignal,
): Promise<readonly JobRecord[]> {
  // The newest hundred: a name that has been used more often has been used since.
  const ids = named.slice(-100).map(({ jobId }) => jobId);
  return ids.length === 0 ? [] : await jobs.described(ids, signal);
}

/** Reads the job of an object live, where it has one. */
export async function refresh(object: BatchJob, { region, memory, signal }: Around): Promise<void> {
  const id = rememberedOf(memory, object.metadata.uid).submitted?.jobId ?? object.status?.jobId;
  if (id !== undefined && recordedResult(object) === undefined) {
    await region.jobsOfObjects.read(keyText(object.metadata), id, signal);
  }
}
