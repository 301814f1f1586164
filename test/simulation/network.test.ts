import { expect, it } from "vitest";
import { compare, seeds } from "../network/agreement.ts";

const causes = [
  "Reachable",
  "AclDeniesOutbound",
  "AclDeniesReturn",
  "DnsSupportOff",
  "EgressClosed",
  "EndpointIpFamily",
  "EndpointNotAvailable",
  "EndpointPolicyDenies",
  "EndpointRefusesGroup",
  "EndpointWithoutSubnet",
  "GatewayNotAttached",
  "NatIsPrivate",
  "NatNotAvailable",
  "NatWithoutInternet",
  "NoIpv6Address",
  "NoPublicIp",
  "NoRoute",
  "PartlyAllowed",
  "PeeringLeadsNowhere",
  "PrivateDnsOff",
  "RouteBlackhole",
];

it("the preflight and a packet walker agree about 10,000 random networks, in which every cause occurs", () => {
  const { differences, found } = compare(seeds(1, 10_000));
  expect(differences).toEqual([]);
  expect([...found.keys()].sort()).toEqual(causes.sort());
  expect(found.get("Reachable")).toBeGreaterThan(3000);
}, 240_000);
