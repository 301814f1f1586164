import type { TagChange } from "../../../aws/region.ts";
import type { EndpointPlan } from "../../../network/endpoints.ts";
import type { SecurityGroup, VpcEndpoint } from "../../../network/facts.ts";
import type { Identity } from "../../ownership/ownership.ts";
import type { RefusedWrites } from "../../pass/refused-writes.ts";
import type { EndpointOwner } from "./ownership.ts";

/** The VPC of a network: what is there of its endpoints, and who needs them. */
export interface VpcSeen {
  readonly vpcId: string;
  readonly owner: EndpointOwner;
  readonly identity: Identity;
  /** The network is being deleted. */
  readonly leaves: boolean;
  /** By its `deletionPolicy`. */
  readonly retain: boolean;
  readonly plan: EndpointPlan;
  /** Our endpoints there, including those in deletion. */
  readonly ours: readonly VpcEndpoint[];
  /** The group of our endpoints. */
  readonly group: SecurityGroup | undefined;
  /** Other groups with rules that name it, and foreign endpoints that use it: EC2 does not delete it then. */
  readonly groupNamedBy: readonly string[];
  /** Of our endpoints and their group, by ID: the tags that differ from those that a person asks for. */
  readonly retag: ReadonlyMap<string, TagChange>;
  /** Ids of endpoints, and of their group, that Retain has left there, or that environments shared before there were networks. */
  readonly leftBehind: readonly string[];
  /** Environments there that only our endpoints connect, and other networks that ask for what these serve. */
  readonly connects: readonly string[];
  /** Such environments in deletion. */
  readonly connectsLeaving: readonly string[];
  /** Environments there of which the operator cannot read whether anything else connects them. */
  readonly mayConnect: readonly string[];
  /** Environments of the region that AWS is moving, perhaps out of this VPC. */
  readonly moving: readonly string[];
  /** Written by this process a moment ago: EC2 may not show it yet. */
  readonly justWritten: boolean;
  /** EC2's recent refusals, by the text of each write. */
  readonly refused: ReadonlyMap<string, RefusedWrites>;
}
