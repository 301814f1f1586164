import type { EndpointWrite } from "./writes.ts";

/** An action on the endpoints of a VPC. The object's own actions have other kinds. */
export type EndpointsAction =
  | {
      readonly kind: "writeEndpoints";
      readonly vpcId: string;
      readonly doing: "create" | "repair" | "delete" | "release";
      readonly writes: readonly EndpointWrite[];
    }
  /** Notes on the object in which VPCs it requests endpoints, before the first of them is created. */
  | { readonly kind: "claimVpcs"; readonly claims: readonly string[] };

export function isEndpointsAction(action: { readonly kind: string }): action is EndpointsAction {
  return action.kind === "writeEndpoints" || action.kind === "claimVpcs";
}
