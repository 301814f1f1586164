import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { JobDefinitionSpec } from "../../../../src/api/v1alpha1/job-definition.ts";
import { fingerprintOfSpec } from "../../../../src/controllers/kinds/job-definition/normalise.ts";
import { desiredRolesOf } from "../../../../src/controllers/parts/roles/desired.ts";
import {
  filledDefinition,
  filledEnvironment,
  rolesNamedByDefinition,
  rolesNamedByEnvironment,
} from "../../../../src/controllers/parts/roles/fill.ts";
import { desired, identity, place } from "./given.ts";

const iam = { executionRole: {}, jobRole: {} };
const desiredRoles = desiredRolesOf(iam, identity, place);
const executionRoleArn = desired({ executionRole: {} }).arn;
const jobRoleArn = desired({ jobRole: {} }).arn;
const image = "public.ecr.aws/docker/library/alpine:3";
const own = "arn:aws:iam::123456789012:role/own";

describe("the roles that the operator creates for a job definition", () => {
  const container: JobDefinitionSpec = { type: "container", iam, containerProperties: { image } };
  const tasks = (task: object = {}) => ({ taskProperties: [{ containers: [{ image }], ...task }] });
  const nodes = (...ranges: object[]): JobDefinitionSpec => ({
    type: "multinode",
    iam,
    nodeProperties: {
      numNodes: 2,
      mainNode: 0,
      nodeRangeProperties: ranges.map((range, index) => ({ targetNodes: `${index}:${index}`, ...range })),
    },
  });

  it("go into a container", () => {
    expect(filledDefinition(container, desiredRoles).containerProperties).toEqual({
      image,
      executionRoleArn,
      jobRoleArn,
    });
  });

  it("go into each ECS task", () => {
    const spec: JobDefinitionSpec = { type: "container", iam, ecsProperties: tasks() };
    expect(filledDefinition(spec, desiredRoles).ecsProperties).toEqual(
      tasks({ executionRoleArn, taskRoleArn: jobRoleArn }),
    );
  });

  it("go into each range of nodes, of either sort", () => {
    const spec = nodes({ container: { image } }, { ecsProperties: tasks() });
    expect(filledDefinition(spec, desiredRoles).nodeProperties?.nodeRangeProperties).toEqual([
      { targetNodes: "0:0", container: { image, executionRoleArn, jobRoleArn } },
      { targetNodes: "1:1", ecsProperties: tasks({ executionRoleArn, taskRoleArn: jobRoleArn }) },
    ]);
  });

  it("do not go into a pod, which has its service account", () => {
    const eksProperties = { podProperties: { containers: [{ image }] } };
    expect(filledDefinition({ type: "container", eksProperties }, desiredRoles).eksProperties).toEqual(eksProperties);
    const spec = nodes({ eksProperties });
    expect(filledDefinition(spec, desiredRoles)).toEqual(spec);
  });

  it("replace no role in the spec", () => {
    const spec = nodes({ container: { image, jobRoleArn: own } }, { container: { image } });
    const [first, second] = filledDefinition(spec, desiredRoles).nodeProperties?.nodeRangeProperties ?? [];
    expect([first?.container?.jobRoleArn, second?.container?.jobRoleArn]).toEqual([own, jobRoleArn]);
  });

  it("count in the fingerprint like roles in the spec", () => {
    const named = { ...container, containerProperties: { image, executionRoleArn, jobRoleArn } };
    expect(fingerprintOfSpec(filledDefinition(container, desiredRoles))).toBe(fingerprintOfSpec(named));
    expect(fingerprintOfSpec(filledDefinition(container, desiredRoles))).not.toBe(fingerprintOfSpec(container));
  });

  it("only go where a role of that purpose is requested", () => {
    const only = desiredRolesOf({ jobRole: {} }, identity, place);
    expect(filledDefinition(container, only).containerProperties).toEqual({ image, jobRoleArn });
  });

  it("are found where a spec names them, with their fields", () => {
    const spec = nodes({ container: { image, jobRoleArn: own } }, { ecsProperties: tasks({ taskRoleArn: own }) });
    const path = "spec.nodeProperties.nodeRangeProperties";
    expect(rolesNamedByDefinition(spec).map(({ field }) => field)).toEqual([
      `${path}[0].container.jobRoleArn`,
      `${path}[1].ecsProperties.taskProperties[0].taskRoleArn`,
    ]);
    expect(rolesNamedByDefinition(filledDefinition(container, desiredRoles)).map(({ field }) => field)).toEqual([
      "spec.containerProperties.executionRoleArn",
      "spec.containerProperties.jobRoleArn",
    ]);
  });
});

describe("the roles that the operator creates for a compute environment", () => {
  const spec: BatchComputeEnvironmentSpec = {
    type: "MANAGED",
    computeResources: { type: "SPOT", maxvCpus: 4, subnets: ["subnet-1"] },
  };
  const all = desiredRolesOf({ serviceRole: {}, instanceRole: {}, spotFleetRole: {} }, identity, place);

  it("go where AWS expects them: for instances it is the profile", () => {
    const filled = filledEnvironment(spec, all);
    expect(filled.serviceRole).toBe(desired({ serviceRole: {} }).arn);
    expect(filled.computeResources).toMatchObject({
      instanceRole: desired({ instanceRole: {} }).profileArn,
      spotIamFleetRole: desired({ spotFleetRole: {} }).arn,
    });
  });

  it("replace nothing, and add nothing to an environment without capacity", () => {
    const given = { ...spec, serviceRole: own };
    expect(filledEnvironment(given, all).serviceRole).toBe(own);
    expect(filledEnvironment({ type: "UNMANAGED" }, all)).toEqual({
      type: "UNMANAGED",
      serviceRole: desired({ serviceRole: {} }).arn,
    });
  });

  it("are found where a spec names them, with those of managed instances", () => {
    const named: BatchComputeEnvironmentSpec = {
      type: "MANAGED",
      serviceRole: own,
      computeResources: {
        type: "ECS_MANAGED_INSTANCES",
        maxvCpus: 4,
        managedInstancesProvider: {
          infrastructureRoleArn: own,
          instanceLaunchTemplate: {
            ec2InstanceProfileArn: own,
            networkConfiguration: { subnets: ["subnet-1"], securityGroups: ["sg-1"] },
          },
        },
      },
    };
    expect(rolesNamedByEnvironment(named).map(({ kind }) => kind)).toEqual(["role", "role", "instance-profile"]);
    expect(rolesNamedByEnvironment(filledEnvironment(spec, all)).map(({ kind }) => kind)).toEqual([
      "role",
      "instance-profile",
      "role",
    ]);
  });
});
