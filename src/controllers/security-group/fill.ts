/** A spec that names the security group that is made for it. Pure. */

import type { BatchComputeEnvironment } from "../../api/v1alpha1/compute-environment.ts";
import { withSelected } from "../selection/fill.ts";
import type { GroupWish } from "./rules.ts";

/** What the spec of an object asks for; undefined: no group. */
export function groupWish({ spec }: BatchComputeEnvironment): GroupWish | undefined {
  const wish = spec.network?.securityGroup;
  return wish === undefined ? undefined : { egress: wish.egress ?? [], ingress: wish.ingress ?? [] };
}

const known = new WeakMap<BatchComputeEnvironment, BatchComputeEnvironment>();

/**
 * The object as if its spec named the group that is made for it, as status remembers it, beside those that it names
 * itself. The same one each time.
 */
export function withMadeGroup(object: BatchComputeEnvironment): BatchComputeEnvironment {
  const { computeResources: resources } = object.spec;
  const made = object.status?.network?.securityGroup?.groupId;
  if (resources === undefined || made === undefined || groupWish(object) === undefined) return object;
  const before = known.get(object);
  if (before !== undefined) return before;
  const securityGroupIds = [...(resources.securityGroupIds ?? []), made];
  const filled = { ...object, spec: { ...object.spec, computeResources: { ...resources, securityGroupIds } } };
  known.set(object, filled);
  return filled;
}

/** The object as if its spec named everything that it selects or has made in the network. */
export function placed(object: BatchComputeEnvironment): BatchComputeEnvironment {
  return withMadeGroup(withSelected(object));
}
