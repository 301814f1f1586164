import { expect, test } from "vitest";
import { pastReplacements } from "../../../src/cli/ui/history.ts";
import { anEnvironment, aQueue } from "./objects.ts";

const event = (second: number, reason: string, note: string, type = "Normal") => ({
  at: `2030-01-01T00:00:${String(second).padStart(2, "0")}Z`,
  type,
  reason,
  note,
  count: 1,
});

const events = [
  event(9, "Deleting", "deleting old"),
  event(1, "Created", "creating old"),
  event(2, "QueuesSwitched", "old serves all queues"),
  event(5, "Created", "creating new"),
  event(6, "DriftCorrected", "set the state"),
  event(7, "RolledBack", "AWS found new INVALID", "Warning"),
];

test("each creation begins a replacement, whose steps are in the order of time", () => {
  const past = pastReplacements(anEnvironment("fast"), events);
  expect(past.map(({ created, steps }) => [created, steps.map(({ title, state }) => `${title} ${state}`)])).toEqual([
    ["new", ["Create done", "Roll back failed", "Delete done"]],
    ["old", ["Create done", "Switch queues done"]],
  ]);
});

test("events whose creation is no longer kept are not lost", () => {
  const past = pastReplacements(anEnvironment("fast"), [event(9, "Deleting", "deleting old")]);
  expect(past).toMatchObject([{ created: "old", steps: [{ title: "Delete" }] }]);
});

test("only environments are replaced", () => {
  expect(pastReplacements(aQueue("main", []), events)).toEqual([]);
});
