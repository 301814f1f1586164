import type { ValidationRule } from "../crd.ts";

/** Rules for the capacity of a compute environment: what AWS rejects. */

const fargate = "self.type in ['FARGATE', 'FARGATE_SPOT']";
const instances = "self.type in ['EC2', 'SPOT']";
const managedInstances = "self.type == 'ECS_MANAGED_INSTANCES'";
const bundles = "['optimal', 'default_x86_64', 'default_arm64']";
/** Families with `g` after the generation are Graviton, e.g. c7g, m6gd, im4gn. */
const arm = "(type == 'default_arm64' || type.matches('^(a1|[a-z]+[0-9]+g[a-z]*)([.].*)?$'))";

/** Why Fargate does not support each field that only instances have. */
const notOnFargate = {
  instanceTypes: "Fargate chooses the size itself",
  instanceRole: "Fargate has no instances",
  instanceRoleRef: "Fargate has no instances",
  minvCpus: "Fargate keeps nothing running",
  desiredvCpus: "Fargate keeps nothing running",
  allocationStrategy: "Fargate chooses no instances",
  imageId: "Fargate uses no custom image",
  ec2Configuration: "Fargate uses no custom image",
  ec2KeyPair: "Fargate allows no login",
  tags: "Fargate has no instances to tag",
  placementGroup: "Fargate has no instances to place",
  bidPercentage: "Fargate has no bids; FARGATE_SPOT has a fixed price",
  spotIamFleetRole: "Fargate uses no Spot Fleet",
  spotFleetRoleRef: "Fargate uses no Spot Fleet",
  launchTemplate: "Fargate launches no instances",
  scalingPolicy: "Fargate keeps nothing running",
} as const;

function needed(by: string, what: string, field: string, why: string): ValidationRule {
  return {
    rule: `!(${by}) || has(self.${field})`,
    message: `${what}: add ${why}`,
    reason: "FieldValueRequired",
    fieldPath: `.${field}`,
  };
}

/** @param selector in its place in stored objects that were written before there were networks */
function located(by: string, who: string, field: string, selector: string): ValidationRule {
  return {
    rule: `!(${by}) || has(self.${field}) || has(self.${selector}) || has(self.networkRef)`,
    message: `${who} in your network: add ${field} or networkRef`,
    reason: "FieldValueRequired",
    fieldPath: `.${field}`,
  };
}

function givenByNetwork(field: string): ValidationRule {
  return {
    rule: `!has(self.networkRef) || !has(self.${field})`,
    message: `the network of networkRef gives subnets and security groups: remove ${field}`,
    reason: "FieldValueForbidden",
    fieldPath: `.${field}`,
  };
}

export const computeResourcesRules: readonly ValidationRule[] = [
  ...Object.entries(notOnFargate).map(
    ([field, why]): ValidationRule => ({
      rule: `!(${fargate}) || !has(self.${field})`,
      message: `${why}: remove ${field}`,
      reason: "FieldValueForbidden",
      fieldPath: `.${field}`,
    }),
  ),
  located(fargate, "Fargate tasks run", "subnets", "subnetSelector"),
  {
    rule: `!(${managedInstances}) || !has(self.networkRef)`,
    message: "ECS_MANAGED_INSTANCES sets its network in managedInstancesProvider: remove networkRef",
    reason: "FieldValueForbidden",
    fieldPath: ".networkRef",
  },
  ...["subnets", "securityGroupIds"].map(givenByNetwork),
  {
    rule: `!(${fargate}) || !has(self.subnets) || size(self.subnets) <= 16`,
    message: "Fargate accepts at most 16 subnets: remove some",
    fieldPath: ".subnets",
  },
  {
    rule: `!(${fargate}) || !has(self.securityGroupIds) || size(self.securityGroupIds) <= 5`,
    message: "Fargate accepts at most 5 security groups: remove some",
    fieldPath: ".securityGroupIds",
  },
  needed(instances, "instances need a type", "instanceTypes", "instanceTypes, e.g. [optimal]"),
  located(instances, "instances run", "subnets", "subnetSelector"),
  needed(
    managedInstances,
    "ECS_MANAGED_INSTANCES requires launch settings",
    "managedInstancesProvider",
    "managedInstancesProvider",
  ),
  {
    rule: `${managedInstances} || !has(self.managedInstancesProvider)`,
    message: "managedInstancesProvider is for ECS_MANAGED_INSTANCES: remove it, or change type",
    reason: "FieldValueForbidden",
    fieldPath: ".managedInstancesProvider",
  },
  {
    rule: `${managedInstances} || !has(self.capacityTags)`,
    message: "capacityTags is for ECS_MANAGED_INSTANCES: use tags",
    reason: "FieldValueForbidden",
    fieldPath: ".capacityTags",
  },
  {
    rule: "self.type != 'EC2' || !has(self.allocationStrategy) || !self.allocationStrategy.startsWith('SPOT_')",
    message: "this strategy is for SPOT: with EC2 use BEST_FIT_PROGRESSIVE, BEST_FIT_PROGRESSIVE_ORDERED or BEST_FIT",
    fieldPath: ".allocationStrategy",
  },
  {
    rule: "self.type != 'SPOT' || !has(self.allocationStrategy) || self.allocationStrategy != 'BEST_FIT_PROGRESSIVE_ORDERED'",
    message: "this strategy is for EC2: with SPOT use SPOT_CAPACITY_OPTIMIZED_PRIORITIZED to give an order",
    fieldPath: ".allocationStrategy",
  },
  {
    rule: `!has(self.allocationStrategy) || !(self.allocationStrategy in ['BEST_FIT_PROGRESSIVE_ORDERED', 'SPOT_CAPACITY_OPTIMIZED_PRIORITIZED']) || !has(self.instanceTypes) || self.instanceTypes.all(type, !(type in ${bundles}))`,
    message:
      "a strategy with an order accepts no bundle: use instance types or families instead of optimal or default_*",
    fieldPath: ".instanceTypes",
  },
  {
    rule: `!has(self.instanceTypes) || !self.instanceTypes.exists(type, ${arm}) || self.instanceTypes.all(type, ${arm})`,
    message: "one environment has one architecture: keep either the arm64 (Graviton) types or the x86_64 types",
    fieldPath: ".instanceTypes",
  },
  {
    rule: "!has(self.minvCpus) || self.minvCpus <= self.maxvCpus",
    message: "minvCpus is more than maxvCpus: lower it, or raise maxvCpus",
    fieldPath: ".minvCpus",
  },
  {
    rule: "!has(self.desiredvCpus) || (self.desiredvCpus <= self.maxvCpus && (!has(self.minvCpus) || self.desiredvCpus >= self.minvCpus))",
    message: "desiredvCpus must be between minvCpus and maxvCpus: change it, or leave it out",
    fieldPath: ".desiredvCpus",
  },
  {
    rule: "!has(self.imageId) || self.imageId == '' || !has(self.ec2Configuration) || self.ec2Configuration.all(image, !has(image.imageIdOverride))",
    message:
      "AWS's pages contradict each other on which image starts with both: remove imageId, which is deprecated, or each imageIdOverride",
    reason: "FieldValueForbidden",
    fieldPath: ".imageId",
  },
];

export const scalingPolicyRules: readonly ValidationRule[] = [
  {
    rule: "!has(self.minScaleDownDelayMinutes) || self.minScaleDownDelayMinutes == 0 || self.minScaleDownDelayMinutes >= 20",
    message: "the delay is 20 to 10080 minutes, or 0 for none: change minScaleDownDelayMinutes",
    fieldPath: ".minScaleDownDelayMinutes",
  },
];

const both = "has(self.launchTemplateId) && has(self.launchTemplateName)";
const one = "has(self.launchTemplateId) || has(self.launchTemplateName)";
const bothMessage = "a launch template is referenced by ID or by name: remove launchTemplateId or launchTemplateName";

export const launchTemplateRules: readonly ValidationRule[] = [
  { rule: `!(${both})`, message: bothMessage },
  {
    rule: `${one} || (has(self.overrides) && size(self.overrides) > 0)`,
    message: "a launch template is missing: add launchTemplateId, launchTemplateName or overrides",
    reason: "FieldValueRequired",
  },
  {
    rule: "!has(self.overrides) || self.overrides.all(left, left.targetInstanceTypes.all(type, self.overrides.exists_one(right, type in right.targetInstanceTypes)))",
    message: "an instance type has one launch template: keep it in one override only",
    fieldPath: ".overrides",
  },
];

export const overrideRules: readonly ValidationRule[] = [
  { rule: `!(${both})`, message: bothMessage },
  {
    rule: one,
    message: "an override needs a launch template: add launchTemplateId or launchTemplateName",
    reason: "FieldValueRequired",
  },
  {
    rule: `self.targetInstanceTypes.all(type, !(type in ${bundles}))`,
    message: "an override is for instance types or families: use them instead of optimal or default_*",
    fieldPath: ".targetInstanceTypes",
  },
];
