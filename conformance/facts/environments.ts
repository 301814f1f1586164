import type { ComputeResource } from "@aws-sdk/client-batch";
import { ec2, fargate, linkedRole } from "./inputs.ts";
import { answered, invalid, type Row, refused, rowsOf } from "./row.ts";
import { eksConfiguration, role } from "./stage.ts";

const override = { launchTemplateId: "lt-1", targetInstanceTypes: ["m5.large"] };
const oneTemplate = "One of LaunchTemplateId and LaunchTemplateName or LaunchTemplate.overrides should be provided";
const version = "LaunchTemplateVersion must be either empty or a number or $Default or $Latest";
const many = (count: number, prefix: string): string[] => Array.from({ length: count }, (_, at) => `${prefix}-${at}`);

/** An EC2 creation with members of its resources taken away. */
function without(...fields: readonly (keyof ComputeResource)[]): object {
  const request = ec2("new");
  const kept = Object.entries(request.computeResources ?? {}).filter(
    ([field]) => !fields.some((gone) => gone === field),
  );
  return { ...request, computeResources: Object.fromEntries(kept) };
}

const spot = (change: Partial<ComputeResource>): object => ec2("new", { type: "SPOT", ...change });
const template = (launchTemplate: object): object => ec2("new", { launchTemplate });

/** What AWS says to the creation of an environment. */
export const environmentRows: readonly Row[] = rowsOf("CreateComputeEnvironment", [
  ["a name with a dot", "[CP]", fargate("a.b"), invalid("Compute Environment name should match a valid pattern.")],
  [
    "a name of 129 characters",
    "[CP]",
    fargate("a".repeat(129)),
    invalid("Compute Environment name should match a valid pattern."),
  ],
  [
    "the name of a live environment",
    "[GH cloudformation-coverage-roadmap 2463]",
    fargate("ec2"),
    refused("Object already exists", 409),
  ],
  [
    "state DISABLED",
    "[CP]",
    { ...fargate("new"), state: "DISABLED" },
    invalid("Compute Environment must be created in ENABLED state."),
  ],
  [
    "MANAGED without resources",
    "[CP]",
    { computeEnvironmentName: "new", type: "MANAGED" },
    invalid("computeResources must be provided for a MANAGED compute environment"),
  ],
  ["EC2 without instanceRole", "[CP][MOTO]", without("instanceRole"), invalid("Instance role is required.")],
  ["EC2 without instanceTypes", "[CP]", without("instanceTypes"), invalid("Resource instanceTypes are required.")],
  [
    "EC2 with no instanceTypes",
    "[CP]",
    ec2("new", { instanceTypes: [] }),
    invalid("Resource instanceTypes are required."),
  ],
  ["EC2 without minvCpus", "[MOTO] 0.1 row 1", without("minvCpus"), invalid("Resource minvCpus is required.")],
  ["EC2 without security groups", "[CP]", without("securityGroupIds"), invalid("Security group ids are required.")],
  ["EC2 without maxvCpus", "[SDK] ours", without("maxvCpus"), invalid("computeResources.maxvCpus is required.")],
  ["EC2 without type", "[SDK] ours", without("type"), invalid("computeResources.type is required.")],
  [
    "minvCpus above maxvCpus",
    "[CP]",
    ec2("new", { minvCpus: 17 }),
    invalid("maxvCpus should be greater than or equal to minvCpus."),
  ],
  [
    "desiredvCpus above maxvCpus",
    "[CP]",
    ec2("new", { desiredvCpus: 17 }),
    invalid("desiredvCpus should be between minvCpus and maxvCpus."),
  ],
  ["a bid of 101 %", "[CP]", ec2("new", { bidPercentage: 101 }), invalid("Bid percentage must be between 0 to 100.")],
  ["a bid below 0 %", "[CP]", ec2("new", { bidPercentage: -1 }), invalid("Bid percentage must be between 0 to 100.")],
  [
    "arm next to x86",
    "[CP]",
    ec2("new", { instanceTypes: ["m5", "m6g.large"] }),
    invalid("arm-based instance type cannot be used with other instance types"),
  ],
  [
    "a strategy of Spot on EC2",
    "[GH nf-tower 262]",
    ec2("new", { allocationStrategy: "SPOT_CAPACITY_OPTIMIZED" }),
    invalid("Invalid compute resource allocation strategy SPOT_CAPACITY_OPTIMIZED for type EC2"),
  ],
  [
    "an ordered strategy with a bundle",
    "[CP]",
    ec2("new", { allocationStrategy: "BEST_FIT_PROGRESSIVE_ORDERED", instanceTypes: ["optimal"] }),
    invalid(
      "Instance type bundles (e.g. optimal, default_x86_64) are not allowed for BEST_FIT_PROGRESSIVE_ORDERED " +
        "allocation strategy. Specify instance families or types directly.",
    ),
  ],
  [
    "SPOT with BEST_FIT and no Spot Fleet role",
    "[CP]",
    spot({ allocationStrategy: "BEST_FIT" }),
    invalid("compute resource spotIamFleetRole is required."),
  ],
  [
    "an image type that is none",
    "[CP]",
    ec2("new", { ec2Configuration: [{ imageType: "WINDOWS_3_11" }] }),
    invalid("Invalid imageType in ComputeResources.ec2Configuration"),
  ],
  [
    "AWS's own image of Amazon Linux 2",
    "[UG ecs-al2-ami-deprecation] ours",
    ec2("new", { ec2Configuration: [{ imageType: "ECS_AL2" }] }),
    invalid("imageType ECS_AL2 is not supported for new compute environments."),
  ],
  [
    "a strategy on Fargate",
    "[CP]",
    fargate("new", { allocationStrategy: "BEST_FIT" }),
    invalid("allocationStrategy is not applicable for Fargate."),
  ],
  [
    "desiredvCpus on Fargate",
    "[GH]",
    fargate("new", { desiredvCpus: 1 }),
    invalid("desiredvCpus is not applicable for Fargate."),
  ],
  ["tags on Fargate", "[GH]", fargate("new", { tags: { a: "b" } }), invalid("tags is not applicable for Fargate.")],
  [
    "17 subnets on Fargate",
    "[CP]",
    fargate("new", { subnets: many(17, "subnet") }),
    invalid("Fargate supports a maximum of 16 subnets."),
  ],
  [
    "6 groups on Fargate",
    "[CP]",
    fargate("new", { securityGroupIds: many(6, "sg") }),
    invalid("Fargate supports a maximum of 5 security groups."),
  ],
  ["a template without name and id", "[CP]", template({ version: "1" }), invalid(oneTemplate)],
  [
    "a template with name and id",
    "[CP]",
    template({ launchTemplateId: "lt-1", launchTemplateName: "one" }),
    invalid(oneTemplate),
  ],
  ["a template version that is none", "[CP]", template({ launchTemplateId: "lt-1", version: "new" }), invalid(version)],
  [
    "11 overrides",
    "[CP]",
    template({ overrides: many(11, "o").map(() => override) }),
    invalid("LaunchTemplate.overrides size cannot be greater than 10"),
  ],
  [
    "an override without template",
    "[CP]",
    template({ overrides: [{ targetInstanceTypes: ["m5.large"] }] }),
    invalid("LaunchTemplate.overrides should have either LaunchTemplateId or LaunchTemplateName"),
  ],
  [
    "an override without types",
    "[CP]",
    template({ overrides: [{ launchTemplateId: "lt-1" }] }),
    invalid("LaunchTemplate.overrides.targetInstanceTypes[] is required"),
  ],
  [
    "overrides for one type twice",
    "[CP]",
    template({ overrides: [override, override] }),
    invalid("LaunchTemplate.overrides have duplicate targetInstanceTypes"),
  ],
  [
    "EKS on Fargate",
    "[CP]",
    { ...fargate("new"), eksConfiguration },
    invalid("Supported compute types for EKS compute environments are [EC2, SPOT]"),
  ],
  [
    "UNMANAGED without serviceRole",
    "[CP]",
    { computeEnvironmentName: "new", type: "UNMANAGED" },
    invalid("ServiceRole is required."),
  ],
  [
    "UNMANAGED with an empty serviceRole",
    "[CP][TF] 0.1 row 12",
    { computeEnvironmentName: "new", type: "UNMANAGED", serviceRole: "" },
    invalid("ServiceRole is required."),
  ],
  [
    "UNMANAGED with the service-linked role",
    "[CP]",
    { computeEnvironmentName: "new", type: "UNMANAGED", serviceRole: linkedRole },
    invalid("Service Linked Role cannot be used with UNMANAGED Compute Environment"),
  ],
  [
    "unmanagedvCpus on MANAGED",
    "[CP]",
    { ...fargate("new"), unmanagedvCpus: 4 },
    invalid("unmanagedvCpus is not applicable for managed Compute Environments"),
  ],
  [
    "a type that is none",
    "[SDK] ours",
    { ...fargate("new"), type: "JUNK" },
    invalid("type must be one of [MANAGED, UNMANAGED]."),
  ],
  [
    "a state that is none",
    "[SDK] ours",
    { ...fargate("new"), state: "JUNK" },
    invalid("state must be one of [DISABLED, ENABLED]."),
  ],
  ["no type", "[SDK] ours", { computeEnvironmentName: "new" }, invalid("type is required.")],
  [
    "a scale-down delay of 19 minutes",
    "[SDK] ours",
    ec2("new", { scalingPolicy: { minScaleDownDelayMinutes: 19 } }),
    invalid("minScaleDownDelayMinutes must be 0 or between 20 and 10080."),
  ],
  [
    "a scale-down delay of 10081 minutes",
    "[SDK] ours",
    ec2("new", { scalingPolicy: { minScaleDownDelayMinutes: 10_081 } }),
    invalid("computeResources.scalingPolicy.minScaleDownDelayMinutes must be between 0 and 10080."),
  ],
  [
    "a Spot Fleet role on EC2 with BEST_FIT_PROGRESSIVE",
    "[TF] 0.1 row 10",
    ec2("new", { spotIamFleetRole: role }),
    answered({ computeEnvironmentName: "new" }),
  ],
  [
    "an EKS cluster without namespace",
    "[SDK] ours",
    { ...ec2("new"), eksConfiguration: { eksClusterArn: eksConfiguration.eksClusterArn } },
    invalid("eksConfiguration.kubernetesNamespace is required."),
  ],
]);
