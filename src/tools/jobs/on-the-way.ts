import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../api/v1alpha1/kinds.ts";
import { CommandError } from "../../operator/io.ts";
import { chainFix, chainFrom, chainText, type GetObject, isHeldJob, needsPerson } from "./chain.ts";
import type { Course } from "./job-object.ts";

/**
 * How far a job is, with what it waits for: where only a person can let one of those objects go on, the job ends with its words,
 * long before the operator gives it up. Who may not read them sees the job alone.
 */
export async function onTheWay(course: Course, object: BatchJob | undefined, get: GetObject): Promise<Course> {
  if (course.end !== undefined || object === undefined || !isHeldJob(object)) return course;
  try {
    const chain = await chainFrom(object, BatchJobKind, get);
    if (!needsPerson(chain)) return course;
    const fix = chainFix(chain);
    return { text: `${chainText("the job", chain)}${fix === "" ? "" : `. Fix: ${fix}`}`, end: "stalled" };
  } catch (error) {
    if (error instanceof CommandError) return course;
    throw error;
  }
}
