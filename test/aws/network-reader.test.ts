import { describe, expect, it } from "vitest";
import { createIamAccount } from "../../src/aws/cached-iam.ts";
import { type CallGuardOptions, callsFor } from "../../src/aws/calls.ts";
import type { Ec2Api } from "../../src/aws/ec2.ts";
import { ec2Calls, guardedEc2 } from "../../src/aws/ec2-calls.ts";
import { createEc2Region } from "../../src/aws/ec2-region.ts";
import { guardedIam } from "../../src/aws/iam-calls.ts";
import { subnetFact, vpcCidrs } from "../../src/aws/network-facts.ts";
import { createNetworkReader } from "../../src/aws/network-reader.ts";
import type { NetworkFacts } from "../../src/network/facts.ts";
import { emptyRequest, type NetworkRequest } from "../../src/network/port.ts";
import type { Fault } from "../../src/simulator/faults.ts";
import { account } from "../simulator/account.ts";
import { agentEndpoints, threeSubnets } from "../simulator/networks.ts";
import { aBudget, aGuard } from "./given.ts";

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const signal = new AbortController().signal;
const hourMs = 3_600_000;

function world() {
  const { aws, clock } = account();
  const guard = aGuard({ clock });
  const iam = createIamAccount({ api: guardedIam(aws.iam, guard), account: aws.account, partition: "aws", clock });
  const everybody: NetworkRequest[] = [];
  const reader = createNetworkReader({
    ec2: guardedEc2(aws.ec2, guard),
    account: aws.account,
    region: "us-east-1",
    clock,
    iam: async () => iam,
    everybody: (part) => everybody.flatMap((one) => one[part]),
  });
  aws.outside.describeNetwork(threeSubnets);
  return {
    aws,
    clock,
    reader,
    everybody,
    reads: () => aws.log.filter(({ operation }) => /^(Describe|GetManaged)/.test(operation)).length,
    of: (request: Partial<NetworkRequest>, maxAgeMs = hourMs) =>
      reader.of({ ...emptyRequest, ...request }, { signal, maxAgeMs }),
  };
}

/** EC2 of a region in which no object names an instance profile, or anything else. */
function regionWithin(ec2: Ec2Api, guard: CallGuardOptions) {
  const iam = () => Promise.reject(new Error("no object names a profile"));
  const at = { account: "1", region: "r", partition: "aws", clock: guard.clock };
  return createEc2Region({ api: guardedEc2(ec2, guard), ...at, iam, everybody: () => [] });
}

it("keeps of a namespace's reader only the moment of the last write, which all readers of a region share", () => {
  const { aws, clock, reader } = world();
  const calls = guardedEc2(aws.ec2, aGuard({ clock }));
  const { written } = reader.calling(calls, "team");
  reader.wrote();
  expect(written.at).toBe(clock.monotonic());
  expect(reader.calling(calls, "other").written).toBe(written);
});

function read<T>(part: { kind: "read"; value: T } | { kind: "unread"; message: string }): T {
  if (part.kind === "unread") throw new Error(part.message);
  return part.value;
}

const denied = (operation: string): Fault => ({
  kind: "refuse",
  exception: "UnauthorizedOperation",
  message: `You are not authorized to perform this operation. User: arn:aws:sts::1:assumed-role/o/s is not authorized to perform: ec2:${operation} because no identity-based policy allows the ec2:${operation} action`,
  httpStatusCode: 403,
});

const twoVpcs = {
  vpcs: [{ id: "vpc-2", cidr: "10.9.0.0/16" }],
  subnets: [{ id: "subnet-theirs", vpc: "vpc-2", zone: "us-east-1a", cidr: "10.9.0.0/24" }],
};

describe("the facts of a network", () => {
  it("hold the whole VPC of a subnet", async () => {
    const { of, aws } = world();
    aws.outside.describeNetwork(agentEndpoints());
    const facts = await of({ subnetIds: ["subnet-closed"], securityGroupIds: ["sg-1"] });
    expect(read(facts.subnets).map(({ subnetId, mapPublicIp }) => [subnetId, mapPublicIp])).toEqual([
      ["subnet-closed", false],
      ["subnet-public", true],
      ["subnet-nat", false],
      ["subnet-closed-b", false],
    ]);
    expect(read(facts.vpcs)).toEqual([
      {
        vpcId: "vpc-1",
        cidrs: ["10.0.0.0/16"],
        shared: false,
        dns: { kind: "read", value: { support: true, hostnames: true } },
      },
    ]);
    const nat = read(facts.routeTables).find(({ routeTableId }) => routeTableId === "rtb-nat");
    expect(nat?.routes.map(({ destination, target }) => [destination, target])).toEqual([
      [
        { kind: "cidr", cidr: "10.0.0.0/16" },
        { kind: "local", id: "local" },
      ],
      [
        { kind: "cidr", cidr: "0.0.0.0/0" },
        { kind: "natGateway", id: "nat-1" },
      ],
    ]);
    expect(read(facts.internetGateways)).toEqual([{ gatewayId: "igw-1", vpcIds: ["vpc-1"] }]);
    expect(read(facts.endpoints)[0]).toMatchObject({ type: "Interface", state: "available", privateDns: true });
    expect(read(facts.networkAcls)[0]?.entries.map(({ number, egress, allow }) => [number, egress, allow])).toEqual([
      [100, true, true],
      [100, false, true],
      [32767, true, false],
      [32767, false, false],
    ]);
    const groups = read(facts.securityGroups);
    expect(groups.find(({ groupId }) => groupId === "sg-endpoints")?.ingress).toEqual([
      { protocol: "tcp", ports: { from: 443, to: 443 }, cidrs: [], prefixListIds: [], groupIds: ["sg-1"] },
    ]);
    expect(groups.find(({ groupId }) => groupId === "sg-1")?.egress).toMatchObject([
      { protocol: "all", ports: undefined, cidrs: ["0.0.0.0/0"] },
    ]);
  });

  it("say by absence what does not exist", async () => {
    const { of } = world();
    const facts = await of({
      subnetIds: ["subnet-gone"],
      securityGroupIds: ["sg-gone"],
      imageIds: ["ami-gone"],
      keyPairs: ["gone"],
      placementGroups: ["gone"],
      launchTemplates: [
        { by: "name", reference: "lt-gone", version: "$Latest" },
        { by: "id", reference: "lt-0123456789abcdef9", version: "$Latest" },
        { by: "id", reference: "lt-mistyped", version: "$Latest" },
      ],
      instanceTypes: ["m9.large"],
    });
    for (const part of [facts.subnets, facts.images, facts.keyPairs, facts.placementGroups, facts.launchTemplates]) {
      expect(part).toEqual({ kind: "read", value: [] });
    }
    expect(read(facts.offerings)).toEqual([]);
  });

  it("show a group of another VPC, a version that is not there, and the zones that have a type", async () => {
    const { of, aws } = world();
    aws.outside.describeNetwork({
      vpcs: [{ id: "vpc-2", cidr: "10.9.0.0/16" }],
      securityGroups: [{ id: "sg-2", vpc: "vpc-2" }],
      launchTemplates: [
        { id: "lt-1", name: "mine", versions: [{ ImageId: "ami-1" }, { KeyName: "key", UserData: btoa("#!/bin/sh") }] },
      ],
    });
    const facts = await of({
      subnetIds: ["subnet-public"],
      securityGroupIds: ["sg-2"],
      launchTemplates: [
        { by: "name", reference: "mine", version: "$Latest" },
        { by: "id", reference: "lt-1", version: "7" },
      ],
      instanceTypes: ["c8g"],
    });
    expect(read(facts.securityGroups).find(({ groupId }) => groupId === "sg-2")?.vpcId).toBe("vpc-2");
    expect(read(facts.launchTemplates)).toMatchObject([
      { by: "name", reference: "mine", requested: "$Latest", version: 2, keyName: "key", userDataIsMime: false },
      { by: "id", reference: "lt-1", requested: "7", version: undefined },
    ]);
    expect(new Set(read(facts.offerings).map(({ zone }) => zone))).toEqual(new Set(["us-east-1a", "us-east-1b"]));
  });

  it("distinguish a launch template with the id of another as its name from that other", async () => {
    const { of, aws } = world();
    const [id, other] = ["lt-0123456789abcdef0", "lt-0123456789abcdef1"];
    aws.outside.describeNetwork({
      launchTemplates: [
        { id, name: "mine", versions: [{ KeyName: "by-id" }] },
        { id: other, name: id, versions: [{ KeyName: "by-name" }] },
      ],
    });
    const facts = await of({
      subnetIds: ["subnet-public"],
      launchTemplates: [
        { by: "id", reference: id, version: "1" },
        { by: "name", reference: id, version: "1" },
      ],
    });
    expect(read(facts.launchTemplates)).toMatchObject([
      { by: "id", reference: id, keyName: "by-id" },
      { by: "name", reference: id, keyName: "by-name" },
    ]);
  });

  it("lack only the launch template that EC2 refuses to describe, and for a minute", async () => {
    const { of, aws, clock } = world();
    aws.outside.describeNetwork({
      launchTemplates: [
        { id: "lt-1", name: "mine", versions: [{}] },
        { id: "lt-2", name: "theirs", versions: [{}] },
      ],
    });
    const allow = aws.faults.add({
      fault: { kind: "refuse", exception: "InvalidParameterValue", message: "Not this one.", httpStatusCode: 400 },
      on: ({ operation, input }) =>
        operation === "DescribeLaunchTemplateVersions" &&
        (input as { LaunchTemplateName?: string }).LaunchTemplateName === "theirs",
    });
    const templates = async () => {
      const launchTemplates = ["theirs", "mine"].map((reference) => {
        return { by: "name", reference, version: "$Default" } as const;
      });
      return read((await of({ subnetIds: ["subnet-public"], launchTemplates })).launchTemplates);
    };
    expect(await templates()).toMatchObject([
      { reference: "theirs", unread: { kind: "unread", permission: undefined, message: "Not this one." } },
      { reference: "mine", version: 1 },
    ]);
    allow();
    await clock.advance(59_000);
    expect((await templates())[0]).toHaveProperty("unread");
    await clock.advance(2_000);
    expect(await templates()).toMatchObject([
      { reference: "theirs", version: 1 },
      { reference: "mine", version: 1 },
    ]);
  });

  it.each([
    ["the right to read them", denied("DescribeLaunchTemplateVersions")],
    [
      "calls",
      { kind: "refuse", exception: "RequestLimitExceeded", message: "Slow down.", httpStatusCode: 503 } as Fault,
    ],
  ])("hold no launch template where EC2 refuses %s", async (_, fault) => {
    const { of, aws } = world();
    aws.faults.add({ fault, on: "DescribeLaunchTemplateVersions" });
    const facts = await of({
      subnetIds: ["subnet-public"],
      launchTemplates: [
        { by: "name", reference: "mine", version: "1" },
        { by: "name", reference: "mine", version: "2" },
      ],
    });
    expect(facts.launchTemplates).toMatchObject({ kind: "unread" });
    expect(aws.log.filter(({ operation }) => operation === "DescribeLaunchTemplateVersions")).toHaveLength(1);
  });

  it("hold the DNS settings of all VPCs but one whose id is malformed", async () => {
    const { of, aws } = world();
    aws.faults.add({
      fault: {
        kind: "refuse",
        exception: "InvalidVpcID.Malformed",
        message: 'Invalid id: "vpc-x"',
        httpStatusCode: 400,
      },
      on: ({ operation, input }) =>
        operation === "DescribeVpcAttribute" && (input as { VpcId?: string }).VpcId === "vpc-x",
    });
    const facts = await of({ subnetIds: ["subnet-public"], vpcIds: ["vpc-x"] });
    expect(read(facts.vpcs).map(({ vpcId, dns }) => [vpcId, dns.kind])).toEqual([["vpc-1", "read"]]);
  });

  it("hold the prefix lists that routes and the groups in question name", async () => {
    const { of, aws } = world();
    aws.outside.describeNetwork({
      vpcEndpoints: [{ id: "vpce-s3", vpc: "vpc-1", service: "s3", type: "Gateway", routeTables: ["rtb-main"] }],
    });
    const facts = await of({ subnetIds: ["subnet-closed"] });
    expect(read(facts.prefixLists)).toMatchObject([{ prefixListId: "pl-63a5400a", cidrs: expect.any(Array) }]);
  });

  it.each([
    ["forbids", denied("DescribeVpcAttribute"), "ec2:DescribeVpcAttribute"],
    [
      "refuses",
      { kind: "refuse", exception: "InvalidParameterValue", message: "Not this one.", httpStatusCode: 400 } as Fault,
      undefined,
    ],
  ])(
    "lack only the DNS settings of the VPC that EC2 %s to describe, and for a minute",
    async (_, fault, permission) => {
      const { of, aws, clock, reads } = world();
      aws.outside.describeNetwork(twoVpcs);
      const allow = aws.faults.add({
        fault,
        on: ({ operation, input }) =>
          operation === "DescribeVpcAttribute" && (input as { VpcId?: string }).VpcId === "vpc-2",
      });
      const dns = async (...subnetIds: readonly string[]) =>
        read((await of({ subnetIds })).vpcs).map(({ vpcId, dns }) => [vpcId, dns.kind]);
      const both = ["subnet-public", "subnet-theirs"];
      expect(await dns(...both)).toEqual([
        ["vpc-1", "read"],
        ["vpc-2", "unread"],
      ]);
      expect(read((await of({ subnetIds: ["subnet-theirs"] })).vpcs)[0]?.dns).toMatchObject({ permission });
      await clock.advance(61_000);
      const before = reads();
      expect(await dns("subnet-public")).toEqual([["vpc-1", "read"]]);
      // What is refused of another VPC is not asked for on behalf of this one.
      expect(reads()).toBe(before);
      allow();
      expect(await dns(...both)).toEqual([
        ["vpc-1", "read"],
        ["vpc-2", "read"],
      ]);
    },
  );

  it("lack only the prefix list that EC2 forbids to describe", async () => {
    const { of, aws } = world();
    aws.outside.describeNetwork({
      vpcEndpoints: [
        { id: "vpce-s3", vpc: "vpc-1", service: "s3", type: "Gateway", routeTables: ["rtb-main"] },
        { id: "vpce-db", vpc: "vpc-1", service: "dynamodb", type: "Gateway", routeTables: ["rtb-main"] },
      ],
    });
    aws.faults.add({
      fault: denied("GetManagedPrefixListEntries"),
      on: ({ operation, input }) =>
        operation === "GetManagedPrefixListEntries" &&
        (input as { PrefixListId?: string }).PrefixListId === "pl-63a5400a",
    });
    const lists = read((await of({ subnetIds: ["subnet-closed"] })).prefixLists);
    expect(lists).toHaveLength(2);
    expect(lists).toContainEqual({
      prefixListId: "pl-63a5400a",
      name: undefined,
      unread: expect.objectContaining({ permission: "ec2:GetManagedPrefixListEntries" }),
    });
    expect(lists).toContainEqual(expect.objectContaining({ cidrs: expect.any(Array) }));
  });

  it("hold the instance profile with its role", async () => {
    const { of, aws, clock } = world();
    await aws.iam.createRole({ RoleName: "r", AssumeRolePolicyDocument: trust });
    await aws.iam.createInstanceProfile({ InstanceProfileName: "p" });
    await aws.iam.addRoleToInstanceProfile({ InstanceProfileName: "p", RoleName: "r" });
    // IAM shows late what was made.
    await clock.advance(60_000);
    const facts = await of({ instanceProfile: "arn:aws:iam::123456789012:instance-profile/p" });
    expect(read(facts.instanceProfile)).toMatchObject({ name: "p", role: { roleName: "r" } });
    expect(read((await of({ instanceProfile: "none" })).instanceProfile)).toBeUndefined();
  });

  it("name the missing permission of a part, and have the rest", async () => {
    const { of, aws } = world();
    aws.faults.add({ fault: denied("DescribeRouteTables"), on: "DescribeRouteTables" });
    aws.faults.add({ fault: denied("DescribeVpcAttribute"), on: "DescribeVpcAttribute" });
    const facts = await of({ subnetIds: ["subnet-public"] });
    expect(facts.routeTables).toMatchObject({ kind: "unread", permission: "ec2:DescribeRouteTables" });
    expect(read(facts.vpcs)[0]?.dns).toMatchObject({ kind: "unread", permission: "ec2:DescribeVpcAttribute" });
    expect(read(facts.subnets)).toHaveLength(4);
  });

  it("show a VPC of another account, which shares its subnets", async () => {
    const { of, aws } = world();
    const { describeVpcs } = aws.ec2;
    Object.assign(aws.ec2, {
      describeVpcs: async (...given: Parameters<typeof describeVpcs>) => {
        const answer = await describeVpcs(...given);
        return { ...answer, Vpcs: answer.Vpcs?.map((vpc) => ({ ...vpc, OwnerId: "210987654321" })) };
      },
    });
    expect(read((await of({ subnetIds: ["subnet-nat"] })).vpcs).map(({ shared }) => shared)).toEqual([true]);
  });

  it("leave out a VPC that somebody has deleted, and have the DNS settings of the others", async () => {
    const { of, aws } = world();
    const gone = { kind: "refuse", exception: "InvalidVpcID.NotFound", message: "no", httpStatusCode: 400 } as const;
    aws.faults.add({
      fault: gone,
      on: ({ operation, input }) =>
        operation === "DescribeVpcAttribute" && (input as { readonly VpcId?: string }).VpcId === "vpc-gone",
    });
    const facts = await of({ subnetIds: ["subnet-public"], vpcIds: ["vpc-gone"] });
    expect(read(facts.vpcs).map(({ vpcId, dns }) => [vpcId, dns.kind])).toEqual([["vpc-1", "read"]]);
  });

  it("are read again a minute after a part could not be read", async () => {
    const { of, aws, clock } = world();
    aws.faults.add({ fault: denied("DescribeSubnets"), on: "DescribeSubnets", times: 1 });
    expect((await of({ subnetIds: ["subnet-public"] })).subnets.kind).toBe("unread");
    await clock.advance(30_000);
    expect((await of({ subnetIds: ["subnet-public"] })).subnets.kind).toBe("unread");
    await clock.advance(31_000);
    expect((await of({ subnetIds: ["subnet-public"] })).subnets.kind).toBe("read");
  });

  it("say when the oldest of their reads began", async () => {
    const { of, clock } = world();
    const begun = clock.now();
    await of({ subnetIds: ["subnet-public"] });
    await clock.advance(60_000);
    expect((await of({ subnetIds: ["subnet-public"] })).gatheredAt).toBe(begun);
    expect((await of({ subnetIds: ["subnet-public"] }, 0)).gatheredAt).toBe(begun + 60_000);
  });

  it("are read again after a write of ours, and the rest is kept", async () => {
    const { of, reads, reader, aws } = world();
    const request = { subnetIds: ["subnet-closed"] };
    await of(request);
    const before = reads();
    aws.outside.describeNetwork(agentEndpoints());
    expect(read((await of(request)).endpoints)).toEqual([]);
    reader.wrote();
    expect(read((await of(request)).endpoints)).toHaveLength(3);
    expect(reads() - before).toBe(3);
  });

  it("are read again where they are older than a moment that the caller names, and not where they are as young", async () => {
    const { of, reads, reader, clock } = world();
    const request = { subnetIds: ["subnet-closed"] };
    await of(request);
    const before = reads();
    const readAtMs = clock.monotonic();
    reader.forgetWays(readAtMs);
    await of(request);
    expect(reads() - before).toBe(0);
    reader.forget(readAtMs + 1);
    await of(request);
    expect(reads() - before).toBe(3);
  });

  it("hold the address ranges that a VPC has, without those that were taken from it or are on their way", async () => {
    const association = (cidr: string, state: string) => ({ CidrBlock: cidr, CidrBlockState: { State: state } });
    const ipv6 = (cidr: string, state: string) => ({ Ipv6CidrBlock: cidr, Ipv6CidrBlockState: { State: state } });
    const vpc = {
      VpcId: "vpc-1",
      CidrBlock: "10.0.0.0/16",
      CidrBlockAssociationSet: [
        association("10.0.0.0/16", "associated"),
        association("10.1.0.0/16", "associated"),
        association("10.2.0.0/16", "disassociated"),
        association("10.3.0.0/16", "disassociating"),
        association("10.4.0.0/16", "associating"),
        association("10.5.0.0/16", "failed"),
      ],
      Ipv6CidrBlockAssociationSet: [
        ipv6("2600:1::/56", "associated"),
        ipv6("2600:2::/56", "disassociated"),
        ipv6("2600:3::/56", "disassociating"),
      ],
    } as const;
    expect(vpcCidrs(vpc as never)).toEqual(["10.0.0.0/16", "10.1.0.0/16", "2600:1::/56"]);
    const subnet = {
      SubnetId: "subnet-1",
      CidrBlock: "10.0.0.0/24",
      Ipv6CidrBlockAssociationSet: [ipv6("2600:1::/64", "associated"), ipv6("2600:2::/64", "disassociated")],
    };
    expect(subnetFact(subnet as never).ipv6Cidrs).toEqual(["2600:1::/64"]);
  });

  it("are read in calls of 200 values, for EC2 takes no more in one", async () => {
    const { of, reads } = world();
    const ids = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `subnet-${at}`);
    const facts = await of({ subnetIds: ids(200) }, 0);
    expect([facts.subnets.kind, reads()]).toEqual(["read", 1]);
    const more = await of({ subnetIds: ["subnet-closed", ...ids(400)] }, 0);
    expect(read(more.subnets).map(({ subnetId }) => subnetId)).toContain("subnet-closed");
  });

  it("follow pages", async () => {
    const { of, aws } = world();
    const groups = Array.from({ length: 1200 }, (_, at) => ({ id: `sg-many-${at}`, vpc: "vpc-1" }));
    aws.outside.describeNetwork({ securityGroups: groups });
    expect(read((await of({ subnetIds: ["subnet-closed"] })).securityGroups).length).toBeGreaterThan(1200);
  });

  it("end for the one who gives up, and go on for the others", async () => {
    const { reader, aws, clock } = world();
    aws.faults.add({ fault: { kind: "delayResponse", delayMs: 5_000 }, on: "DescribeSubnets", times: 1 });
    const request = { ...emptyRequest, subnetIds: ["subnet-closed"] };
    const giving = new AbortController();
    const given = reader.of(request, { signal: giving.signal, maxAgeMs: hourMs });
    const other = reader.of(request, { signal, maxAgeMs: hourMs });
    giving.abort(new Error("enough"));
    await expect(given).rejects.toThrow("enough");
    await clock.advance(5_000);
    expect(read((await other).subnets)).toHaveLength(4);
  });
});

describe("a selector", () => {
  async function tagged() {
    const given = world();
    const tag = (id: string, Value: string) =>
      given.aws.outside.ec2.createTags({ Resources: [id], Tags: [{ Key: "team", Value }] });
    await tag("subnet-nat", "batch");
    await tag("subnet-public", "bat*");
    await tag("sg-1", "a\\b");
    const select = async (what: "subnets" | "securityGroups", value: string, maxAgeMs = hourMs) =>
      read(await given.reader.select(what, { tags: { team: value } }, { signal, maxAgeMs })).map(({ id }) => id);
    return { ...given, select };
  }

  it("selects by the exact values of tags, also by those that EC2 takes for patterns", async () => {
    const { select, reader } = await tagged();
    expect(await select("subnets", "batch")).toEqual(["subnet-nat"]);
    expect(await select("subnets", "bat*")).toEqual(["subnet-public"]);
    expect(await select("subnets", "*")).toEqual(["subnet-public", "subnet-nat"]);
    expect(await select("securityGroups", "a\\b")).toEqual(["sg-1"]);
    expect(await select("securityGroups", "batch")).toEqual([]);
    const here = await reader.select("subnets", { vpcId: "vpc-1" }, { signal, maxAgeMs: 0 });
    expect(read(here)).toHaveLength(4);
    expect(await reader.select("subnets", { vpcId: "vpc-2" }, { signal, maxAgeMs: 0 })).toEqual({
      kind: "read",
      value: [],
    });
  });

  it("costs one call for all who use it, as long as the answer is young enough", async () => {
    const { select, reads, clock } = await tagged();
    for (let times = 0; times < 50; times++) await select("subnets", "batch");
    expect(reads()).toBe(1);
    await clock.advance(hourMs + 1);
    await select("subnets", "batch");
    expect(reads()).toBe(2);
  });

  it("that is read often causes no read of another", async () => {
    const { select, reads } = await tagged();
    for (const value of ["batch", "bat*", "other"]) await select("subnets", value);
    expect(reads()).toBe(3);
    await select("subnets", "nothing", -1);
    await select("subnets", "nothing", -1);
    for (const value of ["batch", "bat*", "other"]) await select("subnets", value);
    expect(reads()).toBe(5);
  });
});

describe("what one tenant asks for in vain", () => {
  const many = Array.from({ length: 2000 }, (_, at) => at);
  const team: Partial<NetworkRequest> = {
    subnetIds: ["subnet-public"],
    securityGroupIds: ["sg-1"],
    instanceTypes: ["m5.large"],
    imageIds: ["ami-team"],
    keyPairs: ["team"],
    placementGroups: ["team"],
    launchTemplates: [{ by: "name", reference: "team", version: "$Latest" }],
  };
  const hostile = (at: number): Partial<NetworkRequest> => ({
    subnetIds: [`subnet-${at}`],
    securityGroupIds: [`sg-x${at}`],
    instanceTypes: [`x${at}.large`],
    imageIds: [`ami-${at}`],
    keyPairs: [`key-${at}`],
    placementGroups: [`group-${at}`],
    launchTemplates: [{ by: "name", reference: `template-${at}`, version: "$Latest" }],
  });

  it.each(Object.keys(team) as (keyof NetworkRequest)[])("costs another tenant no call: 2,000 %s", async (member) => {
    const alone = world();
    alone.aws.outside.describeNetwork(twoVpcs);
    await alone.of(team);
    const { everybody, of, reads } = world();
    for (const at of many) everybody.push({ ...emptyRequest, [member]: hostile(at)[member] });
    for (const at of many.slice(0, 300)) await of({ [member]: hostile(at)[member] });
    const before = reads();
    await of(team);
    expect(reads() - before).toBeLessThanOrEqual(alone.reads());
  });

  it("is read once, however many passes wait for it at the same time", async () => {
    const { clock, aws } = account({ latencyMs: 100 });
    const region = regionWithin(aws.ec2, aGuard({ clock }));
    const request = { ...emptyRequest, ...hostile(1) };
    const of = (maxAgeMs: number) => region.onBehalfOf("mallory").network.of(request, { signal, maxAgeMs });
    const same = Array.from({ length: 50 }, () => of(hourMs));
    await clock.advance(5000);
    expect(new Set(await Promise.all(same)).size).toBe(1);
    const live = [of(-1), of(-1)];
    await clock.advance(5000);
    expect(new Set(await Promise.all(live)).size).toBe(2);
  });

  it("is begun for few requests of a namespace at a time, and goes on where nobody waits any more", async () => {
    const { aws, clock } = account();
    const budget = aBudget(clock, 1);
    const region = regionWithin(aws.ec2, aGuard({ clock, budget }));
    const of = async (namespace: string, at: number): Promise<string> => {
      const patience = new AbortController();
      const request = { ...emptyRequest, launchTemplates: hostile(at).launchTemplates ?? [] };
      const reading = { signal, maxAgeMs: hourMs, patience: patience.signal };
      const answer = region
        .onBehalfOf(namespace)
        .network.of(request, reading)
        .then(
          () => "answered",
          () => "gave up",
        );
      await clock.advance(0);
      patience.abort("a later pass asks again");
      return answer;
    };
    for (const at of many.slice(0, 500)) await of("mallory", at);
    expect(budget.waiting).toBeLessThanOrEqual(8);
    region.wrote();
    for (const at of many.slice(500, 520)) await of("mallory", at);
    expect(budget.waiting).toBeLessThanOrEqual(8);
    await of("team", 1001);
    expect(budget.waiting).toBeLessThanOrEqual(9);
    await clock.advance(20_000);
    const described = aws.log.filter(({ operation }) => operation === "DescribeLaunchTemplateVersions");
    // One that went at once, eight that waited, and the one of the team.
    expect(described).toHaveLength(10);
    expect([await of("team", 1001), await of("mallory", 0)]).toEqual(["answered", "answered"]);
  });

  it("lets the calls of a namespace wait for no more than one of another's at a time", async () => {
    const { aws, clock } = account();
    const region = regionWithin(aws.ec2, aGuard({ clock, budget: aBudget(clock, 2) }));
    const select = (namespace: string, tag: string) =>
      region.onBehalfOf(namespace).network.select("subnets", { tags: { tag } }, { signal, maxAgeMs: hourMs });
    for (const at of many.slice(0, 100)) void select("mallory", `tag-${at}`);
    let isAnswered = false;
    void select("team", "team").then(() => {
      isAnswered = true;
    });
    await clock.advance(1500);
    expect(isAnswered).toBe(true);
  });
});

describe("the cost of 50 environments", () => {
  const requests = Array.from({ length: 50 }, (_, at): NetworkRequest => {
    const subnets = ["subnet-public", "subnet-nat", "subnet-closed", "subnet-closed-b"];
    return {
      ...emptyRequest,
      subnetIds: [subnets[at % 4] ?? "", subnets[(at + 1) % 4] ?? ""],
      securityGroupIds: ["sg-1"],
      instanceTypes: [["m5.large", "c5", "r6i.xlarge", "g4dn"][at % 4] ?? ""],
      imageIds: at % 3 === 0 ? [`ami-${at}`] : [],
      keyPairs: at % 10 === 0 ? [`key-${at}`] : [],
      placementGroups: at % 25 === 0 ? [`group-${at}`] : [],
      launchTemplates: at % 10 === 0 ? [{ by: "name", reference: `template-${at}`, version: "$Latest" }] : [],
    };
  });

  it("is at most 40 reads from cold, also when they are asked for one after the other", async () => {
    const { everybody, of, reads } = world();
    everybody.push(...requests);
    for (const request of requests) await of(request);
    expect(reads()).toBeLessThanOrEqual(40);
    expect(reads()).toMatchInlineSnapshot(`20`);
  });

  it("is at most 0.2 reads a minute at rest, with facts of two hours", async () => {
    const { everybody, of, reads, clock } = world();
    everybody.push(...requests);
    for (const request of requests) await of(request, 2 * hourMs);
    const before = reads();
    const hours = 24;
    for (let minute = 0; minute < hours * 60; minute += 10) {
      await clock.advance(10 * 60_000);
      for (const request of requests) await of(request, 2 * hourMs);
    }
    expect((reads() - before) / (hours * 60)).toBeLessThanOrEqual(0.2);
    expect(reads() - before).toMatchInlineSnapshot(`202`);
  });

  it("is the same for each of them", async () => {
    const { everybody, of } = world();
    everybody.push(...requests);
    const alone = world();
    for (const request of requests.slice(0, 8)) {
      const subnetsOf = (facts: NetworkFacts) => read(facts.subnets).map(({ subnetId }) => subnetId);
      expect(new Set(subnetsOf(await of(request)))).toEqual(new Set(subnetsOf(await alone.of(request))));
    }
  });
});

describe("a namespace", () => {
  const request = { ...emptyRequest, subnetIds: ["subnet-nat"], instanceTypes: ["c5.large"] };

  it("reads by calls of its own, so that one with thousands of networks delays no other by their number", async () => {
    const { aws, clock } = world();
    const budget = aBudget(clock);
    const take = budget.take.bind(budget);
    const madeFor: (string | undefined)[] = [];
    budget.take = (kind, options) => {
      madeFor.push(options.onBehalfOf);
      return take(kind, options);
    };
    const all = guardedEc2(aws.ec2, aGuard({ clock, budget }));
    await createNetworkReader({
      ec2: all,
      account: aws.account,
      region: "us-east-1",
      clock,
      iam: () => Promise.reject(new Error("no profile is asked for")),
      everybody: () => [],
    })
      .calling(callsFor("team", all, ec2Calls), "team")
      .of(request, { signal, maxAgeMs: hourMs });
    expect(madeFor.length).toBeGreaterThan(8);
    expect(new Set(madeFor)).toEqual(new Set(["team"]));
  });
});
