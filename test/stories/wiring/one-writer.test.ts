import { describe, expect, it, onTestFinished } from "vitest";
import { StoreError } from "../../../src/runtime/store.ts";
import { computeEnvironment, ec2, jobDefinition, jobQueue } from "../../manifests.ts";
import type { Point } from "../../simulation/gate.ts";
import { Simulation } from "../../simulation/world.ts";
import { isReady } from "../../world.ts";
import { aWorld } from "../story.ts";

/** Promises 4 and 8 in the composition that is shipped: replicas with a Lease, and processes that follow each other. */

/** Two replicas, and every write that has passed its last check and leaves. */
function twoReplicas() {
  const sent: (Pick<Point, "process" | "what"> & { readonly at: number })[] = [];
  const world: Simulation = new Simulation({
    seed: 3,
    judge: ({ process, phase, what }) => {
      if (phase === "sends") sent.push({ process, what, at: world.clock.monotonic() });
      return { kind: "goOn" };
    },
  });
  onTestFinished(() => world.stop());
  return { world, sent };
}

const allReady = (world: Simulation): boolean => world.store.objects().every(isReady);

describe("a replica whose lease has run out (promise 8)", () => {
  it.each([
    { what: "aws CreateComputeEnvironment", asleep: false },
    { what: "aws CreateComputeEnvironment", asleep: true },
    { what: "store patchMetadata", asleep: false },
    { what: "store applyStatus", asleep: true },
  ])("starts no write when it froze just before $what and goes on (asleep: $asleep)", async ({ what, asleep }) => {
    const { world, sent } = twoReplicas();
    await world.until(() => world.leader !== undefined, 60);
    const first = world.leader;
    const freeze = { kind: "freeze", forMs: 25_000, asleep } as const;
    world.arm({ replica: "leader", after: 0, phase: "asks", what, verdict: freeze });
    world.apply(computeEnvironment("ce", ec2), jobQueue("q1", ["ce"]));
    expect(await world.until(() => first?.frozen === true, 60)).toBe(true);
    const frozenAt = world.clock.monotonic();
    expect(await world.until(() => world.leader !== first && allReady(world), 300), world.trace.text()).toBe(true);
    await world.seconds(60);
    expect(sent.filter(({ process, at }) => process === first?.name && at >= frozenAt)).toEqual([]);
    expect(sent.some((one) => one.what === what)).toBe(true);
    expect(world.violations, world.trace.text()).toEqual([]);
  });

  it("starts no write when it cannot renew, whatever there is to do", async () => {
    const { world, sent } = twoReplicas();
    world.apply(computeEnvironment("ce", ec2), jobQueue("q1", ["ce"]));
    expect(await world.until(() => allReady(world), 300)).toBe(true);
    const first = world.leader;
    const renewedAt = world.clock.monotonic();
    // Longer than both replicas need to notice; nobody can take the Lease meanwhile.
    world.leases.faults.fail("update", 60, new StoreError("Unavailable", "the API server is busy"));
    for (let priority = 1; priority <= 40; priority++) {
      world.apply(jobQueue("q1", ["ce"], { priority }));
      await world.seconds(1);
    }
    const late = sent.filter(({ at }) => at >= renewedAt + 15_000);
    expect(late, world.trace.text()).toEqual([]);
    expect(sent.filter(({ process, at }) => process === first?.name && at > renewedAt)).not.toEqual([]);
    expect(await world.until(() => allReady(world), 300), world.trace.text()).toBe(true);
    expect(world.violations, world.trace.text()).toEqual([]);
  });
});

/** What AWS has taken of the first process when that ends, without the answer. */
describe("a process that ended while AWS had its write and no answer (promise 4)", () => {
  it.each([
    ["CreateComputeEnvironment", computeEnvironment("ce", ec2)],
    ["CreateJobQueue", jobQueue("q1", ["ce"])],
    ["RegisterJobDefinition", jobDefinition("hello")],
  ])("is followed by one that does not send %s again, though its reads do not show what was made", async (on, made) => {
    const one = await aWorld();
    const { aws, clock, store } = one;
    if (made.kind === "JobQueue") {
      one.apply(computeEnvironment("ce", ec2));
      await one.untilReady();
      await one.seconds(60);
    }
    const taken = (): number => aws.log.filter(({ operation }) => operation === on).length;
    const before = taken();
    aws.faults.add({ fault: { kind: "delayResponse", delayMs: 20_000 }, on, times: 1 });
    one.apply(made);
    await one.until("AWS has it", () => taken() > before);
    await clock.advance(500);
    await one.stop();
    const reads = ({ operation }: { readonly operation: string }): boolean => operation.startsWith("Describe");
    aws.faults.add({ fault: { kind: "stale", staleMs: 5000 }, on: reads, forMs: 4300 });
    const two = await aWorld({ aws, clock, store, seed: 2 });
    await two.untilReady();
    await two.seconds(300);
    expect(taken() - before).toBe(1);
    expect(two.violations).toEqual([]);
  });
});
