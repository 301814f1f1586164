import { keyText } from "../../../api/object.ts";
import type { BatchJob } from "../../../api/v1alpha1/batch-job.ts";
import type { JobQueue } from "../../../api/v1alpha1/job-queue.ts";
import { BatchJobKind, JobQueueKind } from "../../../api/v1alpha1/kinds.ts";
import { hasEnded, type JobRecord } from "../../../aws/job-record.ts";
import type { NamedJob } from "../../../aws/jobs-of-objects.ts";
import {
  duplicatesForMs,
  searchAgainMs,
  shownForSureMs,
  soonestCheckMs,
  submissionUnknownForMs,
} from "../../intervals.ts";
import { awsNameOf } from "../../ownership/naming.ts";
import { identityOf, ownershipOf } from "../../ownership/ownership.ts";
import { directivesOf, isFinalized } from "../../pass/directives.ts";
import type { Held } from "../../references/fixed-reference.ts";
import { consumablesOf } from "./consumables.ts";
import { dependenciesOf } from "./dependencies.ts";
import { isEndedAsSecond } from "./ending.ts";
import { type Intent, intentOf, mayBeForgotten, submittedAfter } from "./intent.ts";
import { type Memory, type NameSearch, remember, rememberedOf } from "./memory.ts";
import { namedJobHold } from "./named-jobs.ts";
import type { Observing } from "./observing.ts";
import { saidOf } from "./queue-says.ts";
import { definitionOf, queueOf } from "./references.ts";
import { isDoubled, isUnknown, type Result, recordedResult, unlistedChildren } from "./result.ts";
import { doubtfulSince, namePrefix, search, searchLeft } from "./search.ts";
import type { DependencySeen, JobSeen, Seen } from "./seen.ts";

type KnownJob = Extract<JobSeen, { kind: "known" }>;

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
export async function observe(object: BatchJob, around: Observing): Promise<Seen> {
  const { region, ports, signal } = around;
  const recorded = recordedResult(object);
  const isSettled = recorded !== undefined && !isDoubled(object) && !mayStillCome(object, recorded, around);
  if (isSettled) settle(object, around);
  const job: JobSeen = isSettled ? { kind: "none", intent: intentOf(object) } : await jobOf(object, around);
  const submits = recorded === undefined && job.kind !== "known" && object.metadata.deletionTimestamp === undefined;
  const seen: Omit<Seen, "namedJobHold"> = {
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
  return {
    ...seen,
    namedJobHold: isNext(object, seen) ? await namedJobHold(object, seen.dependencies, around) : undefined,
  };
}

/** Whether nothing keeps a job from being submitted but the jobs that it names by their IDs, as far as is known. */
function isNext({ spec }: BatchJob, seen: Omit<Seen, "namedJobHold">): boolean {
  const isResolved = [seen.queue, seen.definition, seen.consumables].every(({ kind }) => kind === "resolved");
  const isFree = seen.dependencies.every(({ kind }) => kind === "id" || kind === "satisfied");
  return isResolved && isFree && spec.suspend !== true && spec.cancel !== true;
}

async function dependenciesSeen(object: BatchJob, around: Observing): Promise<readonly DependencySeen[]> {
  const { region, signal } = around;
  const found = dependenciesIn(object, around);
  const old = found.flatMap((one) => (one.kind === "notShown" ? [one.jobId] : []));
  if (old.length === 0) return found;
  const shown = new Set((await region.jobsOfObjects.described(old, signal)).map(({ jobId }) => jobId));
  return found.map((one) => {
    if (one.kind !== "notShown" || !shown.has(one.jobId)) return one;
    return { kind: "id", jobId: one.jobId, type: one.type };
  });
}

function dependenciesIn(object: BatchJob, { ports, circles }: Observing): readonly DependencySeen[] {
  const { namespace } = object.metadata;
  const find = (name: string) => ports.objects.get(BatchJobKind, { namespace, name }) as BatchJob | undefined;
  return dependenciesOf(object, find, circles.circleOf(object), ports.clock.now());
}

/** Whether a job that it depends on is still to be submitted, as the objects say. */
export function waitsForJobs(object: BatchJob, around: Observing): boolean {
  const isOpen = ({ kind }: DependencySeen): boolean => kind === "waiting" || kind === "missing" || kind === "cycle";
  return dependenciesIn(object, around).some(isOpen);
}

/** The job was cancelled while AWS showed none, but AWS may still accept an earlier request. */
function mayStillCome(object: BatchJob, recorded: Result, around: Observing): boolean {
  const isCancelled = recorded.kind === "failed" && recorded.reason === "JobCancelled";
  const intent = intentOf(object);
  return isCancelled && object.status?.jobId === undefined && intent !== undefined && isRecent(object, intent, around);
}

/** The result is in the status. Even if that is lost, the note of this process has been used. */
function settle(object: BatchJob, { region, memory, ports }: Observing): void {
  const { uid } = object.metadata;
  region.jobsOfObjects.unfollow(keyText(object.metadata));
  const intent = intentOf(object);
  if (intent?.by !== ports.processId()) memory.byUid.delete(uid);
  else memory.byUid.set(uid, { sent: { attempt: intent.attempt, endedAt: Number.NEGATIVE_INFINITY } });
}

function isUsed({ attempt }: Intent, uid: string, memory: Memory): boolean {
  return (rememberedOf(memory, uid).sent?.attempt ?? 0) >= attempt;
}

async function jobOf(object: BatchJob, around: Observing): Promise<JobSeen> {
  const { region, memory } = around;
  const { uid } = object.metadata;
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
    const left = await leftBehind(object, around);
    // The finalizer alone may be from a process that was about to change the tags of the job that it took over.
    if (left.kind !== "none" || !isFinalized(object)) return left;
  }
  if (intent !== undefined && intent.by === around.ports.processId() && !isUsed(intent, uid, memory)) {
    return { kind: "none", intent };
  }
  return await searched(object, intent, around);
}

/** The deterministic name is proof; what another cluster submitted for the object has the name of another uid. */
function isOwn(record: JobRecord, object: BatchJob, { ports }: Observing): boolean {
  if (record.jobName === awsNameOf(BatchJobKind, object)) return true;
  const ownership = ownershipOf(record.tags, identityOf(object, ports.cluster));
  return record.jobName.startsWith(namePrefix(object)) && ownership.kind === "ours";
}

async function known(
  object: BatchJob,
  jobId: string,
  intent: Intent | undefined,
  around: Observing,
): Promise<KnownJob> {
  const { region, ports, memory } = around;
  const { record, missingSince } = region.jobsOfObjects.follow(keyText(object.metadata), jobId);
  const now = ports.clock.monotonic();
  const remembered = rememberedOf(memory, object.metadata.uid);
  const agoMs = (at: number | undefined): number | undefined => (at === undefined ? undefined : now - at);
  const isLate = intent !== undefined && intent.attempt > 1 && isRecent(object, intent, around);
  const mayHaveDuplicates = intent !== undefined && (isLate || isDoubled(object));
  return {
    kind: "known",
    jobId,
    isReported: object.status?.jobId === jobId,
    jobArn: remembered.submitted?.jobArn,
    queue: intent?.queue,
    record,
    queueSays:
      record === undefined ? undefined : saidOf(jobId, object.metadata.namespace, queueObject(object, record, around)),
    submittedMsAgo: agoMs(remembered.sent?.endedAt),
    missingForMs: agoMs(missingSince),
    notBefore: submittedAfter(object),
    endedMsAgo: Object.fromEntries(Object.entries(remembered.ended ?? {}).map(([id, at]) => [id, now - at])),
    taggedMsAgo: agoMs(remembered.taggedAt),
    duplicates: mayHaveDuplicates ? await duplicatesOf(object, jobId, intent.queue, around) : [],
    mayHaveDuplicates,
    ...(await failedChildrenOf(object, record, around)),
  };
}

/** The object of the queue in which the job is, unless it is one of another namespace that the spec names as AWS does. */
function queueObject(
  { metadata: { namespace }, spec: { jobQueueRef: ref } }: BatchJob,
  { queue }: JobRecord,
  { ports: { objects } }: Observing,
): JobQueue | undefined {
  const named = objects.named(JobQueueKind, queue) as readonly JobQueue[];
  const within = ref?.namespace ?? namespace;
  return named.find(({ metadata }) => metadata.namespace === within && (ref?.name ?? metadata.name) === metadata.name);
}

/** Once an array has failed. Its count and its list are two answers of AWS, of which the list may be the older. */
async function failedChildrenOf(
  { metadata: { uid } }: BatchJob,
  record: JobRecord | undefined,
  { region, ports: { clock }, memory, signal }: Observing,
): Promise<Pick<KnownJob, "failedChildren" | "listsMore">> {
  if (record?.array === undefined || record.status !== "FAILED") return { failedChildren: [], listsMore: false };
  const failedChildren = await region.jobsOfObjects.failedChildren(record.jobId, signal);
  const { failedAt = clock.monotonic() } = rememberedOf(memory, uid);
  remember(memory, uid, { failedAt });
  const isRecent = clock.monotonic() - failedAt < submissionUnknownForMs;
  return { failedChildren, listsMore: isRecent && unlistedChildren(record, failedChildren) > 0 };
}

async function duplicatesOf(
  object: BatchJob,
  jobId: string,
  queue: string,
  around: Observing,
): Promise<readonly NamedJob[]> {
  const { jobs } = await search(object, [queue], around);
  return jobs.filter((one) => one.jobId !== jobId && !hasEnded(one));
}

/** What another process, or a request without an answer, may have left in AWS. */
async function searched(object: BatchJob, intent: Intent | undefined, around: Observing): Promise<JobSeen> {
  const { region, ports, memory, signal } = around;
  const { uid, creationTimestamp } = object.metadata;
  const since = doubtfulSince(object, intent, around);
  const resolved = await queueOf(object, { region, ports, signal });
  // Somebody may have removed the note, or changed it.
  const named = [
    ...(intent === undefined ? [] : [intent.queue]),
    ...(resolved.kind === "resolved" ? [resolved.name] : []),
  ];
  if (resolved.kind !== "resolved" && intent === undefined) return { kind: "unknown", hindrance: resolved.message };
  const queues = [...new Set(named)];
  const now = ports.clock.monotonic();
  const { searched: last, sent } = rememberedOf(memory, uid);
  const isOther = last !== undefined && last.queues.join() !== queues.join();
  const nextAt = (last?.begunAt ?? now) + searchAgainMs;
  // The note may name another queue each second.
  if (isOther && now < nextAt) return { kind: "unknown", searchInMs: nextAt - now };
  const certainAt = (found: NameSearch | undefined): number => {
    // One of several may have been ended just now, by a process before this one.
    if (found !== undefined && standing(found).length > 1) return since + shownForSureMs;
    return Math.max(sent?.endedAt ?? since, since) + submissionUnknownForMs;
  };
  // Whoever may write the object may have written a note of another process: it gets one search now, and one that is certain.
  const until = sent === undefined ? certainAt(last) : now;
  const found = await search(object, queues, around, { since, until });
  const { begunAt, jobs, gone } = found;
  const isCertain = begunAt >= certainAt(found);
  const searchInMs = sent === undefined ? Math.max(certainAt(found) - now, soonestCheckMs) : searchAgainMs;
  if (standing(found).length > 1 && !isCertain) return { kind: "unknown", searchInMs };
  const followed = followedOf(jobs);
  if (followed !== undefined) return await foundByName(object, followed, intent, around);
  const at = intent?.at ?? Date.parse(creationTimestamp);
  const isForgotten = mayBeForgotten(at, ports.clock.now());
  const isGone = intent !== undefined && gone.includes(intent.queue);
  // A process before this one has waited for long enough, and said so.
  const isReported = isUnknown(object) && (isForgotten || isGone);
  if (!isCertain && !isReported) return { kind: "unknown", searchInMs };
  if (isForgotten) return { kind: "forgotten", since: at };
  if (isGone) return { kind: "queueGone", since: at, queue: intent.queue };
  return { kind: "notFound", attempts: intent?.attempt ?? 0 };
}

/** Those that no process has ended as the second one. */
function standing({ jobs }: NameSearch): readonly NamedJob[] {
  return jobs.filter((one) => !isEndedAsSecond(one));
}

/** The one to follow of the jobs of an object: one that was ended as the second is older where AWS has shown it late. */
function followedOf(jobs: readonly NamedJob[]): NamedJob | undefined {
  return jobs.find((one) => !isEndedAsSecond(one)) ?? jobs[0];
}

/** The job that a search has found: from now on it is followed. */
async function foundByName(
  object: BatchJob,
  { jobId }: NamedJob,
  intent: Intent | undefined,
  around: Observing,
): Promise<JobSeen> {
  const { region, memory } = around;
  const submitted = { jobId, jobArn: undefined };
  remember(memory, object.metadata.uid, { submitted, followedBy: region.jobsOfObjects });
  return await known(object, jobId, intent, around);
}

/** Whether a request under the note may still be accepted: by the wall clock, which may jump, or by that of this process. */
function isRecent({ metadata: { uid } }: BatchJob, { at }: Intent, { ports: { clock }, memory }: Observing): boolean {
  const { sent } = rememberedOf(memory, uid);
  const isSentLately = sent !== undefined && clock.monotonic() - sent.endedAt < duplicatesForMs;
  return isSentLately || Math.abs(clock.now() - at) < duplicatesForMs;
}

/** What AWS may have of an object without a note. */
async function leftBehind(object: BatchJob, around: Observing): Promise<JobSeen> {
  const { takeOverUid } = around.ports.cluster;
  return takeOverUid === undefined ? await fromBefore(object, around) : await takenOver(object, takeOverUid, around);
}

/**
 * A backup of the cluster's store brings an object back as it was before its submission. AWS is asked once about each that
 * this process has found in a list, before it is submitted.
 */
async function fromBefore(object: BatchJob, around: Observing): Promise<JobSeen> {
  const { region, ports, memory, signal } = around;
  const { uid } = object.metadata;
  const none: JobSeen = { kind: "none", intent: undefined };
  if (!memory.unasked.has(uid) || isHeldBack(object, around)) return none;
  const queue = await queueOf(object, { region, ports, signal });
  if (queue.kind !== "resolved") return none;
  const { jobs } = await search(object, [queue.name], around);
  memory.unasked.delete(uid);
  const found = followedOf(jobs);
  return found === undefined ? none : await foundByName(object, found, undefined, around);
}

/** Whether a job waits for a person, or for other jobs: thousands may. */
function isHeldBack(object: BatchJob, around: Observing): boolean {
  return object.spec.suspend === true || waitsForJobs(object, around);
}

/**
 * The job that a lost cluster submitted for the object: with `--take-over-cluster-uid` a manifest that is applied again is
 * no new job, as long as AWS knows the old one.
 */
async function takenOver(object: BatchJob, takeOverUid: string, around: Observing): Promise<JobSeen> {
  const { region, ports, memory, signal } = around;
  const since = doubtfulSince(object, undefined, around);
  const queue = await queueOf(object, { region, ports, signal });
  if (queue.kind !== "resolved") return { kind: "none", intent: undefined };
  const certainAt = since + submissionUnknownForMs;
  const { begunAt, jobs } = await searchLeft(object, queue.name, takeOverUid, around, { since, until: certainAt });
  const newest = jobs.toSorted((left, right) => (right.createdAt ?? 0) - (left.createdAt ?? 0))[0];
  // What the lost cluster sent last may not be shown yet.
  if (newest === undefined && begunAt >= certainAt) return { kind: "none", intent: undefined };
  if (newest === undefined) return { kind: "unknown", searchInMs: certainAt - ports.clock.monotonic() };
  const { jobId, jobArn } = newest;
  remember(memory, object.metadata.uid, { submitted: { jobId, jobArn }, followedBy: region.jobsOfObjects });
  // AWS may forget a job of a week ago before the next read.
  region.jobsOfObjects.follow(keyText(object.metadata), newest.jobId, newest);
  return await known(object, newest.jobId, undefined, around);
}

/** Reads the job of an object live, where it has one. */
export async function refresh(object: BatchJob, { region, memory, signal }: Observing): Promise<void> {
  const id = rememberedOf(memory, object.metadata.uid).submitted?.jobId ?? object.status?.jobId;
  if (id !== undefined && recordedResult(object) === undefined) {
    await region.jobsOfObjects.read(keyText(object.metadata), id, signal);
  }
}
