import type { NetworkFacts, Part } from "../../src/network/facts.ts";

export function read<T>(value: T): Part<T> {
  return { kind: "read", value };
}

/** Everything was read, and there is nothing. */
export function emptyFacts(region: string): NetworkFacts {
  return {
    region,
    gatheredAt: 0,
    subnets: read([]),
    vpcs: read([]),
    routeTables: read([]),
    internetGateways: read([]),
    egressOnlyGateways: read([]),
    natGateways: read([]),
    endpoints: read([]),
    securityGroups: read([]),
    networkAcls: read([]),
    prefixLists: read([]),
    offerings: read([]),
    launchTemplates: read([]),
    instanceProfile: read(undefined),
    images: read([]),
    keyPairs: read([]),
    placementGroups: read([]),
    endpointServices: read([]),
  };
}
