import { expect, it } from "vitest";
import type { BatchJob } from "../../../src/api/v1alpha1/batch-job.ts";
import { newMemory } from "../../../src/controllers/batch-job/memory.ts";
import { observe } from "../../../src/controllers/batch-job/observe.ts";
import { searchAgainMs } from "../../../src/controllers/intervals.ts";
import { ownerTags } from "../../../src/controllers/ownership.ts";
import type { Ports } from "../../../src/controllers/ports.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import { queue } from "../job-queue/given.ts";
import { fakeRegion, objectsOf } from "../region.ts";
import { identity, jobObject, record, settings } from "./seen.ts";

/** A job of which only the finalizer is left, in a cluster that takes over from a lost one. */
function takenOver() {
  const given = jobObject({ jobQueueRef: undefined, jobQueue: "shared" });
  const object: BatchJob = { ...given, metadata: { ...given.metadata, finalizers: ["awsbatch.dev/cleanup"] } };
  const clock = new VirtualClock(0);
  const region = fakeRegion({ queues: [queue([], { jobQueueName: "shared" })] });
  const ports = {
    clock,
    objects: objectsOf([object]),
    cluster: { ...identity.cluster, takeOverUid: "cluster-0" },
    settings,
    processId: () => "process-1",
  } as unknown as Ports;
  const memory = newMemory();
  const pass = () => observe(object, { region, ports, memory, signal: new AbortController().signal });
  const listed = () => region.calls.filter((call) => call.startsWith("listJobs"));
  return { clock, region, pass, listed };
}

it("searches for the job of a lost cluster once in five seconds, however often the object is reconciled", async () => {
  const { clock, pass, listed } = takenOver();
  for (const _pass of [1, 2, 3]) expect((await pass()).job.kind).toBe("unknown");
  const once = ["listJobs shared team_hello_"];
  expect(listed()).toEqual(once);
  await clock.advance(searchAgainMs);
  await pass();
  expect(listed()).toEqual([...once, ...once]);
});

it("follows the job that the lost cluster has left", async () => {
  const { region, pass } = takenOver();
  const tags = ownerTags({ ...identity, cluster: { ...identity.cluster, uid: "cluster-0" }, uid: "uid-0" });
  const left = record({ jobName: "team_hello_uid-0", tags });
  const { jobId, jobName, status, statusReason, isEnding } = left;
  region.jobsOfObjects.found = [{ jobId, jobName, status, statusReason, isEnding, createdAt: 0 }];
  region.jobsOfObjects.shown.set("job-1", { record: left, missingSince: undefined });
  expect((await pass()).job).toMatchObject({ kind: "known", jobId: "job-1" });
});
