/** Limits the networks, endpoints and other resources that the objects of a namespace may use. Pure. */

import type { Reason } from "../../../api/reasons.ts";
import { environmentAnnotations } from "../../../api/v1alpha1/annotations.ts";
import { covers, privateAddresses, rangeOf } from "../../../network/addresses.ts";
import { neededServices } from "../../../network/needs.ts";
import { marks, unwatchedCheckMs } from "../../intervals.ts";
import {
  type AllowedList,
  lackingList,
  listsInForce,
  listText,
  type NamespaceAnnotations,
  waitForNamespace,
  yesInForce,
} from "../../ownership/limits.ts";
import type { Blocked, Wait } from "../../pass/agenda.ts";

/** The operator's flags. An empty list allows nothing. */
export interface EnvironmentLimits {
  /**
   * Globs of what a spec may name, as at the end of its ARN: `subnet/subnet-0a`, `security-group/sg-0a`,
   * `launch-template/<id or name>`, `key-pair/<name>`, `placement-group/<name>`; of an EKS cluster or a group of capacity
   * reservations the whole ARN. Undefined: any.
   */
  readonly allowedResources: readonly string[] | undefined;
  /** Globs of the services for which endpoints may be asked, by the last part of their names. */
  readonly allowedEndpointServices: readonly string[];
  /** Whether a group that the operator creates may allow ingress from addresses that are not private, and from prefix lists. */
  readonly allowPublicIngress: boolean;
}

export const defaultEnvironmentLimits: EnvironmentLimits = {
  allowedResources: undefined,
  allowedEndpointServices: neededServices,
  allowPublicIngress: false,
};

/** Whether an object may use what its spec names and selects. */
export type AllowedSeen =
  | { readonly kind: "allowed" }
  | { readonly kind: "refused"; readonly message: string }
  /** The namespace cannot be read, so what it may use is unknown. */
  | { readonly kind: "unread"; readonly why: string }
  /** EC2 cannot be read, so whose the security groups are is unknown. */
  | { readonly kind: "unproven"; readonly reason: Reason; readonly message: string };

/** Something that a spec names, in the form of the lists. */
export interface Named {
  readonly field: string;
  readonly value: string;
  readonly lists: keyof typeof environmentAnnotations;
}

/** Resources of EC2, as an ARN ends: `type` is e.g. `subnet`. */
export function namedIds(field: string, type: string, ids: readonly string[]): readonly Named[] {
  return ids.map((id) => ({ field, value: `${type}/${id}`, lists: "resources" }));
}

/** @param annotations of the namespace */
export function allowedIn(
  named: readonly Named[],
  flags: EnvironmentLimits,
  annotations: Readonly<Record<string, string>>,
  mode: NamespaceAnnotations,
): AllowedSeen {
  const lists = listsFor(flags, annotations, mode);
  for (const { field, value, lists: which } of named) {
    const list = lackingList(lists[which], value);
    if (list === undefined) continue;
    const what = which === "ingress" ? `ingress from ${value}, which is not private,` : value;
    return {
      kind: "refused",
      message: `${field}: ${what} is not allowed in this namespace (${which === "ingress" ? list.from : listText(list)}). Remove it, or ask the operator's administrator to allow it`,
    };
  }
  return { kind: "allowed" };
}

/** The step that holds what the namespace may not use, or whose limits are unknown; none: all is allowed. */
export function allowedStep(seen: AllowedSeen, namespace: string): readonly (Blocked | Wait)[] {
  switch (seen.kind) {
    case "allowed":
      return [];
    case "refused":
      // What is in AWS stays as it is. No watch reports a change of the namespace's annotations to a plan.
      return [{ kind: "blocked", reason: "NotAllowed", message: seen.message, checkInMs: unwatchedCheckMs }];
    case "unread":
      return [
        {
          ...waitForNamespace(namespace, seen.why, "networks it may use, and writes nothing"),
          holds: "writes",
        },
      ];
    case "unproven": {
      const { reason, message } = seen;
      const stallsAfterMs = marks.unreadStallsMs;
      return [{ kind: "wait", reason, message, stallsAfterMs, checkInMs: unwatchedCheckMs, holds: "writes" }];
    }
  }
}

function listsFor(
  { allowedResources, allowedEndpointServices, allowPublicIngress }: EnvironmentLimits,
  annotations: Readonly<Record<string, string>>,
  mode: NamespaceAnnotations,
): Readonly<Record<Named["lists"], readonly AllowedList[]>> {
  const { resources, services, ingress } = environmentAnnotations;
  return {
    resources: listsInForce(resources, allowedResources, annotations, mode),
    services: listsInForce(services, allowedEndpointServices, annotations, mode),
    ingress: yesInForce(ingress, allowPublicIngress, annotations, mode),
  };
}

/** The sources of ingress that are limited. @param field of the spec that has the rules */
export function publicPeers(ingress: readonly { readonly peer: string }[], field: string): readonly Named[] {
  const peers = ingress.map(({ peer }) => peer).filter(isPublic);
  return peers.map((value): Named => ({ field, value, lists: "ingress" }));
}

/**
 * Whether the internet may be a source: by any address that is not private, be it one or a range that contains private ones
 * too. What is in a prefix list is its owner's, who may change it, so it counts as public.
 */
function isPublic(peer: string): boolean {
  if (peer === "self" || peer.startsWith("sg-")) return false;
  const range = rangeOf(peer);
  return range === undefined || !covers(privateAddresses, [range]);
}
