/** Whether jobs that fail on a new environment send the queues back to the old one (`replacement.rollback`). Pure. */

import type { BatchComputeEnvironmentSpec } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../aws/batch.ts";
import type { FailedJob } from "../../../aws/region.ts";
import { isFailureOfPlace } from "../../../diagnosis/aws-reasons.ts";
import { isRetired } from "../../draining/retired.ts";
import { returnedAtTag } from "../../ownership/ownership.ts";
import { tagText } from "../../ownership/tags.ts";
import { hasGoneBack, newestFirst, servingSince } from "./environment-set.ts";
import { clusterName, type FailedHere, type Seen } from "./seen.ts";

type Spec = Pick<BatchComputeEnvironmentSpec, "replacement">;

/** Until when (wall ms) jobs that fail on an environment send the queues back; before all times without `rollback`. */
export function watchedUntil({ replacement }: Spec, successor: Environment): number {
  const { withinSeconds } = replacement?.rollback ?? {};
  return withinSeconds === undefined ? Number.NEGATIVE_INFINITY : servingSince(successor) + withinSeconds * 1000;
}

/**
 * The environment whose failed jobs count now: the newest that serves, while it has one to which queues can go back.
 *
 * @param ours all environments of the object
 */
export function watchedAmong(spec: Spec, ours: readonly Environment[], now: number): Environment | undefined {
  const usable = ours.filter((one) => one.status === "VALID" && !isRetired(one)).sort(newestFirst);
  // One that is tried again is judged by what fails from then on.
  const [newest] = usable.filter((one) => now <= watchedUntil(spec, one) && !hasGoneBack(one));
  return usable.some((one) => one !== newest && one.state === "ENABLED") ? newest : undefined;
}

/** @param failed jobs of the queues of the environment, since it has served */
export function failedHere(
  { replacement }: Spec,
  environment: Environment,
  failed: readonly FailedJob[],
): FailedHere | undefined {
  const cluster = clusterName(environment);
  const counts = ({ isEnded, reason }: FailedJob): boolean =>
    !isEnded && (replacement?.rollback?.anyFailure === true || isFailureOfPlace(reason));
  const here = failed.filter((job) => job.cluster !== undefined && job.cluster === cluster && counts(job));
  const [first] = here.toSorted((left, right) => (left.jobId < right.jobId ? -1 : 1));
  if (first === undefined) return undefined;
  return { kind: "failed", name: environment.computeEnvironmentName, count: here.length, example: first.reason };
}

/** Why the queues go back from the target, as a clause; undefined: no reason to. */
export function whyRolledBack(
  { replacement }: Spec,
  target: Environment,
  failed: Seen["failedOnTarget"],
): string | undefined {
  const limit = replacement?.rollback?.failedJobs ?? Number.POSITIVE_INFINITY;
  if (failed?.kind !== "failed" || failed.name !== target.computeEnvironmentName || failed.count < limit)
    return undefined;
  const jobs = failed.count === 1 ? "a job" : `${failed.count} jobs`;
  return `${jobs} failed on it: ${failed.example}`;
}

const longestCause = 100;

/** The value of the tag `returned-at`: when, why where that is not that AWS found it INVALID, and under which plan. */
export function returnedValue(moment: string, why: string | undefined, planId: string): string {
  return [moment, ...(why === undefined ? [] : [tagText(why, longestCause)]), planId].join("/");
}

/** Why queues went back from it, as a clause; undefined: AWS had found it INVALID. */
export function causeOfReturn({ tags }: Pick<Environment, "tags">): string | undefined {
  const [, cause, planId] = tags?.[returnedAtTag]?.split("/") ?? [];
  return planId === undefined ? undefined : cause;
}
