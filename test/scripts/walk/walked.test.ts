import { expect, test } from "vitest";
import { walkedIn } from "../../../scripts/walk/walked.ts";

const source = "file:///a/src/";
const script = (url: string, ...functions: readonly (readonly [name: string, at: number, count: number])[]) => ({
  url,
  functions: functions.map(([functionName, startOffset, count]) => ({
    functionName,
    ranges: [{ startOffset, count }],
  })),
});

test("what was called is counted by function and file, without what is not part of the program", () => {
  const scripts = [
    script(`${source}pass/pass.ts`, ["", 0, 1], ["pass", 10, 2], ["unused", 50, 0], ["", 90, 3]),
    script(`${source}idle.ts`, ["", 0, 1], ["idle", 10, 0]),
    script(`${source}simulator/world.ts`, ["arn", 10, 7]),
    script("file:///a/test/world.ts", ["apply", 10, 1]),
  ];
  const { functions, files, calls } = walkedIn(scripts, source, [/^simulator\//]);
  expect([[...functions], [...files], calls]).toEqual([["pass/pass.ts pass 10"], ["pass/pass.ts"], 5]);
});

test("two parts of a way count what both called once", () => {
  const part = (name: string) => walkedIn([script(`${source}a.ts`, [name, 1, 2], ["both", 9, 1])], source);
  const { functions, files, calls } = part("one").with(part("two"));
  expect([functions.size, files.size, calls]).toEqual([3, 1, 6]);
});
