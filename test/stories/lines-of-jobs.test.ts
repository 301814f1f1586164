import { describe, expect, it } from "vitest";
import { submissionAnnotation } from "../../src/api/v1alpha1/annotations.ts";
import type { BatchJobSpec } from "../../src/api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../src/api/v1alpha1/kinds.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { throttled } from "../../src/simulator/faults.ts";
import { batchJob, computeEnvironment, ec2, jobDefinition, jobQueue } from "../manifests.ts";
import { Passes } from "../simulation/passes.ts";
import type { World, WorldOptions } from "../world.ts";
import { aPlace, inNamespace, jobs, long } from "./jobs.ts";
import { aWorld } from "./story.ts";

/** What the jobs of one namespace cost another that uses the same queue, or whose queue they only name. */

/** Within this time a job of another namespace is submitted; alone it takes 1 s. */
const soonSeconds = 10;
const many = 60;

/** A queue of namespace `team`, which `mallory` may use or not, and one of `mallory` itself. */
async function aWorldOfTwo({ isShared, ...options }: WorldOptions & { isShared: boolean }): Promise<World> {
  const world = await aWorld(options);
  const sharing = isShared ? ({ allowedNamespaces: { from: "All" } } as const) : {};
  world.apply(
    computeEnvironment("environment", ec2),
    jobQueue("queue", ["environment"], sharing),
    jobDefinition("definition", sharing),
    inNamespace("mallory", computeEnvironment("environment", ec2)),
    inNamespace("mallory", jobQueue("queue", ["environment"])),
    inNamespace("mallory", jobDefinition("definition")),
  );
  await world.untilReady();
  return world;
}

const theirs = (index: number, spec: Partial<BatchJobSpec>): Manifest =>
  inNamespace("mallory", batchJob(`m-${index}`, { ...long, ...spec }));

const objectsOfMallory = (world: World) =>
  world.store.objects().filter(({ kind, metadata }) => kind === "BatchJob" && metadata.namespace === "mallory");

/** Writes a note on each object of mallory, as if another process had sent a request. */
async function forgeNotes(world: World, change: (index: number) => Readonly<Record<string, unknown>>): Promise<void> {
  for (const [index, object] of objectsOfMallory(world).entries()) {
    const at = new Date(world.clock.now()).toISOString();
    const { uid } = object.metadata;
    const note = { uid, attempt: 3, at, by: "x", queue: "mallory_queue", ...change(index) };
    const annotations = { [submissionAnnotation]: JSON.stringify(note) };
    await world.store.patchMetadata(BatchJobKind, object as never, { annotations }, new AbortController().signal);
  }
}

const isSubmitted = (world: World, name: string) => (): boolean =>
  world.aws.truth.jobs().some((job) => (job.request.jobName ?? "").startsWith(`team_${name}_`));

/** How long a job of team takes until AWS has it, in s of the virtual clock; while it waits, `meanwhile` runs each second. */
async function secondsOf(world: World, name: string, meanwhile: (second: number) => Promise<void>): Promise<number> {
  world.apply(batchJob(name, long));
  for (let second = 0; second < 120; second++) {
    if (isSubmitted(world, name)()) return second;
    await meanwhile(second);
    await world.seconds(1);
  }
  return Number.POSITIVE_INFINITY;
}

const teamQueue = { jobQueueRef: { name: "queue", namespace: "team" } };
const notes: Readonly<Record<string, (index: number) => Readonly<Record<string, unknown>>>> = {
  "of another queue": () => ({}),
  "of the same queue": () => ({ queue: "team_queue" }),
  "with a number that no process counts to": () => ({ attempt: 1e308 }),
  "from the future": () => ({ at: "2099-01-01T00:00:00Z" }),
  "of a week ago": () => ({ at: "2020-01-01T00:00:00Z" }),
  "of a process that is another each time": () => ({ by: Math.PI.toString(36) }),
  "of a queue that AWS does not have": () => ({ queue: "ghost" }),
  "of another object": () => ({ uid: "uid-1" }),
  "that is none": () => ({ attempt: "NaN" }),
};

describe("jobs that may not use a queue never hold its line", () => {
  const refusedBy: readonly (readonly [string, Partial<BatchJobSpec>])[] = [
    ["by its object", teamQueue],
    ["by its name", { jobQueue: "team_queue" }],
    ["by its ARN", { jobQueue: "arn:aws:batch:eu-west-1:123456789012:job-queue/team_queue" }],
  ];

  it.each(refusedBy)("that name it %s, under notes written again every 45 s", async (_how, spec) => {
    const world = await aWorldOfTwo({ isShared: false });
    for (let index = 0; index < many; index++) world.apply(theirs(index, spec));
    await forgeNotes(world, () => ({}));
    await world.seconds(5);
    const refresh = async (second: number) => (second % 45 === 44 ? await forgeNotes(world, () => ({})) : undefined);
    expect(await secondsOf(world, "mine", refresh)).toBeLessThanOrEqual(soonSeconds);
  });

  it.each(Object.entries(notes))("under a note %s, written again each second", async (_what, note) => {
    const world = await aWorldOfTwo({ isShared: false });
    for (let index = 0; index < many; index++) world.apply(theirs(index, { jobQueue: "team_queue" }));
    await forgeNotes(world, note);
    await world.seconds(5);
    let turn = 0;
    const flip = async () => await forgeNotes(world, (index) => ({ ...note(index), by: `x${turn++}` }));
    expect(await secondsOf(world, "mine", flip)).toBeLessThanOrEqual(soonSeconds);
  });

  it("that are suspended and not, deleted and created again, each second", async () => {
    const world = await aWorldOfTwo({ isShared: false });
    for (let index = 0; index < many; index++) world.apply(theirs(index, { jobQueue: "team_queue" }));
    await world.seconds(5);
    const churn = async (second: number) => {
      for (let index = 0; index < many; index++) {
        if (index % 2 === 0) world.apply(theirs(index, { jobQueue: "team_queue", suspend: second % 2 === 0 }));
        else world.apply(theirs(index + many * (second + 1), { jobQueue: "team_queue" }));
      }
    };
    expect(await secondsOf(world, "mine", churn)).toBeLessThanOrEqual(soonSeconds);
  });

  it.each<[string, Partial<BatchJobSpec>]>([
    ["a queue that is not there", { jobQueueRef: { name: "ghost", namespace: "team" } }],
    ["a name that AWS does not have", { jobQueue: "ghost" }],
    ["a definition that is not there", { jobQueueRef: { name: "queue" }, jobDefinitionRef: { name: "ghost" } }],
    ["a share of the queue", { ...teamQueue, shareIdentifier: "a" }],
  ])("that name %s", async (_what, spec) => {
    const world = await aWorldOfTwo({ isShared: false });
    for (let index = 0; index < many; index++) world.apply(theirs(index, spec));
    expect(await secondsOf(world, "mine", async () => undefined)).toBeLessThanOrEqual(soonSeconds);
  });
});

describe("jobs that wait for others", () => {
  it("have no place in the line, however often what they wait for comes and goes", async () => {
    let placed = 0;
    let count = (): number => 0;
    const passes = new Passes({
      waited: () => undefined,
      ended: () => {
        placed += count();
      },
    });
    const world = await aPlace({ observer: passes });
    count = () => [...world.operator.turns.places].length;
    const names = Array.from({ length: 20 }, (_, index) => `ring-${index}`);
    const after = (index: number) => ({ dependsOn: [{ jobRef: { name: names[(index + 1) % names.length] ?? "" } }] });
    const before = passes.begun.get("team") ?? 0;
    for (const [index, name] of names.entries()) {
      world.apply(batchJob(name, after(index)));
      await world.seconds(3);
    }
    await world.seconds(10);
    expect(placed).toBe(0);
    expect(world.condition("BatchJob", "ring-3", "Ready")?.reason).toBe("DependencyCycle");
    // When a job comes, when it refers to it, and when the circle closes.
    expect((passes.begun.get("team") ?? 0) - before).toBeLessThanOrEqual(names.length * 6);
  });

  it("get theirs when those are submitted", async () => {
    const world = await aPlace();
    world.apply(batchJob("second", { dependsOn: [{ jobRef: { name: "first" } }] }));
    await world.seconds(5);
    world.apply(batchJob("first"), batchJob("third", { dependsOn: [{ jobRef: { name: "second" } }] }));
    await world.until("all are submitted", () => jobs(world).length === 3, 10);
    const order = jobs(world).map(({ request }) => request.jobName?.split("_")[1]);
    expect(order).toEqual(["first", "second", "third"]);
  });
});

describe("jobs of a namespace that may use a queue hold it up for another by one turn", () => {
  it("of two hundred that are older", async () => {
    const world = await aWorldOfTwo({ isShared: true });
    for (let index = 0; index < 200; index++) world.apply(theirs(index, teamQueue));
    expect(await secondsOf(world, "mine", async () => undefined)).toBeLessThanOrEqual(soonSeconds);
    await world.until("all are submitted", () => jobs(world).length === 201);
  });

  it("of two hundred that name it by its object and by its name: it is one line", async () => {
    const world = await aWorldOfTwo({ isShared: true });
    for (let index = 0; index < 200; index++) {
      world.apply(theirs(index, index % 2 === 0 ? teamQueue : { jobQueue: "team_queue" }));
    }
    world.apply(batchJob("a", long), batchJob("b", { ...long, jobQueueRef: undefined, jobQueue: "team_queue" }));
    await world.until("both are submitted", () => isSubmitted(world, "a")() && isSubmitted(world, "b")(), soonSeconds);
    const order = world.aws.truth.jobs().map(({ request }) => (request.jobName ?? "").split("_").slice(0, 2).join("_"));
    expect(order.filter((name) => name.startsWith("team_"))).toEqual(["team_a", "team_b"]);
  });

  it.each(Object.entries(notes))("under a note %s, written again each second", async (_what, note) => {
    const world = await aWorldOfTwo({ isShared: true });
    for (let index = 0; index < many; index++) world.apply(theirs(index, { ...teamQueue, suspend: true }));
    await world.seconds(5);
    for (let index = 0; index < many; index++) world.apply(theirs(index, teamQueue));
    await forgeNotes(world, note);
    let turn = 0;
    const flip = async () => await forgeNotes(world, (index) => ({ ...note(index), by: `x${turn++}` }));
    expect(await secondsOf(world, "mine", flip)).toBeLessThanOrEqual(soonSeconds);
  });

  it("of which each is changed whenever it is about to be written", async () => {
    const world = await aWorldOfTwo({ isShared: true });
    for (let index = 0; index < many; index++) world.apply(theirs(index, teamQueue));
    const touch = async () => {
      for (const object of objectsOfMallory(world)) {
        const annotations = { touched: String(world.clock.now()) };
        await world.store.patchMetadata(BatchJobKind, object as never, { annotations }, new AbortController().signal);
      }
    };
    expect(await secondsOf(world, "mine", touch)).toBeLessThanOrEqual(soonSeconds);
  });
});

describe("AWS is asked for the job of an object under a note of others", () => {
  it("once when the note is found, and once when AWS is sure to show what was sent", async () => {
    const world = await aWorldOfTwo({ isShared: false });
    world.apply(theirs(0, { suspend: true }));
    await forgeNotes(world, () => ({}));
    const searches = () =>
      world.aws.log.filter(({ operation, by }) => operation === "ListJobs" && by === "operator").length;
    const from = searches();
    await world.seconds(65);
    expect(searches() - from).toBe(1);
    await world.seconds(20);
    expect(searches() - from).toBe(2);
  });
});

describe("jobs that are applied at once", () => {
  const count = 200;
  const names = Array.from({ length: count }, (_, index) => `job-${String(index).padStart(3, "0")}`);
  const sent = (world: World) =>
    world.aws.log.flatMap(({ operation, input, at }) =>
      operation === "SubmitJob" ? [{ name: String((input as { jobName?: unknown }).jobName).split("_")[1], at }] : [],
    );

  it("are sent 25 a second in their order, also where AWS takes 400 ms for each answer", async () => {
    const world = await aPlace();
    world.aws.knobs.latencyMs = 400;
    world.apply(...names.map((name) => batchJob(name, long)));
    await world.until("AWS has all", () => jobs(world).length === count, 10);
    expect(sent(world).map(({ name }) => name)).toEqual(names);
    const began = sent(world)[0]?.at ?? Number.NaN;
    // A bucket of 25, and then 25 a second.
    expect(sent(world).filter(({ at }) => at < began + 1000).length).toBeLessThanOrEqual(50);
  });

  it("are there once each where AWS throttles ten requests that are under way together", async () => {
    const world = await aPlace();
    world.aws.knobs.latencyMs = 400;
    world.aws.faults.add({ on: "SubmitJob", fault: throttled, times: 10 });
    world.apply(...names.slice(0, 40).map((name) => batchJob(name, long)));
    await world.until("AWS has all", () => jobs(world).length === 40, 60);
    const once = new Set(jobs(world).map(({ request }) => request.jobName?.split("_")[1]));
    expect(once).toEqual(new Set(names.slice(0, 40)));
    // Those that were refused go first again, and no job is overtaken by more than were on their way.
    const order = jobs(world).map(({ request }) => names.indexOf(request.jobName?.split("_")[1] ?? ""));
    expect(Math.max(...order.map((index, place) => Math.abs(index - place)))).toBeLessThanOrEqual(20);
  });
});
