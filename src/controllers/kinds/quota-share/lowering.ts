/** Taking capacity from a quota share, whose jobs AWS may end then. Pure. */

import type { QuotaShareSpec } from "../../../api/v1alpha1/quota-share.ts";
import type { QuotaShareRecord } from "../../../aws/batch.ts";
import { drained } from "../../draining/drain.ts";
import { shortHash } from "../../fields/fingerprint.ts";
import { emptyForMs } from "../../intervals.ts";
import type { Wait } from "../../pass/agenda.ts";
import { approval } from "../../pass/approval.ts";
import type { Endangering } from "../resource/upkeep.ts";
import { quotaShareDifferences } from "./diff.ts";
import type { Seen } from "./seen.ts";

type Approving = Pick<Seen, "planId" | "directives">;

/** Whether jobs may be ended, without asking whether there are any. */
export function mayEndJobs(spec: QuotaShareSpec, seen: Approving, record: QuotaShareRecord): boolean {
  return spec.drain?.policy === "Terminate" || seen.directives.approved === approvalOf(seen, record);
}

/** It is for what is taken from what AWS has now: what is taken later is asked for again. */
function approvalOf({ planId }: Approving, { capacityLimits, resourceSharingConfiguration }: QuotaShareRecord): string {
  return `${planId}/Lower@${shortHash([capacityLimits, resourceSharingConfiguration])}`;
}

/** What of an update takes capacity from jobs, and what that waits for: no unfinished job, the spec, or a person. */
export function endangering(spec: QuotaShareSpec, seen: Seen, record: QuotaShareRecord): Endangering | undefined {
  const losses = quotaShareDifferences(spec, record).filter(({ loss }) => loss !== undefined);
  if (losses.length === 0) return undefined;
  const paths = losses.map(({ path }) => path);
  if (mayEndJobs(spec, seen, record)) return { paths, hold: undefined };
  return { paths, hold: held(seen, record, losses.map(({ loss }) => loss).join(", and ")) };
}

function held(seen: Seen, record: QuotaShareRecord, loss: string): Wait | undefined {
  const { name, jobs } = seen;
  // AWS preempts what has started, but what waits may start at any moment.
  const what = { name, where: `in ${name}`, jobs, policy: undefined, since: Number.NaN, emptyForMs };
  const draining = drained(what, Number.NaN);
  if (draining.kind !== "wait") return undefined;
  const { message } = draining;
  const isBusy = jobs?.kind === "read" && jobs.remaining.length > 0;
  if (!isBusy) return { ...draining, reason: "Updating" };
  const why = `${name} ${loss}, for which AWS may end its jobs: ${message}. drain.policy: Terminate in the spec lets it happen at once`;
  return { ...draining, ...approval(approvalOf(seen, record), why) };
}
