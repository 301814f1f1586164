import { describe, expect, it } from "vitest";
import { type Decision, letFirst, type News, type Next } from "../../src/controllers/decision.ts";

type Act = Extract<Next<string>, { kind: "act" }>;

const disabling: Act = { kind: "act", action: "disable", reason: "Updating", message: "", irreversible: true };
const mending: Act = { kind: "act", action: "mend", reason: "MendingRole", message: "", irreversible: true };
const blocked = { kind: "blocked", reason: "NotAllowed", message: "no" } as const;
const decided = (next: Next<string>, type: News["type"] = "Ready"): Decision<string> => ({
  next,
  change: { action: "Update", id: "1", reason: type, changes: [] },
  serving: false,
  news: [{ type, status: "False", reason: "r", message: "m" }],
});

// What waits for a person or for AWS around the steps of a kind must keep nobody from stopping jobs.
describe("what stands around the steps of a kind", () => {
  const around = (own: Next<string>, next: Next<string>) => letFirst(decided(own), decided(next, "Synced"));

  it("comes first, as it was decided", () => {
    for (const next of [blocked, mending, disabling]) {
      expect(around(disabling, next)).toEqual(decided(next, "Synced"));
      expect(around(blocked, next)).toEqual(decided(next, "Synced"));
    }
  });

  it.each([
    ["what is waited for", blocked],
    ["what is to be done", mending],
  ])("gives way to a step that always goes first, and is told all the same: %s", (_what, next) => {
    const first: Act = { ...disabling, goesFirst: "always" };
    expect(around(first, next)).toEqual({ ...decided(first), news: decided(next, "Synced").news });
  });

  it("comes before a step that AWS has refused, where there is something to do", () => {
    const refused: Act = { ...disabling, goesFirst: "unlessActs" };
    expect(around(refused, mending).next).toBe(mending);
    expect(around(refused, blocked).next).toBe(refused);
  });
});
