import { describe, expect, it } from "vitest";
import { cleanupFinalizer, submissionAnnotation } from "../../src/api/v1alpha1/annotations.ts";
import type { BatchJobStatus } from "../../src/api/v1alpha1/batch-job.ts";
import { BatchJobKind, JobQueueKind } from "../../src/api/v1alpha1/kinds.ts";
import { batchJob, computeEnvironment, ec2, jobDefinition, jobQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import {
  aPlace,
  followedBy,
  hasReason,
  hour,
  isGone,
  isIn,
  isTrue,
  long,
  loseStatus,
  patch,
  reasonsOf,
  replace,
  setStatus,
  statusesInAws,
  statusOf,
  withLostResult,
  writesOf,
} from "./jobs.ts";
import { aWorld } from "./story.ts";

const searches = (world: World): number => world.aws.log.filter(({ operation }) => operation === "ListJobs").length;

/** A backup of etcd is restored, of before the submission: the object is the same, and nothing on it is the operator's. */
async function restoredFromEtcd(before: World, ...names: readonly string[]): Promise<World> {
  await before.stop();
  for (const name of names) {
    await replace(before, name);
    await loseStatus(before, name);
  }
  await before.clock.advance(3600_000);
  return await followedBy(before);
}

describe("a job whose object is restored as it was before its submission", () => {
  it("is not submitted again, whether it has ended or runs", async () => {
    const before = await aPlace();
    before.apply(batchJob("ended"), batchJob("runs", { containerOverrides: { command: ["sleep", "5000"] } }));
    await before.until("one is complete", isTrue(before, "ended", "Complete"));
    await before.until("the other runs", isIn(before, "runs", "RUNNING"));
    const world = await restoredFromEtcd(before, "ended", "runs");
    await world.until("both are complete", () => ["ended", "runs"].every((name) => isTrue(world, name, "Complete")()));
    expect(writesOf(world, "SubmitJob")).toBe(2);
  });

  it("is not submitted again when it was held back at that time", async () => {
    const before = await aPlace();
    const needsFirst = { dependsOn: [{ jobRef: { name: "first" } }] };
    before.apply(batchJob("first"), batchJob("held", { suspend: false }), batchJob("second", needsFirst));
    const names = ["first", "held", "second"];
    await before.until("all are complete", () => names.every((name) => isTrue(before, name, "Complete")()));
    const world = await restoredFromEtcd(before, ...names);
    await world.until("all are complete", () => names.every((name) => isTrue(world, name, "Complete")()));
    expect(writesOf(world, "SubmitJob")).toBe(3);
  });

  it("is ended by cancel", async () => {
    const before = await aPlace();
    before.apply(batchJob("runs", { containerOverrides: { command: ["sleep", "36000"] } }));
    await before.until("it runs", isIn(before, "runs", "RUNNING"));
    before.store.apply(batchJob("runs", { containerOverrides: { command: ["sleep", "36000"] }, cancel: true }));
    const world = await restoredFromEtcd(before, "runs");
    await world.until("it is cancelled", isTrue(world, "runs", "Failed"));
    expect(statusesInAws(world)).toEqual(["FAILED"]);
  });

  it("costs a search at the start and none for an object that is created later", async () => {
    const before = await aPlace();
    await before.stop();
    before.store.apply(batchJob("found"));
    const world = await followedBy(before);
    await world.until("it is complete", isTrue(world, "found", "Complete"));
    expect(searches(world)).toBe(1);
    world.apply(batchJob("created"));
    await world.until("it is complete", isTrue(world, "created", "Complete"));
    expect(searches(world)).toBe(1);
  });
});

describe("a job whose object Velero restores with its status", () => {
  it("keeps its result, or is followed, under the new uid of the object", async () => {
    const before = await aPlace();
    before.apply(batchJob("ended"), batchJob("runs", hour));
    await before.until("one is complete", isTrue(before, "ended", "Complete"));
    await before.until("the other runs", isIn(before, "runs", "RUNNING"));
    await before.stop();
    for (const name of ["ended", "runs"]) {
      const { apiVersion, metadata, spec, status } = before.object<BatchJobStatus>("BatchJob", name) ?? {
        metadata: {},
      };
      before.store.delete(BatchJobKind, { namespace: "team", name });
      await patch(before, name, { removeFinalizer: cleanupFinalizer });
      const { annotations = {}, finalizers = [] } = metadata as Record<string, never>;
      before.store.apply({
        apiVersion,
        kind: "BatchJob",
        metadata: { name, namespace: "team", annotations, finalizers },
        spec,
      } as never);
      await setStatus(before, name, status ?? {});
    }
    const world = await followedBy(before);
    await world.until(
      "both are complete",
      () => ["ended", "runs"].every((name) => isTrue(world, name, "Complete")()),
      7200,
    );
    expect(writesOf(world, "SubmitJob")).toBe(2);
  });
});

describe("a job whose queue is gone", () => {
  /** Its result is lost with the status of the object, and the queue in which it ran has another name by now. */
  async function inAnotherQueue(): Promise<World> {
    const before = await aWorld();
    const named = (jobQueueName: string) => jobQueue("queue", ["environment"], { jobQueueName });
    before.apply(computeEnvironment("environment", ec2), named("first"), jobDefinition("definition"));
    await before.untilReady();
    before.apply(batchJob("once"));
    await before.until("it is complete", isTrue(before, "once", "Complete"));
    before.delete("JobQueue", "queue");
    await before.until("the queue is gone", () => before.object("JobQueue", "queue") === undefined);
    before.apply(named("second"));
    await before.seconds(300);
    await before.stop();
    await loseStatus(before, "once");
    return await followedBy(before);
  }

  it("is not run again: its result is unknown, also after a restart", async () => {
    const world = await inAnotherQueue();
    await world.until("it is unknown", hasReason(world, "once", "ResultUnknown"));
    expect(world.condition("BatchJob", "once", "Stalled")?.message).toContain("queue first");
    const last = await followedBy(world);
    const reasons = reasonsOf(last, "once");
    await last.seconds(600);
    expect(reasons).toEqual([]);
    expect(writesOf(last, "SubmitJob")).toBe(1);
  });

  it("goes with its object", async () => {
    const world = await inAnotherQueue();
    await world.until("it is unknown", hasReason(world, "once", "ResultUnknown"));
    world.delete("BatchJob", "once");
    await world.until("it is gone", isGone(world, "once"), 30);
  });
});

it("a result that is unknown and has no id stays so across a restart, and nothing is written", async () => {
  const next = await withLostResult("once");
  const last = await followedBy(next);
  const reasons = reasonsOf(last, "once");
  await last.seconds(600);
  expect(reasons).toEqual([]);
});

describe("a job that is deleted", () => {
  it("is Stalled where neither note nor status nor queue says where to search, and goes when the queue is back", async () => {
    const before = await aPlace();
    before.apply(batchJob("lost", hour));
    await before.until("it runs", isIn(before, "lost", "RUNNING"));
    await before.stop();
    const queue = jobQueue("queue", ["environment"], { deletionPolicy: "Retain" });
    before.store.apply(queue);
    before.store.delete(BatchJobKind, { namespace: "team", name: "lost" });
    await patch(before, "lost", { annotations: { [submissionAnnotation]: null } });
    await loseStatus(before, "lost");
    await withoutQueue(before);
    const world = await followedBy(before);
    await world.until("it is Stalled", isTrue(world, "lost", "Stalled"), 900);
    expect(world.condition("BatchJob", "lost", "Stalled")).toMatchObject({
      reason: "CheckingSubmission",
      message: expect.stringMatching(/there is no JobQueue team\/queue.*awsbatch.dev\/abandon/),
    });
    world.apply(queue);
    await world.until("it is gone", isGone(world, "lost"));
    expect(statusesInAws(world)).toEqual(["FAILED"]);
  });

  it.each([
    ["says when it was submitted in a far future", { createdAt: "9999-01-01T00:00:00Z" }],
    ["was submitted a moment ago", {}],
  ])("goes when AWS does not know it any more, where the status %s", async (_what, change) => {
    const world = await aPlace();
    world.apply(batchJob("odd", long));
    await world.until("it runs", isIn(world, "odd", "RUNNING"));
    await world.stop();
    await setStatus(world, "odd", { ...statusOf(world, "odd"), ...change, jobId: "nobody-knows" });
    const next = await followedBy(world);
    await next.seconds(60);
    next.delete("BatchJob", "odd");
    await next.until("it waits", hasReason(next, "odd", "JobNotShown"));
    await next.until("it is gone", isGone(next, "odd"), 1000);
  });
});

/** The object of the queue goes, and the queue stays in AWS. */
async function withoutQueue(world: World): Promise<void> {
  const queue = world.object("JobQueue", "queue");
  if (queue === undefined) throw new Error("no JobQueue queue");
  world.store.delete(JobQueueKind, queue.metadata);
  const deleted = world.object("JobQueue", "queue");
  if (deleted !== undefined) {
    await world.store.patchMetadata(
      JobQueueKind,
      deleted,
      { removeFinalizer: cleanupFinalizer },
      new AbortController().signal,
    );
  }
}
