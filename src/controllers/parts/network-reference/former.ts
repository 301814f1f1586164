/**
 * What environments did themselves before there were networks. The API refuses these fields, and a stored object may still have
 * some: nothing is written for it until it refers to a network. Pure.
 */

import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import { BatchNetworkKind } from "../../../api/v1alpha1/kinds.ts";
import type { Blocked } from "../../pass/agenda.ts";
import type { Given } from "./seen.ts";

type Members = Readonly<Record<string, unknown>>;
type Spec = BatchComputeEnvironment["spec"];

/** Only AWS has these. The API accepts none of them: a person has to write it. */
const unknownVpc = "<the VPC of the subnets>";
const unknownServices = ["<each service of the endpoints in the VPC that have the tag awsbatch.dev/cluster>"];

/** The paths of these fields, below `spec`. */
export const formerFields = [
  ["computeResources", "subnetSelector"],
  ["computeResources", "securityGroupSelector"],
  ["network", "securityGroup"],
  ["network", "vpcEndpoints"],
  ["network", "vpcEndpointServices"],
] as const;

/** Those that a spec needs: nothing else in it, a reference or IDs, is in their place. */
function formerIn({ computeResources, network }: Spec): readonly string[] {
  const { networkRef, subnets, subnetSelector, securityGroupIds, securityGroupSelector } = computeResources ?? {};
  if (networkRef !== undefined) return [];
  const needed = [
    ["computeResources.subnetSelector", subnets === undefined ? subnetSelector : undefined],
    ["computeResources.securityGroupSelector", securityGroupIds === undefined ? securityGroupSelector : undefined],
    ["network.securityGroup", network?.securityGroup],
    ["network.vpcEndpoints", network?.vpcEndpoints],
  ] as const;
  return needed.flatMap(([path, value]) => (value === undefined ? [] : [path]));
}

/** Whether subnets and security groups of an environment are those of a network, or come from such fields. */
export function hasNetwork(spec: Spec): boolean {
  return spec.computeResources?.networkRef !== undefined || formerIn(spec).length > 0;
}

/** The services for which an environment asked itself for endpoints. */
export function formerServices(spec: Spec): readonly string[] {
  return formerIn(spec).includes("network.vpcEndpoints") ? (spec.network?.vpcEndpointServices ?? []) : [];
}

/** What its network gave an environment, or such fields, as its status has it; undefined: nothing yet. */
export function givenTo({ spec, status }: BatchComputeEnvironment): Given | undefined {
  const { taken, resolvedSubnets, resolvedSecurityGroups, securityGroup } = status?.network ?? {};
  if (taken !== undefined) return taken;
  const { subnets = resolvedSubnets?.ids, securityGroupIds = resolvedSecurityGroups?.ids ?? [] } =
    spec.computeResources ?? {};
  if (subnets === undefined) return undefined;
  const made = securityGroup === undefined ? [] : [securityGroup.groupId];
  return { subnets, securityGroupIds: [...securityGroupIds, ...made] };
}

/** Why nothing is written for an object; undefined: it has no such field. */
export function refusedFields({ metadata, spec, status }: BatchComputeEnvironment): Blocked | undefined {
  const former = formerIn(spec);
  if (former.length === 0) return undefined;
  const fields = former.map((path) => `spec.${path}`).join(", ");
  const network = JSON.stringify(networkInPlace(spec, status?.network?.securityGroup?.vpcId));
  const reference = JSON.stringify({ name: metadata.name });
  const message = `${fields}: environments share networks as ${BatchNetworkKind.kind}s. What AWS has stays, and nothing is written. Apply a ${BatchNetworkKind.kind} ${metadata.name} in this namespace with the spec ${network}: it takes over what these fields made, and changes its tags alone. Then write spec.computeResources.networkRef: ${reference} in place of them; aws-batch-operator validate prints both`;
  return { kind: "blocked", reason: "NetworkFieldsRefused", message };
}

/**
 * The spec of a network that gives an environment the same as its own fields.
 *
 * @param spec of an environment, as a person wrote it
 * @param knownVpc where the spec names none; undefined: a person has to write it
 */
export function networkInPlace(spec: Members, knownVpc: string = unknownVpc): Members {
  const [resources, network] = [membersOf(spec, "computeResources"), membersOf(spec, "network")];
  const { subnets, subnetSelector, securityGroupIds, securityGroupSelector } = resources;
  const { create: _always, ...rules } = membersOf(network, "securityGroup");
  const named = [subnetSelector, securityGroupSelector].map((selector) => (selector as Members | undefined)?.["vpcId"]);
  const asks = network["vpcEndpoints"] !== undefined;
  return present({
    region: spec["region"],
    vpcId: named.find((id) => id !== undefined) ?? knownVpc,
    subnets,
    subnetSelector: subnets === undefined ? ofTags(subnetSelector) : undefined,
    securityGroupIds,
    securityGroupSelector: securityGroupIds === undefined ? ofTags(securityGroupSelector) : undefined,
    securityGroup: network["securityGroup"] === undefined ? undefined : rules,
    vpcEndpoints: asks ? { services: network["vpcEndpointServices"] ?? unknownServices } : undefined,
  });
}

/** A selector of a network, which is of one VPC anyway. */
function ofTags(selector: unknown): Members | undefined {
  return selector === undefined ? undefined : present({ tags: (selector as Members)["tags"] });
}

/** A member that is an object; otherwise an empty one. */
export function membersOf(value: Members, field: string): Members {
  const member = value[field];
  return typeof member === "object" && member !== null ? (member as Members) : {};
}

function present(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
