/** What SubmitJob is sent. Pure. */

import type { BatchJob, BatchJobSpec } from "../../../api/v1alpha1/batch-job.ts";
import type { SubmitJobRequest } from "../../../aws/batch.ts";
import { ownerTags } from "../../ownership/ownership.ts";
import { withOwnTags } from "../../ownership/tags.ts";
import type { DependencySeen, Seen } from "./seen.ts";

/** Members that are sent as the spec has them. */
export const sentMembers = [
  "shareIdentifier",
  "schedulingPriorityOverride",
  "arrayProperties",
  "parameters",
  "containerOverrides",
  "nodeOverrides",
  "ecsPropertiesOverride",
  "eksPropertiesOverride",
  "retryStrategy",
  "timeout",
  "propagateTags",
  "consumableResourcePropertiesOverride",
] as const satisfies readonly (keyof BatchJobSpec & keyof SubmitJobRequest)[];

/**
 * @param queue ARN
 * @param definition `name:revision`
 */
export function requestOf(
  { spec }: BatchJob,
  { jobName, identity, dependencies }: Pick<Seen, "jobName" | "identity" | "dependencies">,
  queue: string,
  definition: string,
): SubmitJobRequest {
  const given = sentMembers.filter((member) => spec[member] !== undefined);
  const dependsOn = dependencies.flatMap(dependency);
  return {
    jobName,
    jobQueue: queue,
    jobDefinition: definition,
    ...Object.fromEntries(given.map((member) => [member, spec[member]])),
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
    tags: { ...withOwnTags(spec.tags, ownerTags(identity)) },
  };
}

function dependency(seen: DependencySeen): NonNullable<SubmitJobRequest["dependsOn"]> {
  if (seen.kind !== "id") return [];
  const { jobId, type } = seen;
  return [{ ...(jobId === undefined ? {} : { jobId }), ...(type === undefined ? {} : { type }) }];
}
