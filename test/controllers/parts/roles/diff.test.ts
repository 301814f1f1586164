import { describe, expect, it } from "vitest";
import type { RoleWrite } from "../../../../src/controllers/parts/roles/action.ts";
import { removalWrites, roleDifferences } from "../../../../src/controllers/parts/roles/diff.ts";
import { desired, mark, profileAs, roleAs } from "./given.ts";

const job = desired({
  jobRole: {
    policyArns: ["arn:aws:iam::aws:policy/ReadOnly"],
    inlinePolicies: { bucket: '{"Version":"2012-10-17","Statement":[]}' },
    tags: { team: "a" },
  },
});
const instance = desired({ instanceRole: {} });
const { name } = job;

type Given = Parameters<typeof roleDifferences>;
const writesFor = (desired: Given[0], role: Given[1], profile: Given[2], ignored: Given[3]): readonly RoleWrite[] =>
  roleDifferences(desired, role, profile, ignored, mark).map(({ write }) => write);

describe("the difference between a desired role and the one in IAM", () => {
  it("is nothing when they match", () => {
    expect(writesFor(job, roleAs(job), undefined, [])).toEqual([]);
    expect(writesFor(instance, roleAs(instance), profileAs(instance), [])).toEqual([]);
  });

  it("is everything when the role is missing: the role first, the profile last", () => {
    expect(writesFor(job, undefined, undefined, []).map(({ kind }) => kind)).toEqual([
      "createRole",
      "attach",
      "putInline",
    ]);
    expect(writesFor(instance, undefined, undefined, []).map(({ kind }) => kind)).toEqual([
      "createRole",
      "attach",
      "createProfile",
      "addToProfile",
    ]);
  });

  it.each(Object.getOwnPropertyNames(Object.prototype).filter((one) => one !== "__proto__"))(
    "is an inline policy %s that only one side has",
    (policy) => {
      const none = desired({ jobRole: {} });
      const one = desired({ jobRole: { inlinePolicies: { [policy]: "{}" } } });
      const removed: RoleWrite = { kind: "deleteInline", name, policy };
      const added: RoleWrite = { kind: "putInline", name, policy, document: "{}" };
      expect(writesFor(none, roleAs(one), undefined, [])).toEqual([removed]);
      expect(writesFor(one, roleAs(none), undefined, [])).toEqual([added]);
    },
  );

  it("never sets a tag with a reserved prefix, in whatever case: IAM would take it for the operator's own", () => {
    const tagged = desired({ jobRole: { tags: { "AWSBATCH.dev/cluster": "x", "AWS:team": "x" } } });
    const untagged = desired({ jobRole: {} });
    expect(writesFor(tagged, roleAs(untagged), undefined, [])).toEqual([]);
    expect(writesFor(tagged, undefined, undefined, [])).toEqual(writesFor(untagged, undefined, undefined, []));
  });

  it.each<[string, Parameters<typeof roleAs>[1], RoleWrite[]]>([
    ["another trust", { trust: '{"Statement":[]}' }, [{ kind: "putTrust", name, trust: job.trust }]],
    [
      "a policy that is missing and one too many",
      { attachedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] },
      [
        { kind: "attach", name, policyArn: "arn:aws:iam::aws:policy/ReadOnly" },
        { kind: "detach", name, policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" },
      ],
    ],
    [
      "a policy that is missing and one too many, at IAM's limit: the removal comes first",
      { attachedPolicyArns: Array.from({ length: 10 }, (_, index) => `arn:aws:iam::1:policy/p${index}`) },
      [
        ...Array.from({ length: 10 }, (_, index): RoleWrite => {
          return { kind: "detach", name, policyArn: `arn:aws:iam::1:policy/p${index}` };
        }),
        { kind: "attach", name, policyArn: "arn:aws:iam::aws:policy/ReadOnly" },
      ],
    ],
    [
      "another document and one too many, too long together: the removal comes first",
      { inlinePolicies: { backdoor: "x".repeat(10_240) } },
      [
        { kind: "deleteInline", name, policy: "backdoor" },
        { kind: "putInline", name, policy: "bucket", document: '{"Version":"2012-10-17","Statement":[]}' },
      ],
    ],
    [
      "another document and one too many",
      { inlinePolicies: { bucket: "{}", backdoor: "{}" } },
      [
        { kind: "putInline", name, policy: "bucket", document: '{"Version":"2012-10-17","Statement":[]}' },
        { kind: "deleteInline", name, policy: "backdoor" },
      ],
    ],
    ["a boundary that is not desired", { permissionsBoundaryArn: "x" }, [{ kind: "deleteBoundary", name }]],
    [
      "the tags of a deleted object, and a user's tag that is not desired",
      { tags: { ...job.ownTags, team: "a", "awsbatch.dev/uid": "old", stray: "1" } },
      [
        { kind: "tagRole", name, tags: { "awsbatch.dev/uid": "uid-1" } },
        { kind: "untagRole", name, keys: ["stray"] },
      ],
    ],
  ])("is only %s", (_what, seen, expected) => {
    expect(writesFor(job, roleAs(job, seen), undefined, [])).toEqual(expected);
  });

  it("ignores the form of a document", () => {
    const inlinePolicies = { bucket: '{ "Statement": [], "Version": "2012-10-17" }' };
    expect(writesFor(job, roleAs(job, { inlinePolicies }), undefined, [])).toEqual([]);
  });

  it("is written with the boundary first, so that a new policy is never unbounded", () => {
    const bounded = desired({
      jobRole: {
        permissionsBoundary: "arn:aws:iam::123456789012:policy/b",
        policyArns: ["arn:aws:iam::aws:policy/ReadOnly"],
        inlinePolicies: { bucket: '{"Version":"2012-10-17","Statement":[]}' },
      },
    });
    const bare = { permissionsBoundaryArn: undefined, attachedPolicyArns: [], inlinePolicies: {} };
    const kindsFor = (role: ReturnType<typeof roleAs> | undefined): readonly string[] =>
      writesFor(bounded, role, undefined, []).map(({ kind }) => kind);
    expect(kindsFor(roleAs(bounded, bare))).toEqual(["putBoundary", "attach", "putInline"]);
    expect(kindsFor(undefined)).toEqual(["createRole", "attach", "putInline"]);
    expect(writesFor(bounded, undefined, undefined, [])[0]).toMatchObject({
      kind: "createRole",
      boundaryArn: "arn:aws:iam::123456789012:policy/b",
    });
  });

  it("is a boundary that is missing", () => {
    const bounded = desired({ jobRole: { permissionsBoundary: "arn:aws:iam::123456789012:policy/b" } });
    expect(writesFor(bounded, roleAs(bounded, { permissionsBoundaryArn: undefined }), undefined, [])).toEqual([
      { kind: "putBoundary", name: bounded.name, policyArn: "arn:aws:iam::123456789012:policy/b" },
    ]);
  });

  it("ignores tags that others own", () => {
    const tags = { ...job.ownTags, team: "a", "cost:center": "1" };
    expect(writesFor(job, roleAs(job, { tags }), undefined, ["cost:*"])).toEqual([]);
  });

  it.each([
    ["another object's Retain", job, "default/team/other@0a1b2c3d"],
    ["this object's own, for another region or name in AWS", job, "default/team/ce@0a1b2c3d"],
    ["an earlier kind of mark, without a resource", job, "default/team/ce"],
  ])("ignores the mark of %s: the retained resource keeps using the role", (_owner, desired, retainedFrom) => {
    const tags = { ...desired.userTags, ...desired.ownTags, "awsbatch.dev/retained-from": retainedFrom };
    expect(writesFor(desired, roleAs(desired, { tags }), undefined, [])).toEqual([]);
  });

  it("includes this object's own mark, which it removes as it takes the role back", () => {
    const tags = { ...job.userTags, "awsbatch.dev/retained-from": mark };
    expect(writesFor(job, roleAs(job, { tags }), undefined, [])).toEqual([
      { kind: "tagRole", name: job.name, tags: job.ownTags },
      { kind: "untagRole", name: job.name, keys: ["awsbatch.dev/retained-from"] },
    ]);
  });

  it.each<[string, Parameters<typeof profileAs>[1] | undefined, string[]]>([
    ["a profile that is missing", undefined, ["createProfile", "addToProfile"]],
    ["an empty profile", { roleNames: [] }, ["addToProfile"]],
    ["a profile with another role", { roleNames: ["intruder"] }, ["removeFromProfile", "addToProfile"]],
    ["a profile without our tags", { tags: {} }, ["tagProfile"]],
  ])("is %s", (_what, seen, expected) => {
    const profile = seen === undefined ? undefined : profileAs(instance, seen);
    expect(writesFor(instance, roleAs(instance), profile, []).map(({ kind }) => kind)).toEqual(expected);
  });
});

describe("the deletion of a role", () => {
  it("begins with what holds it and ends with the role", () => {
    const role = roleAs(instance, { inlinePolicies: { p: "{}" } });
    expect(removalWrites(role, profileAs(instance)).map(({ kind }) => kind)).toEqual([
      "removeFromProfile",
      "deleteProfile",
      "detach",
      "deleteInline",
      "deleteRole",
    ]);
  });

  it("continues where it was interrupted", () => {
    expect(removalWrites(undefined, profileAs(instance, { roleNames: [] })).map(({ kind }) => kind)).toEqual([
      "deleteProfile",
    ]);
    expect(removalWrites(undefined, undefined)).toEqual([]);
  });
});
