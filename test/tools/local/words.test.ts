import { describe, expect, test } from "vitest";
import type { BatchApi } from "../../../src/aws/batch-calls.ts";
import { NotSent } from "../../../src/aws/calls.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { createSimulatedAws } from "../../../src/simulator/simulated-aws.ts";
import { humanLine } from "../../../src/tools/local/log.ts";
import { type AwsWrite, subjectOf, tapped, tappedIam } from "../../../src/tools/local/writes.ts";

function simulatedBatch(): BatchApi {
  const knobs = { latencyMs: 0 };
  return createSimulatedAws({ clock: new VirtualClock(), random: seededRandom(1), knobs }).batch;
}

describe("the tap on AWS writes", () => {
  test("reports writes with what came of them, and no reads", async () => {
    const writes: AwsWrite[] = [];
    const batch = tapped(simulatedBatch(), (write) => writes.push(write));
    await batch.describeJobQueues({});
    await batch.registerJobDefinition({
      jobDefinitionName: "d",
      type: "container",
      containerProperties: {
        image: "x",
        resourceRequirements: [
          { type: "VCPU", value: "1" },
          { type: "MEMORY", value: "512" },
        ],
      },
    });
    await expect(batch.deleteJobQueue({ jobQueue: "missing" })).rejects.toThrow(/does not exist/);
    expect(writes.map(({ operation, outcome }) => [operation, outcome])).toEqual([
      ["RegisterJobDefinition", "ok"],
      ["DeleteJobQueue", "notFound"],
    ]);
    expect(writes[1]?.message).toMatch(/does not exist/);
  });

  test("reports the writes to IAM as well", async () => {
    const writes: AwsWrite[] = [];
    const knobs = { latencyMs: 0 };
    const { iam } = createSimulatedAws({ clock: new VirtualClock(), random: seededRandom(1), knobs });
    const tappedApi = tappedIam(iam, (write) => writes.push(write));
    await expect(tappedApi.getRole({ RoleName: "r" })).rejects.toThrow();
    await expect(tappedApi.deleteRole({ RoleName: "r" })).rejects.toThrow();
    expect(writes.map((write) => [write.operation, write.outcome, subjectOf(write)])).toEqual([
      ["DeleteRole", "notFound", "r"],
    ]);
  });

  test("does not report what never left this process", async () => {
    const writes: AwsWrite[] = [];
    const raw: BatchApi = {
      ...simulatedBatch(),
      deleteJobQueue: () => Promise.reject(new NotSent("batch:DeleteJobQueue", new Error("no lease"))),
    };
    await expect(tapped(raw, (write) => writes.push(write)).deleteJobQueue({ jobQueue: "q" })).rejects.toThrow(NotSent);
    expect(writes).toEqual([]);
  });

  test.each([
    ["CreateComputeEnvironment", { computeEnvironmentName: "a" }, "a"],
    ["UpdateJobQueue", { jobQueue: "arn:aws:batch:us-east-1:123456789012:job-queue/q" }, "q"],
    ["CreateQuotaShare", { jobQueue: "q", quotaShareName: "s" }, "s"],
    ["TagResource", { resourceArn: "arn:aws:batch:us-east-1:123456789012:job-definition/d:3", tags: {} }, "d:3"],
    ["X", {}, ""],
  ])("names what %s %j is about", (operation, input, expected) => {
    expect(subjectOf({ operation, input })).toBe(expected);
  });
});

describe("a log line for a person", () => {
  test.each([
    [{ level: "warn", time: "t", message: "slow" }, "warn: slow\n"],
    [
      {
        level: "error",
        time: "t",
        message: "reconcile failed",
        name: "x",
        failures: 2,
        error: { message: "no route" },
      },
      "error: reconcile failed (no route, name=x, failures=2)\n",
    ],
  ])("of %j", (json, expected) => {
    expect(humanLine(JSON.stringify(json))).toBe(expected);
  });
});
