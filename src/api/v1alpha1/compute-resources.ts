import { launchedTags } from "./common.ts";
import { computeResourcesRules, scalingPolicyRules } from "./compute-resources-rules.ts";
import { ec2Configuration, imageId, launchTemplate } from "./launch-template.ts";
import { managedInstancesProvider, vCpus } from "./managed-instances.ts";
import { securityGroupSelector, subnetSelector } from "./network.ts";
import { atomicList, int, mapList, object, oneOf, setOf, text } from "./schema.ts";

/** What a managed compute environment runs on. */

const scalingPolicy = object(
  "How fast idle instances go.",
  {
    minScaleDownDelayMinutes: int(
      "Minutes that an instance is kept after its last job: 20 to 10080, or 0 for none.",
      0,
      10_080,
    ).optional(),
  },
  ...scalingPolicyRules,
);

export const computeResources = object(
  "What the environment runs on; required for MANAGED.",
  {
    type: oneOf("Kind of capacity.", ["EC2", "SPOT", "FARGATE", "FARGATE_SPOT", "ECS_MANAGED_INSTANCES"]),
    allocationStrategy: oneOf(
      "How instance types are chosen. Default: BEST_FIT, which can never be updated in place.",
      [
        "BEST_FIT",
        "BEST_FIT_PROGRESSIVE",
        "BEST_FIT_PROGRESSIVE_ORDERED",
        "SPOT_CAPACITY_OPTIMIZED",
        "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED",
        "SPOT_PRICE_CAPACITY_OPTIMIZED",
      ],
    ).optional(),
    minvCpus: vCpus("vCPUs that are always kept, also while DISABLED. Default: 0.").optional(),
    maxvCpus: vCpus("vCPUs that are never exceeded by more than one instance."),
    desiredvCpus: vCpus("vCPUs to begin with; used at creation only, AWS's scaler owns it afterwards.").optional(),
    instanceTypes: atomicList(
      "Instance types, families, or one of optimal, default_x86_64, default_arm64. The order counts for ordered and prioritized strategies.",
      text("Instance type, family or bundle.", 64, /^[a-z0-9_.-]+$/),
      100,
      1,
    ).optional(),
    imageId: imageId.optional(),
    subnets: setOf("Subnets, all of one VPC.", text("Subnet ID.", 32, /^subnet-[0-9a-z]+$/), 100, 1).optional(),
    subnetSelector: subnetSelector.optional(),
    securityGroupIds: setOf(
      "Security groups; needed unless the launch template has some.",
      text("Security group ID.", 32, /^sg-[0-9a-z]+$/),
      16,
      1,
    ).optional(),
    securityGroupSelector: securityGroupSelector.optional(),
    ec2KeyPair: text("Key pair for SSH to the instances.", 255).optional(),
    instanceRole: text("Instance profile of the instances, by name or ARN.", 2048).optional(),
    tags: launchedTags("Tags of the instances; a change replaces the instances.").optional(),
    placementGroup: text("Placement group of the instances.", 255).optional(),
    bidPercentage: int("Highest Spot price, in percent of On-Demand. Default: 100.", 0, 100).optional(),
    spotIamFleetRole: text("Spot fleet role; needed for SPOT with BEST_FIT, without meaning on EC2.", 2048).optional(),
    launchTemplate: launchTemplate.optional(),
    ec2Configuration: mapList(
      "Images; one or two entries. Default: chosen by AWS.",
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
