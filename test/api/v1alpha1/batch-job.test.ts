import { expect, it } from "vitest";
import { BatchJobStatus } from "../../../src/api/v1alpha1/batch-job.ts";

it.each(["11111111-2222-4333-8444-555555555555"])("takes %s as the ID of a job in AWS", (jobId) => {
  expect(BatchJobStatus.safeParse({ jobId }).success).toBe(true);
});

it.each(["abc", "a b", "a,b", "../b", "ä", "", "a".repeat(129)])(
  "takes no ID in a status that would make a call of many IDs fail: %j",
  (jobId) => {
    const { error } = BatchJobStatus.safeParse({ jobId });
    expect(error?.issues[0]?.path).toEqual(["jobId"]);
  },
);
