import { expect, it } from "vitest";
import type { Agreement } from "../network/agreement.ts";
import { runApart } from "./apart.ts";

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

it("the preflight and a packet walker agree about 10,000 random networks, in which every cause occurs", async () => {
  const lines: string[] = [];
  const take = (line: string): void => void lines.push(line);
  expect(await runApart("networks.ts", ["10000"], AbortSignal.timeout(240_000), take)).toBe(0);
  const { differences, found } = JSON.parse(lines.join("")) as {
    readonly differences: Agreement["differences"];
    readonly found: Readonly<Record<string, number>>;
  };
  expect(differences).toEqual([]);
  expect(Object.keys(found).sort()).toEqual(causes.sort());
  expect(found["Reachable"]).toBeGreaterThan(3000);
}, 240_000);
