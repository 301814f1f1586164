import type { Tags } from "../../ownership/ownership.ts";
import type { NewGroup } from "../new-group.ts";

/** The writes to EC2 that endpoints need, as plain data. */

/** Writes in a VPC for the endpoints of a network. */
export interface VpcAction {
  readonly vpcId: string;
  readonly doing: "create" | "repair" | "delete" | "release";
  readonly writes: readonly EndpointWrite[];
}

export type EndpointWrite =
  | ({ readonly kind: "createGroup" } & NewGroup)
  /** Lets these CIDR blocks in on TCP 443. */
  | { readonly kind: "allow"; readonly groupId: string; readonly from: readonly string[] }
  | { readonly kind: "deleteGroup"; readonly groupId: string }
  | {
      readonly kind: "createInterface";
      readonly vpcId: string;
      readonly serviceName: string;
      readonly subnetIds: readonly string[];
      readonly groupId: string;
      readonly ipAddressType: "ipv4" | "dualstack" | "ipv6";
      readonly tags: Tags;
    }
  | {
      readonly kind: "createGateway";
      readonly vpcId: string;
      readonly serviceName: string;
      readonly routeTableIds: readonly string[];
      /** JSON. */
      readonly policy: string;
      readonly tags: Tags;
    }
  | {
      readonly kind: "extend";
      readonly endpointId: string;
      readonly addSubnetIds: readonly string[];
      readonly addRouteTableIds: readonly string[];
    }
  | { readonly kind: "deleteEndpoints"; readonly endpointIds: readonly string[] }
  /** Takes over resources of a lost cluster or of Retain, or releases our resources. */
  | {
      readonly kind: "takeOver" | "release";
      readonly ids: readonly string[];
      readonly set: Tags;
      readonly remove: readonly string[];
    };
