import { apiVersion } from "../../api/v1alpha1/group.ts";
import { BatchNetworkKind } from "../../api/v1alpha1/kinds.ts";
import { networkItselfMessage } from "../../api/v1alpha1/network.ts";
import { isRecord } from "./defaults.ts";
import type { Finding } from "./problem.ts";
import { noComments, yamlOf } from "./yaml-text.ts";

/** What replaces the fields by which environments selected networks, and made groups and endpoints, themselves. Pure. */

type Members = Readonly<Record<string, unknown>>;

/** Only AWS, or the status of the object, has these. The API accepts none of them: a person has to write it. */
const unknownVpc = "<the VPC of the subnets>";
const unknownServices = ["<each service that the condition EndpointsReady of this object names>"];

/** The fields that a BatchNetwork has in their place, as a person finds them in a manifest. */
const fields = [
  ["computeResources", "subnetSelector"],
  ["computeResources", "securityGroupSelector"],
  ["network", "securityGroup"],
  ["network", "vpcEndpoints"],
  ["network", "vpcEndpointServices"],
] as const;

/**
 * The findings about an object; the first one about such a field has the lines to write: the BatchNetwork, and the reference to it.
 *
 * @param object of any kind, as a person wrote it
 */
export function withBatchNetwork(findings: readonly Finding[], object: unknown): readonly Finding[] {
  const first = findings.find(({ message }) => message.startsWith(networkItselfMessage));
  if (first === undefined || !isRecord(object)) return findings;
  const [metadata, spec] = [membersOf(object, "metadata"), membersOf(object, "spec")];
  const network = {
    apiVersion,
    kind: BatchNetworkKind.kind,
    metadata: present({ name: metadata["name"], namespace: metadata["namespace"] }),
    spec: networkOf(spec),
  };
  const reference = { spec: { computeResources: { networkRef: { name: metadata["name"] } } } };
  const replaced = fields
    .filter(([part, field]) => membersOf(spec, part)[field] !== undefined)
    .map((path) => path.join("."));
  const given = ["subnets", "securityGroupIds"].filter(
    (field) => membersOf(spec, "computeResources")[field] !== undefined,
  );
  const all = [...replaced, ...given.map((field) => `computeResources.${field}`)];
  const message = `${first.message}:\n${lines(network)}\nand in place of ${all.join(", ")}:\n${lines(reference)}`;
  return findings.map((finding) => (finding === first ? { ...finding, message } : finding));
}

/** The spec of a network that gives an environment the same as its own fields. */
function networkOf(spec: Members): Members {
  const [resources, network] = [membersOf(spec, "computeResources"), membersOf(spec, "network")];
  const { subnets, subnetSelector, securityGroupIds, securityGroupSelector } = resources;
  const { create: _always, ...rules } = membersOf(network, "securityGroup");
  const selectors = [subnetSelector, securityGroupSelector].filter(isRecord);
  const vpcId = selectors.map((selector) => selector["vpcId"]).find((id) => id !== undefined);
  const asks = network["vpcEndpoints"] !== undefined;
  return present({
    region: spec["region"],
    vpcId: vpcId ?? unknownVpc,
    subnets,
    subnetSelector: ofTags(subnetSelector),
    securityGroupIds,
    securityGroupSelector: ofTags(securityGroupSelector),
    securityGroup: network["securityGroup"] === undefined ? undefined : rules,
    vpcEndpoints: asks ? { services: network["vpcEndpointServices"] ?? unknownServices } : undefined,
  });
}

/** A selector of a network, which is of one VPC anyway. */
function ofTags(selector: unknown): Members | undefined {
  return isRecord(selector) ? present({ tags: selector["tags"] }) : undefined;
}

function membersOf(value: Members, field: string): Members {
  const member = value[field];
  return isRecord(member) ? member : {};
}

function present(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function lines(value: object): string {
  return yamlOf(value, noComments).trimEnd().replaceAll(/^/gm, "  ");
}
