/** Deletes a quota share: disable, drain, delete. AWS ends every job that is left in it. Pure. */

import type { QuotaShare } from "../../../api/v1alpha1/quota-share.ts";
import type { CreateQuotaShareRequest, QuotaShareRecord, UpdateQuotaShareRequest } from "../../../aws/batch.ts";
import type { UnfinishedJob } from "../../../aws/region.ts";
import { drained } from "../../draining/drain.ts";
import { shownWithinMs } from "../../intervals.ts";
import type { Step } from "../../pass/agenda.ts";
import { approval } from "../../pass/approval.ts";
import type { DisableAction, ResourceAction } from "../resource/action.ts";
import type { Seen } from "./lowering.ts";

/** The writes of a quota share. */
export type Action =
  | ResourceAction<CreateQuotaShareRequest, UpdateQuotaShareRequest>
  | DisableAction<UpdateQuotaShareRequest>;

/** The step for a quota share that is ours and is to be deleted. */
export function removal(
  { spec, metadata }: Pick<QuotaShare, "spec" | "metadata">,
  seen: Seen,
  { status, state }: QuotaShareRecord,
  now: number,
): Step<Action> {
  const { name, arn, jobs, directives, planId } = seen;
  if (status === "DELETING") return { kind: "wait", reason: "Deleting", message: `${name} is being deleted` };
  if (status === "CREATING" || status === "UPDATING") {
    return { kind: "wait", reason: "Disabling", message: `${name} is ${status}` };
  }
  if (state !== "DISABLED") {
    return {
      kind: "act",
      action: { kind: "disable", name, request: { quotaShareArn: arn, state: "DISABLED" } },
      reason: "Disabling",
      message: `${name} takes no new jobs from now on`,
    };
  }
  const approved = `${planId}/Delete`;
  const since = Date.parse(metadata.deletionTimestamp ?? "");
  // A disabled share takes no jobs, so the two counts need only lie as far apart as AWS may answer late.
  const what = { name, where: `in ${name}`, jobs, policy: spec.drain, since, emptyForMs: shownWithinMs };
  const draining = drained(what, now);
  if (draining.kind === "empty") return remove(seen);
  const left = jobs?.kind === "read" ? jobs.remaining : [];
  if (draining.kind === "overdue" || directives.approved === approved) return remove(seen, left);
  if (left.length === 0 || spec.drain?.policy === "Terminate") return draining;
  const why = `${draining.message}. AWS would end them with the share: drain.policy: Terminate in the spec lets it`;
  return { ...draining, ...approval(approved, why, seen.directives.approved) };
}

function remove({ name, arn }: Seen, left: readonly UnfinishedJob[] = []): Step<Action> {
  const message = left.length === 0 ? `${name} is empty: deleting it` : `deleting ${name}, with its jobs`;
  const jobIds = left.map(({ jobId }) => jobId).toSorted();
  return { kind: "act", action: { kind: "delete", name, arn, jobIds }, reason: "Deleting", message };
}
