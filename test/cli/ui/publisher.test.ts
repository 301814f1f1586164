import { expect, test } from "vitest";
import type { KubeObject } from "../../../src/api/object.ts";
import type { Message } from "../../../src/cli/ui/model.ts";
import { Publisher } from "../../../src/cli/ui/publisher.ts";
import type { World } from "../../../src/cli/ui/world.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import { anEnvironment, aQueue, knownOf, ref } from "./objects.ts";

function aPage() {
  const clock = new VirtualClock();
  const rounds = { count: 0 };
  const state: { objects: readonly KubeObject[] } = { objects: [aQueue("main", [ref("fast")])] };
  const world: World = {
    about: { source: "examples", aws: undefined, speed: 1, hasKubectl: true },
    region: "eu-west-1",
    objects: () => state.objects,
    eventsOf: async () => ({ lines: [] }),
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
