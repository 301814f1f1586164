import { describe, expect, it } from "vitest";
import type { UpdateComputeEnvironmentRequest } from "../../../src/aws/batch.ts";
import { environmentCreated, environmentUpdated } from "../../../src/aws/resources/compute-environments.ts";
import { arn, at, environment } from "./described.ts";

describe("a created environment", () => {
  const effect = environmentCreated(
    {
      computeEnvironmentName: "new",
      type: "MANAGED",
      computeResources: { type: "FARGATE", maxvCpus: 4, subnets: ["subnet-a"] },
      tags: { owner: "me" },
    },
    at,
  );

  it("is CREATING, ENABLED and has its ARN and tags", () => {
    expect(effect.apply(undefined)).toEqual({
      computeEnvironmentName: "new",
      computeEnvironmentArn: arn("compute-environment/new"),
      type: "MANAGED",
      state: "ENABLED",
      status: "CREATING",
      computeResources: { type: "FARGATE", maxvCpus: 4, subnets: ["subnet-a"] },
      tags: { owner: "me" },
    });
  });

  it("leaves what AWS already describes", () => {
    const described = environment({ computeEnvironmentName: "new" });
    expect(effect.apply(described)).toBe(described);
  });

  it("is shown by any record of the name", () => {
    expect(effect.shows(undefined)).toBe(false);
    expect(effect.shows(environment({ status: "VALID" }))).toBe(true);
  });
});

describe("an updated environment", () => {
  const resources = (computeResources: UpdateComputeEnvironmentRequest["computeResources"]) =>
    environmentUpdated({ computeEnvironment: "ce", computeResources });

  it("is UPDATING and has the new state and role", () => {
    const effect = environmentUpdated({ computeEnvironment: "ce", state: "DISABLED", serviceRole: "role" });
    expect(effect.apply(environment())).toMatchObject({ status: "UPDATING", state: "DISABLED", serviceRole: "role" });
  });

  it("that is described afterwards as before is shown by UPDATING alone: a stale read is as before, too", () => {
    const marks: UpdateComputeEnvironmentRequest[] = [
      { computeEnvironment: "ce", computeResources: { updateToLatestImageVersion: true } },
      { computeEnvironment: "ce", state: "ENABLED" },
    ];
    for (const request of marks) {
      const effect = environmentUpdated(request);
      effect.apply(environment());
      expect(effect.shows(environment())).toBe(false);
      expect(effect.shows(environment({ status: "UPDATING" }))).toBe(true);
    }
  });

  it("keeps the resources that the update does not name", () => {
    expect(resources({ maxvCpus: 32 }).apply(environment())?.computeResources).toEqual({
      ...environment().computeResources,
      maxvCpus: 32,
    });
  });

  it("takes away what is sent empty", () => {
    const effect = resources({ ec2KeyPair: "", launchTemplate: { launchTemplateName: "" }, subnets: [] });
    const after = effect.apply(environment())?.computeResources;
    expect(Object.keys(after ?? {}).toSorted()).toEqual(["desiredvCpus", "maxvCpus", "minvCpus", "tags", "type"]);
  });

  it("takes an empty list on Fargate for no change", () => {
    const fargate = environment({ computeResources: { type: "FARGATE", maxvCpus: 4, subnets: ["subnet-a"] } });
    const effect = resources({ maxvCpus: 8, subnets: [] });
    expect(effect.apply(fargate)?.computeResources).toEqual({ type: "FARGATE", maxvCpus: 8, subnets: ["subnet-a"] });
    expect(effect.shows(effect.apply(fargate))).toBe(true);
  });

  it("stays absent when the record is", () => {
    expect(resources({ maxvCpus: 32 }).apply(undefined)).toBeUndefined();
    expect(resources({ maxvCpus: 32 }).shows(undefined)).toBe(false);
  });

  it.each<[string, UpdateComputeEnvironmentRequest]>([
    ["a state", { computeEnvironment: "ce", state: "DISABLED" }],
    ["a number", { computeEnvironment: "ce", computeResources: { maxvCpus: 32 } }],
    ["a list", { computeEnvironment: "ce", computeResources: { subnets: ["subnet-c"] } }],
    ["a removal", { computeEnvironment: "ce", computeResources: { ec2KeyPair: "" } }],
    [
      "a launch template",
      { computeEnvironment: "ce", computeResources: { launchTemplate: { launchTemplateId: "lt-1" } } },
    ],
    ["tags of instances", { computeEnvironment: "ce", computeResources: { tags: {} } }],
    ["an update policy", { computeEnvironment: "ce", updatePolicy: { terminateJobsOnUpdate: false } }],
  ])("is not shown by the record before it and is by the one after it: %s", (_what, request) => {
    const effect = environmentUpdated(request);
    expect(effect.shows(environment())).toBe(false);
    expect(effect.shows(effect.apply(environment()))).toBe(true);
  });

  it("is shown whatever the order of a set and whatever AWS fills in", () => {
    const effect = resources({ subnets: ["subnet-b", "subnet-a"], launchTemplate: { launchTemplateName: "lt" } });
    expect(effect.shows(environment())).toBe(true);
  });

  it("does not wait for a new image, which no description shows", () => {
    expect(resources({ updateToLatestImageVersion: true }).shows(environment())).toBe(true);
  });
});
