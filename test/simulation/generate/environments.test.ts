import { describe, expect, it } from "vitest";
import { Chance } from "./chance.ts";
import { environmentSpec, impossible, settledEnvironment } from "./environments.ts";

describe("a last word", () => {
  const spec = environmentSpec(new Chance(1), "instances");

  it.each(["refused", "invalid"] as const)("takes back what was %s, so that every object can become Ready", (fault) => {
    const faulty = impossible(spec, fault);
    expect(faulty).not.toEqual(spec);
    expect(settledEnvironment(faulty)).toEqual(settledEnvironment(spec));
  });
});
