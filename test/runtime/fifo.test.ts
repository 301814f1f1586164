import { expect, test } from "vitest";
import { Fifo } from "../../src/runtime/fifo.ts";

test("gives back what was put in, in that order, however often both alternate", () => {
  const fifo = new Fifo<number>();
  const out: (number | undefined)[] = [];
  for (let n = 0; n < 20; n += 2) {
    fifo.push(n);
    fifo.push(n + 1);
    out.push(fifo.shift());
  }
  expect(fifo.length).toBe(10);
  while (fifo.length > 0) out.push(fifo.shift());
  expect(out).toEqual(Array.from({ length: 20 }, (_, n) => n));
  expect(fifo.shift()).toBeUndefined();
});
