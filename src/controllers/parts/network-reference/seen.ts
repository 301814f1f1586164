import type { Unresolved } from "../../references/reference.ts";

/** Subnets and security groups of a network. */
export interface Given {
  readonly subnets: readonly string[];
  readonly securityGroupIds: readonly string[];
}

/** What the network is to an object that may refer to one. */
export type NetworkReferenceSeen =
  /** It refers to none, or is being deleted. */
  | { readonly kind: "none" }
  | Unresolved
  /** In words why it is not Ready. */
  | { readonly kind: "awaited"; readonly message: string }
  | { readonly kind: "ready"; readonly name: string; readonly given: Given };
