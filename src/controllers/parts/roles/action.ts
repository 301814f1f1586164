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

/** One write to IAM, as data. `name` is the role or instance profile. */
export type RoleWrite =
  | {
      readonly kind: "createRole";
      readonly name: string;
      readonly path: string;
      readonly trust: string;
      readonly boundaryArn: string | undefined;
      readonly tags: Tags;
    }
  | { readonly kind: "putTrust"; readonly name: string; readonly trust: string }
  | { readonly kind: "attach" | "detach"; readonly name: string; readonly policyArn: string }
  | { readonly kind: "putInline"; readonly name: string; readonly policy: string; readonly document: string }
  | { readonly kind: "deleteInline"; readonly name: string; readonly policy: string }
  | { readonly kind: "putBoundary"; readonly name: string; readonly policyArn: string }
  | { readonly kind: "deleteBoundary"; readonly name: string }
  | { readonly kind: "tagRole" | "tagProfile"; readonly name: string; readonly tags: Tags }
  | { readonly kind: "untagRole" | "untagProfile"; readonly name: string; readonly keys: readonly string[] }
  | { readonly kind: "createProfile"; readonly name: string; readonly path: string; readonly tags: Tags }
  | { readonly kind: "addToProfile" | "removeFromProfile"; readonly name: string; readonly role: string }
  | { readonly kind: "deleteProfile"; readonly name: string }
  | { readonly kind: "deleteRole"; readonly name: string };

type Tags = Readonly<Record<string, string>>;
