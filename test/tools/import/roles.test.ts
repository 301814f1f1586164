import { describe, expect, test } from "vitest";
import type { RoleSeen } from "../../../src/aws/iam-account.ts";
import { limitsFor, type ReadRole, roleKey, withRoles } from "../../../src/tools/import/roles.ts";
import { crds } from "../../../src/tools/manifests.ts";
import type { ManifestObject } from "../../../src/tools/validation/validate.ts";
import { containerJob, ec2, fargate, trustOf } from "../../simulator/account.ts";

const account = "123456789012";
const roleArn = (name: string): string => `arn:aws:iam::${account}:role/${name}`;
const managed = (name: string): string => `arn:aws:iam::aws:policy/${name}`;
const required = {
  service: managed("service-role/AWSBatchServiceRole"),
  instance: managed("service-role/AmazonEC2ContainerServiceforEC2Role"),
  execution: managed("service-role/AmazonECSTaskExecutionRolePolicy"),
};

function role(name: string, service: string, change: Partial<RoleSeen> = {}): RoleSeen {
  return {
    name,
    arn: roleArn(name),
    path: "/",
    trust: trustOf(`${service}.amazonaws.com`),
    attachedPolicyArns: [],
    inlinePolicies: {},
    permissionsBoundaryArn: undefined,
    tags: {},
    profileNames: [],
    ...change,
  };
}

const document = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }],
});
const jobRole = role("job", "ecs-tasks", { inlinePolicies: { read: document } });

function definition(change: object): ManifestObject {
  const { jobDefinitionName, ...body } = containerJob("d");
  const spec = { jobDefinitionName, ...body, adoptionPolicy: "IfMatching", ...change };
  return {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind: "JobDefinition",
    metadata: { name: "d", namespace: "team" },
    spec,
  };
}

const container = (roles: object) => ({
  containerProperties: { ...containerJob("d").containerProperties, ...roles },
});

function environment({ computeEnvironmentName, ...body }: ReturnType<typeof ec2>, change: object = {}): ManifestObject {
  const spec = { computeEnvironmentName, ...body, adoptionPolicy: "IfMatching", ...change };
  const kind = "BatchComputeEnvironment";
  return { apiVersion: "awsbatch.dev/v1alpha1", kind, metadata: { name: "e", namespace: "team" }, spec };
}

function made(manifest: ManifestObject, roles: readonly RoleSeen[], others: Readonly<Record<string, ReadRole>> = {}) {
  const read = roles.flatMap((one): [string, ReadRole][] =>
    [one.arn, ...one.profileNames.map((name) => `arn:aws:iam::${account}:instance-profile/${name}`)].map((value) => [
      roleKey({ kind: value.includes(":role/") ? "role" : "instance-profile", value }),
      { role: one },
    ]),
  );
  const {
    manifest: next,
    roles: batchRoles,
    uses,
  } = withRoles(manifest, {
    choice: {
      roles: new Map([...read, ...Object.entries(others)]),
      place: { account, partition: "aws" },
      purposes: new Map([["both", new Set(["execution", "other"])]]),
    },
    cluster: { name: "default", uid: "" },
    crds,
    isIgnoredTag: (key) => key === "ignored",
  });
  const described = Object.fromEntries(batchRoles.map(({ metadata, spec }) => [metadata.name, spec]));
  return { spec: next.spec as Readonly<Record<string, unknown>>, described, uses };
}

describe("a role is described as a BatchRole", () => {
  test("with its policies, boundary and tags, and no longer named", () => {
    const attachedPolicyArns = [required.execution, managed("B"), managed("A")];
    const boundary = managed("boundary");
    const execution = role("execution", "ecs-tasks", {
      attachedPolicyArns,
      permissionsBoundaryArn: boundary,
      tags: { team: "a", ignored: "x", "managed-by": "terraform", "aws:cloudformation:stack-name": "s" },
    });
    const named = container({ jobRoleArn: jobRole.arn, executionRoleArn: execution.arn });
    const { spec, described, uses } = made(definition(named), [jobRole, execution]);
    expect(described).toEqual({
      execution: {
        purpose: "execution",
        policyArns: [managed("A"), managed("B")],
        permissionsBoundary: boundary,
        tags: { team: "a" },
      },
      job: { purpose: "job", inlinePolicies: { read: document } },
    });
    expect([spec["iam"], spec["executionRoleRef"], spec["jobRoleRef"]]).toEqual([
      undefined,
      { name: "execution" },
      { name: "job" },
    ]);
    expect(spec["containerProperties"]).toEqual(containerJob("d").containerProperties);
    expect(spec["adoptionPolicy"]).toBe("IfExists");
    expect(uses.map(({ member, kept }) => [member, kept])).toEqual([
      ["executionRole", undefined],
      ["jobRole", undefined],
    ]);
  });

  test("of an environment: service role, and the role in the instance profile", () => {
    const instances = role("instances", "ec2", { attachedPolicyArns: [required.instance], profileNames: ["p"] });
    const service = role("service", "batch", { attachedPolicyArns: [required.service] });
    const instanceRole = `arn:aws:iam::${account}:instance-profile/p`;
    const { spec, described } = made(environment(ec2("e", { instanceRole }), { serviceRole: service.arn }), [
      instances,
      service,
    ]);
    expect(described).toEqual({ service: { purpose: "service" }, instances: { purpose: "instance" } });
    expect([spec["serviceRole"], spec["serviceRoleRef"]]).toEqual([undefined, { name: "service" }]);
    expect(spec["computeResources"]).toEqual(expect.not.objectContaining({ instanceRole }));
    expect(spec["computeResources"]).toMatchObject({ instanceRoleRef: { name: "instances" } });
  });

  test.each([
    [
      "an older version and a Sid",
      '{"Version":"2008-10-17","Statement":{"Sid":"","Effect":"Allow","Principal":{"Service":["ecs-tasks.amazonaws.com"]},"Action":"sts:AssumeRole"}}',
    ],
    [
      "this account as the source",
      `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceAccount":"${account}"}}}]}`,
    ],
  ])("whose trust policy has %s", (_what, trust) => {
    const { uses } = made(definition(container({ jobRoleArn: jobRole.arn })), [{ ...jobRole, trust }]);
    expect(uses).toEqual([{ member: "jobRole", value: jobRole.arn, kept: undefined }]);
  });

  test("for two purposes under two names, and under a name that objects may have", () => {
    const both = role("both", "ecs-tasks", { attachedPolicyArns: [required.execution] });
    const { described } = made(definition(container({ jobRoleArn: both.arn, executionRoleArn: both.arn })), [both]);
    expect(Object.entries(described)).toEqual([
      [expect.stringMatching(/^both-execution-[0-9a-f]{8}$/), { purpose: "execution" }],
      [expect.stringMatching(/^both-job-[0-9a-f]{8}$/), { purpose: "job", policyArns: [required.execution] }],
    ]);
    const odd = role("=a@b", "ecs-tasks");
    expect(made(definition(container({ jobRoleArn: odd.arn })), [odd]).spec["jobRoleRef"]).toEqual({
      name: expect.stringMatching(/^a-b-[0-9a-f]{8}$/),
    });
  });
});

describe("a role stays named", () => {
  const inDefinition = (found: RoleSeen) =>
    made(definition(container({ jobRoleArn: found.arn })), [found]).uses[0]?.kept;
  const { Statement: statements } = JSON.parse(jobRole.trust) as { readonly Statement: readonly object[] };
  const trusting = (...others: readonly object[]) =>
    JSON.stringify({ Version: "2012-10-17", Statement: [...statements, ...others] });
  const alone = "its trust policy is not that of a role for ecs-tasks.amazonaws.com alone";

  test.each([
    [
      "that others may take",
      { ...jobRole, trust: trusting({ Effect: "Allow", Principal: { AWS: account }, Action: "sts:AssumeRole" }) },
      alone,
    ],
    [
      "that is taken under conditions",
      {
        ...jobRole,
        trust: JSON.stringify({
          Statement: [{ ...statements[0], Condition: { StringEquals: { "sts:ExternalId": "x" } } }],
        }),
      },
      alone,
    ],
    ["of another service", { ...jobRole, trust: trustOf("lambda.amazonaws.com") }, alone],
    ["whose trust policy is not one", { ...jobRole, trust: "" }, alone],
    ["with a text in place of a statement", { ...jobRole, trust: '{"Statement": ["x"]}' }, alone],
    ["of another account", { ...jobRole, arn: "arn:aws:iam::999999999999:role/job" }, "it is in another account"],
    [
      "that an operator has made",
      { ...jobRole, arn: roleArn("aws-batch-operator/default/job/x") },
      "an operator has made it",
    ],
    [
      "with more than a BatchRole can have",
      { ...jobRole, attachedPolicyArns: Array.from({ length: 21 }, (_, at) => managed(`P${at}`)) },
      expect.stringMatching(/^spec\.policyArns: .*at most 20 entries/),
    ],
  ])("%s", (_what, found, why) => {
    expect(inDefinition(found)).toEqual(why);
  });

  test("without the policy that the operator attaches", () => {
    const { spec, uses } = made(definition(container({ executionRoleArn: jobRole.arn })), [jobRole]);
    expect(uses[0]?.kept).toBe(
      "it lacks AmazonECSTaskExecutionRolePolicy, which the operator attaches to every role of this purpose",
    );
    expect([spec["executionRoleRef"], spec["adoptionPolicy"]]).toEqual([undefined, "IfMatching"]);
  });

  test("that not all containers have", () => {
    const range = (targetNodes: string, roles: object) => ({
      targetNodes,
      container: container(roles).containerProperties,
    });
    const nodeProperties = (...ranges: readonly object[]) => ({
      type: "multinode",
      containerProperties: undefined,
      nodeProperties: { numNodes: 2, mainNode: 0, nodeRangeProperties: ranges },
    });
    const several = nodeProperties(
      range("0:0", { jobRoleArn: jobRole.arn }),
      range("1:1", { jobRoleArn: roleArn("other") }),
    );
    const some = nodeProperties(range("0:0", { jobRoleArn: jobRole.arn }), range("1:1", {}));
    const why = "jobRoleRef is for all containers, and not all of them have this role";
    expect(made(definition(several), [jobRole]).uses.map(({ value, kept }) => [value, kept])).toEqual([
      [jobRole.arn, why],
      [roleArn("other"), why],
    ]);
    expect(made(definition(some), [jobRole]).uses[0]?.kept).toBe(why);
    const all = nodeProperties(range("0:0", { jobRoleArn: jobRole.arn }), range("1:1", { jobRoleArn: jobRole.arn }));
    expect(made(definition(all), [jobRole]).uses[0]?.kept).toBeUndefined();
  });

  test("that was not read, or could not be", () => {
    const named = definition(container({ jobRoleArn: jobRole.arn }));
    expect(made(named, []).uses[0]?.kept).toBe("it was not read");
    expect(made(named, [], { "role/job": { why: "IAM has no such role" } }).uses[0]?.kept).toBe("IAM has no such role");
  });

  test("for which there is no BatchRole, while the service-linked role is AWS's", () => {
    const linked = `arn:aws:iam::${account}:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch`;
    const { uses } = made(environment(fargate("e"), { serviceRole: linked }), []);
    expect(uses).toEqual([]);
    const provider = {
      infrastructureRoleArn: roleArn("infrastructure"),
      instanceLaunchTemplate: { ec2InstanceProfileArn: `arn:aws:iam::${account}:instance-profile/p` },
    };
    const managedInstances = { type: "ECS_MANAGED_INSTANCES", managedInstancesProvider: provider };
    const kept = made(environment(ec2("e"), { computeResources: managedInstances }), []).uses;
    expect(kept.map(({ member, kept: why }) => [member, why])).toEqual([
      ["infrastructureRoleArn", "no BatchRole is for this purpose"],
      ["ec2InstanceProfileArn", "no BatchRole is for this purpose"],
    ]);
  });
});

const batchRole = (content: object): { readonly manifest: ManifestObject } => ({
  manifest: { ...definition({}), kind: "BatchRole", spec: { purpose: "job", ...content } },
});

test("an operator has to allow policies, tags and inline policies that its flags do not", () => {
  expect(limitsFor([batchRole({ policyArns: [required.execution] }), { manifest: definition({}) }], {})).toEqual({});
  const content = { policyArns: [managed("B")], inlinePolicies: { a: document }, tags: { team: "a", cost: "1" } };
  const flags = { allowedPolicyArns: [managed("A")], allowedRoleTagKeys: ["team"] };
  expect(limitsFor([batchRole(content)], flags)).toEqual({
    allowedPolicyArns: [managed("A"), managed("B")],
    allowedRoleTagKeys: ["team", "cost"],
    allowInlinePolicies: true,
  });
});

test("a name that would allow others in a flag is not in it: a comma ends it there, and a star matches others", () => {
  const jobRole = {
    policyArns: ["arn:aws:iam::1:policy/x,*,/a", "arn:aws:iam::1:policy/x*/a", "arn:aws:iam::1:policy/a+b=c"],
    tags: { "team,*": "a", "*": "b", "cost centre": "c" },
  };
  expect(limitsFor([batchRole(jobRole)], { allowedPolicyArns: [] })).toEqual({
    allowedPolicyArns: ["arn:aws:iam::1:policy/a+b=c"],
    allowedRoleTagKeys: ["cost centre"],
  });
});
