import type { ObjectKey } from "../../../api/object.ts";
import type { dryRunAnnotation, pausedAnnotation } from "../../../api/v1alpha1/annotations.ts";
import type { Environment, Queue } from "../../../aws/batch.ts";
import type { JobRecord } from "../../../aws/job-record.ts";
import type { UnfinishedJob } from "../../../aws/unfinished-job.ts";
import type { JobsSeen } from "../../draining/drain.ts";
import type { NameSeen } from "../../ownership/names.ts";
import type { Identity } from "../../ownership/ownership.ts";
import type { NetworkSeen } from "../../parts/network/seen.ts";
import type { Refusal } from "../../pass/agenda.ts";
import type { Directives } from "../../pass/directives.ts";
import type { Unread } from "../../pass/unread.ts";
import type { Settings } from "../../ports.ts";
import type { Resolution } from "../batch-job/references.ts";
import type { EnvironmentLimit } from "./environment-limit.ts";

/** Everything from which the plan of a compute environment is computed. */
/** The replacements of other objects. */
export interface ReplacementsElsewhere {
  /** Objects of this cluster with a successor for their present plan that does not serve yet, and will before long. */
  readonly underWay: number;
  /** A namespace that waits for one, and has fewer under way than that of this object: namespaces take turns. */
  readonly goesFirst: string | undefined;
  /** Objects (`namespace/name`) that have waited longer than this one, of namespaces that have no more under way. */
  readonly waitLonger: readonly string[];
}

export interface Seen {
  readonly identity: Identity;
  readonly directives: Directives;
  readonly settings: Settings;
  /** `spec.computeEnvironmentName` or the default. */
  readonly baseName: string;
  readonly planId: string;
  /** Every environment of the region but DELETED tombstones. */
  readonly environments: readonly Environment[];
  /** Every queue of the region but DELETED tombstones. */
  readonly queues: readonly QueueSeen[];
  /** Environments of ours that a queue may name although no listing shows it yet: by a write of ours or a predecessor's. */
  readonly mayBeNamed: ReadonlySet<string>;
  /** The first unused name for a new environment, and whether its absence is certain. */
  readonly freeName: { readonly name: string; readonly absent: boolean; readonly attempt: number };
  /** True once no adoption with a lost answer can still make an environment this object's own. */
  readonly claimsSettled: boolean;
  /** Whether the object may have its name. */
  readonly nameSeen: NameSeen;
  /** How many environments the namespace may have in the region. */
  readonly environmentLimit: EnvironmentLimit;
  /** `namespace/name` of the object that has the same base name in the same place; see `claims.ts`. */
  readonly claimedBy: string | undefined;
  /** The replacements of other objects in this region. */
  readonly replacementsElsewhere: ReplacementsElsewhere;
  /** By name of a retired environment: the jobs that may still be on it; none while its jobs are being counted. */
  readonly jobs: ReadonlyMap<string, JobsSeen>;
  /** During the soak: whether a job is RUNNING on the target; undefined when that was not read. */
  readonly targetRuns: boolean | undefined;
  /** The jobs that failed on the environment that has taken over; undefined: none, or they are not watched. */
  readonly failedOnTarget: FailedHere | Unread | undefined;
  /**
   * By environment with a mark of retirement: for how long this process has seen that mark, ms; none where it was written
   * by another process, so long ago that it has settled.
   */
  readonly markShownForMs: ReadonlyMap<string, number>;
  /** By environment: when this process last asked AWS to delete it under the present circumstances, wall ms. */
  readonly deleteTriedAt: ReadonlyMap<string, number>;
  /** By environment: the vCPUs that AWS's scaler requests, as of at most a minute ago; for the report only. */
  readonly desiredvCpus: ReadonlyMap<string, number>;
  /**
   * By environment of the object: since when this process has seen it INVALID without a change, wall ms; before all times
   * where the circumstances have changed since.
   */
  readonly invalidSince: ReadonlyMap<string, number>;
  /** Environments of the object that were first seen under other circumstances than the present ones. */
  readonly madeBefore: ReadonlySet<string>;
  /** In how many ms a change of a role counts among the circumstances; undefined: none is about to. */
  readonly roleChangeCountsInMs: number | undefined;
  /** Environments that AWS was asked to check again in vain; see `Memory.askedAgain`. */
  readonly askedAgain: ReadonlySet<string>;
  /** By environment of the object: what this process knows of the rollout that it has asked for there last. */
  readonly rollouts: ReadonlyMap<string, RolloutKnown>;
  /** Environments of the object that AWS shows as they are now, with every write of ours. */
  readonly settled: ReadonlySet<string>;
  /** By name of an action (`independentName`): what AWS refused of it when it was tried last. */
  readonly refusals: ReadonlyMap<string, Refusal>;
  readonly verification: VerificationSeen;
  /** Undefined when there is nothing to check, or the check is off. */
  readonly network: NetworkSeen | undefined;
}

/** What is known for `replacement.verify`. */
export interface VerificationSeen {
  /** The revision that the job is to run, or why it cannot yet; undefined: nothing is to be verified. */
  readonly definition: Resolution | undefined;
  /** By environment of the object: the operator's own queue for it. */
  readonly queues: ReadonlyMap<string, VerificationQueue>;
  /** Environments of the object for which AWS certainly has no such queue. */
  readonly absent: ReadonlySet<string>;
  /** Environments of the object for which somebody else's queue has the name. */
  readonly taken: ReadonlySet<string>;
  /** All queues of the region, as AWS counts them. */
  readonly queuesInRegion: number;
  /** The job of the failure that is in force, as far as AWS still describes it. */
  readonly failed?: FailedVerification | undefined;
}

export interface FailedVerification {
  readonly record: JobRecord;
  /** Of its log; none where it has logged nothing, or not to CloudWatch Logs of its region. */
  readonly lastLines: readonly string[] | Unread;
}

export interface VerificationQueue {
  readonly queue: Queue;
  /** The job of the present attempt; undefined: AWS shows none. */
  readonly job: VerifyingJob | Unread | undefined;
  /** Once the queue is disabled: the jobs that are left in it. */
  readonly jobs: JobsSeen<UnfinishedJob> | undefined;
}

export interface VerifyingJob {
  readonly kind: "job";
  /** Undefined: AWS has accepted it, and does not show it yet. */
  readonly record: JobRecord | undefined;
  /** For how long this process has known it, ms. */
  readonly knownForMs: number;
  /** When this process last asked AWS to end it, ms ago. */
  readonly endedMsAgo: number | undefined;
}

/** What of the failed jobs says about an environment: how many, and AWS's words about one of them. */
export interface FailedHere {
  readonly kind: "failed";
  readonly name: string;
  readonly count: number;
  readonly example: string;
}

/** Whether AWS has taken the update that gives fresh instances for a token. */
export interface RolloutKnown {
  readonly token: string;
  readonly taken: boolean;
}

export interface QueueSeen {
  readonly queue: Queue;
  /** The names of its environments, in their order. */
  readonly order: readonly string[];
  /** The object it belongs to, by its tags, when that is one of this cluster. */
  readonly owner: ObjectKey | undefined;
  /** What is known of that object, if the queue has the name that the object gives it: a copy of it has the tags too. */
  readonly object: QueueObject | undefined;
}

export interface QueueObject {
  /** The annotation that keeps its order from being written. */
  readonly heldBy: typeof pausedAnnotation | typeof dryRunAnnotation | undefined;
  readonly deleting: boolean;
  /** Whether it may use the environments of this object, as far as that is known. */
  readonly mayUse: boolean;
  /** Environments that its spec names by name or ARN instead of by reference. */
  readonly literalNames: readonly string[];
  readonly jobQueueType: string | undefined;
  /** Reason and message of its Stalled condition; for messages only. */
  readonly stalled: string | undefined;
}

/** Name of the ECS cluster of an environment, from its ARN; undefined for EKS and before AWS created one. */
export function clusterName(environment: Environment): string | undefined {
  const arn = environment.ecsClusterArn;
  return arn === undefined || arn === "" ? undefined : arn.slice(arn.lastIndexOf("/") + 1);
}
