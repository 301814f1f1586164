import { expect, test } from "vitest";
import { applied, Differences } from "../../../src/page/server/changes.ts";
import type { Snapshot } from "../../../src/page/server/model.ts";
import { snapshotOf } from "../../../src/page/server/snapshot.ts";
import { anEnvironment, aQueue, condition, knownOf, ref } from "./objects.ts";

const queue = aQueue("main", [ref("fast")]);
const failed = anEnvironment("fast", { conditions: [condition("Ready", "False", "Invalid", "no subnet")] });
const of = (...objects: Parameters<typeof knownOf>[0]): Snapshot => snapshotOf(knownOf(objects), true);

test("a page that applies each change has what the server has", () => {
  const differences = new Differences();
  const moments = [of(), of(queue), of(queue, anEnvironment("fast")), of(queue, failed), of(failed), of()];
  let page: Snapshot = { problems: [], items: {} };
  for (const moment of moments) {
    const change = differences.next(moment);
    if (change !== undefined) page = applied(page, change);
    expect(page).toEqual(moment);
  }
});

test("only what changed is sent, and nothing where nothing did", () => {
  const differences = new Differences();
  differences.next(of(queue, anEnvironment("fast")));
  expect(differences.next(of(queue, anEnvironment("fast")))).toBeUndefined();
  expect(differences.next(of(queue, failed))?.items.map(({ id }) => id)).toEqual(["BatchComputeEnvironment/team/fast"]);
  expect(differences.next(of(failed))).toMatchObject({ items: [], gone: ["JobQueue/team/main"] });
});

test("a problem alone is a change", () => {
  const differences = new Differences();
  differences.next({ problems: [], items: {} });
  expect(differences.next({ problems: ["AWS is not reachable"], items: {} })).toMatchObject({
    problems: ["AWS is not reachable"],
  });
});
