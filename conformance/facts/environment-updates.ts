import { ec2, fargate, linkedRole } from "./inputs.ts";
import { after, answered, type Call, invalid, matching, type Row, refused, rowsOf, type Step } from "./row.ts";
import { arn, role } from "./stage.ts";

const nothing = "At least one compute-resources attribute must be specified";

const update = (computeEnvironment: string, change: object): object => ({ computeEnvironment, ...change });
const resources = (computeEnvironment: string, computeResources: object): object => ({
  computeEnvironment,
  computeResources,
});
const described = (name: string): Call => ({
  operation: "DescribeComputeEnvironments",
  input: { computeEnvironments: [name] },
});
const creation = (input: object): Row["first"] => [{ operation: "CreateComputeEnvironment", input, next: "at rest" }];
const updating = (input: object, next: Step["next"] = "at rest"): Row["first"] => [
  { operation: "UpdateComputeEnvironment", input, next },
];
const one = (member: object): object => ({ computeEnvironments: [member] });
const policy = { terminateJobsOnUpdate: true, jobExecutionTimeoutMinutes: 7200 };

/** What AWS says to updates and deletions of environments, and how it describes them. */
export const environmentUpdateRows: readonly Row[] = [
  ...rowsOf("UpdateComputeEnvironment", [
    [
      "nothing at all",
      "[TFI 43969]",
      update("fargate", {}),
      refused("One of [state | compute-resources | service-role | unmanaged-vcpus] is required."),
    ],
    [
      "an infrastructure field on an environment with a service role of its own",
      "[GH hyp3 1051] 0.1 row 9",
      resources("custom", { instanceTypes: ["m5"] }),
      invalid(
        "Following fields [instanceTypes] can be updated only for Non-fargate Compute Environment having a Batch " +
          "Service Linked Role",
      ),
    ],
    ["empty resources", "[TF]", resources("ec2", {}), refused(nothing)],
    [
      "one that is missing",
      "[TF][AL]",
      update("none", { state: "DISABLED" }),
      refused(`${arn("compute-environment/none")} does not exist`),
    ],
    [
      "maxvCpus below minvCpus",
      "[CP]",
      resources("ec2", { minvCpus: 8, maxvCpus: 4 }),
      invalid("maxvCpus should be greater than or equal to minvCpus."),
    ],
    [
      "instance types on Fargate",
      "[GH aws-cdk 27054] 0.1 row 9",
      resources("fargate", { instanceTypes: ["m5"] }),
      invalid("The following parameters can't be updated for Fargate compute environment: instanceTypes."),
    ],
    [
      "a strategy that only a creation may have",
      "[SDK] ours",
      resources("ec2", { allocationStrategy: "BEST_FIT" }),
      invalid(
        "computeResources.allocationStrategy must be one of [BEST_FIT_PROGRESSIVE, BEST_FIT_PROGRESSIVE_ORDERED, " +
          "SPOT_CAPACITY_OPTIMIZED, SPOT_CAPACITY_OPTIMIZED_PRIORITIZED, SPOT_PRICE_CAPACITY_OPTIMIZED].",
      ),
    ],
    [
      "the service-linked role for another",
      "[SDK] ours",
      update("ec2", { serviceRole: role }),
      refused("A compute environment cannot change between a service-linked role and another service role."),
    ],
    [
      "an empty role for another one",
      "[TF] 0.1 row 12, ours",
      update("custom", { serviceRole: "" }),
      refused("A compute environment cannot change between a service-linked role and another service role."),
    ],
    [
      "resources on UNMANAGED",
      "[TF] ours",
      resources("unmanaged", { maxvCpus: 4 }),
      invalid("computeResources is not applicable for unmanaged Compute Environments"),
    ],
    [
      "unmanagedvCpus on MANAGED",
      "[CP]",
      update("ec2", { unmanagedvCpus: 4 }),
      invalid("unmanagedvCpus is not applicable for managed Compute Environments"),
    ],
    [
      "an update policy of 7201 minutes",
      "[SDK] ours",
      update("ec2", { updatePolicy: { jobExecutionTimeoutMinutes: 7201 } }),
      invalid("updatePolicy.jobExecutionTimeoutMinutes must be between 1 and 7200."),
    ],
    [
      "an update policy on Fargate",
      "[GH aws-cdk 27054] 0.1 rows 6 and 9",
      update("fargate", { state: "ENABLED", updatePolicy: policy }),
      invalid("The following parameters can't be updated for Fargate compute environment: updatePolicy."),
    ],
    [
      "a state that is none",
      "[SDK] ours",
      update("ec2", { state: "JUNK" }),
      invalid("state must be one of [DISABLED, ENABLED]."),
    ],
    ["no name", "[SDK] ours", { state: "DISABLED" }, invalid("computeEnvironment is required.")],
  ]),
  after(
    "UpdateComputeEnvironment: while UPDATING",
    "[GH astronomer 413] ours",
    updating(update("ec2", { state: "DISABLED" }), "at once"),
    { operation: "UpdateComputeEnvironment", input: update("ec2", { state: "ENABLED" }) },
    refused("Cannot update, resource is being modified"),
  ),
  after(
    "DeleteComputeEnvironment: while UPDATING",
    "[GH astronomer 413]",
    updating(update("ec2", { state: "DISABLED" }), "at once"),
    { operation: "DeleteComputeEnvironment", input: { computeEnvironment: "ec2" } },
    refused("Cannot delete, resource is being modified"),
  ),
  after(
    "DeleteComputeEnvironment: while a queue refers to it",
    "[TFI 2044]",
    updating(update("ec2", { state: "DISABLED" })),
    { operation: "DeleteComputeEnvironment", input: { computeEnvironment: "ec2" } },
    refused("Cannot delete, found existing JobQueue relationship"),
  ),
  ...rowsOf("DeleteComputeEnvironment", [
    ["while ENABLED", "[SDK] ours", { computeEnvironment: "ec2" }, refused("Cannot delete, state should be DISABLED")],
    ["one that is missing", "[AL]", { computeEnvironment: "none" }, answered()],
  ]),
  ...rowsOf("DescribeComputeEnvironments", [
    ["unknown names", "[AL][TF]", { computeEnvironments: ["none"] }, answered({ computeEnvironments: [] })],
    [
      "EC2",
      "[GH] 3.6",
      { computeEnvironments: ["ec2"] },
      answered(
        one({
          state: "ENABLED",
          status: "VALID",
          statusReason: "ComputeEnvironment Healthy",
          serviceRole: linkedRole,
          containerOrchestrationType: "ECS",
          tags: {},
          ecsClusterArn: matching(/:cluster\/AWSBatch-ec2-/),
          computeResources: { tags: {}, minvCpus: 0, desiredvCpus: 0, ec2Configuration: [{ imageType: "ECS_AL2023" }] },
        }),
        [
          "computeEnvironments.0.updatePolicy",
          "computeEnvironments.0.computeResources.bidPercentage",
          "computeEnvironments.0.computeResources.imageId",
          "computeEnvironments.0.computeResources.ec2KeyPair",
          "computeEnvironments.0.computeResources.placementGroup",
          "computeEnvironments.0.computeResources.spotIamFleetRole",
        ],
      ),
    ],
    [
      "EKS",
      "[SDK] 3.6",
      { computeEnvironments: ["eks"] },
      answered(
        one({
          containerOrchestrationType: "EKS",
          computeResources: { ec2Configuration: [{ imageType: "EKS_AL2023" }] },
        }),
        ["computeEnvironments.0.ecsClusterArn"],
      ),
    ],
  ]),
  after(
    "a GPU family is described with the image for it",
    "[TF][SDK] 3.6",
    creation(ec2("new", { instanceTypes: ["g4dn"] })),
    described("new"),
    answered(one({ computeResources: { ec2Configuration: [{ imageType: "ECS_AL2023_NVIDIA" }] } })),
  ),
  after(
    "launchTemplate.version left out stays out, overrides are filled in",
    "[TF] 0.1 row 7",
    creation(ec2("new", { launchTemplate: { launchTemplateId: "lt-1" } })),
    described("new"),
    answered(one({ computeResources: { launchTemplate: { launchTemplateId: "lt-1", overrides: [] } } }), [
      "computeEnvironments.0.computeResources.launchTemplate.version",
    ]),
  ),
  after(
    "an empty serviceRole means the service-linked one",
    "[TF] 0.1 row 12",
    creation({ ...ec2("new"), serviceRole: "" }),
    described("new"),
    answered(one({ serviceRole: linkedRole })),
  ),
  after(
    "instanceRole is described as it was sent",
    "[XP] 3.6",
    creation(ec2("new", { instanceRole: "ecsInstanceRole" })),
    described("new"),
    answered(one({ computeResources: { instanceRole: "ecsInstanceRole" } })),
  ),
  after(
    "spotIamFleetRole is kept on EC2",
    "[TF] 0.1 row 10",
    creation(ec2("new", { spotIamFleetRole: role })),
    described("new"),
    answered(one({ computeResources: { spotIamFleetRole: role } })),
  ),
  after(
    "an update policy alone is taken, and described from then on",
    "[TF] 0.1 rows 6 and 11",
    updating(update("ec2", { updatePolicy: policy })),
    described("ec2"),
    answered(one({ status: "VALID", updatePolicy: policy })),
  ),
  after(
    "an empty list of subnets changes nothing on Fargate",
    "[SDK] 3.3",
    updating(resources("fargate", { subnets: [], maxvCpus: 8 })),
    described("fargate"),
    answered(one({ computeResources: { subnets: ["subnet-1"], maxvCpus: 8 } })),
  ),
  after(
    "an empty key pair removes it",
    "[SDK] 3.3",
    [...creation(ec2("new", { ec2KeyPair: "key" })), ...updating(resources("new", { ec2KeyPair: "" }))],
    described("new"),
    answered(one({ status: "VALID" }), ["computeEnvironments.0.computeResources.ec2KeyPair"]),
  ),
  after(
    "updateToLatestImageVersion is not described",
    "[SDK] 3.6",
    updating(resources("ec2", { updateToLatestImageVersion: true })),
    described("ec2"),
    answered(one({ status: "VALID" }), ["computeEnvironments.0.computeResources.updateToLatestImageVersion"]),
  ),
  after(
    "a new environment of Fargate is VALID within seconds",
    "[TF] 2.1",
    [{ operation: "CreateComputeEnvironment", input: fargate("new"), next: "at rest" }],
    described("new"),
    answered(one({ status: "VALID" }), ["computeEnvironments.0.updatePolicy"]),
  ),
  after(
    "what is deleted stays visible as DELETED",
    "[AL] 2.1",
    [
      ...updating(update("arm", { state: "DISABLED" })),
      { operation: "DeleteComputeEnvironment", input: { computeEnvironment: "arm" }, next: "at rest" },
    ],
    described("arm"),
    answered(one({ status: "DELETED" })),
  ),
];
