import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../../../src/aws/batch.ts";
import type { Seen } from "../../../../../src/controllers/kinds/compute-environment/seen.ts";
import { directives, ec2, environment, now, queue, seen, settings, withResources } from "../given.ts";
import { fresh, id, iso, next, old, other, retired, serving } from "../replaced.ts";

const arnOf = (name: string): string => `arn:aws:batch:eu-west-1:123456789012:compute-environment/${name}`;
const tagged = (name: string, set: object, remove: readonly string[] = []) => [
  { name, arn: arnOf(name), change: { set, remove } },
];

describe("an act, as a whole,", () => {
  it.each<[string, BatchComputeEnvironmentSpec, Partial<Seen>, object]>([
    [
      "makes the first environment",
      ec2,
      {},
      { kind: "act", reason: "Creating", message: `${seen(ec2).freeName.name} is being created` },
    ],
    [
      "creates the first environment again next to one that is being deleted",
      ec2,
      { environments: [environment("gone", ec2, { status: "DELETING" })] },
      { reason: "Creating", message: `${seen(ec2).freeName.name} is being created` },
    ],
    [
      "makes a successor, and does not blame a field for it that could be changed in place",
      withResources(other, { maxvCpus: 9 }),
      { environments: [old()] },
      { message: expect.stringMatching(/because of spec.computeResources.instanceTypes$/) },
    ],
    [
      "makes a successor of one that fits, but cannot be taken back",
      ec2,
      { environments: [old({ status: "INVALID", state: "DISABLED", tags: retired })] },
      { message: expect.stringMatching(/to take over, because of the spec$/) },
    ],
    [
      "makes a successor although the policy is Never, where nothing serves any more",
      { ...other, replacement: { policy: "Never" } },
      { environments: [old({ state: "DISABLED", tags: retired })] },
      { kind: "act", reason: "Creating" },
    ],
    [
      "makes a successor without an approval, where nothing serves any more",
      { ...other, replacement: { holdBefore: ["Create"] } },
      { environments: [old({ state: "DISABLED", tags: retired })] },
      { kind: "act", reason: "Creating" },
    ],
    [
      "makes a successor, and says which fields ask for it",
      { ...other, serviceRole: "arn:aws:iam::123456789012:role/one" },
      { environments: [old()] },
      {
        reason: "Creating",
        message: expect.stringMatching(
          /^team_ce-\w+ is being created to take over, because of spec.computeResources.instanceTypes, spec.serviceRole$/,
        ),
      },
    ],
    [
      "makes another attempt, and says why",
      ec2,
      {
        environments: [
          environment(`team_ce-${seen(ec2).planId}`, ec2, {
            status: "INVALID",
            statusReason: "CLIENT_ERROR - Not authorized to perform sts:AssumeRole",
            tags: { "awsbatch.dev/created-at": iso(11) },
          }),
        ],
      },
      {
        reason: "Creating",
        message: `team_ce-${seen(ec2).planId}-2 is being created after AWS found team_ce-${seen(ec2).planId} INVALID: CLIENT_ERROR - Not authorized to perform sts:AssumeRole`,
      },
    ],
    [
      "enables what the spec went back to",
      ec2,
      { environments: [old({ state: "DISABLED", tags: retired })] },
      {
        kind: "act",
        action: { kind: "enable", name: "old", request: { computeEnvironment: "old", state: "ENABLED" } },
        reason: "Reactivating",
        message: "old fits the spec again and is put back into service",
      },
    ],
    [
      "disables what serves, as the spec says",
      { ...other, state: "DISABLED" },
      { environments: [old(), fresh({ state: "DISABLED" })], queues: [queue("q1", ["old"])] },
      {
        kind: "act",
        action: {
          kind: "update",
          name: "old",
          arn: arnOf("old"),
          request: { computeEnvironment: "old", state: "DISABLED" },
          rollout: undefined,
          paths: ["spec.state"],
        },
        reason: "Updating",
        message: "old is being DISABLED, as the spec says",
        effects: [{ path: "spec.state", cause: "spec" }],
      },
    ],
    [
      "enables what serves, as the spec says",
      { ...other, state: "ENABLED" },
      { environments: [old({ state: "DISABLED" })], queues: [queue("q1", ["old"])] },
      {
        action: { kind: "update", request: { computeEnvironment: "old", state: "ENABLED" } },
        message: "old is being ENABLED, as the spec says",
      },
    ],
    [
      "expects to be shown an update",
      withResources(ec2, { maxvCpus: 9 }),
      { environments: [old()] },
      {
        kind: "act",
        action: { kind: "update", name: "old" },
        effects: [{ path: "spec.computeResources.maxvCpus", cause: "spec" }],
      },
    ],
    [
      "takes the mark off what the spec went back to, in the state that it says",
      { ...ec2, state: "DISABLED" },
      { environments: [old({ state: "DISABLED", tags: retired })] },
      {
        kind: "act",
        action: { kind: "tag", purpose: "revive", items: tagged("old", {}, ["awsbatch.dev/retired-at"]) },
        reason: "Reactivating",
        message: "old fits the spec again and is put back into service",
      },
    ],
    [
      "disables again what the spec went back to, where it says so",
      { ...ec2, state: "DISABLED" },
      { environments: [old({ tags: retired })] },
      {
        action: { kind: "enable", name: "old", request: { computeEnvironment: "old", state: "DISABLED" } },
        reason: "Reactivating",
      },
    ],
    [
      "changes tags",
      { ...ec2, tags: { team: "a" } },
      { environments: [old({ tags: { gone: "b" } })] },
      {
        kind: "act",
        action: { kind: "tag", purpose: "userTags", items: tagged("old", { team: "a" }, ["gone"]) },
        reason: "UpdatingTags",
        message: "the tags of old are being changed",
      },
    ],
    [
      "updates",
      { ...withResources(ec2, { maxvCpus: 9, minvCpus: 1 }), rolloutToken: "v1" },
      { environments: [old({ tags: { "awsbatch.dev/rollout-token": "v1" } })] },
      {
        kind: "act",
        action: {
          kind: "update",
          name: "old",
          arn: arnOf("old"),
          request: { computeEnvironment: "old", computeResources: { maxvCpus: 9, minvCpus: 1 } },
          rollout: undefined,
          paths: ["spec.computeResources.maxvCpus", "spec.computeResources.minvCpus"],
        },
        reason: "Updating",
        message: "old is being updated: spec.computeResources.maxvCpus, spec.computeResources.minvCpus",
      },
    ],
    [
      "disables what the spec says, though no queue names it",
      { ...ec2, state: "DISABLED" },
      { environments: [old()] },
      {
        action: { kind: "update", request: { computeEnvironment: "old", state: "DISABLED" }, paths: ["spec.state"] },
      },
    ],
    [
      "revalidates an INVALID one",
      ec2,
      {
        environments: [old({ status: "INVALID", statusReason: "no such subnet" })],
        invalidSince: new Map([["old", now - 1_800_000]]),
      },
      {
        kind: "act",
        action: { kind: "revalidate", name: "old" },
        reason: "Revalidating",
        message: "revalidating old, which is INVALID (no such subnet)",
      },
    ],
    [
      "asks so by sending the state along, for want of a capacity",
      { type: "UNMANAGED" },
      {
        environments: [environment("old", { type: "UNMANAGED" }, { status: "INVALID", statusReason: "no such role" })],
        invalidSince: new Map([["old", now - 1_800_000]]),
      },
      {
        action: { kind: "revalidate", request: { computeEnvironment: "old", state: "ENABLED" } },
      },
    ],
    [
      "marks a target that served again in the very second in which it had been marked before",
      other,
      {
        environments: [
          old(),
          fresh({
            status: "INVALID",
            tags: { "awsbatch.dev/serving-since": iso(60), "awsbatch.dev/returned-at": `${iso(60)}/earlier` },
          }),
        ],
        queues: [queue("q1", ["old"])],
      },
      { kind: "act", action: { kind: "tag", purpose: "returned" }, reason: "RollingBack" },
    ],
    [
      "marks a target from which the queues go back",
      other,
      { environments: [old(), fresh({ status: "INVALID", ...serving(60) })], queues: [queue("q1", ["old"])] },
      {
        kind: "act",
        action: {
          kind: "tag",
          purpose: "returned",
          items: tagged("new", { "awsbatch.dev/returned-at": `${iso(0)}/${id}` }),
        },
        reason: "RollingBack",
      },
    ],
    [
      "marks since when the target serves",
      other,
      { environments: [old(), fresh()] },
      {
        kind: "act",
        action: { kind: "tag", purpose: "serving", items: tagged("new", { "awsbatch.dev/serving-since": iso(0) }) },
        reason: "SwitchingQueues",
        message: "new serves all queues",
      },
    ],
    [
      "repoints a queue of somebody else",
      { ...other, replacement: { foreignQueues: "Repoint" } },
      {
        environments: [old(), fresh()],
        queues: [queue("theirs", ["old"], { foreign: true })],
        settings: { ...settings, allowForeignRepoint: true },
      },
      {
        kind: "act",
        action: {
          kind: "repointForeign",
          queue: "theirs",
          request: { jobQueue: "theirs", computeEnvironmentOrder: [{ order: 1, computeEnvironment: "new" }] },
        },
        reason: "SwitchingQueues",
        message: "queue theirs, which is not managed here, is being handed over to new",
        effects: [{ path: "the order of queue theirs", cause: "foreign" }],
      },
    ],
  ])("%s", (_name, spec, change, expected) => {
    expect(next(spec, change)).toMatchObject(expected);
  });

  it("is not put off", () => {
    const environments = [old({ status: "INVALID", statusReason: "no such subnet" })];
    const step = next(ec2, { environments, invalidSince: new Map([["old", now - 1_800_000]]) });
    expect(step).toMatchObject({ reason: "Revalidating" });
    expect(step).not.toHaveProperty("checkInMs");
  });

  it("repoints a queue without a policy without one", () => {
    const spec: BatchComputeEnvironmentSpec = { ...other, replacement: { foreignQueues: "Repoint" } };
    const step = next(spec, {
      environments: [old(), fresh()],
      queues: [queue("theirs", ["old"], { foreign: true })],
      settings: { ...settings, allowForeignRepoint: true },
    });
    if (step.kind !== "act" || step.action.kind !== "repointForeign") throw new Error("expected a repoint");
    expect(Object.keys(step.action.request)).toEqual(["jobQueue", "computeEnvironmentOrder"]);
  });

  it("is the same in whichever order AWS lists", () => {
    const three = ["a", "b", "c"].map((name) => environment(name));
    const deleting = { directives: { ...directives, deleting: true, retain: true } };
    const names = (environments: readonly Environment[]): unknown => next(ec2, { environments, ...deleting }).message;
    const [a, b, c] = three as [Environment, Environment, Environment];
    for (const order of [
      [a, b, c],
      [c, b, a],
      [b, a, c],
      [c, a, b],
    ])
      expect(names(order)).toContain("a, b, c is left");
  });
});
