import type { Environment } from "../../../aws/batch.ts";
import type { BatchSnapshot } from "../../../aws/region.ts";

/** The roles and instance profiles of an environment, by name or ARN. Pure. */
export function rolesOfEnvironment({ serviceRole, computeResources }: Environment): readonly string[] {
  const { instanceRole, spotIamFleetRole } = computeResources ?? {};
  return [serviceRole, instanceRole, spotIamFleetRole].filter((role) => role !== undefined);
}

/**
 * Those of `names` that an environment or an ACTIVE revision of the region uses, whomever it belongs to: also what an
 * abandoned object has left behind. Pure.
 */
export function usedInRegion(
  {
    computeEnvironments: environments,
    jobDefinitions: definitions,
  }: Pick<BatchSnapshot, "computeEnvironments" | "jobDefinitions">,
  names: readonly string[],
): ReadonlySet<string> {
  if (names.length === 0) return new Set();
  const revisions = [...(definitions?.values() ?? [])].flat();
  const roles = [
    ...[...environments.values()].filter(({ status }) => status !== "DELETED").flatMap(rolesOfEnvironment),
    ...revisions.flatMap((revision) => revision.roles),
  ];
  const used = new Set(roles.map((role) => role.slice(role.lastIndexOf("/") + 1)));
  return new Set(names.filter((name) => used.has(name)));
}
