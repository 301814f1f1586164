import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { createSimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { batchJob } from "../manifests.ts";
import type { World } from "../world.ts";
import {
  aPlace,
  day,
  followedBy,
  hasReason,
  hour,
  isGone,
  isIn,
  isTrue,
  jobs,
  place,
  statusesInAws,
  writesOf,
} from "./jobs.ts";
import { aWorld } from "./story.ts";

/** AWS accepts the request for the job `late` two minutes after it was sent. */
async function acceptedLate(world: World): Promise<void> {
  world.aws.faults.add({ on: "SubmitJob", fault: { kind: "delayRequest", delayMs: 120_000 }, times: 1 });
  world.apply(batchJob("late", hour));
  await world.until("it is sent", () => writesOf(world, "SubmitJob") === 1);
  await world.seconds(15);
}

describe("a request that AWS accepts late", () => {
  it("is of a job that is ended, where it was cancelled meanwhile", async () => {
    const world = await aPlace();
    await acceptedLate(world);
    world.apply(batchJob("late", { ...hour, cancel: true }));
    await world.until("it is cancelled", isTrue(world, "late", "Failed"));
    expect(jobs(world)).toEqual([]);
    await world.until("it is ended", () => statusesInAws(world).includes("FAILED"), 200);
    await world.seconds(900);
    const calls = world.aws.log.length;
    await world.seconds(3600);
    expect(world.aws.log.slice(calls).filter(({ operation }) => operation.endsWith("Jobs"))).toEqual([]);
    expect(world.condition("BatchJob", "late", "Failed")?.reason).toBe("JobCancelled");
  });

  it("is of a job that is ended, also by the next process, and by deletion", async () => {
    const world = await aPlace();
    await acceptedLate(world);
    world.apply(batchJob("late", { ...hour, cancel: true }));
    await world.until("it is cancelled", isTrue(world, "late", "Failed"));
    const next = await followedBy(world);
    await next.until("AWS has it", () => jobs(next).length === 1);
    await next.until("it is ended", () => statusesInAws(next).includes("FAILED"), 200);
    next.delete("BatchJob", "late");
    await next.until("it is gone", isGone(next, "late"));
  });

  it("keeps the object of a cancelled job from expiring before its job is ended", async () => {
    const world = await aPlace();
    await acceptedLate(world);
    world.apply(batchJob("late", { ...hour, cancel: true, ttlSecondsAfterFinished: 0 }));
    await world.until("it is gone", isGone(world, "late"));
    expect(statusesInAws(world)).toEqual(["FAILED"]);
  });

  it("is said to be possible by the event of a deletion", async () => {
    const world = await aPlace();
    await acceptedLate(world);
    world.delete("BatchJob", "late");
    await world.until("it is gone", isGone(world, "late"));
    const [event] = world.store.events().filter(({ reason }) => reason === "Deleted");
    expect(event?.note).toContain("should AWS accept it later, nobody ends the job");
  });
});

/** A world in which the wall clock of the operator is wrong by `skew.ms`. */
async function skewed(skew: { readonly ms: number }): Promise<World> {
  const clock = new VirtualClock();
  const aws = createSimulatedAws({ clock, random: seededRandom(1), region: "eu-west-1", knobs: {} });
  const world = await aWorld({ clock: wrong(clock, skew), aws });
  world.apply(...place);
  await world.untilReady();
  return world;
}

function wrong(clock: VirtualClock, skew: { readonly ms: number }): VirtualClock {
  return new Proxy(clock, {
    get(target, key) {
      if (key === "now") return () => target.now() + skew.ms;
      const value: unknown = Reflect.get(target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

describe("a wall clock", () => {
  it.each([1, -1])("that jumps by %s hours does not end the search for a second job", async (hours) => {
    const skew = { ms: 0 };
    const world = await skewed(skew);
    world.aws.knobs.ec2InstanceStartMs = 300_000;
    world.aws.faults.add({ on: "SubmitJob", fault: { kind: "delayRequest", delayMs: 120_000 }, times: 1 });
    world.apply(batchJob("twice", hour));
    await world.until("it is sent again", () => writesOf(world, "SubmitJob") === 2);
    await world.seconds(5);
    skew.ms = hours * 3_600_000;
    await world.until("AWS has two", () => jobs(world).length === 2);
    await world.until("one is ended", () => statusesInAws(world).includes("FAILED"), 60);
  });

  it.each([8, -8])("that is wrong by %s days at a start loses no result and runs nothing twice", async (days) => {
    const skew = { ms: 0 };
    const before = await skewed(skew);
    before.apply(batchJob("ended"), batchJob("runs", hour), batchJob("held", { suspend: true }));
    await before.until("one is complete", isTrue(before, "ended", "Complete"));
    await before.until("another runs", isIn(before, "runs", "RUNNING"));
    await before.stop();
    skew.ms = days * day * 1000;
    const world = await followedBy(before);
    const needs = { dependsOn: [{ jobRef: { name: "runs" } }] };
    world.apply(batchJob("new"), batchJob("held", { suspend: false }), batchJob("next", needs));
    await world.seconds(900);
    skew.ms = 0;
    const names = ["ended", "runs", "held", "new", "next"];
    await world.until("all are complete", () => names.every((name) => isTrue(world, name, "Complete")()), 7200);
    expect(statusesInAws(world)).toEqual(names.map(() => "SUCCEEDED"));
  });
});

describe("a job that AWS does not show for minutes, although it has given its id", () => {
  /** DescribeJobs shows nothing of the job for four minutes. */
  async function hidden(): Promise<World> {
    const world = await aPlace();
    world.aws.faults.add({ on: "DescribeJobs", fault: { kind: "stale", staleMs: 10_000_000 }, forMs: 240_000 });
    world.apply(batchJob("hidden", hour));
    await world.until("it is reported", hasReason(world, "hidden", "JobNotShown"), 200);
    expect(jobs(world)).toHaveLength(1);
    return world;
  }

  it("is followed once AWS shows it", async () => {
    const world = await hidden();
    await world.until("it is complete", isTrue(world, "hidden", "Complete"), 7200);
    expect(writesOf(world, "SubmitJob")).toBe(1);
  });

  it.each(["cancel", "deletion"])("is ended by %s once AWS shows it", async (how) => {
    const world = await hidden();
    if (how === "cancel") world.apply(batchJob("hidden", { ...hour, cancel: true }));
    else world.delete("BatchJob", "hidden");
    await world.until("it is ended", () => statusesInAws(world).includes("FAILED"), 600);
    const isOver = how === "cancel" ? isTrue(world, "hidden", "Failed") : isGone(world, "hidden");
    await world.until("its object has it", isOver, 600);
    expect(writesOf(world, "SubmitJob")).toBe(1);
  });
});
