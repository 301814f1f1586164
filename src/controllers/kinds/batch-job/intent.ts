/** What the operator notes on an object before it submits its job. Pure. */

import type { KubeObject } from "../../../api/object.ts";
import { submissionAnnotation } from "../../../api/v1alpha1/annotations.ts";
import type { BatchJob } from "../../../api/v1alpha1/batch-job.ts";
import { isAwsName } from "../../../api/v1alpha1/names.ts";
import { forgottenAfterMs } from "../../intervals.ts";

export interface Intent {
  /** Of the object: a copy of a manifest brings along the note of another object, which says nothing. */
  readonly uid: string;
  /** Number of the request, from 1 on. */
  readonly attempt: number;
  /** Wall time (ms) before which nothing of it was sent. */
  readonly at: number;
  /** The process that may send it. */
  readonly by: string;
  /** Name of the queue in AWS. */
  readonly queue: string;
}

/** The note on an object; undefined: there is none of its own. */
export function intentOf({ metadata }: KubeObject): Intent | undefined {
  const text = metadata.annotations?.[submissionAnnotation];
  if (text === undefined) return undefined;
  const { uid, attempt, at, by, queue } = membersIn(text);
  const time = typeof at === "string" ? Date.parse(at) : Number.NaN;
  if (uid !== metadata.uid || !isNumberOfRequest(attempt) || Number.isNaN(time)) return undefined;
  if (typeof by !== "string" || typeof queue !== "string" || !isAwsName(queue)) return undefined;
  return { uid, attempt, at: time, by, queue };
}

/** Wall time (ms) before which no job of the object was submitted. */
export function submittedAfter(object: BatchJob): number {
  const { status, metadata } = object;
  return Date.parse(status?.createdAt ?? "") || (intentOf(object)?.at ?? Date.parse(metadata.creationTimestamp));
}

/**
 * Whether AWS may have forgotten a job that was submitted then (wall ms), should it have ended. A time ahead of the clock,
 * which was wrong or is, says as little as one long ago.
 */
export function mayBeForgotten(submittedAt: number, now: number): boolean {
  return Math.abs(now - submittedAt) >= forgottenAfterMs;
}

/** The annotation that notes it. */
export function intentAnnotation({ at, ...intent }: Intent): Readonly<Record<string, string>> {
  return { [submissionAnnotation]: JSON.stringify({ ...intent, at: new Date(at).toISOString() }) };
}

/** From 1 on, so that the next one is another number. */
function isNumberOfRequest(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

/** Anybody who may write the object may have written the text. */
function membersIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
