/** What is to be done for a `ServiceEnvironment`. Pure. */

import { ServiceEnvironmentKind } from "../../../api/v1alpha1/kinds.ts";
import type { ServiceEnvironment, ServiceEnvironmentSpec } from "../../../api/v1alpha1/service-environment.ts";
import type {
  CreateServiceEnvironmentRequest,
  ServiceEnvironmentRecord,
  UpdateServiceEnvironmentRequest,
} from "../../../aws/batch.ts";
import { refusedRetryMs } from "../../intervals.ts";
import { ownerTags, retiredAtTag } from "../../ownership/ownership.ts";
import { withOwnTags } from "../../ownership/tags.ts";
import type { Blocked, Plan, Serves } from "../../pass/agenda.ts";
import { firstOf } from "../../wording.ts";
import { type Upkeep, upkeepPlan } from "../resource/upkeep.ts";
import type { Action } from "./action.ts";
import { removal } from "./delete.ts";
import { otherType, serviceEnvironmentDifferences } from "./diff.ts";
import type { Seen } from "./seen.ts";

const upkeep: Omit<
  Upkeep<
    ServiceEnvironmentSpec,
    ServiceEnvironmentRecord,
    Seen,
    CreateServiceEnvironmentRequest,
    UpdateServiceEnvironmentRequest,
    Action
  >,
  "removal"
> = {
  kind: ServiceEnvironmentKind,
  differences: (spec, record) =>
    serviceEnvironmentDifferences(spec, record).map(({ send: _sent, ...change }) => change),
  fixed: otherType,
  creation: (spec, { name, identity }) => ({
    serviceEnvironmentName: name,
    serviceEnvironmentType: spec.serviceEnvironmentType,
    state: spec.state ?? "ENABLED",
    capacityLimits: [...spec.capacityLimits],
    tags: withOwnTags(spec.tags, ownerTags(identity)),
  }),
  // A mark that a deletion before has left would keep queues from it.
  ownTags: () => ({ [retiredAtTag]: undefined }),
  update: (spec, { arn }, record) => ({
    serviceEnvironment: arn,
    ...Object.assign({}, ...serviceEnvironmentDifferences(spec, record).map(({ send }) => send)),
  }),
  serves,
};

export function planFor(object: ServiceEnvironment, seen: Seen, now: number): Plan<Action> {
  return upkeepPlan(
    { ...upkeep, removal: (_object, _seen, record) => removal(object, seen, record, now) },
    object,
    seen,
  );
}

function serves(_spec: ServiceEnvironmentSpec, { name, record, users }: Seen): Serves | Blocked {
  if (record?.status === "INVALID") {
    return {
      kind: "blocked",
      reason: "Invalid",
      message: `AWS found ${name} INVALID, and gives no reason: check its capacityLimits, and that the account has the service-linked role AWSServiceRoleForAWSBatchWithSagemaker`,
      checkInMs: refusedRetryMs,
    };
  }
  if (record?.state !== "DISABLED") {
    return { kind: "serves", reason: "Available", message: `${name} is VALID, as the spec says` };
  }
  const idle = users.length === 0 ? "" : `: no job of ${firstOf(users)} starts`;
  return { kind: "serves", reason: "Disabled", message: `${name} is VALID and DISABLED${idle}` };
}
