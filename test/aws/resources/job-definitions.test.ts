import { describe, expect, it } from "vitest";
import {
  type RevisionSeen,
  revisionDeregistered,
  revisionRegistered,
  revisionRetagged,
} from "../../../src/aws/resources/job-definitions.ts";
import { arn } from "./described.ts";

describe("revisions", () => {
  const revision = (number: number, tags: Record<string, string> = {}): RevisionSeen => ({
    name: "jd",
    revision: number,
    arn: arn(`job-definition/jd:${number}`),
    type: "container",
    tags,
    fingerprint: `v1:${number}`,
    roles: [],
  });

  it("are kept highest first", () => {
    const effect = revisionRegistered(revision(3));
    expect(effect.apply([revision(2), revision(1)])?.map(({ revision: number }) => number)).toEqual([3, 2, 1]);
    expect(effect.apply(undefined)).toEqual([revision(3)]);
    expect(effect.shows([revision(2)])).toBe(false);
    expect(effect.shows([revision(4), revision(3)])).toBe(true);
  });

  it("are gone when deregistered, and the name with the last of them", () => {
    const effect = revisionDeregistered<RevisionSeen>(2);
    expect(effect.apply([revision(2), revision(1)])).toEqual([revision(1)]);
    expect(effect.apply([revision(2)])).toBeUndefined();
    expect(effect.shows([revision(2)])).toBe(false);
    expect(effect.shows(undefined)).toBe(true);
  });

  it("are retagged one by one", () => {
    const effect = revisionRetagged<RevisionSeen>(revision(1).arn, { set: { a: "1" }, remove: [] });
    expect(effect.apply([revision(2), revision(1)])).toEqual([revision(2), revision(1, { a: "1" })]);
    expect(effect.shows([revision(2), revision(1)])).toBe(false);
    expect(effect.shows([revision(2)])).toBe(true);
  });
});
