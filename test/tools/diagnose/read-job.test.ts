import { expect, test } from "vitest";
import type { BatchJob, BatchJobSpec } from "../../../src/api/v1alpha1/batch-job.ts";
import type { BatchApi } from "../../../src/aws/batch-calls.ts";
import { readJob } from "../../../src/tools/diagnose/read-job.ts";
import { jobObject } from "../../controllers/kinds/batch-job/seen.ts";
import { condition } from "./given-job.ts";

/** A job of its own age, about which the operator has reported this. */
function job(name: string, second: number, reason = "Pending", spec: Partial<BatchJobSpec> = {}): BatchJob {
  const object = jobObject(spec, { conditions: [{ ...condition("Ready", reason, "x"), status: "Unknown" }] });
  const creationTimestamp = `2026-01-01T00:00:0${second}Z`;
  return { ...object, metadata: { ...object.metadata, name, uid: name, creationTimestamp } };
}

const mine = job("mine", 5);

async function findingsOf(object: BatchJob, ...neighbours: readonly BatchJob[]) {
  const report = await readJob(object, {
    batch: {} as BatchApi,
    account: "123456789012",
    region: "us-east-1",
    now: () => 0,
    networkOf: async () => undefined,
    signal: new AbortController().signal,
    objects: { object: async () => undefined, objects: async () => [object, ...neighbours] },
    where: ["-n", "team"],
  });
  return report.findings.map(({ code, sentence, needsPerson }) => ({ code, sentence, needsPerson }));
}

const turn = "the jobs for a queue are sent one at a time, the oldest first";

test("a job that nobody has reported on waits for the older ones for its queue", async () => {
  const next = job("next", 1, "Submitting");
  expect(await findingsOf(mine, job("second", 2), next)).toEqual([
    {
      code: "Pending",
      sentence: `${turn}: 2 older jobs of this namespace are before this one, next next`,
      needsPerson: false,
    },
  ]);
  expect(await findingsOf(mine, next)).toMatchObject([
    { sentence: `${turn}: 1 older job of this namespace is before this one, next next` },
  ]);
});

test.each([
  ["younger ones", mine, job("other", 6)],
  ["ones for another queue", mine, job("other", 1, "Pending", { jobQueueRef: { name: "low" } })],
  ["ones that wait for something else", mine, job("other", 1, "WaitingForJob")],
  ["others, if it has a share", job("mine", 5, "Pending", { shareIdentifier: "red" }), job("other", 1)],
])("it does not wait for %s: then nobody may be there to submit it", async (_what, object, other) => {
  expect(await findingsOf(object, other)).toEqual([{ code: "Pending", sentence: "x", needsPerson: true }]);
});
