import { describe, expect, it } from "vitest";
import type { IamApi } from "../../src/aws/iam.ts";
import {
  account,
  accountWithQueue,
  containerJob,
  createServiceRole,
  ec2,
  environment,
  fargate,
  refusal,
  trustOf,
} from "./account.ts";

const instant = { iamVisibleMs: 0, iamPropagationMs: 0 };
const trust = trustOf("batch.amazonaws.com");
const managed = (name: string): string => `arn:aws:iam::aws:policy/${name}`;
const service = managed("service-role/AWSBatchServiceRole");
const inline = (statement: object = {}): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*", ...statement }],
  });

/** An account with the role `role`. */
async function withRole(knobs = {}) {
  const world = account({ ...instant, ...knobs });
  await world.aws.iam.createRole({ RoleName: "role", AssumeRolePolicyDocument: trust, Path: "/team/" });
  return { ...world, iam: world.aws.iam };
}

describe("a role", () => {
  it.each([
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonEC2ContainerRegistryReadOnly",
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonElasticFileSystemClientReadWriteAccess",
    "AmazonS3FullAccess",
    "AmazonS3ReadOnlyAccess",
    "AmazonSSMManagedInstanceCore",
    "CloudWatchAgentServerPolicy",
    "CloudWatchLogsFullAccess",
    "SecretsManagerReadWrite",
    "service-role/AmazonECSTaskExecutionRolePolicy",
  ])("takes the policy of AWS that roles of AWS Batch often have: %s", async (name) => {
    const { iam } = await withRole();
    await iam.attachRolePolicy({ RoleName: "role", PolicyArn: managed(name) });
    const { AttachedPolicies = [] } = await iam.listAttachedRolePolicies({ RoleName: "role" });
    expect(AttachedPolicies).toMatchObject([{ PolicyArn: managed(name) }]);
  });

  it("is shown with everything that was given to it, documents URL-encoded", async () => {
    const { iam } = await withRole();
    await iam.attachRolePolicy({ RoleName: "role", PolicyArn: service });
    await iam.attachRolePolicy({ RoleName: "role", PolicyArn: service });
    await iam.putRolePolicy({
      RoleName: "role",
      PolicyName: "extra",
      PolicyDocument: inline({ Resource: "arn:aws:s3:::a*" }),
    });
    await iam.putRolePermissionsBoundary({ RoleName: "role", PermissionsBoundary: managed("AdministratorAccess") });
    await iam.tagRole({ RoleName: "role", Tags: [{ Key: "Team", Value: "blue" }] });
    await iam.tagRole({ RoleName: "role", Tags: [{ Key: "team", Value: "red" }] });
    const { Role } = await iam.getRole({ RoleName: "role" });
    expect(Role).toMatchObject({
      Arn: "arn:aws:iam::123456789012:role/team/role",
      Path: "/team/",
      PermissionsBoundary: { PermissionsBoundaryArn: managed("AdministratorAccess") },
      Tags: [{ Key: "team", Value: "red" }],
    });
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "")).toBe(trust);
    expect(await iam.listAttachedRolePolicies({ RoleName: "role" })).toEqual({
      AttachedPolicies: [{ PolicyArn: service, PolicyName: "AWSBatchServiceRole" }],
      IsTruncated: false,
    });
    expect((await iam.listRolePolicies({ RoleName: "role" })).PolicyNames).toEqual(["extra"]);
    const { PolicyDocument } = await iam.getRolePolicy({ RoleName: "role", PolicyName: "extra" });
    expect(PolicyDocument).toMatch(/^[\w.%-]+$/);
    expect(PolicyDocument).toContain("%2A");
    await iam.untagRole({ RoleName: "role", TagKeys: ["TEAM"] });
    await iam.deleteRolePermissionsBoundary({ RoleName: "role" });
    const bare = (await iam.getRole({ RoleName: "role" })).Role;
    expect([bare?.Tags, bare?.PermissionsBoundary]).toEqual([undefined, undefined]);
  });

  it("is seen by reads only after a while, but known to writes at once", async () => {
    const { aws, clock } = account({ iamVisibleMs: 2_000 });
    await aws.iam.createRole({ RoleName: "late", AssumeRolePolicyDocument: trust });
    expect(await refusal(aws.iam.getRole({ RoleName: "late" }))).toMatch(/^NoSuchEntityException: .*cannot be found/);
    expect(await refusal(aws.iam.listRolePolicies({ RoleName: "late" }))).toMatch(/^NoSuchEntity/);
    expect(await refusal(aws.iam.createRole({ RoleName: "LATE", AssumeRolePolicyDocument: trust }))).toMatch(/already/);
    await aws.iam.attachRolePolicy({ RoleName: "late", PolicyArn: service });
    await clock.advance(2_000);
    expect(await refusal(aws.iam.getRole({ RoleName: "late" }))).toBe("accepted");
    expect((await aws.iam.listAttachedRolePolicies({ RoleName: "late" })).AttachedPolicies).toHaveLength(1);
  });

  it("can go only when nothing is attached to it, in the words of IAM", async () => {
    const { iam } = await withRole();
    const refused = () => refusal(iam.deleteRole({ RoleName: "role" }));
    await iam.createInstanceProfile({ InstanceProfileName: "profile" });
    await iam.addRoleToInstanceProfile({ InstanceProfileName: "profile", RoleName: "role" });
    await iam.attachRolePolicy({ RoleName: "role", PolicyArn: service });
    await iam.putRolePolicy({ RoleName: "role", PolicyName: "extra", PolicyDocument: inline() });
    const must = (what: string) => `DeleteConflictException: Cannot delete entity, must ${what} first.`;
    expect(await refused()).toBe(must("remove roles from instance profile"));
    await iam.removeRoleFromInstanceProfile({ InstanceProfileName: "profile", RoleName: "role" });
    expect(await refused()).toBe(must("detach all policies"));
    await iam.detachRolePolicy({ RoleName: "role", PolicyArn: service });
    expect(await refused()).toBe(must("delete policies"));
    await iam.deleteRolePolicy({ RoleName: "role", PolicyName: "extra" });
    expect(await refused()).toBe("accepted");
  });

  const long = "x".repeat(65);
  const create = (change: object) => (iam: IamApi) =>
    iam.createRole({ RoleName: "other", AssumeRolePolicyDocument: trust, ...change });
  const put = (PolicyDocument: string) => (iam: IamApi) =>
    iam.putRolePolicy({ RoleName: "role", PolicyName: "p", PolicyDocument });
  const trusting = (statement: object) =>
    create({ AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }) });
  const assume = { Effect: "Allow", Action: "sts:AssumeRole" };
  const many = (count: number) => Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: "" }));
  it.each<[string, (iam: IamApi) => Promise<unknown>, RegExp]>([
    ["a name of 65", create({ RoleName: long }), /^ValidationError: .*'roleName'.*length less than or equal to 64/],
    ["a name with a slash", create({ RoleName: "a/b" }), /^ValidationError: .*regular expression pattern/],
    ["no name", create({ RoleName: "" }), /^ValidationError/],
    ["a path without its end", create({ Path: "/a" }), /^ValidationError: The specified value for path is invalid/],
    ["a path too long", create({ Path: `/${"a".repeat(511)}/` }), /^ValidationError: .*512/],
    ["the path of AWS", create({ Path: "/aws-service-role/x/" }), /^AccessDenied/],
    [
      "a trust that is not JSON",
      create({ AssumeRolePolicyDocument: "{" }),
      /^MalformedPolicyDocumentException: .*Json/,
    ],
    ["a trust without statements", create({ AssumeRolePolicyDocument: "{}" }), /Syntax errors in policy/],
    ["a trust with a resource", trusting({ ...assume, Principal: "*", Resource: "*" }), /prohibited field Resource/],
    ["a trust of nobody", trusting(assume), /Missing required field Principal/],
    [
      "a trust of a strange service",
      trusting({ ...assume, Principal: { Service: "batch" } }),
      /Invalid principal in policy/,
    ],
    ["a trust for other actions", trusting({ ...assume, Principal: "*", Action: "s3:*" }), /only specify STS/],
    ["an effect that is none", trusting({ ...assume, Effect: "allow", Principal: "*" }), /Syntax errors/],
    [
      "a trust too long",
      trusting({
        ...assume,
        Principal: { Service: Array.from({ length: 90 }, (_, i) => `s${i}-xxxxxxxxx.amazonaws.com`) },
      }),
      /^LimitExceededException: .*ACLSizePerRole: 2048/,
    ],
    ["51 tags", create({ Tags: many(51) }), /^LimitExceededException/],
    [
      "one tag twice",
      create({
        Tags: [
          { Key: "a", Value: "" },
          { Key: "A", Value: "" },
        ],
      }),
      /^InvalidInputException: Dup/,
    ],
    ["a tag value with a comma", create({ Tags: [{ Key: "a", Value: "x,y" }] }), /^ValidationError: .*value/],
    ["a tag of AWS", create({ Tags: [{ Key: "aws:x", Value: "" }] }), /^InvalidInputException/],
    ["a boundary that is not", create({ PermissionsBoundary: managed("Nothing") }), /^NoSuchEntityException/],
    ["an inline policy with a principal", put(inline({ Principal: "*" })), /should not specify a principal/],
    ["an inline policy without resource", put(inline({ Resource: undefined })), /must contain resources/],
    ["an inline policy without action", put(inline({ Action: undefined })), /must contain actions/],
    ["an action of no service", put(inline({ Action: "GetObject" })), /prefaced by a vendor/],
    ["a resource that is not an ARN", put(inline({ Resource: "bucket" })), /must be in ARN format/],
    ["a version that is none", put('{"Version":"2020-01-01","Statement":[]}'), /valid version string/],
    [
      "inline policies of more than 10,240 characters",
      put(inline({ Resource: Array.from({ length: 500 }, (_, index) => `arn:aws:s3:::bucket-${index}`) })),
      /^LimitExceededException: Maximum policy size of 10240 bytes exceeded for role role/,
    ],
    [
      "a managed policy that AWS does not have",
      (iam) => iam.attachRolePolicy({ RoleName: "role", PolicyArn: managed("Nope") }),
      /^NoSuchEntityException: Policy .*Nope does not exist or is not attachable/,
    ],
    [
      "a policy of another partition",
      (iam) => iam.attachRolePolicy({ RoleName: "role", PolicyArn: service.replace("arn:aws:", "arn:aws-cn:") }),
      /^NoSuchEntityException/,
    ],
    [
      "what is not an ARN",
      (iam) => iam.attachRolePolicy({ RoleName: "role", PolicyArn: "AWSBatchServiceRole" }),
      /^ValidationError: ARN AWSBatchServiceRole is not valid/,
    ],
    [
      "the policy of the service-linked role",
      (iam) =>
        iam.attachRolePolicy({ RoleName: "role", PolicyArn: managed("aws-service-role/BatchServiceRolePolicy") }),
      /^PolicyNotAttachableException/,
    ],
    [
      "a detachment of what is not attached",
      (iam) => iam.detachRolePolicy({ RoleName: "role", PolicyArn: service }),
      /^NoSuchEntityException: Policy .* was not found/,
    ],
    [
      "the end of an inline policy that is not",
      (iam) => iam.deleteRolePolicy({ RoleName: "role", PolicyName: "none" }),
      /^NoSuchEntityException: The role policy with name none cannot be found/,
    ],
    ["a role that is not", (iam) => iam.tagRole({ RoleName: "none", Tags: [] }), /^NoSuchEntityException: The role/],
  ])("is refused with %s", async (_case, attempt, expected) => {
    const { iam, aws } = await withRole();
    expect(await refusal(attempt(iam))).toMatch(expected);
    expect(aws.truth.roles()).toMatchObject([{ name: "role", attached: [], inline: {}, tags: {} }]);
  });

  it("takes 50 tags, 10 managed policies, and so many roles as the account may have", async () => {
    const { iam } = await withRole({ maxRoles: 2 });
    expect(await refusal(iam.tagRole({ RoleName: "role", Tags: many(50) }))).toBe("accepted");
    expect(await refusal(iam.tagRole({ RoleName: "role", Tags: [{ Key: "more", Value: "" }] }))).toMatch(
      /^LimitExceeded/,
    );
    const attach = (index: number) =>
      refusal(iam.attachRolePolicy({ RoleName: "role", PolicyArn: `arn:aws:iam::123456789012:policy/p${index}` }));
    for (let index = 0; index < 10; index++) expect(await attach(index)).toBe("accepted");
    expect(await attach(10)).toBe("LimitExceededException: Cannot exceed quota for PoliciesPerRole: 10");
    expect(await refusal(create({})(iam))).toBe("accepted");
    expect(await refusal(create({ RoleName: "third" })(iam))).toMatch(/RolesPerAccount: 2/);
  });
});

describe("a service-linked role", () => {
  it("is made once, and nobody but AWS changes it", async () => {
    const { iam } = account(instant).aws;
    const { Role } = await iam.createServiceLinkedRole({ AWSServiceName: "batch.amazonaws.com" });
    expect(Role?.Arn).toBe(
      "arn:aws:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch",
    );
    expect(await refusal(iam.createServiceLinkedRole({ AWSServiceName: "batch.amazonaws.com" }))).toBe(
      "InvalidInputException: Service role name AWSServiceRoleForBatch has been taken in this account, please try a different suffix.",
    );
    expect(await refusal(iam.createServiceLinkedRole({ AWSServiceName: "none.amazonaws.com" }))).toMatch(
      /^InvalidInput/,
    );
    const RoleName = "AWSServiceRoleForBatch";
    for (const change of [
      () => iam.deleteRole({ RoleName }),
      () => iam.attachRolePolicy({ RoleName, PolicyArn: service }),
      () => iam.updateAssumeRolePolicy({ RoleName, PolicyDocument: trust }),
    ]) {
      expect(await refusal(change())).toMatch(/^UnmodifiableEntityException: .* protected role/);
    }
  });

  it("is made by Batch itself for the first environment without a role", async () => {
    const { aws, clock } = account(instant);
    expect(await refusal(aws.iam.getRole({ RoleName: "AWSServiceRoleForBatch" }))).toMatch(/^NoSuchEntity/);
    await aws.batch.createComputeEnvironment(fargate("ce"));
    await clock.advance(3_000);
    expect(await refusal(aws.iam.getRole({ RoleName: "AWSServiceRoleForBatch" }))).toBe("accepted");
  });
});

describe("an instance profile", () => {
  it("holds one role, is found by path and by role, and carries tags", async () => {
    const { iam } = await withRole();
    const InstanceProfileName = "profile";
    await iam.createInstanceProfile({ InstanceProfileName, Path: "/team/", Tags: [{ Key: "a", Value: "1" }] });
    await iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName: "role" });
    expect(await refusal(iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName: "role" }))).toBe(
      "LimitExceededException: Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
    );
    await iam.tagInstanceProfile({ InstanceProfileName, Tags: [{ Key: "b", Value: "2" }] });
    await iam.untagInstanceProfile({ InstanceProfileName, TagKeys: ["a"] });
    const { InstanceProfile } = await iam.getInstanceProfile({ InstanceProfileName });
    expect(InstanceProfile).toMatchObject({
      Arn: "arn:aws:iam::123456789012:instance-profile/team/profile",
      Roles: [{ RoleName: "role" }],
      Tags: [{ Key: "b", Value: "2" }],
    });
    const holders = await iam.listInstanceProfilesForRole({ RoleName: "role" });
    expect(holders.InstanceProfiles?.map((one) => one.InstanceProfileName)).toEqual(["profile"]);
    expect(await refusal(iam.removeRoleFromInstanceProfile({ InstanceProfileName: "none", RoleName: "role" }))).toBe(
      "NoSuchEntityException: Instance Profile none cannot be found.",
    );
  });
});

describe("what Batch makes of a role", () => {
  const serviceRole = "arn:aws:iam::123456789012:role/batch";
  const reasonOf = async (prepare: (world: ReturnType<typeof account>) => Promise<void>, request = fargate("ce")) => {
    const world = account({ strictIam: true });
    await prepare(world);
    await world.clock.advance(10_000);
    await world.aws.batch.createComputeEnvironment({ ...request, serviceRole });
    await world.clock.advance(45_000);
    return environment(world, "ce").statusReason;
  };

  it.each<[string, (world: ReturnType<typeof account>) => Promise<void>, RegExp]>([
    ["that is missing", async () => undefined, /^CLIENT_ERROR - Not authorized to perform sts:AssumeRole \(Service/],
    [
      "that trusts another service",
      (world) => createServiceRole(world, "batch", trustOf("ec2.amazonaws.com")),
      /Not authorized to perform sts:AssumeRole/,
    ],
    [
      "without a policy",
      async ({ aws }) => {
        await aws.iam.createRole({ RoleName: "batch", AssumeRolePolicyDocument: trust });
      },
      /^CLIENT_ERROR - User: arn:aws:sts::123456789012:assumed-role\/batch\/aws-batch is not authorized to perform: ecs:/,
    ],
    [
      "whose own policy denies it",
      async (world) => {
        await createServiceRole(world, "batch");
        const PolicyDocument = inline({ Effect: "Deny", Action: "ecs:Describe*" });
        await world.aws.iam.putRolePolicy({ RoleName: "batch", PolicyName: "no", PolicyDocument });
      },
      /is not authorized to perform: ecs:DescribeClusters/,
    ],
    [
      "that an inline policy suffices",
      async ({ aws }) => {
        await aws.iam.createRole({ RoleName: "batch", AssumeRolePolicyDocument: trust });
        const PolicyDocument = inline({ Action: ["ECS:*", "ec2:*"] });
        await aws.iam.putRolePolicy({ RoleName: "batch", PolicyName: "yes", PolicyDocument });
      },
      /^ComputeEnvironment Healthy$/,
    ],
    ["that is complete", (world) => createServiceRole(world, "batch"), /^ComputeEnvironment Healthy$/],
  ])("the environment reports %s", async (_case, prepare, reason) => {
    expect(await reasonOf(prepare)).toMatch(reason);
  });

  it("counts a detached policy only after a while, and a deleted role at once", async () => {
    const world = account({ ...instant, iamPropagationMs: 10_000 });
    const { aws, clock } = world;
    await createServiceRole(world, "batch");
    await clock.advance(10_000);
    const settled = async (name: string) => {
      await aws.batch.createComputeEnvironment({ ...fargate(name), serviceRole });
      await clock.advance(3_000);
      return environment(world, name).status;
    };
    await aws.iam.detachRolePolicy({ RoleName: "batch", PolicyArn: service });
    expect([await settled("a"), await settled("b"), await settled("c"), await settled("d")]).toEqual([
      "VALID",
      "VALID",
      "VALID",
      "INVALID",
    ]);
    await aws.iam.deleteRole({ RoleName: "batch" });
    expect(await settled("e")).toBe("INVALID");
    expect(environment(world, "e").statusReason).toMatch(/AssumeRole/);
  });

  it("says so of an instance profile that is missing, empty, or of a role that EC2 cannot assume", async () => {
    const world = account({ ...instant, strictIam: true });
    const { aws, clock } = world;
    await createServiceRole(world, "batch");
    const reason = async (name: string) => {
      await aws.batch.createComputeEnvironment({ ...ec2(name, { instanceRole: "instances" }), serviceRole });
      await clock.advance(45_000);
      return environment(world, name).statusReason;
    };
    expect(await reason("a")).toBe(
      "CLIENT_ERROR - Instance profile arn:aws:iam::123456789012:instance-profile/instances does not exist",
    );
    await aws.iam.createInstanceProfile({ InstanceProfileName: "instances" });
    expect(await reason("b")).toMatch(/has no associated IAM Roles/);
    await aws.iam.addRoleToInstanceProfile({ InstanceProfileName: "instances", RoleName: "batch" });
    expect(await reason("c")).toMatch(/has no associated IAM Roles/);
    await aws.iam.updateAssumeRolePolicy({ RoleName: "batch", PolicyDocument: trustOf("ec2.amazonaws.com") });
    const linked = { ...ec2("d", { instanceRole: "instances" }) };
    await aws.batch.createComputeEnvironment(linked);
    await clock.advance(45_000);
    expect(environment(world, "d").status).toBe("VALID");
  });

  it.each(["executionRoleArn", "jobRoleArn"] as const)("fails a job whose %s ECS cannot assume", async (slot) => {
    const { aws, clock } = await accountWithQueue(instant);
    await aws.iam.createRole({ RoleName: "task", AssumeRolePolicyDocument: trust });
    const definition = containerJob("jd");
    const role = "arn:aws:iam::123456789012:role/task";
    await aws.outside.registerJobDefinition({
      ...definition,
      containerProperties: { ...definition.containerProperties, [slot]: role },
    });
    const job = { jobName: "job", jobQueue: "q", jobDefinition: "jd" };
    await aws.outside.submitJob(job);
    await clock.advance(120_000);
    expect(aws.truth.jobs().at(-1)).toMatchObject({
      status: "FAILED",
      statusReason: expect.stringContaining(`ECS was unable to assume the role '${role}'`),
    });
    await aws.iam.updateAssumeRolePolicy({ RoleName: "task", PolicyDocument: trustOf("ecs-tasks.amazonaws.com") });
    await aws.outside.submitJob(job);
    await clock.advance(240_000);
    expect(aws.truth.jobs().at(-1)?.status).toBe("SUCCEEDED");
  });
});

describe("the role of instances that the console makes", () => {
  it("is there in a profile of its name without having been made, unless it was taken away or IAM is strict", async () => {
    const named = { InstanceProfileName: "ecsInstanceRole" };
    const { aws } = account();
    const { InstanceProfile: profile } = await aws.iam.getInstanceProfile(named);
    expect(profile?.Roles?.map(({ RoleName }) => RoleName)).toEqual(["ecsInstanceRole"]);
    const { Role: role } = await aws.iam.getRole({ RoleName: "ecsInstanceRole" });
    expect(role?.Arn).toBe(profile?.Roles?.[0]?.Arn);
    expect(aws.truth.roles()).toEqual([]);
    aws.outside.removeRole(profile?.Arn ?? "");
    aws.outside.removeRole(role?.Arn ?? "");
    await expect(aws.iam.getInstanceProfile(named)).rejects.toThrow("cannot be found");
    await expect(aws.iam.getRole({ RoleName: "ecsInstanceRole" })).rejects.toThrow("cannot be found");
    const strict = account({ strictIam: true });
    await expect(strict.aws.iam.getInstanceProfile(named)).rejects.toThrow("cannot be found");
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

  it.each([
    ["that nobody made", false, {}, "INVALID"],
    ["that nobody made, where only a part of the account is known", false, { otherRolesExist: true }, "VALID"],
    ["that the account has had for long", true, {}, "VALID"],
    ["that the account has had for long, also when it is strict", true, { strictIam: true }, "VALID"],
  ])("finds an environment with a service role and an instance profile %s", async (_which, isOld, knobs, status) => {
    const { aws, clock } = account(knobs);
    const [serviceRole, instanceRole] = ["role/a/b", "instance-profile/c/d"].map(
      (one) => `arn:aws:iam::123456789012:${one}`,
    );
    if (isOld) aws.outside.describeRoles([serviceRole ?? "", instanceRole ?? ""]);
    await aws.batch.createComputeEnvironment({ ...fargate("service"), serviceRole });
    await aws.batch.createComputeEnvironment(ec2("instances", { instanceRole }));
    await clock.advance(60_000);
    expect(aws.truth.computeEnvironments().map((one) => one.status)).toEqual([status, status]);
    const found = aws.iam.getInstanceProfile({ InstanceProfileName: "d" });
    expect(await refusal(found)).toBe(
      isOld ? "accepted" : "NoSuchEntityException: Instance Profile d cannot be found.",
    );
  });

  it("has the roles that the console makes for compute environments unless it is strict", async () => {
    for (const strictIam of [false, true]) {
      const { aws, clock } = account({ strictIam });
      const serviceRole = "arn:aws:iam::123456789012:role/service-role/AWSBatchServiceRole";
      await aws.batch.createComputeEnvironment({ ...fargate("ce"), serviceRole });
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
