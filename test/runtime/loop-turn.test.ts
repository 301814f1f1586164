import { expect, test } from "vitest";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { LoopTurn } from "../../src/runtime/loop-turn.ts";

/** A virtual clock on which work also takes time. */
class WorkClock extends VirtualClock {
  worked = 0;

  override monotonic(): number {
    return super.monotonic() + this.worked;
  }
}

test("workers that wait for nothing let a timer run after 5 ms of work together, however many they are", async () => {
  const clock = new WorkClock();
  const turn = new LoopTurn(clock);
  const story: string[] = [];
  const tick = (): void => {
    story.push(`timer after ${clock.worked} ms`);
    if (clock.worked < 50) clock.schedule(0, tick);
  };
  clock.schedule(0, tick);
  const worker = async (): Promise<void> => {
    while (clock.worked < 50) {
      await Promise.resolve();
      const over = turn.over();
      if (over !== undefined) await over;
      clock.worked += 2;
    }
  };
  const all = Promise.all([worker(), worker(), worker(), worker()]);
  await clock.advance(10);
  await all;
  expect(clock.worked).toBeLessThanOrEqual(50 + 4 * 2);
  const pauses = story.map((line) => Number(line.split(" ")[2]));
  const between = pauses.map((at, index) => at - (pauses[index - 1] ?? 0));
  expect(Math.max(...between)).toBeLessThanOrEqual(5 + 2);
});

test("work that is short goes on in its turn, and an idle time before it does not count", async () => {
  const clock = new WorkClock();
  const turn = new LoopTurn(clock);
  await clock.advance(60_000);
  expect(turn.over()).toBeUndefined();
  clock.worked += 4;
  expect(turn.over()).toBeUndefined();
  clock.worked += 1;
  expect(turn.over()).toBeInstanceOf(Promise);
  await clock.advance(0);
  expect(turn.over()).toBeUndefined();
});

/** How often the event loop turned. */
function turnsOf(clock: WorkClock): () => number {
  let turns = 0;
  const tick = (): void => {
    turns++;
    if (turns < 10_000) clock.schedule(0, tick);
  };
  clock.schedule(0, tick);
  return () => turns;
}

test("what waited for a turn goes on one after the other, in the order in which it came, and nothing starves", async () => {
  const clock = new WorkClock();
  const turn = new LoopTurn(clock);
  const turns = turnsOf(clock);
  const pieces: string[] = [];
  const piecesByTurn = new Map<number, number>();
  /** Each piece takes longer than a turn lasts. */
  const worker = async (name: string): Promise<void> => {
    for (let piece = 1; piece <= 3; piece++) {
      await turn.over();
      clock.worked += 7;
      pieces.push(`${name}${piece}`);
      piecesByTurn.set(turns(), (piecesByTurn.get(turns()) ?? 0) + 1);
    }
  };
  expect(turn.over()).toBeUndefined();
  clock.worked += 7;
  const all = Promise.all(["a", "b", "c"].map(worker));
  await clock.advance(0);
  await all;
  expect(pieces.join(" ")).toBe("a1 b1 c1 a2 b2 c2 a3 b3 c3");
  expect(Math.max(...piecesByTurn.values())).toBe(1);
});

test("thousands of pieces take many turns, each of as many as fit into it; the first ones are done at once", async () => {
  const clock = new WorkClock();
  const turn = new LoopTurn(clock);
  const turns = turnsOf(clock);
  const doneByTurn = new Map<number, number>();
  const all = turn.each(Array.from({ length: 5000 }), () => {
    clock.worked += 0.01;
    doneByTurn.set(turns(), (doneByTurn.get(turns()) ?? 0) + 1);
  });
  expect(doneByTurn.get(0)).toBeGreaterThan(490);
  await clock.advance(0);
  await all;
  expect(Math.max(...doneByTurn.values())).toBeLessThanOrEqual(501);
  expect(doneByTurn.size).toBeGreaterThanOrEqual(10);
});
