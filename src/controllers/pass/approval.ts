/** Waiting for a person who is to approve one step. Pure. */

import { approveAnnotation } from "../../api/v1alpha1/annotations.ts";
import { approvalPattern } from "../../api/v1alpha1/names.ts";
import type { Until, Wait } from "./agenda.ts";

/** Why an object waits for a person. */
export const awaitingApproval = "AwaitingApproval";

/**
 * What a person's approval is, for the step that it ends and for its message.
 * @param given what the annotation says now: another value approves something else
 */
export function approvedBy(
  value: string,
  given: string | undefined,
): {
  readonly until: Extract<Until, { readonly kind: "approval" }>;
  readonly annotation: string;
} {
  const other = given === undefined || given === value ? "" : " (it has another value now)";
  return { until: { kind: "approval", value }, annotation: `${approveAnnotation}: "${value}"${other}` };
}

/** A wait for a person's approval; the message says how to give it. */
export function approval(value: string, what: string, given: string | undefined): Wait {
  const { until, annotation } = approvedBy(value, given);
  return { kind: "wait", until, reason: awaitingApproval, message: `${what}. To approve it, set ${annotation}` };
}

/**
 * The value that a plan asks a person for, to be copied; undefined: none. Whoever may write status may write another text
 * there, also where the definitions are older than the pattern: such a text is not shown as something to run.
 */
export function approvalIn(plan: { readonly approval?: string | undefined } | undefined): string | undefined {
  const value = plan?.approval;
  return value !== undefined && approvalPattern.test(value) ? value : undefined;
}
