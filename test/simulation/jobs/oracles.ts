import type { KubeObject } from "../../../src/api/object.ts";
import type { BatchJob } from "../../../src/api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../../src/api/v1alpha1/kinds.ts";
import { recordedResult } from "../../../src/controllers/batch-job/result.ts";
import { directivesOf } from "../../../src/controllers/directives.ts";
import { nameTag } from "../../../src/controllers/ownership.ts";
import { hasEnded, type StoredJob } from "../../../src/simulator/stored-job.ts";
import type { OracleFactory, Watched } from "../oracle.ts";

/** The promises of jobs: docs/decisions/0044-what-a-job-remembers.md. */

/** By name of an object: jobs of the same life are one too many. A life ends when a person deletes the object. */
interface Life {
  readonly cluster: string;
  /** Wall ms. */
  readonly since: number;
  jobs: number;
}

/** Once, and not again: an object is one job, through crashes, lost answers and lost clusters. */
const once: OracleFactory = (watched) => {
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
      if (isNew && (life?.cluster ?? cluster) === cluster) lives.set(name, { cluster, since, jobs: 0 });
      else if (isNew) lives.set(name, { cluster, since: 0, jobs: life?.jobs ?? 0 });
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
      life.jobs++;
      return life.jobs > 1 ? `${jobName} was submitted a second time` : undefined;
    },
  };
};

/** The object that a job was submitted for, while it exists. */
function objectOf({ store }: Watched, job: StoredJob): BatchJob | undefined {
  const uid = job.request.jobName?.split("_").at(-1);
  const objects = store.objects(BatchJobKind) as readonly BatchJob[];
  const named = objects.find(({ metadata }) => metadata.name === job.request.tags?.[nameTag]);
  return objects.find(({ metadata }) => metadata.uid === uid) ?? named;
}

/** A job is ended only by a cancellation, by a deletion that says so, or because it is a second one. */
const endedAsAsked: OracleFactory = (watched) => ({
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
const nothingRunsOn: OracleFactory = (watched) => ({
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
const trueResult: OracleFactory = (watched) => ({
  name: "a result is that of the job, and stays",
  onObject(before, after) {
    if (after?.kind !== "BatchJob") return undefined;
    const [was, is] = [before, after].map((one) =>
      one?.metadata.uid === after.metadata.uid ? recordedResult(one as BatchJob) : undefined,
    );
    if (was !== undefined && is?.kind !== was.kind) return `${after.metadata.name} lost its result (${was.kind})`;
    const { jobId, status } = (after as BatchJob).status ?? {};
    const job = watched.aws.truth.jobs().find(({ id }) => id === jobId);
    if (is === undefined || job === undefined) return undefined;
    if (!hasEnded(job)) return `${after.metadata.name} is ${is.kind}, and its job is ${job.status}`;
    const isSame = (is.kind === "complete") === (job.status === "SUCCEEDED") && status === job.status;
    return isSame ? undefined : `${after.metadata.name} is ${is.kind}, and its job has ${job.status}`;
  },
});

export const jobsOracles: readonly OracleFactory[] = [once, endedAsAsked, nothingRunsOn, trueResult];

/** What is missing at the end of a world: a result of a job that has ended, or a job that runs for nobody. */
export function unfinished(watched: Pick<Watched, "aws" | "store" | "settings">): readonly string[] {
  const objects = watched.store.objects(BatchJobKind) as readonly BatchJob[];
  const waiting = objects.filter((object) => recordedResult(object) === undefined && !isHeld(object, objects));
  return waiting.map(({ metadata: { name, deletionTimestamp }, status }: KubeObject) => {
    const { conditions = [] } = (status ?? {}) as BatchJob["status"] & object;
    const reason = conditions.find(({ type }) => type === "Ready")?.reason;
    return `${name} ${deletionTimestamp === undefined ? "has no result" : "is not gone"} (${reason})`;
  });
}

/** A person holds it back, or what it needs does not exist, or waits itself. */
function isHeld({ spec, status, metadata }: BatchJob, objects: readonly BatchJob[], depth = 0): boolean {
  if (metadata.deletionTimestamp !== undefined || status?.jobId !== undefined) return false;
  if (spec.suspend === true || depth > 6) return true;
  return (spec.dependsOn ?? []).some(({ jobRef }) => {
    const needed = objects.find((one) => one.metadata.name === jobRef?.name);
    return needed === undefined || isHeld(needed, objects, depth + 1);
  });
}
