import { describe, expect, it } from "vitest";
import { compare, seeds } from "../agreement.ts";

/** Seeds of networks on which the two once disagreed. */
const onceDifferent = [364];

describe("the preflight and a packet walker", () => {
  it("agree about the networks that they once saw differently", () => {
    expect(compare(onceDifferent).differences).toEqual([]);
  });

  it("agree about every service from 200 random networks", () => {
    expect(compare(seeds(1, 200)).differences).toEqual([]);
  });
});
