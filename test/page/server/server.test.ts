import { get, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { Publisher } from "../../../src/page/server/publisher.ts";
import { serveUi, type UiServerOptions } from "../../../src/page/server/server.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { knownOf } from "./objects.ts";

const files = { "index.html": { contentType: "text/html; charset=utf-8", body: "<!doctype html>" } };

async function served(ask: UiServerOptions["ask"] = async () => undefined) {
  const clock = systemClock();
  const publisher = new Publisher(
    {
      about: { source: "examples", aws: undefined, speed: 1, hasKubectl: true },
      problems: () => [],
      objects: () => [],
      eventsOf: async () => ({ lines: [] }),
      eventsOfKind: async () => ({ data: new Map() }),
      questions: undefined,
      aws: { seen: knownOf([]).aws, pauseMs: 10_000, round: async () => undefined },
    },
    clock,
  );
  const server = await serveUi({ files, publisher, clock, port: 0, ask });
  onTestFinished(async () => {
    publisher.close();
    await server.close();
  });
  return server;
}

function ask(
  url: string,
  options: { readonly method?: string; readonly host?: string } = {},
): Promise<IncomingMessage> {
  const headers = options.host === undefined ? {} : { host: options.host };
  return new Promise((resolve, reject) => {
    request(url, { method: options.method ?? "GET", headers, agent: false }, resolve)
      .once("error", reject)
      .end();
  });
}

test("the address has a new token each time, and this machine alone reaches it", async () => {
  const [one, other] = [await served(), await served()];
  expect(one.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/$/);
  expect(new URL(one.url).pathname).not.toBe(new URL(other.url).pathname);
});

describe("the page is refused", () => {
  test.each([
    ["without the token", () => "/", {}, 403, "it contains a token"],
    ["with another token", () => `/${"x".repeat(32)}/`, {}, 403, "it contains a token"],
    ["under the name of another site", (path: string) => path, { host: "evil.example" }, 403, "printed"],
    ["to a request that is not a read", (path: string) => path, { method: "POST" }, 405, "only GET"],
    ["where there is none", (path: string) => `${path}toString`, {}, 404, "no page at toString"],
  ] as const)("%s", async (_when, pathOf, options, status, why) => {
    const { url } = await served();
    const { origin, pathname } = new URL(url);
    const answer = await ask(origin + pathOf(pathname), options);
    expect(answer.statusCode).toBe(status);
    expect(await text(answer)).toContain(why);
  });
});

test.each(["//", "//[", "///x", "*", "http://", "http://elsewhere.example/", "/%"])(
  "a request for %s, which is not an address of the page, is refused, and the page is still served",
  async (path) => {
    const { url } = await served();
    const { hostname, port } = new URL(url);
    const refused = await new Promise<IncomingMessage>((resolve, reject) => {
      get({ hostname, port, path, agent: false }, resolve).once("error", reject);
    });
    expect(refused.statusCode).toBe(403);
    expect((await ask(url)).statusCode).toBe(200);
  },
);

test("nothing but the page's own files may run, also not inline", async () => {
  const { url } = await served();
  const answer = await ask(url);
  expect(answer.statusCode).toBe(200);
  expect(await text(answer)).toBe("<!doctype html>");
  const policy = answer.headers["content-security-policy"] ?? "";
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
  expect(policy).not.toContain("unsafe");
  expect(answer.headers).toMatchObject({
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  });
});

test("the stream begins with the snapshot", async () => {
  const { url } = await served();
  const answer = await new Promise<IncomingMessage>((resolve) => get(`${url}live`, { agent: false }, resolve));
  expect(answer.headers["content-type"]).toBe("text/event-stream");
  const [first] = (await new Promise<Buffer>((resolve) => answer.once("data", resolve))).toString().split("\n\n");
  answer.destroy();
  expect(first).toMatch(/^event: begin\ndata: \{"about":\{"source":"examples"/);
});

test.each([
  ["a plain error", new Error("Region is missing"), "Region is missing.\n"],
  ["a moment out of range", new RangeError("Invalid time value"), "Invalid time value.\n"],
  ["no error at all", "odd", "odd.\n"],
])("a question that fails by %s is answered, and the page is still served", async (_what, error, said) => {
  const { url } = await served(async (question) => {
    if (question === "past") return { data: 1n };
    throw error;
  });
  const answer = await ask(`${url}ask/log?of=JobQueue/team/main`);
  expect([answer.statusCode, await text(answer)]).toEqual([500, said]);
  // An answer that cannot be JSON is an error of the question too.
  expect((await ask(`${url}ask/past`)).statusCode).toBe(500);
  expect((await ask(url)).statusCode).toBe(200);
});
