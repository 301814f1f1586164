import { describe, expect, it } from "vitest";
import { reconcileRequestedAtAnnotation, submissionAnnotation } from "../../src/api/v1alpha1/annotations.ts";
import type { BatchJob, BatchJobStatus } from "../../src/api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../src/api/v1alpha1/kinds.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { accessDenied, throttled } from "../../src/simulator/faults.ts";
import { batchJob, computeEnvironment, ec2, jobDefinition, jobQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import {
  acceptedWithoutAnswer,
  aPlace,
  day,
  followedBy,
  forgotten,
  hasReason,
  inNamespace,
  isGone,
  isIn,
  isTrue,
  jobs,
  long,
  loseStatus,
  place,
  reasonsOf,
  statusesInAws,
  statusOf,
  withLostResult,
  withUnknownResult,
  writesOf,
} from "./jobs.ts";
import { aWorld, expectSilence, expectStory } from "./story.ts";

describe("a job", () => {
  it("is submitted once, ends with its result, and is then left alone", async () => {
    const world = await aPlace();
    let statusWrites = 0;
    let before = JSON.stringify(statusOf(world, "hello"));
    world.operator.runtime.cache(BatchJobKind).onChange(({ after }) => {
      const now = JSON.stringify(after?.status ?? {});
      if (now !== before) {
        statusWrites++;
      }
      before = now;
    });
    world.apply(batchJob("hello", { containerOverrides: { command: ["echo", "hello"] } }));
    await world.until("the job is complete", isTrue(world, "hello", "Complete"));
    const { jobId } = statusOf(world, "hello");
    expect(statusOf(world, "hello")).toMatchObject({
      status: "SUCCEEDED",
      exitCode: 0,
      jobQueue: "team_queue",
      jobDefinitionArn: expect.stringMatching(/team_definition:1$/),
      duration: "1s",
      logs: { group: "/aws/batch/job", url: expect.stringContaining("$252Faws$252Fbatch$252Fjob") },
    });
    expect(jobs(world).map(({ id }) => id)).toEqual([jobId]);
    expect(statusWrites).toBeLessThanOrEqual(3);
    const calls = world.aws.log.length;
    await world.seconds(8 * day);
    expect(
      world.aws.log.slice(calls).filter(({ operation }) => /Jobs?$/.test(operation) && operation !== "ListJobs"),
    ).toEqual([]);
    expect(statusOf(world, "hello")).toMatchObject({ jobId, status: "SUCCEEDED" });
    await expectStory(world, "jobs/plain");
  });

  it("that fails is Stalled with AWS's reason, the exit code and what to do", async () => {
    const world = await aPlace();
    world.apply(batchJob("fails", long));
    await world.until("it runs", isIn(world, "fails", "RUNNING"));
    await world.aws.outside.terminateJob({ jobId: statusOf(world, "fails").jobId, reason: "OutOfMemoryError: killed" });
    await world.until("it has failed", isTrue(world, "fails", "Failed"));
    const message = world.condition("BatchJob", "fails", "Stalled")?.message ?? "";
    expect(message).toContain("OutOfMemoryError: killed");
    expect(message).toContain("raise MEMORY");
  });

  it("waits for its queue and definition, and runs the revision that matches the object", async () => {
    const world = await aWorld();
    world.apply(batchJob("early"));
    await world.until("it waits", hasReason(world, "early", "ReferenceNotFound"));
    world.apply(...place);
    await world.until("it is submitted", () => jobs(world).length === 1);
    world.apply(jobDefinition("definition", { parameters: { a: "b" } }), batchJob("later"));
    await world.until("the second is submitted", () => jobs(world).length === 2);
    expect(jobs(world).map(({ definition }) => definition.revision)).toEqual([1, 2]);
  });

  it("that is suspended is submitted once nobody holds it back", async () => {
    const world = await aPlace();
    world.apply(batchJob("held", { suspend: true }));
    await world.until("it is suspended", isTrue(world, "held", "Suspended"));
    await world.seconds(600);
    expect(jobs(world)).toEqual([]);
    world.apply(batchJob("held", { suspend: false }));
    await world.until("it is complete", isTrue(world, "held", "Complete"));
    expect(world.condition("BatchJob", "held", "Suspended")).toBeUndefined();
    expect(writesOf(world, "SubmitJob")).toBe(1);
  });

  it("gets other tags in place", async () => {
    const world = await aPlace();
    world.apply(batchJob("tagged", long));
    await world.until("it runs", isIn(world, "tagged", "RUNNING"));
    world.apply(batchJob("tagged", { ...long, tags: { team: "a" } }));
    await world.until("it has the tag", () => jobs(world)[0]?.request.tags?.["team"] === "a");
    await world.seconds(60);
    expect(writesOf(world, "TagResource")).toBe(1);
    expect(writesOf(world, "SubmitJob")).toBe(1);
  });

  it("that is an array says which children failed", async () => {
    const world = await aPlace();
    world.apply(batchJob("many", { ...long, arrayProperties: { size: 5 } }));
    await world.until(
      "children run",
      () => world.aws.truth.jobs().filter(({ status }) => status === "RUNNING").length === 5,
    );
    const { jobId } = statusOf(world, "many");
    for (const index of [1, 2, 4]) await world.aws.outside.terminateJob({ jobId: `${jobId}:${index}`, reason: "test" });
    await world.until("it has failed", isTrue(world, "many", "Failed"));
    expect(statusOf(world, "many").array).toEqual({
      size: 5,
      counts: [
        { status: "SUCCEEDED", count: 2 },
        { status: "FAILED", count: 3 },
      ],
      failedIndices: "1-2,4",
    });
    expect(world.condition("BatchJob", "many", "Failed")?.message).toContain("3 of 5 children failed");
  });
});

describe("ending a job", () => {
  it.each(["RUNNABLE", "RUNNING"])("by cancel while it is %s leaves object and result", async (status) => {
    const world = await aPlace();
    world.apply(batchJob("ended", long));
    await world.until(`it is ${status}`, isIn(world, "ended", status));
    world.apply(batchJob("ended", { ...long, cancel: true }));
    await world.until("it has failed", isTrue(world, "ended", "Failed"));
    expect(world.condition("BatchJob", "ended", "Failed")?.reason).toBe("JobCancelled");
    expect(statusesInAws(world)).toEqual(["FAILED"]);
    expect(writesOf(world, "TerminateJob")).toBe(1);
  });

  it("by cancel before it was submitted never submits it", async () => {
    const world = await aPlace();
    world.apply(batchJob("never", { suspend: true, cancel: true }));
    await world.until("it is cancelled", isTrue(world, "never", "Failed"));
    world.apply(batchJob("never", { cancel: true }));
    await world.seconds(60);
    expect(jobs(world)).toEqual([]);
  });

  it.each(["RUNNABLE", "RUNNING", "SUCCEEDED"])("by deletion while it is %s waits for its end", async (status) => {
    const world = await aPlace();
    world.apply(batchJob("deleted", long));
    await world.until(`it is ${status}`, isIn(world, "deleted", status));
    world.delete("BatchJob", "deleted");
    await world.until("it is gone", isGone(world, "deleted"));
    expect(statusesInAws(world)).toEqual([status === "SUCCEEDED" ? "SUCCEEDED" : "FAILED"]);
    expect(writesOf(world, "TerminateJob")).toBe(status === "SUCCEEDED" ? 0 : 1);
  });

  it("by deletion with Retain does not: it runs on", async () => {
    const world = await aPlace();
    world.apply(batchJob("kept", { ...long, deletionPolicy: "Retain" }));
    await world.until("it runs", isIn(world, "kept", "RUNNING"));
    world.delete("BatchJob", "kept");
    await world.until("it is gone", isGone(world, "kept"));
    await world.seconds(900);
    expect(statusesInAws(world)).toEqual(["SUCCEEDED"]);
  });

  it("of which a lost answer is all that is known finds it first", async () => {
    const world = await aPlace();
    await acceptedWithoutAnswer(world, "lost");
    world.delete("BatchJob", "lost");
    await world.until("it is gone", isGone(world, "lost"));
    expect(statusesInAws(world)).toEqual(["FAILED"]);
  });
});

describe("many jobs that end at once", () => {
  it.each([
    ["cancelled", (world: World, names: readonly string[]) => world.apply(...names.map((name) => ending(name)))],
    [
      "deleted",
      (world: World, names: readonly string[]) => {
        for (const name of names) world.delete("BatchJob", name);
      },
    ],
  ])("are read together before they are ended: %s", async (_how, end) => {
    const world = await aPlace();
    const names = Array.from({ length: 100 }, (_, index) => `job-${index}`);
    world.apply(...names.map((name) => batchJob(name, { ...long, deletionPolicy: "Delete" })));
    await world.until("all are submitted", () => names.every((name) => statusOf(world, name).jobId !== undefined));
    await world.seconds(60);
    const before = writesOf(world, "DescribeJobs");
    end(world, names);
    await world.until("all have ended", () => statusesInAws(world).every((status) => status === "FAILED"));
    expect(writesOf(world, "TerminateJob")).toBe(100);
    expect(writesOf(world, "DescribeJobs") - before).toBeLessThan(60);
  });

  const ending = (name: string): Manifest => batchJob(name, { ...long, deletionPolicy: "Delete", cancel: true });
});

describe("one object is one job", () => {
  it("when the answer is lost: AWS is asked by name, and it is not submitted again", async () => {
    const world = await aPlace();
    world.aws.faults.add({ on: "SubmitJob", fault: { kind: "loseResponse" }, times: 1 });
    world.apply(batchJob("once"));
    await world.until("it is complete", isTrue(world, "once", "Complete"));
    expect(jobs(world)).toHaveLength(1);
    expect(writesOf(world, "SubmitJob")).toBe(1);
  });

  it("when the request is lost: it is submitted again after AWS has shown none for more than a minute", async () => {
    const world = await aPlace();
    world.aws.faults.add({ on: "SubmitJob", fault: { kind: "loseRequest" }, times: 1 });
    world.apply(batchJob("once"));
    await world.until("it is in doubt", hasReason(world, "once", "CheckingSubmission"));
    await world.seconds(60);
    expect(writesOf(world, "SubmitJob")).toBe(1);
    await world.until("it is complete", isTrue(world, "once", "Complete"));
    expect(jobs(world)).toHaveLength(1);
    expect(writesOf(world, "SubmitJob")).toBe(2);
    await expectStory(world, "jobs/lost request");
  });

  it("when the request is refused: it is sent again without a search", async () => {
    const world = await aPlace();
    world.aws.faults.add({ on: "SubmitJob", fault: throttled, times: 3 });
    world.apply(batchJob("once"));
    await world.until("it is complete", isTrue(world, "once", "Complete"));
    expect(jobs(world)).toHaveLength(1);
    expect(writesOf(world, "ListJobs")).toBe(0);
  });

  it("when AWS accepts the first request only after the second: the younger is ended", async () => {
    const world = await aPlace();
    world.aws.faults.add({ on: "SubmitJob", fault: { kind: "delayRequest", delayMs: 85_000 }, times: 1 });
    world.apply(batchJob("once", long));
    await world.until("AWS has two", () => jobs(world).length === 2);
    await world.until("one has been ended", () => statusesInAws(world).includes("FAILED"));
    await world.until("the other is complete", isTrue(world, "once", "Complete"));
    expect([...statusesInAws(world)].sort()).toEqual(["FAILED", "SUCCEEDED"]);
    expect(world.store.events().map(({ reason }) => reason)).toContain("DuplicateEnded");
  });

  it.each([
    ["before the request", { kind: "loseRequest" }],
    ["after it", { kind: "loseResponse" }],
  ] as const)("when the process ends right %s", async (_when, fault) => {
    const world = await aPlace();
    world.aws.faults.add({ on: "SubmitJob", fault, times: 1 });
    world.apply(batchJob("once"));
    await world.until("it was sent", () => writesOf(world, "SubmitJob") === 1);
    const next = await followedBy(world);
    await next.until("it is complete", isTrue(next, "once", "Complete"));
    expect(jobs(next)).toHaveLength(1);
  });

  it("when the process ends between the note and the request: the next one searches first", async () => {
    const world = await aPlace();
    world.aws.faults.add({
      on: "SubmitJob",
      fault: { kind: "refuse", exception: "ServerException", message: "x", httpStatusCode: 429 },
    });
    world.apply(batchJob("once"));
    await world.until("it is noted", () => {
      return world.object("BatchJob", "once")?.metadata.annotations?.[submissionAnnotation] !== undefined;
    });
    await world.stop();
    world.aws.faults.clear();
    const next = await followedBy(world);
    await next.until("it is complete", isTrue(next, "once", "Complete"));
    expect(jobs(next)).toHaveLength(1);
    expect(next.aws.log.some(({ operation }) => operation === "ListJobs")).toBe(true);
  });
});

it("that runs is reported as running when another process follows it, and nothing is written", async () => {
  const world = await aPlace();
  world.apply(batchJob("runs", long));
  await world.until("it runs", isIn(world, "runs", "RUNNING"));
  const next = await followedBy(world);
  const reasons = reasonsOf(next, "runs");
  await next.seconds(60);
  expect(reasons).toEqual([]);
});

describe("a job is not run a second time", () => {
  it("when its status is lost", async () => {
    const world = await aPlace();
    world.apply(batchJob("once"));
    await world.until("it is complete", isTrue(world, "once", "Complete"));
    await loseStatus(world, "once");
    await world.until("it is complete again", isTrue(world, "once", "Complete"));
    expect(jobs(world)).toHaveLength(1);
  });

  it("when its status and the operator are lost, and AWS has forgotten it: the result is unknown", async () => {
    const next = await withLostResult("once");
    await next.seconds(day);
    expect(writesOf(next, "SubmitJob")).toBe(1);
  });

  it("when AWS forgets it after a week that the operator was away: the result is unknown, not a success", async () => {
    const next = await withUnknownResult("away");
    expect(next.condition("BatchJob", "away", "Complete")).toBeUndefined();
    next.apply(batchJob("next", { dependsOn: [{ jobRef: { name: "away" } }] }));
    await next.until("what depends on it is a person's", hasReason(next, "next", "DependencyUnknown"));
    expect(writesOf(next, "SubmitJob")).toBe(1);
  });

  it("stays unknown across a restart, and what depends on it stays a person's", async () => {
    const next = await withUnknownResult("away");
    const last = await followedBy(next);
    const reasons = reasonsOf(last, "away");
    last.apply(batchJob("next", { dependsOn: [{ jobRef: { name: "away" } }] }));
    await last.seconds(600);
    expect(reasons).toEqual([]);
    expect(hasReason(last, "next", "DependencyUnknown")()).toBe(true);
    expect(writesOf(last, "SubmitJob")).toBe(1);
  });

  it("a job that AWS may have forgotten is shown by AWS before another depends on it", async () => {
    const world = await aPlace();
    world.apply(
      batchJob("away", long),
      batchJob("runs", { containerOverrides: { command: ["sleep", `${20 * day}`] } }),
    );
    await world.until("both run", () => ["away", "runs"].every((name) => isIn(world, name, "RUNNING")()));
    await world.stop();
    await forgotten(world);
    world.apply(
      batchJob("not-yet", { dependsOn: [{ jobRef: { name: "away" } }] }),
      batchJob("at-once", { dependsOn: [{ jobRef: { name: "runs" } }] }),
    );
    const next = await followedBy(world);
    await next.until("one is submitted", () => statusOf(next, "at-once").jobId !== undefined);
    await next.until("the other waits", hasReason(next, "not-yet", "JobNotShown"), 30);
    await next.until("it is a person's", hasReason(next, "not-yet", "DependencyUnknown"));
    expect(writesOf(next, "SubmitJob")).toBe(3);
  });

  it("has its result when the operator was away for six days", async () => {
    const world = await aPlace();
    world.apply(batchJob("away", long));
    await world.until("it runs", isIn(world, "away", "RUNNING"));
    await world.stop();
    await world.seconds(6 * day);
    const next = await followedBy(world);
    await next.until("it is complete", isTrue(next, "away", "Complete"));
  });

  it("in a rebuilt cluster that takes over the lost one, and applies it again from Git", async () => {
    const world = await aPlace();
    world.apply(batchJob("done"), batchJob("runs", long));
    await world.until("one is complete", isTrue(world, "done", "Complete"));
    await world.until("the other runs", isIn(world, "runs", "RUNNING"));
    await world.stop();
    const cluster = { name: "default", uid: "cluster-2", takeOverUid: "cluster-1" };
    const next = await aWorld({ aws: world.aws, clock: world.clock, cluster });
    next.apply(...place, batchJob("done"), batchJob("runs", long));
    await next.until("both are complete", () => ["done", "runs"].every((name) => isTrue(next, name, "Complete")()));
    expect(jobs(next)).toHaveLength(2);
  });

  /** In another order, so that its uid is another one too. */
  const inRebuiltCluster = (world: World): void => world.apply(batchJob("once", long), ...place);

  it("when a process that takes it over from a lost cluster dies after the tags and before the status", async () => {
    const world = await aPlace();
    world.apply(batchJob("once", long));
    await world.until("it runs", isIn(world, "once", "RUNNING"));
    await world.stop();
    const cluster = { name: "default", uid: "cluster-2", takeOverUid: "cluster-1" };
    const next = await aWorld({ aws: world.aws, clock: world.clock, cluster });
    inRebuiltCluster(next);
    await next.until("its tags name the new cluster", () =>
      jobs(next).some(({ request }) => request.tags?.["awsbatch.dev/cluster-uid"] === "cluster-2"),
    );
    await next.stop();
    await loseStatus(next, "once");
    // Until AWS shows the new tags.
    await next.seconds(30);
    const last = await followedBy(next, { cluster });
    await last.until("it is complete", isTrue(last, "once", "Complete"));
    expect(jobs(last)).toHaveLength(1);
  });

  it("when that process dies after the finalizer and before the tags", async () => {
    const world = await aPlace();
    world.apply(batchJob("once", long));
    await world.until("it runs", isIn(world, "once", "RUNNING"));
    await world.stop();
    const cluster = { name: "default", uid: "cluster-2", takeOverUid: "cluster-1" };
    const next = await aWorld({ aws: world.aws, clock: world.clock, cluster });
    next.aws.faults.add({ fault: accessDenied("TagResource"), on: "TagResource", times: 100 });
    inRebuiltCluster(next);
    await next.until("it has the finalizer", () => next.object("BatchJob", "once")?.metadata.finalizers !== undefined);
    await next.stop();
    await loseStatus(next, "once");
    next.aws.faults.clear();
    const last = await followedBy(next, { cluster });
    await last.until("it is complete", isTrue(last, "once", "Complete"));
    expect(jobs(last)).toHaveLength(1);
  });

  it("but an object that a person deletes and creates again is a new job", async () => {
    const world = await aPlace();
    world.apply(batchJob("again"));
    await world.until("it is complete", isTrue(world, "again", "Complete"));
    world.delete("BatchJob", "again");
    await world.until("it is gone", isGone(world, "again"));
    world.apply(batchJob("again"));
    await world.until("it is complete", isTrue(world, "again", "Complete"));
    expect(jobs(world)).toHaveLength(2);
  });
});

describe("a job with a result", () => {
  /** Of which the cache keeps a digest. */
  async function finished(): Promise<World> {
    const world = await aPlace();
    world.apply(batchJob("job"));
    await world.until("it is complete", isTrue(world, "job", "Complete"));
    await world.seconds(30);
    const { attempts, logs, exitCode } = statusOf(world, "job");
    expect([attempts?.length, logs?.group, exitCode]).toEqual([1, "/aws/batch/job", 0]);
    expect(world.operator.objects.get(BatchJobKind, { namespace: "team", name: "job" })?.isDigest).toBe(true);
    return world;
  }
  const withoutPlan = ({ plan: _plan, ...status }: BatchJobStatus): object => status;

  it("keeps its whole status when it is reconciled on request, and when its spec changes", async () => {
    const world = await finished();
    const before = statusOf(world, "job");
    world.annotate("BatchJob", "job", { [reconcileRequestedAtAnnotation]: "now" });
    await world.seconds(30);
    expect(statusOf(world, "job")).toEqual({ ...before, lastHandledReconcileAt: "now" });
    world.apply(batchJob("job", { deletionPolicy: "Retain" }));
    await world.seconds(30);
    const conditions = before.conditions?.map((one) => ({ ...one, observedGeneration: 2 }));
    expect(withoutPlan(statusOf(world, "job"))).toEqual(withoutPlan({ ...before, observedGeneration: 2, conditions }));
    await expectSilence(world);
  });

  it("keeps its whole status while AWS cannot be read, and after a restart reads and writes nothing", async () => {
    const world = await finished();
    const { conditions: _ready, ...before } = statusOf(world, "job");
    world.aws.faults.add({ fault: accessDenied("DescribeJobQueues"), on: "DescribeJobQueues", times: 100 });
    await world.seconds(1200);
    expect(world.condition("BatchJob", "job", "Synced")?.status).toBe("Unknown");
    const { conditions: _unread, ...meanwhile } = statusOf(world, "job");
    expect(meanwhile).toEqual(before);
    world.aws.faults.clear();
    await world.until("it is Ready again", isTrue(world, "job", "Ready"));
    const next = await followedBy(world);
    const version = next.store.snapshot().resourceVersion;
    await next.seconds(600);
    expect(next.store.snapshot().resourceVersion).toBe(version);
    expect(statusOf(next, "job")).toMatchObject(before);
  });

  it("goes when it is deleted", async () => {
    const world = await finished();
    world.delete("BatchJob", "job");
    await world.until("it is gone", isGone(world, "job"));
    expect(writesOf(world, "TerminateJob")).toBe(0);
  });
});

describe("jobs for one queue", () => {
  /** Names of the objects, in the order in which AWS got their jobs. */
  const submittedOf = (world: World): readonly string[] =>
    jobs(world)
      .toSorted((left, right) => left.createdAt - right.createdAt)
      .map(({ request }) => request.tags?.["awsbatch.dev/name"] ?? "");
  const everyJob = (world: World) => world.store.objects(BatchJobKind) as readonly BatchJob[];

  it("that an operator finds when it starts are submitted in the order of their creation", async () => {
    const before = await aPlace();
    await before.stop();
    // 7 is prime to 200: every number below it, in another order; ten of them a second.
    const names = Array.from({ length: 200 }, (_, index) => `j-${String((index * 7) % 200).padStart(3, "0")}`);
    for (const [index, name] of names.entries()) {
      before.store.apply(batchJob(name));
      if (index % 10 === 9) await before.clock.advance(1000);
    }
    const world = await followedBy(before);
    await world.until("all are submitted", () => jobs(world).length === 200, 600);
    const created = new Map(everyJob(world).map(({ metadata }) => [metadata.name, metadata.creationTimestamp]));
    const order = names.map((name) => `${created.get(name)} ${name}`).toSorted();
    expect(submittedOf(world)).toEqual(order.map((text) => text.split(" ")[1]));
  });

  it("that waited for their queue too", async () => {
    const world = await aWorld();
    const names = ["d", "b", "a", "c", "e"];
    world.apply(...names.map((name) => batchJob(name)));
    await world.until("they wait", () => names.every((name) => hasReason(world, name, "ReferenceNotFound")()));
    world.apply(...place);
    await world.until("all are submitted", () => jobs(world).length === names.length);
    expect(submittedOf(world)).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("do not wait for one that waits for something else", async () => {
    const world = await aPlace();
    world.apply(
      batchJob("a", { jobDefinitionRef: { name: "missing" } }),
      batchJob("b", { suspend: true }),
      batchJob("c"),
    );
    await world.until("it is submitted", () => jobs(world).length === 1, 10);
    expect(submittedOf(world)).toEqual(["c"]);
    world.apply(jobDefinition("missing"), batchJob("b", { suspend: false }));
    await world.until("all are submitted", () => jobs(world).length === 3);
  });
});

describe("the object of a finished job with ttlSecondsAfterFinished", () => {
  const expires = (ttlSecondsAfterFinished: number) => ({ ttlSecondsAfterFinished });

  it("is deleted so long after its result is in its status, without a call to AWS", async () => {
    const world = await aPlace();
    world.apply(batchJob("done", expires(600)));
    await world.until("it is complete", isTrue(world, "done", "Complete"));
    const calls = world.aws.log.length;
    await world.seconds(590);
    expect(isGone(world, "done")()).toBe(false);
    await world.seconds(20);
    expect(isGone(world, "done")()).toBe(true);
    expect(world.aws.log.slice(calls).filter(({ operation }) => operation.endsWith("Job"))).toEqual([]);
    await expectStory(world, "jobs/expired");
  });

  it.each(["Complete", "Failed"])("goes at once with 0, when it is %s", async (type) => {
    const world = await aPlace();
    const seen: string[] = [];
    world.store.onChange((_before, object) => {
      for (const one of object?.kind === "BatchJob" ? ((object as BatchJob).status?.conditions ?? []) : []) {
        if (one.status === "True") seen.push(one.type);
      }
    });
    const command = type === "Failed" ? ["false"] : ["true"];
    world.apply(batchJob("done", { ...expires(0), containerOverrides: { command } }));
    await world.until("it is gone", isGone(world, "done"));
    expect(seen).toContain(type);
    expect(jobs(world)).toHaveLength(1);
  });

  it("goes without a finalizer too, when it was never submitted", async () => {
    const world = await aPlace();
    world.apply(batchJob("never", { ...expires(5), suspend: true, cancel: true }));
    await world.until("it is gone", isGone(world, "never"));
    expect(jobs(world)).toEqual([]);
  });

  it("may be given more time, or all, while it waits", async () => {
    const world = await aPlace();
    world.apply(batchJob("done", expires(60)));
    await world.until("it is complete", isTrue(world, "done", "Complete"));
    world.apply(batchJob("done"));
    await world.seconds(600);
    expect(isGone(world, "done")()).toBe(false);
    world.apply(batchJob("done", expires(60)));
    await world.until("it is gone", isGone(world, "done"), 5);
  });

  it("goes when its result is unknown too, so long after that is reported", async () => {
    const next = await withUnknownResult("away", expires(600));
    await next.seconds(590);
    expect(isGone(next, "away")()).toBe(false);
    await next.until("it is gone", isGone(next, "away"), 30);
    expect(writesOf(next, "SubmitJob")).toBe(1);
  });

  it("stays while Argo CD tracks it, and one event says why, also after a restart", async () => {
    const world = await aPlace();
    const manifest = batchJob("tracked", expires(0));
    const annotations = { "argocd.argoproj.io/tracking-id": "batch:awsbatch.dev/BatchJob:team/tracked" };
    world.apply({ ...manifest, metadata: { ...manifest.metadata, annotations } });
    await world.until("it is complete", isTrue(world, "tracked", "Complete"));
    await world.seconds(3600);
    const next = await followedBy(world);
    await next.seconds(3600);
    expect(isGone(next, "tracked")()).toBe(false);
    expect(next.condition("BatchJob", "tracked", "Kept")?.reason).toBe("Tracked");
    const kept = next.store.events().filter(({ reason }) => reason === "Tracked");
    expect(kept.map(({ count }) => count)).toEqual([1]);
    expect(kept[0]?.note).toContain("Argo CD (annotation argocd.argoproj.io/tracking-id)");
    next.apply(manifest);
    await next.until("Argo CD lets it go, and it is gone", isGone(next, "tracked"), 30);
  });
});

describe("jobs that depend on each other", () => {
  const needs = (...names: string[]) => ({ dependsOn: names.map((name) => ({ jobRef: { name } })) });

  it("are submitted in their order, and end in it", async () => {
    const world = await aPlace();
    world.apply(
      batchJob("last", needs("left", "right")),
      batchJob("left", needs("first")),
      batchJob("right", needs("first")),
    );
    await world.until("they wait", hasReason(world, "left", "ReferenceNotFound"));
    world.apply(batchJob("first"));
    await world.until("the last is complete", isTrue(world, "last", "Complete"));
    expect(writesOf(world, "SubmitJob")).toBe(4);
    await expectStory(world, "jobs/diamond");
  });

  it("count one as satisfied that is complete, also after AWS has forgotten it", async () => {
    const world = await aPlace();
    world.apply(batchJob("first"));
    await world.until("it is complete", isTrue(world, "first", "Complete"));
    await world.seconds(8 * day);
    world.apply(batchJob("second", needs("first")));
    await world.until("it is complete", isTrue(world, "second", "Complete"));
    expect(jobs(world).at(-1)?.request.dependsOn).toBeUndefined();
  });

  it("fail without a submission when one has failed that they need", async () => {
    const world = await aPlace();
    world.apply(batchJob("first", { suspend: true, cancel: true }), batchJob("second", needs("first")));
    await world.until("both have failed", isTrue(world, "second", "Failed"));
    expect(world.condition("BatchJob", "second", "Failed")?.reason).toBe("DependencyFailed");
    for (const name of ["first", "second"]) {
      expect(world.object<{ status?: string }>("BatchJob", name)?.status?.status).toBe("FAILED");
    }
    expect(jobs(world)).toEqual([]);
  });

  it("are Stalled in a circle", async () => {
    const world = await aPlace();
    world.apply(batchJob("a", needs("b")), batchJob("b", needs("c")), batchJob("c", needs("a")));
    await world.until("all are Stalled", () =>
      ["a", "b", "c"].every((name) => hasReason(world, name, "DependencyCycle")()),
    );
    expect(world.condition("BatchJob", "a", "Stalled")?.message).toContain("b, c, a");
    expect(jobs(world)).toEqual([]);
  });
});

describe("a tenant's job", () => {
  const refused = (world: World, reason: string) => (): boolean =>
    (
      world.store.object(BatchJobKind, { namespace: "tenant", name: "theft" })?.status as BatchJobStatus | undefined
    )?.conditions?.some((one) => one.type === "Stalled" && one.reason === reason) ?? false;
  const theft = (spec: object): Manifest => inNamespace("tenant", { ...batchJob("theft"), spec });
  const ownDefinition = { jobDefinition: "team_definition" };
  const createQueueOfNobody = async ({ aws, seconds }: World, jobQueueName: string): Promise<void> => {
    const computeEnvironment = aws.truth.computeEnvironments()[0]?.computeEnvironmentArn ?? "";
    const computeEnvironmentOrder = [{ order: 1, computeEnvironment }];
    await aws.outside.createJobQueue({ jobQueueName, priority: 1, computeEnvironmentOrder });
    await seconds(90);
  };

  it.each([
    ["the queue of another namespace", { jobQueueRef: { name: "queue", namespace: "team" }, ...ownDefinition }],
    ["the queue of another namespace by its name in AWS", { jobQueue: "team_queue", ...ownDefinition }],
    [
      "the queue of another namespace by its ARN",
      { jobQueue: "arn:aws:batch:eu-west-1:123456789012:job-queue/team_queue", ...ownDefinition },
    ],
    [
      "the definition of another namespace",
      { jobQueue: "shared", jobDefinitionRef: { name: "definition", namespace: "team" } },
    ],
    ["the definition of another namespace by its name in AWS", { jobQueue: "shared", ...ownDefinition }],
    ["a revision of another namespace", { jobQueue: "shared", jobDefinition: "team_definition:1" }],
  ])("may not use %s", async (_what, spec) => {
    const world = await aPlace();
    await createQueueOfNobody(world, "shared");
    world.apply(theft(spec));
    await world.until("it is refused", refused(world, "ReferenceNotAllowed"));
    expect(jobs(world)).toEqual([]);
  });

  it("may not name what belongs to no object where --allowed-resources lists other things", async () => {
    const world = await aPlace({ flags: { allowedResources: ["subnet/*", "security-group/*", "job-queue/mine"] } });
    await createQueueOfNobody(world, "theirs");
    world.apply(theft({ jobQueue: "theirs", ...ownDefinition }));
    await world.until("it is refused", refused(world, "NotAllowed"));
    expect(jobs(world)).toEqual([]);
  });

  it.each([
    ["the flag", { allowedRoleArns: ["arn:aws:iam::*:instance-profile/*"] }, {}],
    ["its namespace", {}, { "awsbatch.dev/allowed-role-arns": "arn:aws:iam::*:instance-profile/*" }],
  ])(
    "may not run with the roles of a definition of nobody, where %s limits roles",
    async (_who, flags, annotations) => {
      const world = await aPlace({ flags });
      world.store.setNamespace("tenant", { annotations });
      const { spec } = jobDefinition("administrator");
      await world.aws.outside.registerJobDefinition({
        ...(spec as object),
        jobDefinitionName: "administrator",
      } as never);
      world.apply(
        inNamespace("tenant", jobQueue("queue", ["own"])),
        inNamespace("tenant", computeEnvironment("own", ec2)),
      );
      await world.seconds(120);
      world.apply(theft({ jobQueueRef: { name: "queue" }, jobDefinition: "administrator" }));
      await world.until("it is refused", refused(world, "NotAllowed"));
      expect(jobs(world)).toEqual([]);
    },
  );

  it("may use what its owner shares", async () => {
    const world = await aWorld();
    const sharing = { allowedNamespaces: { from: "All" } } as const;
    world.apply(
      place[0] as Manifest,
      jobQueue("queue", ["environment"], sharing),
      jobDefinition("definition", sharing),
    );
    await world.untilReady();
    world.apply(
      theft({
        jobQueueRef: { name: "queue", namespace: "team" },
        jobDefinitionRef: { name: "definition", namespace: "team" },
      }),
    );
    await world.until("it is submitted", () => jobs(world).length === 1);
  });

  it("ends no job of another object by an id in its status", async () => {
    const world = await aPlace();
    world.apply(batchJob("victim", long), batchJob("attacker", { suspend: true }));
    await world.until("it runs", isIn(world, "victim", "RUNNING"));
    const attacker = world.object("BatchJob", "attacker");
    if (attacker === undefined) throw new Error("no BatchJob attacker");
    const { jobId } = statusOf(world, "victim");
    await world.store.applyStatus(BatchJobKind, attacker, { jobId }, new AbortController().signal);
    world.apply(batchJob("attacker", { suspend: true, cancel: true }));
    await world.seconds(60);
    world.delete("BatchJob", "attacker");
    await world.until("it is gone", isGone(world, "attacker"));
    expect(statusesInAws(world)).toEqual(["RUNNING"]);
    expect(writesOf(world, "TerminateJob")).toBe(0);
  });

  it("is a job of its own where the manifest brings along the note of another object", async () => {
    const world = await aPlace();
    world.apply(batchJob("original"));
    await world.until("it is complete", isTrue(world, "original", "Complete"));
    const annotations = world.object("BatchJob", "original")?.metadata.annotations ?? {};
    const copy = batchJob("copy");
    world.apply({ ...copy, metadata: { ...copy.metadata, annotations } });
    await world.until("the copy is complete", isTrue(world, "copy", "Complete"));
    expect(jobs(world)).toHaveLength(2);
  });
});
