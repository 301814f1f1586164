import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import { BatchComputeEnvironmentKind } from "../../../api/v1alpha1/kinds.ts";
import { isRetired } from "../../draining/retired.ts";
import { baseNameOf } from "../../ownership/naming.ts";
import { filledEnvironment, rolesNamedByEnvironment } from "../../parts/roles/fill.ts";
import { isMadeByOperator } from "../../parts/roles/names.ts";
import { rolesOfEnvironment } from "../../parts/roles/references.ts";
import type { RoleUser } from "../../parts/roles/user.ts";
import { oursOf } from "./context.ts";
import { isServiceLinked } from "./fields.ts";
import { isAuthorizationReason } from "./retire.ts";
import type { Seen } from "./seen.ts";

/** What the roles part has to know of compute environments. Pure. */
export const environmentRoleUser: RoleUser<BatchComputeEnvironment, Seen> = {
  kind: BatchComputeEnvironmentKind,
  awsName: baseNameOf,
  named: ({ spec }) => rolesNamedByEnvironment(spec),
  filled: (object, desiredRoles) => ({ ...object, spec: filledEnvironment(object.spec, desiredRoles) }),
  stranded: (_object, seen) => {
    const stuck = oursOf(seen).filter(
      (environment) =>
        environment.status === "INVALID" &&
        (seen.directives.deleting || isRetired(environment)) &&
        isAuthorizationReason(environment.statusReason),
    );
    const roles = stuck.flatMap(({ serviceRole }) => (serviceRole?.startsWith("arn:") ? [serviceRole] : []));
    return [...new Set(roles.filter((role) => !isServiceLinked(role)))].sort();
  },
  doubted: (seen) =>
    oursOf(seen).some(({ status, statusReason }) => status === "INVALID" && isAuthorizationReason(statusReason)),
  used: (seen) =>
    oursOf(seen)
      .flatMap(rolesOfEnvironment)
      .filter(isMadeByOperator)
      .map((role) => role.slice(role.lastIndexOf("/") + 1)),
  // Also one that is not ours any more would be left without it.
  refersTo: (seen, name) =>
    seen.environments.some((environment) => rolesOfEnvironment(environment).some((role) => isNamed(role, name))),
};

function isNamed(role: string, name: string): boolean {
  return role === name || role.endsWith(`/${name}`);
}
