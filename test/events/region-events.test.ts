import { describe, expect, it, onTestFinished } from "vitest";
import type { Hint } from "../../src/aws/hint.ts";
import type { BatchSnapshot } from "../../src/aws/region.ts";
import { noChange } from "../../src/aws/region-cache.ts";
import { RegionEvents } from "../../src/events/region-events.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { collectingLog } from "../../src/runtime/log.ts";

const ofJob: Hint = { kind: "job", jobId: "j" };
const ofQueue: Hint = { kind: "resource", type: "job-queue", name: "q" };

/** The events of a region that keeps a job and a queue; heartbeats come back while `returns` says so. */
function aRegion({ returns = true, refusal }: { readonly returns?: boolean; readonly refusal?: Error } = {}) {
  const clock = new VirtualClock();
  const log = collectingLog();
  const state = { returns, kept: true };
  const heard: Hint[] = [];
  let reconsidered = 0;
  let sent = 0;
  const events: RegionEvents = new RegionEvents({
    place: { account: "123456789012", region: "eu-west-1" },
    clock,
    random: () => 0.5,
    log,
    send: async (token) => {
      sent++;
      if (refusal !== undefined) throw refusal;
      if (state.returns) clock.schedule(1000, () => events.returned(token));
    },
  });
  events.follow({
    hear: (hint) => heard.push(hint) > 0 && state.kept,
    reconsiderTrust: () => reconsidered++,
  });
  const ending = new AbortController();
  onTestFinished(() => ending.abort());
  const ended = events.run(ending.signal);
  const messages = () => log.lines.map(({ message }) => message);
  return { clock, state, heard, events, messages, ending, ended, reconsidered: () => reconsidered, sent: () => sent };
}

describe("trust in the events of a region", () => {
  it("begins with a heartbeat that came back and an event about something that is kept, for each kind of events", async () => {
    const { clock, events, state, reconsidered } = aRegion();
    events.heard(ofJob);
    expect(events.trusts("jobs")).toBe(false);
    await clock.advance(1000);
    expect([events.trusts("jobs"), events.trusts("resources")]).toEqual([true, false]);
    state.kept = false;
    events.heard(ofQueue);
    expect(events.trusts("resources")).toBe(false);
    state.kept = true;
    events.heard(ofQueue);
    expect(events.state).toMatchObject({ isLive: true, trusts: { jobs: true, resources: true } });
    expect(reconsidered()).toBe(2);
  });

  it("ends when two heartbeats are missing, at that moment, and returns with them", async () => {
    const { clock, events, state, messages, reconsidered } = aRegion();
    events.heard(ofJob);
    await clock.advance(61_000);
    const before = reconsidered();
    state.returns = false;
    await clock.advance(148_999);
    expect(events.trusts("jobs")).toBe(true);
    await clock.advance(1);
    expect(events.trusts("jobs")).toBe(false);
    expect([reconsidered() - before, messages()]).toEqual([1, ["events arrive", "events do not arrive"]]);
    state.returns = true;
    await clock.advance(61_000);
    expect([events.trusts("jobs"), messages().at(-1)]).toEqual([true, "events arrive"]);
  });

  it("ends for a kind of events when a read shows the end of a job that none announced", async () => {
    const { clock, events, messages } = aRegion();
    events.heard(ofJob);
    events.heard(ofQueue);
    await clock.advance(1000);
    events.onEnd("j");
    events.onEnd("other");
    await clock.advance(180_000);
    expect(events.state).toMatchObject({
      trusts: { jobs: false, resources: true },
      missed: { jobs: 1, resources: 0 },
    });
    expect(messages()).toContain("no event has announced what a read has shown");
  });

  it("counts a change by others that none announced", async () => {
    const { clock, events } = aRegion();
    const snapshot = (state: string) =>
      ({
        listedAt: 1,
        jobQueues: new Map([["q", { state }]]),
        lastWriteAt: () => 0,
      }) as unknown as BatchSnapshot;
    events.changed({ ...noChange, jobQueues: ["q"] }, snapshot("ENABLED"), snapshot("DISABLED"));
    await clock.advance(1_000_000);
    expect(events.state.missed.resources).toBe(1);
  });

  it("is not had by a token that was not sent", async () => {
    const { clock, events } = aRegion({ returns: false });
    events.heard(ofJob);
    events.returned("forged");
    await clock.advance(10_000);
    expect(events.state.isLive).toBe(false);
  });
});

describe("heartbeats", () => {
  it("that never came back are said after the second missing one", async () => {
    const { clock, messages } = aRegion({ returns: false });
    await clock.advance(119_000);
    expect(messages()).toEqual([]);
    await clock.advance(1000);
    expect(messages()).toEqual(["events do not arrive"]);
  });

  it("are sent each minute, also while they are refused, which is said once", async () => {
    const refusal = new Error("not authorized to perform: events:PutEvents");
    const { clock, messages, sent, ending, ended } = aRegion({ refusal });
    await clock.advance(600_000);
    expect(sent()).toBe(11);
    expect(messages()).toEqual(["heartbeats cannot be sent", "events do not arrive"]);
    ending.abort();
    await ended;
  });
});

it("gives hints to the region as they are, and none before it is observed", () => {
  const { events, heard } = aRegion();
  events.heard(ofQueue);
  expect(heard).toEqual([ofQueue]);
  const unobserved = new RegionEvents({
    place: { account: "123456789012", region: "eu-west-1" },
    clock: new VirtualClock(),
    random: () => 0.5,
    log: collectingLog(),
    send: async () => undefined,
  });
  unobserved.heard(ofQueue);
  expect(unobserved.trusts("resources")).toBe(false);
});
