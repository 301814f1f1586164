import { describe, expect, it } from "vitest";
import type { Environment } from "../../../../src/aws/batch.ts";
import { AwsError } from "../../../../src/aws/errors.ts";
import type { JobsSeen } from "../../../../src/controllers/draining/drain.ts";
import { jobsOn, mayBeOn, newJobMemory } from "../../../../src/controllers/kinds/compute-environment/draining.ts";
import { VirtualClock } from "../../../../src/runtime/clock.ts";
import { type FakeRegion, fakeRegion } from "../../region.ts";
import { ec2, environment, job, now } from "./given.ts";

const second = 1000;
const signal = new AbortController().signal;
const iso = (secondsAgo: number): string => `${new Date(now - secondsAgo * second).toISOString().slice(0, 19)}Z`;

const retiring = (change: Partial<Environment> = {}, name = "old"): Environment =>
  environment(name, ec2, {
    state: "DISABLED",
    ...change,
    tags: { "awsbatch.dev/retired-at": iso(300), ...change.tags },
  });

const on = (cluster: string | undefined, change = {}, id = "j1") => job(id, { cluster, ...change });
const onOld = (id: string, change = {}) => on("AWSBatch-old", change, id);

/** One process that observes a region again and again. */
function drained(jobs: FakeRegion["jobsByQueue"] = {}, environments: readonly Environment[] = [retiring()]) {
  const clock = new VirtualClock(now);
  const memory = newJobMemory();
  const region = fakeRegion({ computeEnvironments: environments, jobsByQueue: jobs });
  region.monotonic = () => clock.monotonic();
  const passAll = (): Promise<ReadonlyMap<string, JobsSeen>> =>
    jobsOn(region.computeEnvironments, region, clock, memory, signal);
  const pass = async (): Promise<JobsSeen | undefined> => (await passAll()).get("old");
  /** The calls since the last time. */
  const calls = (): readonly string[] => region.calls.splice(0);
  return { clock, memory, region, pass, passAll, calls };
}

const throttled = (): never => {
  throw new AwsError("throttled", "batch:ListJobs", "TooManyRequestsException", "slow");
};

describe("a job", () => {
  it.each<[string, ReturnType<typeof job>, boolean]>([
    ["in its cluster counts", on("AWSBatch-old"), true],
    ["in another cluster does not", on("AWSBatch-new"), false],
    ["of unknown place counts when it was created before", on(undefined, { createdAt: now - 400_000 }), true],
    ["of unknown place does not count when it was created after", on(undefined, { createdAt: now - 200_000 }), false],
    [
      "of unknown place counts when it was created before and began after",
      on(undefined, { createdAt: now - 400_000, startedAt: now - 100_000 }),
      true,
    ],
    ["of unknown place and age counts", on(undefined, { createdAt: undefined }), true],
  ])("%s", (_name, one, expected) => {
    expect(mayBeOn(one, retiring(), ["AWSBatch-old", "AWSBatch-new"])).toBe(expected);
  });

  it("of unknown place counts when the mark cannot be read", () => {
    expect(mayBeOn(on(undefined), retiring({ tags: { "awsbatch.dev/retired-at": "?" } }), [])).toBe(true);
  });

  it("in the cluster of another environment is not on one that has none", () => {
    const old = on("AWSBatch-new", { createdAt: now - 400_000 });
    expect(mayBeOn(old, retiring({ ecsClusterArn: "" }), ["AWSBatch-new"])).toBe(false);
    expect(mayBeOn(old, retiring({ ecsClusterArn: "" }), [])).toBe(true);
  });
});

describe("the jobs on an environment that is on its way out", () => {
  it.each<[string, Partial<Environment>]>([
    ["once AWS has disabled it", {}],
    ["already while AWS disables it", { status: "UPDATING" }],
  ])("are those of every queue of the region that start or run, %s", async (_name, change) => {
    const { pass, calls } = drained(
      { q1: [onOld("j1"), onOld("p", { status: "PENDING" })], theirs: [onOld("j2", { status: "STARTING" })] },
      [retiring(change)],
    );
    expect(await pass()).toMatchObject({
      kind: "read",
      remaining: [{ jobId: "j1" }, { jobId: "j2" }],
      zeroForMs: undefined,
    });
    expect(calls()).toEqual(["activeJobs all from 0"]);
  });

  it.each<[string, Environment]>([
    ["that still takes jobs", retiring({ state: "ENABLED" })],
    ["that AWS is making", retiring({ status: "CREATING" })],
    ["that AWS is deleting", retiring({ status: "DELETING" })],
    ["that is not marked", environment("old", ec2, { state: "DISABLED" })],
  ])("are not counted on one %s", async (_name, one) => {
    const { passAll, calls } = drained({}, [one]);
    expect((await passAll()).size).toBe(0);
    expect(calls()).toEqual([]);
  });

  it("are not reported while they are being counted", async () => {
    const { pass, region, clock, calls } = drained({ q1: [onOld("j1")] });
    region.counting = true;
    expect(await pass()).toBeUndefined();
    await clock.advance(5 * second);
    expect(await pass()).toBeUndefined();
    expect(calls()).toEqual(["activeJobs all from 0", "activeJobs all from 0"]);
    region.counting = false;
    expect(await pass()).toMatchObject({ remaining: [{ jobId: "j1" }] });
  });

  it("are counted from when it was first seen to take none, and again from when it was put back into service", async () => {
    const { pass, region, clock, calls } = drained();
    await clock.advance(3 * second);
    region.counting = true;
    await pass();
    await clock.advance(3 * second);
    await pass();
    region.computeEnvironments = [retiring({ state: "ENABLED" })];
    await pass();
    region.computeEnvironments = [retiring()];
    await clock.advance(3 * second);
    await pass();
    expect(calls()).toEqual([3, 3, 9].map((from) => `activeJobs all from ${from * second}`));
  });

  it("are shown to be none by two counts, the second begun 10 s after the first has ended", async () => {
    const { pass, region, clock, calls } = drained();
    let begunAt = 0;
    const { activeJobs } = region;
    region.activeJobs = async (...given) => {
      const counted = await activeJobs(...given);
      return counted === undefined ? undefined : { ...counted, begunAt };
    };
    await clock.advance(100 * second);
    expect(await pass()).toMatchObject({ remaining: [], zeroForMs: 0 });
    await clock.advance(7 * second);
    expect(await pass()).toMatchObject({ remaining: [], zeroForMs: 7 * second });
    await clock.advance(3 * second);
    region.counting = true;
    expect(await pass()).toBeUndefined();
    await clock.advance(90 * second);
    region.counting = false;
    begunAt = 112 * second;
    expect(await pass()).toMatchObject({ remaining: [], zeroForMs: 12 * second });
    const from = [100, 110, 110].map((at) => `activeJobs all from ${at * second}`);
    expect(calls()).toEqual(from);
  });

  it("are shown to be none by a count that began after AWS had disabled it, however long that takes", async () => {
    const { pass, region, clock, calls } = drained({}, [retiring({ status: "UPDATING" })]);
    await clock.advance(5 * second);
    expect(await pass()).toMatchObject({ remaining: [], zeroForMs: 0 });
    await clock.advance(40 * second);
    expect(await pass()).toMatchObject({ remaining: [] });
    expect(calls()).toEqual([`activeJobs all from ${5 * second}`]);
    region.computeEnvironments = [retiring()];
    region.counting = true;
    await pass();
    await clock.advance(5 * second);
    region.counting = false;
    expect(await pass()).toMatchObject({ remaining: [], zeroForMs: 45 * second });
    expect(calls()).toEqual([45, 45].map((from) => `activeJobs all from ${from * second}`));
  });

  it("are counted again when one comes after all, or when they cannot be counted", async () => {
    const { pass, region, clock, memory } = drained();
    await pass();
    await clock.advance(10 * second);
    region.jobsByQueue = { q1: [onOld("j1")] };
    expect(await pass()).toMatchObject({ remaining: [{ jobId: "j1" }], zeroForMs: undefined });
    region.jobsByQueue = {};
    expect(await pass()).toMatchObject({ remaining: [], zeroForMs: 0 });
    await clock.advance(10 * second);
    region.before = throttled;
    expect(await pass()).toEqual({ kind: "unread", why: "batch:ListJobs: slow" });
    expect(memory.zeroSince.size).toBe(0);
  });

  it("are followed without a count until the last of those that were found has gone, and then counted", async () => {
    const { pass, region, clock, calls } = drained({ q1: [onOld("j1"), onOld("j2"), on("AWSBatch-new", {}, "j3")] });
    await pass();
    await clock.advance(60 * second);
    region.jobsByQueue = { q1: [onOld("j2"), onOld("j4")] };
    expect(await pass()).toMatchObject({ remaining: [{ jobId: "j2" }] });
    await clock.advance(60 * second);
    expect(await pass()).toMatchObject({ remaining: [{ jobId: "j2" }] });
    expect(calls()).toEqual(["activeJobs all from 0", "stillActive j1,j2", "stillActive j2"]);
    region.jobsByQueue = { q1: [onOld("j4")] };
    expect(await pass()).toMatchObject({ remaining: [{ jobId: "j4" }] });
    expect(calls()).toEqual(["stillActive j2", `activeJobs all from ${120 * second}`]);
  });

  it("are no longer those that go on elsewhere", async () => {
    const { pass, region } = drained({ q1: [onOld("j1"), on(undefined, { createdAt: now - 400_000 }, "j2")] });
    expect(await pass()).toMatchObject({ remaining: [{ jobId: "j1" }, { jobId: "j2" }] });
    region.computeEnvironments = [retiring(), environment("new")];
    region.jobsByQueue = { q1: [on("AWSBatch-new", {}, "j1"), onOld("j2")] };
    expect(await pass()).toMatchObject({ remaining: [{ jobId: "j2", cluster: "AWSBatch-old" }] });
  });

  it("are kept when they cannot be read", async () => {
    const { pass, region, calls } = drained({ q1: [onOld("j1")] });
    await pass();
    region.before = throttled;
    expect(await pass()).toEqual({ kind: "unread", why: "batch:ListJobs: slow" });
    region.before = () => {};
    expect(await pass()).toMatchObject({ remaining: [{ jobId: "j1" }] });
    expect(calls()).toEqual(["activeJobs all from 0", "stillActive j1"]);
  });

  it("of several environments are one count, begun after the last of them was seen to take none", async () => {
    const { passAll, region, clock, calls } = drained({ q1: [onOld("j1")] });
    region.counting = true;
    await passAll();
    await clock.advance(5 * second);
    region.computeEnvironments = [retiring(), retiring({}, "older")];
    region.counting = false;
    const seen = await passAll();
    expect(seen.get("old")).toMatchObject({ remaining: [{ jobId: "j1" }] });
    expect(seen.get("older")).toMatchObject({ remaining: [], zeroForMs: 0 });
    expect(calls()).toEqual(["activeJobs all from 0", `activeJobs all from ${5 * second}`]);
  });

  it("are reported with when they were last terminated", async () => {
    const { pass, memory } = drained();
    memory.terminatedAt.set("eu-west-1/old", now - 5);
    expect(await pass()).toMatchObject({ terminatedAt: now - 5 });
  });

  it("that cannot be counted for another reason than AWS's own end the pass", async () => {
    const { pass, region } = drained();
    region.before = () => {
      throw new TypeError("a fault of ours");
    };
    await expect(pass()).rejects.toThrow("a fault of ours");
  });
});
