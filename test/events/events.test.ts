import { expect, it, onTestFinished } from "vitest";
import type { EventsApi } from "../../src/aws/events.ts";
import type { Hint } from "../../src/aws/hint.ts";
import { Events, type MessageOutcome } from "../../src/events/events.ts";
import { sleep, VirtualClock } from "../../src/runtime/clock.ts";
import { collectingLog } from "../../src/runtime/log.ts";

const account = "123456789012";
const urls = ["eu-west-1", "us-east-1"].map((region) => `https://sqs.${region}.amazonaws.com/${account}/q`);

interface Sent {
  readonly body?: string;
  readonly to?: string;
}

/** Two queues, of which each brings what is sent to it; a region is observed in each of these. */
function listening(regions: readonly string[]) {
  const clock = new VirtualClock();
  const log = collectingLog();
  const outcomes: MessageOutcome[] = [];
  const heard: [string, Hint][] = [];
  const waiting = new Map<string, string[]>(urls.map((url) => [url, []]));
  const calls: string[] = [];
  const connects: string[] = [];
  const state = { connectFails: false, entry: {} as { ErrorCode?: string; ErrorMessage?: string } };
  const api: EventsApi = {
    async receiveMessage({ QueueUrl: url = "" }, options) {
      await sleep(clock, 1000, options?.signal);
      const bodies = waiting.get(url)?.splice(0, 10) ?? [];
      return { $metadata: {}, Messages: bodies.map((Body) => ({ Body, ReceiptHandle: `of ${Body}` })) };
    },
    async deleteMessageBatch({ QueueUrl: url, Entries = [] }) {
      calls.push(`delete ${Entries.length} of ${url}`);
      return { $metadata: {}, Successful: [], Failed: [] };
    },
    async putEvents({ Entries = [] }) {
      for (const entry of Entries) calls.push(JSON.stringify(entry));
      return { $metadata: {}, Entries: [state.entry] };
    },
  };
  const connect = async (url: string): Promise<EventsApi> => {
    connects.push(url);
    if (state.connectFails) throw new Error("no credentials");
    return api;
  };
  const onMessage = (outcome: MessageOutcome) => outcomes.push(outcome);
  const events = new Events({ clock, random: () => 0.5, log, queues: urls, connect, onMessage });
  const ending = new AbortController();
  const closings = new Map<string, AbortController>();
  onTestFinished(() => ending.abort());
  for (const region of regions) {
    const closing = new AbortController();
    closings.set(region, closing);
    const opened = events.open({ account, region }, async () => api, closing.signal);
    opened.follow({ hear: (hint) => heard.push([region, hint]) > 0, reconsiderTrust: () => undefined });
    void opened.run(ending.signal);
  }
  void events.listen(ending.signal);
  const send = ({ body = "", to = urls[0] }: Sent): void => void waiting.get(to ?? "")?.push(body);
  return { clock, log, events, outcomes, heard, calls, connects, state, closings, send };
}

const aboutQueue = (region: string, name = "q"): string =>
  JSON.stringify({
    account,
    region,
    source: "aws.batch",
    "detail-type": "AWS API Call via CloudTrail",
    detail: { eventName: "UpdateJobQueue", requestParameters: { jobQueue: name } },
  });

it("brings each hint to the region of its event, by whatever queue it comes", async () => {
  const { clock, heard, outcomes, send, calls } = listening(["eu-west-1", "us-east-1"]);
  for (const to of urls) send({ body: aboutQueue("us-east-1"), to });
  await clock.advance(2000);
  expect(heard).toEqual(Array(2).fill(["us-east-1", { kind: "resource", type: "job-queue", name: "q" }]));
  expect(outcomes).toEqual(["hint", "hint"]);
  expect(calls.filter((call) => call.startsWith("delete"))).toEqual(urls.map((url) => `delete 1 of ${url}`));
});

it("counts and deletes what is not for it", async () => {
  const { clock, heard, outcomes, send, calls } = listening(["eu-west-1"]);
  for (const body of [aboutQueue("us-east-1"), aboutQueue("eu-west-1", "a b"), "x", "{}", " ".repeat(300_000)])
    send({ body });
  await clock.advance(2000);
  expect(outcomes).toEqual(["elsewhere", "nothing", "malformed", "malformed", "tooLong"]);
  expect(heard).toEqual([]);
  expect(calls).toContain(`delete 5 of ${urls[0]}`);
});

it("sends a heartbeat in each region, and takes it back from any queue", async () => {
  const { clock, events, calls, send, outcomes } = listening(["eu-west-1", "us-east-1"]);
  await clock.advance(1);
  const beats = calls.filter((call) => call.startsWith("{")).map((call) => JSON.parse(call));
  expect(beats).toHaveLength(2);
  expect(beats[0]).toMatchObject({ Source: "awsbatch.dev", DetailType: "Heartbeat of aws-batch-operator" });
  const [{ Source: source, DetailType, Detail }] = beats;
  const body = { account, region: "eu-west-1", source, "detail-type": DetailType, detail: JSON.parse(Detail) };
  send({ body: JSON.stringify(body), to: urls[1] ?? "" });
  await clock.advance(2000);
  expect(outcomes).toEqual(["heartbeat"]);
  expect(events.states.map(({ place, isLive }) => [place.region, isLive])).toEqual([
    ["eu-west-1", true],
    ["us-east-1", false],
  ]);
});

it("forgets a region that is closed, but not the one that was opened in its place", async () => {
  const { events, closings } = listening(["eu-west-1"]);
  const again = new AbortController();
  events.open({ account, region: "eu-west-1" }, () => Promise.reject(new Error("unused")), again.signal);
  closings.get("eu-west-1")?.abort();
  expect(events.states).toHaveLength(1);
  again.abort();
  expect(events.states).toEqual([]);
});

it("says in EventBridge's words that it takes no heartbeat", async () => {
  const { clock, state, log } = listening(["eu-west-1"]);
  state.entry = { ErrorCode: "NotAuthorizedForSourceException", ErrorMessage: "Not authorized for the source." };
  await clock.advance(61_000);
  expect(log.lines.filter(({ level }) => level === "warn").map(({ fields }) => JSON.stringify(fields))).toEqual([
    expect.stringContaining("NotAuthorizedForSourceException: Not authorized for the source."),
  ]);
});

it("connects once for each queue, and again after it could not", async () => {
  const { clock, state, connects, outcomes, send } = listening(["eu-west-1"]);
  state.connectFails = true;
  await clock.advance(100);
  state.connectFails = false;
  send({ body: aboutQueue("eu-west-1") });
  await clock.advance(120_000);
  expect(outcomes).toEqual(["hint"]);
  expect(connects.length).toBeLessThanOrEqual(4);
});
