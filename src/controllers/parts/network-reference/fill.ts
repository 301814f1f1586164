/** Fills in what an environment has of its network, so that all other code sees IDs only. Pure. */

import type {
  BatchComputeEnvironment,
  BatchComputeEnvironmentSpec,
} from "../../../api/v1alpha1/batch-compute-environment.ts";
import { givenTo, hasNetwork } from "./former.ts";

/** A spec with what `placed` fills in. */
export type PlacedSpec = BatchComputeEnvironmentSpec & {
  /**
   * What the network has for the environment goes once AWS names it no more, while instances or tasks may run on in the old
   * subnets, of which AWS says nothing from an update in place on.
   */
  readonly movesByReplacement?: boolean;
};

/** The object with what it has taken from its network; without subnets before it has. */
export function placed(object: BatchComputeEnvironment): BatchComputeEnvironment {
  const { computeResources: resources } = object.spec;
  if (resources === undefined || !hasNetwork(object.spec)) return object;
  const { networkRef: _network, ...named } = resources;
  const { subnets = [], securityGroupIds = [] } = givenTo(object) ?? {};
  const computeResources = {
    ...named,
    ...(subnets.length === 0 ? {} : { subnets: [...subnets] }),
    // The groups of a launch template count where the network gives none.
    ...(securityGroupIds.length === 0 ? {} : { securityGroupIds: [...securityGroupIds] }),
  };
  const spec: PlacedSpec = { ...object.spec, computeResources, movesByReplacement: true };
  return { ...object, spec };
}
