import { expect, it } from "vitest";
import { answerOf } from "./apart.ts";
import type { Memory } from "./memory.ts";

it("uses no more memory after 10,000 reconciles than before", async ({ signal }) => {
  const { grown, asked, handled, violations } = await answerOf<Memory>("memory.ts", ["10000"], signal);
  expect(handled).toEqual(Array(3).fill(asked));
  expect(violations).toEqual([]);
  expect(grown).toBeLessThan(2);
});
