import type { Reason } from "../../api/reasons.ts";
import type { EndpointPlan } from "../../network/endpoints.ts";
import type { SecurityGroup, VpcEndpoint } from "../../network/facts.ts";
import type { Cluster, Identity } from "../ownership.ts";
import type { RefusedWrites } from "../refused-writes.ts";
import type { NotRead } from "../unread.ts";

/** The input of the plan of an object's endpoints. */
export interface EndpointsSeen {
  readonly identity: Identity;
  readonly cluster: Cluster;
  /** Whether the spec requests endpoints. */
  readonly desired: boolean;
  /** VPCs in which the object has requested endpoints so far (annotation `awsbatch.dev/endpoints`). */
  readonly claims: readonly string[];
  readonly retain: boolean;
  /** The position of this object among the users of a VPC. */
  readonly rank: string;
  readonly network: NetworkOfEndpoints;
}

export type NetworkOfEndpoints =
  /** The object requests no endpoints and never did. */
  | { readonly kind: "unneeded" }
  | { readonly kind: "unread"; readonly reason: Reason; readonly message: string }
  | {
      readonly kind: "read";
      /** Whether the subnets and groups of the environments are known: the group may still have to be created. */
      readonly placed: boolean;
      /** Of the object's subnets; AWS accepts only one VPC. */
      readonly vpcIds: readonly string[];
      readonly vpcs: readonly VpcSeen[];
    };

export interface VpcSeen {
  readonly vpcId: string;
  /** For all objects that use endpoints there, including this one unless it leaves. */
  readonly plan: EndpointPlan;
  /** Full names of the services that the object itself requests there. It waits for no others. */
  readonly needs: readonly string[];
  /** Ids of our endpoints that have to be extended to subnets of the object itself, or to their route tables. */
  readonly lacks: readonly string[];
  /** Why the needs of the object itself there are unknown. */
  readonly unread: NotRead | undefined;
  /** Our endpoints there, including those in deletion. */
  readonly ours: readonly VpcEndpoint[];
  /** The group of our endpoints. */
  readonly group: SecurityGroup | undefined;
  /** Other groups with rules that name it, and foreign endpoints that use it: EC2 does not delete it then. */
  readonly groupNamedBy: readonly string[];
  /** Ids of endpoints, and of their group, that Retain has left there. */
  readonly leftBehind: readonly string[];
  readonly others: readonly OtherUser[];
  /** Environments of the object that still run there although its spec has moved. */
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
  /** EC2's recent refusals of the writer's writes, by the text of each write. */
  readonly refused: ReadonlyMap<string, RefusedWrites>;
  /** The one object that writes for all that stay, so that no two create the same; undefined: this object. */
  readonly writer: string | undefined;
}

/** Another object that has requested endpoints in the VPC, or is about to. */
export interface OtherUser {
  /** `namespace/name`. */
  readonly key: string;
  readonly rank: string;
  /** It is being deleted, or no longer requests any there. */
  readonly leaving: boolean;
  readonly deleting: boolean;
  /** It has noted that it requests some there. Until then it may disappear without a trace, and nobody deletes them. */
  readonly noted: boolean;
}
