import type { ValidationRule } from "../crd.ts";
import { immutable, immutableRegion } from "./common.ts";

/** Rules of a job: what AWS rejects, and immutable fields. */

export const dependencyRules: readonly ValidationRule[] = [
  {
    rule: "!has(self.jobRef) || !has(self.jobId)",
    message: "a dependency names one job: keep either jobRef (an object) or jobId (an ID in AWS)",
    reason: "FieldValueForbidden",
  },
  {
    rule: "has(self.jobRef) || has(self.jobId) || (has(self.type) && self.type == 'SEQUENTIAL')",
    message:
      "a dependency names a job: add jobRef or jobId, or type SEQUENTIAL to run the children of an array one after the other",
  },
  {
    rule: "!has(self.type) || self.type != 'SEQUENTIAL' || (!has(self.jobRef) && !has(self.jobId))",
    message: "SEQUENTIAL is about the children of this job: remove jobRef and jobId, or the type",
    reason: "FieldValueForbidden",
    fieldPath: ".type",
  },
];

const overrides = ["containerOverrides", "nodeOverrides", "ecsPropertiesOverride", "eksPropertiesOverride"];

function oneOfTwo(reference: string, name: string, what: string): ValidationRule {
  return {
    rule: `has(self.${reference}) != has(self.${name})`,
    message: `a job has one ${what}: give exactly one of ${reference} (an object) and ${name} (a name or ARN in AWS)`,
  };
}

const submitted = "a job is submitted once; revert the change, or create another BatchJob";

/** Everything that SubmitJob is sent. */
const fixed = [
  "jobQueue",
  "jobQueueRef",
  "jobDefinition",
  "jobDefinitionRef",
  "shareIdentifier",
  "schedulingPriorityOverride",
  "arrayProperties",
  "dependsOn",
  "parameters",
  ...overrides,
  "retryStrategy",
  "timeout",
  "propagateTags",
  "consumableResourcePropertiesOverride",
];

export const batchJobRules: readonly ValidationRule[] = [
  oneOfTwo("jobQueueRef", "jobQueue", "queue"),
  oneOfTwo("jobDefinitionRef", "jobDefinition", "definition"),
  {
    rule: `${overrides.map((field) => `(has(self.${field}) ? 1 : 0)`).join(" + ")} <= 1`,
    message: `a definition has one kind of body, and a job the override of that kind: keep one of ${overrides.join(", ")}`,
    reason: "FieldValueForbidden",
  },
  {
    rule: "!has(self.dependsOn) || has(self.arrayProperties) || self.dependsOn.all(one, !has(one.type))",
    message: "N_TO_N and SEQUENTIAL are about the children of an array: add arrayProperties, or remove the type",
    fieldPath: ".dependsOn",
  },
  {
    rule: "!has(self.nodeOverrides) || !has(self.arrayProperties)",
    message: "a multi-node job cannot be an array: remove arrayProperties",
    reason: "FieldValueForbidden",
    fieldPath: ".arrayProperties",
  },
  immutableRegion,
  ...fixed.map((field) => immutable(field, submitted)),
  {
    rule: "!has(self.suspend) || !self.suspend || (has(oldSelf.suspend) && oldSelf.suspend)",
    message:
      "suspend can only change from true to false: a job that was submitted cannot be taken back; cancel: true ends it",
    reason: "FieldValueForbidden",
    fieldPath: ".suspend",
  },
  {
    rule: "!has(oldSelf.cancel) || !oldSelf.cancel || (has(self.cancel) && self.cancel)",
    message: "cancel can only change from false to true: to run the job again, create another BatchJob",
    reason: "FieldValueForbidden",
    fieldPath: ".cancel",
  },
];
