import { describe, expect, it } from "vitest";
import { reconcileRequestedAtAnnotation, submissionAnnotation } from "../../src/api/v1alpha1/annotations.ts";
import { BatchJobKind } from "../../src/api/v1alpha1/kinds.ts";
import { StoreError } from "../../src/runtime/store.ts";
import { accessDenied, throttled } from "../../src/simulator/faults.ts";
import { batchJob, computeEnvironment, ec2, jobDefinition, jobQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import {
  acceptedWithoutAnswer,
  aPlace,
  day,
  followedBy,
  hasReason,
  hour,
  isGone,
  isIn,
  isTrue,
  jobs,
  long,
  loseStatus,
  patch,
  replace,
  statusesInAws,
  statusOf,
  writesOf,
} from "./jobs.ts";
import { aWorld } from "./story.ts";

/** AWS accepts the first request only after the second, and shows it when both have started. */
async function twoThatRun(): Promise<World> {
  const world = await aPlace();
  world.aws.knobs.ec2InstanceStartMs = 1000;
  world.aws.faults.add({ on: "SubmitJob", fault: { kind: "delayRequest", delayMs: 85_000 }, times: 1 });
  world.aws.faults.add({ on: "ListJobs", fault: { kind: "stale", staleMs: 60_000 }, forMs: 200_000, after: 15 });
  world.apply(batchJob("twice", hour));
  await world.until("both are named", () => isDoubled(world));
  return world;
}

const isDoubled = (world: World): boolean => world.condition("BatchJob", "twice", "SubmittedOnce")?.status === "False";
const running = (world: World): number => statusesInAws(world).filter((status) => status === "RUNNING").length;

describe("a job whose status is lost", () => {
  it("is not run again long after its end, by the process that submitted it", async () => {
    const world = await aPlace();
    world.apply(batchJob("once"));
    await world.until("it is complete", isTrue(world, "once", "Complete"));
    world.annotate("BatchJob", "once", { [reconcileRequestedAtAnnotation]: "now" });
    await world.seconds(60);
    await loseStatus(world, "once");
    await world.until("it is complete again", isTrue(world, "once", "Complete"));
    expect(jobs(world)).toHaveLength(1);
  });
});

describe("a job whose finalizer somebody has removed", () => {
  it("gets it back while it runs, so that deletion ends it", async () => {
    const world = await aPlace();
    world.apply(batchJob("replaced", hour));
    await world.until("it runs", isIn(world, "replaced", "RUNNING"));
    await replace(world, "replaced");
    await world.seconds(30);
    world.delete("BatchJob", "replaced");
    await world.until("it is gone", isGone(world, "replaced"));
    expect(statusesInAws(world)).toEqual(["FAILED"]);
  });

  it("is not submitted again when its answer was lost", async () => {
    const world = await aPlace();
    await acceptedWithoutAnswer(world, "replaced");
    await replace(world, "replaced");
    await world.until("it is complete", isTrue(world, "replaced", "Complete"));
    expect(jobs(world)).toHaveLength(1);
  });
});

describe("two jobs of one object that have started", () => {
  it("are named as long as both run, also after the result of one", async () => {
    const world = await twoThatRun();
    const message = world.condition("BatchJob", "twice", "SubmittedOnce")?.message ?? "";
    for (const { id } of jobs(world)) expect(message).toContain(id);
    await world.seconds(1800);
    expect(isDoubled(world)).toBe(true);
    expect(running(world)).toBe(2);
    const { jobId } = statusOf(world, "twice");
    await world.aws.outside.terminateJob({ jobId, reason: "test" });
    await world.until("it has failed", isTrue(world, "twice", "Failed"));
    const next = await followedBy(world);
    await next.seconds(600);
    expect(running(next)).toBe(1);
    expect(isDoubled(next)).toBe(true);
    const other = jobs(next).find(({ status }) => status === "RUNNING");
    await next.aws.outside.terminateJob({ jobId: other?.id, reason: "test" });
    await next.until("only one is left", () => !isDoubled(next));
    expect(isTrue(next, "twice", "Failed")()).toBe(true);
  });

  it("are both ended by cancel", async () => {
    const world = await twoThatRun();
    world.apply(batchJob("twice", { ...hour, cancel: true }));
    await world.until("it is cancelled", isTrue(world, "twice", "Failed"));
    await world.until("none runs", () => running(world) === 0);
    expect(world.condition("BatchJob", "twice", "Failed")?.reason).toBe("JobCancelled");
    expect(writesOf(world, "TerminateJob")).toBe(2);
  });

  it("are both ended by deletion, whether or not one has a result", async () => {
    const world = await twoThatRun();
    await world.aws.outside.terminateJob({ jobId: statusOf(world, "twice").jobId, reason: "test" });
    await world.until("it has failed", isTrue(world, "twice", "Failed"));
    world.delete("BatchJob", "twice");
    await world.until("it is gone", isGone(world, "twice"));
    expect(running(world)).toBe(0);
  });

  it("run on with Retain", async () => {
    const world = await twoThatRun();
    world.apply(batchJob("twice", { ...hour, deletionPolicy: "Retain" }));
    world.delete("BatchJob", "twice");
    await world.until("it is gone", isGone(world, "twice"));
    expect(running(world)).toBe(2);
  });
});

describe("a second job", () => {
  it("that was ended is not taken for the job of the object by the next process", async () => {
    const refused = { statusWrites: false };
    const world = await aPlace({
      kubernetes: (store) => ({
        ...store,
        list: (...given) => store.list(...given),
        get: (...given) => store.get(...given),
        watch: (...given) => store.watch(...given),
        patchMetadata: (...given) => store.patchMetadata(...given),
        deleteObject: (...given) => store.deleteObject(...given),
        recordEvent: (...given) => store.recordEvent(...given),
        applyStatus: async (kind, ...given) => {
          if (refused.statusWrites && kind === BatchJobKind) throw new StoreError("Unavailable", "test");
          return await store.applyStatus(kind, ...given);
        },
      }),
    });
    world.aws.knobs.ec2InstanceStartMs = 300_000;
    world.aws.faults.add({ on: "SubmitJob", fault: { kind: "loseResponse" }, times: 1 });
    world.aws.faults.add({ on: "ListJobs", fault: { kind: "stale", staleMs: 90_000 }, forMs: 90_000 });
    world.apply(batchJob("once", long));
    await world.until("it is in doubt", hasReason(world, "once", "CheckingSubmission"));
    refused.statusWrites = true;
    await world.until("AWS has two", () => jobs(world).length === 2);
    await world.until("one has been ended", () => statusesInAws(world).includes("FAILED"));
    const next = await followedBy(world);
    await next.until("the other is complete", isTrue(next, "once", "Complete"));
    expect([...statusesInAws(next)].toSorted()).toEqual(["FAILED", "SUCCEEDED"]);
  });
});

describe("a job that AWS refuses", () => {
  it.each([
    ["for lack of a permission", accessDenied("SubmitJob")],
    ["for the number of requests", throttled],
  ])("%s is sent again after delays that grow", async (_why, fault) => {
    const world = await aPlace();
    world.aws.faults.add({ on: "SubmitJob", fault });
    world.apply(batchJob("a"), batchJob("b"), batchJob("c"));
    await world.seconds(3600);
    const requests = world.aws.log.filter(({ operation }) => operation === "SubmitJob").length;
    // Each of the three doubles its delay to five minutes.
    expect(requests).toBeLessThan(3 * 40);
    world.aws.faults.clear();
    await world.until("all are complete", () => ["a", "b", "c"].every((name) => isTrue(world, name, "Complete")()));
    expect(jobs(world)).toHaveLength(3);
  });
});

describe("a note", () => {
  it("of another queue than that of the request is written again", async () => {
    const world = await aWorld();
    const named = (jobQueueName: string) => jobQueue("queue", ["environment"], { jobQueueName });
    world.apply(computeEnvironment("environment", ec2), named("first"), jobDefinition("definition"));
    await world.untilReady();
    world.aws.faults.add({ on: "SubmitJob", fault: accessDenied("SubmitJob"), times: 1000 });
    world.apply(batchJob("once"));
    await world.until("it is refused", () => writesOf(world, "SubmitJob") > 0);
    world.delete("JobQueue", "queue");
    await world.until("the queue is gone", () => world.object("JobQueue", "queue") === undefined);
    world.apply(named("second"));
    await world.until(
      "the other queue is Ready",
      () => world.condition("JobQueue", "queue", "Ready")?.status === "True",
    );
    world.aws.faults.clear();
    world.aws.faults.add({ on: "SubmitJob", fault: { kind: "loseResponse" }, times: 1 });
    await world.until("it is complete", isTrue(world, "once", "Complete"));
    await world.seconds(300);
    expect(jobs(world)).toHaveLength(1);
  });

  it("says nothing of a submission a week ago where AWS has refused each request since", async () => {
    const world = await aPlace();
    world.aws.faults.add({ on: "SubmitJob", fault: accessDenied("SubmitJob") });
    world.apply(batchJob("denied"));
    await world.until("it is refused", () => writesOf(world, "SubmitJob") > 0);
    await world.seconds(7200);
    await world.stop();
    world.aws.faults.clear();
    // AWS may have forgotten what was sent six and a half days ago.
    await world.clock.advance((6.5 * day - 5400) * 1000);
    const next = await followedBy(world);
    await next.until("it is complete", isTrue(next, "denied", "Complete"));
    expect(jobs(next)).toHaveLength(1);
  });

  it("that somebody dates to the future has nobody search for a second job for ever", async () => {
    const world = await aPlace();
    world.apply(batchJob("forged", hour));
    await world.until("it runs", isIn(world, "forged", "RUNNING"));
    const { uid } = world.object("BatchJob", "forged")?.metadata ?? {};
    const note = { uid, attempt: 2, at: "9999-01-01T00:00:00Z", by: "somebody", queue: "team_queue" };
    await patch(world, "forged", { annotations: { [submissionAnnotation]: JSON.stringify(note) } });
    await world.seconds(1200);
    const calls = world.aws.log.length;
    await world.seconds(1200);
    expect(world.aws.log.slice(calls).filter(({ operation }) => operation === "ListJobs")).toEqual([]);
  });
});

describe("a note that somebody changed in doubt", () => {
  it.each([
    ["names another queue", { queue: "other" }],
    ["names what cannot be a queue", { queue: "not a name" }],
    ["names no request", { attempt: undefined }],
  ])("and that %s leads to no second job, also in the next process", async (_what, change) => {
    const world = await aPlace();
    await acceptedWithoutAnswer(world, "noted");
    await world.stop();
    const { uid, annotations = {} } = world.object("BatchJob", "noted")?.metadata ?? {};
    const note = { uid, ...JSON.parse(annotations[submissionAnnotation] ?? ""), ...change };
    await patch(world, "noted", { annotations: { [submissionAnnotation]: JSON.stringify(note) } });
    const next = await followedBy(world);
    await next.until("it is complete", isTrue(next, "noted", "Complete"));
    expect(jobs(next)).toHaveLength(1);
  });
});

describe("an object that is gone", () => {
  it("has no job read any more that runs on", async () => {
    const world = await aPlace();
    world.apply(batchJob("kept", { ...hour, deletionPolicy: "Retain" }));
    await world.until("it runs", isIn(world, "kept", "RUNNING"));
    world.delete("BatchJob", "kept");
    await world.until("it is gone", isGone(world, "kept"));
    await world.seconds(30);
    const calls = world.aws.log.length;
    await world.seconds(600);
    expect(world.aws.log.slice(calls).filter(({ operation }) => operation === "DescribeJobs")).toEqual([]);
  });
});
