import type { Reason } from "../../../api/reasons.ts";
import type { TagChange } from "../../../aws/region.ts";
import type { SecurityGroup } from "../../../network/facts.ts";
import type { Tags } from "../../ownership/ownership.ts";
import type { RefusedWrites } from "../../pass/refused-writes.ts";
import type { GroupIdentity } from "./ownership.ts";
import type { DesiredGroup } from "./rules.ts";

/** The input of the plan of an object's security group. */
export interface GroupSeen {
  readonly identity: GroupIdentity;
  /** Undefined: the spec requests none. */
  readonly desired: DesiredGroup | undefined;
  /** VPCs in which the object has requested a group so far (annotation `awsbatch.dev/security-group`). */
  readonly claims: readonly string[];
  readonly retain: boolean;
  /** Tags that a person asks for. */
  readonly tags?: Tags | undefined;
  /** The group that status names and the environment uses. */
  readonly known: string | undefined;
  readonly network: NetworkOfGroup;
}

export type NetworkOfGroup =
  /** The object requests no group and never did. */
  | { readonly kind: "unneeded" }
  | { readonly kind: "unread"; readonly reason: Reason; readonly message: string }
  | {
      readonly kind: "read";
      /** Of the object's subnets; AWS accepts only one VPC. Undefined while the object names no subnets. */
      readonly vpcIds: readonly string[] | undefined;
      /** Ours in these VPCs and in those of the claims. */
      readonly groups: readonly GroupFound[];
      /** Groups of others that have the name of ours. */
      readonly inTheWay: readonly SecurityGroup[];
      /** VPCs in which this process has written a moment ago: EC2 may not show it yet. */
      readonly justWritten: readonly string[];
      /** This process began a moment ago: what the one before it wrote EC2 may not show yet. */
      readonly unproven: boolean;
      /** By the text of the writes: what EC2 refused to this object a short time ago. */
      readonly refused: ReadonlyMap<string, RefusedWrites>;
    };

export interface GroupFound {
  readonly group: SecurityGroup;
  /** Left behind by Retain, or by an environment of the name of the network: ours once the object requests a group. */
  readonly retained: boolean;
  /** What differs of its tags; undefined: nothing. */
  readonly retag: TagChange | undefined;
  /** Environments of this cluster in AWS that name it. */
  readonly usedBy: readonly string[];
  /** Other environments that name it: somebody took them over, or Retain left them. */
  readonly strangers: readonly string[];
  /** Other groups with rules that name it. */
  readonly namedBy: readonly SecurityGroup[];
}
