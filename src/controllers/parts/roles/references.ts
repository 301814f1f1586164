import type { Environment } from "../../../aws/batch.ts";
import { nameIn } from "../../../aws/names.ts";
import type { BatchSnapshot } from "../../../aws/region.ts";

/** The roles and instance profiles of an environment, by name or ARN. Pure. */
export function rolesOfEnvironment({ serviceRole, computeResources }: Environment): readonly string[] {
  const { instanceRole, spotIamFleetRole } = computeResources ?? {};
  return [serviceRole, instanceRole, spotIamFleetRole].filter((role) => role !== undefined);
}

type Records = Pick<BatchSnapshot, "computeEnvironments" | "jobDefinitions">;

/**
 * The environments and the ACTIVE revisions of the region that use a role, whomever they belong to: also what an abandoned
 * object has left behind. Pure.
 */
export function usersInRegion({ computeEnvironments, jobDefinitions }: Records, name: string): readonly string[] {
  const isNamed = (role: string): boolean => nameIn(role) === name;
  const environments = [...computeEnvironments.values()].filter(
    (one) => one.status !== "DELETED" && rolesOfEnvironment(one).some(isNamed),
  );
  const revisions = [...(jobDefinitions?.values() ?? [])].flat().filter(({ roles }) => roles.some(isNamed));
  return [
    ...environments.map((one) => `compute environment ${one.computeEnvironmentName}`),
    ...revisions.map((one) => `job definition ${one.name}:${one.revision}`),
  ].toSorted();
}

/** Those of `names` that something in the region uses. Pure. */
export function usedInRegion(records: Records, names: readonly string[]): ReadonlySet<string> {
  return new Set(names.filter((name) => usersInRegion(records, name).length > 0));
}
