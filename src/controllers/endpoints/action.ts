import type { EndpointWrite } from "./writes.ts";

/** What is done about the endpoints of a VPC; the object's own actions have other kinds. */
export type EndpointsAction =
  | {
      readonly kind: "writeEndpoints";
      readonly vpcId: string;
      readonly doing: "create" | "repair" | "delete" | "release";
      readonly writes: readonly EndpointWrite[];
    }
  /** Notes on the object in which VPCs it has asked for endpoints, before the first of them is made. */
  | { readonly kind: "claimVpcs"; readonly claims: readonly string[] };

export function isEndpointsAction(action: { readonly kind: string }): action is EndpointsAction {
  return action.kind === "writeEndpoints" || action.kind === "claimVpcs";
}
