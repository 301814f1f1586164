import { expect, test } from "vitest";
import type { Environment } from "../../../../src/aws/batch.ts";
import type { RevisionSeen } from "../../../../src/aws/region.ts";
import { usedInRegion } from "../../../../src/controllers/parts/roles/references.ts";

const arn = (name: string): string => `arn:aws:iam::123456789012:role/aws-batch-operator/default/${name}`;
const environment = (parts: Partial<Environment>): Environment => ({
  computeEnvironmentName: "ce",
  computeEnvironmentArn: "arn:aws:batch:eu-west-1:123456789012:compute-environment/ce",
  ...parts,
});
const revision = (...roles: readonly string[]): RevisionSeen => ({ roles }) as RevisionSeen;

function used(environments: readonly Environment[], revisions: readonly RevisionSeen[], names: readonly string[]) {
  const definitions = new Map([["d", revisions]]);
  return [
    ...usedInRegion(
      { computeEnvironments: new Map(environments.map((one) => ["ce", one])), jobDefinitions: definitions },
      names,
    ),
  ];
}

test("a role is used by an environment that names it by ARN or by name, as a service, instance or Spot Fleet role", () => {
  expect(used([environment({ serviceRole: arn("a") })], [], ["a", "b"])).toEqual(["a"]);
  const resources = { type: "SPOT" as const, maxvCpus: 1, subnets: [], instanceRole: "b", spotIamFleetRole: arn("c") };
  expect(used([environment({ computeResources: resources })], [], ["a", "b", "c"])).toEqual(["b", "c"]);
});

test("a role is used by any ACTIVE revision, whomever it belongs to", () => {
  expect(used([], [revision(arn("x")), revision(arn("a"))], ["a"])).toEqual(["a"]);
});

test("a deleted environment, and a name that only begins alike, use nothing", () => {
  expect(used([environment({ status: "DELETED", serviceRole: arn("a") })], [revision(arn("ab"))], ["a"])).toEqual([]);
});

test("before the first listing of definitions only environments count", () => {
  expect([...usedInRegion({ computeEnvironments: new Map(), jobDefinitions: undefined }, ["a"])]).toEqual([]);
});
