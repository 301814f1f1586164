import type { RoleWrite } from "./writes.ts";

/** An action on roles. The object's own actions have other kinds. */
export type RolesAction =
  | {
      readonly kind: "writeRole";
      /** The name of the role or instance profile in IAM. */
      readonly name: string;
      readonly doing: "create" | "repair" | "restore" | "release" | "delete";
      readonly writes: readonly RoleWrite[];
    }
  /** Notes on the object which roles it requests, before the first of them is created. */
  | { readonly kind: "claimRoles"; readonly claims: readonly string[] };

export function isRolesAction(action: { readonly kind: string }): action is RolesAction {
  return action.kind === "writeRole" || action.kind === "claimRoles";
}
