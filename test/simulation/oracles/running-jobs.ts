import type { KubeObject } from "../../../src/api/object.ts";
import type { BatchComputeEnvironmentSpec } from "../../../src/api/v1alpha1/compute-environment.ts";
import type { JobQueueSpec } from "../../../src/api/v1alpha1/job-queue.ts";
import { isInfrastructureUpdate } from "../../../src/simulator/compute-environment-rules.ts";
import { hasEnded, occupies, type StoredJob } from "../../../src/simulator/job-detail.ts";
import type { CallRecord } from "../../../src/simulator/wire.ts";
import type { OracleFactory, Watched } from "../oracle.ts";
import { isOperatorWrite, nameOf, ownerOf, textOf, unseenMs } from "./reading.ts";

/**
 * Promise 2. No running job is killed by a replacement, an update or a deletion. A job that is STARTING or RUNNING
 * and ends by what a write of ours did to its environment or queue was killed; in a queue that we delete, so was
 * every unfinished job, for AWS ends them.
 *
 * Not against it, by the promise's own words: `drain.policy: Terminate` or `updatePolicy` in the spec of the owner, now
 * or so lately that a write could be on its way already.
 */
export const runningJobs: OracleFactory = (watched) => {
  let unfinished: ReadonlyMap<string, StoredJob> = new Map();
  /** Environments whose instances AWS replaces on our word, and whether the spec had an `updatePolicy` then. */
  const updating = new Map<string, boolean>();

  /** By object: what its spec said until when, monotonic ms. */
  const earlier = new Map<string, { readonly spec: unknown; readonly until: number }>();
  const specsOf = (object: KubeObject | undefined): readonly unknown[] => {
    if (object === undefined) return [];
    const before = earlier.get(textOf(object));
    const counts = before !== undefined && watched.clock.monotonic() - before.until <= unseenMs;
    return [object.spec, ...(counts ? [before.spec] : [])];
  };

  const verdict = (killed: readonly StoredJob[], call: CallRecord): string | undefined => {
    if (killed.length === 0 || mayTerminate(watched, call, specsOf)) return undefined;
    return `${killed.length} job(s) were ended by ${call.operation} ${JSON.stringify(call.input)} of ${watched.callerOf(call)?.name}: ${killed.map(({ id, status }) => `${id} (${status})`).join(", ")}`;
  };

  return {
    name: "2 no running job is killed",
    onObject(before, after) {
      const changed = before !== undefined && before.metadata.generation !== after?.metadata.generation;
      if (changed) earlier.set(textOf(before), { spec: before.spec, until: watched.clock.monotonic() });
      return undefined;
    },
    onEffect(call, phase) {
      if (!isOperatorWrite(call)) return undefined;
      if (phase === "before") {
        unfinished = new Map(
          watched.aws.truth
            .jobs()
            .filter((job) => !hasEnded(job))
            .map((job) => [job.id, job]),
        );
        noteUpdate(watched, call, updating);
        return undefined;
      }
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
      return verdict(killed, call);
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

function lastEnvironment(watched: Watched, job: StoredJob | undefined): string {
  const arn = job?.attempts.at(-1)?.container?.containerInstanceArn ?? "";
  const cluster = arn.split("/").at(-2) ?? "";
  const found = watched.aws.truth
    .computeEnvironments()
    .find(({ ecsClusterArn = "" }) => ecsClusterArn.endsWith(cluster));
  return found?.computeEnvironmentName ?? "";
}

function noteUpdate(watched: Watched, call: CallRecord, updating: Map<string, boolean>): void {
  if (call.operation !== "UpdateComputeEnvironment") return;
  const { computeEnvironment, computeResources } = call.input as {
    computeEnvironment?: string;
    computeResources?: Parameters<typeof isInfrastructureUpdate>[0];
  };
  if (!isInfrastructureUpdate(computeResources)) return;
  const name = nameOf(computeEnvironment);
  const environment = watched.aws.truth.computeEnvironments().find((one) => one.computeEnvironmentName === name);
  const owner = ownerOf(watched, environment?.tags, "BatchComputeEnvironment");
  updating.set(name, (owner?.spec as BatchComputeEnvironmentSpec | undefined)?.updatePolicy !== undefined);
}

/** Whether the spec of the owner lets jobs be ended. */
function mayTerminate(
  watched: Watched,
  call: CallRecord,
  specsOf: (object: KubeObject | undefined) => readonly unknown[],
): boolean {
  const input = call.input as Readonly<Record<string, string | undefined>>;
  const { truth } = watched.aws;
  switch (call.operation) {
    case "TerminateJob": {
      const job = truth.jobs().find(({ id }) => id === input["jobId"]);
      const queue = truth.jobQueues().find(({ jobQueueArn }) => jobQueueArn === job?.queueArn);
      const owner = ownerOf(watched, queue?.tags, "JobQueue");
      const environment = truth
        .computeEnvironments()
        .find(({ computeEnvironmentArn }) => computeEnvironmentArn === job?.place?.environmentArn);
      const host = ownerOf(watched, environment?.tags, "BatchComputeEnvironment");
      const specs = [...specsOf(owner), ...specsOf(host)] as readonly Pick<JobQueueSpec, "drain">[];
      return specs.some(({ drain }) => drain?.policy === "Terminate");
    }
    case "UpdateComputeEnvironment":
    case "DeleteComputeEnvironment": {
      const name = nameOf(input["computeEnvironment"]);
      const environment = truth.computeEnvironments().find((one) => one.computeEnvironmentName === name);
      const owner = ownerOf(watched, environment?.tags, "BatchComputeEnvironment");
      return (specsOf(owner) as readonly BatchComputeEnvironmentSpec[]).some(({ updatePolicy, drain }) =>
        call.operation === "UpdateComputeEnvironment"
          ? updatePolicy?.terminateJobsOnUpdate === true
          : drain?.policy === "Terminate",
      );
    }
    default:
      return false;
  }
}
