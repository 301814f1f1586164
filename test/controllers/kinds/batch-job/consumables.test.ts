import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../../../src/api/object.ts";
import type { BatchJobSpec } from "../../../../src/api/v1alpha1/batch-job.ts";
import { consumablesOf } from "../../../../src/controllers/kinds/batch-job/consumables.ts";
import { ownerTags } from "../../../../src/controllers/ownership/ownership.ts";
import { defaultSettings } from "../../../../src/controllers/ports.ts";
import { type FakeRegion, fakeRegion, objectsOf } from "../../region.ts";
import { consumable, identity, object } from "../consumable-resource/given.ts";
import { jobObject } from "./seen.ts";

const signal = new AbortController().signal;
const ports = (...objects: readonly KubeObject[]) => ({
  objects: objectsOf(objects),
  cluster: identity.cluster,
  settings: { ...defaultSettings, region: "eu-west-1" },
});
type List = NonNullable<NonNullable<BatchJobSpec["consumableResourcePropertiesOverride"]>["consumableResourceList"]>;
const holds = (...consumableResourceList: List) => ({
  consumableResourcePropertiesOverride: { consumableResourceList },
});

const seats = { consumableResourceRef: { name: "seats" }, quantity: 2 };
const theirs = consumable({
  consumableResourceName: "platform_seats",
  tags: ownerTags({ ...identity, namespace: "platform" }),
});

async function found(spec: Partial<BatchJobSpec>, region: FakeRegion, ...objects: readonly KubeObject[]) {
  return await consumablesOf(jobObject(spec), { region, ports: ports(...objects), signal });
}

describe("the consumables of a job", () => {
  it("have their names in AWS in place of references, also those of nodes", async () => {
    const region = fakeRegion({ consumableResources: [consumable()] });
    const nodePropertyOverrides = [{ targetNodes: "0:", ...holds(seats) }, { targetNodes: "1:" }];
    const spec = { ...holds(seats), nodeOverrides: { numNodes: 2, nodePropertyOverrides } };
    const named = holds({ consumableResource: "team_seats", quantity: 2 });
    expect(await found(spec, region, object())).toEqual({
      kind: "resolved",
      overrides: {
        ...named,
        nodeOverrides: {
          numNodes: 2,
          nodePropertyOverrides: [{ targetNodes: "0:", ...named }, { targetNodes: "1:" }],
        },
      },
    });
  });

  it("are those of the definition where the job names none", async () => {
    expect(await found({ nodeOverrides: { numNodes: 2 } }, fakeRegion())).toEqual({ kind: "resolved", overrides: {} });
  });

  it.each<[string, List[number], readonly KubeObject[], object]>([
    [
      "that have no object",
      seats,
      [],
      {
        kind: "waiting",
        reason: "ReferenceNotFound",
        message:
          "there is no ConsumableResource team/seats: create it, or delete this object and create it again with another reference",
      },
    ],
    [
      "that AWS does not have yet",
      seats,
      [object()],
      {
        kind: "waiting",
        reason: "WaitingForConsumable",
        message: "AWS does not have team_seats of ConsumableResource team/seats yet: its conditions say why",
      },
    ],
    [
      "of a namespace that does not allow it, by their name",
      { consumableResource: "platform_seats" },
      [object({}, { namespace: "platform" })],
      { kind: "refused", reason: "ReferenceNotAllowed" },
    ],
  ])("keep it from being submitted %s", async (_name, entry, objects, expected) => {
    expect(await found(holds(entry), fakeRegion({ consumableResources: [theirs] }), ...objects)).toMatchObject(
      expected,
    );
  });

  it("named in AWS are read before it is submitted: they may belong to another namespace", async () => {
    const region = fakeRegion();
    region.absent = false;
    expect(await found(holds({ consumableResource: "keys" }), region)).toEqual({
      kind: "waiting",
      reason: "WaitingForConsumable",
      message:
        "whether this namespace may use the consumable resource keys is not known, because it has not been read yet",
      checkInMs: 2000,
    });
    expect(region.calls).toEqual(["expectAbsence consumable-resource keys"]);
    region.absent = true;
    expect(await found(holds({ consumableResource: "keys" }), region)).toMatchObject({ kind: "resolved" });
  });
});
