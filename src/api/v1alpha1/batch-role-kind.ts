import type { BatchKind } from "../batch-kind.ts";
import { rolesReasons } from "../reasons/roles.ts";
import type { ReasonTable } from "../reasons/table.ts";
import { group, version } from "./group.ts";

/** Its reasons alone, in addition to those of all roles. */
const batchRoleReasons = {
  Ready: {
    Available: { status: "True", means: "IAM has the role as the spec says" },
  },
  Stalled: {
    OwnedByOtherCluster: {
      means: "the role belongs to this object in another cluster with the same `--cluster-name`",
      todo: "if that cluster is gone: `--take-over-cluster-uid`; if not: another `--cluster-name`",
    },
  },
  refusal: {
    AlreadyExists: {
      means: "IAM has a role of the name, and may not show it yet",
      todo: "if it lasts: choose another name, or adopt it",
    },
  },
  plan: {
    InSync: { means: "IAM matches the spec" },
    NotInAWS: { means: "the role does not exist yet" },
    ObjectDeleted: { means: "the object is being deleted" },
    LocationMismatch: { means: "nothing is planned in another account" },
  },
  event: {
    Released: { means: "the object was deleted, and has no role in IAM any more" },
  },
} as const satisfies ReasonTable;

export const BatchRoleKind = {
  group,
  version,
  kind: "BatchRole",
  plural: "batchroles",
  shortNames: ["brole"],
  noun: "role",
  description: "An IAM role of AWS Batch that several objects use.",
  columns: [{ name: "PURPOSE", type: "string", description: "What the role is for.", jsonPath: ".spec.purpose" }],
  selectable: [".spec.purpose"],
  awsName: { field: "roleName", maxLength: 64 },
  global: true,
  stub: { bulk: ["inlinePolicies"] },
  references: [],
  conditions: ["RolesReady"],
  reasons: [rolesReasons, batchRoleReasons],
  usesRoles: true,
} as const satisfies BatchKind;
