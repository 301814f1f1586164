/** A queue and its environment are written by two controllers, of one process or of two shards: what each does meanwhile. */

import { describe, expect, it } from "vitest";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { computeEnvironment, ec2, jobQueue, serviceEnvironment, serviceQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import { inShard, ofShards } from "./shards.ts";
import { aWorld } from "./story.ts";

type State = "ENABLED" | "DISABLED";

/** An environment in AWS. */
interface Place {
  /** Of its object. */
  readonly owner: string | undefined;
  readonly name: string;
  readonly state: string | undefined;
  readonly mark: string | undefined;
}

/** Both kinds of environment, in the same words. */
interface Sort {
  readonly kind: "BatchComputeEnvironment" | "ServiceEnvironment";
  readonly environment: (name: string, state?: State) => Manifest;
  readonly queue: (environment: string) => Manifest;
  readonly places: (world: World) => readonly Place[];
  readonly disable: (world: World, name: string) => Promise<unknown>;
  /** Names of the environments that the queue names. */
  readonly named: (world: World) => readonly string[];
}

const lastPart = (arn = ""): string => arn.slice(arn.lastIndexOf("/") + 1);
const placeOf = (name: string, state: string | undefined, tags: Readonly<Record<string, string>> = {}): Place => ({
  owner: tags["awsbatch.dev/name"],
  name,
  state,
  mark: tags["awsbatch.dev/retired-at"],
});

const sorts: readonly Sort[] = [
  {
    kind: "BatchComputeEnvironment",
    environment: (name, state) => computeEnvironment(name, { ...ec2, state }),
    queue: (environment) => jobQueue("q", [environment]),
    places: ({ aws }) =>
      aws.truth
        .computeEnvironments()
        .map(({ computeEnvironmentName: name, state, tags }) => placeOf(name, state, tags)),
    disable: ({ aws }, computeEnvironment) =>
      aws.outside.updateComputeEnvironment({ computeEnvironment, state: "DISABLED" }),
    named: ({ aws }) =>
      aws.truth
        .jobQueues()
        .flatMap(({ computeEnvironmentOrder = [] }) => computeEnvironmentOrder)
        .map(({ computeEnvironment }) => lastPart(computeEnvironment)),
  },
  {
    kind: "ServiceEnvironment",
    environment: (name, state) => serviceEnvironment(name, { state }),
    queue: (environment) => serviceQueue("q", environment),
    places: ({ aws }) =>
      aws.truth
        .serviceEnvironments()
        .map(({ serviceEnvironmentName: name, state, tags }) => placeOf(name, state, tags)),
    disable: ({ aws }, name) => aws.outside.updateServiceEnvironment({ serviceEnvironment: name, state: "DISABLED" }),
    named: ({ aws }) =>
      aws.truth
        .jobQueues()
        .flatMap(({ serviceEnvironmentOrder = [] }) => serviceEnvironmentOrder)
        .map(({ serviceEnvironment }) => lastPart(serviceEnvironment)),
  },
];

/** Environments in one shard, queues in the other, or both in one process. */
async function worldOf(processes: number): Promise<World> {
  const world = await aWorld({ flags: ofShards(processes === 1 ? ["environments", "queues"] : ["environments"]) });
  const { store, aws, clock } = world;
  if (processes === 2) await aWorld({ store, aws, clock, seed: 2, flags: ofShards(["queues"]) });
  return world;
}

const called = ({ places }: Sort, world: World, owner: string): Place => {
  const found = places(world).find((one) => one.owner === owner);
  if (found === undefined) throw new Error(`AWS has no environment of ${owner}`);
  return found;
};

const cases = sorts.flatMap((sort) => [1, 2].map((processes) => ({ ...sort, processes })));

describe.each(cases)("a queue of a $kind, with $processes processes", (given) => {
  const { kind, processes, environment, queue, disable, named } = given;
  const environments = (...manifests: readonly Manifest[]) => manifests.map((one) => inShard("environments", one));
  const queues = (one: Manifest) => inShard("queues", one);

  it("stays with what its object enables again, and does not go over to what is DISABLED", async () => {
    const world = await worldOf(processes);
    world.apply(...environments(environment("off", "DISABLED"), environment("on", "ENABLED")), queues(queue("on")));
    await world.untilReady();
    world.apply(queues(queue("off")));
    await world.seconds(90);
    const { name } = called(given, world, "on");
    await disable(world, name);
    await world.until("it is enabled again", () => called(given, world, "on").state === "ENABLED", 120);
    await world.seconds(60);
    expect(named(world)).toEqual([name]);
    expect(world.violations).toEqual([]);
  });

  it("goes over from what its own object has DISABLED to what is DISABLED as well", async () => {
    const world = await worldOf(processes);
    world.apply(...environments(environment("off", "DISABLED"), environment("on", "ENABLED")), queues(queue("on")));
    await world.untilReady();
    world.apply(...environments(environment("on", "DISABLED")), queues(queue("off")));
    await world.until("it has gone over", () => named(world).includes(called(given, world, "off").name), 120);
  });

  it("leaves what is being deleted for what is DISABLED, so that the deletion ends", async () => {
    const world = await worldOf(processes);
    world.apply(...environments(environment("off", "DISABLED"), environment("on", "ENABLED")), queues(queue("on")));
    await world.untilReady();
    const { name } = called(given, world, "on");
    world.apply(queues(queue("off")));
    await world.seconds(60);
    world.delete(kind, "on");
    await disable(world, name);
    await world.until("the object is gone", () => world.object(kind, "on") === undefined, 600);
    expect(world.violations).toEqual([]);
  });

  it("keeps what a stale read does not show it to name, while the object is deleted", async () => {
    const world = await worldOf(processes);
    world.apply(...environments(environment("old"), environment("new")), queues(queue("old")));
    await world.untilReady();
    await world.seconds(120);
    const { name } = called(given, world, "new");
    world.apply(queues(queue("new")));
    await world.until("the queue has gone over", () => named(world).includes(name));
    world.aws.faults.add({ fault: { kind: "stale", staleMs: 2000 }, on: "DescribeJobQueues", forMs: 10_000 });
    world.delete(kind, "new");
    await world.seconds(600);
    expect(world.violations).toEqual([]);
    expect(called(given, world, "new")).toMatchObject({ state: "ENABLED", mark: undefined });
  });

  it.each([0, 5000, 12_500, 15_500, 20_500])(
    "comes to name nothing that is being taken out of service, %i ms after its mark",
    async (afterMs) => {
      const world = await worldOf(processes);
      world.apply(...environments(environment("old"), environment("new")), queues(queue("old")));
      await world.untilReady();
      await world.seconds(120);
      const { name } = called(given, world, "new");
      world.delete(kind, "new");
      await world.until("it is marked", () => called(given, world, "new").mark !== undefined);
      await world.clock.advance(afterMs);
      world.aws.faults.add({
        fault: { kind: "stale", staleMs: 4900 },
        on: ({ operation }) => operation.startsWith("Describe"),
        forMs: 3000,
      });
      world.aws.faults.add({ fault: { kind: "delayRequest", delayMs: 9700 }, on: "UpdateJobQueue", times: 1 });
      const entry = kind === "ServiceEnvironment" ? { serviceEnvironment: name } : { computeEnvironment: name };
      const field = kind === "ServiceEnvironment" ? "serviceEnvironmentOrder" : "computeEnvironmentOrder";
      const manifest = queue("old");
      world.apply(queues({ ...manifest, spec: { ...(manifest.spec as object), [field]: [{ order: 1, ...entry }] } }));
      await world.seconds(600);
      expect(world.violations).toEqual([]);
    },
  );
});
