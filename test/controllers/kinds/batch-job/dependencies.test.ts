import { expect, test } from "vitest";
import type { BatchJob, BatchJobSpec, BatchJobStatus } from "../../../../src/api/v1alpha1/batch-job.ts";
import type { Circle } from "../../../../src/controllers/kinds/batch-job/circles.ts";
import { dependenciesOf } from "../../../../src/controllers/kinds/batch-job/dependencies.ts";
import { jobObject } from "./seen.ts";

const day = 24 * 3_600_000;
const now = Date.UTC(2026, 0, 10);
const needs = (...names: readonly string[]): Partial<BatchJobSpec> => ({
  dependsOn: names.map((name) => ({ jobRef: { name } })),
});
const condition = (type: string, reason: string) => ({ type, status: "True", reason, message: "m" }) as never;
const submitted = (daysAgo: number, more: BatchJobStatus = {}): BatchJobStatus => ({
  jobId: "job-2",
  status: "RUNNING",
  createdAt: new Date(now - daysAgo * day).toISOString(),
  ...more,
});

function job(name: string, spec: Partial<BatchJobSpec> = {}, status?: BatchJobStatus): BatchJob {
  const object = jobObject(spec, status);
  return { ...object, metadata: { ...object.metadata, name } };
}

/** What the job `hello` depends on, with these others in its namespace. */
const seenBy = (
  { circle, ...spec }: Partial<BatchJobSpec> & { readonly circle?: Circle },
  ...others: readonly BatchJob[]
) => {
  const own = jobObject(spec);
  return dependenciesOf(own, (name) => [own, ...others].find(({ metadata }) => metadata.name === name), circle, now);
};

test.each<[string, BatchJobStatus | undefined, object]>([
  ["not submitted is waited for", undefined, { kind: "waiting", name: "a" }],
  ["submitted has an id", submitted(1), { kind: "id", jobId: "job-2", type: undefined }],
  [
    "submitted not quite six and a half days ago has an id",
    submitted(6.49),
    { kind: "id", jobId: "job-2", type: undefined },
  ],
  [
    "submitted six and a half days ago may be forgotten",
    submitted(6.5),
    { kind: "notShown", name: "a", jobId: "job-2", type: undefined },
  ],
  [
    "submitted in a future that a wrong clock wrote may be forgotten",
    submitted(-6.5),
    { kind: "notShown", name: "a", jobId: "job-2", type: undefined },
  ],
  [
    "complete is satisfied, however long ago",
    submitted(30, { conditions: [condition("Complete", "Succeeded")] }),
    { kind: "satisfied" },
  ],
  [
    "failed has failed",
    submitted(1, { conditions: [condition("Failed", "JobFailed")] }),
    { kind: "failed", name: "a", why: "m" },
  ],
  [
    "with an unknown result is unknown",
    submitted(9, { conditions: [condition("Stalled", "ResultUnknown")] }),
    { kind: "unknown", name: "a" },
  ],
])("a dependency on a job that is %s", (_what, status, seen) => {
  expect(seenBy(needs("a"), job("a", {}, status))).toEqual([seen]);
});

test("a dependency on an object that is not there is missing", () => {
  expect(seenBy(needs("a"))).toEqual([{ kind: "missing", name: "a" }]);
});

test("a dependency on a job in AWS, or on the children before, is sent as it is", () => {
  expect(seenBy({ dependsOn: [{ jobId: "job-3", type: "N_TO_N" }, { type: "SEQUENTIAL" }] })).toEqual([
    { kind: "id", jobId: "job-3", type: "N_TO_N" },
    { kind: "id", jobId: undefined, type: "SEQUENTIAL" },
  ]);
});

test("a dependency of a job on a circle is that circle, unless the other one has a job in AWS or a result", () => {
  const circle = { names: ["hello", "a", "hello"], size: 2 };
  expect(
    seenBy(
      { ...needs("a", "b", "c"), circle },
      job("a", needs("hello")),
      job("b", {}, submitted(1)),
      job("c", {}, submitted(30, { conditions: [condition("Complete", "Succeeded")] })),
    ),
  ).toEqual([{ kind: "cycle", circle }, { kind: "id", jobId: "job-2", type: undefined }, { kind: "satisfied" }]);
});
