import type { EndpointPlan } from "../../network/endpoints.ts";
import type { SecurityGroup, VpcEndpoint } from "../../network/facts.ts";
import type { Cluster, Identity } from "../ownership.ts";
import type { RefusedWrites } from "../refused-writes.ts";
import type { NotRead } from "../unread.ts";

/** Everything about endpoints that the plan of an object is made from. */
export interface EndpointsSeen {
  readonly identity: Identity;
  readonly cluster: Cluster;
  /** Whether the spec asks for endpoints. */
  readonly desired: boolean;
  /** VPCs in which the object has asked for endpoints so far (annotation `awsbatch.dev/endpoints`). */
  readonly claims: readonly string[];
  readonly retain: boolean;
  /** Where this object stands among the users of a VPC. */
  readonly rank: string;
  readonly network: NetworkOfEndpoints;
}

export type NetworkOfEndpoints =
  /** Nothing is wished and nothing was. */
  | { readonly kind: "unneeded" }
  | { readonly kind: "unread"; readonly reason: string; readonly message: string }
  | {
      readonly kind: "read";
      /** Whether it is known where the environments of the object will be: its group may still have to be made. */
      readonly placed: boolean;
      /** Of the object's subnets; one, or AWS would not take them. */
      readonly vpcIds: readonly string[];
      readonly vpcs: readonly VpcSeen[];
    };

export interface VpcSeen {
  readonly vpcId: string;
  /** For all objects that use endpoints there, this one included unless it is going. */
  readonly plan: EndpointPlan;
  /** Full names of the services that the object itself wishes there: it waits for no others. */
  readonly needs: readonly string[];
  /** Ids of endpoints of ours that are to be extended to subnets of the object itself, or to their route tables. */
  readonly lacks: readonly string[];
  /** Why it is not known what the object itself wishes there. */
  readonly unread: NotRead | undefined;
  /** Endpoints of ours there, those on their way out included. */
  readonly ours: readonly VpcEndpoint[];
  /** The group of our endpoints. */
  readonly group: SecurityGroup | undefined;
  /** Other groups whose rules name it, and endpoints of others that have it: EC2 does not delete it then. */
  readonly groupNamedBy: readonly string[];
  /** Ids of endpoints, and of their group, that Retain has left there. */
  readonly leftBehind: readonly string[];
  readonly others: readonly OtherUser[];
  /** Environments of the object that still run there although its spec has left. */
  readonly occupiedBy: readonly string[];
  /** Environments there that wish none, or are nobody's here, and that nothing but our endpoints connects. */
  readonly connects: readonly string[];
  /** Such environments that are on their way out. */
  readonly connectsLeaving: readonly string[];
  /** Environments there that wish none, and of which it could not be read whether anything else connects them. */
  readonly mayConnect: readonly string[];
  /** Environments of the region that never asked for endpoints and that AWS is moving, perhaps out of this VPC. */
  readonly moving: readonly string[];
  /** Written by this process a moment ago: EC2 may not show it yet. */
  readonly justWritten: boolean;
  /** This process began a moment ago: what the one before it wrote EC2 may not show yet. */
  readonly unproven: boolean;
  /** By the text of each write: what EC2 refused a short time ago to the one that writes there. */
  readonly refused: ReadonlyMap<string, RefusedWrites>;
  /** Of those who stay the one that writes, so that two do not make the same; undefined: this object. */
  readonly writer: string | undefined;
}

/** Another object that has asked for endpoints in the VPC, or is about to. */
export interface OtherUser {
  /** `namespace/name`. */
  readonly key: string;
  readonly rank: string;
  /** It is being deleted, or wishes none there any more. */
  readonly leaving: boolean;
  readonly deleting: boolean;
  /** It has noted that it asks for some there; until then it may be gone without a trace, and nobody removes them. */
  readonly noted: boolean;
}
