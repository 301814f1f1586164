/** What is to be done for a `QuotaShare`. Pure. */

import { QuotaShareKind } from "../../../api/v1alpha1/kinds.ts";
import type { QuotaShare, QuotaShareSpec } from "../../../api/v1alpha1/quota-share.ts";
import type { CreateQuotaShareRequest, QuotaShareRecord, UpdateQuotaShareRequest } from "../../../aws/batch.ts";
import { refusedRetryMs } from "../../intervals.ts";
import { awsNameOf } from "../../ownership/naming.ts";
import { ownerTags } from "../../ownership/ownership.ts";
import { withOwnTags } from "../../ownership/tags.ts";
import type { Blocked, Plan, Serves } from "../../pass/agenda.ts";
import { type Upkeep, upkeepPlan } from "../resource/upkeep.ts";
import type { Action } from "./action.ts";
import { removal } from "./delete.ts";
import { quotaShareDifferences } from "./diff.ts";
import { endangering } from "./lowering.ts";
import { barred, lacking, queueNameOf, referencesCondition } from "./queue.ts";
import type { Seen } from "./seen.ts";

type QuotaShareUpkeep = Upkeep<
  QuotaShareSpec,
  QuotaShareRecord,
  Seen,
  CreateQuotaShareRequest,
  UpdateQuotaShareRequest,
  Action
>;

const upkeep: Omit<QuotaShareUpkeep, "removal" | "creation"> = {
  kind: QuotaShareKind,
  differences: (spec, record) =>
    quotaShareDifferences(spec, record).map(({ send: _sent, loss: _loss, ...change }) => change),
  // AWS fixes name and queue alone, which the schema keeps as they are.
  fixed: () => undefined,
  barred,
  lacking,
  endangers: endangering,
  update: updated,
  serves,
};

export function planFor(object: QuotaShare, seen: Seen, now: number): Plan<Action> {
  const plan = upkeepPlan(
    {
      ...upkeep,
      creation: (spec) => created(object, spec, seen),
      removal: (_object, _seen, record) => removal(object, seen, record, now),
    },
    object,
    seen,
  );
  const condition = referencesCondition(seen);
  return condition === undefined ? plan : { ...plan, conditions: [...plan.conditions, condition] };
}

function created(object: QuotaShare, spec: QuotaShareSpec, seen: Seen): CreateQuotaShareRequest {
  return {
    quotaShareName: awsNameOf(QuotaShareKind, object),
    jobQueue: queueNameOf(seen, spec),
    state: spec.state ?? "ENABLED",
    capacityLimits: [...spec.capacityLimits],
    resourceSharingConfiguration: spec.resourceSharingConfiguration,
    preemptionConfiguration: spec.preemptionConfiguration,
    tags: withOwnTags(spec.tags, ownerTags(seen.identity)),
  };
}

/** What takes capacity from jobs is sent when it may be, and all else meanwhile. */
function updated(spec: QuotaShareSpec, seen: Seen, record: QuotaShareRecord): UpdateQuotaShareRequest {
  const { hold, paths } = endangering(spec, seen, record) ?? { hold: undefined, paths: [] };
  const differences = quotaShareDifferences(spec, record).filter(
    ({ path }) => hold === undefined || !paths.includes(path),
  );
  return { quotaShareArn: seen.arn, ...Object.assign({}, ...differences.map(({ send }) => send)) };
}

function serves(_spec: QuotaShareSpec, { name, record }: Seen): Serves | Blocked {
  if (record?.status === "INVALID") {
    return {
      kind: "blocked",
      reason: "Invalid",
      message: `AWS found ${name} INVALID, and gives no reason: check its capacityLimits, its queue, and the service environment of the queue`,
      checkInMs: refusedRetryMs,
    };
  }
  if (record?.state !== "DISABLED") {
    return { kind: "serves", reason: "Available", message: `${name} is VALID, as the spec says` };
  }
  return { kind: "serves", reason: "Disabled", message: `${name} is VALID and DISABLED: it takes no new jobs` };
}
