/** Reasons of the security group that the operator creates for an object. */

import type { ReasonTable } from "./table.ts";

export const securityGroupReasons = {
  SecurityGroupReady: {
    SecurityGroupAvailable: { status: "True", means: "the group exists and matches the spec" },
    CreatingSecurityGroup: {
      means: "the group or its rules are being created, or EC2 does not show it yet",
    },
    RepairingSecurityGroup: { means: "the operator reverts rules or tags" },
    SecurityGroupBlocked: {
      means: "the subnets do not exist or are in several VPCs, or another group has its name",
      todo: "as the message says",
    },
    DeletingSecurityGroup: {
      means:
        "nothing needs the group any more; AWS rejects the deletion while an instance has it, and the operator retries",
    },
    SecurityGroupInUse: {
      means: "another environment, or a rule of another group, references it",
      todo: "remove it there",
    },
    RetainingSecurityGroup: { means: "the group stays in AWS, as `.spec.deletionPolicy` says" },
    NotReadable: {
      status: "Unknown",
      means: "EC2 did not answer; a new environment waits, Stalled after 5 minutes",
      todo: "if it lasts: see the message",
    },
  },
  event: {
    SecurityGroupCreated: { means: "a request to EC2 for the group of the instances" },
    SecurityGroupRepaired: { means: "a request to EC2 for the group of the instances" },
    SecurityGroupDeleted: { means: "a request to EC2 for the group of the instances" },
    SecurityGroupRetained: { means: "a request to EC2 for the group of the instances" },
  },
} as const satisfies ReasonTable;
