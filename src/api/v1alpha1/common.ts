import { z } from "zod";
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

/** What the kinds share: names, tags, policies and the parts of status. */

const tagKeyRules: readonly Rule[] = [
  {
    rule: "self.all(key, size(key) >= 1 && size(key) <= 128)",
    message: "a tag key has 1 to 128 characters: shorten it",
  },
  {
    rule: "self.all(key, !key.startsWith('aws:') && !key.startsWith('awsbatch.dev/'))",
    message: "keys that begin with aws: belong to AWS and awsbatch.dev/ to the operator: rename the tag",
    reason: "FieldValueForbidden",
  },
];

/** AWS allows 50 tags; the operator keeps 10 for its own. */
export const tags = (description: string) => textMap(description, 40, 256, tagKeyRules);

/** Tags of what AWS launches: the operator adds none to them. */
export const launchedTags = (description: string) => textMap(description, 50, 256, tagKeyRules);

export const state = oneOf(
  "ENABLED or DISABLED. Left out: ENABLED at creation and from then on as AWS has it, so that it can be switched by hand.",
  ["ENABLED", "DISABLED"],
);

const region = text("AWS region. Immutable. Default: the operator's own.", 32, /^[a-z]{2,4}(-[a-z]+)+-[0-9]+$/);

const deletionPolicy = oneOf(
  "What becomes of the AWS side when this object is deleted. Default: the operator's --default-deletion-policy, else Delete.",
  ["Delete", "Retain"],
);

const adoptionPolicy = oneOf(
  "Whether an AWS object of this name that the operator did not make is taken over: Never (default), IfMatching (only if nothing would change) or IfExists.",
  ["Never", "IfMatching", "IfExists"],
);

/** The fields that every spec has. */
export const policyFields = {
  region: region.optional(),
  tags: tags("Tags of the AWS object; at most 40, the operator adds its own.").optional(),
  deletionPolicy: deletionPolicy.optional(),
  adoptionPolicy: adoptionPolicy.optional(),
};

export const drain = object(
  "What happens to unfinished jobs before this goes.",
  {
    policy: oneOf("Wait (default) never ends a job; Terminate ends what is left after timeoutSeconds.", [
      "Wait",
      "Terminate",
    ]).optional(),
    timeoutSeconds: int("How long jobs may still run; only with Terminate.", 0, 1_209_600).optional(),
  },
  {
    rule: "!has(self.policy) || self.policy != 'Terminate' || has(self.timeoutSeconds)",
    message: "Terminate needs to know how long jobs may still run: add timeoutSeconds",
    reason: "FieldValueRequired",
    fieldPath: ".timeoutSeconds",
  },
  {
    rule: "(has(self.policy) && self.policy == 'Terminate') || !has(self.timeoutSeconds)",
    message: "Wait never ends a job: remove timeoutSeconds, or use policy Terminate",
    reason: "FieldValueForbidden",
    fieldPath: ".timeoutSeconds",
  },
);

/** A transition rule by presence and value: a field that is set stays as it is, and is not added later. */
export function immutable(field: string, why: string): Rule {
  return {
    rule: `has(self.${field}) == has(oldSelf.${field}) && (!has(self.${field}) || self.${field} == oldSelf.${field})`,
    message: `${field} cannot be changed, added or removed: ${why}`,
    reason: "FieldValueForbidden",
    fieldPath: `.${field}`,
  };
}

export const immutableRegion = immutable("region", "put it back, or make a new object for the other region");

/** RFC 3339 in whole seconds. */
export const time = (description: string) => z.string().max(32).meta({ description, format: "date-time" });

const condition = object("One aspect of the state of the object.", {
  type: text("Ready, Reconciling, Stalled, Synced, or news.", 316),
  status: oneOf("Whether it holds.", ["True", "False", "Unknown"]),
  reason: text("Why, in one CamelCase word.", 1024, /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/),
  message: anyText("Why, and the next step, in words.", 32_768),
  lastTransitionTime: time("When the status last changed."),
  observedGeneration: int("The generation that this is about.", 0, Number.MAX_SAFE_INTEGER),
});

const fieldChange = object("A field in which AWS differs from the spec.", {
  path: text("Where.", 512),
  kind: oneOf("The kind of update that it needs.", [
    "tags",
    "scaling",
    "metadata",
    "infrastructure",
    "replacement",
    "register",
    "update",
  ]),
  why: anyText("Why that kind.", 1024),
  from: anyText("What AWS has, as JSON; only for fields that hold no secrets.", 4096).optional(),
  to: anyText("What the spec says, as JSON; only for fields that hold no secrets.", 4096).optional(),
});

const plan = object("What the difference between spec and AWS means.", {
  id: anyText("Stable while the wish stays the same; the approve annotation names it.", 64),
  action: oneOf("What the operator does about it.", [
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
  reason: anyText("Why that.", 1024),
  approval: text(
    "While a step waits for approval: the value of awsbatch.dev/approve that lets it go on.",
    128,
  ).optional(),
  changes: atomicList("The fields that differ; at most 64 are shown.", fieldChange, 64),
});

/** The fields that every status has. */
export const statusFields = {
  observedGeneration: int("The generation that was last acted on.", 0, Number.MAX_SAFE_INTEGER).optional(),
  lastHandledReconcileAt: anyText("Echo of the annotation awsbatch.dev/reconcile-requested-at.", 1024).optional(),
  arn: text("ARN of the AWS object.", 2048).optional(),
  name: text("Name of the AWS object.", 128).optional(),
  accountId: text("AWS account.", 12).optional(),
  region: text("AWS region.", 32).optional(),
  state: text("ENABLED or DISABLED, as AWS has it.", 32).optional(),
  status: text("AWS's status of the object.", 32).optional(),
  statusReason: anyText("AWS's reason for the status.", 4096).optional(),
  plan: plan.optional(),
  conditions: mapList("Current state of the object.", ["type"], condition, 16).optional(),
};

export type Plan = DeepReadonly<z.infer<typeof plan>>;
