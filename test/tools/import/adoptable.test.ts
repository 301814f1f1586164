import { describe, expect, it } from "vitest";
import { ownerTags, retainedFromTag } from "../../../src/controllers/ownership/ownership.ts";
import { type Adopter, gone } from "../../../src/tools/import/adoptable.ts";
import type { Found } from "../../../src/tools/import/found.ts";
import { importedKinds } from "../../../src/tools/import/kinds.ts";

const adopter: Adopter = { clusterName: "default", namespace: "team" };
const object = { kind: "BatchComputeEnvironment", region: "us-east-1", awsName: "ce", name: "ce" } as const;
const [importing] = importedKinds.filter(({ kind }) => kind.kind === object.kind);

function found(change: Partial<Found>): Found {
  if (importing === undefined) throw new Error(`${object.kind} is not imported`);
  const { kind, region, awsName } = object;
  return { importing, kind, region, awsName, record: { status: "VALID" }, tags: {}, ...change };
}

const tags = (name: string, cluster = "default") =>
  ownerTags({ cluster: { name: cluster, uid: "u" }, namespace: "team", name, uid: "1" });

describe("an object of which there is a manifest", () => {
  it.each<readonly [string, readonly Found[]]>([
    ["there is nothing", []],
    ["it is being deleted", [found({ record: { status: "DELETING" } })]],
    ["the name is in another region", [found({ region: "eu-west-1" })]],
    ["the name is of another kind", [found({ kind: "JobQueue" })]],
    ["another object has something", [found({ awsName: "ce-1", tags: tags("other") })]],
    ["the object of another cluster has something", [found({ awsName: "ce-1", tags: tags("ce", "else") })]],
  ])("is gone where %s", (_case, all) => {
    expect(gone([object], all, adopter)).toEqual([object]);
  });

  it.each<readonly [string, readonly Found[]]>([
    ["has its name", [found({})]],
    ["is its successor", [found({ awsName: "ce-1", tags: tags("ce") })]],
    ["was left behind by it", [found({ awsName: "ce-1", tags: { [retainedFromTag]: "default/team/ce" } })]],
  ])("is not gone where something %s", (_case, all) => {
    expect(gone([object], all, adopter)).toEqual([]);
  });
});
