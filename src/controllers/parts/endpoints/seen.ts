import type { TagChange } from "../../../aws/region.ts";
import type { EndpointPlan } from "../../../network/endpoints.ts";
import type { SecurityGroup, VpcEndpoint } from "../../../network/facts.ts";
import type { Identity } from "../../ownership/ownership.ts";
import type { RefusedWrites } from "../../pass/refused-writes.ts";
import type { NotRead } from "../../pass/unread.ts";
import type { EndpointOwner } from "./ownership.ts";

/** The input of the plan of an object's endpoints. */
export interface EndpointsSeen {
  /** Whether the spec requests endpoints. */
  readonly desired: boolean;
  /** VPCs in which the object has requested endpoints so far (annotation `awsbatch.dev/endpoints`). */
  readonly claims: readonly string[];
  readonly network: NetworkOfEndpoints;
}

export type NetworkOfEndpoints =
  /** The object requests no endpoints and never did. */
  | { readonly kind: "unneeded" }
  | NotRead
  | {
      readonly kind: "read";
      /** Whether the subnets and groups of the environments are known: the group may still have to be created. */
      readonly placed: boolean;
      /** Of the object's subnets; AWS accepts only one VPC. */
      readonly vpcIds: readonly string[];
      readonly vpcs: readonly UsedVpc[];
    };

/** A VPC, and what one object has to do with it. */
export interface UsedVpc extends VpcSeen {
  readonly isKeeper: boolean;
  /** Full names of the services that the object itself requests there. It waits for no others. */
  readonly needs: readonly string[];
  /** Ids of our endpoints that have to be extended to subnets of the object itself, or to their route tables. */
  readonly lacks: readonly string[];
  /** Why the needs of the object itself there are unknown. */
  readonly unread: NotRead | undefined;
  /** Environments of the object that still run there although its spec has moved. */
  readonly outlived: readonly string[];
}

/** A VPC with endpoints of ours, as all objects see it that use them. */
export interface VpcSeen {
  readonly vpcId: string;
  readonly owner: EndpointOwner;
  /** Undefined: no object has noted that it requests endpoints there. */
  readonly keeper: Keeper | undefined;
  /** For all objects that request endpoints there. */
  readonly plan: EndpointPlan;
  /** Our endpoints there, including those in deletion. */
  readonly ours: readonly VpcEndpoint[];
  /** The group of our endpoints. */
  readonly group: SecurityGroup | undefined;
  /** Other groups with rules that name it, and foreign endpoints that use it: EC2 does not delete it then. */
  readonly groupNamedBy: readonly string[];
  /** Of our endpoints and their group, by ID: the tags that differ from those that a person asks for. */
  readonly retag: ReadonlyMap<string, TagChange>;
  /** Ids of endpoints, and of their group, that Retain has left there. */
  readonly leftBehind: readonly string[];
  /** Objects that are about to note that they request endpoints there, `namespace/name`. */
  readonly coming: readonly string[];
  /** Environments there of objects that request no endpoints there any more. */
  readonly occupiedBy: readonly string[];
  /** Environments there that request no endpoints, or are foreign, and that only our endpoints connect. */
  readonly connects: readonly string[];
  /** Such environments in deletion. */
  readonly connectsLeaving: readonly string[];
  /** Environments there that request no endpoints, where the operator cannot read whether anything else connects them. */
  readonly mayConnect: readonly string[];
  /** Environments of the region that never requested endpoints and that AWS is moving, perhaps out of this VPC. */
  readonly moving: readonly string[];
  /** Written by this process a moment ago: EC2 may not show it yet. */
  readonly justWritten: boolean;
  /** This process began a moment ago: what the one before it wrote EC2 may not show yet. */
  readonly unproven: boolean;
  /** EC2's recent refusals, by the text of each write. */
  readonly refused: ReadonlyMap<string, RefusedWrites>;
}

/** The object that keeps the record of a VPC: it stays until nothing of ours is left there. */
export interface Keeper {
  readonly uid: string;
  readonly identity: Identity;
  /**
   * `asks`: endpoints are created and removed as all objects need that request some. `stays`: it may ask again, and until
   * then nothing is written. `leaves`: no object requests endpoints there any more.
   */
  readonly part: "asks" | "stays" | "leaves";
  /** It is deleted, and its `deletionPolicy` is Retain. */
  readonly retain: boolean;
  /** Nothing is written for it: paused, a dry run, created in another account or region, or not allowed. */
  readonly isHeld: boolean;
  /** This process writes for it; otherwise that of another shard does. */
  readonly isHere: boolean;
}
