/** What the jobs are that a job depends on. Pure. */

import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { mayBeForgotten, submittedAfter } from "./intent.ts";
import { isUnknown, recordedResult } from "./result.ts";
import type { DependencySeen } from "./seen.ts";

/**
 * @param find the BatchJob of a name in the namespace of the job
 * @param now wall ms
 */
export function dependenciesOf(
  object: BatchJob,
  find: (name: string) => BatchJob | undefined,
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
    const names = circleFrom(object, find);
    return names === undefined ? { kind: "waiting", name } : { kind: "cycle", names };
  });
}

/** A longer circle is not searched for: whoever may create objects could have each pass go through all of them. */
const longestCircle = 1024;

/** Names of jobs that wait for each other, from the object to itself; undefined: there is no such circle. */
function circleFrom(object: BatchJob, find: (name: string) => BatchJob | undefined): readonly string[] | undefined {
  const start = object.metadata.name;
  const visited = new Set<string>();
  const path = (name: string): readonly string[] | undefined => {
    if (visited.has(name) || visited.size === longestCircle) return undefined;
    visited.add(name);
    const next = find(name);
    // One that was submitted waits for nothing that was not.
    if (next === undefined || next.status?.jobId !== undefined) return undefined;
    for (const { jobRef } of next.spec.dependsOn ?? []) {
      if (jobRef === undefined) continue;
      if (jobRef.name === start) return [name, start];
      const rest = path(jobRef.name);
      if (rest !== undefined) return [name, ...rest];
    }
    return undefined;
  };
  return path(start);
}
