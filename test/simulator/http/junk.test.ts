import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ServedBatch } from "../../../src/simulator/http.ts";
import type { Operation } from "../../../src/simulator/model/model.ts";
import { type Account, accountWithQueue, containerJob } from "../account.ts";
import { serveChecked } from "../checked-server.ts";
import { junkFor, placesIn, requestsOf, servedOperations, structureHolding } from "../model-requests.ts";

/** Longer than most timers of an account at rest. */
const twoMinutesMs = 120_000;
const seed = 20;

let world: Account;
let served: ServedBatch;

beforeAll(async () => {
  world = await accountWithQueue({ keptRecords: 1000 });
  await world.aws.outside.registerJobDefinition(containerJob("jd"));
  served = await serveChecked(world.aws, { port: 0 });
});

afterAll(() => served.close());

interface Seen {
  readonly status: number;
  readonly type: string | null;
  readonly body: string;
}

async function answerTo(path: string, init: RequestInit): Promise<Seen> {
  const response = await fetch(`${served.url}${path}`, init);
  const body = await response.text();
  return { status: response.status, type: response.headers.get("x-amzn-errortype"), body };
}

/** Sends an input as the SDK would: what lies in the path or the query goes there. */
function send({ method, path }: Operation, input: object): Promise<Seen> {
  if (!path.includes("{")) return answerTo(path, { method, body: JSON.stringify(input) });
  const { resourceArn, tagKeys, ...body } = input as Readonly<Record<string, unknown>>;
  const query = Array.isArray(tagKeys) ? tagKeys.map((key) => `tagKeys=${encodeURIComponent(String(key))}`) : [];
  const to = `${path.replace("{resourceArn}", encodeURIComponent(String(resourceArn)))}?${query.join("&")}`;
  return answerTo(to, method === "POST" ? { method, body: JSON.stringify(body) } : { method });
}

describe("a request with junk of the wrong type at any one member", () => {
  it("is refused as one that AWS cannot read", async () => {
    for (const [name, operation] of servedOperations(world.aws)) {
      if (operation.path.includes("{") && operation.method !== "POST") continue;
      for (const [index, place] of placesIn(operation.input).entries()) {
        if (operation.path.includes("{") && place.steps[0] === "resourceArn") continue;
        const kinds = junkFor(place.type);
        const junk = kinds[index % kinds.length];
        const { status, type, body } = await send(operation, structureHolding(operation.input, place.steps, junk));
        const what = `${name} with ${JSON.stringify(junk)} at ${place.steps.join(".")}: ${body}`;
        expect({ what, status, type }).toEqual({ what, status: 400, type: "SerializationException" });
      }
    }
    await world.clock.advance(twoMinutesMs);
  });
});

describe("no request ends the simulator", () => {
  /** @throws when a timer does: in a process of its own that would end it */
  async function survived({ status, body }: Seen): Promise<void> {
    expect(status, body).toBeLessThan(500);
    await world.clock.advance(twoMinutesMs);
  }

  const known = [
    "ce-1",
    "q",
    "jd",
    "jd:1",
    "EC2",
    "subnet-1",
    "sg-1",
    "m5.large",
    "arn:aws:iam::123456789012:role/batch",
    "arn:aws:batch:us-east-1:123456789012:job-queue/q",
    "arn:aws:batch:us-east-1:123456789012:compute-environment/ce-1",
    "1",
    "512",
    "__proto__",
  ];

  it("of the right types with any values", async () => {
    const calls = fc.oneof(
      ...servedOperations(world.aws).map(([name, operation]) =>
        requestsOf(operation.input, known).map((input) => ({ name, operation, input })),
      ),
    );
    await fc.assert(
      fc.asyncProperty(calls, async ({ operation, input }) => {
        await survived(await send(operation, input));
      }),
      { seed, numRuns: 500 },
    );
  });

  it("that is any JSON at all", async () => {
    const paths = servedOperations(world.aws).map(([, { path }]) => path.replace("{resourceArn}", "%E0%A4%A"));
    const call = fc.tuple(fc.constantFrom(...paths, "/_simulator/jobs"), fc.json());
    await fc.assert(
      fc.asyncProperty(call, async ([path, body]) => {
        await survived(await answerTo(path, { method: "POST", body }));
      }),
      { seed, numRuns: 150 },
    );
  });

  it("of the Query protocol", async () => {
    const names = [
      "RoleName",
      "Tags",
      "Filter.1.Name",
      "Filter.1.Value",
      "SubnetId",
      "MaxResults",
      "GroupId",
      "Policy",
    ];
    const actions = [...Object.keys(world.aws.iam), ...Object.keys(world.aws.ec2), "getCallerIdentity"];
    const member = fc.tuple(
      fc.constantFrom(...names),
      fc.constantFrom("", ".1", ".member.1", ".member.1.Key", ".x.y", ".member.2"),
      fc.oneof(fc.constantFrom(...known, "{", "-1"), fc.string({ maxLength: 8 })),
    );
    const form = fc.record({
      action: fc.constantFrom(...actions),
      version: fc.constantFrom("2010-05-08", "2016-11-15", "2011-06-15"),
      members: fc.array(member, { maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(form, async ({ action, version, members }) => {
        const body = new URLSearchParams({
          Action: action.charAt(0).toUpperCase() + action.slice(1),
          Version: version,
        });
        for (const [name, suffix, value] of members) body.append(`${name}${suffix}`, value);
        await survived(await answerTo("/", { method: "POST", body }));
      }),
      { seed, numRuns: 200 },
    );
  });
});
