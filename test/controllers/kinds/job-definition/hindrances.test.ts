import { describe, expect, it } from "vitest";
import { plan } from "../../../../src/controllers/kinds/job-definition/plan.ts";
import type { Seen } from "../../../../src/controllers/kinds/job-definition/seen.ts";
import type { Hindrance } from "../../../../src/controllers/references/consumables.ts";
import { decided } from "../../decided.ts";
import { another, days, definition, directives, now, observed, ours } from "./seen.ts";

const awaited: Hindrance = { kind: "awaited", arn: "", message: "not yet" };
const missing: Hindrance = { kind: "unresolved", reason: "ReferenceNotFound", message: "there is none" };
const refused: Hindrance = { kind: "unresolved", reason: "ReferenceNotAllowed", message: "no" };

function next(revisions: Parameters<typeof observed>[0], seen: Partial<Seen>): string {
  const { next: step, serving } = decided(plan(definition(), observed(revisions, seen), now), undefined, now);
  const words = [step.kind, "reason" in step ? step.reason : ""];
  if ("stallsAfterMs" in step && step.stallsAfterMs !== undefined)
    words.push(`Stalled after ${step.stallsAfterMs / 60_000} min`);
  return words.join(" ") + (serving ? "; serving" : "");
}

describe("a definition whose consumable", () => {
  const changed = [ours(1, days, { fingerprint: another })];
  it.each<[string, Parameters<typeof observed>[0], Partial<Seen>, string]>([
    [
      "AWS does not have yet waits",
      [],
      { absent: true, hindrances: [awaited] },
      "wait WaitingForConsumable Stalled after 10 min",
    ],
    [
      "is awaited keeps what it has, and registers no more",
      changed,
      { hindrances: [awaited] },
      "wait WaitingForConsumable Stalled after 10 min",
    ],
    ["is on its way out keeps serving", [ours(1)], { hindrances: [awaited] }, "serves Available; serving"],
    ["does not exist waits", [ours(1)], { hindrances: [missing] }, "wait ReferenceNotFound Stalled after 10 min"],
    [
      "is refused is for a person to fix at once",
      [ours(1)],
      { hindrances: [missing, refused] },
      "blocked ReferenceNotAllowed",
    ],
    [
      "is refused is deleted all the same",
      [ours(1)],
      { directives: { ...directives, deleting: true }, hindrances: [refused] },
      "act Deregistering",
    ],
  ])("%s", (_name, revisions, seen, expected) => {
    expect(next(revisions, seen)).toBe(expected);
  });

  it("is awaited plans the registration", () => {
    const { change } = decided(plan(definition(), observed(changed, { hindrances: [awaited] }), now), undefined, now);
    expect(change).toMatchObject({ action: "Register" });
  });
});
