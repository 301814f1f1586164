import { expect, it } from "vitest";
import { retainedFromTag } from "../../../../src/controllers/ownership/ownership.ts";
import {
  gatewayPolicy,
  groupName,
  ownedBy,
  ownershipTags,
} from "../../../../src/controllers/parts/endpoints/ownership.ts";
import type { SecurityGroup, VpcEndpoint } from "../../../../src/network/facts.ts";
import { endpoint, group, natNetwork } from "../../../network/networks.ts";
import { identity } from "../roles/given.ts";

const { cluster } = identity;
const tags = ownershipTags({ cluster });
const name = groupName({ cluster });
const facts = {
  ...natNetwork().facts,
  securityGroups: {
    kind: "read" as const,
    value: [
      group("sg-ours", { groupName: name }),
      group("sg-prod"),
      group("sg-elsewhere", { groupName: name, vpcId: "vpc-2" }),
    ],
  },
};
const { isOurs, isLeft } = ownedBy({ cluster }, facts);

type One = VpcEndpoint | SecurityGroup;
const gateway = (policy?: string): VpcEndpoint => endpoint("s3", { type: "Gateway", securityGroupIds: [], policy });
const interfaceOf = (...securityGroupIds: readonly string[]): VpcEndpoint => endpoint("ecs", { securityGroupIds });
const policy = gatewayPolicy({ cluster });

it.each<[string, boolean, One]>([
  ["an interface endpoint with our group", true, interfaceOf("sg-prod", "sg-ours")],
  ["an interface endpoint without our group", false, interfaceOf("sg-prod")],
  ["an interface endpoint without any group", false, interfaceOf()],
  ["an interface endpoint with a group of our name in another VPC", false, interfaceOf("sg-elsewhere")],
  ["a gateway endpoint with our policy", true, gateway(policy)],
  [
    "a gateway endpoint with our statement among those of a person",
    true,
    gateway(JSON.stringify(JSON.parse(policy), null, 2)),
  ],
  [
    "a gateway endpoint with the policy of another cluster",
    false,
    gateway(gatewayPolicy({ cluster: { ...cluster, name: "other" } })),
  ],
  [
    "a gateway endpoint with a policy that only mentions us",
    false,
    gateway('{"Statement":[{"Sid":"AwsBatchOperator"}]}'),
  ],
  ["a gateway endpoint with EC2's own policy", false, gateway('{"Statement":[{"Action":"*"}]}')],
  ["a gateway endpoint without a policy", false, gateway()],
  ["a group with our name", true, group("sg-x", { groupName: name })],
  ["a group with another name", false, group("sg-x", { groupName: `${name}-2` })],
])("%s is ours, and is taken back after Retain, by its tags: %s", (_what, expected, one) => {
  expect(isOurs({ ...one, tags })).toBe(expected);
  expect(isLeft({ ...one, tags: { [retainedFromTag]: `${cluster.name}/team/ce` } })).toBe(expected);
  expect([isOurs(one), isLeft(one)]).toEqual([false, false]);
});

it("nothing is ours by the tags of another cluster, or of another purpose", () => {
  const one = interfaceOf("sg-ours");
  expect(isOurs({ ...one, tags: ownershipTags({ cluster: { ...cluster, name: "other" } }) })).toBe(false);
  expect(isOurs({ ...one, tags: ownershipTags({ cluster: { ...cluster, uid: "other" } }) })).toBe(false);
  expect(isOurs({ ...one, tags: { ...tags, "awsbatch.dev/purpose": "instances" } })).toBe(false);
  expect(isLeft({ ...one, tags: { [retainedFromTag]: "other/team/ce" } })).toBe(false);
});

it("what a lost cluster created is ours, once its uid is taken over", () => {
  const lost = { ...cluster, uid: "lost" };
  const one = { ...interfaceOf("sg-ours"), tags: ownershipTags({ cluster: lost }) };
  expect(ownedBy({ cluster: { ...cluster, takeOverUid: "lost" } }, facts).isOurs(one)).toBe(true);
});

it("what one network created is of no other network, and not of the cluster, whatever its tags say", () => {
  const [own, other] = ["net", "other"].map((of) => ({ cluster, object: { namespace: "team", name: of } }));
  if (own === undefined || other === undefined) throw new Error("two owners");
  const named = { kind: "read" as const, value: [group("sg-own", { groupName: groupName(own) })] };
  const around = { ...facts, securityGroups: named };
  const made = [interfaceOf("sg-own"), gateway(gatewayPolicy(own))];
  for (const one of made) {
    expect(ownedBy(own, around).isOurs({ ...one, tags: ownershipTags(own) })).toBe(true);
    for (const owner of [other, { cluster }]) {
      expect(ownedBy(owner, around).isOurs({ ...one, tags: ownershipTags(own) })).toBe(false);
      expect(ownedBy(owner, around).isOurs({ ...one, tags: ownershipTags(owner) })).toBe(false);
    }
  }
});

it("what environments shared before there were networks is for a network to take over, which then owns it", () => {
  const own = { cluster, object: { namespace: "team", name: "net" } };
  const before = ownedBy(own, facts);
  for (const one of [interfaceOf("sg-ours"), gateway(policy), group("sg-x", { groupName: name })]) {
    expect(before.isOfCluster({ ...one, tags })).toBe(true);
    expect(before.isOfCluster({ ...one, tags: { [retainedFromTag]: `${cluster.name}/team/ce` } })).toBe(true);
    expect(before.isOurs({ ...one, tags })).toBe(false);
    const taken = { ...one, tags: ownershipTags(own) };
    expect([before.isOurs(taken), before.isOfCluster(taken)]).toEqual([true, false]);
    expect(ownedBy({ cluster }, facts).isOurs(taken)).toBe(false);
    expect(ownedBy({ cluster }, facts).isOfCluster({ ...one, tags })).toBe(false);
  }
  for (const one of [interfaceOf("sg-prod"), gateway(), group("sg-y")]) {
    expect(before.isOfCluster({ ...one, tags })).toBe(false);
    expect(before.isOurs({ ...one, tags: ownershipTags(own) })).toBe(false);
  }
});
