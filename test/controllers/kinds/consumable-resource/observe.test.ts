import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../../../src/api/object.ts";
import type { RevisionSeen } from "../../../../src/aws/region.ts";
import { observe, report } from "../../../../src/controllers/kinds/consumable-resource.ts";
import { statusOf } from "../../../../src/controllers/kinds/resource/report.ts";
import { ownerTags } from "../../../../src/controllers/ownership/ownership.ts";
import type { Ports } from "../../../../src/controllers/ports.ts";
import { VirtualClock } from "../../../../src/runtime/clock.ts";
import { fakeRegion, objectsOf } from "../../region.ts";
import { arn, consumable, identity, now, object, seen, settings } from "./given.ts";

const signal = new AbortController().signal;
const leaving = object({}, { deletionTimestamp: "2026-01-02T00:00:00Z" });

function portsWith(...objects: readonly KubeObject[]): Ports {
  return {
    clock: new VirtualClock(now),
    objects: objectsOf(objects),
    cluster: identity.cluster,
    settings,
  } as unknown as Ports;
}

function definition(name: string, entry: object, spec: object = {}, namespace = "team"): KubeObject {
  return {
    ...object({}, { name, namespace, uid: `uid-${name}` }),
    kind: "JobDefinition",
    spec: { type: "container", consumableResourceProperties: { consumableResourceList: [entry] }, ...spec },
  };
}

function revision(name: string, consumables: readonly string[], cluster = identity.cluster.name): RevisionSeen {
  const tags = ownerTags({ ...identity, cluster: { name: cluster, uid: "" }, name });
  return {
    name: `team_${name}`,
    revision: 1,
    arn: "",
    type: "container",
    tags,
    fingerprint: "",
    roles: [],
    consumables,
  };
}

const usersOf = async (definitions: readonly RevisionSeen[] | undefined, ...objects: readonly KubeObject[]) => {
  const kept = definitions?.map((one) => [one.name, [one]] as const);
  const region = fakeRegion({ consumableResources: [consumable()], jobDefinitions: kept && new Map(kept) });
  return (await observe(leaving, region, portsWith(leaving, ...objects), signal)).users;
};

describe("the definitions that name a consumable", () => {
  it("refer to its object, or to its name or ARN in AWS", async () => {
    expect(
      await usersOf(
        [],
        definition("by-ref", { consumableResourceRef: { name: "seats" } }),
        definition("by-name", { consumableResource: "team_seats" }),
        definition("by-arn", { consumableResource: arn }),
        definition("another", { consumableResourceRef: { name: "seats", namespace: "else" } }),
        definition("elsewhere", { consumableResource: "team_seats" }, { region: "us-east-1" }),
        definition("barred", { consumableResource: "team_seats" }, {}, "mallory"),
      ),
    ).toEqual(["team/by-arn", "team/by-name", "team/by-ref"]);
  });

  it("have a revision that names it, for which jobs would wait until the spec is registered", async () => {
    const revisions = [
      revision("changed", ["team_seats"]),
      revision("other", ["team_else"]),
      revision("theirs", ["team_seats"], "other-cluster"),
    ];
    expect(await usersOf(revisions)).toEqual(["team/changed"]);
  });

  it("are none of a namespace that may not name it any more, whatever was registered while it might", async () => {
    const barred = {
      ...revision("guest", ["team_seats"]),
      tags: ownerTags({ ...identity, namespace: "mallory", name: "guest" }),
    };
    expect(await usersOf([barred])).toEqual([]);
  });

  it("are not known before they have been read", async () => {
    expect(await usersOf(undefined)).toBeUndefined();
  });

  it("are asked for by a deletion only", async () => {
    const region = fakeRegion({ consumableResources: [consumable()] });
    const found = await observe(object(), region, portsWith(object()), signal);
    expect([found.name, found.arn, found.record?.totalQuantity, found.users]).toEqual(["team_seats", arn, 10, []]);
  });
});

describe("what AWS gives out of a consumable", () => {
  const seenAfter = async (sinceWriteMs: number) => {
    const region = fakeRegion({ consumableResources: [consumable({ availableQuantity: 4 })] });
    const snapshot = () => ({ ...region.snapshot(), lastWriteAt: () => now - sinceWriteMs });
    const found = await observe(object(), { ...region, snapshot }, portsWith(object()), signal);
    return [found.record?.availableQuantity, found.availabilityInMs];
  };

  it("is not believed for 30 s after our last write, for AWS may describe what was before", async () => {
    expect(await seenAfter(0)).toEqual([undefined, 30_000]);
    expect(await seenAfter(29_999)).toEqual([undefined, 1]);
  });

  it("is believed from then on", async () => {
    expect(await seenAfter(30_000)).toEqual([4, 0]);
  });
});

it("reports what AWS has of it", () => {
  expect(statusOf("consumableResources", seen().record, report)).toEqual({
    arn,
    name: "team_seats",
    totalQuantity: 10,
    inUseQuantity: 0,
  });
  expect(statusOf("consumableResources", seen({ record: undefined }).record, report)).toEqual({});
});
