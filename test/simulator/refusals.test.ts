import type {
  ComputeResource,
  ComputeResourceUpdate,
  CreateComputeEnvironmentRequest,
  UpdateComputeEnvironmentRequest,
} from "@aws-sdk/client-batch";
import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { createSimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { account, accountWithQueue, ec2, fargate, linkedRole, refusal } from "./account.ts";

const role = "arn:aws:iam::123456789012:role/batch";
const unmanaged: CreateComputeEnvironmentRequest = {
  computeEnvironmentName: "ce",
  type: "UNMANAGED",
  serviceRole: role,
};

/** An EC2 creation with members taken away. */
function without(...fields: readonly (keyof ComputeResource)[]): CreateComputeEnvironmentRequest {
  const request = ec2("ce");
  const kept = Object.entries(request.computeResources ?? {}).filter(
    ([field]) => !fields.some((gone) => gone === field),
  );
  return { ...request, computeResources: Object.fromEntries(kept) as unknown as ComputeResource };
}

describe("CreateComputeEnvironment is refused", () => {
  const overrides = { launchTemplateId: "lt-1", targetInstanceTypes: ["m5.large"] };
  const template = "One of LaunchTemplateId and LaunchTemplateName or LaunchTemplate.overrides should be provided";
  it.each<[string, CreateComputeEnvironmentRequest, string]>([
    ["a name with a dot", fargate("a.b"), "Compute Environment name should match a valid pattern."],
    [
      "state DISABLED",
      { ...fargate("ce"), state: "DISABLED" },
      "Compute Environment must be created in ENABLED state.",
    ],
    [
      "MANAGED without resources",
      { computeEnvironmentName: "ce", type: "MANAGED" },
      "computeResources must be provided for a MANAGED compute environment",
    ],
    ["EC2 without instanceRole", without("instanceRole"), "Instance role is required."],
    ["EC2 without instanceTypes", ec2("ce", { instanceTypes: [] }), "Resource instanceTypes are required."],
    ["EC2 without minvCpus", without("minvCpus"), "Resource minvCpus is required."],
    [
      "SPOT without minvCpus",
      { ...without("minvCpus"), computeResources: { ...without("minvCpus").computeResources, type: "SPOT" } as never },
      "Resource minvCpus is required.",
    ],
    ["no security groups", without("securityGroupIds"), "Security group ids are required."],
    ["min above max", ec2("ce", { minvCpus: 17 }), "maxvCpus should be greater than or equal to minvCpus."],
    ["desired above max", ec2("ce", { desiredvCpus: 17 }), "desiredvCpus should be between minvCpus and maxvCpus."],
    ["a bid of 101", ec2("ce", { bidPercentage: 101 }), "Bid percentage must be between 0 to 100."],
    [
      "arm next to x86",
      ec2("ce", { instanceTypes: ["m5", "m6g.large"] }),
      "arm-based instance type cannot be used with other instance types",
    ],
    [
      "a Spot strategy on EC2",
      ec2("ce", { allocationStrategy: "SPOT_CAPACITY_OPTIMIZED" }),
      "Invalid compute resource allocation strategy SPOT_CAPACITY_OPTIMIZED for type EC2",
    ],
    [
      "an ordered strategy with a bundle",
      ec2("ce", { allocationStrategy: "BEST_FIT_PROGRESSIVE_ORDERED", instanceTypes: ["optimal"] }),
      "Instance type bundles (e.g. optimal, default_x86_64) are not allowed for BEST_FIT_PROGRESSIVE_ORDERED allocation strategy. Specify instance families or types directly.",
    ],
    [
      "Spot with BEST_FIT and no Spot Fleet role",
      ec2("ce", { type: "SPOT", allocationStrategy: "BEST_FIT" }),
      "compute resource spotIamFleetRole is required.",
    ],
    [
      "an unknown image type",
      ec2("ce", { ec2Configuration: [{ imageType: "WINDOWS_3_11" }] }),
      "Invalid imageType in ComputeResources.ec2Configuration",
    ],
    [
      "AWS's image of Amazon Linux 2",
      ec2("ce", { ec2Configuration: [{ imageType: "ECS_AL2_NVIDIA" }] }),
      "imageType ECS_AL2_NVIDIA is not supported for new compute environments.",
    ],
    [
      "EC2's strategy on Fargate",
      fargate("ce", { allocationStrategy: "BEST_FIT" }),
      "allocationStrategy is not applicable for Fargate.",
    ],
    ["desiredvCpus on Fargate", fargate("ce", { desiredvCpus: 1 }), "desiredvCpus is not applicable for Fargate."],
    ["tags of instances on Fargate", fargate("ce", { tags: { a: "b" } }), "tags is not applicable for Fargate."],
    [
      "17 subnets on Fargate",
      fargate("ce", { subnets: Array.from({ length: 17 }, (_, index) => `subnet-${index}`) }),
      "Fargate supports a maximum of 16 subnets.",
    ],
    [
      "6 groups on Fargate",
      fargate("ce", { securityGroupIds: Array.from({ length: 6 }, (_, index) => `sg-${index}`) }),
      "Fargate supports a maximum of 5 security groups.",
    ],
    ["a template without name and id", ec2("ce", { launchTemplate: { version: "1" } }), template],
    [
      "a template with name and id",
      ec2("ce", { launchTemplate: { launchTemplateId: "lt-1", launchTemplateName: "one" } }),
      template,
    ],
    [
      "a template version that is none",
      ec2("ce", { launchTemplate: { launchTemplateId: "lt-1", version: "newest" } }),
      "LaunchTemplateVersion must be either empty or a number or $Default or $Latest",
    ],
    [
      "11 overrides",
      ec2("ce", { launchTemplate: { overrides: Array.from({ length: 11 }, () => overrides) } }),
      "LaunchTemplate.overrides size cannot be greater than 10",
    ],
    [
      "overrides for one type twice",
      ec2("ce", { launchTemplate: { overrides: [overrides, overrides] } }),
      "LaunchTemplate.overrides have duplicate targetInstanceTypes",
    ],
    [
      "EKS on Fargate",
      { ...fargate("ce"), eksConfiguration: { eksClusterArn: "arn", kubernetesNamespace: "batch" } },
      "Supported compute types for EKS compute environments are [EC2, SPOT]",
    ],
    ["UNMANAGED without role", { computeEnvironmentName: "ce", type: "UNMANAGED" }, "ServiceRole is required."],
    [
      "UNMANAGED with the linked role",
      { ...unmanaged, serviceRole: linkedRole },
      "Service Linked Role cannot be used with UNMANAGED Compute Environment",
    ],
    [
      "unmanagedvCpus on MANAGED",
      { ...fargate("ce"), unmanagedvCpus: 4 },
      "unmanagedvCpus is not applicable for managed Compute Environments",
    ],
  ])("with %s", async (_case, request, text) => {
    const { aws } = account();
    expect(await refusal(aws.batch.createComputeEnvironment(request))).toBe(`ClientException: ${text}`);
    expect(aws.truth.computeEnvironments()).toEqual([]);
  });

  it("with the name of a live environment, as 409", async () => {
    const { aws } = account();
    await aws.batch.createComputeEnvironment(fargate("ce"));
    await expect(aws.batch.createComputeEnvironment(fargate("ce"))).rejects.toMatchObject({
      name: "ClientException",
      message: "Object already exists",
      $fault: "client",
      $metadata: { httpStatusCode: 409 },
    });
  });

  it("with the 51st", async () => {
    const { aws } = account();
    for (let index = 0; index < 50; index++) await aws.batch.createComputeEnvironment(fargate(`ce-${index}`));
    expect(await refusal(aws.batch.createComputeEnvironment(fargate("ce-50")))).toMatch(/limit of 50 exceeded/);
  });

  it("in the wrapper of Batch's validation", async () => {
    await expect(account().aws.batch.createComputeEnvironment(fargate("a.b"))).rejects.toThrow(
      /^Error executing request, Exception : Compute Environment name .*, RequestId: [0-9a-f-]{36}$/,
    );
  });
});

describe("UpdateComputeEnvironment is refused", () => {
  const scaling = "At least one compute-resources attribute must be specified";
  const down =
    "Manually scaling down compute environment is not supported. Disconnecting job queues from compute environment will cause it to scale-down to minvCpus.";
  const nothing = "One of [state | compute-resources | service-role | unmanaged-vcpus] is required.";
  const onFargate = "The following parameters can't be updated for Fargate compute environment:";
  const custom = { ...ec2("ce"), serviceRole: role };
  const bestFit = ec2("ce", { allocationStrategy: "BEST_FIT" });
  const update = (computeResources: ComputeResourceUpdate): Partial<UpdateComputeEnvironmentRequest> => ({
    computeResources,
  });
  it.each<[string, CreateComputeEnvironmentRequest, Partial<UpdateComputeEnvironmentRequest>, string]>([
    ["nothing at all", fargate("ce"), {}, nothing],
    ["empty resources", ec2("ce"), update({}), scaling],
    ["fewer desired vCPUs", ec2("ce", { desiredvCpus: 8 }), update({ desiredvCpus: 4 }), down],
    [
      "max below min",
      ec2("ce", { minvCpus: 8 }),
      update({ maxvCpus: 4 }),
      "maxvCpus should be greater than or equal to minvCpus.",
    ],
    [
      "an infrastructure field next to a custom role, although equal",
      custom,
      update({ instanceTypes: ["m5"] }),
      "Following fields [instanceTypes] can be updated only for Non-fargate Compute Environment having a Batch Service Linked Role",
    ],
    [
      "an infrastructure field next to BEST_FIT, although equal",
      bestFit,
      update({ subnets: ["subnet-1"] }),
      "subnets cannot be updated with allocation strategy BEST_FIT.",
    ],
    [
      "EC2 to Fargate",
      ec2("ce"),
      update({ type: "FARGATE" }),
      "Compute resource type cannot be updated from EC2 to FARGATE.",
    ],
    ["Fargate to Fargate Spot", fargate("ce"), update({ type: "FARGATE_SPOT" }), `${onFargate} type.`],
    [
      "an update policy on Fargate",
      fargate("ce"),
      { state: "DISABLED", updatePolicy: { terminateJobsOnUpdate: true } },
      `${onFargate} updatePolicy.`,
    ],
    [
      "a timeout of more than five days",
      ec2("ce"),
      { updatePolicy: { jobExecutionTimeoutMinutes: 7201 } },
      "updatePolicy.jobExecutionTimeoutMinutes must be between 1 and 7200.",
    ],
    [
      "instance types on Fargate",
      fargate("ce"),
      update({ tags: { a: "b" }, instanceTypes: ["m5"] }),
      `${onFargate} instanceTypes, tags.`,
    ],
    [
      "the linked role for a custom one",
      ec2("ce"),
      { serviceRole: role },
      "A compute environment cannot change between a service-linked role and another service role.",
    ],
    [
      "a custom role for the linked one",
      custom,
      { serviceRole: linkedRole },
      "A compute environment cannot change between a service-linked role and another service role.",
    ],
    [
      "resources on UNMANAGED",
      unmanaged,
      update({ maxvCpus: 4 }),
      "computeResources is not applicable for unmanaged Compute Environments",
    ],
    [
      "unmanagedvCpus on MANAGED",
      ec2("ce"),
      { unmanagedvCpus: 4 },
      "unmanagedvCpus is not applicable for managed Compute Environments",
    ],
  ])("with %s", async (_case, create, request, text) => {
    const { aws, clock } = account();
    await aws.batch.createComputeEnvironment(create);
    await clock.advance(60_000);
    const before = aws.truth.computeEnvironments();
    expect(await refusal(aws.batch.updateComputeEnvironment({ computeEnvironment: "ce", ...request }))).toBe(
      `ClientException: ${text}`,
    );
    expect(aws.truth.computeEnvironments()).toEqual(before);
  });

  it("with an instance type that AWS does not offer, which lists all others in another order each time", async () => {
    const { aws, clock } = account();
    const refused = async (call: Promise<unknown>) => {
      const list = /^ClientException: Instance type can only be one of \[(.*)\]$/.exec(await refusal(call))?.[1] ?? "";
      return list.split(", ");
    };
    const unknown = ec2("ce", { instanceTypes: ["m5.large", "m5.lagre"] });
    const one = await refused(aws.batch.createComputeEnvironment(unknown));
    const other = await refused(aws.batch.createComputeEnvironment(unknown));
    expect(one).toEqual(expect.arrayContaining(["optimal", "m5", "m5.large"]));
    expect(one).not.toEqual(other);
    expect(one.toSorted()).toEqual(other.toSorted());
    expect(aws.truth.computeEnvironments()).toEqual([]);
    await aws.batch.createComputeEnvironment(ec2("ce"));
    await clock.advance(60_000);
    const update = { computeEnvironment: "ce", computeResources: { instanceTypes: ["z9"] } };
    expect((await refused(aws.batch.updateComputeEnvironment(update))).toSorted()).toEqual(one.toSorted());
  });

  it("with an update policy alone in GovCloud, and only there", async () => {
    const update = { computeEnvironment: "ce", updatePolicy: { terminateJobsOnUpdate: true } };
    const answers = ["us-east-1", "us-gov-west-1"].map(async (region) => {
      const clock = new VirtualClock();
      const aws = createSimulatedAws({ clock, random: seededRandom(1), region, knobs: { latencyMs: 0 } });
      await aws.batch.createComputeEnvironment(ec2("ce"));
      await clock.advance(60_000);
      return await refusal(aws.batch.updateComputeEnvironment(update));
    });
    expect(await Promise.all(answers)).toEqual(["accepted", `ClientException: ${nothing}`]);
  });

  it("while the environment is busy", async () => {
    const { aws, clock } = account();
    const busy = "ClientException: Cannot update, resource is being modified";
    const update = { computeEnvironment: "ce", state: "DISABLED" } as const;
    await aws.batch.createComputeEnvironment(fargate("ce"));
    expect(await refusal(aws.batch.updateComputeEnvironment(update))).toBe(busy);
    await clock.advance(3_000);
    await aws.batch.updateComputeEnvironment(update);
    expect(await refusal(aws.batch.updateComputeEnvironment(update))).toBe(busy);
  });
});

describe("DeleteComputeEnvironment is refused", () => {
  it("while the environment is ENABLED, busy or attached", async () => {
    const { aws, clock } = await accountWithQueue();
    const remove = (): Promise<string> => refusal(aws.batch.deleteComputeEnvironment({ computeEnvironment: "ce-1" }));
    expect(await remove()).toBe("ClientException: Cannot delete, state should be DISABLED");
    await aws.batch.updateComputeEnvironment({ computeEnvironment: "ce-1", state: "DISABLED" });
    expect(await remove()).toBe("ClientException: Cannot delete, resource is being modified");
    await clock.advance(10_000);
    expect(await remove()).toBe("ClientException: Cannot delete, found existing JobQueue relationship");
  });
});
