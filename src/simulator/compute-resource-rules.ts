import type { ComputeResource, LaunchTemplateSpecification } from "@aws-sdk/client-batch";
import { hasGpu, isArm, isBundle } from "./ec2-instance-types.ts";
import { invalid } from "./refusals.ts";

const strategies: Readonly<Record<string, readonly string[]>> = {
  EC2: ["BEST_FIT", "BEST_FIT_PROGRESSIVE", "BEST_FIT_PROGRESSIVE_ORDERED"],
  SPOT: [
    "BEST_FIT",
    "BEST_FIT_PROGRESSIVE",
    "SPOT_CAPACITY_OPTIMIZED",
    "SPOT_PRICE_CAPACITY_OPTIMIZED",
    "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED",
  ],
};
const imageType =
  /^(?:ECS_AL1|ECS_AL2|ECS_AL2_NVIDIA|ECS_AL2023|ECS_AL2023_NVIDIA|EKS_AL2|EKS_AL2_NVIDIA|EKS_AL2023|EKS_AL2023_NVIDIA)$/;
const notForFargate = [
  "allocationStrategy",
  "minvCpus",
  "desiredvCpus",
  "instanceTypes",
  "imageId",
  "ec2KeyPair",
  "instanceRole",
  "tags",
  "placementGroup",
  "bidPercentage",
  "spotIamFleetRole",
  "launchTemplate",
  "ec2Configuration",
  "scalingPolicy",
] as const satisfies readonly (keyof ComputeResource)[];

const onlyForManagedInstances = ["managedInstancesProvider", "capacityTags"] as const;

/** Checks the resources of a new environment. @throws Refusal */
export function requireLegalResources(resources: ComputeResource): void {
  if (resources.maxvCpus === undefined) throw invalid("Resource maxvCpus is required."); // our words
  if (resources.type === "ECS_MANAGED_INSTANCES") {
    requireLegalManagedInstances(resources);
    return;
  }
  const foreign = onlyForManagedInstances.find((field) => resources[field] !== undefined);
  if (foreign !== undefined) throw invalid(`${foreign} is applicable for ECS_MANAGED_INSTANCES only.`); // our words
  if (resources.type === "FARGATE" || resources.type === "FARGATE_SPOT") {
    requireLegalFargate(resources);
    return;
  }
  if (resources.instanceRole === undefined) throw invalid("Instance role is required.");
  if ((resources.instanceTypes ?? []).length === 0) throw invalid("Resource instanceTypes are required.");
  if (resources.minvCpus === undefined) throw invalid("Resource minvCpus is required.");
  requireSubnets(resources);
  if ((resources.securityGroupIds ?? []).length === 0 && resources.launchTemplate === undefined) {
    throw invalid("Security group ids are required.");
  }
  requireConsistentResources(resources);
  requireLivingImages(resources);
}

/** Since 2026-06-30 AWS creates nothing with its own images of Amazon Linux 2; a launch template may name another one. */
function requireLivingImages({ ec2Configuration = [], imageId, launchTemplate }: ComputeResource): void {
  if (imageId !== undefined || launchTemplate !== undefined) return;
  const ended = ec2Configuration.find(
    ({ imageType: type, imageIdOverride }) => /^ECS_AL2(_NVIDIA)?$/.test(type ?? "") && imageIdOverride === undefined,
  );
  // our words
  if (ended !== undefined) throw invalid(`imageType ${ended.imageType} is not supported for new compute environments.`);
}

/** Checks members of EC2 or SPOT resources against each other, at creation and after an update. */
export function requireConsistentResources(resources: ComputeResource): void {
  const { minvCpus = 0, maxvCpus = 0, desiredvCpus, bidPercentage, instanceTypes = [] } = resources;
  if (minvCpus > maxvCpus) throw invalid("maxvCpus should be greater than or equal to minvCpus.");
  if (desiredvCpus !== undefined && (desiredvCpus < minvCpus || desiredvCpus > maxvCpus)) {
    throw invalid("desiredvCpus should be between minvCpus and maxvCpus.");
  }
  if (bidPercentage !== undefined && (bidPercentage < 0 || bidPercentage > 100)) {
    throw invalid("Bid percentage must be between 0 to 100.");
  }
  if (instanceTypes.some(isArm) && !instanceTypes.every(isArm)) {
    throw invalid("arm-based instance type cannot be used with other instance types");
  }
  const delay = resources.scalingPolicy?.minScaleDownDelayMinutes ?? 0;
  if (delay > 0 && delay < 20) throw invalid("minScaleDownDelayMinutes must be 0 or between 20 and 10080."); // our words
  requireLegalStrategy(resources);
  for (const { imageType: type } of resources.ec2Configuration ?? []) {
    if (!imageType.test(type ?? "")) throw invalid("Invalid imageType in ComputeResources.ec2Configuration");
  }
  if (resources.launchTemplate !== undefined) requireLegalTemplate(resources.launchTemplate);
}

function requireLegalFargate(resources: ComputeResource): void {
  const extra = notForFargate.find((field) => resources[field] !== undefined);
  if (extra !== undefined) throw invalid(`${extra} is not applicable for Fargate.`);
  requireSubnets(resources);
  requireFargateCounts(resources);
  if ((resources.securityGroupIds ?? []).length === 0) throw invalid("Security group ids are required.");
}

/** Other refusals of AWS are not documented. The messages are ours. */
function requireLegalManagedInstances({ managedInstancesProvider: provider }: ComputeResource): void {
  if (provider === undefined) throw invalid("managedInstancesProvider is required for ECS_MANAGED_INSTANCES.");
  const { subnets = [], securityGroups = [] } = provider.instanceLaunchTemplate?.networkConfiguration ?? {};
  if (subnets.length === 0) throw invalid("Resource subnets are required.");
  if (securityGroups.length === 0) throw invalid("Security group ids are required.");
}

export function requireFargateCounts(resources: ComputeResource): void {
  if ((resources.subnets ?? []).length > 16) throw invalid("Fargate supports a maximum of 16 subnets.");
  if ((resources.securityGroupIds ?? []).length > 5) {
    throw invalid("Fargate supports a maximum of 5 security groups.");
  }
}

function requireSubnets(resources: ComputeResource): void {
  if ((resources.subnets ?? []).length === 0) throw invalid("Resource subnets are required."); // our words
}

function requireLegalStrategy(resources: ComputeResource): void {
  const { allocationStrategy: strategy, type, instanceTypes = [] } = resources;
  if (strategy !== undefined && !(strategies[type ?? ""] ?? []).includes(strategy)) {
    throw invalid(`Invalid compute resource allocation strategy ${strategy} for type ${type}`);
  }
  const ordered = strategy === "BEST_FIT_PROGRESSIVE_ORDERED" || strategy === "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED";
  if (ordered && instanceTypes.some(isBundle)) {
    throw invalid(
      "Instance type bundles (e.g. optimal, default_x86_64) are not allowed for " +
        `${strategy} allocation strategy. Specify instance families or types directly.`,
    );
  }
  const bestFit = strategy === undefined || strategy === "BEST_FIT";
  if (type === "SPOT" && bestFit && resources.spotIamFleetRole === undefined) {
    throw invalid("compute resource spotIamFleetRole is required.");
  }
}

function requireLegalTemplate(template: LaunchTemplateSpecification): void {
  const { launchTemplateId, launchTemplateName, overrides = [], version } = template;
  const both = launchTemplateId !== undefined && launchTemplateName !== undefined;
  if (both || (launchTemplateId === undefined && launchTemplateName === undefined && overrides.length === 0)) {
    throw invalid("One of LaunchTemplateId and LaunchTemplateName or LaunchTemplate.overrides should be provided");
  }
  requireLegalVersion(version);
  if (overrides.length > 10) throw invalid("LaunchTemplate.overrides size cannot be greater than 10");
  const targets: string[] = [];
  for (const override of overrides) {
    if ((override.launchTemplateId === undefined) === (override.launchTemplateName === undefined)) {
      throw invalid("LaunchTemplate.overrides should have either LaunchTemplateId or LaunchTemplateName");
    }
    if ((override.targetInstanceTypes ?? []).length === 0) {
      throw invalid("LaunchTemplate.overrides.targetInstanceTypes[] is required");
    }
    requireLegalVersion(override.version);
    targets.push(...(override.targetInstanceTypes ?? []));
  }
  if (new Set(targets).size < targets.length) {
    throw invalid("LaunchTemplate.overrides have duplicate targetInstanceTypes");
  }
}

function requireLegalVersion(version: string | undefined): void {
  if (version !== undefined && !/^(?:|\d+|\$Default|\$Latest)$/.test(version)) {
    throw invalid("LaunchTemplateVersion must be either empty or a number or $Default or $Latest");
  }
}

/** The resources as Describe returns them, with defaults of the service. */
export function filledResources(resources: ComputeResource, orchestration: "ECS" | "EKS"): ComputeResource {
  const { launchTemplate, ...rest } = resources;
  if (resources.type === "FARGATE" || resources.type === "FARGATE_SPOT") return { tags: {}, ...rest };
  // The default of AWS is not known.
  if (resources.type === "ECS_MANAGED_INSTANCES") return resources;
  const minvCpus = resources.minvCpus ?? 0;
  const gpu = (resources.instanceTypes ?? []).some(hasGpu);
  const image = `${orchestration}_AL2023${gpu ? "_NVIDIA" : ""}`;
  const filled: ComputeResource = {
    tags: {},
    ...rest,
    minvCpus,
    desiredvCpus: Math.max(minvCpus, resources.desiredvCpus ?? minvCpus),
    ec2Configuration:
      (resources.ec2Configuration ?? []).length > 0 ? resources.ec2Configuration : [{ imageType: image }],
  };
  if (launchTemplate === undefined) return filled;
  // An omitted version stays omitted, although it means `$Default`.
  return { ...filled, launchTemplate: { ...launchTemplate, overrides: launchTemplate.overrides ?? [] } };
}
