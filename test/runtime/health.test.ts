import { expect, onTestFinished, test } from "vitest";
import { healthPages } from "../../src/runtime/health.ts";
import { type Pages, servePages, textPage } from "../../src/runtime/http-server.ts";

async function served(pages: Pages) {
  const server = await servePages({ host: "127.0.0.1", port: 0 }, pages);
  onTestFinished(() => server.close());
  const url = `http://127.0.0.1:${server.address.port}`;
  return async (path: string, method = "GET") => {
    const answer = await fetch(url + path, { method });
    return { status: answer.status, body: await answer.text() };
  };
}

test("health names every check, and fails with what is wrong", async () => {
  const state: { stuck?: string } = {};
  const get = await served(
    healthPages({
      live: [
        { name: "reconciles", problem: () => state.stuck },
        { name: "watches", problem: () => undefined },
      ],
      ready: [{ name: "caches", problem: () => "not all objects are listed yet" }],
    }),
  );
  expect(await get("/healthz")).toEqual({ status: 200, body: "[+] reconciles\n[+] watches\nok\n" });
  state.stuck = "one has been running for 700 s";
  expect(await get("/healthz?verbose")).toEqual({
    status: 503,
    body: "[-] reconciles: one has been running for 700 s\n[+] watches\nfailed\n",
  });
  expect(await get("/readyz")).toEqual({ status: 503, body: "[-] caches: not all objects are listed yet\nfailed\n" });
});

test("a server answers what it does not have, what it does not do, and a page that fails", async () => {
  const get = await served({
    "/page": () => textPage(200, "here\n"),
    "/broken": async () => {
      throw new Error("no numbers today");
    },
  });
  expect(await get("/page")).toEqual({ status: 200, body: "here\n" });
  expect(await get("/page", "HEAD")).toEqual({ status: 200, body: "" });
  expect(await get("/page", "POST")).toEqual({ status: 405, body: "only GET and HEAD are allowed\n" });
  expect(await get("/constructor")).toEqual({ status: 404, body: "no page at /constructor\n" });
  expect(await get("/broken")).toEqual({ status: 500, body: "no numbers today\n" });
});

test("an address in use is an error with Node's code", async () => {
  const server = await servePages({ host: "127.0.0.1", port: 0 }, {});
  onTestFinished(() => server.close());
  await expect(servePages(server.address, {})).rejects.toMatchObject({ code: "EADDRINUSE" });
});
