import { describe, expect, it } from "vitest";
import { desiredRolesOf } from "../../../../src/controllers/parts/roles/desired.ts";
import { clusterInRole, isMadeByOperator, roleName, rolePath } from "../../../../src/controllers/parts/roles/names.ts";
import { desired, identity, place } from "./given.ts";

describe("the name of a role", () => {
  const own = { kind: "object", name: "ce", purpose: "service" } as const;

  it("contains namespace, object and purpose, and is the same each time", () => {
    const name = roleName("default", "team", own);
    expect(name).toMatch(/^team_ce_service_[0-9a-f]{8}$/);
    expect(roleName("default", "team", own)).toBe(name);
  });

  it("has at most 64 characters that IAM accepts, and differs in what was cut", () => {
    const long = (end: string) =>
      roleName("default", "n".repeat(63), { kind: "object", name: `${"o".repeat(252)}${end}`, purpose: "spot-fleet" });
    expect(long("a")).toHaveLength(64);
    expect(long("a")).toMatch(/^[\w+=,.@-]+$/);
    expect(long("a")).not.toBe(long("b"));
  });

  it("differs by cluster, namespace, object and purpose, and when it is shared", () => {
    const names = [
      roleName("default", "team", own),
      roleName("other", "team", own),
      roleName("default", "team-2", own),
      roleName("default", "team", { ...own, name: "ce-2" }),
      roleName("default", "team", { ...own, purpose: "instance" }),
      roleName("default", "team", { kind: "shared", name: "ce_service" }),
      roleName("default", "team", { kind: "shared", name: "CE_service" }),
    ];
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
  });

  it("is under a path of the cluster, by which it is recognized", () => {
    expect(rolePath("prod")).toBe("/aws-batch-operator/prod/");
    expect(isMadeByOperator(desired({ jobRole: {} }).arn)).toBe(true);
    expect(isMadeByOperator("arn:aws:iam::123456789012:role/service-role/AWSBatchServiceRole")).toBe(false);
    expect(clusterInRole("arn:aws:iam::123456789012:role/service-role/AWSBatchServiceRole")).toBeUndefined();
    expect(clusterInRole("arn:aws:iam::123456789012:role/aws-batch-operator/blue/job/team_x_00000000")).toBe("blue");
  });
});

describe("a desired role", () => {
  const managed = (partition: string, policy: string) => `arn:${partition}:iam::aws:policy/service-role/${policy}`;

  it.each([
    ["serviceRole", "aws", "batch.amazonaws.com", "AWSBatchServiceRole"],
    ["serviceRole", "aws-cn", "batch.amazonaws.com", "AWSBatchServiceRole"],
    ["serviceRole", "aws-us-gov", "batch.amazonaws.com", "AWSBatchServiceRole"],
    ["instanceRole", "aws", "ec2.amazonaws.com", "AmazonEC2ContainerServiceforEC2Role"],
    ["instanceRole", "aws-cn", "ec2.amazonaws.com.cn", "AmazonEC2ContainerServiceforEC2Role"],
    ["instanceRole", "aws-us-gov", "ec2.amazonaws.com", "AmazonEC2ContainerServiceforEC2Role"],
    ["spotFleetRole", "aws", "spotfleet.amazonaws.com", "AmazonEC2SpotFleetTaggingRole"],
    ["spotFleetRole", "aws-cn", "spotfleet.amazonaws.com", "AmazonEC2SpotFleetTaggingRole"],
    ["spotFleetRole", "aws-us-gov", "spotfleet.amazonaws.com", "AmazonEC2SpotFleetTaggingRole"],
    ["executionRole", "aws", "ecs-tasks.amazonaws.com", "AmazonECSTaskExecutionRolePolicy"],
    ["executionRole", "aws-cn", "ecs-tasks.amazonaws.com", "AmazonECSTaskExecutionRolePolicy"],
    ["executionRole", "aws-us-gov", "ecs-tasks.amazonaws.com", "AmazonECSTaskExecutionRolePolicy"],
    ["jobRole", "aws", "ecs-tasks.amazonaws.com", undefined],
    ["jobRole", "aws-cn", "ecs-tasks.amazonaws.com", undefined],
    ["jobRole", "aws-us-gov", "ecs-tasks.amazonaws.com", undefined],
  ])("%s in %s is trusted to %s alone, with %s", (field, partition, principal, policy) => {
    const [desired] = desiredRolesOf({ [field]: {} }, identity, { ...place, partition });
    const trust = JSON.parse(desired?.trust ?? "") as { Statement: { Condition?: unknown }[] };
    const [{ Condition: onBehalf, ...statement } = {}] = trust.Statement;
    expect({ ...trust, Statement: [statement] }).toEqual({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service: principal }, Action: "sts:AssumeRole" }],
    });
    // Otherwise anybody in AWS could have the service act by the role. EC2 and Spot Fleet do not say for whom they act.
    const says = /^(batch|ecs-tasks)/.test(principal);
    expect(onBehalf).toEqual(says ? { StringEquals: { "aws:SourceAccount": "123456789012" } } : undefined);
    expect(desired?.policyArns).toEqual(policy === undefined ? [] : [managed(partition, policy)]);
    expect(desired?.arn).toBe(
      `arn:${partition}:iam::123456789012:role/aws-batch-operator/default/${desired?.purpose}/${desired?.name}`,
    );
  });

  it("has what the spec requests in addition to what it needs, each once", () => {
    const asked = ["arn:aws:iam::aws:policy/Two", managed("aws", "AmazonECSTaskExecutionRolePolicy")];
    const one = desired({ executionRole: { policyArns: asked, inlinePolicies: { p: "{}" }, tags: { team: "a" } } });
    expect(one.policyArns).toEqual(["arn:aws:iam::aws:policy/Two", managed("aws", "AmazonECSTaskExecutionRolePolicy")]);
    expect(one.asked).toEqual(asked);
    expect([one.inlinePolicies, one.userTags]).toEqual([{ p: "{}" }, { team: "a" }]);
  });

  it("has the boundary of the spec, else the operator's", () => {
    const [own] = desiredRolesOf({ jobRole: { permissionsBoundary: "mine" } }, identity, place, "theirs");
    const [given] = desiredRolesOf({ jobRole: {} }, identity, place, "theirs");
    expect([own?.permissionsBoundaryArn, given?.permissionsBoundaryArn]).toEqual(["mine", "theirs"]);
  });

  it("belongs to its object", () => {
    expect(desired({ jobRole: {} }).ownTags).toEqual({
      "awsbatch.dev/cluster": "default",
      "awsbatch.dev/cluster-uid": "cluster-1",
      "awsbatch.dev/namespace": "team",
      "awsbatch.dev/name": "ce",
      "awsbatch.dev/uid": "uid-1",
      "awsbatch.dev/role": "job",
    });
  });

  it("exists for each field in the spec, also an empty one, but for one with a name, and for nothing else", () => {
    const fields = {
      spotFleetRole: { name: "by name" },
      serviceRole: {},
      instanceRole: {},
      repairMissingServiceRole: true,
    };
    expect(desiredRolesOf(fields, identity, place).map(({ field }) => field)).toEqual([
      "spec.iam.serviceRole",
      "spec.iam.instanceRole",
    ]);
    expect(desiredRolesOf(undefined, identity, place)).toEqual([]);
  });
});
