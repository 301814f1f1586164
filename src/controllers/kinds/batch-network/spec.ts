/** What the spec of a network asks for. Pure. */

import { type BatchNetwork, type BatchNetworkSpec, servicesNeeded } from "../../../api/v1alpha1/batch-network.ts";
import type { ToResolve } from "../../../network/selection.ts";
import { type Named, namedIds, publicPeers } from "../../parts/allowed/limits.ts";
import type { DesiredGroup } from "../../parts/security-group/rules.ts";
import { remembered } from "../../parts/selection/report.ts";

/** The short names of the services that are to have an endpoint, sorted. */
export function servicesOf({ vpcEndpoints }: BatchNetworkSpec): readonly string[] {
  const needed = (vpcEndpoints?.needs ?? []).flatMap((need): readonly string[] => servicesNeeded[need]);
  return [...new Set([...needed, ...(vpcEndpoints?.services ?? [])])].toSorted();
}

/** The group to create; undefined: none. */
export function groupOf({ securityGroup }: BatchNetworkSpec): DesiredGroup | undefined {
  return securityGroup && { egress: securityGroup.egress ?? [], ingress: securityGroup.ingress ?? [] };
}

/** The selections to resolve; empty without selectors. */
export function selectionsOf({ spec, status }: BatchNetwork): readonly ToResolve[] {
  const { vpcId, subnetSelector, securityGroupSelector, securityGroup } = spec;
  const asked: ToResolve[] = [];
  if (subnetSelector !== undefined) {
    const [path, before] = ["spec.subnetSelector", remembered(status?.resolvedSubnets)];
    asked.push({ selectable: "subnets", selector: { vpcId, tags: subnetSelector.tags }, path, before, limit: 100 });
  }
  if (securityGroupSelector !== undefined) {
    const [path, before] = ["spec.securityGroupSelector", remembered(status?.resolvedSecurityGroups)];
    const limit = securityGroup === undefined ? 16 : 15;
    asked.push({
      selectable: "securityGroups",
      selector: { vpcId, tags: securityGroupSelector.tags },
      path,
      before,
      limit,
    });
  }
  return asked;
}

/** Subnets and groups that the spec names, or that its selectors have resolved to. */
export interface Placed {
  /** Undefined: its selector has resolved to none yet. */
  readonly subnets: readonly string[] | undefined;
  readonly securityGroupIds: readonly string[] | undefined;
}

export function placedIn({ spec, status }: BatchNetwork): Placed {
  return {
    subnets: spec.subnets ?? status?.resolvedSubnets?.ids,
    securityGroupIds:
      spec.securityGroupSelector === undefined ? (spec.securityGroupIds ?? []) : status?.resolvedSecurityGroups?.ids,
  };
}

/** What the network names that its namespace may have to be allowed. */
export function namedBy(network: BatchNetwork): readonly Named[] {
  const { spec } = network;
  const { subnets = [], securityGroupIds = [] } = placedIn(network);
  const { ingress = [], egress = [] } = spec.securityGroup ?? {};
  return [
    ...namedIds("spec.subnets", "subnet", subnets),
    ...namedIds("spec.securityGroupIds", "security-group", securityGroupIds),
    ...servicesOf(spec).map((value): Named => ({ field: "spec.vpcEndpoints", value, lists: "services" })),
    ...namedIds("spec.securityGroup.ingress", "security-group", groupPeers(ingress)),
    ...namedIds("spec.securityGroup.egress", "security-group", groupPeers(egress)),
    ...publicPeers(ingress, "spec.securityGroup.ingress"),
  ];
}

/** A group cannot be deleted while a rule of another one names it. */
function groupPeers(rules: readonly { readonly peer: string }[]): readonly string[] {
  return rules.map(({ peer }) => peer).filter((peer) => peer.startsWith("sg-"));
}
