import { expect, test } from "vitest";
import { answerTo } from "../../../src/page/server/ask.ts";
import type { Questions } from "../../../src/page/server/questions.ts";
import type { World } from "../../../src/page/server/world.ts";
import { anEnvironment, anObject, aQueue, knownOf, ref } from "./objects.ts";

const echo: Questions = {
  network: async (object) => ({ problem: `network of ${object.metadata.name}` }),
  queue: async (object) => ({ problem: `queue ${object.metadata.name}` }),
  jobs: async (object, status) => ({ problem: `${status} jobs of ${object.metadata.name}` }),
  job: async (object, id) => ({ problem: `job ${id} of ${object.metadata.name}` }),
  log: async (object, { id, attempt }) => ({ problem: `log ${attempt} of ${id} of ${object.metadata.name}` }),
};

function asked(question: string, about: Record<string, string>, { isRead = true } = {}) {
  const objects = [aQueue("main", [ref("fast")]), anEnvironment("fast"), anObject("BatchJob", "train")];
  const world: World = {
    about: { source: "", aws: undefined, speed: 1, hasKubectl: true },
    problems: () => [],
    objects: () => objects,
    eventsOf: async () => ({ lines: [] }),
    eventsOfKind: async () => ({ data: new Map() }),
    aws: { seen: knownOf([]).aws, pauseMs: 1, round: async () => undefined },
    questions: isRead ? echo : undefined,
  };
  return answerTo(world, question, new URLSearchParams(about), new AbortController().signal);
}

const queue = "JobQueue/team/main";

test.each([
  ["network", { of: "BatchComputeEnvironment/team/fast" }, "network of fast"],
  ["queue", { of: queue }, "queue main"],
  ["jobs", { of: queue, status: "FAILED" }, "FAILED jobs of main"],
  ["job", { of: queue, id: "j-1" }, "job j-1 of main"],
  ["log", { of: queue, id: "j-1", attempt: "2" }, "log 2 of j-1 of main"],
  ["job", { of: "BatchJob/team/train", id: "j-1" }, "job j-1 of train"],
  ["log", { of: "BatchJob/team/train", id: "j-1", attempt: "1" }, "log 1 of j-1 of train"],
  ["jobs", { of: "BatchJob/team/train", status: "FAILED" }, "This object does not exist any more."],
  ["network", { of: queue }, "This object does not exist any more."],
  ["queue", { of: "JobQueue/team/gone" }, "This object does not exist any more."],
])("%s of %o", async (question, about, problem) => {
  expect(await asked(question, about)).toEqual({ problem });
});

test("without AWS the answer says how to get one", async () => {
  expect(await asked("queue", { of: queue }, { isRead: false })).toEqual({
    problem: "AWS is not read: start the command without --no-aws.",
  });
});

test.each([
  ["secrets", { of: queue }],
  ["constructor", { of: queue }],
  ["jobs", { of: queue, status: "LOST" }],
  ["log", { of: queue, id: "j-1" }],
  ["log", { of: queue, id: "j-1", attempt: "0" }],
])("there is no question %s with %o", async (question, about) => {
  expect(await asked(question, about)).toBeUndefined();
});
