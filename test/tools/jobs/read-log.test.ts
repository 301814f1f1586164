import { describe, expect, test } from "vitest";
import { AwsError } from "../../../src/aws/errors.ts";
import type { LogsApi } from "../../../src/aws/logs.ts";
import { LogReader } from "../../../src/tools/jobs/read-log.ts";

const stream = { group: "g", stream: "s", region: undefined, container: "main" };
const { signal } = new AbortController();

/** Answers in turn what a test gives, with what was asked. */
function answering(...answers: readonly (Awaited<ReturnType<LogsApi["getLogEvents"]>> | Error)[]) {
  const asked: unknown[] = [];
  const rest = [...answers];
  const getLogEvents: LogsApi["getLogEvents"] = async (input) => {
    asked.push(input);
    const answer = rest.shift() ?? {};
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { asked, reader: new LogReader({ getLogEvents }, stream, signal) };
}

const events = (...texts: readonly string[]) => texts.map((message, index) => ({ message, timestamp: index }));
const texts = async (lines: Promise<readonly { readonly text: string }[]>) => (await lines).map(({ text }) => text);

describe("a log", () => {
  test("is read over empty pages until the token stays, and goes on there", async () => {
    const { asked, reader } = answering(
      { events: events("a"), nextForwardToken: "1" },
      { events: [], nextForwardToken: "2" },
      { events: events("b"), nextForwardToken: "3" },
      { events: [], nextForwardToken: "3" },
      { events: events("c"), nextForwardToken: "4" },
      { events: [], nextForwardToken: "4" },
    );
    expect(await reader.next()).toEqual([
      { at: 0, text: "a", container: "main" },
      { at: 0, text: "b", container: "main" },
    ]);
    expect(await texts(reader.next())).toEqual(["c"]);
    const where = { logGroupName: "g", logStreamName: "s", startFromHead: true };
    expect(asked).toEqual([undefined, "1", "2", "3", "3", "4"].map((nextToken) => ({ ...where, nextToken })));
  });

  test("has its last lines, over pages that are not full, and goes on after them", async () => {
    const { asked, reader } = answering(
      { events: events("d"), nextBackwardToken: "b1", nextForwardToken: "f1" },
      { events: events("b", "c"), nextBackwardToken: "b2", nextForwardToken: "f0" },
      { events: events("e"), nextForwardToken: "f2" },
      { events: [], nextForwardToken: "f2" },
    );
    expect(await texts(reader.last(3))).toEqual(["b", "c", "d"]);
    expect(await texts(reader.next())).toEqual(["e"]);
    expect(asked).toMatchObject([
      { limit: 3 },
      { limit: 2, nextToken: "b1" },
      { nextToken: "f1" },
      { nextToken: "f2" },
    ]);
  });

  test("is read no further back than its characters allow", async () => {
    const { asked, reader } = answering({
      events: events("long", "lines"),
      nextBackwardToken: "b1",
      nextForwardToken: "f1",
    });
    expect(await texts(reader.last(3, 8))).toEqual(["long", "lines"]);
    expect(asked).toHaveLength(1);
  });

  test("that is shorter than the lines asked for ends at its head", async () => {
    const { reader } = answering(
      { events: events("a"), nextBackwardToken: "b1", nextForwardToken: "f1" },
      { events: [], nextBackwardToken: "b1", nextForwardToken: "f1" },
    );
    expect(await texts(reader.last(10))).toEqual(["a"]);
  });

  test("that AWS does not show yet is empty; another failure is one", async () => {
    const missing = new AwsError("notFound", "logs:GetLogEvents", "ResourceNotFoundException", "no stream");
    const denied = new AwsError("denied", "logs:GetLogEvents", "AccessDeniedException", "no");
    const { reader } = answering(missing, missing, denied);
    expect([await reader.next(), await reader.last(5)]).toEqual([[], []]);
    await expect(reader.next()).rejects.toBe(denied);
  });
});

describe("a log whose tokens never stay the same", () => {
  const endless = () => {
    let calls = 0;
    const getLogEvents: LogsApi["getLogEvents"] = async () => {
      calls++;
      return { events: [], nextForwardToken: `f${calls}`, nextBackwardToken: `b${calls}` };
    };
    return { calls: () => calls, reader: new LogReader({ getLogEvents }, stream, signal) };
  };

  test.each(["next", "last"] as const)("is read to a thousand pages by %s", async (way) => {
    const { calls, reader } = endless();
    await expect(reader[way](10)).rejects.toThrow("the answer to logs:GetLogEvents has more than 1000 pages");
    expect(calls()).toBe(1000);
  });
});

test("a page that fails loses no line of those before it", async () => {
  const { reader } = answering(
    { events: events("a"), nextForwardToken: "1" },
    new AwsError("unavailable", "logs:GetLogEvents", "Throttling", "slow down"),
    { events: events("a"), nextForwardToken: "1" },
    { events: [], nextForwardToken: "1" },
  );
  await expect(reader.next()).rejects.toThrow("slow down");
  expect(await texts(reader.next())).toEqual(["a"]);
});
