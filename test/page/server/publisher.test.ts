import { expect, test } from "vitest";
import type { KubeObject } from "../../../src/api/object.ts";
import type { Events, Message } from "../../../src/page/server/model.ts";
import { Publisher } from "../../../src/page/server/publisher.ts";
import type { World } from "../../../src/page/server/world.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import { anEnvironment, aQueue, knownOf, ref } from "./objects.ts";

function aPage() {
  const clock = new VirtualClock();
  const rounds = { count: 0 };
  const state: { objects: readonly KubeObject[]; problems: readonly string[]; events: () => Events } = {
    problems: [],
    objects: [aQueue("main", [ref("fast")])],
    events: () => ({ lines: [] }),
  };
  const world: World = {
    about: { source: "examples", aws: undefined, speed: 1, hasKubectl: true },
    problems: () => state.problems,
    objects: () => state.objects,
    eventsOf: async () => state.events(),
    eventsOfKind: async () => ({ data: new Map() }),
    questions: undefined,
    aws: {
      seen: knownOf([]).aws,
      pauseMs: 10_000,
      round: async () => {
        rounds.count++;
      },
    },
  };
  const publisher = new Publisher(world, clock);
  const open = (id?: string) => {
    const messages: Message[] = [];
    return { messages, end: publisher.subscribe(id, (message) => messages.push(message)) };
  };
  return { clock, rounds, state, publisher, open };
}

test("a page gets everything once, and then what changes", async () => {
  const { clock, state, open } = aPage();
  const { messages } = open();
  expect(messages).toMatchObject([{ event: "begin", data: { snapshot: { items: { "JobQueue/team/main": {} } } } }]);
  await clock.advance(5000);
  expect(messages).toHaveLength(1);
  state.objects = [...state.objects, anEnvironment("fast")];
  await clock.advance(1000);
  const [, change] = messages;
  const ids = change?.event === "change" ? change.data.items.map(({ id }) => id) : [];
  // The queue's reference exists from now on.
  expect(ids.toSorted()).toEqual(["BatchComputeEnvironment/team/fast", "JobQueue/team/main"]);
});

test("a page hears what cannot be read, and when it can be again", async () => {
  const { clock, state, open } = aPage();
  const { messages } = open();
  state.problems = ["The API server has given no answer since then."];
  await clock.advance(1000);
  state.problems = [];
  await clock.advance(1000);
  expect(messages.slice(1)).toMatchObject([
    { event: "change", data: { problems: ["The API server has given no answer since then."] } },
    { event: "change", data: { problems: [] } },
  ]);
});

test("a page that comes later begins with what the others have", async () => {
  const { clock, state, open } = aPage();
  open();
  state.objects = [];
  await clock.advance(1000);
  expect(open().messages).toMatchObject([{ event: "begin", data: { snapshot: { items: {} } } }]);
});

test("an open object has its details, until it is gone", async () => {
  const { clock, state, open } = aPage();
  const { messages } = open("JobQueue/team/main");
  await clock.advance(1000);
  expect(messages).toMatchObject([{ event: "details", data: { id: "JobQueue/team/main" } }]);
  state.objects = [];
  await clock.advance(1000);
  expect(messages[1]).toEqual({ event: "details", data: null });
});

test("AWS is read only while somebody has the page open", async () => {
  const { clock, rounds, open } = aPage();
  await clock.advance(60_000);
  expect(rounds.count).toBe(0);
  const { end } = open();
  await clock.advance(25_000);
  expect(rounds.count).toBe(3);
  end();
  await clock.advance(60_000);
  expect(rounds.count).toBe(3);
});

test("an open object whose events or status cannot be read says so, and has its details as soon as they can", async () => {
  const { clock, state, open } = aPage();
  state.events = () => {
    throw new TypeError("fetch failed");
  };
  const { messages } = open("JobQueue/team/main");
  await clock.advance(0);
  expect(messages).toMatchObject([{ event: "details", data: { events: { lines: [], problem: "fetch failed." } } }]);
  state.events = () => ({ lines: [] });
  await clock.advance(1000);
  expect(messages.at(-1)).toMatchObject({ data: { conditions: [{ type: "Ready" }], events: { lines: [] } } });
  state.objects = [anEnvironment("fast", { conditions: 7 })];
  const odd = open("BatchComputeEnvironment/team/fast");
  await clock.advance(1000);
  expect(odd.messages).toMatchObject([{ data: { conditions: [], events: { problem: expect.any(String) } } }]);
});
