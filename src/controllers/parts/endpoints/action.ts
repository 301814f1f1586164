import type { EndpointWrite } from "./writes.ts";

/** What an object does about endpoints: it notes in which VPCs it requests them, before the first of them is created. */
export interface EndpointsAction {
  readonly kind: "claimVpcs";
  readonly claims: readonly string[];
}

export function isEndpointsAction(action: { readonly kind: string }): action is EndpointsAction {
  return action.kind === "claimVpcs";
}

/** Writes in a VPC, for all objects that use its endpoints. */
export interface VpcAction {
  readonly vpcId: string;
  readonly doing: "create" | "repair" | "delete" | "release";
  readonly writes: readonly EndpointWrite[];
}
