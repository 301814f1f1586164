/** Whom an endpoint that is to be made would cut off. Pure. */

import type { EndpointUser } from "./endpoints.ts";
import type { NetworkFacts, SecurityGroup, VpcEndpoint } from "./facts.ts";
import { read } from "./lookups.ts";
import { endpointServiceOf } from "./needs.ts";
import { preflight } from "./preflight.ts";
import { sentenceOf } from "./remedies.ts";

/** An interface endpoint with private DNS, whose group will let `ingressFrom` (CIDR blocks) in. */
export interface EndpointToBe extends Pick<VpcEndpoint, "vpcId" | "serviceName" | "subnetIds" | "ipAddressType"> {
  readonly ingressFrom: readonly string[];
}

/**
 * The service's name leads to the endpoint from everywhere in the VPC: who reaches the service without one, and would
 * not reach the endpoint, for a network ACL or the rules of his own groups, would lose the service.
 *
 * @returns who, why and what would help, as a sentence; undefined when nobody is cut off
 */
export function cutOffBy(one: EndpointToBe, users: readonly EndpointUser[], facts: NetworkFacts): string | undefined {
  const after = withEndpoint(one, facts);
  for (const { described, workload } of users) {
    const before = pathsTo(one.serviceName, preflight(described, workload, facts));
    for (const { subnetId, verdict } of pathsTo(one.serviceName, preflight(described, workload, after))) {
      const reached = before.some((path) => path.subnetId === subnetId && path.verdict.kind === "reachable");
      if (!reached || verdict.kind !== "unreachable") continue;
      const { message, remedies } = verdict.stop;
      const first = remedies.length === 0 ? "" : `; first ${remedies.map(sentenceOf).join(", or ")}`;
      return `an endpoint of ${one.serviceName} would cut off ${subnetId}, which reaches the service now: ${message}${first}`;
    }
  }
  return undefined;

  function pathsTo(serviceName: string, { subnets }: ReturnType<typeof preflight>) {
    return subnets.flatMap(({ subnetId, paths }) =>
      paths
        .filter(({ need }) => endpointServiceOf(need.service, facts.region) === serviceName)
        .map(({ verdict }) => ({ subnetId, verdict })),
    );
  }
}

function withEndpoint({ ingressFrom, ...place }: EndpointToBe, facts: NetworkFacts): NetworkFacts {
  const group: SecurityGroup = {
    groupId: "the endpoint's group",
    groupName: "",
    vpcId: place.vpcId,
    egress: [],
    ingress: [{ protocol: "tcp", ports: { from: 443, to: 443 }, cidrs: ingressFrom, prefixListIds: [], groupIds: [] }],
    tags: {},
  };
  const endpoint: VpcEndpoint = {
    ...place,
    endpointId: "the endpoint",
    type: "Interface",
    state: "available",
    securityGroupIds: [group.groupId],
    routeTableIds: [],
    privateDns: true,
    privateDnsForInboundOnly: false,
    policy: undefined,
    tags: {},
  };
  return {
    ...facts,
    endpoints: { kind: "read", value: [...read("VPC endpoints", facts.endpoints), endpoint] },
    securityGroups: { kind: "read", value: [...read("security groups", facts.securityGroups), group] },
  };
}
