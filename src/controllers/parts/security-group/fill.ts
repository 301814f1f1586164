/** Adds the operator's security group to a spec. Pure. */

import { endpointsAnnotation, securityGroupAnnotation } from "../../../api/v1alpha1/annotations.ts";
import type {
  BatchComputeEnvironment,
  BatchComputeEnvironmentSpec,
} from "../../../api/v1alpha1/batch-compute-environment.ts";
import { withSelected } from "../selection/fill.ts";
import type { DesiredGroup } from "./rules.ts";

/** A spec with what `placed` fills in. */
export type PlacedSpec = BatchComputeEnvironmentSpec & {
  /**
   * Instances or tasks that keep running in the old subnets need endpoints or a group that a move in place would remove.
   * AWS describes only the new subnets from the update on.
   */
  readonly movesByReplacement?: boolean;
};

/** The group that the spec requests; undefined: none, or its network has it. */
export function desiredGroup({ spec }: BatchComputeEnvironment): DesiredGroup | undefined {
  if (spec.computeResources?.networkRef !== undefined) return undefined;
  const desired = spec.network?.securityGroup;
  return desired === undefined ? undefined : { egress: desired.egress ?? [], ingress: desired.ingress ?? [] };
}

/**
 * The object with the operator's group of its status added to the groups of its spec. Its environments move to other
 * subnets and groups only by replacement as long as the object requests, or has noted, endpoints or a group.
 */
function withMadeGroup(object: BatchComputeEnvironment): BatchComputeEnvironment {
  return movingByReplacement(namingMadeGroup(object));
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

/** The object with everything in its spec that it selects, or that the operator created for it, in the network. */
export function placed(object: BatchComputeEnvironment): BatchComputeEnvironment {
  const filled = withMadeGroup(withSelected(object));
  // What its network has made for it goes once AWS names it no more, while instances may run on in the old subnets.
  const isOfNetwork = object.spec.computeResources?.networkRef !== undefined;
  return isOfNetwork ? { ...filled, spec: { ...filled.spec, movesByReplacement: true } as PlacedSpec } : filled;
}
