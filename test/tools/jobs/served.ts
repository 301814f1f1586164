import { vi } from "vitest";
import { runCli } from "../../../src/program.ts";
import { sleep, systemClock } from "../../../src/runtime/clock.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import type { ServedBatch } from "../../../src/simulator/http.ts";
import { createSimulatedAws, type SimulatedAws } from "../../../src/simulator/simulated-aws.ts";
import { containerJob, ec2, queue } from "../../simulator/account.ts";
import { serveChecked } from "../../simulator/checked-server.ts";
import { KeptOutput, testIo } from "../streams.ts";

/** A thousand times faster than the world. */
const clock = systemClock(1000);

/** An account with a queue `q` and a definition `jd`, and the commands that a person types against it. */
export interface ServedJobs {
  readonly aws: SimulatedAws;
  run(...args: readonly string[]): Promise<{ exitCode: number; stdout: string; stderr: string }>;
  /** Submits a job with this command, and waits until it has the status. Gives its ID. */
  job(command: readonly string[], status?: string, change?: object): Promise<string>;
  until(done: () => boolean): Promise<void>;
  close(): Promise<void>;
}

export async function serveJobs(): Promise<ServedJobs> {
  const aws = createSimulatedAws({ clock, random: seededRandom(1), knobs: { latencyMs: 0, stalenessMs: 0 } });
  const served: ServedBatch = await serveChecked(aws, { port: 0 });
  const environment = {
    AWS_ENDPOINT_URL: served.url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "simulated",
    AWS_SECRET_ACCESS_KEY: "simulated",
  };
  const until = async (done: () => boolean): Promise<void> => {
    for (let tries = 0; tries < 10_000 && !done(); tries++) await sleep(clock, 1000);
    if (!done()) throw new Error("it did not come true");
  };
  await aws.outside.createComputeEnvironment(ec2("ce-1"));
  await until(() => aws.truth.computeEnvironments()[0]?.status === "VALID");
  await aws.outside.createJobQueue(queue("q", "ce-1"));
  await until(() => aws.truth.jobQueues()[0]?.status === "VALID");
  await aws.outside.registerJobDefinition(containerJob("jd"));
  return {
    aws,
    until,
    async run(...args) {
      // Vitest takes the variables away after each test.
      for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
      const { io, stdout, stderr } = testIo({}, new KeptOutput());
      const exitCode = await runCli(args, io);
      return { exitCode, stdout: stdout.text, stderr: stderr.text };
    },
    async job(command, status = "SUCCEEDED", change = {}) {
      const containerOverrides = { command: [...command] };
      const request = { jobName: "hello", jobQueue: "q", jobDefinition: "jd", containerOverrides, ...change };
      const { jobId = "" } = await aws.outside.submitJob(request);
      await until(() => aws.truth.jobs().find(({ id }) => id === jobId)?.status === status);
      return jobId;
    },
    close: () => served.close(),
  };
}
