import type { Preflight } from "../../../network/preflight.ts";

/** What is known of the network of an environment; `checkInMs` is when to check again. */
export type NetworkSeen =
  | { readonly kind: "checked"; readonly preflight: Preflight; readonly checkInMs: number }
  /** The facts are still on their way. */
  | { readonly kind: "pending"; readonly checkInMs: number }
  /** EC2 could not be asked at all. */
  | { readonly kind: "unread"; readonly message: string; readonly checkInMs: number };
