import { expect, test } from "vitest";
import type { KubeObject } from "../../../src/api/object.ts";
import { CommandError } from "../../../src/operator/io.ts";
import type { GetObject } from "../../../src/tools/jobs/chain.ts";
import { onTheWay } from "../../../src/tools/jobs/on-the-way.ts";
import { jobObject } from "../../controllers/kinds/batch-job/seen.ts";
import { condition } from "../diagnose/given-job.ts";

const course = { text: "WaitingForQueue: m", end: undefined };
const job = jobObject({ jobQueueRef: { name: "main" } }, { conditions: [condition("Ready", "WaitingForQueue", "m")] });
const stalled = (type: "Ready" | "Stalled", status: "True" | "False") => ({
  ...condition(type, "NotOwned", "it is another's"),
  status,
  observedGeneration: job.metadata.generation,
});
const queue = {
  ...job,
  kind: "JobQueue",
  spec: {},
  status: { conditions: [stalled("Ready", "False"), stalled("Stalled", "True")] },
} as unknown as KubeObject;
const ended = {
  text: expect.stringMatching(/^the job needs JobQueue team\/main.*it is another's\. Fix: /),
  end: "stalled",
};

test.each<[string, GetObject, object]>([
  ["ends where its queue is Stalled", async () => queue, ended],
  ["goes on where its queue may still come", async () => undefined, course],
  ["goes on where the person may not read its queue", () => Promise.reject(new CommandError("forbidden")), course],
])("a job that waits %s", async (_name, get, expected) => {
  expect(await onTheWay(course, job, get)).toEqual(expected);
});

test("a defect on the way is not taken for a job that goes on", async () => {
  await expect(onTheWay(course, job, () => Promise.reject(new TypeError("defect")))).rejects.toThrow("defect");
});
