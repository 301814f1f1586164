import { describe, expect, test } from "vitest";
import type { JobDetail } from "../../../src/aws/batch.ts";
import { AwsError } from "../../../src/aws/errors.ts";
import type { LogsApi } from "../../../src/aws/logs.ts";
import { questions } from "../../../src/cli/ui/questions.ts";
import type { Regions } from "../../../src/cli/ui/regions.ts";
import { aQueue } from "./objects.ts";

const { signal } = new AbortController();
const job: JobDetail = {
  jobId: "j",
  jobName: "train",
  jobQueue: "q",
  jobDefinition: "jd",
  status: "FAILED",
  startedAt: 1,
  container: { logStreamName: "second" },
  attempts: [{ container: { logStreamName: "first" } }, { container: { logStreamName: "second" } }],
};

/** The log of an attempt of a job, as the page gets it. @param getLogEvents of CloudWatch Logs in the region it is given */
async function logOf(
  jobs: readonly JobDetail[],
  getLogEvents: (region: string) => LogsApi["getLogEvents"],
  attempt = 2,
) {
  const inRegion = async (region: string) => ({
    region,
    batch: { describeJobs: async () => ({ jobs: [...jobs] }) },
    logs: async (): Promise<LogsApi> => ({ getLogEvents: getLogEvents(region) }),
  });
  const { log } = questions({
    account: "123456789012",
    region: "eu-west-1",
    in: inRegion as unknown as Regions,
    now: () => 0,
  });
  return await log(aQueue("main", []), { id: "j", attempt }, signal);
}

const echo = (region: string): LogsApi["getLogEvents"] => {
  return async ({ logGroupName, logStreamName }) => ({
    events: [{ timestamp: 0, message: `${region} ${logGroupName} ${logStreamName}` }],
  });
};

describe("the log of a job", () => {
  test("is that of the attempt, in the region where its definition logs", async () => {
    const there = {
      logDriver: "awslogs" as const,
      options: { "awslogs-region": "us-east-1", "awslogs-group": "/team" },
    };
    const abroad = { ...job, container: { ...job.container, logConfiguration: there } };
    expect([await logOf([job], echo, 1), await logOf([job], echo), await logOf([abroad], echo)]).toMatchObject([
      { data: { lines: [{ text: "eu-west-1 /aws/batch/job first" }], more: false } },
      { data: { lines: [{ text: "eu-west-1 /aws/batch/job second" }] } },
      { data: { lines: [{ text: "us-east-1 /team second" }] } },
    ]);
  });

  test("is a sentence where there is none", async () => {
    const unstarted = { ...job, container: {}, attempts: [{}] };
    const onEks = { ...job, eksProperties: {} };
    const denied = async () => {
      throw new AwsError("denied", "logs:GetLogEvents", "AccessDeniedException", "not authorized");
    };
    expect(await Promise.all([logOf([], echo), logOf([unstarted], echo, 1), logOf([onEks], echo)])).toEqual([
      { problem: "AWS does not know this job any more: it forgets jobs seven days after their end." },
      { problem: "This attempt has not started a container, so it has no log." },
      { problem: expect.stringMatching(/^train runs on EKS, .*\.$/) },
    ]);
    expect(await logOf([job], () => denied)).toEqual({
      problem: expect.stringMatching(/^logs:GetLogEvents: not authorized\. /),
    });
  });
});
