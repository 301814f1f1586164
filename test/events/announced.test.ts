import { expect, it } from "vitest";
import { AnnouncedChanges } from "../../src/events/announced.ts";

const graceMs = 120_000;

it("trusts nothing before the first event about something that is kept", () => {
  const changes = new AnnouncedChanges(graceMs);
  expect(changes.isTrusted(1)).toBe(false);
  changes.heard("a", 2);
  expect(changes.isTrusted(3)).toBe(true);
});

it.each([
  ["before the read", 0, 1],
  ["after the read, in time", 1, 0],
])("counts no change that was announced %s", (_when, heardAt, foundAt) => {
  const changes = new AnnouncedChanges(graceMs);
  const happen = [
    [heardAt, () => changes.heard("a", heardAt)],
    [foundAt, () => changes.found("a", foundAt)],
  ] as const;
  for (const [, act] of happen.toSorted(([left], [right]) => left - right)) act();
  expect(changes.settle(graceMs * 2)).toEqual([]);
  expect(changes.missed).toBe(0);
});

it("counts a change once that no event announced, and trusts none for ten minutes", () => {
  const changes = new AnnouncedChanges(graceMs);
  changes.heard("other", 0);
  changes.found("a", 1000);
  changes.found("a", 2000);
  expect(changes.settle(1000 + graceMs - 1)).toEqual([]);
  const settledAt = 1000 + graceMs;
  expect(changes.settle(settledAt)).toEqual(["a"]);
  expect(changes.settle(settledAt)).toEqual([]);
  expect(changes.missed).toBe(1);
  expect(changes.isTrusted(settledAt + 599_999)).toBe(false);
  expect(changes.isTrusted(settledAt + 600_000)).toBe(true);
});

it("counts a change whose event was too long ago", () => {
  const changes = new AnnouncedChanges(graceMs);
  changes.heard("a", 0);
  changes.found("a", graceMs);
  expect(changes.settle(graceMs * 2)).toEqual(["a"]);
});

it("keeps no more names than the newest, whatever arrives", () => {
  const changes = new AnnouncedChanges(graceMs);
  for (let index = 0; index < 30_000; index++) changes.found(`a${index}`, index);
  expect(changes.settle(Number.POSITIVE_INFINITY).length).toBeLessThan(30_000);
});
