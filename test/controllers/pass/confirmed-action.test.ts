import { describe, expect, it } from "vitest";
import { agreed } from "../../../src/controllers/pass/confirmed-action.ts";

interface Ending {
  readonly kind: string;
  readonly name: string;
  readonly jobIds?: readonly string[];
}

const ending = (name: string, ...jobIds: readonly string[]): Ending => ({ kind: "terminateJobs", name, jobIds });

describe("what two plans of one action agree on", () => {
  it("is all of it when they are the same", () => {
    const action: Ending = { kind: "delete", name: "q" };
    expect(agreed(action, { ...action })).toBe(action);
    expect(agreed(ending("q", "j1"), ending("q", "j1"))).toEqual(ending("q", "j1"));
  });

  it("is nothing when they are not", () => {
    expect(agreed<Ending>({ kind: "delete", name: "q" }, { kind: "delete", name: "other" })).toBeUndefined();
    expect(agreed(ending("q", "j1"), { kind: "delete", name: "q" })).toBeUndefined();
    expect(agreed(ending("q", "j1"), ending("other", "j1", "j2"))).toBeUndefined();
  });

  it("of jobs that are to be ended is those that both end, for in a busy queue some end by themselves meanwhile", () => {
    expect(agreed(ending("q", "j1", "j2", "j3"), ending("q", "j2", "j3", "j4"))).toEqual(ending("q", "j2", "j3"));
    expect(agreed(ending("q", "j1"), ending("q", "j2"))).toBeUndefined();
  });
});
