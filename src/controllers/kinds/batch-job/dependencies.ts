/** What the jobs are that a job depends on. Pure. */

import type { BatchJob } from "../../../api/v1alpha1/batch-job.ts";
import type { Circle } from "./circles.ts";
import { mayBeForgotten, submittedAfter } from "./intent.ts";
import { isUnknown, recordedResult } from "./result.ts";
import type { DependencySeen } from "./seen.ts";

/**
 * @param find the BatchJob of a name in the namespace of the job
 * @param circle on which the job is
 * @param now wall ms
 */
export function dependenciesOf(
  object: BatchJob,
  find: (name: string) => BatchJob | undefined,
  circle: Circle | undefined,
  now: number,
): readonly DependencySeen[] {
  return (object.spec.dependsOn ?? []).map(({ jobRef, jobId, type }): DependencySeen => {
    if (jobRef === undefined) return { kind: "id", jobId, type };
    const { name } = jobRef;
    const other = find(name);
    if (other === undefined) return { kind: "missing", name };
    const result = recordedResult(other);
    if (result?.kind === "complete") return { kind: "satisfied" };
    if (result?.kind === "failed") return { kind: "failed", name, why: result.message };
    if (isUnknown(other)) return { kind: "unknown", name };
    const known = other.status?.jobId;
    if (known !== undefined) {
      // Its status may be of a process that saw it last a week ago.
      return mayBeForgotten(submittedAfter(other), now)
        ? { kind: "notShown", name, jobId: known, type }
        : { kind: "id", jobId: known, type };
    }
    return circle === undefined ? { kind: "waiting", name } : { kind: "cycle", circle };
  });
}

/** Everything of a job by which `dependenciesOf` others may change. */
export function dependencyShown(object: BatchJob): unknown {
  return [
    object.metadata.uid,
    object.status?.jobId ?? null,
    recordedResult(object) ?? null,
    isUnknown(object),
    submittedAfter(object),
  ];
}
