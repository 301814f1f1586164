import { describe, expect, it } from "vitest";
import type { BatchNetworkSpec, BatchNetworkStatus } from "../../src/api/v1alpha1/batch-network.ts";
import { BatchNetworkKind } from "../../src/api/v1alpha1/kinds.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { createSimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { batchNetwork, ec2, jobDefinition, jobQueue } from "../manifests.ts";
import { threeSubnets } from "../simulator/networks.ts";
import type { World } from "../world.ts";
import { within } from "./closed-world.ts";
import { aWorld, expectSilence, expectStory } from "./story.ts";

const region = "us-east-1";
const kind = "BatchNetwork";

async function world(): Promise<World> {
  const clock = new VirtualClock();
  const aws = createSimulatedAws({ clock, random: seededRandom(1), region });
  aws.outside.describeNetwork(threeSubnets);
  return await aWorld({ clock, aws, region });
}

/** A network that has a group made. @param more in addition to the requested group */
function grouped(subnet = "subnet-nat", securityGroup: object = {}, more: Partial<BatchNetworkSpec> = {}): Manifest {
  return named("ce", subnet, securityGroup, more);
}

function named(name: string, subnet = "subnet-nat", securityGroup: object = {}, more: object = {}): Manifest {
  const manifest = batchNetwork(name, { securityGroup, ...more });
  return { ...manifest, spec: { ...(manifest.spec as object), subnets: [subnet] } };
}

/** It asks for no group, and names one by ID. */
function withAnother(): Manifest {
  const { securityGroup: _made, ...spec } = grouped().spec as Readonly<Record<string, unknown>>;
  return { ...grouped(), spec: { ...spec, securityGroupIds: ["sg-1"] } };
}

/** Both stay in AWS, or go. */
function retained(deletionPolicy: "Retain" | "Delete"): readonly Manifest[] {
  return [grouped("subnet-nat", {}, { deletionPolicy }), within("ce", "ce", { ...ec2, deletionPolicy })];
}

/** Deletes the network and the environment in it. */
function deleteAll(one: World): void {
  one.delete(kind, "ce");
  one.delete("BatchComputeEnvironment", "ce");
}

async function madeGroups({ aws }: World) {
  const { SecurityGroups = [] } = await aws.outside.ec2.describeSecurityGroups({});
  return SecurityGroups.filter(({ GroupName = "" }) => GroupName.startsWith("aws-batch-operator/"));
}

async function rulesOf(one: World): Promise<readonly string[]> {
  const groups = await madeGroups(one);
  return groups.flatMap(({ IpPermissions = [], IpPermissionsEgress = [] }) =>
    [
      ...IpPermissions.map((rule) => ({ direction: "in", ...rule })),
      ...IpPermissionsEgress.map((rule) => ({ direction: "out", ...rule })),
    ].flatMap(({ direction, IpProtocol, FromPort, IpRanges = [], Ipv6Ranges = [], UserIdGroupPairs = [] }) =>
      [
        ...IpRanges.map(({ CidrIp }) => CidrIp),
        ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6),
        ...UserIdGroupPairs.map(({ GroupId }) =>
          groups.some((group) => group.GroupId === GroupId) ? "self" : GroupId,
        ),
      ].map((peer) => [direction, IpProtocol, FromPort ?? "", peer].join(" ")),
    ),
  );
}

/** Of another network, in addition. */
function other(group: object = {}): Manifest {
  return named("other", "subnet-nat", group);
}

function groupIdOf(one: World, name: string): string | undefined {
  return one.object<BatchNetworkStatus>(kind, name)?.status?.securityGroup?.groupId;
}

/** Two objects are Ready, and the group of each lets that of the other in. */
async function eachNamesTheOther(one: World): Promise<void> {
  one.apply(grouped(), other());
  await one.untilReady(600);
  const letting = (name: string) => ({ ingress: [{ protocol: "all", peer: groupIdOf(one, name) }] });
  one.apply(grouped("subnet-nat", letting("other")), other(letting("ce")));
  await one.seconds(120);
  expect((await rulesOf(one)).filter((rule) => rule.startsWith("in"))).toHaveLength(2);
}

const https = ["out tcp 443 0.0.0.0/0", "out tcp 443 ::/0"];

function groupsInUse({ aws }: World): readonly string[] {
  const live = aws.truth.computeEnvironments().filter(({ status }) => status !== "DELETED");
  return live.flatMap(({ computeResources }) => computeResources?.securityGroupIds ?? []);
}

function reported({ condition }: World, type = "SecurityGroupReady"): string {
  const { status, reason, message } = condition(kind, "ce", type) ?? {};
  return `${status} ${reason}: ${message}`;
}

describe("the security group that is made for a network", () => {
  it("is there before an environment in it, lets its instances join, and goes after it", async () => {
    const one = await world();
    one.apply(grouped(), within("ce"), jobQueue("q", ["ce"]), jobDefinition("job"));
    await one.untilReady(600);
    const [group] = await madeGroups(one);
    expect(groupsInUse(one)).toEqual([group?.GroupId]);
    expect(await rulesOf(one)).toEqual(https);
    expect(reported(one)).toMatch(new RegExp(`^True SecurityGroupAvailable: ${group?.GroupId} `));
    expect(one.condition("BatchComputeEnvironment", "ce", "NetworkReady")).toMatchObject({ status: "True" });
    const { jobId } = one.aws.outside.submitPlannedJob(
      { jobName: "j", jobQueue: "team_q", jobDefinition: "team_job" },
      { durationMs: 60_000, exitCode: 0 },
    );
    await one.until(
      "the job ran",
      () => one.aws.truth.jobs().some(({ id, status }) => id === jobId && status === "SUCCEEDED"),
      900,
    );
    one.delete("JobQueue", "q");
    one.delete("JobDefinition", "job");
    deleteAll(one);
    await one.untilGone(1800);
    expect(await madeGroups(one)).toEqual([]);
    await expectStory(one, "security group made and removed");
  });

  it("is at rest once it is there", async () => {
    const one = await world();
    one.apply(grouped(), within("ce"));
    await one.untilReady(600);
    await one.seconds(60);
    await expectSilence(one);
  });

  it("has the rules that the spec asks for, and loses others", async () => {
    const one = await world();
    const egress = [{ protocol: "tcp", ports: "5432", peer: "10.0.0.0/16" }];
    one.apply(within("ce"), grouped("subnet-nat", { egress, ingress: [{ protocol: "all", peer: "self" }] }));
    await one.untilReady(600);
    expect((await rulesOf(one)).toSorted()).toEqual([
      "in -1  self",
      "out tcp 443 0.0.0.0/0",
      "out tcp 443 ::/0",
      "out tcp 5432 10.0.0.0/16",
    ]);
    const [group] = await madeGroups(one);
    await one.aws.outside.ec2.authorizeSecurityGroupIngress({
      GroupId: group?.GroupId,
      IpPermissions: [{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
    });
    one.annotate(kind, "ce", { "awsbatch.dev/reconcile-requested-at": "now" });
    await one.seconds(3 * 3600);
    expect(await rulesOf(one)).not.toContain("in tcp 22 0.0.0.0/0");
    one.apply(grouped(), within("ce"));
    await one.seconds(120);
    expect(await rulesOf(one)).toEqual(https);
    expect(groupsInUse(one)).toEqual([group?.GroupId]);
  });

  // EC2 takes 60 rules of one direction, and each of the two lists may have 30 in addition to HTTPS.
  it("has other rules in place of as many as it may have", async () => {
    const one = await world();
    const egress = (net: number) =>
      Array.from({ length: 30 }, (_, at) => ({ protocol: "tcp", ports: "5432", peer: `10.${net}.${at}.0/24` }));
    one.apply(within("ce"), grouped("subnet-nat", { egress: egress(1) }));
    await one.untilReady(600);
    one.apply(grouped("subnet-nat", { egress: egress(2) }));
    await one.seconds(120);
    const expected = [...https, ...egress(2).map(({ peer }) => `out tcp 5432 ${peer}`)];
    expect((await rulesOf(one)).toSorted()).toEqual(expected.toSorted());
    expect(reported(one)).toMatch(/^True SecurityGroupAvailable/);
    expect(reported(one, "Ready")).toMatch(/^True/);
    await expectSilence(one);
  });

  it("is made once, whenever the operator dies", async () => {
    const clock = new VirtualClock();
    const aws = createSimulatedAws({ clock, random: seededRandom(1), region });
    aws.outside.describeNetwork(threeSubnets);
    let one = await aWorld({ clock, aws, region });
    const { store } = one;
    one.apply(grouped(), within("ce"));
    for (const seconds of [5, 6, 7, 8, 9, 11, 13, 16, 20]) {
      await one.seconds(seconds / 3);
      await one.stop();
      one = await aWorld({ clock, aws, store, region });
    }
    await one.untilReady(900);
    expect(await madeGroups(one)).toHaveLength(1);
    expect(groupsInUse(one)).toHaveLength(1);
  });

  it("is recreated when somebody has deleted it, and the environment gets the other one", async () => {
    const one = await world();
    one.apply(grouped(), within("ce"));
    await one.untilReady(600);
    const [before] = await madeGroups(one);
    await one.aws.outside.ec2.deleteSecurityGroup({ GroupId: before?.GroupId });
    await one.until("it has another", () => groupsInUse(one).every((id) => id !== before?.GroupId), 3 * 3600);
    // AWS takes a quarter of an hour for it.
    await one.untilReady(1200);
    const groups = await madeGroups(one);
    expect(groupsInUse(one)).toEqual(groups.map(({ GroupId }) => GroupId));
  });

  it("is in the group of the endpoints, which goes first", async () => {
    const one = await world();
    one.apply(within("ce"), grouped("subnet-closed", {}, { vpcEndpoints: { needs: ["ecs"] } }));
    await one.untilReady(900);
    const { VpcEndpoints = [] } = await one.aws.outside.ec2.describeVpcEndpoints({});
    expect(VpcEndpoints).toHaveLength(3);
    await one.seconds(120);
    expect(one.condition("BatchComputeEnvironment", "ce", "NetworkReady")).toMatchObject({ status: "True" });
    deleteAll(one);
    await one.untilGone(1800);
    const { SecurityGroups = [] } = await one.aws.outside.ec2.describeSecurityGroups({});
    expect(SecurityGroups.map(({ GroupId }) => GroupId)).toEqual(["sg-1"]);
  });

  it("goes when the spec asks for it no more, after the environment has another", async () => {
    const one = await world();
    one.apply(grouped(), within("ce"));
    await one.untilReady(600);
    one.apply(withAnother());
    const isMade = ({ GroupName = "" }): boolean => GroupName.startsWith("aws-batch-operator/");
    await one.until("the group is gone", () => !one.aws.truth.securityGroups().some(isMade), 3600);
    expect(groupsInUse(one)).toEqual(["sg-1"]);
  });

  it("stays with the environment in AWS when the object is retained, and is taken back", async () => {
    const one = await world();
    one.apply(...retained("Retain"));
    await one.untilReady(600);
    deleteAll(one);
    await one.untilGone(600);
    const [left] = await madeGroups(one);
    expect(left?.Tags?.map(({ Key }) => Key)).toEqual(["Name", "awsbatch.dev/retained-from"]);
    one.apply(...retained("Delete"));
    await one.untilReady(600);
    expect(groupsInUse(one)).toEqual([left?.GroupId]);
    deleteAll(one);
    await one.untilGone(1200);
    expect(await madeGroups(one)).toEqual([]);
  });

  it("is waited for by name when a rule of somebody else names it", async () => {
    const one = await world();
    one.apply(grouped(), within("ce"));
    await one.untilReady(600);
    const [group] = await madeGroups(one);
    const foreign = {
      GroupId: "sg-1",
      IpPermissions: [{ IpProtocol: "tcp", FromPort: 1, ToPort: 1, UserIdGroupPairs: [{ GroupId: group?.GroupId }] }],
    };
    await one.aws.outside.ec2.authorizeSecurityGroupIngress(foreign);
    deleteAll(one);
    await one.seconds(900);
    expect(reported(one)).toMatch(/^False SecurityGroupInUse: .*: rules of sg-1 \(/);
    await one.aws.outside.ec2.revokeSecurityGroupIngress(foreign);
    await one.untilGone(300);
    expect(await madeGroups(one)).toEqual([]);
  });

  it("goes with another one that it names and that names it, when both are deleted", async () => {
    const one = await world();
    await eachNamesTheOther(one);
    for (const name of ["ce", "other"]) one.delete(kind, name);
    await one.untilGone(1200);
    expect(await madeGroups(one)).toEqual([]);
  });

  it("waits for another one that stays and names it, says how to end that, and is Stalled by it in the end", async () => {
    const one = await world();
    await eachNamesTheOther(one);
    deleteAll(one);
    await one.seconds(900);
    expect(reported(one, "Stalled")).toMatch(/^undefined/);
    await one.seconds(2700);
    expect(reported(one, "Stalled")).toMatch(
      new RegExp(`^True SecurityGroupInUse: .*[.] Remove the rules that name it from ${groupIdOf(one, "other")}$`),
    );
    one.apply(other());
    await one.until("it is gone", () => one.object(kind, "ce") === undefined, 300);
    expect(await madeGroups(one)).toHaveLength(1);
  });

  it("is tried again while an instance still has it, and says why when that lasts", async () => {
    const one = await world();
    one.apply(grouped(), within("ce"));
    await one.untilReady(600);
    const lift = one.aws.faults.add({
      fault: {
        kind: "refuse",
        exception: "DependencyViolation",
        message: "resource sg-1 has a dependent object",
        httpStatusCode: 400,
      },
      on: "DeleteSecurityGroup",
    });
    deleteAll(one);
    await one.seconds(900);
    expect(reported(one)).toMatch(
      /^False InUse: ec2:DeleteSecurityGroup was refused: resource sg-1 has a dependent object/,
    );
    lift();
    await one.untilGone(90);
    expect(await madeGroups(one)).toEqual([]);
  });

  it.each([
    ["is deleted", deleteAll],
    ["asks for it no more", (one: World): void => one.apply(withAnother())],
  ])("goes though the last list of EC2's was an old one, without it, when its object %s", async (_name, step) => {
    const one = await world();
    one.aws.faults.add({ fault: { kind: "stale", staleMs: 20_000 }, on: "DescribeSecurityGroups", forMs: 15_000 });
    one.apply(grouped(), within("ce"));
    await one.seconds(60);
    expect(reported(one, "Stalled")).toMatch(/^True AlreadyExists/);
    expect(await madeGroups(one)).toHaveLength(1);
    step(one);
    await one.seconds(120);
    expect(await madeGroups(one)).toEqual([]);
  });

  it.each([
    ["the same process", false, 4000],
    ["another process", true, 8000],
  ])("goes though nobody asks for it any more before EC2 shows it, with %s", async (_name, dies, staleMs) => {
    const clock = new VirtualClock();
    const aws = createSimulatedAws({ clock, random: seededRandom(1), region });
    aws.outside.describeNetwork(threeSubnets);
    let one = await aWorld({ clock, aws, region });
    one.aws.faults.add({ fault: { kind: "stale", staleMs }, on: "DescribeSecurityGroups", forMs: 60_000 });
    one.apply(grouped(), within("ce"));
    await one.until("it is made", () => one.writes().length > 0, 30);
    const { store } = one;
    if (dies) {
      await one.stop();
      one = await aWorld({ clock, aws, store, region });
    }
    one.apply(withAnother());
    await one.seconds(120);
    expect(await madeGroups(one)).toEqual([]);
  });

  it.each([0.2, 2])("is another one when it is asked for again %d s after it was deleted", async (seconds) => {
    const one = await world();
    one.aws.faults.add({ fault: { kind: "stale", staleMs: 4000 }, on: "DescribeSecurityGroups" });
    one.apply(grouped(), within("ce"));
    await one.untilReady(600);
    const [dead] = await madeGroups(one);
    one.apply(withAnother());
    const deletions = (): number => one.aws.log.filter(({ operation }) => operation === "DeleteSecurityGroup").length;
    await one.until("it is deleted", () => deletions() > 0, 3600);
    await one.seconds(seconds);
    one.apply(grouped());
    const made = () => one.aws.log.filter(({ operation }) => operation === "CreateComputeEnvironment");
    await one.until("the environment has a group again", () => made().length > 2, 3600);
    await one.untilReady(1200);
    const [, , ...later] = made().map(({ input }) => JSON.stringify(input));
    expect(later).toHaveLength(1);
    expect(later.join()).not.toContain(dead?.GroupId);
  });

  it("is never the one that somebody else has given its name", async () => {
    const one = await world();
    const name = "aws-batch-operator/default/team/ce";
    const { GroupId } = await one.aws.outside.ec2.createSecurityGroup({
      GroupName: name,
      Description: "mine",
      VpcId: "vpc-1",
    });
    one.apply(grouped(), within("ce"));
    await one.seconds(120);
    expect(reported(one, "Stalled")).toBe(
      `True SecurityGroupBlocked: ${GroupId} has the name ${name} but does not belong to this object: delete or rename it`,
    );
    expect(one.aws.truth.computeEnvironments()).toEqual([]);
    await one.aws.outside.ec2.deleteSecurityGroup({ GroupId });
    await one.untilReady(900);
  });

  it("is named, with the endpoints, when its object is released without touching AWS", async () => {
    const one = await world();
    one.apply(within("ce"), grouped("subnet-closed", {}, { vpcEndpoints: { needs: ["ecs"] } }));
    await one.untilReady(600);
    const groupId = groupIdOf(one, "ce");
    one.annotate(kind, "ce", { "awsbatch.dev/abandon": "true" });
    one.delete(kind, "ce");
    await one.until("it is gone", () => one.object(kind, "ce") === undefined, 60);
    const note = one.store.events().find(({ reason }) => reason === "Abandoned")?.note;
    expect(note).toMatch(
      new RegExp(
        `AWS resources kept .awsbatch.dev/abandon.: .*; security group ${groupId}; endpoints vpce-\\w+, vpce-\\w+, vpce-\\w+$`,
      ),
    );
  });

  it("loses nothing with the status of its object", async () => {
    const one = await world();
    one.apply(grouped(), within("ce"));
    await one.untilReady(600);
    const before = one.writes().length;
    const object = one.object(kind, "ce");
    if (object === undefined) throw new Error("the object is there");
    await one.store.applyStatus(BatchNetworkKind, object, {}, new AbortController().signal);
    await one.seconds(120);
    await one.untilReady(60);
    expect(one.writes().slice(before)).toEqual([]);
  });
});
