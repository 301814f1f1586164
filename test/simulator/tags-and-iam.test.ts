import type { CreateSchedulingPolicyRequest } from "@aws-sdk/client-batch";
import { describe, expect, it } from "vitest";
import { account, accountWithQueue, containerJob, ec2, fargate, refusal, trustOf } from "./account.ts";

const arn = (resource: string): string => `arn:aws:batch:us-east-1:123456789012:${resource}`;

describe("tags", () => {
  it.each(["compute-environment/ce-1", "job-queue/q", "job-definition/jd:1", "scheduling-policy/fair"])(
    "of %s are merged, removed one by one, and change no status",
    async (resource) => {
      const { aws } = await accountWithQueue();
      await aws.outside.registerJobDefinition(containerJob("jd"));
      await aws.outside.createSchedulingPolicy({ name: "fair" });
      const resourceArn = arn(resource);
      await aws.batch.tagResource({ resourceArn, tags: { a: "1", b: "2" } });
      await aws.batch.tagResource({ resourceArn, tags: { b: "3" } });
      await aws.batch.untagResource({ resourceArn, tagKeys: ["a", "none"] });
      expect((await aws.batch.listTagsForResource({ resourceArn })).tags).toEqual({ b: "3" });
      expect(aws.truth.computeEnvironments()[0]?.status).toBe("VALID");
    },
  );

  it("are refused beyond 50, with AWS's own prefix, and on what does not exist", async () => {
    const { aws } = await accountWithQueue();
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`key-${index}`, ""]));
    const resourceArn = arn("job-queue/q");
    await aws.batch.tagResource({ resourceArn, tags: many });
    expect(await refusal(aws.batch.tagResource({ resourceArn, tags: { more: "" } }))).toMatch(/at most 50 tags/);
    expect(await refusal(aws.batch.tagResource({ resourceArn, tags: { "aws:x": "" } }))).toMatch(/reserved/);
    expect(await refusal(aws.batch.tagResource({ resourceArn: arn("job-queue/none"), tags: { a: "1" } }))).toBe(
      `ClientException: ${arn("job-queue/none")} does not exist`,
    );
  });
});

describe("scheduling policies", () => {
  const quotaSharePolicy = { idleResourceAssignmentStrategy: "FIFO" } as const;
  const shares = (...identifiers: readonly string[]) => ({
    fairsharePolicy: { shareDistribution: identifiers.map((shareIdentifier) => ({ shareIdentifier })) },
  });
  it.each<[string, CreateSchedulingPolicyRequest, string]>([
    ["a name with a dot", { name: "a.b" }, "Scheduling Policy name should match a valid pattern."],
    [
      "both kinds",
      { name: "p", fairsharePolicy: {}, quotaSharePolicy },
      "A scheduling policy can have either fairsharePolicy or quotaSharePolicy, but not both.",
    ],
    ["one share twice", { name: "p", ...shares("a", "a") }, "Cannot have two or more identical shareIdentifiers."],
    ["a share with a dot", { name: "p", ...shares("a.b") }, "ShareIdentifier name should match a valid pattern."],
    [
      "501 shares",
      { name: "p", ...shares(...Array.from({ length: 501 }, (_, index) => `s${index}`)) },
      "ShareDistribution size cannot be greater than 500.",
    ],
    ["a name that is taken", { name: "taken" }, "Object already exists"],
  ])("are refused with %s", async (_case, request, text) => {
    const { aws } = account();
    await aws.batch.createSchedulingPolicy({ name: "taken" });
    expect(await refusal(aws.batch.createSchedulingPolicy(request))).toBe(`ClientException: ${text}`);
  });

  it("change their shares at once, but not their kind", async () => {
    const { aws } = account();
    const { arn: made } = await aws.batch.createSchedulingPolicy({ name: "p", ...shares("a") });
    await aws.batch.updateSchedulingPolicy({ arn: made, ...shares("b", "c*") });
    const { schedulingPolicies } = await aws.batch.describeSchedulingPolicies({ arns: [made ?? ""] });
    expect(schedulingPolicies).toEqual([{ name: "p", arn: made, tags: {}, ...shares("b", "c*") }]);
    expect(await refusal(aws.batch.updateSchedulingPolicy({ arn: made, quotaSharePolicy }))).toMatch(/kind/);
    expect(await refusal(aws.batch.deleteSchedulingPolicy({ arn: "none" }))).toBe(
      "ClientException: none does not exist",
    );
  });
});

describe("IAM", () => {
  it("refuses a second role of a name, and to delete what is missing or in use", async () => {
    const { iam } = account().aws;
    const role = { RoleName: "batch", AssumeRolePolicyDocument: trustOf("batch.amazonaws.com") };
    await iam.createRole(role);
    await iam.createInstanceProfile({ InstanceProfileName: "profile" });
    await iam.addRoleToInstanceProfile({ InstanceProfileName: "profile", RoleName: "batch" });
    expect(await refusal(iam.createRole(role))).toBe(
      "EntityAlreadyExistsException: Role with name batch already exists.",
    );
    expect(await refusal(iam.deleteRole({ RoleName: "batch" }))).toMatch(/^DeleteConflictException: /);
    expect(await refusal(iam.deleteInstanceProfile({ InstanceProfileName: "profile" }))).toMatch(/^DeleteConflict/);
    await iam.removeRoleFromInstanceProfile({ InstanceProfileName: "profile", RoleName: "batch" });
    expect(await refusal(iam.deleteInstanceProfile({ InstanceProfileName: "profile" }))).toBe("accepted");
    expect(await refusal(iam.deleteRole({ RoleName: "batch" }))).toBe("accepted");
    expect(await refusal(iam.getRole({ RoleName: "batch" }))).toBe(
      "NoSuchEntityException: The role with name batch cannot be found.",
    );
  });

  it("has every well-formed role unless it is strict", async () => {
    for (const strictIam of [false, true]) {
      const { aws, clock } = account({ strictIam });
      await aws.batch.createComputeEnvironment({ ...fargate("ce"), serviceRole: "arn:aws:iam::123456789012:role/a/b" });
      await clock.advance(3_000);
      expect(aws.truth.computeEnvironments()[0]?.status).toBe(strictIam ? "INVALID" : "VALID");
    }
  });
});

it("brings back a role or profile that was taken away, usable after a while", async () => {
  const { aws, clock } = account();
  const serviceRole = "arn:aws:iam::123456789012:role/team/batch";
  const instanceRole = "arn:aws:iam::123456789012:instance-profile/team/instances";
  const healthOf = async (name: string): Promise<unknown> => {
    await aws.batch.createComputeEnvironment({ ...ec2(name, { instanceRole }), serviceRole });
    await clock.advance(45_000);
    return aws.truth.computeEnvironments().at(-1)?.status;
  };
  aws.outside.removeRole(serviceRole);
  expect(await healthOf("without-role")).toBe("INVALID");
  aws.outside.restoreRole(serviceRole);
  aws.outside.removeRole(instanceRole);
  expect(await healthOf("without-profile")).toBe("INVALID");
  aws.outside.restoreRole(instanceRole);
  expect(await healthOf("with-both")).toBe("VALID");
});

it("knows whose account it is", async () => {
  const { aws } = account();
  expect(await aws.sts.getCallerIdentity()).toMatchObject({
    Account: "123456789012",
    Arn: "arn:aws:sts::123456789012:assumed-role/aws-batch-operator/session",
  });
});
