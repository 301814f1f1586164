import { expect, it } from "vitest";
import type { KubeObject } from "../../../../src/api/object.ts";
import { rolesAskedBy } from "../../../../src/controllers/parts/roles/desired.ts";
import { makersOf } from "../../../../src/controllers/parts/roles/makers.ts";
import { role as roleManifest } from "../../../manifests.ts";
import { objectsOf } from "../../region.ts";
import { definition } from "../network/given.ts";
import { place } from "./given.ts";

const cluster = { name: "default", uid: "cluster-1" };
const owner = definition("owner", { type: "container", iam: { jobRole: {} } });
const sharing = definition("sharing", { type: "container", iam: { jobRole: { name: "builders" } } });
const batchRole = (name: string, roleName?: string): KubeObject => {
  const { metadata } = definition(name, {});
  return { ...roleManifest(name, roleName === undefined ? {} : { roleName }), metadata } as KubeObject;
};
const nameOf = (object: KubeObject): string => rolesAskedBy(object, cluster, place)[0]?.name ?? "";
const found = (name: string, ...objects: readonly KubeObject[]) =>
  makersOf(name, { objects: objectsOf(objects) }).map(({ kind, metadata }) => `${kind} ${metadata.name}`);

it("the object with a role of its own, and the BatchRole of a name, are found by the name in IAM", () => {
  const all = [owner, sharing, batchRole("builders")];
  expect(found(nameOf(owner), ...all)).toEqual(["JobDefinition owner"]);
  expect(found(nameOf(batchRole("builders")), ...all)).toEqual(["BatchRole builders"]);
});

it("a BatchRole that gives the name of another object's role is found with it", () => {
  expect(found(nameOf(owner), owner, batchRole("greedy", nameOf(owner)))).toEqual([
    "JobDefinition owner",
    "BatchRole greedy",
  ]);
});
