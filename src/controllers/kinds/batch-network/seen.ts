import type { VpcEndpoint } from "../../../network/facts.ts";
import type { Identity } from "../../ownership/ownership.ts";
import type { AllowedSeen } from "../../parts/allowed/limits.ts";
import type { VpcSeen } from "../../parts/endpoints/seen.ts";
import type { VpcAction } from "../../parts/endpoints/writes.ts";
import type { GroupSeen } from "../../parts/security-group/seen.ts";
import type { GroupAction } from "../../parts/security-group/writes.ts";
import type { SelectionSeen } from "../../parts/selection/seen.ts";
import type { NotRead } from "../../pass/unread.ts";

/** Every write for a network. */
export type Action = GroupAction | ({ readonly kind: "writeEndpoints" } & VpcAction);

/** Everything from which the plan of a network is computed. */
export interface Seen {
  readonly identity: Identity;
  readonly selection: SelectionSeen;
  /** Whether the namespace may use the subnets, groups and services of the spec. */
  readonly allowed: AllowedSeen;
  readonly network: NetworkOfVpc;
  /** Environments that refer to it, paused or not, of whatever namespace. Read only for a deletion. */
  readonly referring: readonly { readonly name: string; readonly isLeaving: boolean }[];
}

export type NetworkOfVpc =
  | NotRead
  | {
      readonly kind: "read";
      /** Why subnets and groups cannot be used, in words: they do not exist, or not in the VPC. */
      readonly misplaced: readonly string[];
      readonly group: GroupSeen;
      readonly vpc: VpcSeen;
      /** By the short name of a service that the spec does not ask for any more: the environments that need our endpoint. */
      readonly keptFor: ReadonlyMap<string, readonly string[]>;
      /** The endpoints in the VPC that serve what the spec asks for. */
      readonly endpoints: readonly VpcEndpoint[];
    };
