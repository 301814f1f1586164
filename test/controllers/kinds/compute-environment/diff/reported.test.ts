import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../../../src/aws/batch.ts";
import { differences, familyOf } from "../../../../../src/controllers/kinds/compute-environment/diff.ts";
import { isServiceLinked } from "../../../../../src/controllers/kinds/compute-environment/fields.ts";
import type { EffectiveSpec } from "../../../../../src/controllers/kinds/compute-environment/image-updates.ts";
import { ec2, environment, fargate, serviceLinkedRole, withResources } from "../given.ts";

type Resources = NonNullable<Environment["computeResources"]>;

const described = (change: Partial<Resources>, spec = ec2): Environment => {
  const base = environment("ce-1", spec);
  return { ...base, computeResources: { ...base.computeResources, ...change } as Resources };
};

const kinds = (spec: BatchComputeEnvironmentSpec, seen: Environment): string[] =>
  differences(spec, seen).map(({ path, kind }) => `${path.replace("spec.", "")}: ${kind}`);

describe("a difference is reported with what an update carries, and from what to what", () => {
  const mine = "arn:aws:iam::123456789012:role/one";
  const own: BatchComputeEnvironmentSpec = { ...ec2, serviceRole: mine };

  it.each<[string, EffectiveSpec, Environment, object]>([
    [
      "a value that is another",
      withResources(ec2, { maxvCpus: 512 }),
      environment("a"),
      {
        path: "spec.computeResources.maxvCpus",
        member: "computeResources.maxvCpus",
        send: 512,
        from: "256",
        to: "512",
      },
    ],
    [
      "a value that was not there",
      withResources(ec2, { ec2KeyPair: "key" }),
      environment("a"),
      { member: "computeResources.ec2KeyPair", send: "key", from: "nothing", to: '"key"' },
    ],
    [
      "a value that is left out again",
      ec2,
      described({ scalingPolicy: { minScaleDownDelayMinutes: 30 } }),
      { send: { minScaleDownDelayMinutes: 0 }, from: '{"minScaleDownDelayMinutes":30}', to: "AWS's default" },
    ],
    [
      "security groups of instances that are left out again",
      withResources(ec2, { securityGroupIds: undefined }),
      environment("a"),
      { member: "computeResources.securityGroupIds", send: [], from: '["sg-1"]', to: "AWS's default" },
    ],
    [
      "an EKS cluster of Fargate that is left out again",
      fargate,
      { ...environment("a", fargate), eksConfiguration: { eksClusterArn: "arn:x", kubernetesNamespace: "jobs" } },
      { path: "spec.eksConfiguration", kind: "replacement", to: "AWS's default" },
    ],
    [
      "a strategy that is left out again, which is BEST_FIT",
      withResources(ec2, { allocationStrategy: undefined }),
      environment("a"),
      {
        kind: "replacement",
        why: expect.stringContaining("AWS accepts BEST_FIT only at creation"),
        to: "AWS's default",
      },
    ],
    [
      "another type of capacity",
      withResources(fargate, { type: "FARGATE_SPOT" }),
      environment("a", fargate),
      {
        member: "computeResources.type",
        why: "AWS cannot turn FARGATE into FARGATE_SPOT",
        send: "FARGATE_SPOT",
        from: '"FARGATE"',
        to: '"FARGATE_SPOT"',
      },
    ],
    [
      "another own role",
      { ...own, serviceRole: "arn:aws:iam::123456789012:role/two" },
      environment("a", own),
      {
        path: "spec.serviceRole",
        member: "serviceRole",
        send: "arn:aws:iam::123456789012:role/two",
        from: `"${mine}"`,
        to: '"arn:aws:iam::123456789012:role/two"',
      },
    ],
    [
      "an own role in place of the service-linked one",
      own,
      environment("a"),
      { kind: "replacement", from: `"${serviceLinkedRole}"`, to: `"${mine}"` },
    ],
    [
      "a first rollout token",
      { ...ec2, rolloutToken: "v1" },
      environment("a"),
      { path: "spec.rolloutToken", from: "nothing", to: '"v1"' },
    ],
    [
      "a first rollout token where there are no tags",
      { ...ec2, rolloutToken: "v1" },
      { ...environment("a"), tags: undefined },
      { path: "spec.rolloutToken", from: "nothing", to: '"v1"' },
    ],
    [
      "another rollout token",
      { ...ec2, rolloutToken: "v2" },
      environment("a", ec2, { tags: { "awsbatch.dev/rollout-token": "v1" } }),
      { from: '"v1"', to: '"v2"' },
    ],
    [
      "a newer image",
      { ...ec2, imageUpdate: { kind: "due" } },
      described({ ec2Configuration: [{ imageType: "ECS_AL2023", batchImageStatus: "UPDATE_AVAILABLE" }] }),
      {
        path: "spec.computeResources.ec2Configuration",
        member: "computeResources.updateToLatestImageVersion",
        send: true,
      },
    ],
  ])("%s", (_name, spec, seen, expected) => {
    expect(differences(spec, seen)).toEqual([expect.objectContaining(expected)]);
  });

  it("a type that either side does not have is UNMANAGED", () => {
    const unmanaged: BatchComputeEnvironmentSpec = { type: "UNMANAGED", serviceRole: mine };
    const why = (spec: BatchComputeEnvironmentSpec, seen: Environment): string | undefined =>
      differences(spec, seen).find(({ member }) => member === "computeResources.type")?.why;
    expect(why(unmanaged, environment("a"))).toBe("AWS cannot turn EC2 into UNMANAGED");
    expect(why(ec2, environment("a", unmanaged))).toBe("AWS cannot turn UNMANAGED into EC2");
  });
});

describe("no difference", () => {
  it.each<[string, EffectiveSpec, Environment]>([
    [
      "is a rollout token that the environment was given",
      { ...ec2, rolloutToken: "v1" },
      environment("a", ec2, { tags: { "awsbatch.dev/rollout-token": "v1" } }),
    ],
    [
      "is an image that AWS has nothing newer for",
      { ...ec2, imageUpdate: { kind: "due" } },
      described({ ec2Configuration: [{ imageType: "ECS_AL2023", batchImageStatus: "LATEST" }] }),
    ],
    ["is an image where there is none", { ...fargate, imageUpdate: { kind: "due" } }, environment("a", fargate)],
    [
      "is an image of an environment without compute resources",
      { type: "UNMANAGED", imageUpdate: { kind: "due" } },
      environment("a", { type: "UNMANAGED" }),
    ],
    [
      "is a rollout token that the spec names no more",
      ec2,
      environment("a", ec2, { tags: { "awsbatch.dev/rollout-token": "v1" } }),
    ],
    ["is a field that environments of this kind do not have", { ...ec2, unmanagedvCpus: 8 }, environment("a")],
    ["is an empty service role", { ...ec2, serviceRole: "" }, environment("a")],
    ["is a service-linked role that is named", { ...ec2, serviceRole: serviceLinkedRole }, environment("a")],
  ])("%s", (_name, spec, seen) => {
    expect(differences(spec, seen)).toEqual([]);
  });
});

it("one image of several that has a newer one is enough", () => {
  const spec: EffectiveSpec = { ...ec2, imageUpdate: { kind: "due" } };
  const ec2Configuration = [
    { imageType: "ECS_AL2", batchImageStatus: "LATEST" },
    { imageType: "ECS_AL2_NVIDIA", batchImageStatus: "UPDATE_AVAILABLE" },
  ] as const;
  expect(kinds(spec, described({ ec2Configuration: [...ec2Configuration] }))).toEqual([
    "computeResources.ec2Configuration: replacement",
  ]);
});

describe("instances are not replaced in place, though updatePolicy is set,", () => {
  const policy = { updatePolicy: { terminateJobsOnUpdate: false } };
  const mine = "arn:aws:iam::123456789012:role/one";
  const allowed: BatchComputeEnvironmentSpec = withResources({ ...ec2, ...policy }, { instanceTypes: ["m5.large"] });

  it.each<[string, BatchComputeEnvironmentSpec, Partial<Environment>, RegExp]>([
    ["to go to an own role", { ...allowed, serviceRole: mine }, {}, /service-linked role/],
    ["to come from an own role", allowed, { serviceRole: mine }, /service-linked role/],
  ])("%s", (_name, spec, change, why) => {
    const found = differences(spec, environment("a", ec2, { ...policy, ...change }));
    const types = found.find(({ member }) => member === "computeResources.instanceTypes");
    expect(types).toMatchObject({ kind: "replacement", why: expect.stringMatching(why) });
  });

  it("nor is Fargate turned into instances", () => {
    const seen = environment("a", fargate, policy);
    const [difference] = differences({ ...ec2, ...policy }, seen);
    expect(difference).toMatchObject({ kind: "replacement", why: "AWS cannot turn FARGATE into EC2" });
  });

  it("but SPOT becomes EC2 in place", () => {
    const seen = described({ type: "SPOT" });
    expect(kinds({ ...ec2, ...policy }, { ...seen, ...policy })).toEqual(["computeResources.type: infrastructure"]);
  });

  it("and without it that is what is reported", () => {
    const [difference] = differences(withResources(ec2, { instanceTypes: ["m5.large"] }), environment("a"));
    expect(difference?.why).toMatch(/^AWS replaces the instances for it; .*spec.updatePolicy.* is not set$/);
  });
});

it.each([
  [{ type: "UNMANAGED" }, "unmanaged"],
  [{ type: "UNMANAGED", computeResources: { type: "FARGATE" } }, "unmanaged"],
  [{ type: "MANAGED", computeResources: { type: "FARGATE" } }, "fargate"],
  [{ type: "MANAGED", computeResources: { type: "FARGATE_SPOT" } }, "fargate"],
  [{ type: "MANAGED", computeResources: { type: "ECS_MANAGED_INSTANCES" } }, "managedInstances"],
  [{ type: "MANAGED", computeResources: { type: "SPOT" } }, "ec2"],
  [{ type: "MANAGED" }, "ec2"],
  [{}, "ec2"],
])("%j is updated as %s", (given, family) => {
  expect(familyOf(given)).toBe(family);
});

it.each([
  [undefined, true],
  ["", true],
  [serviceLinkedRole, true],
  ["arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS", false],
  ["arn:aws:iam::123456789012:role/one", false],
])("the role %s is the service-linked one of AWS Batch: %s", (role, expected) => {
  expect(isServiceLinked(role)).toBe(expected);
});

it("an order of instance types means nothing where AWS chooses by itself, and no other list is ordered", () => {
  const ordered = "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED" as const;
  const change = { allocationStrategy: ordered, type: "SPOT" as const, subnets: ["subnet-2", "subnet-1"] };
  expect(kinds(withResources(ec2, { ...change, subnets: ["subnet-1", "subnet-2"] }), described(change))).toEqual([]);
});
