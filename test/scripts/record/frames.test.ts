import { expect, test } from "vitest";
import { framesOf, type Recorded } from "../../../scripts/record/frames.ts";

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
const environment = (second: number, name: string, status: string, state = "ENABLED"): Recorded => ({
  time: at(second),
  type: "aws",
  kind: "computeEnvironment",
  name,
  state,
  status,
});
const queue = (second: number, to: string): Recorded => {
  return { time: at(second), type: "aws", kind: "jobQueue", name: "q", state: "ENABLED", status: "VALID", order: [to] };
};
const report = (second: number, message: string, status: object = {}): Recorded =>
  ({ time: at(second), type: "status", kind: "BatchComputeEnvironment", message, status }) as unknown as Recorded;

test("each change is a frame, and changes that follow each other at once are one", () => {
  const frames = framesOf([
    { type: "spec", time: at(0), spec: "instanceTypes: [a]" },
    environment(0, "old", "CREATING"),
    environment(45, "old", "VALID"),
    queue(46, "old"),
    report(46.5, "old is VALID"),
    report(60, "old is VALID"),
    environment(90, "new", "VALID"),
    queue(120, "new"),
    report(130, "AWS Batch serves this generation", {
      predecessors: [{ name: "old", step: "Draining" }],
      conditions: [{ type: "Retiring", status: "True", message: "waits for 2 jobs" }],
    }),
    environment(200, "old", "DELETED", "DISABLED"),
  ]);
  expect(
    frames.map(({ second, environments, serving, report: text }) => [
      second,
      environments.map(({ name, inAws, step }) => [name, inAws, step].filter((part) => part !== undefined).join(" ")),
      serving,
      text,
    ]),
  ).toEqual([
    [0, ["old ENABLED CREATING"], undefined, ""],
    [45, ["old ENABLED VALID"], "old", "old is VALID"],
    [90, ["old ENABLED VALID", "new ENABLED VALID"], "old", "old is VALID"],
    [120, ["old ENABLED VALID", "new ENABLED VALID"], "new", "old is VALID"],
    [130, ["old ENABLED VALID Draining", "new ENABLED VALID"], "new", "waits for 2 jobs"],
    [200, ["new ENABLED VALID"], "new", "waits for 2 jobs"],
  ]);
  expect(frames.every(({ spec }) => spec === "instanceTypes: [a]")).toBe(true);
});

test("a run without lines has no frames", () => {
  expect(framesOf([])).toEqual([]);
});
