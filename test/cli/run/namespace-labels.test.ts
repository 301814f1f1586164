import { expect, test } from "vitest";
import { annotationsFreshMs, labelsFreshMs, rememberedLabels } from "../../../src/cli/run/namespace-labels.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";

test("labels of a namespace are read once in half a minute, and a failed read is not remembered", async () => {
  const clock = new VirtualClock();
  const { signal } = new AbortController();
  const asked: string[] = [];
  let fails = false;
  const labels = rememberedLabels(
    async (namespace) => {
      asked.push(namespace);
      if (fails) throw new Error("no answer");
      return namespace === "gone" ? undefined : { team: namespace };
    },
    clock,
    labelsFreshMs,
  );
  expect(await labels("a", signal)).toEqual({ team: "a" });
  expect(await labels("gone", signal)).toBeUndefined();
  await clock.advance(29_000);
  expect([await labels("a", signal), await labels("gone", signal)]).toEqual([{ team: "a" }, undefined]);
  expect(asked).toEqual(["a", "gone"]);
  await clock.advance(1000);
  fails = true;
  await expect(labels("a", signal)).rejects.toThrow("no answer");
  fails = false;
  expect(await labels("a", signal)).toEqual({ team: "a" });
  expect(asked).toEqual(["a", "gone", "a", "a"]);
});

test("annotations are read again after seconds: a limit drawn by an administrator is not outrun for long", async () => {
  const clock = new VirtualClock();
  const { signal } = new AbortController();
  let limit = "any";
  const annotations = rememberedLabels(async () => ({ limit }), clock, annotationsFreshMs);
  expect(await annotations("a", signal)).toEqual({ limit: "any" });
  limit = "none";
  await clock.advance(3000);
  expect(await annotations("a", signal)).toEqual({ limit: "none" });
});
