import { expect, it } from "vitest";
import { AwsError } from "../../src/aws/errors.ts";
import { lastLinesOf } from "../../src/aws/last-lines.ts";
import type { LogsApi } from "../../src/aws/logs.ts";

const stream = { group: "/aws/batch/job", stream: "smoke/default/1" };
const { signal } = new AbortController();
const logs = (getLogEvents: LogsApi["getLogEvents"]): LogsApi => ({ getLogEvents });

it("asks for the end of the stream, and gives the latest line last", async () => {
  const asked: unknown[] = [];
  const answers = logs(async (input) => {
    asked.push(input);
    return { events: ["one", "two", "three"].map((message) => ({ message })) };
  });
  expect(await lastLinesOf(answers, stream, 2, signal)).toEqual(["two", "three"]);
  expect(asked).toEqual([{ logGroupName: stream.group, logStreamName: stream.stream, limit: 2 }]);
});

it("gives none where nothing was logged yet", async () => {
  const missing = logs(() =>
    Promise.reject(new AwsError("notFound", "logs:GetLogEvents", "ResourceNotFoundException", "")),
  );
  expect(await lastLinesOf(missing, stream, 2, signal)).toEqual([]);
  expect(
    await lastLinesOf(
      logs(async () => ({})),
      stream,
      2,
      signal,
    ),
  ).toEqual([]);
});

it("throws any other refusal", async () => {
  const denied = logs(() => Promise.reject(new AwsError("denied", "logs:GetLogEvents", "AccessDenied", "no")));
  await expect(lastLinesOf(denied, stream, 2, signal)).rejects.toThrow("no");
});
