import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../../../src/api/object.ts";
import type { BatchComputeEnvironment } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import { AwsError } from "../../../../src/aws/errors.ts";
import { act } from "../../../../src/controllers/kinds/compute-environment/act.ts";
import {
  type Action,
  independentName,
  type TagPurpose,
} from "../../../../src/controllers/kinds/compute-environment/action.ts";
import { computeEnvironments } from "../../../../src/controllers/kinds/compute-environment/controller.ts";
import { newMemory } from "../../../../src/controllers/kinds/compute-environment/memory.ts";
import { circumstancesOf } from "../../../../src/controllers/pass/circumstances.ts";
import type { Ports } from "../../../../src/controllers/ports.ts";
import { VirtualClock } from "../../../../src/runtime/clock.ts";
import { collectingLog } from "../../../../src/runtime/log.ts";
import { type FakeRegion, fakeRegion, objectsOf } from "../../region.ts";
import { ec2, environment, identity, now, object, queue, settings } from "./given.ts";

const signal = new AbortController().signal;
const request = { computeEnvironment: "ce" };
const change = { set: { a: "1" }, remove: [] };
const update: Action = { kind: "update", name: "ce", arn: "arn:x/ce", request, rollout: undefined, paths: [] };

it.each<[string, Action, readonly string[]]>([
  [
    "creates",
    { kind: "create", request: { computeEnvironmentName: "ce", type: "MANAGED" } },
    ["createComputeEnvironment ce"],
  ],
  ["updates", update, ["updateComputeEnvironment ce"]],
  [
    "rolls out between two notes in the tags",
    { ...update, rollout: { token: "v2", ask: "@asked:1" } },
    ["changeTags ce", "updateComputeEnvironment ce", "changeTags ce"],
  ],
  [
    "rolls out what was asked for before",
    { ...update, rollout: { token: "v2", ask: undefined } },
    ["updateComputeEnvironment ce", "changeTags ce"],
  ],
  ["enables", { kind: "enable", name: "ce", request }, ["updateComputeEnvironment ce"]],
  ["asks for another check", { kind: "revalidate", name: "ce", request }, ["updateComputeEnvironment ce"]],
  ["disables", { kind: "disable", name: "ce", request }, ["updateComputeEnvironment ce"]],
  [
    "tags each",
    { kind: "tag", purpose: "takeOver", items: ["a", "b"].map((name) => ({ name, arn: `arn:x/${name}`, change })) },
    ["changeTags a", "changeTags b"],
  ],
  [
    "ends each job",
    { kind: "terminateJobs", name: "ce", jobIds: ["j1", "j2"] },
    ["terminateJob j1", "terminateJob j2"],
  ],
  ["deletes", { kind: "delete", name: "ce" }, ["deleteComputeEnvironment ce"]],
  [
    "repoints a foreign queue",
    { kind: "repointForeign", queue: "q", request: { jobQueue: "q" } },
    ["updateJobQueue q"],
  ],
])("%s", async (_name, action, expected) => {
  const region = fakeRegion();
  await act(
    action,
    object(),
    region,
    { memory: newMemory(), clock: new VirtualClock(now), isDesired: () => true },
    signal,
  );
  expect(region.calls).toEqual(expected);
});

describe("a rollout", () => {
  const rollout: Action = { ...update, rollout: { token: "v2", ask: "v1@asked:1" } };
  const denied = new AwsError("denied", "batch:X", "AccessDeniedException", "no");
  const lost = new AwsError("unavailable", "batch:X", "TimeoutError", "no answer");

  it.each<[string, string, AwsError, readonly string[], boolean | undefined]>([
    ["replaces no instance where its tags are refused", "changeTags", denied, [], undefined],
    ["is known not to be taken when AWS refuses it", "updateComputeEnvironment", denied, ["changeTags"], false],
    ["is in doubt when its answer is lost", "updateComputeEnvironment", lost, ["changeTags"], undefined],
  ])("%s", async (_name, failing, error, written, taken) => {
    const [region, memory] = [fakeRegion(), newMemory()];
    region.before = (call) => {
      if (call.startsWith(failing)) throw error;
    };
    await expect(
      act(rollout, object(), region, { memory, clock: new VirtualClock(now), isDesired: () => true }, signal),
    ).rejects.toBe(error);
    expect(region.calls).toEqual(written.map((call) => `${call} ce`));
    expect(memory.rollouts.get("eu-west-1/ce")?.taken).toBe(taken);
  });

  it("is known to be taken also when that cannot be noted", async () => {
    const [region, memory] = [fakeRegion(), newMemory()];
    region.before = () => {
      if (region.calls.length === 2) throw lost;
    };
    await expect(
      act(rollout, object(), region, { memory, clock: new VirtualClock(now), isDesired: () => true }, signal),
    ).rejects.toBe(lost);
    expect(region.calls).toEqual(["changeTags ce", "updateComputeEnvironment ce"]);
    expect(memory.rollouts.get("eu-west-1/ce")).toEqual({ token: "v2", taken: true });
  });

  it("writes first what was asked for, and then what was done", async () => {
    const [region, values] = [fakeRegion(), [] as unknown[]];
    region.changeTags = async (_arn, { set }) => void values.push(set);
    await act(
      rollout,
      object(),
      region,
      { memory: newMemory(), clock: new VirtualClock(now), isDesired: () => true },
      signal,
    );
    expect(values).toEqual([{ "awsbatch.dev/rollout-token": "v1@asked:1" }, { "awsbatch.dev/rollout-token": "v2" }]);
  });
});

it.each<Action>([
  { kind: "disable", name: "ce", request },
  { kind: "delete", name: "ce" },
])("does not $kind what a queue has come to name since the plan was made", async (action) => {
  const region = fakeRegion({ jobQueues: [queue("q", ["ce"]).queue] });
  const doing = { memory: newMemory(), clock: new VirtualClock(now), isDesired: () => true };
  await expect(act(action, object(), region, doing, signal)).rejects.toThrow("a queue may name ce since");
  expect(region.calls).toEqual([]);
});

it.each<[Action, string | undefined]>([
  [{ kind: "tag", purpose: "retire", items: [{ name: "ce", arn: "arn", change }] }, "retire ce"],
  [{ kind: "tag", purpose: "serving", items: [{ name: "ce", arn: "arn", change }] }, "serving ce"],
  [{ kind: "tag", purpose: "returned", items: [{ name: "ce", arn: "arn", change }] }, undefined],
  [{ kind: "disable", name: "ce", request }, "disable ce"],
  [{ kind: "revalidate", name: "ce", request }, "revalidate ce"],
  [{ kind: "terminateJobs", name: "ce", jobIds: ["j1"] }, "terminateJobs ce"],
  [{ kind: "repointForeign", queue: "q", request: { jobQueue: "q" } }, "repointForeign q"],
  [{ kind: "enable", name: "ce", request }, undefined],
  [{ kind: "create", request: { computeEnvironmentName: "ce", type: "MANAGED" } }, undefined],
])("a refusal of $kind, $purpose is known by its subject where others need not wait", (action, name) => {
  expect(independentName(action)).toBe(name);
});

it("stops at the first refusal", async () => {
  const region = fakeRegion();
  region.before = (call) => {
    if (call === "terminateJob j2")
      throw new AwsError("throttled", "batch:TerminateJob", "TooManyRequestsException", "slow");
  };
  const memory = newMemory();
  const action: Action = { kind: "terminateJobs", name: "ce", jobIds: ["j1", "j2", "j3"] };
  await expect(
    act(action, object(), region, { memory, clock: new VirtualClock(now), isDesired: () => true }, signal),
  ).rejects.toThrow("slow");
  expect(region.calls).toEqual(["terminateJob j1"]);
  expect(memory.terminatedAt.size).toBe(0);
});

it("remembers the mark of retirement that it has tried to write, and no other tag", async () => {
  const memory = newMemory();
  const doing = { memory, clock: new VirtualClock(now), isDesired: () => true };
  const region = fakeRegion();
  region.before = () => {
    throw new AwsError("unavailable", "batch:TagResource", "TimeoutError", "no answer");
  };
  const tag = (purpose: TagPurpose, key: string): Promise<void> => {
    const items = [{ name: "ce", arn: "arn", change: { set: { [key]: "value" }, remove: [] } }];
    return act({ kind: "tag", purpose, items }, object(), region, doing, signal);
  };
  await expect(tag("serving", "awsbatch.dev/serving-since")).rejects.toThrow("no answer");
  expect(memory.marks.written.size).toBe(0);
  await expect(tag("retire", "awsbatch.dev/retired-at")).rejects.toThrow("no answer");
  expect([...memory.marks.written]).toEqual([["eu-west-1/ce", "value"]]);
});

it("remembers when jobs were ended and a deletion was asked for, and forgets the rest with it", async () => {
  const memory = newMemory();
  memory.zeroSince.set("eu-west-1/ce", 1).set("us-east-1/ce", 1);
  await act(
    { kind: "terminateJobs", name: "ce", jobIds: [] },
    object(),
    fakeRegion(),
    { memory, clock: new VirtualClock(now), isDesired: () => true },
    signal,
  );
  expect(memory.terminatedAt.get("eu-west-1/ce")).toBe(now);
  await act(
    { kind: "delete", name: "ce" },
    object(),
    fakeRegion(),
    { memory, clock: new VirtualClock(now), isDesired: () => true },
    signal,
  );
  expect(memory.deleteTried.get("eu-west-1/ce")).toEqual({ at: now, under: circumstancesOf(object()) });
  expect([memory.terminatedAt.size, ...memory.zeroSince.keys()]).toEqual([0, "us-east-1/ce"]);
});

/** The controller over one object that is already marked, and an AWS with scripted answers. */
function controllerOf(whole: BatchComputeEnvironment, region: FakeRegion, clock: VirtualClock) {
  const metadata = {
    ...whole.metadata,
    finalizers: ["awsbatch.dev/cleanup"],
    annotations: { "awsbatch.dev/location": "123456789012/eu-west-1" },
  };
  const given: KubeObject = { ...whole, metadata };
  const ports = {
    clock,
    store: { get: async () => given },
    objects: objectsOf([given]),
    regions: { open: async () => region },
    reconciles: () => true,
    misnamed: () => undefined,
    cluster: identity.cluster,
    settings,
  } as unknown as Ports;
  const controller = computeEnvironments(ports);
  return () => controller.reconcile(given, { signal, reconcileId: "r", log: collectingLog() });
}

it("the controller reads object and AWS live, creates, and reports it", async () => {
  const region = fakeRegion();
  const unchecked = object({ ...ec2, network: { preflight: "Skip" } });
  const report = await controllerOf(unchecked, region, new VirtualClock(now))();
  expect(region.calls).toEqual(["refresh", expect.stringMatching(/^createComputeEnvironment team_ce-[0-9a-f]{8}$/)]);
  expect(report).toMatchObject({ status: undefined, events: [{ reason: "Created" }], again: { kind: "now" } });
});

it("the controller deletes what is empty, and gives AWS 5 minutes when it could not delete it", async () => {
  const clock = new VirtualClock(now);
  const retired = { "awsbatch.dev/retired-at": "2026-01-01T00:00:00Z" };
  const old = environment("team_ce-00000001", ec2, { state: "DISABLED", status: "INVALID", tags: retired });
  const region = fakeRegion({ computeEnvironments: [old] });
  region.monotonic = () => clock.monotonic();
  const whole = object();
  const metadata = { ...whole.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" };
  const pass = controllerOf({ ...whole, metadata }, region, clock);
  const deletions = (): number =>
    region.calls.filter((call) => call === "deleteComputeEnvironment team_ce-00000001").length;
  expect((await pass()).again).toEqual({ kind: "after", delayMs: 10_000 });
  await clock.advance(10_000);
  expect((await pass()).again).toEqual({ kind: "now" });
  await pass();
  await clock.advance(10_000);
  expect((await pass()).again).toEqual({ kind: "after", delayMs: 290_000 });
  expect(deletions()).toBe(1);
  await clock.advance(290_000);
  await pass();
  expect(deletions()).toBe(2);
});
