import { expect, test } from "vitest";
import type { KubeObject } from "../../../../src/api/object.ts";
import type { BatchJob } from "../../../../src/api/v1alpha1/batch-job.ts";
import { JobCircles } from "../../../../src/controllers/kinds/batch-job/job-circles.ts";
import { VirtualClock } from "../../../../src/runtime/clock.ts";
import { jobObject } from "./seen.ts";

function job(
  name: string,
  needs: readonly string[],
  change: { readonly jobId?: string; readonly namespace?: string } = {},
): BatchJob {
  const { jobId, namespace = "team" } = change;
  const dependsOn = needs.map((one) => ({ jobRef: { name: one } }));
  const object = jobObject({ dependsOn }, jobId === undefined ? undefined : { jobId });
  return { ...object, metadata: { ...object.metadata, name, namespace } };
}

function watched() {
  const clock = new VirtualClock(0);
  const woken: string[] = [];
  const circles = new JobCircles({ clock, wake: ({ namespace, name }) => void woken.push(`${namespace}/${name}`) });
  const add = (...objects: readonly KubeObject[]): void => {
    for (const after of objects) circles.changed({ origin: "watch", before: undefined, after });
  };
  return { clock, circles, add, woken };
}

const ring = (count: number, namespace: string): readonly BatchJob[] =>
  Array.from({ length: count }, (_, index) => {
    const needs = Array.from({ length: 20 }, (_more, to) => `b${(index + to + 1) % count}`);
    return job(`b${index}`, needs, { namespace });
  });

test("the last job of a circle shows it at once, and wakes all of them", () => {
  const { circles, add, woken } = watched();
  const [a, b] = [job("a", ["b"]), job("b", ["a"])];
  add(a);
  expect(circles.circleOf(a)).toBeUndefined();
  add(b);
  expect(circles.circleOf(a)).toEqual({ names: ["a", "b", "a"], size: 2 });
  expect(woken.toSorted()).toEqual(["team/a", "team/b"]);
});

test.each<[string, (given: BatchJob) => BatchJob | undefined]>([
  ["has a job in AWS", ({ metadata }) => job(metadata.name, ["a"], { jobId: "job-1" })],
  [
    "has a result",
    (given) => ({
      ...given,
      status: { conditions: [{ type: "Failed", status: "True", reason: "JobCancelled" }] as never },
    }),
  ],
  ["is gone", () => undefined],
])("a circle is none once one of its jobs %s", (_what, change) => {
  const { circles, add, woken } = watched();
  const [a, b] = [job("a", ["b"]), job("b", ["a"])];
  add(a, b);
  expect(circles.circleOf(a)?.size).toBe(2);
  woken.length = 0;
  circles.changed({ origin: "watch", before: b, after: change(b) });
  expect(woken).toEqual(["team/a"]);
  expect(circles.circleOf(a)).toBeUndefined();
});

test("jobs of one name in two namespaces do not depend on each other", () => {
  const { circles, add } = watched();
  const [a, b] = [job("a", ["b"]), job("b", ["a"], { namespace: "other" })];
  add(a, b);
  expect([circles.circleOf(a), circles.circleOf(b)]).toEqual([undefined, undefined]);
});

test("no turn takes more than 2,048 steps for 5,000 jobs of 20 dependencies, and one for each job of a circle", async () => {
  const { clock, circles, add, woken } = watched();
  const objects = ring(5000, "mallory");
  let most = 0;
  const turn = async (work: () => unknown): Promise<void> => {
    const before = circles.steps;
    await work();
    most = Math.max(most, circles.steps - before);
  };
  await turn(() => add(...objects));
  for (let passed = 0; passed < 1500; passed += 10) await turn(() => clock.advance(10));
  expect(most).toBeLessThanOrEqual(2048 + 5000);
  expect(new Set(woken).size).toBe(5000);
  expect(circles.circleOf(objects[0] as BatchJob)?.size).toBe(5000);
});

test("a circle of another namespace is found in the next turn, whatever is being searched", async () => {
  const { clock, circles, add } = watched();
  add(...ring(5000, "mallory"));
  const [a, b] = [job("a", ["b"]), job("b", ["a"])];
  add(a, b);
  await clock.advance(20);
  expect(circles.circleOf(a)?.size).toBe(2);
});

test("50 changes a second of a large circle take no more steps than a search may take", async () => {
  const { clock, circles, add } = watched();
  const objects = ring(5000, "mallory");
  add(...objects);
  await clock.advance(2000);
  const before = circles.steps;
  for (let second = 0; second < 10; second++) {
    for (let change = 0; change < 50; change++) {
      const object = objects[(second * 50 + change) * 7] as BatchJob;
      circles.changed({ origin: "watch", before: object, after: undefined });
      add(object);
      await clock.advance(20);
    }
  }
  expect((circles.steps - before) / 10).toBeLessThanOrEqual(220_000);
});
