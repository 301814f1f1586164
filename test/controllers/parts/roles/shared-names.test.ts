import { expect, it } from "vitest";
import { dnsSubdomain } from "../../../../src/api/v1alpha1/names.ts";
import { rolesAskedBy } from "../../../../src/controllers/parts/roles/desired.ts";
import {
  batchRoleFor,
  batchRoleName,
  sharedRoleName,
  sharedRoles,
} from "../../../../src/controllers/parts/roles/shared-names.ts";
import { definition } from "../network/given.ts";
import { place } from "./given.ts";

const cluster = { name: "default", uid: "cluster-1" };
const policyArns = ["arn:aws:iam::aws:policy/ReadOnlyAccess"];
const sharing = (name: string) =>
  definition("build", { type: "container", iam: { jobRole: { name, policyArns }, executionRole: {} } });

it("a role with a name is none of the object's own", () => {
  expect(sharedRoles(sharing("readers"))).toEqual([
    { member: "jobRole", purpose: "job", name: "readers", content: { policyArns } },
  ]);
  expect(rolesAskedBy(sharing("readers"), cluster, place).map(({ purpose }) => purpose)).toEqual(["execution"]);
});

it("the BatchRole of that name has the same role in IAM, also where Kubernetes does not take the name", () => {
  for (const name of ["readers", "Batch_Jobs", "a..b", "A"]) {
    const [role] = sharedRoles(sharing(name));
    if (role === undefined) throw new Error("the role has no name");
    const inIam = sharedRoleName(role, cluster, "team");
    const given = batchRoleName(name) === name ? undefined : inIam;
    const manifest = batchRoleFor(role, "team", given);
    expect(manifest.metadata.name).toMatch(dnsSubdomain);
    const { metadata } = definition(manifest.metadata.name, {});
    const [desired] = rolesAskedBy({ ...manifest, metadata } as never, cluster, place);
    expect([desired?.name, desired?.purpose, desired?.asked]).toEqual([inIam, "job", policyArns]);
  }
});

it("names that Kubernetes would make one stay several", () => {
  const names = ["Batch_Jobs", "batch-jobs", "batch_jobs", "BATCH-JOBS"];
  expect(new Set(names.map(batchRoleName)).size).toBe(names.length);
});
