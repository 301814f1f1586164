import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../../src/aws/batch.ts";
import { differences } from "../../../../src/controllers/kinds/compute-environment/diff.ts";
import {
  attemptAt,
  createRequest,
  planId,
  revalidateRequest,
  updateRequest,
} from "../../../../src/controllers/kinds/compute-environment/request.ts";
import { ownerTags } from "../../../../src/controllers/ownership/ownership.ts";
import { timestamp } from "../../../../src/controllers/pass/conditions.ts";
import { ec2, environment, fargate, identity, now, serviceLinkedRole, withResources } from "./given.ts";

describe("the id of a plan", () => {
  it.each<[string, BatchComputeEnvironmentSpec]>([
    ["an instance type", withResources(ec2, { instanceTypes: ["m5"] })],
    ["a tag", { ...ec2, tags: { a: "b" } }],
    ["the state", { ...ec2, state: "DISABLED" }],
    ["a rollout token", { ...ec2, rolloutToken: "2" }],
    ["the update policy", { ...ec2, updatePolicy: { terminateJobsOnUpdate: true } }],
  ])("changes with %s", (_name, spec) => {
    expect(planId(spec, identity)).not.toBe(planId(ec2, identity));
  });

  it.each<[string, BatchComputeEnvironmentSpec]>([
    ["how a replacement goes", { ...ec2, replacement: { soakSeconds: 1, holdBefore: ["Repoint"] } }],
    ["how it drains", { ...ec2, drain: { policy: "Wait" } }],
    ["who may refer to it", { ...ec2, allowedNamespaces: { from: "All" } }],
    ["what becomes of it", { ...ec2, deletionPolicy: "Retain", adoptionPolicy: "IfExists" }],
  ])("stays the same whatever the spec says of %s", (_name, spec) => {
    expect(planId(spec, identity)).toBe(planId(ec2, identity));
  });

  it.each<[string, number]>([
    ["base-0a1b2c3d", 1],
    ["base-0a1b2c3d-2", 2],
    ["base-0a1b2c3d-999999", 999_999],
    ["base-0a1b2c3d-9999999", 0],
    ["base-0a1b2c3d-2x", 0],
    ["base-0a1b2c3d-x2", 0],
    ["base-0a1b2c3d-", 0],
    ["base-0a1b2c3d2", 0],
    ["base-00000000", 0],
    ["base", 0],
  ])("shows which attempt at it a name is: %s is %i", (name, attempt) => {
    expect(attemptAt("0a1b2c3d", "base", name)).toBe(attempt);
  });

  it("is of one object of one cluster, whatever its uids", () => {
    expect(planId(ec2, identity)).toMatch(/^[0-9a-f]{8}$/);
    expect(planId(ec2, { ...identity, name: "else" })).not.toBe(planId(ec2, identity));
    expect(planId(ec2, { ...identity, cluster: { name: "else", uid: "" } })).not.toBe(planId(ec2, identity));
    expect(planId(ec2, { ...identity, uid: "2", cluster: { name: "default", uid: "2" } })).toBe(planId(ec2, identity));
  });
});

describe("the request that makes an environment", () => {
  it("has the tags of its owner, of its making, and of its rollout", () => {
    expect(
      createRequest("n", { ...ec2, tags: { team: "x" }, rolloutToken: "2" }, identity, timestamp(now)).tags,
    ).toEqual({
      team: "x",
      ...ownerTags(identity),
      "awsbatch.dev/created-at": "2026-01-01T12:00:00Z",
      "awsbatch.dev/rollout-token": "2",
    });
  });

  it("is ENABLED and without policy, whatever the spec says, and has no empty members", () => {
    const spec: BatchComputeEnvironmentSpec = {
      ...fargate,
      state: "DISABLED",
      updatePolicy: { terminateJobsOnUpdate: true },
    };
    const { tags: _tags, ...request } = createRequest("n", spec, identity, timestamp(now));
    expect(Object.keys(request)).toEqual(["computeEnvironmentName", "type", "state", "computeResources"]);
    expect(request).toMatchObject({ computeEnvironmentName: "n", type: "MANAGED", state: "ENABLED" });
  });
});

describe("minvCpus, which AWS demands at the creation of instances", () => {
  const silent = withResources(ec2, { minvCpus: undefined });
  const made = (spec: BatchComputeEnvironmentSpec) =>
    createRequest("n", spec, identity, timestamp(now)).computeResources?.minvCpus;
  const managed: BatchComputeEnvironmentSpec = {
    type: "MANAGED",
    computeResources: { type: "ECS_MANAGED_INSTANCES", maxvCpus: 4 },
  };

  it.each<[string, BatchComputeEnvironmentSpec, number | undefined]>([
    ["0 for EC2 where the spec leaves it out", silent, 0],
    ["0 for SPOT where the spec leaves it out", withResources(silent, { type: "SPOT" }), 0],
    ["0 where the spec says 0", ec2, 0],
    ["what the spec says", withResources(ec2, { minvCpus: 4 }), 4],
    ["nothing on Fargate, which refuses it", fargate, undefined],
    ["nothing on Managed Instances", managed, undefined],
    ["nothing on an unmanaged environment", { type: "UNMANAGED", serviceRole: "r" }, undefined],
  ])("is %s", (_name, spec, expected) => {
    expect(made(spec)).toBe(expected);
  });

  it("gives no environment another name, and makes no difference to one that AWS describes", () => {
    expect(planId(silent, identity)).toBe("ed567c8a");
    expect(differences(silent, environment("ce", ec2))).toEqual([]);
  });
});

describe("the request that changes an environment", () => {
  const request = (spec: BatchComputeEnvironmentSpec, described = environment("ce")) =>
    updateRequest(described, differences(spec, described));

  it.each<[string, object, object]>([
    [
      "one field of the resources",
      request(withResources(ec2, { maxvCpus: 9 })),
      { computeEnvironment: "ce", computeResources: { maxvCpus: 9 } },
    ],
    ["the state", request({ ...ec2, state: "DISABLED" }), { computeEnvironment: "ce", state: "DISABLED" }],
    [
      "the policy, together with the state",
      request({ ...ec2, updatePolicy: { terminateJobsOnUpdate: true } }),
      {
        computeEnvironment: "ce",
        updatePolicy: { terminateJobsOnUpdate: true, jobExecutionTimeoutMinutes: 30 },
        state: "ENABLED",
      },
    ],
    [
      "the policy of one without a state in AWS",
      request({ ...ec2, updatePolicy: { terminateJobsOnUpdate: true } }, environment("ce", ec2, { state: undefined })),
      {
        computeEnvironment: "ce",
        updatePolicy: { terminateJobsOnUpdate: true, jobExecutionTimeoutMinutes: 30 },
        state: "ENABLED",
      },
    ],
    ["nothing but the name when nothing differs", request(ec2), { computeEnvironment: "ce" }],
  ])("sends %s", (_name, sent, expected) => {
    expect(sent).toEqual(expected);
  });
});

it.each<[string, Environment, object]>([
  [
    "a managed environment by what it has at most",
    environment("ce"),
    { computeEnvironment: "ce", computeResources: { maxvCpus: 256 } },
  ],
  [
    "an unmanaged one by its state and role",
    environment("ce", { type: "UNMANAGED" }),
    { computeEnvironment: "ce", state: "ENABLED", serviceRole: serviceLinkedRole },
  ],
])("AWS is asked to check %s again", (_name, described, expected) => {
  expect(revalidateRequest(described)).toEqual(expected);
});
