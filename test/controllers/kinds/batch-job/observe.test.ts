import { expect, it } from "vitest";
import type { BatchJob } from "../../../../src/api/v1alpha1/batch-job.ts";
import type { NamedJob } from "../../../../src/aws/jobs-of-objects.ts";
import { searchAgainMs, submissionUnknownForMs } from "../../../../src/controllers/intervals.ts";
import { intentAnnotation } from "../../../../src/controllers/kinds/batch-job/intent.ts";
import { newMemory } from "../../../../src/controllers/kinds/batch-job/memory.ts";
import { observe } from "../../../../src/controllers/kinds/batch-job/observe.ts";
import { ownerTags } from "../../../../src/controllers/ownership/ownership.ts";
import type { Ports } from "../../../../src/controllers/ports.ts";
import { VirtualClock } from "../../../../src/runtime/clock.ts";
import { OneAtATime } from "../../../../src/runtime/one-at-a-time.ts";
import { fakeRegion, objectsOf } from "../../region.ts";
import { queue } from "../job-queue/given.ts";
import { identity, intent, jobObject, record, settings, uid } from "./seen.ts";

interface Given {
  readonly finalizers: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  /** The cluster takes over from a lost one. */
  readonly takeOver?: true;
  readonly queues?: readonly string[];
}

/** Passes over a job in the queue `shared` with that metadata. */
function passes({ finalizers, annotations, takeOver, queues = ["shared"] }: Given) {
  const given = jobObject({ jobQueueRef: undefined, jobQueue: "shared" });
  const metadata = { ...given.metadata, finalizers, ...(annotations === undefined ? {} : { annotations }) };
  const object: BatchJob = { ...given, metadata };
  const clock = new VirtualClock(0);
  const region = fakeRegion({ jobQueues: queues.map((jobQueueName) => queue([], { jobQueueName })) });
  const ports = {
    clock,
    objects: objectsOf([object]),
    cluster: { ...identity.cluster, ...(takeOver === undefined ? {} : { takeOverUid: "cluster-0" }) },
    settings,
    processId: () => "process-1",
  } as unknown as Ports;
  const memory = newMemory();
  const searches = new OneAtATime();
  const circles = { circleOf: () => undefined };
  const under = (note: Readonly<Record<string, string>>): BatchJob => ({
    ...object,
    metadata: { ...metadata, annotations: note },
  });
  const pass = (now = object) =>
    observe(now, { region, ports, memory, searches, circles, signal: new AbortController().signal });
  const listed = () => region.calls.filter((call) => call.startsWith("listJobs"));
  return { clock, region, memory, pass, under, listed };
}

/** Only the finalizer is left of it. */
const takenOver = () => passes({ finalizers: ["awsbatch.dev/cleanup"], takeOver: true });
const summary = ({ jobId, jobName, status, statusReason, isEnding } = record()): NamedJob => {
  return { jobId, jobName, status, statusReason, isEnding, createdAt: 0 };
};

it("searches for the job of a lost cluster at once, and again when AWS is certain to show one", async () => {
  const { clock, pass, listed } = passes({ finalizers: [], takeOver: true });
  const once = ["listJobs shared team_hello_"];
  for (const _pass of [1, 2, 3]) {
    expect((await pass()).job).toEqual({ kind: "unknown", searchInMs: submissionUnknownForMs - clock.monotonic() });
    await clock.advance(searchAgainMs);
  }
  expect(listed()).toEqual(once);
  await clock.advance(submissionUnknownForMs);
  expect((await pass()).job.kind).toBe("none");
  expect(listed()).toEqual([...once, ...once]);
});

it("searches under a note of another process at once, and again when AWS is certain to show a job", async () => {
  const note = intentAnnotation({ ...intent, at: 0, by: "process-0", queue: "shared" });
  const { clock, pass, under, listed } = passes({ finalizers: ["awsbatch.dev/cleanup"] });
  while (clock.monotonic() < submissionUnknownForMs) {
    const searchInMs = submissionUnknownForMs - clock.monotonic();
    expect((await pass(under(note))).job).toEqual({ kind: "unknown", searchInMs });
    await clock.advance(searchAgainMs);
  }
  expect(listed()).toHaveLength(1);
  expect((await pass(under(note))).job.kind).toBe("notFound");
  expect(listed()).toHaveLength(2);
});

it("searches once in five seconds under a note that is another at each pass", async () => {
  const { clock, pass, under, listed } = passes({ finalizers: ["awsbatch.dev/cleanup"] });
  for (let attempt = 1; attempt <= 100; attempt++) {
    const note = intentAnnotation({ ...intent, attempt, by: `other-${attempt}`, queue: `queue-${attempt % 7}` });
    expect((await pass(under(note))).job.kind).toBe("unknown");
    await clock.advance(100);
  }
  // Each in the queue of the note and in that of the spec.
  expect(listed()).toHaveLength(4);
});

it("follows the job that the lost cluster has left", async () => {
  const { region, pass } = takenOver();
  const tags = ownerTags({ ...identity, cluster: { ...identity.cluster, uid: "cluster-0" }, uid: "uid-0" });
  const left = record({ jobName: "team_hello_uid-0", tags });
  region.jobsOfObjects.found = [summary(left)];
  region.jobsOfObjects.shown.set("job-1", { record: left, missingSince: undefined });
  expect((await pass()).job).toMatchObject({ kind: "known", jobId: "job-1" });
});

it("asks AWS once about an object that was there before this process, before it is submitted", async () => {
  const { memory, pass, listed } = passes({ finalizers: [] });
  memory.unasked.add(uid);
  for (const _pass of [1, 2]) expect((await pass()).job.kind).toBe("none");
  expect(listed()).toEqual([`listJobs shared team_hello_${uid}`]);
});

it.each(["argocd.argoproj.io/hook-finalizer", "example.com/cleanup"])(
  "has no doubt about a new object with the finalizer %s of somebody else, and asks AWS nothing",
  async (finalizer) => {
    const { pass, listed } = passes({ finalizers: [finalizer] });
    expect((await pass()).job).toEqual({ kind: "none", intent: undefined });
    expect(listed()).toEqual([]);
  },
);

it("follows the job of an object that a backup has brought back", async () => {
  const { memory, region, pass } = passes({ finalizers: [] });
  memory.unasked.add(uid);
  region.jobsOfObjects.found = [summary()];
  expect((await pass()).job).toMatchObject({ kind: "known", jobId: "job-1", isReported: false });
});

it("searches in the queue of the note and in that of the spec, for somebody may have changed the note", async () => {
  const annotations = intentAnnotation({ ...intent, by: "process-0", queue: "noted" });
  const { pass, listed } = passes({ finalizers: ["awsbatch.dev/cleanup"], annotations });
  expect((await pass()).job.kind).toBe("unknown");
  expect(listed()).toEqual([`listJobs noted team_hello_${uid}`, `listJobs shared team_hello_${uid}`]);
});

it("waits for a minute after it has seen the note of another process, however long it runs itself", async () => {
  const annotations = intentAnnotation({ ...intent, at: 0, by: "process-0", queue: "shared" });
  const { clock, pass } = passes({ finalizers: ["awsbatch.dev/cleanup"], annotations });
  await clock.advance(submissionUnknownForMs * 2);
  expect((await pass()).job.kind).toBe("unknown");
  await clock.advance(submissionUnknownForMs);
  expect((await pass()).job.kind).toBe("notFound");
});

it("does not know where to search without note, status and queue", async () => {
  const { pass, listed } = passes({ finalizers: ["awsbatch.dev/cleanup"], queues: [] });
  expect((await pass()).job).toMatchObject({
    kind: "unknown",
    hindrance: expect.stringContaining("no job queue shared"),
  });
  expect(listed()).toEqual([]);
});
