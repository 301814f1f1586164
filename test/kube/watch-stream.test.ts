import { describe, expect, test } from "vitest";
import { linesOf } from "../../src/kube/watch-stream.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { collectingLog } from "../../src/runtime/log.ts";
import { LoopTurn } from "../../src/runtime/loop-turn.ts";
import { reflect } from "../../src/runtime/reflector.ts";
import { sourcesOf } from "../../src/runtime/store.ts";
import { eventually } from "../eventually.ts";
import { widgetCache } from "../runtime/world.ts";
import { type OpenAnswer, type Reply, refusal, type SeenRequest } from "./fake-api-server.ts";
import { widget, widgetKind, widgets, world } from "./world.ts";

const line = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;
const bookmark = (resourceVersion: string): string => line("BOOKMARK", { metadata: { resourceVersion } });

/** A reflector over a real connection; its time passes as the process goes on: a slow machine loses no watch. */
async function reflected(options: { watchNamespaces?: readonly string[] } = {}) {
  const clock = new VirtualClock();
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) {
      await clock.advance(20);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  // Requests keep their deadlines by the machine's clock.
  const w = await world(options);
  const log = collectingLog();
  const parts = [...sourcesOf(w.store).keys()];
  const cache = widgetCache({ clock, log, parts });
  const ends: string[] = [];
  const observer = {
    listed: (objects: number) => ends.push(`listed ${objects}`),
    heard: () => undefined,
    watchEnded: (end: string) => ends.push(end),
    listFailed: () => ends.push("list failed"),
  };
  const list = (...items: unknown[]) => ({ json: { metadata: { resourceVersion: "10" }, items } });
  const run = async (): Promise<void> => {
    const common = { kind: widgetKind, clock, turn: new LoopTurn(clock), random: () => 0, log, observer };
    await Promise.all(
      [...sourcesOf(w.store)].map(([part, store]) => reflect({ ...common, store, cache: cache.part(part) }, w.signal)),
    );
  };
  const names = (): string[] => cache.list().map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`);
  return { ...w, cache, ends, list, run, names, until };
}

/** Lists and watches share a path; this distinguishes them. */
function listAndWatch(lists: Reply[], watches: Reply[]): (request: SeenRequest) => Reply {
  return ({ query }) => {
    const replies = query["watch"] === "true" ? watches : lists;
    return (replies.length > 1 ? replies.shift() : replies[0]) ?? "silent";
  };
}

const quiet: Reply = { open: () => undefined };
const says = (...parts: (string | Uint8Array)[]) => ({
  open: (answer: OpenAnswer) => {
    for (const part of parts) answer.write(part);
    answer.end();
  },
});

test("asks for bookmarks and for an end that is earlier than its patience", async () => {
  const w = await reflected();
  w.server.on(`GET ${widgets()}`, listAndWatch([w.list(widget("a", "5"))], [quiet]));
  const running = w.run();
  await w.until(() => w.server.requests.length === 2);
  expect(w.server.last.query).toEqual({
    watch: "true",
    allowWatchBookmarks: "true",
    resourceVersion: "10",
    timeoutSeconds: "43",
  });
  w.abort.abort();
  await running;
  await eventually(() => w.server.open <= 1);
});

describe("a reflector over a real connection", () => {
  const added = line("ADDED", widget("b", "11"));
  const changed = line("MODIFIED", widget("a", "12"));
  const cases: [string, Reply[], string[], number][] = [
    ["follows a watch that ends in order", [says(added, changed, bookmark("20"))], ["closed"], 20],
    ["resumes after the connection is cut", [cutAfter(added)], ["failed"], 11],
    [
      "resumes after a refusal",
      [refusal(403, "Forbidden", "no"), refusal(500, "InternalError", "etcd")],
      ["failed", "failed"],
      10,
    ],
    ["resumes after an error inside of the watch", [says(added, error(500, "InternalError"))], ["failed"], 11],
    [
      "waits when the server asks for it",
      [refusal(429, "TooManyRequests", "later", { retryAfterSeconds: 1 })],
      ["failed"],
      10,
    ],
    ["resumes after a line that is not an event", [says(added, "<html>\n")], ["failed"], 11],
    ["resumes after an event that was cut off", [says(added, changed.slice(0, 40))], ["failed"], 11],
    ["takes an event twice", [says(added, added)], ["closed"], 11],
    ["gives up a watch that is silent", [quiet], ["silent"], 10],
  ];
  test.each(cases)("%s", async (_what, watches, ends, resumesFrom) => {
    const w = await reflected();
    const last = line("ADDED", widget("last", "30"));
    const end: Reply = { open: (answer) => answer.write(last) };
    const asked = watches.length + 2;
    w.server.on(`GET ${widgets()}`, listAndWatch([w.list(widget("a", "5"))], [...watches, end, quiet]));
    const running = w.run();
    await w.until(() => w.server.requests.length >= asked && w.names().includes("last@30"));
    const resumed = w.server.requests[asked - 1]?.query["resourceVersion"];
    expect([w.ends.slice(0, asked - 1), resumed]).toEqual([["listed 1", ...ends], String(resumesFrom)]);
    w.abort.abort();
    await running;
  });

  test.each([
    ["at its start", refusal(410, "Expired", "too old resource version")],
    ["inside of it", says(error(410, "Expired"))],
  ])("lists again when the watch is too old, by %s", async (_where, tooOld) => {
    const w = await reflected();
    w.server.on(
      `GET ${widgets()}`,
      listAndWatch([w.list(widget("a", "5")), w.list(widget("c", "9"))], [tooOld, quiet]),
    );
    const running = w.run();
    await w.until(() => w.names().includes("c@9"));
    expect([w.names(), w.ends]).toEqual([["c@9"], ["listed 1", "gone", "listed 1"]]);
    w.abort.abort();
    await running;
  });

  test("keeps trying a list that fails", async () => {
    const w = await reflected();
    const lists: Reply[] = [
      "cut",
      "cut",
      refusal(500, "InternalError", "etcd"),
      { text: "<html>" },
      w.list(widget("a", "5")),
    ];
    w.server.on(`GET ${widgets()}`, listAndWatch(lists, [quiet]));
    const running = w.run();
    await w.until(() => w.cache.hasSynced);
    expect(w.ends).toEqual(["list failed", "list failed", "list failed", "listed 1"]);
    w.abort.abort();
    await running;
  });
});

test("ends no process by a promise that nobody waits for", async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on("unhandledRejection", note);
  process.on("uncaughtException", note);
  try {
    const w = await reflected({ watchNamespaces: ["team-a", "team-b"] });
    for (const namespace of ["team-a", "team-b"]) {
      const watches: Reply[] = [cutAfter(line("ADDED", widget("a", "11", namespace))), "cut", quiet, quiet];
      w.server.on(`GET ${widgets(namespace)}`, listAndWatch([w.list()], watches));
    }
    const running = w.run();
    await w.until(() => w.server.requests.length >= 8);
    w.abort.abort();
    await running;
    await w.server.stop();
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  } finally {
    process.off("unhandledRejection", note);
    process.off("uncaughtException", note);
  }
});

test("reads events whatever the places where the stream was cut, also inside of a character", async () => {
  const text = `${["one", "zwölf €", "", "🂡🂢"].map((word) => JSON.stringify({ word })).join("\n")}\n`;
  const bytes = Buffer.from(text);
  for (let size = 1; size <= bytes.length; size++) {
    async function* chunks() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    }
    const lines: string[] = [];
    for await (const found of linesOf(chunks())) lines.push(found);
    expect(`${lines.join("\n")}\n`).toBe(text);
  }
});

function cutAfter(text: string): Reply {
  return {
    open: (answer) => answer.write(text, () => answer.cut()),
  };
}

function error(code: number, reason: string): string {
  return line("ERROR", { kind: "Status", code, reason, message: reason });
}
