import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JobQueueKind, QuotaShareKind } from "../../../src/api/v1alpha1/kinds.ts";
import {
  belongsTo,
  defaultAwsName,
  foreignNamespaceIn,
  isClusterPrefix,
  prefixedAwsName,
  recordNameOf,
  recordTexts,
  textsOfRecord,
} from "../../../src/controllers/ownership/naming.ts";
import { object as queueObject } from "../kinds/job-queue/given.ts";
import { objectsOf } from "../region.ts";

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
const subdomain = fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,200}[a-z0-9])?$/).filter((name) => !name.includes(".."));

it.each<[string, string, string, number | undefined, RegExp]>([
  ["joins namespace and name", "team", "ce", undefined, /^team_ce$/],
  ["is cut when it is too long", "team", "x".repeat(200), undefined, /^team_x{114}_[0-9a-f]{8}$/],
  ["is cut to what the caller has room for", "team", "x".repeat(200), 110, /^team_x{96}_[0-9a-f]{8}$/],
  ["has no dots", "team", "a.b", undefined, /^team_a-b_[0-9a-f]{8}$/],
  ["may be as long as AWS allows", "team", "x".repeat(123), undefined, /^team_x{123}$/],
])("the default name %s", (_name, namespace, name, limit, expected) => {
  expect(defaultAwsName(namespace, name, limit)).toMatch(expected);
});

it("is a name for AWS, and never that of another object", () => {
  fc.assert(
    fc.property(label, subdomain, label, subdomain, fc.constantFrom(110, 128), (ns1, name1, ns2, name2, limit) => {
      const [first, second] = [defaultAwsName(ns1, name1, limit), defaultAwsName(ns2, name2, limit)];
      expect(first).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]*$/);
      expect(first.length).toBeLessThanOrEqual(limit);
      expect(first === second).toBe(ns1 === ns2 && name1 === name2);
    }),
  );
});

it("belongs to its own namespace, and is a free name to no other one", () => {
  fc.assert(
    fc.property(label, subdomain, label, fc.constantFrom(110, 128), (namespace, name, other, limit) => {
      const awsName = defaultAwsName(namespace, name, limit);
      expect(belongsTo(namespace, awsName)).toBe(true);
      expect(foreignNamespaceIn(awsName, namespace)).toBeUndefined();
      if (other === namespace) return;
      expect(belongsTo(other, awsName)).toBe(false);
      expect(foreignNamespaceIn(awsName, other)).toBe(namespace);
    }),
  );
});

it("with the name of the cluster in front is free to no other cluster or namespace, with or without such a name", () => {
  fc.assert(
    fc.property(label, label, subdomain, fc.constantFrom(110, 128), (cluster, namespace, name, limit) => {
      fc.pre(isClusterPrefix(cluster));
      const prefix = `${cluster}_`;
      const awsName = prefixedAwsName(prefix, namespace, name, limit);
      expect(awsName.length).toBeLessThanOrEqual(limit);
      expect(belongsTo(namespace, awsName, prefix)).toBe(true);
      expect(foreignNamespaceIn(awsName, namespace, prefix)).toBeUndefined();
      expect(foreignNamespaceIn(awsName, `x${namespace}`.slice(0, 63), prefix)).toBe(namespace);
      expect(foreignNamespaceIn(awsName, namespace, "another_")).toBe(cluster);
    }),
  );
});

it.each([
  ["blue", true],
  ["x".repeat(32), true],
  ["x".repeat(33), false],
  ["Blue", false],
  ["blue_2", false],
  ["blue.2", false],
  ["default", true],
])("a cluster named %s can be the beginning of names: %s", (cluster, expected) => {
  expect(isClusterPrefix(cluster)).toBe(expected);
});

it.each([
  ["prod_q", "prod"],
  ["prod_q_2", "prod"],
  ["a_", "a"],
  ["team_q", undefined],
  ["prod-q", undefined],
  ["_q", undefined],
  ["Prod_q", undefined],
  ["-prod_q", undefined],
  ["prod-_q", undefined],
  [`${"x".repeat(63)}_q`, "x".repeat(63)],
  [`${"x".repeat(64)}_q`, undefined],
])("an object in team that names %s uses the prefix of namespace %s", (awsName, expected) => {
  expect(foreignNamespaceIn(awsName, "team")).toBe(expected);
});

describe("the record of an object", () => {
  const share = (spec: object, annotations?: Readonly<Record<string, string>>, status?: object) => ({
    metadata: { namespace: "team", name: "s", ...(annotations === undefined ? {} : { annotations }) },
    spec,
    status,
  });
  const shown = { arn: "arn:aws:batch:r:1:job-queue/shown/quota-share/team_s" };
  const objects = objectsOf([queueObject({ jobQueueName: "named" })]);
  const within = { "awsbatch.dev/within": "noted" };

  it.each<[string, string | undefined, ReturnType<typeof share>]>([
    ["has the name of the queue that it references", "named/team_s", share({ jobQueueRef: { name: "q" } })],
    ["has the name that it gives for the queue", "other/team_s", share({ jobQueue: "other" })],
    ["has the name in an ARN", "x/mine", share({ jobQueue: "arn:aws:batch:r:1:job-queue/x", quotaShareName: "mine" })],
    ["is not known without the queue", undefined, share({ jobQueueRef: { name: "none" } })],
    ["is where it was noted, without the queue", "noted/team_s", share({ jobQueueRef: { name: "none" } }, within)],
    ["stays where it was noted", "noted/team_s", share({ jobQueueRef: { name: "q" } }, within)],
    ["stays where the spec says", "other/team_s", share({ jobQueue: "other" }, within)],
    ["stays where AWS had it", "shown/team_s", share({ jobQueueRef: { name: "q" } }, undefined, shown)],
    ["is where it was noted before", "noted/team_s", share({ jobQueueRef: { name: "q" } }, within, shown)],
    ["is not known by an ARN that is none", undefined, share({}, undefined, { arn: "x/y" })],
    ["is not known by a name that no queue can have", undefined, share({ jobQueue: "arn:aws:batch:r:1:job-queue/ " })],
    ["is not known by a note that is none", undefined, share({}, { "awsbatch.dev/within": "a/b" })],
    ["is nowhere without a valid spec", undefined, share({})],
  ])("%s", (_name, expected, object) => {
    expect(recordNameOf(QuotaShareKind, object, objects)).toBe(expected);
    // And an index finds it by that.
    const texts =
      expected === undefined ? [] : textsOfRecord(QuotaShareKind, expected, (kind, name) => objects.named(kind, name));
    const found = recordTexts(QuotaShareKind, object).filter((text) => texts.includes(text));
    expect(found).toHaveLength(expected === undefined ? 0 : 1);
  });

  it("has the name alone where that is unique", () => {
    expect(recordNameOf(JobQueueKind, queueObject(), objects)).toBe("team_q");
  });
});
