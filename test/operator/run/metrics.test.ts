import { expect, test } from "vitest";
import { metricsOf } from "../../../src/operator/run/metrics.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";

async function textOf(metrics: ReturnType<typeof metricsOf>): Promise<string> {
  const page = await metrics.pages["/metrics"]?.();
  expect(page).toMatchObject({ status: 200, contentType: expect.stringContaining("text/plain") });
  return page?.body ?? "";
}

test("AWS calls are counted by operation, outcome and region, and timed when they were sent", async () => {
  const metrics = metricsOf({ clock: new VirtualClock(), version: "1.2.3" });
  const call = { operation: "batch:CreateJobQueue", kind: "write", durationMs: 200 } as const;
  metrics.awsCall({ ...call, outcome: "ok" }, "eu-west-1");
  metrics.awsCall({ ...call, outcome: "throttled" }, "eu-west-1");
  metrics.awsCall({ ...call, outcome: "notSent" }, "us-east-1");
  metrics.budgetWait("write", 1500);
  const text = await textOf(metrics);
  const operation = 'operation="batch:CreateJobQueue"';
  expect(text).toContain(`awsbatch_aws_calls_total{${operation},outcome="ok",region="eu-west-1"} 1`);
  expect(text).toContain(`awsbatch_aws_calls_total{${operation},outcome="throttled",region="eu-west-1"} 1`);
  expect(text).toContain(`awsbatch_aws_calls_total{${operation},outcome="notSent",region="us-east-1"} 1`);
  expect(text).toContain(`awsbatch_aws_call_seconds_count{${operation}} 2`);
  expect(text).toContain(`awsbatch_aws_call_seconds_sum{${operation}} 0.4`);
  expect(text).toContain('awsbatch_aws_budget_wait_seconds_sum{kind="write"} 1.5');
  expect(text).toContain(`awsbatch_build_info{version="1.2.3",node_version="${process.version}"} 1`);
});

test("regions that somebody invents share one label", async () => {
  const metrics = metricsOf({ clock: new VirtualClock(), version: "1.2.3" });
  for (let i = 0; i < 100; i++) {
    metrics.awsCall({ operation: "batch:ListJobs", kind: "read", outcome: "ok", durationMs: 1 }, `region-${i}`);
  }
  const series = (await textOf(metrics)).split("\n").filter((line) => line.startsWith("awsbatch_aws_calls_total{"));
  expect(series).toHaveLength(41);
  expect(series.at(-1)).toBe('awsbatch_aws_calls_total{operation="batch:ListJobs",outcome="ok",region="other"} 60');
});
