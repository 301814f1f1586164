import type { TagChange } from "../../../aws/region.ts";
import type { SecurityGroup } from "../../../network/facts.ts";
import type { Identity, Tags } from "../../ownership/ownership.ts";
import type { RefusedWrites } from "../../pass/refused-writes.ts";
import type { DesiredGroup } from "./rules.ts";

/** The input of the plan of a network's security group. */
export interface GroupSeen {
  readonly identity: Identity;
  readonly vpcId: string;
  /** Undefined: the spec requests none. */
  readonly desired: DesiredGroup | undefined;
  /** By its `deletionPolicy`, in a deletion. */
  readonly retain: boolean;
  /** Tags that a person asks for. */
  readonly tags?: Tags | undefined;
  /** The group that status names and environments use. */
  readonly known: string | undefined;
  readonly found: GroupFound | undefined;
  /** That of others which has the name of ours. Names are unique in a VPC. */
  readonly inTheWay: SecurityGroup | undefined;
  /** This process, or the one before it, has written in the VPC a moment ago: EC2 may not show it yet. */
  readonly justWritten: boolean;
  /** This process began a moment ago: what the one before it wrote EC2 may not show yet. */
  readonly unproven: boolean;
  /** By the text of the writes: what EC2 refused to this object a short time ago. */
  readonly refused: ReadonlyMap<string, RefusedWrites>;
}

export interface GroupFound {
  readonly group: SecurityGroup;
  /** Left behind by Retain, or made for the environment of the network's name: ours once the network requests a group. */
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
