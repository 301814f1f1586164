import { Registry } from "prom-client";
import { expect, test } from "vitest";
import type { EventsState } from "../../../src/events/region-events.ts";
import { followEvents } from "../../../src/operator/run/event-metrics.ts";
import { metricsOf } from "../../../src/operator/run/metrics.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";

async function linesOf(states: readonly EventsState[] | undefined): Promise<readonly string[]> {
  const registry = new Registry();
  followEvents({ events: () => states }, { registry, labelOf: (region) => region });
  return (await registry.metrics()).split("\n").filter((line) => line.startsWith("awsbatch"));
}

test("the path of each region, and what it did not announce", async () => {
  const state: EventsState = {
    place: { account: "123456789012", region: "eu-west-1" },
    isLive: true,
    trusts: { jobs: true, resources: false },
    provenMsAgo: undefined,
    missed: { jobs: 0, resources: 2 },
  };
  expect(await linesOf([state])).toEqual([
    'awsbatch_events_live{region="eu-west-1"} 1',
    'awsbatch_events_trusted{region="eu-west-1",announced="jobs"} 1',
    'awsbatch_events_trusted{region="eu-west-1",announced="resources"} 0',
    'awsbatch_unannounced_changes{region="eu-west-1",announced="jobs"} 0',
    'awsbatch_unannounced_changes{region="eu-west-1",announced="resources"} 2',
  ]);
});

test("no series without a queue", async () => {
  expect(await linesOf(undefined)).toEqual([]);
});

test("messages are counted by what they were", async () => {
  const metrics = metricsOf({ clock: new VirtualClock(), version: "1.2.3" });
  for (const outcome of ["hint", "hint", "malformed"] as const) metrics.eventMessage(outcome);
  const { body = "" } = (await metrics.pages["/metrics"]?.()) ?? {};
  expect(body).toContain('awsbatch_event_messages_total{outcome="hint"} 2');
  expect(body).toContain('awsbatch_event_messages_total{outcome="malformed"} 1');
});
