import { expect, test } from "vitest";
import type { KubeObject } from "../../../src/api/object.ts";
import { JobQueueKind } from "../../../src/api/v1alpha1/kinds.ts";
import { MemoryStore } from "../../../src/kube/memory-store.ts";
import { releasingStore } from "../../../src/operator/release/releasing-store.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import { jobQueue } from "../../manifests.ts";

const { signal } = new AbortController();
const releasedAt = "2026-01-02T00:00:00Z";

/** A store with one queue, which is released; what it waits for is reported. */
async function world() {
  const memory = new MemoryStore({ clock: new VirtualClock(), newUid: () => "uid", admit: undefined });
  const annotations = { "awsbatch.dev/paused": "true", "awsbatch.dev/dry-run": "true", mine: "1" };
  const manifest = jobQueue("q", ["ce"], { deletionPolicy: "Delete" });
  const applied = memory.apply({ ...manifest, metadata: { ...manifest.metadata, annotations } });
  const queue = await memory.patchMetadata(JobQueueKind, applied, { addFinalizer: "awsbatch.dev/cleanup" }, signal);
  const reported: string[] = [];
  const store = releasingStore(memory, releasedAt, (object, message) =>
    reported.push(`${object.metadata.name}: ${message}`),
  );
  const seen = async (): Promise<KubeObject> => (await store.get(JobQueueKind, queue.metadata, signal)) as KubeObject;
  return { memory, queue, store, reported, seen };
}

test("an object is seen as being deleted since the release, kept in AWS, and neither paused nor tried", async () => {
  const { seen } = await world();
  const { metadata, spec } = await seen();
  expect(metadata.deletionTimestamp).toBe(releasedAt);
  expect(metadata.annotations).toEqual({ mine: "1" });
  expect(spec).toMatchObject({ priority: 1, deletionPolicy: "Retain" });
});

test("an object that was being deleted before has been since then", async () => {
  const { memory, queue, seen } = await world();
  await memory.deleteObject(JobQueueKind, queue, signal);
  expect((await seen()).metadata.deletionTimestamp).toBe("2026-01-01T00:00:00Z");
});

test.each<[string, readonly (readonly [type: string, status: string])[], string]>([
  [
    "what is not synced, before what is not ready",
    [
      ["Ready", "False"],
      ["Synced", "False"],
    ],
    "q: Synced it is",
  ],
  [
    "why it is not ready",
    [
      ["Ready", "False"],
      ["Synced", "True"],
    ],
    "q: Ready it is",
  ],
  ["nothing, of an object without conditions", [], "q: "],
])("a status is not written, and reports %s", async (_what, conditions, expected) => {
  const { memory, queue, store, reported } = await world();
  const status = { conditions: conditions.map(([type, value]) => ({ type, status: value, message: `${type} it is` })) };
  await store.applyStatus(JobQueueKind, queue, status, signal);
  expect(reported).toEqual([expected]);
  expect(memory.object(JobQueueKind, queue.metadata)?.status).toBeUndefined();
});
