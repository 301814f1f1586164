/** The order in which jobs are submitted (docs/decisions/0052-jobs-are-submitted-in-turn.md). Pure. */

import { keyOf, keyText } from "../../../api/object.ts";
import type { BatchJob } from "../../../api/v1alpha1/batch-job.ts";
import { JobQueueKind } from "../../../api/v1alpha1/kinds.ts";
import { nameIn } from "../../../aws/names.ts";
import { awsNameOf } from "../../ownership/naming.ts";

/**
 * Jobs with the same text are submitted in turn, as far as their specs show: those for one queue, which is known by the name
 * that it has by default. The operator itself goes by the queue in AWS. Undefined: in a fair-share queue, which alone takes shares, no job is behind one of another share.
 */
export function lineOf({ metadata, spec }: BatchJob, defaultRegion: string): string | undefined {
  const { jobQueueRef: ref, jobQueue = "", region = defaultRegion } = spec;
  if (spec.shareIdentifier !== undefined) return undefined;
  if (ref === undefined) return `${region}/${nameIn(jobQueue)}`;
  const { name, namespace = metadata.namespace } = ref;
  return `${region}/${awsNameOf(JobQueueKind, { metadata: { namespace, name }, spec: {} })}`;
}

/** The lowest of one namespace is first: the oldest. The API server's times are whole seconds: within one it is by name. */
export function orderInLine(object: BatchJob): string {
  const { creationTimestamp, uid } = object.metadata;
  return `${creationTimestamp} ${keyText(keyOf(object))} ${uid}`;
}
