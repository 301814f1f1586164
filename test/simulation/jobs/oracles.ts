import type { KubeObject } from "../../../src/api/object.ts";
import type { BatchJob } from "../../../src/api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../../src/api/v1alpha1/kinds.ts";
import type { SubmitJobRequest } from "../../../src/aws/batch.ts";
import { isUnknown, recordedResult } from "../../../src/controllers/kinds/batch-job/result.ts";
import { nameTag } from "../../../src/controllers/ownership/ownership.ts";
import { conditionsOf } from "../../../src/controllers/pass/conditions.ts";
import { directivesOf } from "../../../src/controllers/pass/directives.ts";
import { hasEnded, type StoredJob } from "../../../src/simulator/stored-job.ts";
import type { CallRecord } from "../../../src/simulator/wire.ts";
import type { OracleFactory, Watched } from "../oracle.ts";
import { nameOf, unseenMs } from "../oracles/reading.ts";
import { argoAnnotation } from "./generate.ts";

/** The promises of jobs: docs/decisions/0044-what-a-job-remembers.md. */

/** By name of an object: jobs of the same life are one too many. A life ends when a person deletes the object. */
interface Life {
  readonly cluster: string;
  /** The cluster that it began in is lost. */
  readonly isRebuilt: boolean;
  /** Wall ms. */
  readonly since: number;
  jobs: number;
}

/** Once, and not again: an object is one job, through crashes, lost answers and lost clusters. */
export const once: OracleFactory = (watched) => {
  const lives = new Map<string, Life>();
  return {
    name: "one object is one job, and none is run again",
    onObject(before, after) {
      if ((after ?? before)?.kind !== "BatchJob") return undefined;
      const name = (after ?? before)?.metadata.name ?? "";
      const cluster = watched.cluster().uid;
      const isNew = after !== undefined && before?.metadata.uid !== after.metadata.uid;
      // What is applied again after the cluster was lost goes on where it was; which of several jobs of its name that was,
      // nobody knows any more.
      const life = lives.get(name);
      const since = watched.clock.now();
      if (isNew && (life?.cluster ?? cluster) === cluster)
        lives.set(name, { cluster, isRebuilt: false, since, jobs: 0 });
      else if (isNew) lives.set(name, { cluster, isRebuilt: true, since: 0, jobs: life?.jobs ?? 0 });
      const { jobId } = (after as BatchJob | undefined)?.status ?? {};
      const job = watched.aws.truth.jobs().find(({ id }) => id === jobId);
      // While a lost cluster is taken over, an object is not known to be a new one.
      const isKnown = watched.cluster().takeOverUid === undefined;
      const isOlder = isKnown && job !== undefined && job.createdAt < (lives.get(name)?.since ?? 0);
      return isOlder ? `${name} follows ${jobId}, a job of an object that was deleted` : undefined;
    },
    onAws(change, by) {
      if (change.kind !== "job" || by?.operation !== "SubmitJob" || change.status !== "SUBMITTED") return undefined;
      if (change.job === undefined || by.by !== "operator") return undefined;
      const { tags = {}, jobName } = by.input as { readonly tags?: Record<string, string>; readonly jobName?: string };
      const life = lives.get(tags[nameTag] ?? "");
      if (life === undefined) return undefined;
      // A limit of decision 44: what AWS has forgotten, a rebuilt cluster runs again.
      if (life.isRebuilt && jobsNamed(watched, tags[nameTag]).every(({ id }) => id === change.name)) life.jobs = 0;
      life.jobs++;
      return life.jobs > 1 ? `${jobName} was submitted a second time` : undefined;
    },
  };
};

/** The jobs of all objects of this name that AWS still knows. */
function jobsNamed({ aws }: Pick<Watched, "aws">, name: string | undefined): readonly StoredJob[] {
  return aws.truth.jobs().filter(({ child, request }) => child === undefined && request.tags?.[nameTag] === name);
}

/** The object that a job was submitted for, while it exists. */
function objectOf({ store }: Watched, job: StoredJob): BatchJob | undefined {
  const uid = job.request.jobName?.split("_").at(-1);
  const objects = store.objects(BatchJobKind) as readonly BatchJob[];
  const named = objects.find(({ metadata }) => metadata.name === job.request.tags?.[nameTag]);
  return objects.find(({ metadata }) => metadata.uid === uid) ?? named;
}

/** A job is ended only by a cancellation, by a deletion that says so, or because it is a second one. */
export const endedAsAsked: OracleFactory = (watched) => ({
  name: "a job is ended only as asked",
  onEffect(call, phase) {
    if (phase === "after" || call.by !== "operator") return undefined;
    if (call.operation !== "TerminateJob" && call.operation !== "CancelJob") return undefined;
    const { jobId = "" } = call.input as { readonly jobId?: string };
    const job = watched.aws.truth.jobs().find(({ id }) => id === jobId);
    if (job === undefined || hasEnded(job)) return undefined;
    const object = objectOf(watched, job);
    const sentBy = watched.callerOf(call)?.name;
    if (object === undefined) return `${jobId} was ended by ${sentBy}, and belongs to no object`;
    const { deleting, retain } = directivesOf(object, watched.settings);
    if ((deleting && !retain) || object.spec.cancel === true) return undefined;
    return `${jobId} of ${object.metadata.name} was ended by ${sentBy}, and nobody asked for it`;
  },
});

/** A job goes before its object, unless it is to run on. */
export const nothingRunsOn: OracleFactory = (watched) => ({
  name: "no job outlives its object, unless it is to run on",
  onObject(before, after) {
    if (before?.kind !== "BatchJob" || after !== undefined) return undefined;
    const { deleting, retain } = directivesOf(before, watched.settings);
    if (!deleting || retain) return undefined;
    const { uid, name } = before.metadata;
    const running = watched.aws.truth.jobs().find((job) => job.request.jobName?.endsWith(`_${uid}`) && !hasEnded(job));
    return running === undefined ? undefined : `${name} is gone, and ${running.id} is ${running.status}`;
  },
});

/** A result in a status is that of AWS, and stays. */
export const trueResult: OracleFactory = (watched) => ({
  name: "a result is that of the job, and stays",
  onObject(before, after) {
    // A person may lose it; the operator may not.
    if (after?.kind !== "BatchJob" || watched.isByUser()) return undefined;
    const [was, is] = [before, after].map((one) =>
      one?.metadata.uid === after.metadata.uid ? recordedResult(one as BatchJob) : undefined,
    );
    if (was !== undefined && is?.kind !== was.kind) return `${after.metadata.name} lost its result (${was.kind})`;
    const { jobId, status } = (after as BatchJob).status ?? {};
    const job = watched.aws.truth.jobs().find(({ id }) => id === jobId);
    if (is === undefined && isUnknown(after as BatchJob)) return known(watched, after);
    if (is === undefined || job === undefined) return undefined;
    if (!hasEnded(job)) return `${after.metadata.name} is ${is.kind}, and its job is ${job.status}`;
    const isSame = (is.kind === "complete") === (job.status === "SUCCEEDED") && status === job.status;
    return isSame ? undefined : `${after.metadata.name} is ${is.kind}, and its job has ${job.status}`;
  },
});

/** What AWS has of a job whose result is said to be unknown. */
function known({ aws }: Watched, { metadata, status }: KubeObject): string | undefined {
  const { jobId } = (status ?? {}) as { readonly jobId?: string };
  const job = aws.truth.jobs().find(({ id, request }) => id === jobId || request.jobName?.endsWith(`_${metadata.uid}`));
  return job && `the result of ${metadata.name} is unknown, and AWS has ${job.id}, which is ${job.status}`;
}

/** Since when the status says how the job ended, or that this is unknown, wall ms. */
function finishedAt(object: BatchJob): number | undefined {
  if (recordedResult(object) === undefined && !isUnknown(object)) return undefined;
  const types = recordedResult(object) === undefined ? ["Stalled"] : ["Complete", "Failed"];
  const found = conditionsOf(object).find(({ type, status }) => types.includes(type) && status === "True");
  return found && Date.parse(found.lastTransitionTime);
}

function isTracked({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[argoAnnotation] !== undefined;
}

/** An object is deleted by people, or by its ttlSecondsAfterFinished. */
const expiresInTime: OracleFactory = (watched) => ({
  name: "an object is deleted by people, or in time after its job has finished",
  onObject(before, after) {
    if (before?.kind !== "BatchJob" || watched.isByUser()) return undefined;
    const [was, is] = [before, after].map((one) => one?.metadata.deletionTimestamp);
    if (was !== undefined || (after !== undefined && is === undefined)) return undefined;
    const { metadata, spec } = before as BatchJob;
    const { name } = metadata;
    if (spec.ttlSecondsAfterFinished === undefined) return `${name} was deleted, and nobody asked for it`;
    if (isTracked(before)) return `${name} was deleted, and Argo CD tracks it`;
    const since = finishedAt(before as BatchJob);
    if (since === undefined) return `${name} was deleted before its status had its result`;
    const early = since + spec.ttlSecondsAfterFinished * 1000 - watched.clock.now();
    return early > 0 ? `${name} was deleted ${early} ms before its time` : undefined;
  },
});

/** After a fault, jobs may overtake each other for so long. */
const faultMs = 90_000;

/** The jobs for a queue are submitted by age, where nothing goes wrong. */
const inTurn: OracleFactory = (watched) => {
  /** By uid: in which order they came, or came to be what they are now, and when, monotonic ms. */
  const came = new Map<string, { readonly number: number; readonly at: number }>();
  const isQuiet = (since: number): boolean => {
    const from = watched.clock.now() - (watched.clock.monotonic() - since) - faultMs;
    return since - watched.lastFault() > faultMs && watched.aws.log.every((call) => call.at < from || isHarmless(call));
  };
  return {
    name: "the jobs for a queue are submitted in the order of their creation",
    onObject(before, after) {
      if (after?.kind !== "BatchJob" || before?.metadata.generation === after.metadata.generation) return undefined;
      came.set(after.metadata.uid, { number: came.size, at: watched.clock.monotonic() });
      return undefined;
    },
    onAws(change, by) {
      if (change.kind !== "job" || by?.operation !== "SubmitJob" || change.status !== "SUBMITTED") return undefined;
      if (change.job === undefined || by.by !== "operator" || watched.cluster().takeOverUid !== undefined)
        return undefined;
      const uid = change.job.name.split("_").at(-1) ?? "";
      const own = came.get(uid);
      const objects = watched.store.objects(BatchJobKind) as readonly BatchJob[];
      const object = objects.find(({ metadata }) => metadata.uid === uid);
      if (object === undefined || own === undefined) return undefined;
      const passed = objects.find((one) => {
        const other = came.get(one.metadata.uid);
        if (other === undefined || other.number >= own.number || !isBefore(one, object) || isHeldBack(one))
          return false;
        return isQuiet(other.at) && !wasRequestedBefore(by, watched, one);
      });
      return passed && `${object.metadata.name} was submitted before ${passed.metadata.name}, which is older`;
    },
  };
};

/** Jobs stay in order where AWS answers, and where it throttles their requests. */
function isHarmless({ operation, outcome }: CallRecord): boolean {
  if (outcome.kind !== "refused") return outcome.kind !== "lost";
  return operation === "SubmitJob" && outcome.exception === "TooManyRequestsException";
}

function isBefore({ metadata: one }: BatchJob, { metadata: other }: BatchJob): boolean {
  const [left, right] = [one.creationTimestamp, other.creationTimestamp];
  return left === right ? one.name < other.name : left < right;
}

/** Something else than its turn keeps it from being submitted. */
function isHeldBack({ metadata, spec }: BatchJob): boolean {
  return (
    metadata.deletionTimestamp !== undefined ||
    spec.suspend === true ||
    spec.cancel === true ||
    spec.dependsOn !== undefined ||
    spec.consumableResourcePropertiesOverride !== undefined
  );
}

/** Requests that are under way together are in the order in which they were sent. */
function wasRequestedBefore(call: CallRecord, { aws }: Watched, { metadata, status }: BatchJob): boolean {
  if (status?.jobId !== undefined || recordedResult({ status } as BatchJob) !== undefined) return true;
  return aws.log.slice(0, aws.log.indexOf(call)).some(({ operation, input }) => {
    const { jobName = "" } = input as { readonly jobName?: string };
    return operation === "SubmitJob" && jobName.endsWith(`_${metadata.uid}`);
  });
}

/** A job is submitted once, with names that stay: each of a consumable that AWS has, and that the job may hold. */
const holdsWhatIsThere: OracleFactory = (watched) => {
  let goneAt = Number.NEGATIVE_INFINITY;
  return {
    name: "a job is submitted with consumables that are there",
    onAws(change) {
      if (change.kind === "consumableResource" && change.status === "GONE") goneAt = watched.clock.monotonic();
      return undefined;
    },
    onEffect(call, phase) {
      if (phase === "after" || call.by !== "operator" || call.operation !== "SubmitJob") return undefined;
      if (watched.releasedAt(call) - goneAt <= Math.max(unseenMs, watched.shownWithinMs())) return undefined;
      const { jobName, consumableResourcePropertiesOverride: held } = call.input as SubmitJobRequest;
      const there = watched.aws.truth.consumableResources().map((one) => one.consumableResourceName);
      const lacking = (held?.consumableResourceList ?? []).find(
        ({ consumableResource = "" }) => !there.includes(nameOf(consumableResource)),
      );
      return lacking && `${jobName} was submitted, and AWS has no ${lacking.consumableResource}`;
    },
  };
};

/** AWS takes a job that it has forgotten for one that succeeded: what depends on it would start at once. */
const dependsOnWhatIsKnown: OracleFactory = (watched) => {
  /** By id, monotonic ms. */
  const lastKnown = new Map<string, number>();
  return {
    name: "a job is submitted with dependencies that AWS knows",
    onEffect(call, phase) {
      const known = watched.aws.truth.jobs().map(({ id }) => id);
      for (const id of known) lastKnown.set(id, watched.clock.monotonic());
      if (phase === "after" || call.by !== "operator" || call.operation !== "SubmitJob") return undefined;
      const { jobName, dependsOn = [] } = call.input as SubmitJobRequest;
      const readMs = Math.max(unseenMs, watched.shownWithinMs());
      const forgotten = dependsOn.find(
        ({ jobId }) =>
          jobId !== undefined && watched.releasedAt(call) - (lastKnown.get(jobId) ?? Number.NEGATIVE_INFINITY) > readMs,
      );
      return forgotten && `${jobName} was submitted, and AWS has forgotten ${forgotten.jobId}, on which it depends`;
    },
  };
};

export const jobsOracles: readonly OracleFactory[] = [
  once,
  endedAsAsked,
  nothingRunsOn,
  trueResult,
  expiresInTime,
  inTurn,
  holdsWhatIsThere,
  dependsOnWhatIsKnown,
];

/** What is missing at the end of a world: a result of a job that has ended, or a job that runs for nobody. */
export function unfinished(watched: Pick<Watched, "aws" | "store" | "settings">): readonly string[] {
  const objects = watched.store.objects(BatchJobKind) as readonly BatchJob[];
  const waiting = objects.filter((object) => isToExpire(object) || (!isFinished(object) && !isHeld(object, objects)));
  return waiting.map(({ metadata: { name, deletionTimestamp }, status }: KubeObject) => {
    const { conditions = [] } = (status ?? {}) as BatchJob["status"] & object;
    const reason = conditions.find(({ type }) => type === "Ready")?.reason;
    if (reason === "ResultUnknown" || recordedResult({ status } as BatchJob) !== undefined)
      return `${name} is not deleted`;
    return `${name} ${deletionTimestamp === undefined ? "has no result" : "is not gone"} (${reason})`;
  });
}

function isFinished(object: BatchJob): boolean {
  return recordedResult(object) !== undefined || isUnknown(object);
}

/** A finished job whose object is to go within minutes. */
function isToExpire(object: BatchJob): boolean {
  const { ttlSecondsAfterFinished: seconds = Number.POSITIVE_INFINITY } = object.spec;
  return isFinished(object) && !isTracked(object) && seconds <= 600;
}

/** A person holds it back, or what it needs does not exist, or waits itself. */
function isHeld(object: BatchJob, objects: readonly BatchJob[], depth = 0): boolean {
  const { spec, status, metadata } = object;
  if (metadata.deletionTimestamp !== undefined || status?.jobId !== undefined || isSearchedFor(object)) return false;
  if (spec.suspend === true || depth > 6) return true;
  return (spec.dependsOn ?? []).some(({ jobRef }) => {
    const needed = objects.find((one) => one.metadata.name === jobRef?.name);
    return needed === undefined || isUnknown(needed) || isHeld(needed, objects, depth + 1);
  });
}

/** Nobody knows yet whether AWS has a job of it, which a lost cluster may have left. */
function isSearchedFor(object: BatchJob): boolean {
  const ready = conditionsOf(object).find(({ type }) => type === "Ready");
  return ready?.reason === "Pending" || ready?.reason === "CheckingSubmission";
}
