import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../../src/aws/batch.ts";
import { differences } from "../../../../src/controllers/kinds/compute-environment/diff.ts";
import type { EffectiveSpec } from "../../../../src/controllers/kinds/compute-environment/image-updates.ts";
import type { PlacedSpec } from "../../../../src/controllers/parts/network-reference/fill.ts";
import { ec2, environment, fargate, withResources } from "./given.ts";

type Resources = NonNullable<Environment["computeResources"]>;

const described = (change: Partial<Resources>, spec = ec2): Environment => {
  const base = environment("ce-1", spec);
  return { ...base, computeResources: { ...base.computeResources, ...change } as Resources };
};

const managed: BatchComputeEnvironmentSpec = {
  type: "MANAGED",
  computeResources: {
    type: "ECS_MANAGED_INSTANCES",
    maxvCpus: 16,
    managedInstancesProvider: {
      infrastructureRoleArn: "arn:aws:iam::123456789012:role/infrastructure",
      instanceLaunchTemplate: {
        ec2InstanceProfileArn: "arn:aws:iam::123456789012:instance-profile/instances",
        networkConfiguration: { subnets: ["subnet-1"] },
      },
    },
  } as BatchComputeEnvironmentSpec["computeResources"],
};
const desiredTemplate = managed.computeResources?.managedInstancesProvider?.instanceLaunchTemplate;
const filledIn = {
  managedInstancesProvider: {
    ...managed.computeResources?.managedInstancesProvider,
    propagateTags: "NONE",
    instanceLaunchTemplate: { ...desiredTemplate, monitoring: "BASIC" },
  },
};

const kinds = (spec: BatchComputeEnvironmentSpec, seen: Environment): string[] =>
  differences(spec, seen).map(({ path, kind }) => `${path.replace("spec.", "")}: ${kind}`);

describe("what AWS fills in is not a difference", () => {
  it.each<[string, BatchComputeEnvironmentSpec, Environment]>([
    ["an environment just as it was made", ec2, environment("ce-1")],
    ["the service-linked role that AWS fills in", ec2, environment("ce-1")],
    ["the image type that AWS chooses", ec2, described({ ec2Configuration: [{ imageType: "ECS_AL2" }] })],
    ["vCPUs that AWS's scaler wants now", ec2, described({ desiredvCpus: 64 })],
    ["subnets in another order", ec2, described({ subnets: ["subnet-2", "subnet-1"] })],
    [
      "security groups in another order",
      withResources(ec2, { securityGroupIds: ["a", "b"] }),
      described({ securityGroupIds: ["b", "a"] }),
    ],
    [
      "instance types in another order where the order means nothing",
      withResources(ec2, { instanceTypes: ["c5", "m5"] }),
      described({ instanceTypes: ["m5", "c5"] }),
    ],
    ["minvCpus 0 where the spec has none", withResources(ec2, { minvCpus: undefined }), described({ minvCpus: 0 })],
    [
      "an update policy that AWS has and the spec does not name",
      ec2,
      { ...environment("ce-1"), updatePolicy: { terminateJobsOnUpdate: false } },
    ],
    [
      "a queue of vCPUs switched off by hand, when the spec says nothing of state",
      ec2,
      { ...environment("ce-1"), state: "DISABLED" },
    ],
    [
      "an instance profile named by the spec and described by its ARN",
      ec2,
      described({ instanceRole: "arn:aws:iam::123456789012:instance-profile/ecsInstanceRole" }),
    ],
    [
      "a launch template with a version and overrides that AWS fills in",
      withResources(ec2, { launchTemplate: { launchTemplateId: "lt-1" } }),
      described({ launchTemplate: { launchTemplateId: "lt-1", version: "$Default", overrides: [] } }),
    ],
    [
      "the read-only state of the image",
      withResources(ec2, { ec2Configuration: [{ imageType: "ECS_AL2" }] }),
      described({ ec2Configuration: [{ imageType: "ECS_AL2", batchImageStatus: "LATEST" }] }),
    ],
    [
      "settings of the cluster of which the spec names none",
      { ...ec2, ecsSettings: {} },
      { ...environment("ce-1"), ecsSettings: { containerInsights: "ENABLED" } },
    ],
    ["settings of the cluster that AWS does not show", { ...ec2, ecsSettings: {} }, environment("ce-1")],
    [
      "what AWS fills in for managed instances",
      managed,
      { ...environment("ce-1", managed), computeResources: { ...managed.computeResources, ...filledIn } as Resources },
    ],
    [
      "a launch template that AWS shows as empty",
      ec2,
      described({ launchTemplate: { launchTemplateId: "", overrides: [] } }),
    ],
  ])("%s", (_name, spec, seen) => {
    expect(kinds(spec, seen)).toEqual([]);
  });
});

describe("an environment of instances that AWS can update, without updatePolicy", () => {
  it.each<[string, BatchComputeEnvironmentSpec, Environment, string[]]>([
    [
      "scales in place when maxvCpus changes",
      withResources(ec2, { maxvCpus: 512 }),
      environment("a"),
      ["computeResources.maxvCpus: scaling"],
    ],
    [
      "scales in place when minvCpus changes",
      withResources(ec2, { minvCpus: 4 }),
      environment("a"),
      ["computeResources.minvCpus: scaling"],
    ],
    [
      "sets the scale-down delay in place",
      withResources(ec2, { scalingPolicy: { minScaleDownDelayMinutes: 30 } }),
      environment("a"),
      ["computeResources.scalingPolicy: scaling"],
    ],
    [
      "removes the scale-down delay in place",
      ec2,
      described({ scalingPolicy: { minScaleDownDelayMinutes: 30 } }),
      ["computeResources.scalingPolicy: scaling"],
    ],
    ["changes the state in place", { ...ec2, state: "DISABLED" }, environment("a"), ["state: metadata"]],
    [
      "sets an update policy in place",
      { ...ec2, updatePolicy: { jobExecutionTimeoutMinutes: 60 } },
      environment("a"),
      ["updatePolicy: metadata"],
    ],
    [
      "replaces for another instance type",
      withResources(ec2, { instanceTypes: ["m5.large"] }),
      environment("a"),
      ["computeResources.instanceTypes: replacement"],
    ],
    [
      "replaces for other subnets",
      withResources(ec2, { subnets: ["subnet-9"] }),
      environment("a"),
      ["computeResources.subnets: replacement"],
    ],
    [
      "replaces for a launch template that is removed from the spec",
      ec2,
      described({ launchTemplate: { launchTemplateId: "lt-1", version: "1" } }),
      ["computeResources.launchTemplate: replacement"],
    ],
    ["replaces for a rollout token", { ...ec2, rolloutToken: "v2" }, environment("a"), ["rolloutToken: replacement"]],
    [
      "replaces for EC2 to SPOT",
      withResources(ec2, { type: "SPOT", allocationStrategy: "SPOT_CAPACITY_OPTIMIZED" }),
      environment("a"),
      ["computeResources.allocationStrategy: replacement", "computeResources.type: replacement"],
    ],
    [
      "replaces for EC2 to FARGATE",
      fargate,
      environment("a", withResources(ec2, { subnets: ["subnet-1"] })),
      ["computeResources.type: replacement"],
    ],
    [
      "replaces for MANAGED to UNMANAGED",
      { type: "UNMANAGED", serviceRole: "arn:aws:iam::1:role/mine" },
      environment("a"),
      ["type: replacement", "computeResources.type: replacement"],
    ],
    [
      "replaces for an own service role",
      { ...ec2, serviceRole: "arn:aws:iam::1:role/mine" },
      environment("a"),
      ["serviceRole: replacement"],
    ],
    [
      "replaces for a spotIamFleetRole",
      withResources(ec2, { spotIamFleetRole: "arn:aws:iam::1:role/spot" }),
      environment("a"),
      ["computeResources.spotIamFleetRole: replacement"],
    ],
    [
      "replaces for an EKS cluster",
      { ...ec2, eksConfiguration: { eksClusterArn: "arn:aws:eks:x", kubernetesNamespace: "jobs" } },
      environment("a"),
      ["eksConfiguration: replacement"],
    ],
  ])("%s", (_name, spec, seen, expected) => {
    expect(kinds(spec, seen)).toEqual(expected);
  });
});

describe("with updatePolicy", () => {
  const allowed: BatchComputeEnvironmentSpec = { ...ec2, updatePolicy: { terminateJobsOnUpdate: false } };
  const seen = { ...environment("a"), updatePolicy: { terminateJobsOnUpdate: false } };

  it("another instance type is an update in place", () => {
    expect(kinds(withResources(allowed, { instanceTypes: ["m5.large"] }), seen)).toEqual([
      "computeResources.instanceTypes: infrastructure",
    ]);
  });

  it("a rollout token is an update in place to the newest image", () => {
    const [difference] = differences({ ...allowed, rolloutToken: "v2" }, seen);
    expect(difference).toMatchObject({
      kind: "infrastructure",
      member: "computeResources.updateToLatestImageVersion",
      send: true,
    });
  });

  it("EC2 to SPOT is an update in place", () => {
    const spec = withResources(allowed, { type: "SPOT", allocationStrategy: "SPOT_CAPACITY_OPTIMIZED" });
    expect(kinds(spec, seen)).toEqual([
      "computeResources.allocationStrategy: infrastructure",
      "computeResources.type: infrastructure",
    ]);
  });

  it.each<[string, BatchComputeEnvironmentSpec, Environment, RegExp]>([
    [
      "an own service role prevents it",
      { ...withResources(allowed, { instanceTypes: ["m5"] }), serviceRole: "arn:aws:iam::1:role/mine" },
      { ...seen, serviceRole: "arn:aws:iam::1:role/mine" },
      /service-linked role/,
    ],
    [
      "BEST_FIT now prevents it",
      withResources(allowed, { instanceTypes: ["m5"] }),
      { ...described({ allocationStrategy: undefined }), updatePolicy: { terminateJobsOnUpdate: false } },
      /BEST_FIT/,
    ],
    [
      "BEST_FIT in the spec prevents it",
      withResources(allowed, { allocationStrategy: "BEST_FIT" }),
      seen,
      /only at creation/,
    ],
  ])("%s", (_name, spec, record, why) => {
    const found = differences(spec, record).filter(({ kind }) => kind === "replacement");
    expect(found.length).toBeGreaterThan(0);
    expect(found.map((difference) => difference.why).join(" ")).toMatch(why);
  });
});

describe("what has endpoints or a group of the operator's", () => {
  const instances: PlacedSpec = { ...ec2, updatePolicy: { terminateJobsOnUpdate: false }, movesByReplacement: true };
  const seen = { ...environment("a"), updatePolicy: { terminateJobsOnUpdate: false } };
  const tasks: PlacedSpec = { ...fargate, movesByReplacement: true };
  const { subnets = [], securityGroupIds = [] } = ec2.computeResources ?? {};

  it.each<[string, PlacedSpec, Environment, string[]]>([
    [
      "moves to other subnets by replacement",
      withResources(instances, { subnets: ["subnet-9"] }),
      seen,
      ["computeResources.subnets: replacement"],
    ],
    [
      "moves to other groups by replacement",
      withResources(instances, { securityGroupIds: ["sg-9"] }),
      seen,
      ["computeResources.securityGroupIds: replacement"],
    ],
    [
      "gives up one of its subnets by replacement, also when it keeps others",
      withResources(instances, { subnets: [...subnets.slice(1), "subnet-9"] }),
      seen,
      ["computeResources.subnets: replacement"],
    ],
    [
      "gives up all groups by replacement",
      withResources(instances, { securityGroupIds: undefined }),
      seen,
      ["computeResources.securityGroupIds: replacement"],
    ],
    [
      "moves by replacement on Fargate too",
      withResources(tasks, { subnets: ["subnet-9"], securityGroupIds: ["sg-9"] }),
      environment("a", fargate),
      ["computeResources.subnets: replacement", "computeResources.securityGroupIds: replacement"],
    ],
    [
      "gets more subnets and groups in place: nothing is left behind",
      withResources(instances, { subnets: [...subnets, "subnet-9"], securityGroupIds: ["sg-9", ...securityGroupIds] }),
      seen,
      ["computeResources.subnets: infrastructure", "computeResources.securityGroupIds: infrastructure"],
    ],
    [
      "is changed in place in everything else",
      withResources(instances, { instanceTypes: ["m5.large"] }),
      seen,
      ["computeResources.instanceTypes: infrastructure"],
    ],
  ])("%s", (_name, spec, record, expected) => {
    expect(kinds(spec, record)).toEqual(expected);
  });

  it("is reported with the reason", () => {
    const [difference] = differences(withResources(instances, { subnets: ["subnet-9"] }), seen);
    expect(difference?.why).toMatch(/need the endpoints or the security group/);
  });
});

describe("an own service role", () => {
  const own: BatchComputeEnvironmentSpec = { ...ec2, serviceRole: "arn:aws:iam::123456789012:role/one" };

  it("is exchanged for another one in place", () => {
    const spec = { ...own, serviceRole: "arn:aws:iam::123456789012:role/two" };
    expect(kinds(spec, environment("a", own))).toEqual(["serviceRole: metadata"]);
  });

  it("named without its ARN is the same", () => {
    expect(kinds({ ...own, serviceRole: "one" }, environment("a", own))).toEqual([]);
  });

  it("cannot be given up for the service-linked one", () => {
    const [difference] = differences(ec2, environment("a", own));
    expect(difference).toMatchObject({ kind: "replacement", to: "the service-linked role" });
  });
});

describe("Fargate", () => {
  it.each<[string, BatchComputeEnvironmentSpec, string[]]>([
    ["scales in place", withResources(fargate, { maxvCpus: 32 }), ["computeResources.maxvCpus: scaling"]],
    [
      "changes subnets in place",
      withResources(fargate, { subnets: ["subnet-2"] }),
      ["computeResources.subnets: metadata"],
    ],
    [
      "changes security groups in place",
      withResources(fargate, { securityGroupIds: ["sg-2"] }),
      ["computeResources.securityGroupIds: metadata"],
    ],
    [
      "keeps security groups that the spec no longer names, for AWS cannot clear them",
      withResources(fargate, { securityGroupIds: undefined }),
      [],
    ],
    [
      "is replaced for FARGATE_SPOT",
      withResources(fargate, { type: "FARGATE_SPOT" }),
      ["computeResources.type: replacement"],
    ],
  ])("%s", (_name, spec, expected) => {
    expect(kinds(spec, environment("a", fargate))).toEqual(expected);
  });
});

describe("ordered strategies", () => {
  it("take another order of instance types for a change", () => {
    const spec = withResources(ec2, {
      allocationStrategy: "BEST_FIT_PROGRESSIVE_ORDERED",
      instanceTypes: ["c5", "m5"],
    });
    const seen = described({ allocationStrategy: "BEST_FIT_PROGRESSIVE_ORDERED", instanceTypes: ["m5", "c5"] });
    expect(kinds(spec, seen)).toEqual(["computeResources.instanceTypes: replacement"]);
  });
});

describe("a newer image", () => {
  const seen = described({ ec2Configuration: [{ imageType: "ECS_AL2023", batchImageStatus: "UPDATE_AVAILABLE" }] });

  it.each<EffectiveSpec>([
    ec2,
    { ...ec2, imageUpdate: { kind: "reported" } },
    { ...ec2, imageUpdate: { kind: "window", atMs: 1 } },
  ])("changes nothing before it is due: %o", (spec) => {
    expect(kinds(spec, seen)).toEqual([]);
  });

  it("asks for fresh instances once it is due", () => {
    const spec: EffectiveSpec = { ...ec2, imageUpdate: { kind: "due" } };
    expect(kinds(spec, seen)).toEqual(["computeResources.ec2Configuration: replacement"]);
  });
});

describe("UNMANAGED and Managed Instances", () => {
  it("UNMANAGED changes its vCPUs in place", () => {
    const spec: BatchComputeEnvironmentSpec = {
      type: "UNMANAGED",
      serviceRole: "arn:aws:iam::1:role/r",
      unmanagedvCpus: 8,
    };
    expect(kinds(spec, environment("a", { ...spec, unmanagedvCpus: 4 }))).toEqual(["unmanagedvCpus: metadata"]);
  });

  it("Managed Instances are replaced for another provider", () => {
    const spec = {
      type: "MANAGED",
      computeResources: { type: "ECS_MANAGED_INSTANCES", maxvCpus: 4 },
    } as BatchComputeEnvironmentSpec;
    const seen = environment("a", spec);
    const other = { ...seen, computeResources: { ...seen.computeResources, capacityTags: { team: "x" } } as Resources };
    expect(kinds(spec, other)).toEqual(["computeResources.capacityTags: replacement"]);
  });
});

it("a member of the update policy that is left out is AWS's default again: jobs are not ended because they once might be", () => {
  const spec: BatchComputeEnvironmentSpec = { ...ec2, updatePolicy: { jobExecutionTimeoutMinutes: 60 } };
  const before = { terminateJobsOnUpdate: true, jobExecutionTimeoutMinutes: 60 };
  const found = differences(spec, { ...environment("ce-1", spec), updatePolicy: before });
  expect(found.map(({ send }) => send)).toEqual([{ terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 60 }]);
});

it("an update policy of defaults is nothing to send where AWS reports none", () => {
  const spec: BatchComputeEnvironmentSpec = { ...ec2, updatePolicy: { jobExecutionTimeoutMinutes: 30 } };
  const { updatePolicy: _none, ...seen } = environment("ce-1", spec);
  expect(differences(spec, seen)).toEqual([]);
});

it("an update policy that names one member is not at odds with the one that AWS fills in", () => {
  const spec: BatchComputeEnvironmentSpec = { ...ec2, updatePolicy: { terminateJobsOnUpdate: false } };
  const filled = { terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 30 };
  expect(kinds(spec, { ...environment("ce-1", spec), updatePolicy: filled })).toEqual([]);
});

describe("a newer version of the launch template", () => {
  const spec = withResources(ec2, { launchTemplate: { launchTemplateName: "batch" } });
  const updatePolicy = { terminateJobsOnUpdate: false };
  const made = (value: string | undefined): Environment =>
    environment("ce-1", spec, value === undefined ? {} : { tags: { "awsbatch.dev/rollout-token": value } });
  const at = (templateVersion: string | undefined, change: Partial<BatchComputeEnvironmentSpec> = {}) =>
    ({ ...spec, ...change, templateVersion }) as EffectiveSpec;

  it.each<[string, EffectiveSpec, Environment, string[]]>([
    ["is none before it is due", at(undefined), made("template:7@"), []],
    ["is none for what has it", at("7"), made("template:7@"), []],
    ["is none for what has a newer one", at("7"), made("template:8@"), []],
    ["needs a replacement", at("8"), made("template:7@"), ["computeResources.launchTemplate.version: replacement"]],
    [
      "needs one where none is noted",
      at("8"),
      made(undefined),
      ["computeResources.launchTemplate.version: replacement"],
    ],
    [
      "compares numbers, of each override",
      at("7/10"),
      made("template:7/9@v1"),
      ["computeResources.launchTemplate.version: replacement"],
    ],
    [
      "is an update in place where the policy allows it",
      at("8", { updatePolicy }),
      { ...made("template:7@"), updatePolicy },
      ["computeResources.launchTemplate.version: infrastructure"],
    ],
    [
      "is none of another template: that one is a difference",
      { ...at("8"), ...withResources(ec2, { launchTemplate: { launchTemplateName: "other" } }) },
      made("template:7@"),
      ["computeResources.launchTemplate: replacement"],
    ],
  ])("%s", (_name, given, seen, expected) => {
    expect(kinds(given, seen)).toEqual(expected);
  });
});
