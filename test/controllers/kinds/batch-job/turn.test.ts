import { describe, expect, it } from "vitest";
import type { BatchJob } from "../../../../src/api/v1alpha1/batch-job.ts";
import { intentAnnotation } from "../../../../src/controllers/kinds/batch-job/intent.ts";
import { newMemory } from "../../../../src/controllers/kinds/batch-job/memory.ts";
import { Turns } from "../../../../src/controllers/kinds/batch-job/submission-turns.ts";
import { turnOf } from "../../../../src/controllers/kinds/batch-job/turn.ts";
import type { Ports } from "../../../../src/controllers/ports.ts";
import { VirtualClock } from "../../../../src/runtime/clock.ts";
import { OneAtATime } from "../../../../src/runtime/one-at-a-time.ts";
import { fakeRegion, objectsOf } from "../../region.ts";
import { queue } from "../job-queue/given.ts";
import { identity, intent, jobObject, settings } from "./seen.ts";

const object = jobObject({ jobQueueRef: undefined, jobQueue: "shared" });

const changed = (metadata: Partial<BatchJob["metadata"]>, spec: Partial<BatchJob["spec"]> = {}): BatchJob => ({
  ...object,
  spec: { ...object.spec, ...spec },
  metadata: { ...object.metadata, ...metadata },
});

/** @param meanwhile what the cache has while the queue is resolved */
async function turnMeanwhile(meanwhile: readonly BatchJob[], queues = ["shared"]) {
  const clock = new VirtualClock(0);
  const objects: { -readonly [Key in keyof Ports["objects"]]: Ports["objects"][Key] } = objectsOf([object]);
  const ports = {
    clock,
    objects,
    cluster: identity.cluster,
    settings,
    processId: () => "process-1",
    reconciles: () => true,
  } as unknown as Ports;
  const turns = new Turns({ clock, wake: () => {} });
  const region = fakeRegion({ jobQueues: queues.map((jobQueueName) => queue([], { jobQueueName })) });
  const circles = { circleOf: () => undefined };
  const { signal } = new AbortController();
  const around = { region, ports, memory: newMemory(), searches: new OneAtATime(), circles, signal };
  const turn = turnOf(object, around, turns);
  objects.get = (kind, key) => objectsOf(meanwhile).get(kind, key);
  return [await turn, [...turns.places].map(({ queue: line }) => line)];
}

describe("a job gets a place in a line", () => {
  it("when its queue takes jobs and it is still to be submitted", async () => {
    expect(await turnMeanwhile([object])).toEqual(["soon", ["eu-west-1/shared"]]);
    expect(await turnMeanwhile([changed({ labels: { a: "b" } })])).toEqual(["soon", ["eu-west-1/shared"]]);
  });

  it("only where its queue is there", async () => {
    expect(await turnMeanwhile([object], [])).toEqual(["now", []]);
  });

  it.each<[string, readonly BatchJob[]]>([
    ["is gone", []],
    ["is another object of its name", [changed({ uid: "uid-2" })]],
    [
      "gets the note of another process",
      [changed({ annotations: intentAnnotation({ ...intent, by: "ghost", queue: "shared" }) })],
    ],
    ["is suspended", [changed({}, { suspend: true })]],
    ["is deleted", [changed({ deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["awsbatch.dev/cleanup"] })]],
  ])("not when it %s while its queue is resolved: that change has woken it", async (_name, meanwhile) => {
    expect(await turnMeanwhile(meanwhile)).toEqual(["later", []]);
  });
});
