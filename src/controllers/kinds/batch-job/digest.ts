import type { KubeObject } from "../../../api/object.ts";
import type { BatchJob, BatchJobSpec, BatchJobStatus } from "../../../api/v1alpha1/batch-job.ts";
import { sentMembers } from "./request.ts";
import { recordedResult } from "./result.ts";

/** What the submission needed. A job with a result waits for nothing that it refers to. */
const specLeftOut: ReadonlySet<string> = new Set<keyof BatchJobSpec>([
  ...sentMembers,
  "jobQueue",
  "jobQueueRef",
  "jobDefinition",
  "jobDefinitionRef",
  "dependsOn",
  "tags",
]);

/** What passes of this and other objects, conditions and metrics read. */
const statusKept = [
  "observedGeneration",
  "lastHandledReconcileAt",
  "arn",
  "jobId",
  "status",
  "jobQueue",
  "createdAt",
  "startedAt",
  "stoppedAt",
  "conditions",
] as const satisfies readonly (keyof BatchJobStatus)[];

/**
 * What the cache keeps of a job: all of it until it has a result, then a digest, because thousands of finished jobs stay for
 * their results alone. Pure.
 */
export function digestOf(object: KubeObject): KubeObject {
  const { spec, status = {} } = object as BatchJob;
  if (object.isDigest === true || recordedResult(object as BatchJob) === undefined) return object;
  const kept = statusKept.flatMap((field) => (status[field] === undefined ? [] : [[field, status[field]]]));
  // The metrics count from the first start.
  const first = status.attempts?.slice(0, 1).map(({ startedAt }) => ({ startedAt }));
  return {
    ...object,
    isDigest: true,
    spec: Object.fromEntries(Object.entries(spec).filter(([field]) => !specLeftOut.has(field))),
    status: { ...Object.fromEntries(kept), ...(first === undefined ? {} : { attempts: first }) },
  };
}
