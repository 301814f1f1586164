import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { defaultKnobs, type Knobs } from "../../src/simulator/knobs.ts";
import { Logs } from "../../src/simulator/logs.ts";
import { World } from "../../src/simulator/world.ts";

const at = { logGroupName: "g", logStreamName: "s" };

/** A stream with a line each second, from now on. */
function written(lines: readonly string[], knobs: Partial<Knobs> = {}) {
  const clock = new VirtualClock();
  const world = new World(clock, seededRandom(1), "1".repeat(12), "us-east-1", { ...defaultKnobs, ...knobs });
  const logs = new Logs(world);
  const timed = lines.map((text, index) => ({ text, afterMs: index * 1000 }));
  logs.open({ group: "g", stream: "s", lines: timed }, clock.now());
  const read = (input: Parameters<Logs["read"]>[0]): (string | undefined)[] =>
    logs.read(input).events?.map(({ message }) => message) ?? [];
  return { clock, logs, read };
}

describe("GetLogEvents", () => {
  it("shows a line a moment after it was printed", async () => {
    const { clock, logs, read } = written(["one", "two"], { logDelayMs: 5_000 });
    await clock.advance(4_999);
    expect(read(at)).toEqual([]);
    await clock.advance(1);
    expect(read(at)).toEqual(["one"]);
    const [first] = logs.read(at).events ?? [];
    expect(first).toEqual({ message: "one", timestamp: clock.now() - 5_000, ingestionTime: clock.now() });
  });

  it("gives the last lines, and the ones before by the token that leads back", async () => {
    const { clock, logs, read } = written(["a", "b", "c", "d", "e"]);
    await clock.advance(60_000);
    expect(read({ ...at, limit: 2 })).toEqual(["d", "e"]);
    const { nextBackwardToken: nextToken } = logs.read({ ...at, limit: 2 });
    expect(read({ ...at, limit: 2, nextToken })).toEqual(["b", "c"]);
  });

  it("gives the first lines, and by the token that leads forward the next, until the token stays", async () => {
    const { clock, logs, read } = written(["a", "b", "c"]);
    await clock.advance(1_000);
    const head = { ...at, startFromHead: true };
    const first = logs.read(head);
    expect(first.events?.map(({ message }) => message)).toEqual(["a"]);
    expect(logs.read({ ...head, nextToken: first.nextForwardToken })).toMatchObject({
      events: [],
      nextForwardToken: first.nextForwardToken,
    });
    await clock.advance(60_000);
    expect(read({ ...head, limit: 1, nextToken: first.nextForwardToken })).toEqual(["b"]);
    expect(read({ ...head, nextToken: first.nextForwardToken })).toEqual(["b", "c"]);
  });

  it("gives lines of a span of time", async () => {
    const { clock, read } = written(["a", "b", "c"]);
    const start = clock.now();
    await clock.advance(60_000);
    expect(read({ ...at, startTime: start + 1_000, endTime: start + 2_000 })).toEqual(["b"]);
  });

  it("gives at most a megabyte", async () => {
    const { clock, read } = written(Array.from({ length: 5 }, () => "x".repeat(400_000)));
    await clock.advance(60_000);
    expect(read(at)).toHaveLength(2);
  });

  it.each<[string, Parameters<Logs["read"]>[0], string]>([
    ["a missing group", { logGroupName: "none", logStreamName: "s" }, "The specified log group does not exist."],
    ["a missing stream", { logGroupName: "g", logStreamName: "none" }, "The specified log stream does not exist."],
    ["a token of another service", { ...at, nextToken: "abc" }, "The specified nextToken is invalid."],
    ["no lines at all", { ...at, limit: 0 }, "1 validation error detected"],
  ])("refuses %s", (_case, input, text) => {
    expect(() => written(["a"]).read(input)).toThrow(text);
  });

  it("finds a group by its ARN", async () => {
    const { clock, read } = written(["a"]);
    await clock.advance(60_000);
    const logGroupIdentifier = `arn:aws:logs:us-east-1:${"1".repeat(12)}:log-group:g`;
    expect(read({ logGroupIdentifier, logStreamName: "s" })).toEqual(["a"]);
  });
});

it("a container that is ended prints no more", async () => {
  const { clock, logs, read } = written(["a", "b", "c"]);
  await clock.advance(1_500);
  logs.close("g", "s");
  await clock.advance(60_000);
  expect(read(at)).toEqual(["a", "b"]);
  expect(() => logs.close("g", "none")).not.toThrow();
});

it("the oldest streams are dropped in simulations of weeks", () => {
  const { logs } = written([], { keptRecords: 2 });
  for (const stream of ["t", "u"]) logs.open({ group: "g", stream, lines: [] }, 0);
  expect(logs.all().map(({ name }) => name)).toEqual(["t", "u"]);
});
