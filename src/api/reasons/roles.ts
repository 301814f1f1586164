/** Reasons of the kinds with objects that can ask for IAM roles. */

import type { ReasonTable } from "./table.ts";

export const rolesReasons = {
  RolesReady: {
    InSync: { status: "True", means: "the roles match the spec" },
    CreatingRole: { means: "a role is being created, or IAM does not show it yet" },
    RepairingRole: { means: "the operator reverts a role to the spec" },
    DeletingRole: { means: "an unused role is being deleted" },
    RetainingRole: { means: "a role stays in AWS, as `.spec.deletionPolicy` says" },
    RoleInUse: {
      means:
        "Reconciling: earlier jobs, or what the message names, still use the role. Stalled: an instance profile that the operator does not own contains the role",
      todo: "remove the role from that profile",
    },
    NotAllowed: {
      means: "Stalled: the namespace may not use this policy, role or boundary; the message names the list",
      todo: "use another, or ask the operator's administrator",
    },
    NamespaceUnreadable: {
      means:
        "the operator cannot read what the namespace may use, so it creates nothing and changes no role; Stalled after 5 minutes. For an object at rest RolesReady is Unknown and Ready does not change",
      todo: "let the operator get, list and watch namespaces",
    },
    RoleContentConflict: {
      means: "Stalled: the role was created for another purpose, and may still be in use",
      todo: "use another name",
    },
    RoleNameTaken: {
      means: "Stalled: a role of this name exists that the operator does not own",
      todo: "delete it, or choose another name; if somebody removed the tags from a role of the operator, restore them as the message says",
    },
    InvalidPolicy: {
      means: "Stalled: an inline policy is not a valid policy document, or too long",
      todo: "correct it",
    },
    ServiceRoleMissing: {
      means:
        "Stalled: AWS cannot delete an environment because its service role is gone, and the operator may not create it",
      todo: "create it again, or set `repairMissingServiceRole`",
    },
    RepairingServiceRole: {
      means: "the operator creates that role again, uses it, and deletes it afterwards; Stalled after 15 minutes",
    },
    Refused: {
      means: "AWS rejected a write for another reason than [those above](#when-aws-refuses); the message has its words",
      todo: "follow them",
    },
  },
  plan: {
    RolesDiffer: { means: "roles are missing in IAM, or differ from the spec" },
  },
  event: {
    RoleCreated: { means: "a request to IAM" },
    RoleRepaired: { means: "a request to IAM" },
    RoleDeleted: { means: "a request to IAM" },
    RoleRetained: { means: "a request to IAM" },
    ServiceRoleRepaired: { means: "a deleted service role was created again, so that AWS can delete an environment" },
  },
} as const satisfies ReasonTable;
