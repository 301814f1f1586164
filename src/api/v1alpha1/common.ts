import { z } from "zod";
import { approvalPattern } from "./names.ts";
import {
  anyText,
  atomicList,
  type DeepReadonly,
  int,
  mapList,
  object,
  oneOf,
  type Rule,
  text,
  textMap,
} from "./schema.ts";

/** Schemas that the kinds share: tags, policies and parts of status. */

export const tagKeyLength: Rule = {
  rule: "self.all(key, size(key) >= 1 && size(key) <= 128)",
  message: "a tag key has 1 to 128 characters: shorten it",
};

const tagKeyRules: readonly Rule[] = [
  tagKeyLength,
  {
    rule: "self.all(key, !key.lowerAscii().startsWith('aws:') && !key.lowerAscii().startsWith('awsbatch.dev/'))",
    message: "the prefixes aws: and awsbatch.dev/ are reserved in any case: rename the tag",
    reason: "FieldValueForbidden",
  },
];

/** AWS allows 50 tags, of which the operator needs 11 for an environment. */
export const tags = (description: string) => textMap(description, 39, 256, tagKeyRules);

/** Tags of resources that AWS launches; the operator adds none. */
export const launchedTags = (description: string) => textMap(description, 50, 256, tagKeyRules);

export const state = oneOf(
  "ENABLED or DISABLED. Default: ENABLED at creation; afterwards the operator does not manage the state, so that it can be changed by hand.",
  ["ENABLED", "DISABLED"],
);

const region = text("AWS region. Immutable. Default: the operator's own.", 32, /^[a-z]{2,4}(-[a-z]+)+-[0-9]+$/);

const deletionPolicy = oneOf(
  "Whether deleting this object deletes its resources in AWS. Default: the operator's --default-deletion-policy, else Delete.",
  ["Delete", "Retain"],
);

const adoptionPolicy = oneOf(
  "Whether to adopt an AWS resource of this name that the operator did not create: Never (default), IfMatching (only if nothing would change) or IfExists.",
  ["Never", "IfMatching", "IfExists"],
);

/** The fields that every spec has. */
export const policyFields = {
  region: region.optional(),
  tags: tags("Tags of the AWS resource; at most 39, the operator adds its own.").optional(),
  deletionPolicy: deletionPolicy.optional(),
  adoptionPolicy: adoptionPolicy.optional(),
};

/** Rules of how jobs are drained. */
export const terminationRules: readonly Rule[] = [
  {
    rule: "!has(self.policy) || self.policy != 'Terminate' || has(self.timeoutSeconds)",
    message: "Terminate requires a timeout: add timeoutSeconds",
    reason: "FieldValueRequired",
    fieldPath: ".timeoutSeconds",
  },
  {
    rule: "(has(self.policy) && self.policy == 'Terminate') || !has(self.timeoutSeconds)",
    message: "Wait never terminates a job: remove timeoutSeconds, or use policy Terminate",
    reason: "FieldValueForbidden",
    fieldPath: ".timeoutSeconds",
  },
];

export const drain = object(
  "What happens to unfinished jobs before the resource is deleted.",
  {
    policy: oneOf("Wait (default) never terminates a job; Terminate terminates unfinished jobs after timeoutSeconds.", [
      "Wait",
      "Terminate",
    ]).optional(),
    timeoutSeconds: int("How long jobs may continue to run; only with Terminate.", 0, 1_209_600).optional(),
  },
  ...terminationRules,
);

/** A transition rule by presence and value: a field cannot be changed, added or removed. */
export function immutable(field: string, why: string): Rule {
  return {
    rule: `has(self.${field}) == has(oldSelf.${field}) && (!has(self.${field}) || self.${field} == oldSelf.${field})`,
    message: `${field} cannot be changed, added or removed: ${why}`,
    reason: "FieldValueForbidden",
    fieldPath: `.${field}`,
  };
}

export const immutableRegion = immutable("region", "revert the change, or create a new object for the other region");

/** RFC 3339 in whole seconds. */
export const time = (description: string) => z.string().max(32).meta({ description, format: "date-time" });

const condition = object("A condition: status says whether it holds, reason and message say why and what to do next.", {
  type: text("Condition type.", 316),
  status: oneOf("True, False or Unknown.", ["True", "False", "Unknown"]),
  reason: text("Reason of the status, one CamelCase word.", 1024, /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/),
  message: anyText("Reason and next step, for people.", 32_768),
  lastTransitionTime: time("When the status last changed."),
  observedGeneration: int("Generation for which the condition was computed.", 0, Number.MAX_SAFE_INTEGER),
});

const fieldChange = object("A field in which AWS differs from the spec.", {
  path: text("Path of the field.", 512),
  kind: oneOf("Required kind of update.", [
    "tags",
    "scaling",
    "metadata",
    "infrastructure",
    "replacement",
    "register",
    "update",
  ]),
  why: anyText("Why this kind of update is needed.", 1024),
  from: anyText("Value in AWS, as JSON; only for fields that cannot contain secrets.", 4096).optional(),
  to: anyText("Value in the spec, as JSON; only for fields that cannot contain secrets.", 4096).optional(),
});

const plan = object("Next action, from the difference between spec and AWS.", {
  id: anyText(
    "ID of the plan. Does not change while the desired state is the same; part of the value of awsbatch.dev/approve.",
    64,
  ),
  action: oneOf("Next action of the operator.", [
    "None",
    "Create",
    "UpdateTags",
    "Scale",
    "UpdateInfrastructure",
    "Replace",
    "Update",
    "Register",
    "Delete",
  ]),
  reason: anyText("Why this action.", 1024),
  approval: text(
    "While a step waits for approval: the value of awsbatch.dev/approve that approves it.",
    128,
    approvalPattern,
  ).optional(),
  changes: atomicList("Fields that differ; at most 64 are listed.", fieldChange, 64),
});

/** The fields that every status has. */
export const statusFields = {
  observedGeneration: int("Generation of the last reconcile.", 0, Number.MAX_SAFE_INTEGER).optional(),
  lastHandledReconcileAt: anyText("Echo of the annotation awsbatch.dev/reconcile-requested-at.", 1024).optional(),
  arn: text("ARN of the AWS resource.", 2048).optional(),
  name: text("Name of the AWS resource.", 128).optional(),
  accountId: text("AWS account.", 12).optional(),
  region: text("AWS region.", 32).optional(),
  state: text("ENABLED or DISABLED, in AWS.", 32).optional(),
  status: text("Status of the resource in AWS.", 32).optional(),
  statusReason: anyText("AWS's reason for the status.", 4096).optional(),
  plan: plan.optional(),
  conditions: mapList(
    "State of the object, by type: Ready is True once AWS serves this generation, Stalled once a person has to do something, Reconciling while the operator works.",
    ["type"],
    condition,
    16,
  ).optional(),
};

export type Plan = DeepReadonly<z.infer<typeof plan>>;
