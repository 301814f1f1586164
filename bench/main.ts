/**
 * `npm run bench`: the cost of the operator, compared with a naive loop that describes each object once a minute, as most
 * controllers do. Calls and writes are counted on the virtual clock and are exact; the rates and the longest stretches are
 * measured in this run and depend on the machine.
 */

import type { Manifest } from "../src/kube/memory-store.ts";
import { defaultKnobs } from "../src/simulator/knobs.ts";
import { computeEnvironment, ec2, jobDefinition, jobQueue, withTypes } from "../test/manifests.ts";
import { countUnready } from "../test/unready-networks.ts";
import { createWorld, isReady, type World } from "../test/world.ts";
import { longestBlocks } from "./blocks.ts";
import { cancelledAtOnce, jobsAtScale } from "./jobs/at-scale.ts";
import { jobMemory } from "./jobs/memory.ts";
import { kindsAtRest } from "./kinds.ts";
import { measureNoOps } from "./no-ops.ts";
import { manifestsOf } from "./objects.ts";
import { table } from "./table.ts";

const freshReads = { stalenessMs: 0 } as const;

async function readyWorld(count: number): Promise<World> {
  const world = await createWorld({ knobs: freshReads });
  world.apply(...manifestsOf(count));
  await world.untilReady(3600);
  await world.seconds(300);
  return world;
}

const allReady = (world: World): boolean => world.store.objects().every(isReady);

async function callsAtRest(): Promise<void> {
  const rows: string[][] = [];
  for (const count of [10, 100, 1000]) {
    const world = await readyWorld(count);
    const before = world.aws.log.length;
    const versions = world.store.snapshot().resourceVersion;
    await world.seconds(3600);
    const perMinute = (world.aws.log.length - before) / 60;
    const writes = world.store.snapshot().resourceVersion - versions;
    await world.stop();

    const restarted = await createWorld({ aws: world.aws, clock: world.clock, store: world.store });
    const cold = world.aws.log.length;
    await restarted.seconds(2);
    const coldCalls = world.aws.log.length - cold;
    const ready = allReady(restarted);
    await restarted.stop();
    rows.push([
      String(count),
      perMinute.toFixed(2),
      String(count),
      (count / perMinute).toFixed(0),
      ready ? String(coldCalls) : "not all observed",
      String(count),
      String(writes),
    ]);
  }
  table(
    "AWS calls at rest, and from a cold start until everything is observed",
    ["objects", "calls/min", "naive calls/min", "times fewer", "cold calls", "naive cold calls", "Kubernetes writes/h"],
    rows,
  );
}

/** Calls of EC2 and IAM for environments with a network that is not ready, each with its own instance profile. */
async function unreadyNetworkCalls(): Promise<void> {
  const rows: string[][] = [];
  for (const [environments, vpcs] of [
    [1, 1],
    [10, 10],
    [100, 1],
    [100, 100],
  ] as const) {
    const { cold, first, later, worst, world } = await countUnready(environments, vpcs);
    await world.stop();
    rows.push([environments, vpcs, cold, first.toFixed(1), later.toFixed(1), worst].map(String));
  }
  table(
    "EC2 and IAM calls while networks are not ready",
    ["environments", "VPCs", "cold calls", "calls/min, first 10 min", "calls/min, later", "worst minute"],
    rows,
  );
}

/** Kubernetes writes for one object: from apply to Ready, and from delete to gone. */
async function writesOfALife(): Promise<void> {
  const world = await createWorld({ knobs: freshReads });
  const version = (): number => world.store.snapshot().resourceVersion;
  const rows: string[][] = [];
  const life = async (kind: string, manifest: Manifest): Promise<void> => {
    const before = version();
    world.apply(manifest);
    await world.untilReady();
    rows.push([kind, "apply to Ready", String(version() - before - 1)]);
  };
  await life("BatchComputeEnvironment", computeEnvironment("ce", ec2));
  await life("JobQueue", jobQueue("q1", ["ce"]));
  await life("JobDefinition", jobDefinition("hello"));
  for (const [kind, name] of [
    ["JobDefinition", "hello"],
    ["JobQueue", "q1"],
    ["BatchComputeEnvironment", "ce"],
  ] as const) {
    // After the time during which AWS still sees a deleted queue on its environment.
    await world.seconds(60);
    const before = version();
    world.delete(kind, name);
    await world.until("it is gone", () => world.object(kind, name) === undefined);
    rows.push([kind, "delete to gone", String(version() - before - 1)]);
  }
  await world.stop();
  table("Kubernetes writes for one object, without those of the user", ["kind", "what", "writes"], rows);
}

/** Wall time of a replacement over the sum of AWS's own transition times: create, repoint, disable, delete. */
async function replacementTime(): Promise<void> {
  const rows: string[][] = [];
  for (const queues of [1, 3]) {
    const world = await createWorld();
    world.apply(computeEnvironment("ce", ec2), ...range(queues).map((index) => jobQueue(`q-${index}`, ["ce"])));
    await world.untilReady();
    await world.seconds(120);
    const began = world.clock.now();
    world.apply(computeEnvironment("ce", withTypes(["m5.large"])));
    const serves = (): boolean => {
      const object = world.object("BatchComputeEnvironment", "ce");
      return object !== undefined && isReady(object);
    };
    await world.until("the target serves", serves);
    const servedAfter = (world.clock.now() - began) / 1000;
    const gone = (): boolean =>
      world.aws.truth.computeEnvironments().filter(({ status }) => status !== "DELETED").length === 1 &&
      world.condition("BatchComputeEnvironment", "ce", "Retiring") === undefined;
    await world.until("the predecessor is gone", gone);
    const seconds = (world.clock.now() - began) / 1000;
    const { ec2ValidMs, queueSettleMs, scalingUpdateMs, deleteEnvironmentMs } = world.aws.knobs;
    const own = (ec2ValidMs + queueSettleMs + scalingUpdateMs + deleteEnvironmentMs) / 1000;
    rows.push([
      String(queues),
      servedAfter.toFixed(1),
      seconds.toFixed(1),
      own.toFixed(1),
      (seconds / own).toFixed(2),
      String(world.violations.length),
    ]);
    await world.stop();
  }
  table(
    "A replacement (soak 0, nothing to drain)",
    ["queues", "serves after s", "done after s", "AWS's own s", "ratio", "gaps in service"],
    rows,
  );
}

/** From AWS's last transition to Ready: half of the delay between two reads, and the staleness of AWS's reads. */
async function readyLatency(): Promise<void> {
  const rows = [await latencyRow("none", { stalenessMs: 0 }), await latencyRow("up to 3 s", { stalenessMs: 3000 })];
  table("From VALID in AWS to Ready (40 seeds each)", ["staleness of AWS's reads", "p50 s", "p90 s", "p99 s"], rows);
}

async function latencyRow(name: string, knobs: { readonly stalenessMs: number }): Promise<string[]> {
  const delays: number[] = [];
  for (let seed = 1; seed <= 40; seed++) {
    const world = await createWorld({ seed, knobs });
    let validAt = 0;
    world.aws.onChange((change) => {
      if (change.status === "VALID" && change.kind === "computeEnvironment" && validAt === 0) validAt = change.at;
    });
    world.apply(computeEnvironment("ce", ec2));
    await world.untilReady();
    delays.push((world.clock.now() - validAt) / 1000);
    await world.stop();
  }
  delays.sort((left, right) => left - right);
  const at = (share: number): string =>
    (delays[Math.min(delays.length - 1, Math.floor(delays.length * share))] ?? 0).toFixed(1);
  return [name, at(0.5), at(0.9), at(0.99)];
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

await callsAtRest();
await unreadyNetworkCalls();
await writesOfALife();
await replacementTime();
await readyLatency();
await measureNoOps();
await kindsAtRest();
await jobsAtScale([100, 1000, 10_000]);
await cancelledAtOnce([
  [100, defaultKnobs.latencyMs],
  [1000, defaultKnobs.latencyMs],
  [1000, 400],
]);
jobMemory();
await longestBlocks();
