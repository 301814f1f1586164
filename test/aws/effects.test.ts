import { describe, expect, it } from "vitest";
import type { Environment } from "../../src/aws/batch.ts";
import { deletion, retagged } from "../../src/aws/effects.ts";
import { environment } from "./resources/described.ts";

describe("a deletion", () => {
  it("is shown by DELETING and by absence", () => {
    const effect = deletion<Environment>();
    expect(effect.apply(environment())?.status).toBe("DELETING");
    expect(effect.apply(undefined)).toBeUndefined();
    expect(effect.shows(environment())).toBe(false);
    expect(effect.shows(environment({ status: "DELETING" }))).toBe(true);
    expect(effect.shows(undefined)).toBe(true);
  });
});

describe("tags", () => {
  const effect = retagged<Environment>({ set: { owner: "you", extra: "1" }, remove: ["old"] });

  it("are set and removed, others stay", () => {
    const before = environment({ tags: { owner: "me", old: "x", other: "y" } });
    expect(effect.apply(before)?.tags).toEqual({ owner: "you", extra: "1", other: "y" });
  });

  it("are shown as removed when the key is a member of every object", () => {
    const removal = retagged<Environment>({ set: {}, remove: ["constructor", "__proto__"] });
    expect(removal.shows(environment({ tags: {} }))).toBe(true);
  });

  it.each([
    [{ owner: "you", extra: "1", other: "y" }, true],
    [{ owner: "you" }, false],
    [{ owner: "you", extra: "1", old: "x" }, false],
  ])("are shown by %j: %s", (tags, shown) => {
    expect(effect.shows(environment({ tags }))).toBe(shown);
  });
});
