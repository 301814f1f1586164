import { expect, test } from "vitest";
import type { BatchJobSpec } from "../../../../src/api/v1alpha1/batch-job.ts";
import { lineOf, orderInLine } from "../../../../src/controllers/kinds/batch-job/submission-order.ts";
import { jobObject } from "./seen.ts";

const line = (spec: Partial<BatchJobSpec>): string | undefined => lineOf(jobObject(spec), "eu-west-1");

test.each<[string, Partial<BatchJobSpec>]>([
  ["the object of the queue in its own namespace", { jobQueueRef: { name: "queue", namespace: "team" } }],
  ["the name of the queue in AWS", { jobQueueRef: undefined, jobQueue: "team_queue" }],
  ["its ARN", { jobQueueRef: undefined, jobQueue: "arn:aws:batch:eu-west-1:123456789012:job-queue/team_queue" }],
  ["the region of the operator", { region: "eu-west-1" }],
])("a job that names %s is in the line of that queue", (_what, spec) => {
  expect(line(spec)).toBe(line({}));
});

test.each<[string, Partial<BatchJobSpec>]>([
  ["another queue", { jobQueueRef: { name: "other" } }],
  ["a queue of another namespace", { jobQueueRef: { name: "queue", namespace: "other" } }],
  ["another region", { region: "us-east-1" }],
])("a job for %s is in another line", (_what, spec) => {
  expect(line(spec)).not.toBe(line({}));
});

test("a job with a share is in no line", () => {
  expect(line({ shareIdentifier: "team" })).toBeUndefined();
});

test("the oldest is first, and within one second the first by name", () => {
  const job = (name: string, creationTimestamp: string) => {
    const object = jobObject();
    return { ...object, metadata: { ...object.metadata, name, creationTimestamp } };
  };
  const jobs = [job("b", "2026-01-01T00:00:01Z"), job("c", "2026-01-01T00:00:00Z"), job("a", "2026-01-01T00:00:01Z")];
  const inOrder = jobs.toSorted((left, right) => (orderInLine(left) < orderInLine(right) ? -1 : 1));
  expect(inOrder.map(({ metadata }) => metadata.name)).toEqual(["c", "a", "b"]);
});
