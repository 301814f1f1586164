import type { RoleWrite } from "./writes.ts";

/** What the roles part of a controller does; the object's own actions have other kinds. */
export type RolesAction =
  | {
      readonly kind: "writeRole";
      /** Of the role or instance profile, as IAM knows it. */
      readonly name: string;
      readonly doing: "create" | "repair" | "restore" | "release" | "delete";
      readonly writes: readonly RoleWrite[];
    }
  /** Notes on the object which roles it has asked for, before the first of them is made. */
  | { readonly kind: "claimRoles"; readonly claims: readonly string[] };

export function isRolesAction(action: { readonly kind: string }): action is RolesAction {
  return action.kind === "writeRole" || action.kind === "claimRoles";
}
