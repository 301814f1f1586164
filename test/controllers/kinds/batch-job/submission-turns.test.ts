import { describe, expect, it } from "vitest";
import { keyText } from "../../../../src/api/object.ts";
import type { BatchJob } from "../../../../src/api/v1alpha1/batch-job.ts";
import { type Turn, Turns } from "../../../../src/controllers/kinds/batch-job/submission-turns.ts";
import { VirtualClock } from "../../../../src/runtime/clock.ts";
import { jobObject } from "./seen.ts";

/** @param path `name`, or `namespace/name` */
function job(path: string, second = 0): BatchJob {
  const [name = "", namespace = "team"] = path.split("/").toReversed();
  const creationTimestamp = new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString().replace(".000", "");
  const object = jobObject();
  return { ...object, metadata: { ...object.metadata, namespace, name, uid: `uid-${path}`, creationTimestamp } };
}

function aLine() {
  const clock = new VirtualClock();
  const woken: string[] = [];
  const turns = new Turns({ clock, wake: (key) => woken.push(keyText(key).replace("team/", "")) });
  /** Passes over jobs begin, in this order. */
  const begin = (...objects: readonly BatchJob[]): readonly Turn[] =>
    objects.map((one) => (turns.has(one.metadata.uid) ? turns.begin(one.metadata.uid) : turns.join(one, "q")));
  const end = ({ metadata }: BatchJob, goesOn: boolean): void => turns.end(metadata.uid, goesOn);
  /** Each of them has a place. */
  const joined = (...objects: readonly BatchJob[]): void => {
    expect(new Set(begin(...objects))).toEqual(new Set(["soon"]));
  };
  return { clock, woken, turns, begin, end, joined };
}

describe("jobs for one queue", () => {
  const [a, b, c] = [job("c", 1), job("b", 2), job("a", 2)];

  it("have their turns by age, and within a second by name", () => {
    const { turns, begin, end, woken } = aLine();
    expect(begin(b, a, c)).toEqual(["soon", "soon", "soon"]);
    expect(begin(b, c, a)).toEqual(["later", "later", "now"]);
    end(a, false);
    expect(woken).toEqual(["a"]);
    expect(begin(b, c)).toEqual(["later", "now"]);
    end(c, false);
    expect(woken).toEqual(["a", "b"]);
    expect(begin(b)).toEqual(["now"]);
    end(b, false);
    expect([...turns.places]).toEqual([]);
  });

  it("wait while the first one goes on, and no longer than a minute", async () => {
    const { clock, begin, end, joined, woken } = aLine();
    joined(a, b);
    expect(begin(a, b)).toEqual(["now", "later"]);
    end(a, true);
    await clock.advance(59_000);
    expect(begin(a)).toEqual(["now"]);
    end(a, true);
    expect(woken).toEqual([]);
    await clock.advance(1000);
    expect(woken).toEqual(["b"]);
  });

  it("are held up no second time by one that took a minute", async () => {
    const { clock, begin, end, joined, woken } = aLine();
    joined(a, b);
    begin(a, b);
    end(a, true);
    await clock.advance(60_000);
    expect(woken).toEqual(["b"]);
    expect(begin(a, b, a)).toEqual(["soon", "later", "now"]);
    end(a, true);
    expect(woken).toEqual(["b", "b"]);
    expect(begin(b)).toEqual(["now"]);
  });

  it("pass one that waits for something else, which comes back in its place", () => {
    const { begin, end, joined, woken } = aLine();
    joined(a, b);
    expect(begin(a, b)).toEqual(["now", "later"]);
    end(a, false);
    expect(woken).toEqual(["b"]);
    expect(begin(a, b, a)).toEqual(["soon", "later", "now"]);
  });

  it("follow as soon as its request leaves, before AWS answers", () => {
    const { turns, begin, end, joined, woken } = aLine();
    joined(a, b, c);
    begin(a, b, c);
    turns.sent(a.metadata.uid);
    expect(woken).toEqual(["a"]);
    // The client may send it once more, on another connection.
    turns.sent(a.metadata.uid);
    expect(begin(c)).toEqual(["now"]);
    turns.sent(c.metadata.uid);
    expect(woken).toEqual(["a", "b"]);
    end(c, false);
    end(a, false);
    expect(woken).toEqual(["a", "b"]);
    expect(begin(b)).toEqual(["now"]);
    end(b, false);
    expect([...turns.places]).toEqual([]);
  });

  it("let one go first again of which AWS throttled the request, for the rest of its minute", async () => {
    const { clock, turns, begin, end, joined, woken } = aLine();
    joined(a, b, c);
    begin(a, b, c);
    await clock.advance(20_000);
    turns.sent(a.metadata.uid);
    await clock.advance(5000);
    end(a, true);
    expect(begin(c, a)).toEqual(["later", "now"]);
    end(a, true);
    await clock.advance(39_000);
    expect(woken).toEqual(["a"]);
    await clock.advance(1000);
    expect(woken).toEqual(["a", "a"]);
    expect(begin(c)).toEqual(["now"]);
  });

  it("forget one that is gone while its request is on its way", () => {
    const { turns, begin, end, joined, woken } = aLine();
    joined(a, b);
    begin(a, b);
    turns.sent(a.metadata.uid);
    turns.forget(a.metadata.uid);
    end(a, true);
    expect(woken).toEqual(["b"]);
    expect([...turns.places]).toHaveLength(1);
  });

  it("of which an older one comes later let it go first, and lose nothing", async () => {
    const { clock, begin, end, joined, woken } = aLine();
    joined(b);
    begin(b);
    end(b, true);
    joined(a);
    expect(begin(b, a)).toEqual(["later", "now"]);
    await clock.advance(60_000);
    expect(woken).toEqual(["b"]);
    expect(begin(b, a)).toEqual(["now", "soon"]);
    expect(begin(a)).toEqual(["later"]);
    end(b, false);
    expect(woken).toEqual(["b", "c"]);
  });

  it("of which one is woken just before an older one comes let that one go first", () => {
    const { begin, end, joined, woken } = aLine();
    joined(a, c);
    begin(a, c);
    end(a, false);
    expect(woken).toEqual(["a"]);
    joined(a);
    expect(begin(c, a)).toEqual(["later", "now"]);
    end(a, false);
    expect(woken).toEqual(["a", "a"]);
  });

  it("that are gone let the next one go, whether or not it was their turn", () => {
    const { turns, begin, end, joined, woken } = aLine();
    joined(a, b, c);
    begin(b, c);
    turns.forget(a.metadata.uid);
    expect(woken).toEqual(["a"]);
    turns.forget(c.metadata.uid);
    expect(woken).toEqual(["a", "b"]);
    expect(begin(b)).toEqual(["now"]);
    // It was submitted by somebody else during its pass.
    turns.forget(b.metadata.uid);
    end(b, true);
    expect([...turns.places]).toEqual([]);
  });

  it("do not wait for those of another queue", () => {
    const { turns, joined, begin } = aLine();
    const other = job("other", 9);
    joined(a);
    turns.join(other, "another");
    expect(begin(a, other)).toEqual(["now", "now"]);
  });
});

describe("jobs of several namespaces for one queue", () => {
  const [one, two, three] = [job("many/1", 1), job("many/2", 2), job("many/3", 3)];
  const [mine, next] = [job("mine", 8), job("next", 9)];

  it("have their turns namespace by namespace, whatever their age", () => {
    const { begin, end, joined, woken } = aLine();
    joined(one, two, three, mine, next);
    begin(one, two, three, mine, next);
    for (const [submitted, follower] of [
      [one, mine],
      [mine, two],
      [two, next],
      [next, three],
      [three, undefined],
    ] as const) {
      end(submitted, false);
      if (follower !== undefined) expect(begin(follower)).toEqual(["now"]);
    }
    expect(woken).toEqual(["mine", "many/2", "next", "many/3"]);
  });

  it("have one pass in turn, also while one of another namespace goes on and on", () => {
    const { begin, end, joined, woken } = aLine();
    joined(one, mine);
    expect(begin(one, mine)).toEqual(["now", "later"]);
    for (let pass = 0; pass < 3; pass++) {
      end(one, true);
      expect(begin(one, mine)).toEqual(["later", "now"]);
      end(mine, true);
      expect(begin(mine, one)).toEqual(["later", "now"]);
    }
    expect(woken).toEqual(["mine", "many/1", "mine", "many/1", "mine", "many/1"]);
  });

  it("are woken for a turn only when they were passed over: one that was throttled comes back by itself", () => {
    const { begin, end, joined, woken } = aLine();
    joined(one, mine);
    begin(one, mine);
    end(one, true);
    begin(mine);
    end(mine, true);
    expect(woken).toEqual(["mine"]);
    expect(begin(one)).toEqual(["now"]);
  });

  it("lose no place in their namespace by the time in which others have their turns", async () => {
    const { clock, begin, end, joined } = aLine();
    joined(one, mine, next);
    begin(mine, next, one);
    for (let pass = 0; pass < 13; pass++) {
      await clock.advance(1000);
      end(mine, true);
      expect(begin(mine, one)).toEqual(["later", "now"]);
      await clock.advance(4000);
      end(one, true);
      expect(begin(one, mine)).toEqual(["later", "now"]);
    }
    expect(begin(next)).toEqual(["later"]);
  });

  it("go on after one of another namespace that is gone just when it was its turn", () => {
    const { turns, begin, end, joined, woken } = aLine();
    joined(one, mine);
    begin(one, mine);
    end(one, true);
    expect(begin(one)).toEqual(["later"]);
    turns.forget(mine.metadata.uid);
    expect(woken).toEqual(["mine", "many/1"]);
  });
});

it("a thousand jobs are woken once each, in their order, in whatever order they come", () => {
  const { begin, end, woken } = aLine();
  // 7919 is prime: every number below a thousand, in another order.
  const jobs = Array.from({ length: 1000 }, (_, index) => job(`j-${String((index * 7919) % 1000).padStart(3, "0")}`));
  begin(...jobs);
  expect(jobs.filter((one) => begin(one)[0] === "now").map(({ metadata }) => metadata.name)).toEqual(["j-000"]);
  const inOrder = jobs.toSorted((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
  for (const one of inOrder) {
    expect(begin(one)).toEqual(["now"]);
    end(one, false);
  }
  expect(woken).toEqual(inOrder.slice(1).map(({ metadata }) => metadata.name));
});
