import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../../../src/api/object.ts";
import type { JobQueue } from "../../../../src/api/v1alpha1/job-queue.ts";
import type { Environment } from "../../../../src/aws/batch.ts";
import { AwsError } from "../../../../src/aws/errors.ts";
import type { EnvironmentType } from "../../../../src/controllers/draining/queue-order.ts";
import { act } from "../../../../src/controllers/kinds/job-queue/act.ts";
import { type Action, independentName, type Moves } from "../../../../src/controllers/kinds/job-queue/action.ts";
import { jobQueues } from "../../../../src/controllers/kinds/job-queue/controller.ts";
import { newMemory } from "../../../../src/controllers/kinds/job-queue/observe.ts";
import type { Places } from "../../../../src/controllers/kinds/job-queue/places.ts";
import { memoryKey } from "../../../../src/controllers/ownership/naming.ts";
import type { Ports } from "../../../../src/controllers/ports.ts";
import { VirtualClock } from "../../../../src/runtime/clock.ts";
import { collectingLog } from "../../../../src/runtime/log.ts";
import { type FakeRegion, fakeRegion, objectsOf } from "../../region.ts";
import { foreignEnvironment, identity, job, now, object, queue, settings } from "./given.ts";

const signal = new AbortController().signal;
const request = { jobQueue: "q" };

const nowhere: Places = {
  environments: new Map(),
  foundInvalid: new Set(),
  serviceEnvironments: new Map(),
  enabling: new Set(),
};

function doing(change: object = {}) {
  const fixed = { now: () => now, isDesired: () => true, places: () => nowhere, isGoing: () => false };
  return { memory: newMemory(), ...fixed, ...change };
}

/** What is known where AWS has these environments, of either type. */
const known = (...all: readonly Environment[]) => {
  const environments = new Map(all.map((one) => [one.computeEnvironmentName, one]));
  return (): Places => ({ ...nowhere, environments, serviceEnvironments: environments as never });
};

const moves = (change: Partial<Moves> = {}): Moves => ({
  type: "compute-environment",
  before: [],
  after: ["y", "x"],
  joining: ["y", "x"],
  ...change,
});

it.each<[string, Action, readonly string[]]>([
  ["creates", { kind: "create", request: { jobQueueName: "q", priority: 1 }, moves: moves() }, ["createJobQueue q"]],
  ["updates", { kind: "update", request, paths: [], moves: moves() }, ["updateJobQueue q"]],
  [
    "tags",
    { kind: "tag", purpose: "adopt", name: "q", arn: "arn:x/q", change: { set: {}, remove: [] } },
    ["changeTags q"],
  ],
  ["disables", { kind: "disable", name: "q", request }, ["updateJobQueue q"]],
  ["ends each job", { kind: "terminateJobs", name: "q", jobIds: ["j1", "j2"] }, ["terminateJob j1", "terminateJob j2"]],
  ["deletes", { kind: "delete", name: "q" }, ["deleteJobQueue q"]],
])("%s", async (_name, action, expected) => {
  const region = fakeRegion();
  await act(action, region, doing(), signal);
  expect(region.calls).toEqual(expected);
});

it("remembers when jobs were ended, and forgets all with the deletion", async () => {
  const memory = newMemory();
  memory.zeroSince.set(memoryKey(fakeRegion(), "q"), { from: 0, zeroSince: 1 });
  await act({ kind: "terminateJobs", name: "q", jobIds: [] }, fakeRegion(), doing({ memory }), signal);
  expect(memory.terminatedAt.get(memoryKey(fakeRegion(), "q"))).toBe(now);
  await act({ kind: "delete", name: "q" }, fakeRegion(), doing({ memory }), signal);
  expect([memory.terminatedAt.size, memory.zeroSince.size]).toEqual([0, 0]);
});

const joins: readonly Action[] = (["compute-environment", "service-environment"] as const).flatMap((type) => [
  { kind: "create", request: { jobQueueName: "q", priority: 1 }, moves: moves({ type }) },
  { kind: "update", request, paths: [], moves: moves({ type }) },
]);

it.each(joins)(
  "sends no $kind, $moves.type, that names what has been marked as retired since it was planned",
  async (action) => {
    const retired = foreignEnvironment("x", { tags: { "awsbatch.dev/retired-at": "2026-01-01T00:00:00Z" } });
    const region = fakeRegion();
    const places = known(foreignEnvironment("y"), retired);
    await expect(act(action, region, doing({ places }), signal)).rejects.toThrow(
      "x is being taken out of service since",
    );
    expect(region.calls).toEqual([]);
  },
);

it.each(joins)(
  "sends no $kind, $moves.type, that names what is of an object that has been deleted since it was planned",
  async (one) => {
    const region = fakeRegion();
    const places = known(foreignEnvironment("y"), foreignEnvironment("x"));
    const isGoing = (_type: string, { computeEnvironmentName }: Environment): boolean => computeEnvironmentName === "x";
    const goes = doing({ places, isGoing });
    await expect(act(one, region, goes, signal)).rejects.toThrow("x is being taken out of service since");
    expect(region.calls).toEqual([]);
  },
);

const off = (name: string): Environment => foreignEnvironment(name, { state: "DISABLED" });
const leaving = (type: EnvironmentType): Action => ({
  kind: "update",
  request,
  paths: [],
  moves: moves({ type, before: ["x"], after: ["y"], joining: ["y"] }),
});

describe.each(["compute-environment", "service-environment"] as const)("a %s that the queue is to leave", (type) => {
  it.each<[string, Places]>([
    ["was enabled since", known(foreignEnvironment("x"), off("y"))()],
    ["is enabled again", { ...known(off("x"), off("y"))(), enabling: new Set(["x"]) }],
    ["is being updated", known(foreignEnvironment("x", { status: "UPDATING" }), off("y"))()],
  ])("%s, and no order of what takes no jobs is sent", async (_name, places) => {
    const region = fakeRegion();
    const sent = act(leaving(type), region, doing({ places: () => places }), signal);
    await expect(sent).rejects.toThrow("jobs may start in x since, and in none of y");
    expect(region.calls).toEqual([]);
  });

  it.each<[string, Places]>([
    ["takes no jobs either", known(off("x"), off("y"))()],
    [
      "was enabled since, where jobs can start in what follows too",
      known(foreignEnvironment("x"), foreignEnvironment("y"))(),
    ],
  ])("%s, and the order is sent", async (_name, places) => {
    const region = fakeRegion();
    await act(leaving(type), region, doing({ places: () => places }), signal);
    expect(region.calls).toEqual(["updateJobQueue q"]);
  });
});

it("ends no further job once the object desires something else", async () => {
  const region = fakeRegion();
  const memory = newMemory();
  const isDesired = (): boolean => region.calls.length < 2;
  const jobIds = ["j1", "j2", "j3"];
  await act({ kind: "terminateJobs", name: "q", jobIds }, region, doing({ memory, isDesired }), signal);
  expect(region.calls).toEqual(["terminateJob j1", "terminateJob j2"]);
  expect(memory.terminatedAt.size).toBe(0);
});

/** The controller over one object that is already marked, and an AWS that says what it is reported to say. */
function controllerOf(whole: JobQueue, region: FakeRegion, clock: VirtualClock) {
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
  const controller = jobQueues(ports);
  return () => controller.reconcile(given, { signal, reconcileId: "r", log: collectingLog() });
}

it("the controller reads object and AWS live, creates, and reports it", async () => {
  const region = fakeRegion({ computeEnvironments: [foreignEnvironment("x")] });
  const whole = object({ computeEnvironmentOrder: [{ order: 1, computeEnvironment: "x" }] });
  const report = await controllerOf(whole, region, new VirtualClock(now))();
  expect(region.calls).toEqual(["refresh", "createJobQueue team_q"]);
  expect(report).toMatchObject({ status: undefined, events: [{ reason: "Created" }], again: { kind: "now" } });
});

it("the controller ends jobs once, and gives them a minute before it does so again", async () => {
  const clock = new VirtualClock(now);
  const region = fakeRegion({ jobQueues: [queue(["x"], { state: "DISABLED" })], jobsByQueue: { team_q: [job("j1")] } });
  const whole = object({ drain: { policy: "Terminate", timeoutSeconds: 0 } });
  const metadata = { ...whole.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" };
  const pass = controllerOf({ ...whole, metadata }, region, clock);
  const ended = (): number => region.calls.filter((call) => call === "terminateJob j1").length;
  expect((await pass()).again).toEqual({ kind: "now" });
  expect((await pass()).again).toEqual({ kind: "after", delayMs: 60_000 });
  expect(ended()).toBe(1);
  await clock.advance(60_000);
  await pass();
  expect(ended()).toBe(2);
});

it("the controller gives a queue that can start no job its order although AWS refuses to disable it, and tries that again", async () => {
  const asked: unknown[] = [];
  const region = fakeRegion({
    computeEnvironments: [foreignEnvironment("x", { status: "INVALID" }), foreignEnvironment("y")],
    jobQueues: [queue(["x"])],
  });
  region.updateJobQueue = async (request) => {
    asked.push(request);
    if (request.state === "DISABLED") throw new AwsError("denied", "batch:UpdateJobQueue", "AccessDenied", "no");
    region.jobQueues = [queue(["y"])];
  };
  const whole = object({ state: "DISABLED", computeEnvironmentOrder: [{ order: 1, computeEnvironment: "y" }] });
  const pass = controllerOf(whole, region, new VirtualClock(now));
  const disabling = { jobQueue: "team_q", state: "DISABLED" };
  const again = [await pass(), await pass(), await pass()].map((report) => report.again);
  expect(asked).toEqual([
    disabling,
    { jobQueue: "team_q", computeEnvironmentOrder: [{ order: 1, computeEnvironment: "y" }] },
    disabling,
  ]);
  expect(again).toEqual([{ kind: "after", delayMs: 1000 }, { kind: "now" }, { kind: "backoff", atMostMs: 300_000 }]);
});

it.each<[string, Action, string | undefined]>([
  ["an update that disables", update({ state: "DISABLED" }, "spec.state"), "disabling"],
  ["an update that enables", update({ state: "ENABLED" }, "spec.state"), undefined],
  ["an update that disables next to others", update({ state: "DISABLED" }, "spec.priority", "spec.state"), undefined],
  ["an update of another field", update({ priority: 2 }, "spec.priority"), undefined],
  ["a creation", { kind: "create", request: { jobQueueName: "q", priority: 1 }, moves: moves() }, undefined],
  [
    "what a deletion begins with",
    { kind: "disable", name: "q", request: { jobQueue: "q", state: "DISABLED" } },
    undefined,
  ],
])("nothing has to wait where AWS refuses what has a name: %s", (_name, action, expected) => {
  expect(independentName(action)).toBe(expected);
});

function update(change: object, ...paths: readonly string[]): Action {
  return { kind: "update", request: { jobQueue: "q", ...change }, paths, moves: undefined };
}
