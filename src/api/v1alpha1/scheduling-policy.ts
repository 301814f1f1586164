import type { z } from "zod";
import type { ValidationRule } from "../crd.ts";
import type { KubeObject } from "../object.ts";
import { immutable, immutableRegion, policyFields, statusFields } from "./common.ts";
import { awsName } from "./names.ts";
import { allowedNamespaces } from "./references.ts";
import { type DeepReadonly, int, mapList, number, object, oneOf, text } from "./schema.ts";

/** Rules of a scheduling policy: what AWS rejects, and immutable fields. */
const schedulingPolicyRules: readonly ValidationRule[] = [
  {
    rule: "has(self.fairsharePolicy) != has(self.quotaSharePolicy)",
    message: "a policy is of one kind: give exactly one of fairsharePolicy and quotaSharePolicy",
  },
  {
    rule: "has(self.fairsharePolicy) == has(oldSelf.fairsharePolicy)",
    message:
      "AWS fixes the kind of a policy at creation: revert the change between fairsharePolicy and quotaSharePolicy, or create a new object",
    reason: "FieldValueForbidden",
    fieldPath: ".fairsharePolicy",
  },
  immutableRegion,
  immutable("name", "revert the change; for another name create a new object"),
];

const share = object("One share, or all whose identifiers begin alike.", {
  shareIdentifier: text(
    "Identifier that jobs give; a trailing * means all identifiers that begin so.",
    255,
    /^[0-9A-Za-z_-]+[*]?$/,
  ),
  weightFactor: number(
    "Weight; half of it gives twice the capacity. Default: 1, as for shares that are not listed.",
    0.0001,
    999.9999,
  ).optional(),
});

const fairsharePolicy = object("Divides capacity among shares by their use and weight.", {
  shareDecaySeconds: int(
    "How long past use counts, in seconds. Default: 0, which AWS takes for 600.",
    0,
    604_800,
  ).optional(),
  computeReservation: int(
    "Percentage of the capacity that is kept for shares that have no jobs yet. Default: 0.",
    0,
    99,
  ).optional(),
  shareDistribution: mapList(
    "Weights of shares; none may be covered by another with a trailing *. Default: none, so all shares weigh 1.",
    ["shareIdentifier"],
    share,
    500,
  ).optional(),
});

const quotaSharePolicy = object("Divides capacity by the QuotaShares of a queue of type SAGEMAKER_TRAINING.", {
  idleResourceAssignmentStrategy: oneOf("How idle capacity is given to shares.", ["FIFO"]),
});

export const SchedulingPolicySpec = object(
  "Desired state of the policy; AWS's fields have AWS's names.",
  {
    name: text("AWS name. Immutable. Default: <namespace>_<name>.", 128, awsName).optional(),
    fairsharePolicy: fairsharePolicy.optional(),
    quotaSharePolicy: quotaSharePolicy.optional(),
    allowedNamespaces: allowedNamespaces("Namespaces of queues that may reference this policy.").optional(),
    ...policyFields,
  },
  ...schedulingPolicyRules,
);

export const SchedulingPolicyStatus = object("Observed state of the policy in AWS.", statusFields);

export type SchedulingPolicySpec = z.infer<typeof SchedulingPolicySpec>;
export type SchedulingPolicyStatus = DeepReadonly<z.infer<typeof SchedulingPolicyStatus>>;
export type SchedulingPolicy = KubeObject<SchedulingPolicySpec, SchedulingPolicyStatus>;
