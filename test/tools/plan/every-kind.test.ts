import { beforeAll, describe, expect, test } from "vitest";
import { kinds } from "../../../src/api/v1alpha1/kinds.ts";
import { describedResources } from "../../../src/aws/resources/index.ts";
import { MemoryStore } from "../../../src/kube/memory-store.ts";
import { snapshotOf } from "../../../src/page/server/snapshot.ts";
import { decide } from "../../../src/tools/import/decide.ts";
import { foundIn } from "../../../src/tools/import/found.ts";
import { crds, withSchemaDefaults } from "../../../src/tools/manifests.ts";
import { type BatchRecords, readBatch } from "../../../src/tools/plan/copy/batch.ts";
import { namedIn } from "../../../src/tools/plan/objects.ts";
import { knownOf } from "../../page/server/objects.ts";
import { createWorld, type World } from "../../world.ts";
import { others, planned, tried, worldOf } from "./tried.ts";

/**
 * Each kind of the registry goes through AWS, the page, `import` and `plan`. What `plan` says of a change of each of its
 * fields, and of its deletion, is in titles.test.ts. A kind that is registered and known nowhere else fails here.
 */

const { signal } = new AbortController();
/** A job is none that AWS keeps, and has tests of its own. */
const kept = kinds.filter(({ records }) => records !== undefined);
const given = [...others, ...tried];
let world: World;
let records: BatchRecords;

beforeAll(async () => {
  world = await worldOf(given);
  records = await readBatch(world.aws.batch, { ...world.aws, partition: "aws" }, signal);
});

interface Tagged {
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** The ARN and the tags of everything. */
function taggedIn(all: BatchRecords): readonly (readonly [arn: string, tags: object])[] {
  const described = Object.entries(describedResources).flatMap(([key, resource]) =>
    (all[key as keyof BatchRecords] as readonly Tagged[]).map(
      (one) => [resource.arn(one as never), one.tags ?? {}] as const,
    ),
  );
  return [...described, ...all.jobDefinitions.map((one) => [one.jobDefinitionArn ?? "", one.tags ?? {}] as const)];
}

describe.each(kept.map((kind) => [kind.kind, kind] as const))("%s", (name, { records: key }) => {
  const [manifest] = tried.filter((one) => one.kind === name);

  test("has an object that the tests of plan try", () => {
    expect(manifest?.kind).toBe(name);
  });

  test("is Ready, and AWS has it", () => {
    expect(world.condition(name, "tried", "Ready")).toMatchObject({ status: "True" });
    expect(key !== undefined && records[key].length).toBeGreaterThan(0);
    expect(namedIn(records).filter((one) => one.kind === name)).not.toEqual([]);
  });

  test("is on the page, with its name in AWS", () => {
    const item = Object.values(snapshotOf(knownOf(world.store.objects()), false).items).find(
      (one) => one.kind === name && one.name === "tried",
    );
    expect(item).toMatchObject({ state: "Current", awsName: expect.stringContaining("tried") });
  });
});

test("what import writes of every kind is adopted without a change", async () => {
  // Whoever imports has no operator yet, which would keep its tags.
  await world.stop();
  for (const [arn, tags] of taggedIn(records)) {
    const tagKeys = Object.keys(tags).filter((key) => key.startsWith("awsbatch.dev/"));
    if (tagKeys.length > 0) await world.aws.outside.untagResource({ resourceArn: arn, tagKeys });
  }
  await world.clock.advance(60_000);
  const read = await readBatch(world.aws.batch, { ...world.aws, partition: "aws" }, signal);
  const made = decide(foundIn({ name: world.aws.region, records: read }), {
    namespace: "team",
    region: world.aws.region,
    names: ["*"],
    retain: false,
    keptValues: [],
    clusterName: "default",
    clusterPrefix: "",
    ignoreTagKeys: [],
    crds,
    known: new Map(),
  });
  expect([made.inexpressible, made.skipped]).toEqual([[], []]);
  const manifests = made.objects.map(({ manifest }) => manifest as never);
  let uids = 0;
  const store = new MemoryStore({ clock: world.clock, newUid: () => `uid-${++uids}`, admit: withSchemaDefaults });
  const next = await createWorld({ clock: world.clock, aws: world.aws, store });
  const entries = await planned(next, manifests, { adoptableNames: ["*/*"] });
  expect(new Set(entries.map(({ kind }) => kind))).toEqual(new Set(kept.map(({ kind }) => kind)));
  expect(
    entries.flatMap(({ kind, name, title }) =>
      title.endsWith(": these tags, nothing else") ? [] : [`${kind} ${name} ${title}`],
    ),
  ).toEqual([]);
  await next.stop();
});
