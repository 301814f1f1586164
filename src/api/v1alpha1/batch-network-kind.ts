import type { BatchKind } from "../batch-kind.ts";
import { endpointsReasons } from "../reasons/endpoints.ts";
import { securityGroupReasons } from "../reasons/security-group.ts";
import { selectionReasons } from "../reasons/selection.ts";
import type { ReasonTable } from "../reasons/table.ts";
import { group, version } from "./group.ts";

/** Its reasons alone, in addition to those that it shares with other kinds. */
const batchNetworkReasons = {
  Ready: {
    Available: { status: "True", means: "subnets, security groups and endpoints are there as the spec says" },
  },
  Reconciling: {
    InUse: {
      means: "deletion: environments still refer to the network; the message names them",
      todo: "give them another network, or delete them",
    },
    Deleting: { means: "deletion: the operator checks that EC2 has nothing of the object any more" },
    NotReadable: {
      means: "EC2 did not answer, or denies reading what the object names; Stalled after 5 minutes",
      todo: "if it lasts: see the message",
    },
  },
  Stalled: {
    SubnetOfOtherVpc: {
      means: "a subnet or a security group of the spec does not exist, or is not in `.spec.vpcId`",
      todo: "correct the field that the message names",
    },
  },
  refusal: {
    AlreadyExists: {
      means: "the VPC has a security group or an endpoint of the name already, and may not show it yet",
      todo: "nothing; if it lasts: see the message",
    },
  },
  plan: {
    InSync: { means: "EC2 has everything as the spec says" },
    FieldsDiffer: { means: "a security group, its rules, endpoints or tags are to be created, changed or deleted" },
    ObjectDeleted: { means: "the object is being deleted" },
    LocationMismatch: { means: "nothing is planned in another account or region" },
  },
  event: {
    Deleted: { means: "EC2 has nothing of the object any more" },
  },
} as const satisfies ReasonTable;

export const BatchNetworkKind = {
  group,
  version,
  kind: "BatchNetwork",
  plural: "batchnetworks",
  shortNames: ["bnet"],
  noun: "network",
  description: "A network that compute environments share: subnets, security groups and VPC endpoints of one VPC.",
  columns: [{ name: "VPC", type: "string", description: "VPC.", jsonPath: ".spec.vpcId" }],
  selectable: [".spec.region", ".spec.vpcId"],
  awsName: { field: "vpcId", maxLength: 32, isShared: true },
  references: [],
  conditions: ["SelectionReady", "SecurityGroupReady", "EndpointsReady"],
  reasons: [selectionReasons, securityGroupReasons, endpointsReasons, batchNetworkReasons],
} as const satisfies BatchKind;
