import { describe, expect, it } from "vitest";
import type { JobDefinition } from "../../../../src/api/v1alpha1/job-definition.ts";
import { AwsError, type FailureKind } from "../../../../src/aws/errors.ts";
import type { BatchSnapshot, RevisionSeen } from "../../../../src/aws/region.ts";
import {
  definitionNameOf,
  observe,
  outdated,
  refresh,
} from "../../../../src/controllers/kinds/job-definition/observe.ts";
import type { Seen } from "../../../../src/controllers/kinds/job-definition/seen.ts";
import { identityOf, ownerTags } from "../../../../src/controllers/ownership/ownership.ts";
import { defaultSettings } from "../../../../src/controllers/ports.ts";
import { VirtualClock } from "../../../../src/runtime/clock.ts";
import { objectsOf } from "../../region.ts";
import { another, days, definition, foreign, identity, now, ours } from "./seen.ts";

const { signal } = new AbortController();

function region(
  cached: readonly RevisionSeen[] | undefined,
  live: readonly RevisionSeen[] = [],
  absent = true,
  given: Partial<BatchSnapshot> = {},
) {
  const asked: string[] = [];
  const snapshotOf = (revisions: readonly RevisionSeen[] | undefined): BatchSnapshot => ({
    listedAt: now,
    failure: undefined,
    failingSince: undefined,
    definitionsFailure: undefined,
    failureOf: () => undefined,
    hasRead: () => true,
    computeEnvironments: new Map(),
    jobQueues: new Map(),
    schedulingPolicies: new Map(),
    serviceEnvironments: new Map(),
    consumableResources: new Map(),
    quotaShares: new Map(),
    jobDefinitions:
      revisions === undefined ? undefined : new Map(revisions.length === 0 ? [] : [["team_job", revisions]]),
    isAbsent: () => absent,
    isAsked: () => false,
    isSettled: () => absent,
    showsQueuesOf: () => absent,
    lastWriteAt: () => 0,
    ...given,
  });
  return {
    asked,
    account: "111122223333",
    region: "eu-west-1",
    partition: "aws",
    snapshot: () => snapshotOf(cached),
    refreshDefinition: async (name: string) => {
      asked.push(name);
      return snapshotOf(live);
    },
    definitionBody: async (arn: string) => {
      const number = Number(arn.slice(arn.lastIndexOf(":") + 1));
      asked.push(`body of revision ${number}`);
      return {
        jobDefinitionName: "team_job",
        jobDefinitionArn: arn,
        revision: number,
        type: "container",
        containerProperties: { image: "busybox:2" },
      };
    },
  };
}

function ports(...objects: readonly JobDefinition[]) {
  return {
    clock: new VirtualClock(now),
    cluster: identity.cluster,
    settings: { ...defaultSettings, region: "eu-west-1" },
    objects: objectsOf(objects),
  };
}

function other(name: string, createdAt: string, spec: Partial<JobDefinition["spec"]> = {}): JobDefinition {
  const object = definition({ jobDefinitionName: "team_job", ...spec });
  return { ...object, metadata: { ...object.metadata, name, uid: `u-${name}`, creationTimestamp: createdAt } };
}

const deleted = (object: JobDefinition): JobDefinition => ({
  ...object,
  metadata: { ...object.metadata, deletionTimestamp: "2026-01-15T00:00:00Z" },
});

describe("observe", () => {
  it("takes everything from the cache at rest", async () => {
    const aws = region([ours(1)]);
    const seen = await observe(definition(), aws, ports(definition()), signal);
    expect(seen).toMatchObject({
      identity,
      name: "team_job",
      unversionedArn: "arn:aws:batch:eu-west-1:111122223333:job-definition/team_job",
      revisions: [ours(1)],
      absent: false,
      claimedBy: undefined,
      giveWay: [],
      registeredBefore: false,
    });
    expect(aws.asked).toEqual([]);
  });

  it.each([
    ["believes an absence that may be believed", [], true, { revisions: [], absent: true }, []],
    ["asks AWS about any other absence", [], false, { revisions: [foreign(1)], absent: false }, ["team_job"]],
  ])("%s", async (_name, cached, absent, seen, asked) => {
    const aws = region(cached, [foreign(1)], absent);
    expect(await observe(definition(), aws, ports(), signal)).toMatchObject(seen);
    expect(aws.asked).toEqual(asked);
  });

  it("leaves it to the region to read again after a write of ours", async () => {
    const aws = region([], [foreign(1)], false, { lastWriteAt: () => now - 4000 });
    expect(await observe(definition(), aws, ports(), signal)).toMatchObject({ revisions: [], absent: false });
    expect(aws.asked).toEqual([]);
  });

  it("waits for the first listing of the region", async () => {
    const clock = new VirtualClock(now);
    const [before, after] = [region(undefined), region([ours(1)])];
    const aws = { ...after, snapshot: () => (clock.now() < now + 250 ? before : after).snapshot() };
    const seen = observe(definition(), aws, { ...ports(), clock }, signal);
    await clock.advance(1000);
    expect(await seen).toMatchObject({ revisions: [ours(1)] });
  });

  const failureOf = (kind: FailureKind) => new AwsError(kind, "batch:DescribeJobDefinitions", "Exception", "no");

  it.each<[string, FailureKind, readonly RevisionSeen[] | undefined]>([
    ["a permission is missing, also when it knows what they were", "denied", [ours(1)]],
    ["the credentials are wrong, also when it knows what they were", "credentials", [ours(1)]],
    ["they are throttled before they were known", "throttled", undefined],
  ])("rejects as long as the job definitions cannot be read: %s", async (_why, kind, known) => {
    const definitionsFailure = failureOf(kind);
    const aws = region(known, [], true, { definitionsFailure });
    await expect(observe(definition(), aws, ports(), signal)).rejects.toBe(definitionsFailure);
  });

  it.each<FailureKind>(["throttled", "unavailable", "invalid", "unknown"])(
    "goes on with what is known while a later listing fails as %s, and says since when it is outdated",
    async (kind) => {
      const definitionsFailure = failureOf(kind);
      const aws = region([ours(1)], [], true, { definitionsFailure, definitionsFailingSince: now - 60_000 });
      expect(await observe(definition(), aws, ports(), signal)).toMatchObject({ revisions: [ours(1)] });
      expect(outdated(aws)).toEqual({ kind: "failing", error: definitionsFailure, since: now - 60_000 });
      expect(outdated(region([ours(1)]))).toBeUndefined();
    },
  );

  it("reads AWS itself before a deleted object is released next to others' revisions", async () => {
    const aws = region([foreign(2)], [foreign(2), ours(1)]);
    const seen = await observe(deleted(definition()), aws, ports(), signal);
    expect(seen.revisions).toEqual([foreign(2), ours(1)]);
    expect(aws.asked).toEqual(["team_job"]);
  });

  it("trusts the cache for a deleted object of which revisions are left", async () => {
    const aws = region([ours(1)]);
    await observe(deleted(definition()), aws, ports(), signal);
    expect(aws.asked).toEqual([]);
  });
});

describe("the body of the highest revision", () => {
  const differing = ours(1, days, { fingerprint: another });
  const annotated = (annotation: string): JobDefinition => {
    const object = definition();
    return { ...object, metadata: { ...object.metadata, annotations: { [`awsbatch.dev/${annotation}`]: "true" } } };
  };
  const image = {
    path: "spec.containerProperties.image",
    kind: "register",
    why: "a revision never changes: another body is another revision",
    from: '"busybox:2"',
    to: '"busybox:1"',
  };

  it.each([
    ["the object is held by dry-run", annotated("dry-run"), [differing]],
    ["the object is held by pause", annotated("paused"), [differing]],
    [
      "the object adopts only what matches",
      definition({ adoptionPolicy: "IfMatching" }),
      [foreign(1, { fingerprint: another })],
    ],
  ])("is read and compared with the spec when %s", async (_why, object, revisions) => {
    const aws = region(revisions);
    expect((await observe(object, aws, ports(), signal)).bodyChanges).toEqual([image]);
    expect(aws.asked).toEqual(["body of revision 1"]);
  });

  it.each([
    ["it is as the spec says", annotated("dry-run"), [ours(1)]],
    ["the spec is about to be registered above it", definition(), [differing]],
    ["the object has adopted what it found", definition({ adoptionPolicy: "IfMatching" }), [differing]],
    ["the object takes no name over", definition(), [foreign(1, { fingerprint: another })]],
    ["the object is being deleted", deleted(annotated("dry-run")), [differing]],
    ["there is no revision", annotated("dry-run"), []],
  ])("costs no call when %s", async (_why, object, revisions) => {
    const aws = region(revisions);
    expect((await observe(object, aws, ports(), signal)).bodyChanges).toEqual([]);
    expect(aws.asked).toEqual([]);
  });
});

describe("of objects that claim one name", () => {
  const self = { ...definition({ jobDefinitionName: "team_job" }) };
  const claims = (...others: readonly JobDefinition[]) => observe(self, region([]), ports(self, ...others), signal);

  it("the older one owns it", async () => {
    const seen = await claims(other("b", "2025-12-31T00:00:00Z"), other("c", "2025-12-30T00:00:00Z"));
    expect(seen).toMatchObject({ claimedBy: "team/c", giveWay: [] });
  });

  it("the oldest gives way to none, and takes nothing that the tags give to another", async () => {
    const seen = await claims(other("b", "2026-01-02T00:00:00Z"), other("c", "2026-01-03T00:00:00Z"));
    expect(seen).toMatchObject({ claimedBy: undefined, giveWay: [] });
  });

  describe("where revisions stand, the owner of the highest of theirs by AWS's tags has the name", () => {
    const [older, younger] = [other("a", "2025-12-31T00:00:00Z"), other("z", "2026-01-02T00:00:00Z")];
    const of = (revision: number, rival: JobDefinition): RevisionSeen =>
      foreign(revision, { tags: ownerTags(identityOf(rival, identity.cluster)) });
    const retainedFrom = (name: string): RevisionSeen =>
      foreign(1, { tags: { "awsbatch.dev/retained-from": `default/team/${name}` } });
    const taken = { cluster: { ...identity.cluster, uid: "c2", takeOverUid: identity.cluster.uid } };
    const self = definition({ jobDefinitionName: "team_job" });

    it.each<[string, readonly RevisionSeen[], Partial<Seen>]>([
      ["this one, though it is not the oldest", [ours(1)], { claimedBy: undefined }],
      ["this one, above what another had before", [of(1, older), ours(2)], { claimedBy: undefined }],
      ["this one, under what is nobody's", [foreign(3), ours(2)], { claimedBy: undefined }],
      ["an older one, above what this one had before", [of(2, older), ours(1)], { claimedBy: "team/a", giveWay: [] }],
      ["a younger one", [of(1, younger)], { claimedBy: "team/z", giveWay: [] }],
      ["a younger one that Retain took it from", [retainedFrom("z")], { claimedBy: "team/z", giveWay: [] }],
      ["this one, from which Retain took it", [retainedFrom("job")], { claimedBy: undefined }],
      ["none of them, so that the age decides", [foreign(1)], { claimedBy: "team/a", giveWay: [] }],
    ])("%s", async (_name, revisions, expected) => {
      expect(await observe(self, region(revisions), ports(self, older, younger), signal)).toMatchObject(expected);
    });

    it("all others give way to it, whatever their age", async () => {
      const seen = await observe(self, region([ours(1)]), ports(self, older, younger), signal);
      expect(seen.giveWay).toEqual(["default/team/a", "default/team/z"]);
    });

    it("also after the loss of a cluster that is taken over", async () => {
      const seen = await observe(self, region([ours(1)]), { ...ports(self, older), ...taken }, signal);
      expect(seen).toMatchObject({ claimedBy: undefined, giveWay: ["default/team/a"] });
    });
  });

  it("the first by namespace and name owns it when they are of one age", async () => {
    expect(await claims(other("a", "2026-01-01T00:00:00Z"))).toMatchObject({ claimedBy: "team/a" });
    expect(await claims(other("z", "2026-01-01T00:00:00Z"))).toMatchObject({ claimedBy: undefined });
  });

  it("one in another region has nothing to do with it", async () => {
    const seen = await claims(other("a", "2025-12-31T00:00:00Z", { region: "us-east-1" }));
    expect(seen.claimedBy).toBeUndefined();
  });

  it("one that names the operator's own region is in the same region", async () => {
    const seen = await claims(other("a", "2025-12-31T00:00:00Z", { region: "eu-west-1" }));
    expect(seen.claimedBy).toBe("team/a");
  });
});

describe("the AWS name", () => {
  it.each([
    ["is given by the spec", definition({ jobDefinitionName: "given" }), "given"],
    ["is namespace and name when the spec gives none", definition(), "team_job"],
  ])("%s", (_name, object, name) => {
    expect(definitionNameOf(object)).toBe(name);
  });

  it("is what refresh lists", async () => {
    const aws = region([]);
    await refresh(definition(), aws, signal);
    expect(aws.asked).toEqual(["team_job"]);
  });
});
