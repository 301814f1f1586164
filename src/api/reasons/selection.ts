/** Reasons of selectors of subnets and security groups. */

import type { ReasonTable } from "./table.ts";

export const selectionReasons = {
  SelectionReady: {
    Selected: { status: "True", means: "the message has the selection in effect" },
    SelectionPending: { status: "True", means: "another selection takes effect at the time in the message" },
    NothingSelected: {
      means: "no subnet, or no group, has these tags",
      todo: "tag some, or change the selector; without any, no environment is created, and an existing one stays as it is",
    },
    SeveralVpcsSelected: { means: "the selected resources are in several VPCs", todo: "add `vpcId`" },
    TooManySelected: {
      means: "AWS accepts 100 subnets and 16 groups, on Fargate 16 and 5",
      todo: "select by another tag",
    },
    NotReadable: {
      status: "Unknown",
      means: "EC2 could not be read; the selection in effect stays, a new environment waits, Stalled after 5 minutes",
      todo: "as the message says",
    },
    AccessDenied: {
      status: "Unknown",
      means: "EC2 could not be read; the selection in effect stays, a new environment waits, Stalled after 5 minutes",
      todo: "as the message says",
    },
  },
  Reconciling: {
    ResolvingSelection: {
      means: "the operator resolves the selectors, or a selection is about to take effect",
    },
  },
} as const satisfies ReasonTable;
