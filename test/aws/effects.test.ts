import { describe, expect, it } from "vitest";
import type { Environment, Queue, UpdateComputeEnvironmentRequest } from "../../src/aws/batch.ts";
import {
  deletion,
  environmentCreated,
  environmentUpdated,
  queueCreated,
  queueUpdated,
  retagged,
  revisionDeregistered,
  revisionRegistered,
  revisionRetagged,
} from "../../src/aws/effects.ts";
import type { RevisionSeen } from "../../src/aws/region.ts";

const at = { partition: "aws", region: "us-east-1", account: "123456789012" };
const arn = (resource: string): string => `arn:aws:batch:us-east-1:123456789012:${resource}`;

function environment(more: Partial<Environment> = {}): Environment {
  return {
    computeEnvironmentName: "ce",
    computeEnvironmentArn: arn("compute-environment/ce"),
    state: "ENABLED",
    status: "VALID",
    computeResources: {
      type: "EC2",
      minvCpus: 0,
      maxvCpus: 16,
      desiredvCpus: 4,
      subnets: ["subnet-a", "subnet-b"],
      ec2KeyPair: "key",
      launchTemplate: { launchTemplateName: "lt", version: "$Default" },
      tags: { a: "1" },
    },
    tags: { owner: "me" },
    ...more,
  };
}

function queue(more: Partial<Queue> = {}): Queue {
  return {
    jobQueueName: "q",
    jobQueueArn: arn("job-queue/q"),
    state: "ENABLED",
    status: "VALID",
    priority: 1,
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: arn("compute-environment/ce") }],
    ...more,
  };
}

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

describe("queues", () => {
  it("are CREATING at first, with the ARNs of their environments", () => {
    const effect = queueCreated(
      { jobQueueName: "q", priority: 2, computeEnvironmentOrder: [{ order: 1, computeEnvironment: "ce" }] },
      at,
    );
    expect(effect.apply(undefined)).toEqual(queue({ status: "CREATING", priority: 2, tags: {} }));
  });

  it("show a new order only when the whole list is the new one", () => {
    const order = [{ order: 1, computeEnvironment: "ce-2" }];
    const effect = queueUpdated({ jobQueue: "q", computeEnvironmentOrder: order }, at);
    const both = [
      { order: 1, computeEnvironment: arn("compute-environment/ce-2") },
      { order: 2, computeEnvironment: arn("compute-environment/ce") },
    ];
    expect(effect.shows(queue())).toBe(false);
    expect(effect.shows(queue({ computeEnvironmentOrder: both }))).toBe(false);
    expect(effect.apply(queue())).toEqual(
      queue({
        status: "UPDATING",
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: arn("compute-environment/ce-2") }],
      }),
    );
    expect(effect.shows(effect.apply(queue()))).toBe(true);
  });

  it("show a cleared list of time limit actions", () => {
    const action = { reason: "r", state: "RUNNABLE" as const, maxTimeSeconds: 600, action: "CANCEL" as const };
    const effect = queueUpdated({ jobQueue: "q", jobStateTimeLimitActions: [] }, at);
    expect(effect.shows(queue({ jobStateTimeLimitActions: [action] }))).toBe(false);
    expect(effect.shows(queue())).toBe(true);
  });
});

describe("a deletion", () => {
  it("is shown by DELETING and by absence", () => {
    const effect = deletion<Environment>();
    expect(effect.apply(environment())?.status).toBe("DELETING");
    expect(effect.apply(undefined)).toBeUndefined();
    expect(effect.shows(environment())).toBe(false);
    expect(effect.shows(environment({ status: "DELETING" }))).toBe(true);
    expect(effect.shows(undefined)).toBe(true);
  });
});

describe("tags", () => {
  const effect = retagged<Environment>({ set: { owner: "you", extra: "1" }, remove: ["old"] });

  it("are set and removed, others stay", () => {
    const before = environment({ tags: { owner: "me", old: "x", other: "y" } });
    expect(effect.apply(before)?.tags).toEqual({ owner: "you", extra: "1", other: "y" });
  });

  it.each([
    [{ owner: "you", extra: "1", other: "y" }, true],
    [{ owner: "you" }, false],
    [{ owner: "you", extra: "1", old: "x" }, false],
  ])("are shown by %j: %s", (tags, shown) => {
    expect(effect.shows(environment({ tags }))).toBe(shown);
  });
});

describe("revisions", () => {
  const revision = (number: number, tags: Record<string, string> = {}): RevisionSeen => ({
    name: "jd",
    revision: number,
    arn: arn(`job-definition/jd:${number}`),
    type: "container",
    tags,
    fingerprint: `v1:${number}`,
    roles: [],
  });

  it("are kept highest first", () => {
    const effect = revisionRegistered(revision(3));
    expect(effect.apply([revision(2), revision(1)])?.map(({ revision: number }) => number)).toEqual([3, 2, 1]);
    expect(effect.apply(undefined)).toEqual([revision(3)]);
    expect(effect.shows([revision(2)])).toBe(false);
    expect(effect.shows([revision(4), revision(3)])).toBe(true);
  });

  it("are gone when deregistered, and the name with the last of them", () => {
    const effect = revisionDeregistered<RevisionSeen>(2);
    expect(effect.apply([revision(2), revision(1)])).toEqual([revision(1)]);
    expect(effect.apply([revision(2)])).toBeUndefined();
    expect(effect.shows([revision(2)])).toBe(false);
    expect(effect.shows(undefined)).toBe(true);
  });

  it("are retagged one by one", () => {
    const effect = revisionRetagged<RevisionSeen>(revision(1).arn, { set: { a: "1" }, remove: [] });
    expect(effect.apply([revision(2), revision(1)])).toEqual([revision(2), revision(1, { a: "1" })]);
    expect(effect.shows([revision(2), revision(1)])).toBe(false);
    expect(effect.shows([revision(2)])).toBe(true);
  });
});
