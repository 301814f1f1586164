import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../../../src/api/object.ts";
import type { ConsumableResourceSpec } from "../../../../src/api/v1alpha1/consumable-resource.ts";
import type { JobDefinitionSpec } from "../../../../src/api/v1alpha1/job-definition.ts";
import type { Consumable } from "../../../../src/aws/batch.ts";
import { withConsumables } from "../../../../src/controllers/kinds/job-definition/consumables.ts";
import { type Identity, ownerTags } from "../../../../src/controllers/ownership/ownership.ts";
import { defaultSettings } from "../../../../src/controllers/ports.ts";
import { fakeRegion, objectsOf } from "../../region.ts";
import { consumable, object, identity as seats } from "../consumable-resource/given.ts";
import { definition } from "./seen.ts";

const signal = new AbortController().signal;
const { cluster } = seats;
const settings = { ...defaultSettings, region: "eu-west-1" };
type List = NonNullable<NonNullable<JobDefinitionSpec["consumableResourceProperties"]>["consumableResourceList"]>;

const platform: Identity = { ...seats, namespace: "platform" };
const theirs = (allowed?: ConsumableResourceSpec["allowedNamespaces"]): KubeObject =>
  object(allowed === undefined ? {} : { allowedNamespaces: allowed }, { namespace: "platform" });
const theirsInAws: Consumable = consumable({
  consumableResourceName: "platform_seats",
  tags: ownerTags(platform),
});

function holds(...consumableResourceList: List): Partial<JobDefinitionSpec> {
  return { consumableResourceProperties: { consumableResourceList } };
}

async function named(
  spec: Partial<JobDefinitionSpec>,
  consumables: readonly Consumable[] = [consumable(), theirsInAws],
  ...objects: readonly KubeObject[]
) {
  const ports = { objects: objectsOf([object(), ...objects]), cluster, settings };
  const found = await withConsumables(
    definition(spec),
    fakeRegion({ consumableResources: consumables }),
    ports,
    signal,
  );
  const { object: whole, hindrances } = found;
  return {
    list: whole.spec.consumableResourceProperties?.consumableResourceList,
    nodes: whole.spec.nodeProperties?.nodeRangeProperties.map(
      (range) => range.consumableResourceProperties?.consumableResourceList,
    ),
    hindrances: hindrances.map((one) => (one.kind === "unresolved" ? one.reason : one.message)),
  };
}

describe("the consumables of a definition", () => {
  it("have their names in AWS in place of references", async () => {
    const spec = holds(
      { consumableResourceRef: { name: "seats" }, quantity: 2 },
      { consumableResource: "keys", quantity: 1 },
    );
    expect(await named(spec)).toMatchObject({
      list: [
        { consumableResource: "team_seats", quantity: 2 },
        { consumableResource: "keys", quantity: 1 },
      ],
      hindrances: [],
    });
  });

  it("are those of the nodes too", async () => {
    const range = { targetNodes: "0:", ...holds({ consumableResourceRef: { name: "seats" } }) };
    const spec = { nodeProperties: { numNodes: 1, mainNode: 0, nodeRangeProperties: [range] } };
    expect(await named(spec)).toMatchObject({ nodes: [[{ consumableResource: "team_seats" }]], hindrances: [] });
  });

  it("leave a definition without any as it is", async () => {
    const given = definition();
    const ports = { objects: objectsOf([]), cluster, settings };
    const found = await withConsumables(given, fakeRegion(), ports, signal);
    expect([found.object === given, found.hindrances]).toEqual([true, []]);
  });

  it.each<[string, List[number], readonly Consumable[], readonly KubeObject[], readonly string[]]>([
    ["that have no object", { consumableResourceRef: { name: "none" } }, [], [], ["ReferenceNotFound"]],
    [
      "that AWS does not have yet",
      { consumableResourceRef: { name: "seats" } },
      [],
      [],
      ["AWS does not have team_seats of ConsumableResource team/seats yet: its conditions say why"],
    ],
    [
      "that AWS has of somebody else",
      { consumableResourceRef: { name: "seats" } },
      [consumable({ tags: {} })],
      [],
      ["team_seats in AWS does not belong to ConsumableResource team/seats yet: its conditions say why"],
    ],
    [
      "of a namespace that does not allow it",
      { consumableResourceRef: { name: "seats", namespace: "platform" } },
      [theirsInAws],
      [theirs()],
      ["ReferenceNotAllowed"],
    ],
    [
      "of such a namespace by name",
      { consumableResource: "platform_seats" },
      [theirsInAws],
      [theirs()],
      ["ReferenceNotAllowed"],
    ],
    [
      "of another region or account by ARN",
      { consumableResource: "arn:aws:batch:eu-west-1:999999999999:consumable-resource/keys" },
      [],
      [],
      ["RegionMismatch"],
    ],
    [
      "of a namespace that is not watched",
      { consumableResourceRef: { name: "seats", namespace: "elsewhere" } },
      [],
      [],
      ["NamespaceNotWatched"],
    ],
  ])("keep a revision from being registered %s", async (_name, entry, consumables, objects, expected) => {
    expect((await named(holds(entry), consumables, ...objects)).hindrances).toEqual(expected);
  });

  it.each([[{ from: "All" } as const], [{ from: "Selector", selector: { matchLabels: { team: "x" } } } as const]])(
    "of another namespace may be held where it allows it: %j",
    async (allowed) => {
      const ports = {
        objects: objectsOf([theirs(allowed)], { team: { team: "x" } }),
        cluster,
        settings,
      };
      const spec = holds(
        { consumableResourceRef: { name: "seats", namespace: "platform" } },
        { consumableResource: "platform_seats" },
      );
      const region = fakeRegion({ consumableResources: [theirsInAws] });
      const { object: whole, hindrances } = await withConsumables(definition(spec), region, ports, signal);
      expect(hindrances).toEqual([]);
      expect(whole.spec).toMatchObject(
        holds({ consumableResource: "platform_seats" }, { consumableResource: "platform_seats" }),
      );
    },
  );

  it("of an object that is being deleted keep their name, so that a revision that names it stays", async () => {
    const leaving = object({}, { name: "old", uid: "uid-old", deletionTimestamp: "2026-01-02T00:00:00Z" });
    const found = await named(holds({ consumableResourceRef: { name: "old" } }), [], leaving);
    expect(found).toMatchObject({
      list: [{ consumableResource: "team_old" }],
      hindrances: ["ConsumableResource team/old is being deleted"],
    });
  });
});
