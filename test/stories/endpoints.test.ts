import type { ComputeResource } from "@aws-sdk/client-batch";
import { describe, expect, it } from "vitest";
import type { Manifest } from "../../src/kube/memory-store.ts";
import type { AccountNetwork } from "../../src/simulator/ec2-network.ts";
import { ec2, jobDefinition, jobQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import {
  closedWorld,
  deleteBoth,
  endpointsOf,
  inSubnets,
  needing,
  networked,
  networkWithEndpoints,
  region,
  within,
} from "./closed-world.ts";
import { aWorld, expectStory } from "./story.ts";

const kind = "BatchNetwork";
const isReady =
  (world: World, name: string, of = "BatchComputeEnvironment") =>
  () =>
    world.condition(of, name, "Ready")?.status === "True";

async function groupsOf({ aws }: World): Promise<readonly string[]> {
  const { SecurityGroups = [] } = await aws.outside.ec2.describeSecurityGroups({});
  return SecurityGroups.flatMap(({ GroupName = "" }) => (GroupName.includes("endpoints") ? [GroupName] : []));
}

/** A world in which Retain has left the endpoints of a network. */
async function afterRetain(): Promise<World> {
  const world = await closedWorld();
  world.apply(networkWithEndpoints("ce", undefined, { deletionPolicy: "Retain" }));
  await world.untilReady(600);
  world.delete(kind, "ce");
  await world.untilGone(600);
  return world;
}

const agent = ["ecs", "ecs-agent", "ecs-telemetry"];
const available = (...services: readonly string[]) => services.toSorted().map((service) => `${service} available`);
const all = available(...agent, "ecr.api", "ecr.dkr", "logs", "s3");

describe("endpoints of a network with a closed subnet", () => {
  it("are made before the environments in it, let their jobs run, and go after them", async () => {
    const world = await closedWorld();
    world.apply(...networked("ce", undefined, needing("ecs", "logs")), jobQueue("q", ["ce"]), jobDefinition("job"));
    await world.untilReady(600);
    expect(await endpointsOf(world)).toEqual(available(...agent, "logs"));
    expect(world.condition(kind, "ce", "EndpointsReady")).toMatchObject({ status: "True" });
    const { jobId } = world.aws.outside.submitPlannedJob(
      { jobName: "j", jobQueue: "team_q", jobDefinition: "team_job" },
      { durationMs: Number.POSITIVE_INFINITY, exitCode: 0 },
    );
    await world.seconds(300);
    // The image comes from outside of AWS, for which there is no endpoint.
    expect(world.aws.truth.jobs().find(({ id }) => id === jobId)?.status).not.toBe("RUNNABLE");
    world.delete("JobQueue", "q");
    world.delete("JobDefinition", "job");
    deleteBoth(world, "ce");
    await world.untilGone(1200);
    expect(await endpointsOf(world)).toEqual([]);
    expect(await groupsOf(world)).toEqual([]);
    await expectStory(world, "endpoints made and removed");
  });

  it("are known to the check of the network of an environment, and it reads nothing more", async () => {
    const world = await closedWorld();
    world.apply(networkWithEndpoints("ce"));
    await world.untilReady(300);
    const reads = () => world.aws.log.filter(({ operation }) => operation === "DescribeVpcEndpoints").length;
    const readsBefore = reads();
    world.apply(within("ce"));
    const checked = () => world.condition("BatchComputeEnvironment", "ce", "NetworkReady");
    await world.until("its network is checked", () => checked() !== undefined, 60);
    expect(checked()?.status).toBe("True");
    await world.seconds(120);
    expect(reads() - readsBefore).toBeLessThanOrEqual(1);
  });

  it("that somebody deleted are created again at once when a person requests a reconcile", async () => {
    const world = await closedWorld();
    world.apply(...networked("ce"));
    await world.untilReady(600);
    await world.seconds(900);
    const { VpcEndpoints = [] } = await world.aws.outside.ec2.describeVpcEndpoints({});
    await world.aws.outside.ec2.deleteVpcEndpoints({ VpcEndpointIds: [VpcEndpoints[0]?.VpcEndpointId ?? ""] });
    await world.seconds(120);
    expect(await endpointsOf(world)).not.toEqual(available(...agent));
    world.annotate(kind, "ce", { "awsbatch.dev/reconcile-requested-at": "now" });
    await world.seconds(120);
    expect(await endpointsOf(world)).toEqual(available(...agent));
  });

  it("of which somebody turned private DNS off are reported as such, and keep new environments waiting", async () => {
    const world = await closedWorld();
    world.apply(...networked("ce"));
    await world.untilReady(900);
    const { ec2: outside } = world.aws.outside;
    const { VpcEndpoints = [] } = await outside.describeVpcEndpoints({});
    const id = VpcEndpoints.find(({ ServiceName }) => ServiceName?.endsWith(".ecs-agent"))?.VpcEndpointId ?? "";
    await outside.modifyVpcEndpoint({ VpcEndpointId: id, PrivateDnsEnabled: false });
    await world.seconds(3 * 3600);
    const impossible = { reason: "EndpointsBlocked", message: expect.stringContaining(`${id}`) };
    expect(world.condition(kind, "ce", "Stalled")).toMatchObject({ status: "True", ...impossible });
    expect(isReady(world, "ce")()).toBe(true);
    world.apply(within("ce", "second"));
    await world.seconds(120);
    expect(world.aws.truth.computeEnvironments()).toHaveLength(1);
    await outside.deleteVpcEndpoints({ VpcEndpointIds: [id] });
    await world.until("it is made", isReady(world, "second"), 3 * 3600);
    expect(await endpointsOf(world)).toEqual(available(...agent));
  });

  it("stay in AWS for another network of the VPC that asks for them, when their own goes", async () => {
    const world = await closedWorld();
    world.apply(...networked("first"));
    await world.untilReady(900);
    world.apply(...networked("second", ["subnet-closed", "subnet-closed-b"]));
    await world.untilReady(900);
    expect(await endpointsOf(world)).toEqual(available(...agent));
    deleteBoth(world, "first");
    await world.until("first is gone", () => world.object(kind, "first") === undefined, 900);
    await world.seconds(700);
    expect(await endpointsOf(world)).toEqual(available(...agent));
    expect(isReady(world, "second", kind)()).toBe(true);
    deleteBoth(world, "second");
    await world.untilGone(900);
    await expectStory(world, "endpoints shared");
  });

  it("that two networks leave at once go with the last of them", async () => {
    const world = await closedWorld();
    world.apply(...networked("first"), ...networked("second"));
    await world.untilReady(900);
    deleteBoth(world, "first");
    deleteBoth(world, "second");
    await world.untilGone(1200);
    expect(await endpointsOf(world)).toEqual([]);
    expect(await groupsOf(world)).toEqual([]);
  });

  it("of two networks with groups of their own, deleted at once, keep nothing of each other", async () => {
    const world = await closedWorld();
    const withGroup = (name: string) => networked(name, undefined, { securityGroupIds: undefined, securityGroup: {} });
    world.apply(...withGroup("first"), ...withGroup("second"));
    await world.untilReady(900);
    deleteBoth(world, "first");
    deleteBoth(world, "second");
    await world.untilGone(1800);
    expect(await endpointsOf(world)).toEqual([]);
    const { SecurityGroups = [] } = await world.aws.outside.ec2.describeSecurityGroups({});
    expect(SecurityGroups.map(({ GroupId }) => GroupId)).toEqual(["sg-1"]);
  });

  it("are made by the second network while the first is paused", async () => {
    const world = await closedWorld();
    world.apply(...networked("first"), ...networked("second"));
    world.annotate(kind, "first", { "awsbatch.dev/paused": "true" });
    await world.until("the second is ready", isReady(world, "second"), 900);
    expect(await endpointsOf(world)).toEqual(available(...agent));
  });

  it("are made all but the one that AWS refuses, and that one when it no longer does", async () => {
    const world = await closedWorld();
    const full = {
      kind: "refuse",
      exception: "VpcEndpointLimitExceeded",
      message: "You have reached the limit on the number of VPC endpoints.",
      httpStatusCode: 400,
    } as const;
    const lift = world.aws.faults.add({
      fault: full,
      on: ({ operation, input }) =>
        operation === "CreateVpcEndpoint" && (input as { ServiceName: string }).ServiceName.endsWith(".ecs-agent"),
    });
    world.apply(...networked("ce"));
    await world.seconds(300);
    expect(await endpointsOf(world)).toEqual(available("ecs", "ecs-telemetry"));
    expect(world.condition(kind, "ce", "Ready")).toMatchObject({ status: "False" });
    expect(world.aws.truth.computeEnvironments()).toEqual([]);
    lift();
    await world.untilReady(1200);
    expect(await endpointsOf(world)).toEqual(available(...agent));
    await expectStory(world, "endpoints partly refused");
  });

  // What passes by itself may last for hours all the same.
  it.each([
    ["fails within", "InternalError", "An internal error has occurred", 500],
    ["is asked too often", "RequestLimitExceeded", "Request limit exceeded.", 503],
    ["says it is busy", "IncorrectState", "The endpoint is not in a state for this.", 400],
  ])("keep no step of an environment that is there while EC2 %s", async (_what, exception, words, httpStatusCode) => {
    const world = await closedWorld();
    world.apply(...networked("ce"), jobQueue("q", ["ce"]));
    await world.untilReady(900);
    const fault = { kind: "refuse", exception, message: words, httpStatusCode } as const;
    world.aws.faults.add({ fault, on: "CreateVpcEndpoint" });
    world.apply(networkWithEndpoints("ce", undefined, { vpcEndpoints: { services: [...agent, "sts"] } }));
    await world.seconds(600);
    const computeResources = { ...ec2.computeResources, maxvCpus: 7 };
    world.apply(within("ce", "ce", { ...ec2, state: "DISABLED", computeResources } as typeof ec2));
    await world.seconds(120);
    expect(world.aws.truth.computeEnvironments()).toMatchObject([
      { state: "DISABLED", computeResources: { maxvCpus: 7 } },
    ]);
    expect(world.condition("BatchComputeEnvironment", "ce", "Ready")).toMatchObject({
      status: "True",
      reason: "Disabled",
    });
    expect(world.condition(kind, "ce", "EndpointsReady")).toMatchObject({
      status: "False",
      message: expect.stringContaining(words),
    });
    // It is reported once, and not again with each try.
    const version = () => world.object(kind, "ce")?.metadata.resourceVersion;
    const before = version();
    await world.seconds(600);
    expect(version()).toBe(before);
  });

  it("keep a new environment waiting, and no object Stalled, while EC2 is asked too often", async () => {
    const world = await closedWorld();
    const fault = {
      kind: "refuse",
      exception: "RequestLimitExceeded",
      message: "Request limit exceeded.",
      httpStatusCode: 503,
    } as const;
    const lift = world.aws.faults.add({ fault, on: "CreateVpcEndpoint" });
    world.apply(...networked("ce"));
    await world.seconds(500);
    expect(world.condition(kind, "ce", "Reconciling")).toMatchObject({ reason: "Throttled" });
    expect(world.condition(kind, "ce", "Stalled")).toBeUndefined();
    expect(world.condition("BatchComputeEnvironment", "ce", "Stalled")).toBeUndefined();
    expect(world.aws.truth.computeEnvironments()).toEqual([]);
    lift();
    await world.untilReady(180);
  });

  it("go when the network asks for them no more and its environments need none", async () => {
    const world = await closedWorld();
    const open = ["subnet-nat"];
    world.apply(...networked("ce", open, { vpcEndpoints: { services: ["ecs-agent", "s3"] } }));
    await world.untilReady(600);
    expect(await endpointsOf(world)).toEqual(available("ecs-agent", "s3"));
    world.apply(networkWithEndpoints("ce", open, { vpcEndpoints: undefined }));
    await world.seconds(300);
    expect(await endpointsOf(world)).toEqual([]);
    expect(isReady(world, "ce")()).toBe(true);
  });

  it("stay in AWS without our tags when the object is retained", async () => {
    const world = await afterRetain();
    const { VpcEndpoints = [] } = await world.aws.outside.ec2.describeVpcEndpoints({});
    expect(VpcEndpoints).toHaveLength(3);
    for (const { Tags = [] } of VpcEndpoints) {
      expect(Tags.map(({ Key }) => Key)).toEqual(["Name", "awsbatch.dev/retained-from"]);
    }
  });

  it("that were left in AWS are used again, and go with the object", async () => {
    const world = await afterRetain();
    world.apply(networkWithEndpoints("ce", undefined, { vpcEndpoints: { services: [...agent, "logs"] } }));
    await world.untilReady(900);
    await world.seconds(120);
    expect(await endpointsOf(world)).toEqual(available(...agent, "logs"));
    world.delete(kind, "ce");
    await world.untilGone(900);
    expect([await endpointsOf(world), await groupsOf(world)]).toEqual([[], []]);
  });

  it("are created despite environments whose launch template has a name that resembles an id, or a mistyped id", async () => {
    const launchTemplates = [{ id: "lt-0123456789abcdef0", name: "lt-batch-gpu", versions: [{}] }];
    const world = await closedWorld({ launchTemplates });
    const withTemplate = (name: string, launchTemplate: object) => {
      const manifest = inSubnets(name);
      const { computeResources, ...spec } = manifest.spec as { readonly computeResources: object };
      return { ...manifest, spec: { ...spec, computeResources: { ...computeResources, launchTemplate } } };
    };
    world.apply(
      withTemplate("named", { launchTemplateName: "lt-batch-gpu" }),
      withTemplate("mistyped", { launchTemplateId: "lt-0typo" }),
    );
    await world.seconds(120);
    world.apply(...networked("ce"));
    await world.until("it is there", isReady(world, "ce"), 900);
    expect(await endpointsOf(world)).toEqual(available(...agent));
  });

  it("wait, and say for what, when EC2 may not be read", async () => {
    const world = await closedWorld();
    const forbid = world.aws.faults.add({
      fault: {
        kind: "refuse",
        exception: "UnauthorizedOperation",
        message:
          "You are not authorized to perform this operation. User: arn:aws:sts::1:assumed-role/o/s is not authorized to perform: ec2:DescribeVpcEndpoints because no identity-based policy allows it",
        httpStatusCode: 403,
      },
      on: "DescribeVpcEndpoints",
    });
    world.apply(...networked("ce"));
    await world.seconds(60);
    expect(world.condition(kind, "ce", "Ready")).toMatchObject({
      status: "False",
      reason: "AccessDenied",
      message: expect.stringContaining("ec2:DescribeVpcEndpoints"),
    });
    expect(world.aws.truth.computeEnvironments()).toEqual([]);
    forbid();
    await world.untilReady(900);
  });
});

const job = jobDefinition("job", {
  containerProperties: {
    image: "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1",
    command: ["true"],
    resourceRequirements: [
      { type: "VCPU", value: "1" },
      { type: "MEMORY", value: "1024" },
    ],
  },
});

/** A job of that definition on queue q that does not end by itself. */
async function runningJob(world: World): Promise<string> {
  const { jobId = "" } = world.aws.outside.submitPlannedJob(
    { jobName: "j", jobQueue: "team_q", jobDefinition: "team_job" },
    { durationMs: Number.POSITIVE_INFINITY, exitCode: 0 },
  );
  await world.seconds(600);
  expect(world.aws.truth.jobs().find(({ id }) => id === jobId)?.status).toBe("RUNNING");
  return jobId;
}

const whole = needing("ecs", "ecr", "logs");

describe("endpoints in the VPC of environments that refer to no network", () => {
  /** Such an environment, with security groups of its own. */
  const aside = (name: string, subnets: readonly string[]) => inSubnets(name, subnets, ["sg-2"]);
  const ownerOf = (cluster: string) => ({
    "awsbatch.dev/cluster": cluster,
    "awsbatch.dev/namespace": "team",
    "awsbatch.dev/name": "ce",
  });
  const anotherGroup: AccountNetwork = {
    securityGroups: [
      { id: "sg-1", vpc: "vpc-1" },
      { id: "sg-2", vpc: "vpc-1" },
    ],
  };
  const isGone = (world: World) => () => world.object(kind, "ce") === undefined;

  it("let these in as well, for the names of the services lead to the endpoints from everywhere in the VPC", async () => {
    const world = await closedWorld(anotherGroup);
    world.apply(aside("aside", ["subnet-nat"]), jobQueue("q", ["aside"]), job);
    await world.untilReady(900);
    world.apply(...networked("ce", undefined, whole));
    await world.untilReady(900);
    expect(await endpointsOf(world)).toEqual(all);
    await runningJob(world);
    const network = world.condition("BatchComputeEnvironment", "aside", "NetworkReady");
    expect(network).toMatchObject({ status: "True" });
  });

  it("are left to these when they run by them, although nobody asks for them any more", async () => {
    const world = await closedWorld(anotherGroup);
    world.apply(...networked("ce", undefined, whole), job);
    await world.untilReady(900);
    world.apply(aside("aside", ["subnet-closed"]), jobQueue("q", ["aside"]));
    await world.untilReady(900);
    const jobId = await runningJob(world);
    deleteBoth(world, "ce");
    await world.until("it is gone", isGone(world), 1200);
    expect(await endpointsOf(world)).toEqual(all);
    await world.seconds(3600);
    expect(world.aws.truth.jobs().find(({ id }) => id === jobId)?.status).toBe("RUNNING");
  });

  it("are left to these also when their own groups let out to the VPC alone, and their jobs are not known here", async () => {
    const tight: AccountNetwork = {
      securityGroups: [
        { id: "sg-1", vpc: "vpc-1" },
        { id: "sg-2", vpc: "vpc-1", egress: [{ protocol: "tcp", ports: 443, peer: "10.0.0.0/16" }] },
      ],
    };
    const world = await closedWorld(tight);
    world.apply(...networked("ce", undefined, whole), aside("aside", ["subnet-closed"]), job);
    await world.untilReady(900);
    world.delete("JobDefinition", "job");
    deleteBoth(world, "ce");
    await world.until("it is gone", isGone(world), 1200);
    expect(await endpointsOf(world)).toEqual(all);
  });

  it("go although the namesake of an object in another cluster has an environment elsewhere in the VPC", async () => {
    const world = await closedWorld();
    await world.aws.outside.createComputeEnvironment({
      computeEnvironmentName: "green-ce",
      type: "MANAGED",
      computeResources: { ...(inSubnets("ce", ["subnet-nat"]).spec as Made).computeResources },
      tags: { ...ownerOf("green"), "awsbatch.dev/cluster-uid": "another" },
    });
    world.apply(...networked("ce"));
    await world.untilReady(900);
    deleteBoth(world, "ce");
    await world.untilGone(1200);
    expect(await endpointsOf(world)).toEqual([]);
  });

  it("are left to the namesake in another cluster that runs by them", async () => {
    const world = await closedWorld();
    world.apply(...networked("ce"));
    await world.untilReady(900);
    await world.aws.outside.createComputeEnvironment({
      computeEnvironmentName: "green-ce",
      type: "MANAGED",
      computeResources: (inSubnets("ce").spec as Made).computeResources,
      tags: { ...ownerOf("green"), "awsbatch.dev/cluster-uid": "another" },
    });
    await world.seconds(120);
    deleteBoth(world, "ce");
    await world.untilGone(1200);
    expect(await endpointsOf(world)).toEqual(available(...agent));
  });

  it("go when such an environment is deleted together with the network", async () => {
    const world = await closedWorld(anotherGroup);
    world.apply(...networked("ce"), aside("aside", ["subnet-closed"]));
    await world.untilReady(900);
    deleteBoth(world, "ce");
    world.delete("BatchComputeEnvironment", "aside");
    await world.untilGone(1200);
    expect([await endpointsOf(world), await groupsOf(world)]).toEqual([[], []]);
  });

  it("stay until one that is deleted has no job any more, and then go with the network", async () => {
    const world = await closedWorld(anotherGroup);
    world.apply(networkWithEndpoints("ce", undefined, whole), aside("aside", ["subnet-closed"]));
    world.apply(jobQueue("q", ["aside"]), job);
    await world.untilReady(900);
    const jobId = await runningJob(world);
    world.delete("JobQueue", "q");
    world.delete("BatchComputeEnvironment", "aside");
    world.delete(kind, "ce");
    await world.seconds(1200);
    expect(await endpointsOf(world)).toEqual(all);
    world.aws.outside.exitJob(jobId, 0);
    await world.until("it is gone", isGone(world), 1800);
    expect(await endpointsOf(world)).toEqual([]);
  });

  it("are left in AWS when an environment that was retained runs by them", async () => {
    const world = await closedWorld();
    world.apply(networkWithEndpoints("ce"), within("ce", "kept", { ...ec2, deletionPolicy: "Retain" }));
    await world.untilReady(900);
    world.delete("BatchComputeEnvironment", "kept");
    await world.seconds(900);
    world.delete(kind, "ce");
    await world.untilGone(900);
    expect(await endpointsOf(world)).toEqual(available(...agent));
  });
});

interface Made {
  readonly computeResources: ComputeResource;
}

describe("endpoints of what still runs in a closed subnet", () => {
  /** Environments there, of which the first has a job that runs. */
  async function running(...manifests: readonly Manifest[]): Promise<{ world: World; jobId: string }> {
    const world = await closedWorld();
    world.apply(...manifests, jobQueue("q", ["ce"]), job);
    await world.untilReady(900);
    return { world, jobId: await runningJob(world) };
  }

  /** Where the others are, without instances. */
  const fargate = within("ce", "ce", { type: "MANAGED", computeResources: { type: "FARGATE", maxvCpus: 16 } });

  const environmentsOf = ({ aws }: World): number =>
    aws.truth.computeEnvironments().filter(({ status }) => status !== "DELETED").length;

  it.each([
    ["asks for none any more", undefined, []],
    ["names services that it needs there", { services: ["s3"] }, ["s3"]],
  ])("stay while the network has moved, and %s", async (_name, vpcEndpoints, needed) => {
    const { world, jobId } = await running(...networked("ce", undefined, whole));
    world.apply(networkWithEndpoints("ce", ["subnet-nat"], { vpcEndpoints }));
    await world.seconds(1200);
    expect(environmentsOf(world)).toBe(2);
    expect(await endpointsOf(world)).toEqual(all);
    world.aws.outside.exitJob(jobId, 0);
    await world.until("the predecessor is gone", () => environmentsOf(world) === 1, 1200);
    await world.seconds(700);
    expect(await endpointsOf(world)).toEqual(available(...needed));
  });

  it("stay while the spec has become Fargate's, and the network asks for none of an agent", async () => {
    const { world, jobId } = await running(...networked("ce", undefined, whole));
    world.apply(fargate, networkWithEndpoints("ce", undefined, needing("ecr", "logs")));
    await world.seconds(1200);
    expect(environmentsOf(world)).toBe(2);
    expect(await endpointsOf(world)).toEqual(all);
    world.aws.outside.exitJob(jobId, 0);
    // AWS gives a queue of instances no Fargate.
    world.delete("JobQueue", "q");
    await world.until("the predecessor is gone", () => environmentsOf(world) === 1, 1200);
    await world.seconds(700);
    expect(await endpointsOf(world)).toEqual(available("ecr.api", "ecr.dkr", "logs", "s3"));
  });
});

it.each([6.5, 12.5, 17.55, 20, 40])(
  "endpoints are made once although the operator ends after %d s, and once more on the way out",
  async (seconds) => {
    const first = await closedWorld();
    first.apply(...networked("ce"));
    await first.seconds(seconds);
    await first.stop();
    const { clock, aws, store } = first;
    const second = await aWorld({ clock, aws, store, region });
    await second.untilReady(900);
    expect(await endpointsOf(second)).toEqual(available(...agent));
    expect(await groupsOf(second)).toHaveLength(1);
    deleteBoth(second, "ce");
    await second.seconds(200);
    await second.stop();
    const third = await aWorld({ clock, aws, store, region });
    await third.untilGone(900);
    expect(await endpointsOf(third)).toEqual([]);
    expect(await groupsOf(third)).toEqual([]);
  },
);
