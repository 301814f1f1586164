import { expect, it } from "vitest";
import type { BatchApi } from "../../../src/aws/batch-calls.ts";
import { AwsError } from "../../../src/aws/errors.ts";
import { readConsumables } from "../../../src/tools/diagnose/consumables.ts";

const signal = new AbortController().signal;
const needs = [{ name: "seats", quantity: 2 }];

/** An account with some of a consumable, held by these jobs. */
function batchWith(described: object | AwsError, jobs: readonly string[] = [], nextToken = ""): BatchApi {
  return {
    async describeConsumableResource() {
      if (described instanceof AwsError) throw described;
      return described;
    },
    listJobsByConsumableResource: async () => ({
      jobs: jobs.map((jobName) => ({ jobName, jobStatus: "RUNNING", quantity: 1 })),
      nextToken,
    }),
  } as unknown as BatchApi;
}

it("reads how much is free, and who holds the rest", async () => {
  const batch = batchWith({ totalQuantity: 3, inUseQuantity: 2, availableQuantity: 1 }, ["a", "b"], "more");
  expect(await readConsumables(needs, batch, signal)).toEqual({
    facts: [
      {
        name: "seats",
        needed: 2,
        quantity: { total: 3, available: 1, isUsedUp: false },
        holders: {
          jobs: [
            { name: "a", status: "RUNNING", quantity: 1 },
            { name: "b", status: "RUNNING", quantity: 1 },
          ],
          more: true,
        },
      },
    ],
    findings: [],
  });
});

it("knows one that jobs have used up", async () => {
  const batch = batchWith({ totalQuantity: 9, availableQuantity: 1, resourceType: "NON_REPLENISHABLE" });
  const { facts } = await readConsumables(needs, batch, signal);
  expect(facts).toMatchObject([{ quantity: { total: 9, available: 1, isUsedUp: true } }]);
});

it("knows one that does not exist", async () => {
  const missing = new AwsError("notFound", "batch:DescribeConsumableResource", "ClientException", "does not exist");
  const { facts } = await readConsumables(needs, batchWith(missing), signal);
  expect(facts).toEqual([{ name: "seats", needed: 2, quantity: undefined }]);
});

it("reports that it may not read, and passes on any other failure", async () => {
  const denied = new AwsError("denied", "batch:DescribeConsumableResource", "AccessDenied", "no.");
  const { facts, findings } = await readConsumables(needs, batchWith(denied), signal);
  expect(facts).toEqual([]);
  expect(findings).toMatchObject([
    {
      code: "JobsNotReadable",
      sentence: "the consumable resources of the job cannot be read (batch:DescribeConsumableResource): no",
    },
  ]);
  const failing = new AwsError("unavailable", "batch:DescribeConsumableResource", "ServerException", "oops");
  await expect(readConsumables(needs, batchWith(failing), signal)).rejects.toThrow("oops");
});
