/** A spec that names the security group that is made for it. Pure. */

import { endpointsAnnotation, securityGroupAnnotation } from "../../api/v1alpha1/annotations.ts";
import type { BatchComputeEnvironment, BatchComputeEnvironmentSpec } from "../../api/v1alpha1/compute-environment.ts";
import { withSelected } from "../selection/fill.ts";
import type { DesiredGroup } from "./rules.ts";

/** A spec, with what is filled in beside what its object says (`placed`). */
export type PlacedSpec = BatchComputeEnvironmentSpec & {
  /**
   * What runs on where the environment was needs endpoints or a group that would go with the move. AWS describes only
   * the new place from the update on, while instances or tasks are in the old one for long.
   */
  readonly movesByReplacement?: boolean;
};

/** What the spec of an object asks for; undefined: no group. */
export function desiredGroup({ spec }: BatchComputeEnvironment): DesiredGroup | undefined {
  const desired = spec.network?.securityGroup;
  return desired === undefined ? undefined : { egress: desired.egress ?? [], ingress: desired.ingress ?? [] };
}

const known = new WeakMap<BatchComputeEnvironment, BatchComputeEnvironment>();

/**
 * The object as if its spec named the group that is made for it, as status remembers it, beside those that it names
 * itself; and whether its environments move to other subnets and groups by replacement only: they do as long as the
 * object asks for, or has noted, endpoints or a group in the network. The same one each time.
 */
export function withMadeGroup(object: BatchComputeEnvironment): BatchComputeEnvironment {
  const before = known.get(object);
  if (before !== undefined) return before;
  const filled = movingByReplacement(namingMadeGroup(object));
  known.set(object, filled);
  return filled;
}

function namingMadeGroup(object: BatchComputeEnvironment): BatchComputeEnvironment {
  const { computeResources: resources } = object.spec;
  const made = object.status?.network?.securityGroup?.groupId;
  if (resources === undefined || made === undefined || desiredGroup(object) === undefined) return object;
  const securityGroupIds = [...(resources.securityGroupIds ?? []), made];
  return { ...object, spec: { ...object.spec, computeResources: { ...resources, securityGroupIds } } };
}

function movingByReplacement(object: BatchComputeEnvironment): BatchComputeEnvironment {
  const { annotations = {} } = object.metadata;
  const notes = [annotations[endpointsAnnotation], annotations[securityGroupAnnotation]];
  const asks = object.spec.network?.vpcEndpoints === "Ensure" || desiredGroup(object) !== undefined;
  if (!asks && notes.every((note) => note === undefined || note === "")) return object;
  const spec: PlacedSpec = { ...object.spec, movesByReplacement: true };
  return { ...object, spec };
}

/** The object as if its spec named everything that it selects or has made in the network. */
export function placed(object: BatchComputeEnvironment): BatchComputeEnvironment {
  return withMadeGroup(withSelected(object));
}
