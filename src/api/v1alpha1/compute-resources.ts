import { launchedTags } from "./common.ts";
import { computeResourcesRules, scalingPolicyRules } from "./compute-resources-rules.ts";
import { roleReference } from "./iam.ts";
import { ec2Configuration, imageId, launchTemplate } from "./launch-template.ts";
import { managedInstancesProvider, vCpus } from "./managed-instances.ts";
import { groupIds, securityGroupSelector, subnetIds, subnetSelector } from "./network.ts";
import { reference } from "./references.ts";
import { arnText, atomicList, ec2Name, int, mapList, object, oneOf, text } from "./schema.ts";

/** The capacity of a managed compute environment. */

const scalingPolicy = object(
  "Scale-down of idle instances.",
  {
    minScaleDownDelayMinutes: int(
      "Minutes until an idle instance is terminated: 20 to 10080, or 0.",
      0,
      10_080,
    ).optional(),
  },
  ...scalingPolicyRules,
);

export const computeResources = object(
  "Capacity of the environment; required for MANAGED.",
  {
    type: oneOf("Kind of capacity.", ["EC2", "SPOT", "FARGATE", "FARGATE_SPOT", "ECS_MANAGED_INSTANCES"]),
    allocationStrategy: oneOf(
      "How AWS chooses instance types. Default: BEST_FIT, which can never be updated in place.",
      [
        "BEST_FIT",
        "BEST_FIT_PROGRESSIVE",
        "BEST_FIT_PROGRESSIVE_ORDERED",
        "SPOT_CAPACITY_OPTIMIZED",
        "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED",
        "SPOT_PRICE_CAPACITY_OPTIMIZED",
      ],
    ).optional(),
    minvCpus: vCpus("Minimum vCPUs, also while DISABLED. Default: 0.").optional(),
    maxvCpus: vCpus("Maximum vCPUs; AWS may exceed it by at most one instance."),
    desiredvCpus: vCpus("Initial vCPUs; used only at creation, afterwards AWS's scaler sets it.").optional(),
    instanceTypes: atomicList(
      "Instance types, families, or one of optimal, default_x86_64, default_arm64. The order matters for ordered and prioritized strategies.",
      text("Instance type, family or bundle.", 64, /^[a-z0-9_.-]+$/),
      100,
      1,
    ).optional(),
    imageId: imageId.optional(),
    networkRef: reference(
      "BatchNetwork that gives subnets and security groups, in place of both. The environment waits until it is Ready.",
      "the environment",
    ).optional(),
    subnets: subnetIds.optional(),
    subnetSelector: subnetSelector.optional(),
    securityGroupIds: groupIds("Security groups; required unless the launch template has some.").optional(),
    securityGroupSelector: securityGroupSelector.optional(),
    ec2KeyPair: ec2Name("Key pair for SSH to the instances.").optional(),
    instanceRole: arnText("Instance profile of the instances, by name or ARN.", "instanceProfile").optional(),
    instanceRoleRef: roleReference("instance role", "the environment").optional(),
    tags: launchedTags("Tags of the instances; a change replaces the instances.").optional(),
    placementGroup: ec2Name("Placement group of the instances.").optional(),
    bidPercentage: int("Highest Spot price, in percent of On-Demand. Default: 100.", 0, 100).optional(),
    spotIamFleetRole: arnText(
      "Spot Fleet role; required for SPOT with BEST_FIT, without effect on EC2.",
      "role",
    ).optional(),
    spotFleetRoleRef: roleReference("Spot Fleet role", "the environment").optional(),
    launchTemplate: launchTemplate.optional(),
    ec2Configuration: mapList(
      "Images; one or two entries. Default: AWS chooses.",
      ["imageType"],
      ec2Configuration,
      2,
      1,
    ).optional(),
    scalingPolicy: scalingPolicy.optional(),
    managedInstancesProvider: managedInstancesProvider.optional(),
    capacityTags: launchedTags(
      "Tags of the ECS capacity provider and its instances; only for ECS_MANAGED_INSTANCES.",
    ).optional(),
  },
  ...computeResourcesRules,
);
