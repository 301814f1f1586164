import { expect, test } from "vitest";
import { AwsError } from "../../../src/aws/errors.ts";
import type { ReadRegion } from "../../../src/cli/plan/copy/cloud.ts";
import { countJobs } from "../../../src/cli/plan/jobs.ts";

const { signal } = new AbortController();
const region = {} as ReadRegion;

const refusing = (kind: AwsError["kind"]) => async (queue: string) => {
  if (queue === "closed") throw new AwsError(kind, "batch:ListJobs", "X", "no");
  return 3;
};

test("a queue whose jobs AWS does not show is in the plan without their number", async () => {
  expect(await countJobs(["open", "closed"], region, signal, refusing("denied"))).toEqual([
    { name: "open", jobs: 3 },
    { name: "closed", jobs: undefined },
  ]);
});

test("credentials that are not accepted end the plan", async () => {
  await expect(countJobs(["open", "closed"], region, signal, refusing("credentials"))).rejects.toThrow("no");
});
