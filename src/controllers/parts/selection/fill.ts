/** Replaces selectors in a spec by the ids that they resolved to, so that other code sees lists only. Pure. */

import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { Resolved, ToResolve } from "../../../network/selection.ts";

/** The object with the ids of its status in place of its selectors; without ids where nothing was resolved yet. */
export function withSelected(object: BatchComputeEnvironment): BatchComputeEnvironment {
  const { computeResources: resources } = object.spec;
  if (resources?.networkRef !== undefined) return withTaken(object, resources);
  if (resources?.subnetSelector === undefined && resources?.securityGroupSelector === undefined) return object;
  const { subnetSelector, securityGroupSelector, ...named } = resources;
  const { resolvedSubnets, resolvedSecurityGroups } = object.status?.network ?? {};
  // IDs are what is accepted: whoever adds some to an earlier selector means them.
  const subnets = subnetSelector === undefined || named.subnets ? undefined : resolvedSubnets?.ids;
  const groups =
    securityGroupSelector === undefined || named.securityGroupIds ? undefined : resolvedSecurityGroups?.ids;
  const computeResources = {
    ...named,
    ...(subnets === undefined ? {} : { subnets: [...subnets] }),
    ...(groups === undefined ? {} : { securityGroupIds: [...groups] }),
  };
  return { ...object, spec: { ...object.spec, computeResources } };
}

/** The object with what it has taken from its network; without subnets before it has. */
function withTaken(
  object: BatchComputeEnvironment,
  { networkRef: _network, ...named }: NonNullable<BatchComputeEnvironment["spec"]["computeResources"]>,
): BatchComputeEnvironment {
  const { subnets = [], securityGroupIds = [] } = object.status?.network?.taken ?? {};
  const computeResources = {
    ...named,
    ...(subnets.length === 0 ? {} : { subnets: [...subnets] }),
    // The groups of a launch template count where the network gives none.
    ...(securityGroupIds.length === 0 ? {} : { securityGroupIds: [...securityGroupIds] }),
  };
  return { ...object, spec: { ...object.spec, computeResources } };
}

/** The paths that a new selection changes although nobody changed the spec or AWS. */
export function selectedPaths({ spec }: BatchComputeEnvironment): readonly string[] {
  const { networkRef } = spec.computeResources ?? {};
  if (networkRef !== undefined) return ["spec.computeResources.subnets", "spec.computeResources.securityGroupIds"];
  const { subnetSelector, securityGroupSelector } = selectorsOf(spec);
  return [
    ...(subnetSelector === undefined ? [] : ["spec.computeResources.subnets"]),
    ...(securityGroupSelector === undefined ? [] : ["spec.computeResources.securityGroupIds"]),
  ];
}

/** The selectors that nothing in the spec replaces. */
function selectorsOf({ computeResources: resources = { type: "EC2", maxvCpus: 0 } }: BatchComputeEnvironment["spec"]) {
  const { networkRef, subnets, securityGroupIds } = resources;
  return {
    subnetSelector: (networkRef ?? subnets) === undefined ? resources.subnetSelector : undefined,
    securityGroupSelector: (networkRef ?? securityGroupIds) === undefined ? resources.securityGroupSelector : undefined,
  };
}

/** The selections to resolve for an object; empty without selectors. */
export function selectionsOf({ spec, status }: BatchComputeEnvironment): readonly ToResolve[] {
  const { type = "EC2" } = spec.computeResources ?? {};
  const { subnetSelector, securityGroupSelector } = selectorsOf(spec);
  const { resolvedSubnets, resolvedSecurityGroups } = status?.network ?? {};
  const fargate = type === "FARGATE" || type === "FARGATE_SPOT";
  const made = spec.network?.securityGroup === undefined ? 0 : 1;
  const asked: ToResolve[] = [];
  if (subnetSelector !== undefined) {
    const before = remembered(resolvedSubnets);
    const path = "spec.computeResources.subnetSelector";
    asked.push({ selectable: "subnets", selector: subnetSelector, path, before, limit: fargate ? 16 : 100 });
  }
  if (securityGroupSelector !== undefined) {
    const before = remembered(resolvedSecurityGroups);
    asked.push({
      selectable: "securityGroups",
      selector: securityGroupSelector,
      path: "spec.computeResources.securityGroupSelector",
      before,
      limit: (fargate ? 5 : 16) - made,
    });
  }
  return asked;
}

type Remembered = NonNullable<NonNullable<BatchComputeEnvironment["status"]>["network"]>["resolvedSubnets"];

/** A selection as status has it. */
export function remembered(status: Remembered): Resolved | undefined {
  if (status === undefined) return undefined;
  const { selector, ids, since, candidate } = status;
  return {
    selector,
    ids,
    since: Date.parse(since),
    ...(candidate === undefined ? {} : { candidate: { ids: candidate.ids, since: Date.parse(candidate.since) } }),
  };
}
