import { describe, expect, it } from "vitest";
import { BatchComputeEnvironmentKind, BatchNetworkKind } from "../../src/api/v1alpha1/kinds.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { createSimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { batchNetwork, ec2, jobQueue } from "../manifests.ts";
import { threeSubnets } from "../simulator/networks.ts";
import type { World } from "../world.ts";
import { within } from "./closed-world.ts";
import { aWorld, expectSilence, expectStory } from "./story.ts";

const region = "us-east-1";
const kind = "BatchComputeEnvironment";
const network = ["BatchNetwork", "net"] as const;
const environment = [kind, "ce"] as const;

async function selecting(): Promise<World> {
  const clock = new VirtualClock();
  const aws = createSimulatedAws({ clock, random: seededRandom(1), region });
  aws.outside.describeNetwork(threeSubnets);
  const world = await aWorld({ clock, aws, region });
  await tag(world, "sg-1", { team: "batch" });
  return world;
}

async function tag(world: World, id: string, tags: Readonly<Record<string, string>>): Promise<void> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  world.note("user", `tags ${id} ${JSON.stringify(tags)}`);
  await world.aws.outside.ec2.createTags({ Resources: [id], Tags });
}

async function untag(world: World, id: string, key: string): Promise<void> {
  world.note("user", `takes the tag ${key} from ${id}`);
  await world.aws.outside.ec2.deleteTags({ Resources: [id], Tags: [{ Key: key }] });
}

const team = { tags: { team: "batch" } };

const ofNobody = { subnetSelector: { tags: { team: "nobody" } } };

/** A network that selects its subnets and groups, and an environment in it. */
function selected(spec: object = {}): readonly Manifest[] {
  const network = batchNetwork("net", { subnetSelector: team, securityGroupSelector: team, ...spec });
  return [network, within("net", "ce")];
}

function subnetsOf({ aws }: World): readonly string[] {
  const live = aws.truth.computeEnvironments().filter(({ status }) => status !== "DELETED");
  return live.flatMap(({ computeResources }) => [(computeResources?.subnets ?? []).toSorted().join(" ")]);
}

function reported(world: World, type = "SelectionReady", of: readonly [string, string] = network): string {
  const { status, reason, message } = world.condition(...of, type) ?? {};
  return `${status} ${reason}: ${message}`;
}

describe("a network that selects its subnets and security groups, and the environment in it,", () => {
  it("is made where they are, stays through a flapping tag, follows one that lasts, and goes", async () => {
    const world = await selecting();
    await tag(world, "subnet-nat", { team: "batch" });
    world.apply(...selected(), jobQueue("q", ["ce"]));
    await world.untilReady(600);
    expect(subnetsOf(world)).toEqual(["subnet-nat"]);
    expect(reported(world)).toBe("True Selected: vpc-1, team=batch: subnet-nat; vpc-1, team=batch: sg-1");
    // On and off, each time shorter than it takes.
    for (let times = 0; times < 6; times++) {
      await tag(world, "subnet-public", { team: "batch" });
      await world.seconds(240);
      await untag(world, "subnet-public", "team");
      await world.seconds(240);
    }
    expect(subnetsOf(world)).toEqual(["subnet-nat"]);
    await tag(world, "subnet-public", { team: "batch" });
    await world.until("the other set is in effect", () => subnetsOf(world).includes("subnet-nat subnet-public"), 1200);
    await world.until("the first is gone", () => subnetsOf(world).length === 1, 3600);
    await world.untilReady(600);
    expect(world.store.events().map(({ reason }) => reason)).not.toContain("DriftCorrected");
    world.delete("JobQueue", "q");
    world.delete(kind, "ce");
    world.delete(...network);
    await world.untilGone(1200);
    await expectStory(world, "subnets selected by tag");
  });

  it("is at rest once it is there", async () => {
    const world = await selecting();
    await tag(world, "subnet-nat", { team: "batch" });
    world.apply(...selected());
    await world.untilReady(600);
    await world.seconds(60);
    await expectSilence(world);
  });

  it("is not made while its selector selects nothing, and says what to do", async () => {
    const world = await selecting();
    world.apply(...selected());
    await world.seconds(120);
    expect(reported(world, "Stalled")).toBe(
      "True NothingSelected: spec.subnetSelector (vpc-1, team=batch) selects no subnets: add these tags to subnets of this account and region, or change the selector",
    );
    expect(world.aws.truth.computeEnvironments()).toEqual([]);
    await tag(world, "subnet-nat", { team: "batch" });
    await world.untilReady(300);
    expect(subnetsOf(world)).toEqual(["subnet-nat"]);
  });

  it("stays as it is when nothing is selected any more, and is not touched by a selector that selects nothing", async () => {
    const world = await selecting();
    await tag(world, "subnet-nat", { team: "batch" });
    world.apply(...selected());
    await world.untilReady(600);
    const before = world.writes().length;
    await untag(world, "subnet-nat", "team");
    await world.seconds(3600);
    expect(reported(world)).toMatch(/^False NothingSelected: .* Kept: subnet-nat$/);
    expect(reported(world, "Ready")).toMatch(/^True/);
    world.apply(...selected(ofNobody));
    await world.seconds(3600);
    expect(reported(world, "Ready")).toMatch(/^False NothingSelected/);
    expect(reported(world, "Ready", environment)).toMatch(/^True/);
    expect(subnetsOf(world)).toEqual(["subnet-nat"]);
    expect(world.writes().slice(before)).toEqual([]);
    // Both can be deleted all the same.
    world.delete(kind, "ce");
    world.delete(...network);
    await world.untilGone(900);
  });

  it("says the same at each check while its selector selects nothing", async () => {
    const world = await selecting();
    await tag(world, "subnet-nat", { team: "batch" });
    world.apply(...selected());
    await world.untilReady(600);
    world.apply(...selected(ofNobody));
    await world.seconds(120);
    const version = () => world.object(...network)?.metadata.resourceVersion;
    const before = version();
    await world.seconds(600);
    expect(reported(world, "Stalled")).toMatch(/^True NothingSelected/);
    expect(version()).toBe(before);
  });

  it("is disabled all the same while another selector selects nothing", async () => {
    const world = await selecting();
    await tag(world, "subnet-nat", { team: "batch" });
    world.apply(...selected(), jobQueue("q", ["ce"]));
    await world.untilReady(600);
    world.apply(...selected(ofNobody));
    await world.seconds(600);
    world.apply(within("net", "ce", { ...ec2, state: "DISABLED" }));
    await world.seconds(60);
    expect(world.aws.truth.computeEnvironments()).toMatchObject([{ state: "DISABLED" }]);
    expect(reported(world, "Ready")).toMatch(/^False NothingSelected/);
  });

  it("keeps its subnets when EC2 may not be read any more, and says which permission lacks", async () => {
    const world = await selecting();
    await tag(world, "subnet-nat", { team: "batch" });
    world.apply(...selected());
    await world.untilReady(600);
    const before = world.writes().length;
    world.aws.faults.add({
      fault: {
        kind: "refuse",
        exception: "UnauthorizedOperation",
        message:
          "You are not authorized to perform this operation. User: arn:aws:sts::1:assumed-role/o/s is not authorized to perform: ec2:DescribeSubnets because no identity-based policy allows it",
        httpStatusCode: 403,
      },
      on: "DescribeSubnets",
    });
    await world.seconds(3600);
    expect(reported(world)).toMatch(/^Unknown AccessDenied: .*ec2:DescribeSubnets.* Kept: subnet-nat$/);
    expect(reported(world, "Ready")).toMatch(/^True/);
    expect(world.writes().slice(before)).toEqual([]);
  });

  it("changes once for a tag that lasts, however often the operator dies meanwhile", async () => {
    let world = await selecting();
    const { aws, clock, store } = world;
    await tag(world, "subnet-nat", { team: "batch" });
    world.apply(...selected());
    await world.untilReady(600);
    await tag(world, "subnet-public", { team: "batch" });
    // Shorter than the selection has to last: its age must not begin again with each of them.
    for (let minutes = 0; minutes < 40; minutes += 4) {
      await world.seconds(240);
      await world.stop();
      world = await aWorld({ aws, clock, store, region });
    }
    await world.untilReady(900);
    expect(subnetsOf(world)).toEqual(["subnet-nat subnet-public"]);
    expect(world.writes().filter((write) => write.startsWith("CreateComputeEnvironment"))).toHaveLength(2);
  });

  it.each([
    ["the network", BatchNetworkKind, network],
    ["the environment", BatchComputeEnvironmentKind, environment],
  ])("loses nothing with the status of %s but the patience", async (_which, of, [, name]) => {
    const world = await selecting();
    await tag(world, "subnet-nat", { team: "batch" });
    world.apply(...selected({ vpcEndpoints: { needs: ["logs"] } }));
    await world.untilReady(600);
    const before = world.writes().length;
    const object = world.object(of.kind, name);
    if (object === undefined) throw new Error("the object is there");
    await world.store.applyStatus(of, object, {}, new AbortController().signal);
    expect(world.condition(of.kind, name, "Ready")).toBeUndefined();
    await world.seconds(120);
    await world.untilReady(60);
    expect(reported(world)).toMatch(/^True Selected/);
    expect(world.writes().slice(before)).toEqual([]);
  });
});
