import { approveAnnotation } from "../../../src/api/v1alpha1/annotations.ts";
import type { BatchComputeEnvironmentSpec } from "../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { JobQueueSpec } from "../../../src/api/v1alpha1/job-queue.ts";
import type { Environment } from "../../../src/aws/batch.ts";
import { ownerIn, type Tags, verifiesTag } from "../../../src/controllers/ownership/ownership.ts";
import { isInfrastructureUpdate } from "../../../src/simulator/compute-environment-rules.ts";
import { type StoredServiceJob, shareOf } from "../../../src/simulator/service-jobs.ts";
import { hasEnded, occupies, type StoredJob } from "../../../src/simulator/stored-job.ts";
import type { CallRecord } from "../../../src/simulator/wire.ts";
import type { OracleFactory, Watched } from "../oracle.ts";
import { SpecsOfLate } from "./lately.ts";
import { isOperatorWrite, liveEnvironments, liveQueues, nameOf, ownerOf, textOf, unseenMs } from "./reading.ts";

/**
 * Promise 2. No running job is killed by a replacement, an update or a deletion. A job that is STARTING or RUNNING
 * and ends by what a write of ours did to its environment or queue was killed; in a queue that we delete, so was
 * every unfinished job, for AWS ends them.
 *
 * Not against it, by the promise's own words: `drain.policy: Terminate` or `updatePolicy` in the spec of the owner, now
 * or so lately that a write could be on its way already, and a person's approval to lower or delete a quota share. The owner
 * is whom AWS's tags name, or named so lately.
 */
export const runningJobs: OracleFactory = (watched) => {
  let unfinished: ReadonlyMap<string, StoredJob> = new Map();
  let training: ReadonlyMap<string, StoredServiceJob> = new Map();
  /** Environments whose instances AWS replaces on our word, and whether the spec had an `updatePolicy` then. */
  const updating = new Map<string, boolean>();

  const specs = new SpecsOfLate(watched);
  /** By object: approvals to end the jobs of a quota share, and when they were there last. */
  const approvals = new Map<string, Map<string, number>>();
  /** By ARN: the tags by which it had an owner last, and when. */
  const owned = new Map<string, { readonly tags: Tags | undefined; readonly at: number }>();
  const isRecent = (at: number): boolean => watched.clock.monotonic() - at <= unseenMs;
  const specsOf: Specs = (arn, tags, kind) => {
    const last = owned.get(arn);
    const object = ownerOf(watched, last !== undefined && isRecent(last.at) ? last.tags : tags, kind);
    return object === undefined ? [] : specs.of(object);
  };
  const noteOwners = (): void => {
    const at = watched.clock.monotonic();
    const things = [
      ...liveEnvironments(watched).map(({ computeEnvironmentArn: arn, tags }) => ({ arn, tags })),
      ...liveQueues(watched).map(({ jobQueueArn: arn, tags }) => ({ arn, tags })),
      ...watched.aws.truth.quotaShares().map(({ quotaShareArn: arn, tags }) => ({ arn, tags })),
    ];
    for (const { arn, tags } of things) if (ownerIn(tags) !== undefined) owned.set(arn, { tags, at });
  };

  const verdict = (killed: readonly Pick<StoredJob, "id" | "status">[], call: CallRecord): string | undefined => {
    if (killed.length === 0 || mayTerminate(watched, call, specsOf) || isApproved(call)) return undefined;
    return `${killed.length} job(s) were ended by ${call.operation} ${JSON.stringify(call.input)} of ${watched.callerOf(call)?.name}: ${killed.map(({ id, status }) => `${id} (${status})`).join(", ")}`;
  };

  const isApproved = ({ operation, input }: CallRecord): boolean => {
    const step = operation === "UpdateQuotaShare" ? "/Lower@" : "/Delete";
    const { quotaShareArn: arn } = input as { readonly quotaShareArn?: string };
    const share = watched.aws.truth.quotaShares().find(({ quotaShareArn }) => quotaShareArn === arn);
    const owner = ownerOf(watched, owned.get(arn ?? "")?.tags ?? share?.tags, "QuotaShare");
    if (owner === undefined) return false;
    const lately = [...(approvals.get(textOf(owner)) ?? [])].flatMap(([approval, at]) =>
      isRecent(at) ? approval : [],
    );
    return [owner.metadata.annotations?.[approveAnnotation] ?? "", ...lately].some((one) => one.includes(step));
  };

  return {
    name: "2 no running job is killed",
    onObject(before, after) {
      for (const object of [before, after]) {
        const approval = object?.metadata.annotations?.[approveAnnotation];
        if (object?.kind !== "QuotaShare" || approval === undefined) continue;
        const given = approvals.get(textOf(object)) ?? new Map<string, number>();
        approvals.set(textOf(object), given.set(approval, watched.clock.monotonic()));
      }
      specs.note(before, after);
      return undefined;
    },
    onEffect(call, phase) {
      if (phase === "before") noteOwners();
      if (!isOperatorWrite(call)) return undefined;
      if (phase === "before") {
        unfinished = new Map(
          watched.aws.truth
            .jobs()
            .filter((job) => !hasEnded(job))
            .map((job) => [job.id, job]),
        );
        training = new Map(unfinishedTraining(watched).map((job) => [job.id, job]));
        noteUpdate(watched, call, updating, specsOf);
        return undefined;
      }
      const going = new Set(unfinishedTraining(watched).map(({ id }) => id));
      const ended = [...training.values()].filter(({ id }) => !going.has(id));
      const preempted = preemptedBy(watched, call, training);
      const now = new Map(watched.aws.truth.jobs().map((job) => [job.id, job]));
      const killed = [...unfinished.values()].filter((job) => {
        const later = now.get(job.id);
        if (later === undefined || job.size !== undefined) return false;
        const deletesQueue = call.operation === "DeleteJobQueue";
        const wasRunning = occupies(job) || deletesQueue;
        return wasRunning &&
          (!occupies(later) || later.isTerminated === true) &&
          later.isTerminated !== job.isTerminated
          ? true
          : wasRunning && occupies(job) && !occupies(later);
      });
      const trained = [...ended, ...preempted].map(({ id }) => ({ id, status: "RUNNING" as const }));
      return verdict([...killed, ...trained], call);
    },
    onAws(change, by) {
      if (by !== undefined || change.kind !== "job") return undefined;
      if (!(change.statusReason ?? "").startsWith("Host EC2")) return undefined;
      const job = watched.aws.truth.jobs().find(({ arn }) => arn === change.arn);
      const environment = nameOf(job?.attempts.at(-1) === undefined ? undefined : lastEnvironment(watched, job));
      const allowed = updating.get(environment);
      if (allowed === undefined || allowed) return undefined;
      return `job ${change.name} was ended by an update of the infrastructure of ${environment} without an updatePolicy in the spec`;
    },
  };
};

/** Jobs of SageMaker that nobody has ended. */
function unfinishedTraining({ aws }: Watched): readonly StoredServiceJob[] {
  return aws.truth
    .serviceJobs()
    .filter(({ status, isTerminated }) => status !== "SUCCEEDED" && status !== "FAILED" && isTerminated !== true);
}

/** Jobs of a quota share that had to stop for an update of ours to it; they may run again, from their beginning. */
function preemptedBy(
  { aws }: Watched,
  { operation, input }: CallRecord,
  before: ReadonlyMap<string, StoredServiceJob>,
): readonly StoredServiceJob[] {
  if (operation !== "UpdateQuotaShare") return [];
  const { quotaShareArn: arn } = input as { readonly quotaShareArn?: string };
  return aws.truth
    .serviceJobs()
    .filter((job) => shareOf(job) === arn && job.status === "RUNNABLE")
    .filter(({ id, preempted = [] }) => preempted.length > (before.get(id)?.preempted ?? []).length);
}

function lastEnvironment(watched: Watched, job: StoredJob | undefined): string {
  const arn = job?.attempts.at(-1)?.place?.environmentArn;
  const found = watched.aws.truth.computeEnvironments().find((one) => one.computeEnvironmentArn === arn);
  return found?.computeEnvironmentName ?? "";
}

/** What the specs of the owner of a thing say, or said so lately that a write could be on its way. */
type Specs = (arn: string, tags: Tags | undefined, kind: string) => readonly unknown[];

function noteUpdate(watched: Watched, call: CallRecord, updating: Map<string, boolean>, specsOf: Specs): void {
  if (call.operation !== "UpdateComputeEnvironment") return;
  const { computeEnvironment, computeResources } = call.input as {
    computeEnvironment?: string;
    computeResources?: Parameters<typeof isInfrastructureUpdate>[0];
  };
  if (!isInfrastructureUpdate(computeResources)) return;
  const name = nameOf(computeEnvironment);
  const environment = watched.aws.truth.computeEnvironments().find((one) => one.computeEnvironmentName === name);
  const specs = environmentSpecs(environment, specsOf);
  updating.set(
    name,
    specs.some(({ updatePolicy }) => updatePolicy !== undefined),
  );
}

function environmentSpecs(
  environment: Environment | undefined,
  specsOf: Specs,
): readonly BatchComputeEnvironmentSpec[] {
  const { computeEnvironmentArn: arn = "", tags } = environment ?? {};
  return specsOf(arn, tags, "BatchComputeEnvironment") as readonly BatchComputeEnvironmentSpec[];
}

/** Whether the spec of the owner lets jobs be ended. */
function mayTerminate(watched: Watched, call: CallRecord, specsOf: Specs): boolean {
  const input = call.input as Readonly<Record<string, string | undefined>>;
  const { truth } = watched.aws;
  switch (call.operation) {
    case "TerminateJob": {
      const job = truth.jobs().find(({ id }) => id === input["jobId"]);
      // Its own, for `replacement.verify`.
      if (job?.request.tags?.[verifiesTag] !== undefined && job.request.jobName?.startsWith("verify-") === true)
        return true;
      // The promises of jobs judge those of BatchJob objects.
      if (ownerOf(watched, job?.request.tags, "BatchJob") !== undefined) return true;
      const queue = truth.jobQueues().find(({ jobQueueArn }) => jobQueueArn === job?.queueArn);
      const environment = truth
        .computeEnvironments()
        .find(({ computeEnvironmentArn }) => computeEnvironmentArn === job?.place?.environmentArn);
      const ofQueue = specsOf(queue?.jobQueueArn ?? "", queue?.tags, "JobQueue") as readonly JobQueueSpec[];
      const specs: readonly Pick<JobQueueSpec, "drain">[] = [...ofQueue, ...environmentSpecs(environment, specsOf)];
      return specs.some(({ drain }) => drain?.policy === "Terminate");
    }
    case "TerminateServiceJob": {
      const job = truth.serviceJobs().find(({ id }) => id === input["jobId"]);
      const queue = truth.jobQueues().find(({ jobQueueArn }) => jobQueueArn === job?.queueArn);
      const specs = specsOf(queue?.jobQueueArn ?? "", queue?.tags, "JobQueue") as readonly JobQueueSpec[];
      return specs.some(({ drain }) => drain?.policy === "Terminate");
    }
    case "UpdateQuotaShare":
    case "DeleteQuotaShare": {
      const arn = input["quotaShareArn"] ?? "";
      const share = truth.quotaShares().find(({ quotaShareArn }) => quotaShareArn === arn);
      const specs = specsOf(arn, share?.tags, "QuotaShare") as readonly Pick<JobQueueSpec, "drain">[];
      return specs.some(({ drain }) => drain?.policy === "Terminate");
    }
    case "UpdateComputeEnvironment":
    case "DeleteComputeEnvironment": {
      const name = nameOf(input["computeEnvironment"]);
      const environment = truth.computeEnvironments().find((one) => one.computeEnvironmentName === name);
      return environmentSpecs(environment, specsOf).some(({ updatePolicy, drain }) =>
        call.operation === "UpdateComputeEnvironment"
          ? updatePolicy?.terminateJobsOnUpdate === true
          : drain?.policy === "Terminate",
      );
    }
    default:
      return false;
  }
}
