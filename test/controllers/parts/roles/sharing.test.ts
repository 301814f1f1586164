import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../../../src/api/object.ts";
import { rolesAnnotation } from "../../../../src/api/v1alpha1/annotations.ts";
import { identityOf } from "../../../../src/controllers/ownership/ownership.ts";
import { desiredRolesOf } from "../../../../src/controllers/parts/roles/desired.ts";
import { askingFor, conflictsOf, othersIn } from "../../../../src/controllers/parts/roles/sharing.ts";
import { countedSpecs } from "../../counted-specs.ts";
import { objectsOf } from "../../region.ts";
import { definition } from "../network/given.ts";
import { place } from "./given.ts";

const cluster = { name: "default", uid: "cluster-1" };
const readOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess";

interface Asking {
  readonly role?: object;
  readonly namespace?: string;
  readonly created?: string;
  readonly note?: string;
  readonly going?: boolean;
}

function asking(name: string, { role, namespace = "team", created = "2026-01-02", note, going }: Asking): KubeObject {
  const base = definition(name, { type: "container", ...(role === undefined ? {} : { iam: { jobRole: role } }) });
  return {
    ...base,
    metadata: {
      ...base.metadata,
      namespace,
      uid: `uid-${namespace}-${name}`,
      creationTimestamp: `${created}T00:00:00Z`,
      annotations: note === undefined ? {} : { [rolesAnnotation]: note },
      ...(going === true ? { deletionTimestamp: "2026-01-03T00:00:00Z" } : {}),
    },
  };
}

const rolesOf = (object: KubeObject) =>
  desiredRolesOf((object.spec as { readonly iam?: object }).iam, identityOf(object, cluster), place);
const self = asking("self", { role: { name: "shared", policyArns: [readOnly] } });
const [shared] = rolesOf(self).map(({ name }) => name);
const among = (...others: readonly KubeObject[]) => ({ objects: objectsOf([self, ...others]), cluster });
const conflicts = (...others: readonly KubeObject[]) =>
  Object.fromEntries(conflictsOf(self, rolesOf(self), place, undefined, among(...others)));

describe("who else has to do with a role", () => {
  it.each<[string, KubeObject, string | undefined]>([
    ["one that asks for it by the same name", asking("x", { role: { name: "shared" } }), "uses"],
    ["one that is being deleted", asking("x", { role: { name: "shared" }, going: true }), "goes"],
    ["one that has only noted it", asking("x", { note: shared ?? "" }), "leaves"],
    ["none that asks for another role", asking("x", { role: { name: "other" } }), undefined],
    ["none of another namespace", asking("x", { role: { name: "shared" }, namespace: "other" }), undefined],
  ])("%s", (_what, other, stage) => {
    const users = othersIn(self, among(other)).get(shared ?? "") ?? [];
    expect(users.map((one) => [one.key, one.stage])).toEqual(
      stage === undefined ? [] : [["JobDefinition team/x", stage]],
    );
  });

  it("whoever asks for a role of its own is found by its name, but for the object itself", () => {
    const owner = asking("owner", { role: {} });
    const [own = ""] = rolesOf(owner).map(({ name }) => name);
    expect(askingFor(own, self, among(owner)).map(({ metadata }) => metadata.name)).toEqual(["owner"]);
    expect(askingFor(own, owner, among(owner))).toEqual([]);
  });
});

describe("another content of a shared role", () => {
  it.each<[string, KubeObject, boolean]>([
    ["of an older object is a conflict", asking("x", { role: { name: "shared" }, created: "2026-01-01" }), true],
    [
      "of a younger one is the conflict of that",
      asking("x", { role: { name: "shared" }, created: "2026-01-03" }),
      false,
    ],
    [
      "is none when only the order of the policies differs",
      asking("x", { role: { name: "shared", policyArns: [readOnly] }, created: "2026-01-01" }),
      false,
    ],
  ])("%s", (_what, other, isConflict) => {
    expect(conflicts(other)).toEqual(isConflict ? { "spec.iam.jobRole": "JobDefinition team/x" } : {});
  });

  it("is compared once for each content, however many objects share the role, and read once of each version", () => {
    const { objects: others, reads } = countedSpecs(
      Array.from({ length: 5000 }, (_, index) =>
        asking(`o${index}`, { role: { name: "shared", policyArns: [readOnly] }, created: "2026-01-01" }),
      ),
    );
    const ports = among(...others);
    const pass = (): void => {
      expect(conflictsOf(self, rolesOf(self), place, undefined, ports).size).toBe(0);
      expect(othersIn(self, ports).get(shared ?? "")).toHaveLength(5000);
    };
    pass();
    const before = reads();
    pass();
    expect(reads() - before).toBeLessThan(10);
  });
});
