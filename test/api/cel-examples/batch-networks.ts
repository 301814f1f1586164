import { type CelExample, examplesOf, type Row, type Spec } from "./example.ts";
import { sharingRows, tagRows } from "./shared.ts";

const network: Spec = { vpcId: "vpc-0a1b2c3d", subnets: ["subnet-0a1b2c3d"] };
const byTags = { subnets: undefined, subnetSelector: { tags: { tier: "batch" } } };
const long = { ["k".repeat(129)]: "" };

const rows: readonly Row[] = [
  ["a network is made of subnets: add subnets or subnetSelector", byTags, { subnets: undefined }],
  ["subnetSelector replaces subnets: remove one of the two", byTags, { subnetSelector: {} }],
  [
    "securityGroupSelector replaces securityGroupIds: remove one of the two",
    { securityGroupSelector: { tags: { team: "batch" } } },
    { securityGroupIds: ["sg-1"], securityGroupSelector: { tags: { team: "batch" } } },
  ],
  [
    "a VPC contains groups for many purposes: add tags",
    { securityGroupSelector: { tags: { team: "*" } } },
    { securityGroupSelector: { tags: {} } },
  ],
  ["vpcId cannot be changed", {}, { vpcId: "vpc-0b" }, {}],
  ["region cannot be changed", {}, { region: "eu-west-1" }, {}],
  ["a tag key has 1 to 128 characters: shorten it", byTags, { subnets: undefined, subnetSelector: { tags: long } }],
  [
    "a tag key has 1 to 128 characters: shorten it",
    { securityGroupSelector: { tags: { team: "*" } } },
    { securityGroupSelector: { tags: long } },
  ],
  [
    "protocol all has no ports: remove ports, or use tcp or udp",
    { securityGroup: { egress: [{ protocol: "all", peer: "10.0.0.0/8" }] } },
    { securityGroup: { egress: [{ protocol: "all", ports: "22", peer: "10.0.0.0/8" }] } },
  ],
  [
    "protocol all has no ports: remove ports, or use tcp or udp",
    { securityGroup: { ingress: [{ protocol: "all", peer: "self" }] } },
    { securityGroup: { ingress: [{ protocol: "all", ports: "22", peer: "self" }] } },
  ],
  ...(["egress", "ingress"] as const).flatMap((direction): readonly Row[] => {
    const withPorts = (ports: string) => ({
      securityGroup: { [direction]: [{ protocol: "tcp", ports, peer: "10.0.0.0/8" }] },
    });
    const withPeer = (peer: string) => ({ securityGroup: { [direction]: [{ protocol: "all", peer }] } });
    const [highest, order] = ["the highest port is 65535", "a range of ports begins with the lower one"];
    return [
      [highest, withPorts("65535"), withPorts("65536")],
      [highest, withPorts("0-65535"), withPorts("0-65536")],
      [order, withPorts("50-50"), withPorts("51-50")],
      ["there is no such CIDR block", withPeer("10.0.0.0/32"), withPeer("10.0.0.0/33")],
      ["there is no such CIDR block", withPeer("255.0.0.0/0"), withPeer("256.0.0.0/0")],
      ["there is no such CIDR block", withPeer("10.0.0.0/8"), withPeer("10.0.0.0/08")],
      ["there is no such CIDR block", withPeer("10.0.0.0/8"), withPeer("010.0.0.0/8")],
      ["there is no such CIDR block", withPeer("fd00::/128"), withPeer("fd00::/129")],
      ["there is no such CIDR block", withPeer("::/0"), withPeer(":/0")],
      ["there is no such CIDR block", withPeer("1:2:3:4:5:6:7::/64"), withPeer("1:2:3:4:5:6:7:/64")],
    ];
  }),
  [
    "vpcEndpoints asks for nothing: add needs or services, or remove it",
    { vpcEndpoints: { services: ["sts"] } },
    { vpcEndpoints: { needs: [] } },
  ],
  ...sharingRows,
  ...tagRows,
];

export const batchNetworkExamples: readonly CelExample[] = examplesOf("BatchNetwork", network, rows);
