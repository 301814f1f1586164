import type { RolesSeen } from "../../controllers/roles/seen.ts";

/** As if the object had its note of the roles: manifests lack it, and it is nothing that becomes of AWS. */
export function noted(roles: RolesSeen): RolesSeen {
  return {
    ...roles,
    claims: [...new Set([...roles.claims, ...roles.unnoted, ...roles.desiredRoles.map(({ name }) => name)])].sort(),
  };
}
