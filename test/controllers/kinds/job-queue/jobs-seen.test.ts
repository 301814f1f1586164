import { describe, expect, it } from "vitest";
import { AwsError } from "../../../../src/aws/errors.ts";
import { memoryKey } from "../../../../src/controllers/ownership/naming.ts";
import { type FakeRegion, fakeRegion } from "../../region.ts";
import { job, now, object, queue } from "./given.ts";
import { watcher } from "./watcher.ts";

describe("the jobs of a queue on its way out", () => {
  const whole = object();
  const deleted = { ...whole, metadata: { ...whole.metadata, deletionTimestamp: "2026-01-01T11:00:00Z" } };
  const off = (change = {}) => fakeRegion({ jobQueues: [queue(["a1"], { state: "DISABLED", ...change })] });

  it.each(["VALID", "UPDATING"])("are all unfinished ones, when it is DISABLED and %s", async (status) => {
    const region = off({ status });
    region.jobsByQueue = { team_q: [job("j1", { status: "RUNNABLE" }), job("j2", { status: "SUBMITTED" })] };
    expect((await watcher().observed(region, deleted)).jobs).toMatchObject({
      kind: "read",
      remaining: [{ jobId: "j1" }, { jobId: "j2" }],
    });
    expect(region.calls).toEqual(["jobs team_q"]);
  });

  it.each<[string, FakeRegion, typeof whole]>([
    ["of an object that stays", off(), whole],
    ["before it is DISABLED", fakeRegion({ jobQueues: [queue(["a1"])] }), deleted],
    ["once AWS deletes it", off({ status: "DELETING" }), deleted],
    ["when it is gone", fakeRegion(), deleted],
  ])("are not counted %s", async (_name, region, given) => {
    expect((await watcher().observed(region, given)).jobs).toBeUndefined();
    expect(region.calls).toEqual([]);
  });

  it("are remembered as none since the first count of none, until one comes or the queue takes jobs again", async () => {
    const { observed, clock, memory } = watcher();
    const region = off();
    expect((await observed(region, deleted)).jobs).toMatchObject({ zeroForMs: 0 });
    await clock.advance(5000);
    expect((await observed(region, deleted)).jobs).toMatchObject({ zeroForMs: 5000 });
    region.jobsByQueue = { team_q: [job("j1")] };
    expect((await observed(region, deleted)).jobs).toMatchObject({ zeroForMs: undefined });
    region.jobsByQueue = {};
    expect((await observed(region, deleted)).jobs).toMatchObject({ zeroForMs: 0 });
    region.jobQueues = [queue(["a1"])];
    await observed(region, deleted);
    expect(memory.zeroSince.size).toBe(0);
  });

  it("are counted only when no quota share is left: until then nothing is decided by them", async () => {
    const { observed } = watcher();
    const training = { jobQueueType: "SAGEMAKER_TRAINING" } as const;
    const region = Object.assign(off(training), { sharesByQueue: { team_q: ["team_share"] } });
    expect((await observed(region, deleted)).jobs).toBeUndefined();
    expect(region.calls).toEqual(["sharesOf team_q"]);
    region.sharesByQueue = { team_q: [] };
    expect((await observed(region, deleted)).jobs).toMatchObject({ zeroForMs: 0 });
    region.before = (call) => {
      if (call.startsWith("sharesOf")) throw new AwsError("denied", "batch:ListQuotaShares", "AccessDenied", "no");
    };
    expect(await observed(region, deleted)).toMatchObject({ shares: { kind: "unread" }, jobs: undefined });
  });

  it("are not those of a queue of the same name in another region", async () => {
    const { observed, clock } = watcher();
    await observed(off(), deleted);
    await clock.advance(5000);
    const elsewhere = Object.assign(off(), { region: "us-east-1" });
    expect((await observed(elsewhere, deleted)).jobs).toMatchObject({ zeroForMs: 0 });
  });

  it("are reported with when they were last ended", async () => {
    const { observed, memory } = watcher();
    memory.terminatedAt.set(memoryKey(fakeRegion(), "team_q"), now - 5);
    expect((await observed(off(), deleted)).jobs).toMatchObject({ terminatedAt: now - 5 });
  });

  it("that AWS cannot list are not none, and a fault of ours is not an answer", async () => {
    const { observed, memory } = watcher();
    const region = off();
    await observed(region, deleted);
    region.before = () => {
      throw new AwsError("denied", "batch:ListJobs", "AccessDeniedException", "no");
    };
    expect((await observed(region, deleted)).jobs).toEqual({ kind: "unread", why: "batch:ListJobs: no" });
    expect(memory.zeroSince.size).toBe(0);
    region.before = () => {
      throw new TypeError("a fault of ours");
    };
    await expect(observed(region, deleted)).rejects.toThrow("a fault of ours");
  });
});
