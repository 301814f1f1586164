import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../../src/api/object.ts";
import { SchedulingPolicyKind } from "../../../src/api/v1alpha1/kinds.ts";
import type { SchedulingPolicySpec } from "../../../src/api/v1alpha1/scheduling-policy.ts";
import { AwsError } from "../../../src/aws/errors.ts";
import { ownerTags } from "../../../src/controllers/ownership/ownership.ts";
import type { Objects } from "../../../src/controllers/ports.ts";
import {
  labelsAskedFor,
  type RecordedThing,
  type Referring,
  refusalOfName,
  resourceAt,
  resourceNamed,
} from "../../../src/controllers/references/reference.ts";
import { StoreError } from "../../../src/runtime/store.ts";
import { arn, identity, object, policy, settings } from "../kinds/scheduling-policy/given.ts";
import { type FakeRegion, fakeRegion, objectsOf } from "../region.ts";

const thing: RecordedThing = {
  type: "scheduling-policy",
  records: "schedulingPolicies",
  kind: SchedulingPolicyKind,
  called: "scheduling policy",
  oneOf: "a policy",
};
const key = { namespace: "team", name: "fair" };
const signal = new AbortController().signal;

function referring(objects: readonly KubeObject[], change: Partial<Referring> = {}): Referring {
  const ports = { objects: objectsOf(objects), cluster: identity.cluster, settings };
  const region = fakeRegion({ schedulingPolicies: [policy()] });
  return { namespace: "team", noun: "queue", region, ports, labels: undefined, ...change };
}

const shared = (spec: Partial<SchedulingPolicySpec> = {}, metadata: object = {}) => object(spec, metadata);

describe("a reference to an object", () => {
  it.each<[string, readonly KubeObject[], Partial<Referring>, string]>([
    ["leads to what AWS has of it", [shared()], {}, `resolved ${arn}`],
    ["leads nowhere without the object", [], {}, "ReferenceNotFound there is no SchedulingPolicy team/fair"],
    [
      "leads nowhere from a namespace that the object does not allow",
      [shared()],
      { namespace: "other" },
      "ReferenceNotAllowed SchedulingPolicy team/fair does not let namespace other refer to it: allow that namespace in its spec.allowedNamespaces",
    ],
    [
      "leads there from any namespace that it allows",
      [shared({ allowedNamespaces: { from: "All" } })],
      { namespace: "other" },
      `resolved ${arn}`,
    ],
    [
      "is unknown while the labels cannot be read",
      [shared({ allowedNamespaces: { from: "Selector", selector: { matchLabels: { a: "b" } } } })],
      { namespace: "other", labels: new StoreError("Forbidden", "no") },
      "NamespaceUnreadable namespace other cannot be read (no), so whether it may use team/fair is unknown. Let the operator get, list and watch namespaces",
    ],
    [
      "leads nowhere into another region",
      [shared({ region: "us-east-1" })],
      {},
      "RegionMismatch SchedulingPolicy team/fair is in us-east-1, the queue in eu-west-1",
    ],
    [
      "waits for AWS",
      [shared({ name: "later" })],
      {},
      "awaited AWS does not have later of SchedulingPolicy team/fair yet: its conditions say why",
    ],
    [
      "never leads to what is about to go",
      [shared({}, { deletionTimestamp: "2026-01-01T00:00:00Z" })],
      {},
      "awaited SchedulingPolicy team/fair is being deleted",
    ],
    [
      "never leads to what another object has under the name",
      [shared({}, { name: "fair", namespace: "team" })],
      { region: fakeRegion({ schedulingPolicies: [policy({ tags: ownerTags({ ...identity, name: "else" }) })] }) },
      "awaited team_fair in AWS does not belong to SchedulingPolicy team/fair yet: its conditions say why",
    ],
  ])("%s", (_name, objects, change, expected) => {
    const found = resourceAt(key, thing, referring(objects, change));
    const text = found.kind === "resolved" ? found.arn : found.message;
    expect(`${found.kind === "unresolved" ? found.reason : found.kind} ${text}`).toBe(expected);
  });

  it("leads nowhere into a namespace that is not watched", () => {
    expect(resourceAt({ namespace: "elsewhere", name: "fair" }, thing, referring([]))).toMatchObject({
      reason: "NamespaceNotWatched",
    });
  });
});

describe("a name or an ARN", () => {
  const { tags } = policy();
  it.each<[string, string, readonly KubeObject[], Partial<Referring>, string | undefined]>([
    ["may be of a policy that nobody here owns", "mine", [], { namespace: "other" }, undefined],
    ["may be of the own namespace", arn, [shared()], {}, undefined],
    ["may not be of another namespace", arn, [shared()], { namespace: "other" }, "ReferenceNotAllowed"],
    [
      "may be of one that allows it",
      arn,
      [shared({ allowedNamespaces: { from: "All" } })],
      { namespace: "other" },
      undefined,
    ],
    ["may not be of one whose object is away", arn, [], { namespace: "other" }, "ReferenceNotAllowed"],
    ["must be of the place where it is used", arn.replace("eu-west-1", "us-east-1"), [shared()], {}, "RegionMismatch"],
    ["must be of the account", arn.replace("123456789012", "210987654321"), [shared()], {}, "RegionMismatch"],
    [
      "is unknown while the labels cannot be read",
      arn,
      [shared({ allowedNamespaces: { from: "Selector", selector: { matchLabels: { a: "b" } } } })],
      { namespace: "other", labels: new StoreError("Forbidden", "no") },
      "NamespaceUnreadable",
    ],
  ])("%s", (_name, text, objects, change, expected) => {
    const record = text === "mine" ? {} : { tags };
    expect(refusalOfName(text, record, thing, referring(objects, change))?.reason).toBe(expected);
  });

  it("may not be of a namespace that is not watched", () => {
    const elsewhere = ownerTags({ ...identity, namespace: "elsewhere" });
    expect(refusalOfName("team_fair", { tags: elsewhere }, thing, referring([]))?.reason).toBe("NamespaceNotWatched");
  });

  it.each<[string, string, readonly KubeObject[], string, string | undefined]>([
    ["may be what a namespace is going to have", "team_fair", [], "team", undefined],
    ["may be one without a prefix", "fair", [], "other", undefined],
    ["may not begin like the names of another namespace", "team_fair", [], "other", "ReferenceNotAllowed"],
    ["may not do so in another case", "TEAM_Fair", [], "other", "ReferenceNotAllowed"],
    ["may have the prefix of its own namespace in another case", "Team_fair", [], "team", undefined],
    ["may not be that of an object that does not allow it", "team_fair", [shared()], "other", "ReferenceNotAllowed"],
    [
      "may be that of an object that allows it",
      "team_fair",
      [shared({ allowedNamespaces: { from: "All" } })],
      "other",
      undefined,
    ],
    [
      "may not be another one of a namespace with such an object",
      "team_fair2",
      [shared({ allowedNamespaces: { from: "All" } })],
      "other",
      "ReferenceNotAllowed",
    ],
    [
      "may not be the default name of an object that has another one",
      "team_fair",
      [shared({ name: "else", allowedNamespaces: { from: "All" } })],
      "other",
      "ReferenceNotAllowed",
    ],
    ["may not be listed for another namespace", "legacy-fair", [], "other", "ReferenceNotAllowed"],
    ["may be listed for its own namespace", "legacy-fair", [], "team", undefined],
  ])("that AWS does not have %s", (_name, text, objects, namespace, expected) => {
    const { ports } = referring(objects);
    const listed = { ...settings, names: { allowedNames: [], adoptableNames: ["team/legacy-*"] } };
    const change = { namespace, ports: { ...ports, settings: listed } };
    expect(refusalOfName(text, undefined, thing, referring(objects, change))?.reason).toBe(expected);
  });
});

describe("what a name or an ARN leads to", () => {
  const missing = arn.replace("team_fair", "keys");
  const named = (region: FakeRegion, nameOrArn = missing) => resourceNamed(nameOrArn, thing, referring([], { region }));

  it("is itself, where the resource may be used, or where AWS has nothing of that name", () => {
    expect(named(fakeRegion({ schedulingPolicies: [policy({ name: "keys", tags: {} })] }))).toEqual({
      kind: "resolved",
      arn: missing,
    });
    expect(named(fakeRegion())).toEqual({ kind: "resolved", arn: missing });
  });

  it("is refused for what belongs to another namespace", () => {
    expect(resourceNamed(arn, thing, referring([shared()], { namespace: "other" }))).toMatchObject({
      reason: "ReferenceNotAllowed",
    });
  });

  it("is nothing where no resource can have the name, and AWS is not asked", () => {
    const region = fakeRegion();
    expect(named(region, `${arn} `)).toMatchObject({
      reason: "RegionMismatch",
      message: `${arn}  is not a scheduling policy of account 123456789012 in eu-west-1, where the queue is`,
    });
    expect(region.calls).toEqual([]);
  });

  it("is waited for while the object that has it is being deleted", () => {
    const going = shared({}, { deletionTimestamp: "2026-01-01T01:00:00Z" });
    expect(resourceNamed("team_fair", thing, referring([going]))).toEqual({
      kind: "awaited",
      arn,
      message: "SchedulingPolicy team/fair, which has team_fair, is being deleted",
    });
  });

  it("is not known before it has been read, and AWS is asked", () => {
    const region = fakeRegion();
    region.absent = false;
    const unknown = "whether this namespace may use the scheduling policy keys is not known, because it";
    expect(named(region)).toEqual({
      kind: "awaited",
      arn: missing,
      message: `${unknown} has not been read yet`,
      checkInMs: 2000,
    });
    expect(region.calls).toEqual(["expectAbsence scheduling-policy keys"]);
    const error = new AwsError("denied", "batch:DescribeSchedulingPolicies", "AccessDenied", "no");
    const failing = { ...region.snapshot(), failureOf: () => ({ error, since: 0, from: 0 }) };
    expect(named({ ...region, snapshot: () => failing })).toMatchObject({ message: `${unknown} cannot be read: no` });
  });
});

describe("labels of a namespace", () => {
  const selecting = shared({ allowedNamespaces: { from: "Selector", selector: { matchLabels: { a: "b" } } } });
  const objects = objectsOf([], { other: { a: "b" } });

  it("are read only where a target of another namespace asks for them", async () => {
    expect(await labelsAskedFor("other", [undefined, selecting], { objects }, signal)).toEqual({ a: "b" });
    expect(await labelsAskedFor("team", [selecting], { objects }, signal)).toBeUndefined();
    expect(await labelsAskedFor("other", [shared()], { objects }, signal)).toBeUndefined();
  });

  it("that may not be read are a matter for a person, others for another try", async () => {
    const failing = (error: StoreError): { objects: Objects } => ({
      objects: { ...objects, namespace: () => Promise.reject(error) },
    });
    const refused = new StoreError("Forbidden", "no");
    expect(await labelsAskedFor("other", [selecting], failing(refused), signal)).toBe(refused);
    const passing = new StoreError("Unavailable", "later");
    await expect(labelsAskedFor("other", [selecting], failing(passing), signal)).rejects.toBe(passing);
  });
});
