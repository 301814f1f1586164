import { expect, it } from "vitest";
import { runApart } from "./apart.ts";
import type { Memory } from "./memory.ts";

it("uses no more memory after 10,000 reconciles than before", { timeout: 300_000 }, async () => {
  const lines: string[] = [];
  const take = (line: string): void => void lines.push(line);
  expect(await runApart("memory.ts", ["10000"], AbortSignal.timeout(300_000), take)).toBe(0);
  const { grown, asked, handled, violations } = JSON.parse(lines.join("")) as Memory;
  expect(handled).toEqual(Array(3).fill(asked));
  expect(violations).toEqual([]);
  expect(grown).toBeLessThan(2);
});
