import { describe, expect, it } from "vitest";
import { keyText } from "../../../src/api/object.ts";
import type { BatchJob } from "../../../src/api/v1alpha1/batch-job.ts";
import { Turns } from "../../../src/controllers/batch-job/turns.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import { jobObject } from "./seen.ts";

function job(name: string, second = 0, queue = "q"): BatchJob {
  const object = jobObject({ jobQueueRef: { name: queue } });
  const creationTimestamp = new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString().replace(".000", "");
  return { ...object, metadata: { ...object.metadata, name, uid: `uid-${name}`, creationTimestamp } };
}

function line() {
  const clock = new VirtualClock();
  const woken: string[] = [];
  const submitted = new Set<string>();
  const turns = new Turns({
    clock,
    queueOf: ({ metadata, spec }) => (submitted.has(metadata.uid) ? undefined : spec.jobQueueRef?.name),
    wake: (key) => woken.push(keyText(key).replace("team/", "")),
  });
  /** As the cache shows it. */
  const appears = (...objects: readonly BatchJob[]): void => {
    for (const after of objects) turns.changed({ origin: "watch", before: undefined, after });
  };
  const isSubmitted = (object: BatchJob): void => {
    submitted.add(object.metadata.uid);
    turns.end(object, false);
  };
  return { clock, woken, turns, appears, isSubmitted };
}

describe("jobs for one queue", () => {
  const [a, b, c] = [job("c", 1), job("b", 2), job("a", 2)];

  it("have their turns by age, and within a second by name", () => {
    const { turns, appears, isSubmitted, woken } = line();
    appears(b, a, c);
    expect([b, c, a].map((one) => turns.begin(one))).toEqual(["later", "later", "now"]);
    isSubmitted(a);
    expect(woken).toEqual(["a"]);
    expect([b, c].map((one) => turns.begin(one))).toEqual(["later", "now"]);
    isSubmitted(c);
    expect(woken).toEqual(["a", "b"]);
    expect(turns.begin(b)).toBe("now");
    isSubmitted(b);
    expect(turns.size).toBe(0);
  });

  it("wait while the first one goes on, and no longer than a minute", async () => {
    const { clock, turns, appears, woken } = line();
    appears(a, b);
    expect(turns.begin(a)).toBe("now");
    turns.end(a, true);
    await clock.advance(59_000);
    expect(turns.begin(a)).toBe("now");
    turns.end(a, true);
    expect(woken).toEqual([]);
    await clock.advance(1000);
    expect(woken).toEqual(["b"]);
  });

  it("are held up no second time by one that took a minute", async () => {
    const { clock, turns, appears, woken } = line();
    appears(a, b);
    turns.begin(a);
    turns.end(a, true);
    await clock.advance(60_000);
    expect([turns.begin(a), turns.begin(a)]).toEqual(["soon", "now"]);
    turns.end(a, true);
    expect(woken).toEqual(["b", "b"]);
    expect(turns.begin(b)).toBe("now");
  });

  it("pass one that waits for something else, which comes back in its place", () => {
    const { turns, appears, woken } = line();
    appears(a, b);
    turns.begin(a);
    turns.end(a, false);
    expect(woken).toEqual(["b"]);
    expect([turns.begin(a), turns.begin(b), turns.begin(a)]).toEqual(["soon", "later", "now"]);
  });

  it("of which an older one comes later let it go first, and lose nothing", async () => {
    const { clock, turns, appears, isSubmitted, woken } = line();
    appears(b);
    turns.begin(b);
    turns.end(b, true);
    appears(a);
    expect([turns.begin(b), turns.begin(a)]).toEqual(["later", "now"]);
    await clock.advance(60_000);
    expect([turns.begin(b), turns.begin(a)]).toEqual(["now", "soon"]);
    isSubmitted(b);
    expect(woken).toEqual(["b"]);
    expect(turns.begin(a)).toBe("now");
  });

  it("that are gone, or were submitted by somebody else, let the next one go", () => {
    const { turns, appears, woken } = line();
    appears(a, b, c);
    turns.changed({ origin: "watch", before: a, after: undefined });
    expect(woken).toEqual(["a"]);
    turns.changed({ origin: "watch", before: c, after: { ...c, spec: {} } });
    expect(woken).toEqual(["a", "b"]);
  });

  it("get no place back by their own status", () => {
    const { turns, appears } = line();
    appears(a);
    turns.begin(a);
    turns.end(a, false);
    turns.changed({ origin: "own", before: a, after: { ...a, status: { status: "x" } } });
    expect(turns.size).toBe(0);
    turns.changed({ origin: "watch", before: a, after: { ...a, metadata: { ...a.metadata, generation: 2 } } });
    expect(turns.size).toBe(1);
  });

  it("do not wait for those of another queue", () => {
    const { turns, appears } = line();
    const other = job("other", 9, "other");
    appears(a, other);
    expect([turns.begin(a), turns.begin(other)]).toEqual(["now", "now"]);
  });
});

it("a thousand jobs are woken once each, in their order, in whatever order they come", () => {
  const { turns, appears, isSubmitted, woken } = line();
  // 7919 is prime: every number below a thousand, in another order.
  const jobs = Array.from({ length: 1000 }, (_, index) => job(`j-${String((index * 7919) % 1000).padStart(3, "0")}`));
  appears(...jobs);
  expect(jobs.filter((one) => turns.begin(one) === "now").map(({ metadata }) => metadata.name)).toEqual(["j-000"]);
  const inOrder = jobs.toSorted((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
  for (const one of inOrder) {
    expect(turns.begin(one)).toBe("now");
    isSubmitted(one);
  }
  expect(woken).toEqual(inOrder.slice(1).map(({ metadata }) => metadata.name));
});
