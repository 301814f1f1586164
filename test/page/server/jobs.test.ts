import { expect, test } from "vitest";
import { jobDescription, jobLine } from "../../../src/page/server/jobs.ts";

test("a job has AWS's moments; 0 is none", () => {
  expect(
    jobLine({ jobId: "j", jobName: "train", status: "RUNNING", createdAt: 1000, startedAt: 2000, stoppedAt: 0 }),
  ).toEqual({
    id: "j",
    name: "train",
    status: "RUNNING",
    createdAt: "1970-01-01T00:00:01.000Z",
    startedAt: "1970-01-01T00:00:02.000Z",
  });
});

test("a description has the attempts, and never the command or the environment of the container", () => {
  const description = jobDescription({
    jobId: "j",
    jobName: "train",
    jobQueue: "q",
    status: "FAILED",
    startedAt: 2000,
    jobDefinition: "arn:aws:batch:eu-west-1:123456789012:job-definition/train:3",
    container: {
      command: ["sh", "-c", "hidden"],
      environment: [{ name: "PASSWORD", value: "hidden" }],
      exitCode: 137,
      reason: "OutOfMemoryError",
      logStreamName: "train/default/2",
    },
    dependsOn: [{ jobId: "before" }],
    attempts: [
      { startedAt: 1000, stoppedAt: 1500, statusReason: "Host EC2 terminated." },
      { startedAt: 2000, container: { exitCode: 137, reason: "OutOfMemoryError", logStreamName: "train/default/2" } },
    ],
  });
  expect(description).toMatchObject({
    definition: "train:3",
    exitCode: 137,
    reason: "OutOfMemoryError",
    dependsOn: ["before"],
    latestAttempt: 2,
    attempts: [
      { startedAt: "1970-01-01T00:00:01.000Z", reason: "Host EC2 terminated." },
      { exitCode: 137, reason: "OutOfMemoryError", logStream: "train/default/2" },
    ],
  });
  expect(JSON.stringify(description)).not.toContain("hidden");
});
