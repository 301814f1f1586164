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

test("workers that wait for nothing let a timer run after 10 ms of work together, however many they are", async () => {
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
      clock.worked += 2;
      await turn.over();
    }
  };
  const all = Promise.all([worker(), worker(), worker(), worker()]);
  await clock.advance(10);
  await all;
  expect(clock.worked).toBeLessThanOrEqual(50 + 4 * 2);
  const pauses = story.map((line) => Number(line.split(" ")[2]));
  const between = pauses.map((at, index) => at - (pauses[index - 1] ?? 0));
  expect(Math.max(...between)).toBeLessThanOrEqual(10 + 4 * 2);
});

test("work that is short goes on in its turn, and an idle time before it does not count", async () => {
  const clock = new WorkClock();
  const turn = new LoopTurn(clock);
  await clock.advance(60_000);
  expect(turn.over()).toBeUndefined();
  clock.worked += 9;
  expect(turn.over()).toBeUndefined();
  clock.worked += 1;
  expect(turn.over()).toBeInstanceOf(Promise);
  await clock.advance(0);
  expect(turn.over()).toBeUndefined();
});
