import { join } from "node:path";
import { expect, it } from "vitest";
import { systemClock } from "../../src/runtime/clock.ts";
import { type Check, until } from "../integration/control-plane/wait.ts";
import { eventsQueueName } from "../listening.ts";
import { awsByHttp } from "./aws-by-http.ts";
import { copyOf, edit } from "./command.ts";
import { exampleNamed } from "./examples.ts";
import { startProcess } from "./process.ts";

it("local hears of the end of a job within two seconds, while it reads it every five minutes", async ({
  onTestFinished,
}) => {
  const { aws, env, close } = await awsByHttp(systemClock(20));
  onTestFinished(close);
  await aws.outside.sqs.createQueue({ QueueName: eventsQueueName });
  const directory = copyOf(exampleNamed("events"), onTestFinished);
  edit(join(directory, "job.yaml"), '"120"', '"600"');
  const queue = `${env["AWS_ENDPOINT_URL"]}/123456789012/${eventsQueueName}`;
  const args = ["local", "-f", directory, "--cluster-name", "examples", "-o", "json", "--events-queue", queue];
  const endedAt = new Promise<number>((resolve) => {
    aws.onChange(({ kind, status }) => {
      if (kind === "job" && status === "SUCCEEDED") resolve(performance.now());
    });
  });

  const local = startProcess(args, env, onTestFinished);
  const shows = (reason: string) => (): Check =>
    local.lines.some((line) => line.type === "status" && line.kind === "BatchJob" && line.reason === reason) ||
    "not yet";
  const reads = (): number => aws.log.filter(({ operation }) => operation === "DescribeJobs").length;
  await until(shows("JobRunning"), "the job runs");
  const before = reads();
  const ended = await endedAt;
  await until(shows("Succeeded"), "its end is shown");
  expect(performance.now() - ended).toBeLessThan(2000);
  // A job that has just started is else read every two seconds, fifteen times.
  expect(reads() - before).toBeLessThan(7);
  local.kill("SIGTERM");
  expect(await local.ended).toEqual({ exitCode: 0, stderr: "" });
});
