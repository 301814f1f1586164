import { expect, test } from "vitest";
import { remembered } from "../../../src/cli/run/namespace-labels.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";

test("a namespace is read once in 3 seconds, and a failed read is not remembered", async () => {
  const clock = new VirtualClock();
  const { signal } = new AbortController();
  const asked: string[] = [];
  let fails = false;
  const namespace = remembered(async (name) => {
    asked.push(name);
    if (fails) throw new Error("no answer");
    return name === "gone" ? undefined : { labels: { team: name }, annotations: {} };
  }, clock);
  expect(await namespace("a", signal)).toEqual({ labels: { team: "a" }, annotations: {} });
  expect(await namespace("gone", signal)).toBeUndefined();
  await clock.advance(2900);
  expect((await namespace("a", signal))?.labels).toEqual({ team: "a" });
  expect(asked).toEqual(["a", "gone"]);
  await clock.advance(100);
  fails = true;
  await expect(namespace("a", signal)).rejects.toThrow("no answer");
  fails = false;
  expect((await namespace("a", signal))?.labels).toEqual({ team: "a" });
  expect(asked).toEqual(["a", "gone", "a", "a"]);
});
