import { expect, it } from "vitest";
import type { Agreement } from "../network/agreement.ts";
import { answerOf } from "./apart.ts";

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

it("the preflight and a packet walker agree about 10,000 random networks, in which every cause occurs", async ({
  signal,
}) => {
  const { differences, found } = await answerOf<{
    readonly differences: Agreement["differences"];
    readonly found: Readonly<Record<string, number>>;
  }>("networks.ts", ["10000"], signal);
  expect(differences).toEqual([]);
  expect(Object.keys(found).sort()).toEqual(causes.sort());
  expect(found["Reachable"]).toBeGreaterThan(3000);
});
