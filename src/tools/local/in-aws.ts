import type { KubeObject } from "../../api/object.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../api/v1alpha1/kinds.ts";
import { recordedResult } from "../../controllers/kinds/batch-job/result.ts";
import { conditionsOf } from "../../controllers/pass/conditions.ts";
import { isFinalized } from "../../controllers/pass/directives.ts";

/** What AWS has of an object. */
export type InAws =
  /** What the operator made, or the job that it submitted, which may end by itself. */
  | "something"
  /** A job that has ended: its result is kept as long as its object. */
  | "endedJob"
  /** Nothing that is the operator's: it has written nothing for the object, or no job was submitted. */
  | "nothing"
  /** The operator may have written something, and AWS may have refused it. */
  | "unknown";

/** What AWS has of an object, as far as its metadata and status say. Pure. */
export function inAws(object: KubeObject): InAws {
  if (object.kind === BatchJobKind.kind) return jobInAws(object as BatchJob);
  if (!isFinalized(object)) return "nothing";
  const { arn, status } = (object.status ?? {}) as { readonly arn?: string; readonly status?: string };
  return arn === undefined && status === undefined ? "unknown" : "something";
}

function jobInAws(job: BatchJob): InAws {
  if (recordedResult(job) !== undefined) return "endedJob";
  if (job.status?.jobId !== undefined) return "something";
  if (!isFinalized(job)) return "nothing";
  // The operator says so only when it is sure that AWS has accepted no request.
  const isSuspended = conditionsOf(job).some(
    ({ type, status, observedGeneration }) =>
      type === "Suspended" && status === "True" && observedGeneration === job.metadata.generation,
  );
  return isSuspended ? "nothing" : "unknown";
}
