import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../../../src/api/object.ts";
import { AwsError } from "../../../../src/aws/errors.ts";
import type { CountedJobs } from "../../../../src/controllers/draining/counted-jobs.ts";
import { observe } from "../../../../src/controllers/kinds/quota-share.ts";
import type { Ports } from "../../../../src/controllers/ports.ts";
import { VirtualClock } from "../../../../src/runtime/clock.ts";
import { type FakeRegion, fakeRegion, objectsOf } from "../../region.ts";
import { object as queueObject } from "../job-queue/given.ts";
import { arn, identity, now, object, policy, queue, record, service, settings, trainingJob } from "./given.ts";

const signal = new AbortController().signal;

function portsWith(objects: readonly KubeObject[] = [object(), queueObject()], clock = new VirtualClock(now)): Ports {
  return { clock, objects: objectsOf(objects), cluster: identity.cluster, settings } as unknown as Ports;
}

function regionWith(change: Partial<FakeRegion> = {}): FakeRegion {
  const known = { schedulingPolicies: [policy], serviceEnvironments: [service] };
  return fakeRegion({ jobQueues: [queue], quotaShares: [record()], ...known, ...change });
}

const going = object({}, { deletionTimestamp: "2026-01-01T01:00:00Z", finalizers: ["awsbatch.dev/cleanup"] });
const noted = { annotations: { "awsbatch.dev/within": "team_q" } };

describe("a quota share", () => {
  it("is seen in its queue, with what AWS asks of the queue, without a call", async () => {
    const region = regionWith();
    const found = await observe(object(), region, portsWith(), new Map(), signal);
    expect([found.name, found.arn, found.record?.status]).toEqual(["team_q/team_research", arn, "VALID"]);
    expect(found.queue).toMatchObject({ kind: "queue", called: "JobQueue team/q", isLeaving: false, policy, service });
    expect(region.calls).toEqual([]);
  });

  it("is another one in another queue", async () => {
    const elsewhere = record({ quotaShareArn: arn.replace("team_q", "other") });
    const region = regionWith({ quotaShares: [elsewhere] });
    const found = await observe(object(), region, portsWith(), new Map(), signal);
    expect([found.record, found.absent]).toEqual([undefined, true]);
  });

  it("is lost while nobody knows its queue, and AWS is not asked", async () => {
    const region = regionWith();
    const found = await observe(object(), region, portsWith([object()]), new Map(), signal);
    expect([found.name, found.record, found.absent]).toEqual(["team_research", undefined, false]);
    expect(found.lostIn).toBe("JobQueue");
    expect(found.queue).toMatchObject({ kind: "waiting", reason: "ReferenceNotFound" });
    expect(region.calls).toEqual([]);
  });

  it("is found by what the operator has noted where the object of its queue is gone", async () => {
    const left = object({}, { ...going.metadata, ...noted });
    const found = await observe(left, regionWith(), portsWith([left]), new Map(), signal);
    expect([found.name, found.record?.status, found.queue]).toEqual(["team_q/team_research", "VALID", undefined]);
  });

  it("is found by the name of its queue in AWS", async () => {
    const { jobQueueRef: _none, ...spec } = object().spec;
    const literal = { ...object(), spec: { ...spec, jobQueue: queue.jobQueueArn } };
    const found = await observe(literal, regionWith(), portsWith([literal, queueObject()]), new Map(), signal);
    expect([found.name, found.record?.status]).toEqual(["team_q/team_research", "VALID"]);
    expect(found.queue).toMatchObject({ called: "job queue team_q" });
  });
});

describe("the jobs of a quota share", () => {
  const disabled = { quotaShares: [record({ state: "DISABLED" })] };
  const lower = object({ capacityLimits: [{ capacityUnit: "ml.m5.large", maxCapacity: 1 }] });

  it("are counted only where they matter", async () => {
    const region = regionWith();
    expect((await observe(object(), region, portsWith(), new Map(), signal)).jobs).toBeUndefined();
    expect((await observe(going, region, portsWith(), new Map(), signal)).jobs).toBeUndefined();
    const allowed = object({ ...lower.spec, drain: { policy: "Terminate", timeoutSeconds: 0 } });
    expect((await observe(allowed, region, portsWith(), new Map(), signal)).jobs).toBeUndefined();
    expect(region.calls).toEqual([]);
    await observe(lower, region, portsWith(), new Map(), signal);
    await observe(going, regionWith(disabled), portsWith(), new Map(), signal);
    expect(region.calls).toEqual(["jobs team_q"]);
  });

  it("are those of the share, and those of which AWS does not say it", async () => {
    const { share: _unknown, ...unknown } = trainingJob("unknown");
    const active = [trainingJob("own"), trainingJob("other", { share: "team_other" }), unknown];
    const jobsByQueue = { team_q: active.map((job) => ({ ...job, cluster: undefined, parentId: undefined })) };
    const { jobs } = await observe(going, regionWith({ ...disabled, jobsByQueue }), portsWith(), new Map(), signal);
    expect(jobs?.kind === "read" && jobs.remaining.map(({ jobId }) => jobId)).toEqual(["own", "unknown"]);
  });

  it("have been none for as long as each count says so", async () => {
    const clock = new VirtualClock(now);
    const counts: CountedJobs = new Map();
    const region = Object.assign(regionWith(disabled), { monotonic: () => clock.monotonic() });
    const zeroAfter = async (ms: number) => {
      await clock.advance(ms);
      const { jobs } = await observe(going, region, portsWith([going, queueObject()], clock), counts, signal);
      return jobs?.kind === "read" ? jobs.zeroForMs : jobs;
    };
    expect([await zeroAfter(0), await zeroAfter(5000)]).toEqual([0, 5000]);
    region.before = () => {
      throw new AwsError("denied", "batch:ListServiceJobs", "AccessDenied", "no");
    };
    expect(await zeroAfter(1000)).toEqual({ kind: "unread", why: "batch:ListServiceJobs: no" });
    region.before = () => {};
    expect(await zeroAfter(1000)).toBe(0);
    region.before = () => {
      throw new TypeError("a fault of ours");
    };
    await expect(zeroAfter(0)).rejects.toThrow("a fault of ours");
  });
});
