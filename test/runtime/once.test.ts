import { expect, test } from "vitest";
import { once } from "../../src/runtime/once.ts";

test("what was opened is shared by whoever asks, at the same time and later", async () => {
  let opened = 0;
  const shared = once(async () => ++opened);
  expect(await Promise.all([shared(), shared()])).toEqual([1, 1]);
  expect(await shared()).toBe(1);
});

test("what failed is opened again", async () => {
  const outcomes = ["refused", "opened"];
  const shared = once(async (prefix: string) => {
    const outcome = outcomes.shift();
    if (outcome !== "opened") throw new Error(outcome);
    return `${prefix} ${outcome}`;
  });
  await expect(shared("first")).rejects.toThrow("refused");
  expect(await shared("second")).toBe("second opened");
  expect(await shared("third")).toBe("second opened");
});
