import type { ValidationRule } from "../crd.ts";
import { immutable, immutableRegion } from "./common.ts";
import { nodeRangePlatformRules, platformRules } from "./platform-rules.ts";
import { roleRules } from "./role-rules.ts";

/** Rules of a job definition as a whole: what AWS rejects, and immutable fields. */

const bodies =
  "(has(self.containerProperties) ? 1 : 0) + (has(self.ecsProperties) ? 1 : 0) + (has(self.eksProperties) ? 1 : 0)";
const onEks =
  "has(self.eksProperties) || (has(self.nodeProperties) && self.nodeProperties.nodeRangeProperties.exists(range, has(range.eksProperties)))";

function notOnEks(field: string, why: string): ValidationRule {
  return {
    rule: `!(${onEks}) || !has(self.${field})`,
    message: `${why}: remove ${field}`,
    reason: "FieldValueForbidden",
    fieldPath: `.${field}`,
  };
}

export const jobDefinitionRules: readonly ValidationRule[] = [
  {
    rule: `self.type != 'container' || ${bodies} == 1`,
    message: "type container has one body: keep exactly one of containerProperties, ecsProperties and eksProperties",
  },
  {
    rule: "self.type != 'container' || !has(self.nodeProperties)",
    message: "nodeProperties is for multi-node jobs: use type multinode, or remove it",
    reason: "FieldValueForbidden",
    fieldPath: ".nodeProperties",
  },
  {
    rule: "self.type != 'multinode' || has(self.nodeProperties)",
    message: "type multinode requires nodes: add nodeProperties",
    reason: "FieldValueRequired",
    fieldPath: ".nodeProperties",
  },
  {
    rule: `self.type != 'multinode' || ${bodies} == 0`,
    message:
      "type multinode has its bodies in nodeProperties.nodeRangeProperties: move containerProperties, ecsProperties or eksProperties there",
    reason: "FieldValueForbidden",
  },
  {
    rule: "self.type != 'multinode' || !has(self.platformCapabilities) || self.platformCapabilities.all(platform, platform == 'EC2')",
    message: "multi-node jobs run only on EC2: remove platformCapabilities",
    fieldPath: ".platformCapabilities",
  },
  notOnEks("platformCapabilities", "EKS decides where a pod runs"),
  notOnEks("propagateTags", "EKS has no ECS task to copy tags to"),
  {
    rule: "!has(self.containerProperties) || !has(self.containerProperties.instanceType)",
    message: "instanceType is for multi-node jobs: remove it",
    reason: "FieldValueForbidden",
    fieldPath: ".containerProperties.instanceType",
  },
  ...platformRules,
  ...roleRules,
  immutableRegion,
  immutable("jobDefinitionName", "revert the change; for another name create a new object"),
];

export const consumableEntryRules: readonly ValidationRule[] = [
  {
    rule: "has(self.consumableResource) != has(self.consumableResourceRef)",
    message:
      "an entry references one consumable: give exactly one of consumableResourceRef (an object) and consumableResource (a name or ARN in AWS)",
  },
];

const held = "self.consumableResourceList";
export const consumableListRules: readonly ValidationRule[] = [
  {
    rule: `!has(${held}) || ${held}.all(left, !has(left.consumableResource) || ${held}.exists_one(right, has(right.consumableResource) && right.consumableResource == left.consumableResource))`,
    message: "a job can hold a consumable once: remove the second entry, and give the first the quantity of both",
    fieldPath: ".consumableResourceList",
  },
  {
    rule: `!has(${held}) || ${held}.all(left, !has(left.consumableResourceRef) || ${held}.exists_one(right, has(right.consumableResourceRef) && right.consumableResourceRef == left.consumableResourceRef))`,
    message: "a job can reference a consumable once: remove the second entry, and give the first the quantity of both",
    fieldPath: ".consumableResourceList",
  },
];

export const evaluateOnExitRules: readonly ValidationRule[] = [
  {
    rule: "has(self.onStatusReason) || has(self.onReason) || has(self.onExitCode)",
    message: "a case needs a pattern: add onStatusReason, onReason or onExitCode",
    reason: "FieldValueRequired",
  },
];

export const nodePropertiesRules: readonly ValidationRule[] = [
  {
    rule: "self.mainNode < self.numNodes",
    message: "nodes are numbered from 0: mainNode must be less than numNodes",
    fieldPath: ".mainNode",
  },
];

export const nodeRangeRules: readonly ValidationRule[] = [
  {
    rule: "(has(self.container) ? 1 : 0) + (has(self.ecsProperties) ? 1 : 0) + (has(self.eksProperties) ? 1 : 0) == 1",
    message: "a node range has one body: keep exactly one of container, ecsProperties and eksProperties",
  },
  ...nodeRangePlatformRules,
];
