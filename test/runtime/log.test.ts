import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { collectingLog, type LogFields, type LogLevel, pinoLog, redacted, silentLog } from "../../src/runtime/log.ts";
import { StoreError } from "../../src/runtime/store.ts";

function pinoWorld(level: LogLevel = "info") {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  const log = pinoLog({ clock: new VirtualClock(), level, destination });
  return { log, lines };
}

test("a line is JSON with time of the clock, level, constant message and fields", () => {
  const { log, lines } = pinoWorld();
  log.with({ controller: "Widget" }).with({ name: "a" }).info("reconciled", { took: 5 });
  expect(lines).toEqual([
    {
      level: "info",
      time: "2026-01-01T00:00:00.000Z",
      controller: "Widget",
      name: "a",
      took: 5,
      message: "reconciled",
    },
  ]);
});

test("the level can change while it runs, for logs made from it too", () => {
  const { log, lines } = pinoWorld("warn");
  const child = log.with({ a: 1 });
  child.info("no");
  log.level = "debug";
  child.debug("yes");
  log.level = "error";
  child.warn("no");
  child.error("yes");
  expect(lines.map(({ level, message }) => `${String(level)} ${String(message)}`)).toEqual(["debug yes", "error yes"]);
  expect(log.level).toBe("error");
});

test("a line has no control of others in it, also none that JSON leaves as it is", () => {
  const lines: string[] = [];
  const log = pinoLog({
    clock: new VirtualClock(),
    level: "info",
    destination: { write: (line) => void lines.push(line) },
  });
  const error = "\u001b[2J\u009b31m\u202e\n";
  log.warn("refused", { error });
  expect(lines[0]).toMatch(/^[ -~]*\n$/);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ error });
});

describe("redaction", () => {
  test.each([
    ["password", "dbPassword"],
    ["passwd", "passwd"],
    ["secret", "clientSecret"],
    ["token", "AWS_SESSION_TOKEN"],
    ["credential", "credentials"],
    ["authorization", "Authorization"],
    ["api key", "apiKey"],
    ["api key", "api-key"],
    ["api key", "apikey"],
    ["private key", "privateKey"],
    ["private key", "private_key"],
    ["access key", "accessKeyId"],
    ["access key", "AWS_ACCESS_KEY_ID"],
  ])("hides what is called %s, as in %s", (_kind, key) => {
    expect(redacted({ [key]: "hunter2" })).toEqual({ [key]: "[redacted]" });
  });

  const cases: { name: string; fields: LogFields; expected: LogFields }[] = [
    {
      name: "hides the values of keys that sound like secrets, at any depth",
      fields: { password: "x", auth: { sessionToken: "y", list: [{ clientSecret: "z" }] }, AWS_SECRET_ACCESS_KEY: "k" },
      expected: {
        password: "[redacted]",
        auth: { sessionToken: "[redacted]", list: [{ clientSecret: "[redacted]" }] },
        AWS_SECRET_ACCESS_KEY: "[redacted]",
      },
    },
    {
      name: "hides whole objects under such a key and leaves absent ones absent",
      fields: { secrets: [{ name: "n" }], credentials: undefined, authorization: null },
      expected: { secrets: "[redacted]", credentials: undefined, authorization: null },
    },
    {
      name: "leaves all else as it is",
      fields: { name: "a", key: 1, ok: true },
      expected: { name: "a", key: 1, ok: true },
    },
    { name: "writes big integers as text", fields: { n: 10n }, expected: { n: "10" } },
  ];
  for (const { name, fields, expected } of cases) {
    test(name, () => expect(redacted(fields)).toEqual(expected));
  }

  test("makes errors plain data, with their cause and their own fields", () => {
    const error = new StoreError("Conflict", "changed");
    error.cause = new Error("inner");
    expect(redacted({ error }).error).toMatchObject({
      name: "StoreError",
      message: "changed",
      reason: "Conflict",
      cause: { name: "Error", message: "inner" },
    });
  });

  test("ends at objects that contain themselves", () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(JSON.stringify(redacted({ loop }))).toContain("[too deep]");
  });
});

test("the collecting log keeps its lines, also those of logs made from it", () => {
  const log = collectingLog();
  log.with({ a: 1 }).warn("careful", { token: "x" });
  silentLog.error("unheard");
  expect(log.lines).toEqual([{ level: "warn", message: "careful", fields: { a: 1, token: "[redacted]" } }]);
});
