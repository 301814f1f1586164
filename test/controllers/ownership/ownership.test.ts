import { describe, expect, it } from "vitest";
import {
  identityText,
  namedOwner,
  type Ownership,
  ownerIn,
  ownershipOf,
  ownerTags,
  retainedFromTag,
  retainedMark,
  type Tags,
} from "../../../src/controllers/ownership/ownership.ts";
import { identity } from "../kinds/compute-environment/given.ts";

const own = ownerTags(identity);
const without = (key: string): Tags => Object.fromEntries(Object.entries(own).filter(([name]) => name !== key));
const takingOver = { ...identity, cluster: { ...identity.cluster, takeOverUid: "c-0" } };

it.each<[string, Tags | undefined, Ownership]>([
  ["with all our tags is ours", own, { kind: "ours", retag: false }],
  [
    "of an object that was made again is ours, to be tagged once",
    { ...own, "awsbatch.dev/uid": "u0" },
    { kind: "ours", retag: true },
  ],
  ["without uid is ours, to be tagged once", without("awsbatch.dev/uid"), { kind: "ours", retag: true }],
  [
    "of another cluster of the same name is that one's",
    { ...own, "awsbatch.dev/cluster-uid": "c-9" },
    { kind: "otherCluster", clusterUid: "c-9" },
  ],
  [
    "without cluster uid is another cluster's",
    without("awsbatch.dev/cluster-uid"),
    { kind: "otherCluster", clusterUid: "" },
  ],
  [
    "of another object is that one's",
    { ...own, "awsbatch.dev/name": "x" },
    { kind: "otherObject", owner: "default/team/x" },
  ],
  [
    "of another namespace is that one's",
    { ...own, "awsbatch.dev/namespace": "x" },
    { kind: "otherObject", owner: "default/x/ce" },
  ],
  [
    "of another cluster is that one's",
    { ...own, "awsbatch.dev/cluster": "x", "awsbatch.dev/cluster-uid": "c-9" },
    { kind: "otherObject", owner: "x/team/ce" },
  ],
  [
    "of this cluster under another name is neither ours nor another object's",
    { ...own, "awsbatch.dev/cluster": "x" },
    { kind: "otherCluster", clusterUid: "cluster-1", otherName: "x" },
  ],
  [
    "left behind by this object is ours again",
    { "awsbatch.dev/retained-from": "default/team/ce" },
    { kind: "retained" },
  ],
  [
    "left behind by another object is that one's",
    { "awsbatch.dev/retained-from": "default/team/x" },
    { kind: "otherObject", owner: "default/team/x" },
  ],
  ["with half our tags is nobody's", without("awsbatch.dev/name"), { kind: "foreign" }],
  ["without our tags is nobody's", { a: "b" }, { kind: "foreign" }],
  ["without tags is nobody's", undefined, { kind: "foreign" }],
])("an AWS object %s", (_name, tags, expected) => {
  expect(ownershipOf(tags, identity)).toEqual(expected);
});

it("of a lost cluster becomes ours only when that very cluster is taken over", () => {
  expect(ownershipOf({ ...own, "awsbatch.dev/cluster-uid": "c-0" }, takingOver)).toEqual({ kind: "ours", retag: true });
  expect(ownershipOf({ ...own, "awsbatch.dev/cluster-uid": "c-9" }, takingOver).kind).toBe("otherCluster");
  expect(ownershipOf({ ...own, "awsbatch.dev/cluster-uid": "c-0", "awsbatch.dev/name": "x" }, takingOver).kind).toBe(
    "otherObject",
  );
});

it("of this cluster under the name from which it is renamed is ours, to be tagged once; that of others is not", () => {
  const renamed = { ...identity, cluster: { ...identity.cluster, formerName: "x" } };
  const former = { ...own, "awsbatch.dev/cluster": "x" };
  expect(ownershipOf(former, renamed)).toEqual({ kind: "ours", retag: true });
  expect(namedOwner(former, renamed.cluster)).toMatchObject({ namespace: "team", name: "ce" });
  expect(ownershipOf({ ...former, "awsbatch.dev/cluster-uid": "c-9" }, renamed).kind).toBe("otherObject");
  expect(namedOwner({ ...former, "awsbatch.dev/cluster-uid": "c-9" }, renamed.cluster)).toBeUndefined();
  expect(ownershipOf({ ...own, "awsbatch.dev/cluster": "y" }, renamed).kind).toBe("otherCluster");
});

it("an identity is written in tags and read back", () => {
  expect(ownerIn(own)).toEqual({
    cluster: "default",
    clusterUid: "cluster-1",
    namespace: "team",
    name: "ce",
    uid: "uid-1",
  });
  expect(ownerIn({})).toBeUndefined();
  expect(identityText(identity)).toBe("default/team/ce");
});

describe("the mark of Retain", () => {
  const named = (name: string) => ({ ...identity, name });

  it("is the identity as long as AWS takes it for the value of a tag", () => {
    const name = "n".repeat(256 - "default/team/".length);
    expect(retainedMark(identity)).toBe("default/team/ce");
    expect(retainedMark(named(name))).toBe(`default/team/${name}`);
    expect(retainedMark(identity, "@12345678")).toBe("default/team/ce@12345678");
  });

  it("is cut where it is longer, names the owner, and differs between objects", () => {
    const mark = retainedMark(named("n".repeat(253)));
    expect(mark).toMatch(/^default\/team\/n{234}\/[0-9a-f]{8}$/);
    expect(mark).toHaveLength(256);
    expect(retainedMark(named(`${"n".repeat(252)}x`))).not.toBe(mark);
    expect(retainedMark(named("n".repeat(253)), "@12345678")).not.toBe(mark);
    expect(ownershipOf({ [retainedFromTag]: mark }, named("n".repeat(253)))).toEqual({ kind: "retained" });
    expect(ownershipOf({ [retainedFromTag]: mark }, named("n".repeat(252)))).toEqual({
      kind: "otherObject",
      owner: mark,
    });
  });
});

it.each<[string, Tags | undefined, object | undefined]>([
  ["of its owner", own, { namespace: "team", name: "ce" }],
  ["of whom Retain took it from", { [retainedFromTag]: "default/x/y" }, { namespace: "x", name: "y" }],
  ["of another cluster names no object of this one", { ...own, "awsbatch.dev/cluster": "x" }, undefined],
  ["of Retain in another cluster names no object of this one", { [retainedFromTag]: "x/team/ce" }, undefined],
  ["with half an identity name no object", { [retainedFromTag]: "default/team" }, undefined],
  ["that are not there name no object", undefined, undefined],
])("the tags %s name an object of this cluster", (_name, tags, expected) => {
  const owner = namedOwner(tags, identity.cluster);
  expect(owner && { namespace: owner.namespace, name: owner.name }).toEqual(expected);
});
