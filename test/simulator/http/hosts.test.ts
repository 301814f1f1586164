import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ServedBatch, serveBatch } from "../../../src/simulator/http.ts";
import { type Account, accountWithQueue } from "../account.ts";

let world: Account;
let served: ServedBatch;

beforeAll(async () => {
  world = await accountWithQueue();
  served = await serveBatch(world.aws, { port: 0 });
});

afterAll(() => served.close());

function send(
  path: string,
  headers: Readonly<Record<string, string>>,
  { method = "GET", body = "" } = {},
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(`${served.url}${path}`, { method, headers, agent: false }, resolve).once("error", reject).end(body);
  });
}

const post = { method: "POST", body: JSON.stringify({ job: "*", attempts: [{ exitCode: 1 }] }) };
const truth = "/_simulator/truth";
const outcomes = "/_simulator/outcomes";
const [host, site] = ["127.0.0.1:4566", "cross-site"];

describe("a page of another site", () => {
  it.each<[string, string, Record<string, string>, object]>([
    ["reads by a name that it lets resolve here", truth, { host: "evil.example" }, {}],
    ["reads by a name with the default port", truth, { host: "evil.example:4566" }, {}],
    ["reads by a name that begins as a local one", truth, { host: "localhost.evil.example:4566" }, {}],
    ["reads by a name that begins as a Service", truth, { host: "simulator.aws.svc.evil.example" }, {}],
    ["reads by a name that begins as an address", truth, { host: "127.0.0.1.evil.example" }, {}],
    ["reads by a name in capitals", truth, { host: "EVIL.EXAMPLE" }, {}],
    ["reads by a name with a dot at its end", truth, { host: "evil.example." }, {}],
    ["reads by a name within a user's", truth, { host: "127.0.0.1@evil.example" }, {}],
    ["reads by junk as a host", truth, { host: "[::1" }, {}],
    ["reads from its own origin", truth, { host, origin: "https://evil.example" }, {}],
    ["reads from no origin, as a sandbox", truth, { host, origin: "null" }, {}],
    ["reads from another port of this machine", truth, { host, origin: "http://127.0.0.1:3000" }, {}],
    ["reads by https of the same name", truth, { host, origin: `https://${host}` }, {}],
    ["has an image of it", truth, { host, "sec-fetch-site": site, "sec-fetch-mode": "no-cors" }, {}],
    ["reads as one of the same site", truth, { host, "sec-fetch-site": "same-site", "sec-fetch-mode": "cors" }, {}],
    ["plans outcomes by a form", outcomes, { host, origin: "https://evil.example" }, post],
    [
      "plans outcomes by a simple request",
      outcomes,
      { host, "sec-fetch-site": site, "content-type": "text/plain" },
      post,
    ],
    ["plans outcomes by rebinding", outcomes, { host: "evil.example", origin: "http://evil.example" }, post],
    ["creates a queue", "/v1/createjobqueue", { host, origin: "https://evil.example" }, post],
    ["deletes a role", "/", { host, origin: "https://evil.example" }, { method: "POST", body: "Action=DeleteRole" }],
    ["reads tags", "/v1/tags/arn", { host, origin: "https://evil.example" }, {}],
  ])("%s: refused", async (_what, path, headers, options) => {
    const before = world.aws.log.length;
    const answer = await send(path, headers, options);
    expect([answer.statusCode, await text(answer)]).toEqual([403, expect.stringContaining("a page of another site")]);
    expect(world.aws.log.length).toBe(before);
  });
});

describe("other clients", () => {
  it.each<[string, Record<string, string>]>([
    ["an SDK on this machine", { host }],
    ["an SDK by its name", { host: "localhost:4566" }],
    ["an SDK by IPv6", { host: "[::1]:4566" }],
    ["an SDK by a forwarded port", { host: "localhost:8080" }],
    ["an SDK by the address of another machine", { host: "10.1.2.3:4566" }],
    ["an SDK in a network of containers", { host: "simulator:4566" }],
    ["the operator of a trial", { host: "batch-aws-batch-operator-simulator.aws-batch-system.svc:4566" }],
    ["a pod by the whole name of the Service", { host: "simulator.aws.svc.cluster.local:4566" }],
    ["a container of Docker's", { host: "host.docker.internal:4566" }],
    ["a test by its name", { host: "aws.test" }],
    ["Node's fetch", { host, "sec-fetch-mode": "cors" }],
    ["a person who typed the address", { host, "sec-fetch-site": "none", "sec-fetch-mode": "navigate" }],
    ["a person who follows a link", { host, "sec-fetch-site": site, "sec-fetch-mode": "navigate" }],
    ["a page of its own", { host, origin: `http://${host}`, "sec-fetch-site": "same-origin" }],
  ])("%s: answered", async (_what, headers) => {
    expect((await send(truth, headers)).statusCode).toBe(200);
  });
});
