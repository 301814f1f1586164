import { expect, test } from "vitest";
import { drawing } from "../../../scripts/record/drawing.ts";
import type { Frame } from "../../../scripts/record/frames.ts";

const frame: Frame = {
  second: 75,
  spec: "instanceTypes: [a]",
  environments: [
    { name: "old", inAws: "ENABLED VALID", step: "Draining" },
    { name: "new", inAws: "ENABLED VALID", step: undefined },
  ],
  serving: "new",
  queue: "ENABLED VALID",
  report: "waits for jobs of a < b & c",
};
const frames = [{ ...frame, serving: "old" }, frame, { ...frame, spec: "instanceTypes: [b]" }];

test("one frame after the other is visible, and the last one where nothing shall move", () => {
  const text = drawing(frames, "light");
  expect(text.match(/<g id="f\d"/g)).toHaveLength(3);
  expect(text.match(/@keyframes f\d/g)).toHaveLength(3);
  expect(text).toMatch(/prefers-reduced-motion:reduce\).*#f2\{opacity:1!important\}/);
});

test("a frame has the time, the report and what each environment is for", () => {
  const text = drawing([frame], "light");
  for (const word of ["1:15", "waits for jobs of a &lt; b &amp; c", "old: waits for its jobs", "serves the queue"]) {
    expect(text).toContain(word);
  }
});

test("light and dark differ in colours alone", () => {
  const without = (text: string): string => text.replaceAll(/#[0-9a-f]{6}/g, "");
  expect(drawing(frames, "dark")).not.toBe(drawing(frames, "light"));
  expect(without(drawing(frames, "dark"))).toBe(without(drawing(frames, "light")));
});
