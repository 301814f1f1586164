import type { ComputeResource } from "@aws-sdk/client-batch";
import { describe, expect, it } from "vitest";
import type { Manifest } from "../../src/kube/memory-store.ts";
import type { AccountNetwork } from "../../src/simulator/ec2-network.ts";
import { computeEnvironment, jobDefinition, jobQueue } from "../manifests.ts";
import { agentEndpoints } from "../simulator/networks.ts";
import type { World } from "../world.ts";
import { closedWorld, endpointsOf, environment, region } from "./closed-world.ts";
import { aWorld, expectSilence, expectStory } from "./story.ts";

async function groupsOf({ aws }: World): Promise<readonly string[]> {
  const { SecurityGroups = [] } = await aws.outside.ec2.describeSecurityGroups({});
  return SecurityGroups.flatMap(({ GroupName = "" }) => (GroupName.includes("endpoints") ? [GroupName] : []));
}

const retained = environment("ce");

/** A world in which Retain has left an environment with its endpoints. */
async function afterRetain(): Promise<World> {
  const world = await closedWorld();
  world.apply({ ...retained, spec: { ...retained.spec, deletionPolicy: "Retain" } });
  await world.untilReady(600);
  world.delete("BatchComputeEnvironment", "ce");
  await world.untilGone(600);
  return world;
}

const agent = ["ecs", "ecs-agent", "ecs-telemetry"];
const available = (...services: readonly string[]) => services.toSorted().map((service) => `${service} available`);
const all = available(...agent, "ecr.api", "ecr.dkr", "logs", "s3");

describe("endpoints of an environment in a closed subnet", () => {
  it("are made before it, let its jobs run, and go after it", async () => {
    const world = await closedWorld();
    world.apply(environment("ce"), jobQueue("q", ["ce"]), jobDefinition("job"));
    await world.untilReady(600);
    expect(await endpointsOf(world)).toEqual(available(...agent, "logs"));
    expect(world.condition("BatchComputeEnvironment", "ce", "EndpointsReady")).toMatchObject({ status: "True" });
    const { jobId } = world.aws.outside.submitPlannedJob(
      { jobName: "j", jobQueue: "team_q", jobDefinition: "team_job" },
      { durationMs: Number.POSITIVE_INFINITY, exitCode: 0 },
    );
    await world.seconds(300);
    // The image comes from outside of AWS, for which there is no endpoint.
    expect(world.aws.truth.jobs().find(({ id }) => id === jobId)?.status).not.toBe("RUNNABLE");
    world.delete("JobQueue", "q");
    world.delete("JobDefinition", "job");
    world.delete("BatchComputeEnvironment", "ce");
    await world.untilGone(1200);
    expect(await endpointsOf(world)).toEqual([]);
    expect(await groupsOf(world)).toEqual([]);
    await expectStory(world, "endpoints made and removed");
  });

  it("are known to the check of the network in the pass that reports them, and it reads nothing more", async () => {
    const world = await closedWorld();
    world.apply(environment("ce"));
    const state = (type: string) => world.condition("BatchComputeEnvironment", "ce", type)?.status;
    const reads = () => world.aws.log.filter(({ operation }) => operation === "DescribeVpcEndpoints").length;
    await world.until("the endpoints are made", () => state("EndpointsReady") === "True", 300);
    expect(state("NetworkReady")).toBe("True");
    const readsBefore = reads();
    await world.seconds(240);
    expect(reads() - readsBefore).toBe(0);
  });

  it("are at rest once they are there", async () => {
    const world = await closedWorld();
    world.apply(environment("ce"));
    await world.untilReady(600);
    await world.seconds(60);
    await expectSilence(world);
  });

  it("that somebody deleted are created again at once when a person requests a reconcile", async () => {
    const world = await closedWorld();
    world.apply(environment("ce"));
    await world.untilReady(600);
    await world.seconds(900);
    const { VpcEndpoints = [] } = await world.aws.outside.ec2.describeVpcEndpoints({});
    await world.aws.outside.ec2.deleteVpcEndpoints({ VpcEndpointIds: [VpcEndpoints[0]?.VpcEndpointId ?? ""] });
    await world.seconds(900);
    expect(await endpointsOf(world)).not.toEqual(available(...agent));
    world.annotate("BatchComputeEnvironment", "ce", { "awsbatch.dev/reconcile-requested-at": "now" });
    await world.seconds(120);
    expect(await endpointsOf(world)).toEqual(available(...agent));
  });

  it("of which somebody turned private DNS off are reported as such, and keep new environments waiting", async () => {
    const world = await closedWorld();
    world.apply(environment("ce"));
    await world.untilReady(900);
    const { ec2 } = world.aws.outside;
    const { VpcEndpoints = [] } = await ec2.describeVpcEndpoints({});
    const id = VpcEndpoints.find(({ ServiceName }) => ServiceName?.endsWith(".ecs-agent"))?.VpcEndpointId ?? "";
    await ec2.modifyVpcEndpoint({ VpcEndpointId: id, PrivateDnsEnabled: false });
    await world.seconds(3 * 3600);
    const reported = (name: string, type: string) => world.condition("BatchComputeEnvironment", name, type);
    const impossible = { reason: "EndpointsBlocked", message: expect.stringContaining(`${id}`) };
    expect(reported("ce", "EndpointsReady")).toMatchObject({ status: "False", ...impossible });
    expect(reported("ce", "Ready")?.status).toBe("True");
    world.apply(environment("second"));
    await world.until("it is Stalled", () => reported("second", "Stalled")?.reason === "EndpointsBlocked", 120);
    expect(world.aws.truth.computeEnvironments()).toHaveLength(1);
    await ec2.deleteVpcEndpoints({ VpcEndpointIds: [id] });
    await world.until("it is made", () => reported("second", "Ready")?.status === "True", 3 * 3600);
    expect(await endpointsOf(world)).toEqual(available(...agent));
  });

  it("are shared, and stay until the last environment is gone", async () => {
    const world = await closedWorld();
    world.apply(environment("first"), environment("second", ["subnet-closed", "subnet-closed-b"]));
    await world.untilReady(900);
    expect(await endpointsOf(world)).toEqual(available(...agent));
    world.delete("BatchComputeEnvironment", "first");
    await world.until("first is gone", () => world.object("BatchComputeEnvironment", "first") === undefined, 900);
    await world.seconds(700);
    expect(await endpointsOf(world)).toEqual(available(...agent));
    world.delete("BatchComputeEnvironment", "second");
    await world.untilGone(900);
    expect(await endpointsOf(world)).toEqual([]);
    await expectStory(world, "endpoints shared");
  });

  it("that two environments leave at once go with the last of them", async () => {
    const world = await closedWorld();
    world.apply(environment("first"), environment("second"));
    await world.untilReady(900);
    world.delete("BatchComputeEnvironment", "first");
    world.delete("BatchComputeEnvironment", "second");
    await world.untilGone(1200);
    expect(await endpointsOf(world)).toEqual([]);
    expect(await groupsOf(world)).toEqual([]);
  });

  it("of two environments with groups of their own, deleted at once, keep nothing of each other", async () => {
    const world = await closedWorld();
    const withGroup = (name: string) => {
      const manifest = environment(name, ["subnet-closed"], { securityGroup: { create: true } });
      const { securityGroupIds: _given, ...computeResources } = manifest.spec.computeResources;
      return { ...manifest, spec: { ...manifest.spec, computeResources } };
    };
    world.apply(withGroup("first"), withGroup("second"));
    await world.untilReady(900);
    world.delete("BatchComputeEnvironment", "first");
    world.delete("BatchComputeEnvironment", "second");
    await world.untilGone(1800);
    expect(await endpointsOf(world)).toEqual([]);
    const { SecurityGroups = [] } = await world.aws.outside.ec2.describeSecurityGroups({});
    expect(SecurityGroups.map(({ GroupId }) => GroupId)).toEqual(["sg-1"]);
  });

  it("are made by the second environment while the first is paused", async () => {
    const world = await closedWorld();
    world.apply(environment("first"), environment("second"));
    world.annotate("BatchComputeEnvironment", "first", { "awsbatch.dev/paused": "true" });
    await world.until(
      "the second is ready",
      () => world.condition("BatchComputeEnvironment", "second", "Ready")?.status === "True",
      900,
    );
    expect(await endpointsOf(world)).toEqual(available(...agent));
  });

  it("of others are used and never touched", async () => {
    const world = await closedWorld(agentEndpoints());
    world.apply(environment("ce"));
    await world.untilReady(600);
    expect(await endpointsOf(world)).toEqual(available(...agent));
    world.delete("BatchComputeEnvironment", "ce");
    await world.untilGone(900);
    expect(await endpointsOf(world)).toEqual(available(...agent));
    expect(world.writes().filter((write) => /Endpoint|SecurityGroup/.test(write))).toEqual([]);
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
    world.apply(environment("ce"));
    await world.seconds(300);
    expect(await endpointsOf(world)).toEqual(available("ecs", "ecs-telemetry"));
    expect(world.condition("BatchComputeEnvironment", "ce", "Ready")).toMatchObject({ status: "False" });
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
    world.apply(environment("ce"), jobQueue("q", ["ce"]));
    await world.untilReady(900);
    const fault = { kind: "refuse", exception, message: words, httpStatusCode } as const;
    world.aws.faults.add({ fault, on: "CreateVpcEndpoint" });
    const { spec, ...manifest } = environment("ce", undefined, { vpcEndpointServices: [...agent, "sts"] });
    world.apply({ ...manifest, spec });
    await world.seconds(600);
    const computeResources = { ...spec.computeResources, maxvCpus: 7 };
    world.apply({ ...manifest, spec: { ...spec, state: "DISABLED", computeResources } });
    await world.seconds(120);
    expect(world.aws.truth.computeEnvironments()).toMatchObject([
      { state: "DISABLED", computeResources: { maxvCpus: 7 } },
    ]);
    const reported = (type: string) => world.condition("BatchComputeEnvironment", "ce", type);
    expect(reported("Ready")).toMatchObject({ status: "True", reason: "Disabled" });
    expect(reported("EndpointsReady")).toMatchObject({ status: "False" });
    expect(reported("EndpointsReady")?.message).toContain(words);
    // It is reported once, and not again with each try.
    const version = () => world.object("BatchComputeEnvironment", "ce")?.metadata.resourceVersion;
    const before = version();
    await world.seconds(600);
    expect(version()).toBe(before);
  });

  it("keep a new environment waiting, and not Stalled, while EC2 is asked too often", async () => {
    const world = await closedWorld();
    const fault = {
      kind: "refuse",
      exception: "RequestLimitExceeded",
      message: "Request limit exceeded.",
      httpStatusCode: 503,
    } as const;
    const lift = world.aws.faults.add({ fault, on: "CreateVpcEndpoint" });
    world.apply(environment("ce"));
    await world.seconds(600);
    expect(world.condition("BatchComputeEnvironment", "ce", "Reconciling")).toMatchObject({ reason: "Throttled" });
    expect(world.condition("BatchComputeEnvironment", "ce", "Stalled")).toBeUndefined();
    expect(world.aws.truth.computeEnvironments()).toEqual([]);
    lift();
    await world.untilReady(180);
  });

  it("go when nobody asks for them any more, while the environment stays", async () => {
    const world = await closedWorld();
    world.apply(environment("ce", ["subnet-nat"], { vpcEndpointServices: ["ecs-agent", "s3"] }));
    await world.untilReady(600);
    expect(await endpointsOf(world)).toEqual(available("ecs-agent", "s3"));
    const { network: _network, ...spec } = environment("ce", ["subnet-nat"]).spec;
    world.apply({ ...environment("ce"), spec });
    await world.seconds(300);
    expect(await endpointsOf(world)).toEqual([]);
    expect(world.condition("BatchComputeEnvironment", "ce", "Ready")).toMatchObject({ status: "True" });
    const object = world.object("BatchComputeEnvironment", "ce");
    expect(object?.metadata.annotations?.["awsbatch.dev/endpoints"]).toBeUndefined();
  });

  it("stay in AWS without our tags when the object is retained", async () => {
    const world = await afterRetain();
    const { VpcEndpoints = [] } = await world.aws.outside.ec2.describeVpcEndpoints({});
    expect(VpcEndpoints).toHaveLength(3);
    for (const { Tags = [] } of VpcEndpoints) {
      expect(Tags.map(({ Key }) => Key)).toEqual(["Name", "awsbatch.dev/retained-from"]);
    }
  });

  it("that were left in AWS are used again, and go with the last of the object's environments", async () => {
    const world = await afterRetain();
    const more = { vpcEndpoints: "Ensure", vpcEndpointServices: ["ecs", "ecs-agent", "ecs-telemetry", "logs"] };
    world.apply({ ...retained, spec: { ...retained.spec, network: more } });
    await world.untilReady(900);
    await world.seconds(120);
    expect(await endpointsOf(world)).toEqual(available(...agent, "logs"));
    world.delete("BatchComputeEnvironment", "ce");
    await world.untilGone(900);
    expect([await endpointsOf(world), await groupsOf(world)]).toEqual([[], []]);
  });

  it("are created despite environments whose launch template has a name that resembles an id, or a mistyped id", async () => {
    const launchTemplates = [{ id: "lt-0123456789abcdef0", name: "lt-batch-gpu", versions: [{}] }];
    const world = await closedWorld({ launchTemplates });
    const withTemplate = (name: string, launchTemplate: object) => {
      const { spec, ...manifest } = environment(name);
      return { ...manifest, spec: { ...spec, computeResources: { ...spec.computeResources, launchTemplate } } };
    };
    world.apply(
      withTemplate("named", { launchTemplateName: "lt-batch-gpu" }),
      withTemplate("mistyped", { launchTemplateId: "lt-0typo" }),
    );
    await world.seconds(120);
    world.apply(environment("ce"));
    const reported = (name: string, type: string) => world.condition("BatchComputeEnvironment", name, type);
    await world.until("it is there", () => reported("ce", "Ready")?.status === "True", 900);
    expect(await endpointsOf(world)).toEqual(available(...agent));
    expect(reported("named", "NetworkReady")?.status).toBe("True");
    expect(reported("mistyped", "NetworkReady")?.message).toContain("lt-0typo");
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
    world.apply(environment("ce"));
    await world.seconds(60);
    expect(world.condition("BatchComputeEnvironment", "ce", "EndpointsReady")).toMatchObject({
      status: "Unknown",
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

describe("endpoints in the VPC of environments that never asked for any", () => {
  /** Such an environment, with security groups of its own. */
  function aside(name: string, subnets: readonly string[]) {
    const { spec, ...manifest } = environment(name, subnets, {});
    const { network: _network, computeResources, ...rest } = spec;
    return { ...manifest, spec: { ...rest, computeResources: { ...computeResources, securityGroupIds: ["sg-2"] } } };
  }
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

  it("let these in as well, for the names of the services lead to the endpoints from everywhere in the VPC", async () => {
    const world = await closedWorld(anotherGroup);
    world.apply(aside("aside", ["subnet-nat"]), jobQueue("q", ["aside"]), job);
    await world.untilReady(900);
    world.apply(environment("ce"));
    await world.untilReady(900);
    expect(await endpointsOf(world)).toEqual(all);
    await runningJob(world);
    const network = world.condition("BatchComputeEnvironment", "aside", "NetworkReady");
    expect(network).toMatchObject({ status: "True" });
  });

  it("are left to these when they run by them, although nobody asks for them any more", async () => {
    const world = await closedWorld(anotherGroup);
    world.apply(environment("ce"), job);
    await world.untilReady(900);
    world.apply(aside("aside", ["subnet-closed"]), jobQueue("q", ["aside"]));
    await world.untilReady(900);
    const jobId = await runningJob(world);
    world.delete("BatchComputeEnvironment", "ce");
    await world.until("it is gone", () => world.object("BatchComputeEnvironment", "ce") === undefined, 1200);
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
    world.apply(environment("ce"), aside("aside", ["subnet-closed"]), job);
    await world.untilReady(900);
    world.delete("JobDefinition", "job");
    world.delete("BatchComputeEnvironment", "ce");
    await world.until("it is gone", () => world.object("BatchComputeEnvironment", "ce") === undefined, 1200);
    expect(await endpointsOf(world)).toEqual(all);
  });

  it("go although the namesake of the object in another cluster has an environment elsewhere in the VPC", async () => {
    const world = await closedWorld();
    const { spec } = environment("ce", ["subnet-nat"]);
    await world.aws.outside.createComputeEnvironment({
      computeEnvironmentName: "green-ce",
      type: "MANAGED",
      computeResources: { ...(spec.computeResources as ComputeResource), subnets: ["subnet-nat"] },
      tags: { ...ownerOf("green"), "awsbatch.dev/cluster-uid": "another" },
    });
    world.apply(environment("ce"));
    await world.untilReady(900);
    world.delete("BatchComputeEnvironment", "ce");
    await world.untilGone(1200);
    expect(await endpointsOf(world)).toEqual([]);
  });

  it("are left to the namesake in another cluster that runs by them", async () => {
    const world = await closedWorld();
    world.apply(environment("ce"));
    await world.untilReady(900);
    const { spec } = environment("ce");
    await world.aws.outside.createComputeEnvironment({
      computeEnvironmentName: "green-ce",
      type: "MANAGED",
      computeResources: spec.computeResources as ComputeResource,
      tags: { ...ownerOf("green"), "awsbatch.dev/cluster-uid": "another" },
    });
    await world.seconds(120);
    world.delete("BatchComputeEnvironment", "ce");
    await world.untilGone(1200);
    expect(await endpointsOf(world)).toEqual(available(...agent));
  });

  it("go with them when both are deleted", async () => {
    const world = await closedWorld(anotherGroup);
    world.apply(environment("ce"), aside("aside", ["subnet-closed"]));
    await world.untilReady(900);
    world.delete("BatchComputeEnvironment", "ce");
    world.delete("BatchComputeEnvironment", "aside");
    await world.untilGone(1200);
    expect([await endpointsOf(world), await groupsOf(world)]).toEqual([[], []]);
  });
});

describe("endpoints of what still runs in a closed subnet", () => {
  /** Environments there, of which the first has a job that runs. */
  async function running(...environments: readonly Manifest[]): Promise<{ world: World; jobId: string }> {
    const world = await closedWorld();
    world.apply(...environments, jobQueue("q", ["ce"]), job);
    await world.untilReady(900);
    return { world, jobId: await runningJob(world) };
  }

  /** Where `environment` is, without instances. */
  const fargate = (network: object): Manifest =>
    computeEnvironment("ce", {
      type: "MANAGED",
      network,
      computeResources: { type: "FARGATE", maxvCpus: 16, subnets: ["subnet-closed"], securityGroupIds: ["sg-1"] },
    } as Parameters<typeof computeEnvironment>[1]);

  const environmentsOf = ({ aws }: World): number =>
    aws.truth.computeEnvironments().filter(({ status }) => status !== "DELETED").length;

  it.each([
    ["the spec has moved to where there is a way out", environment("ce", ["subnet-nat"]), []],
    [
      "the spec has moved, and asks for none any more",
      { ...environment("ce"), spec: { ...environment("ce", ["subnet-nat"]).spec, network: {} } },
      [],
    ],
    [
      "the spec has moved, and names services that it needs there",
      environment("ce", ["subnet-nat"], { vpcEndpointServices: ["s3"] }),
      ["s3"],
    ],
  ])("stay while %s", async (_name, moved, needed) => {
    const { world, jobId } = await running(environment("ce"));
    world.apply(moved);
    await world.seconds(1200);
    expect(environmentsOf(world)).toBe(2);
    expect(await endpointsOf(world)).toEqual(all);
    world.aws.outside.exitJob(jobId, 0);
    await world.until("the predecessor is gone", () => environmentsOf(world) === 1, 1200);
    await world.seconds(120);
    expect(await endpointsOf(world)).toEqual(available(...needed));
  });

  it.each([
    ["needs none for an agent", fargate({ vpcEndpoints: "Ensure" }), ["ecr.api", "ecr.dkr", "logs", "s3"]],
    ["asks for none any more", fargate({}), []],
  ])("stay while the spec has become Fargate's, and %s", async (_name, changed, needed) => {
    const { world, jobId } = await running(environment("ce"));
    world.apply(changed);
    await world.seconds(1200);
    expect(environmentsOf(world)).toBe(2);
    expect(await endpointsOf(world)).toEqual(all);
    world.aws.outside.exitJob(jobId, 0);
    // AWS gives a queue of instances no Fargate.
    world.delete("JobQueue", "q");
    await world.until("the predecessor is gone", () => environmentsOf(world) === 1, 1200);
    await world.seconds(120);
    expect(await endpointsOf(world)).toEqual(available(...needed));
  });

  it("stay while its object waits for a job, and others need them no more", async () => {
    const { world, jobId } = await running(environment("ce"), environment("other", ["subnet-nat"]));
    world.delete("JobQueue", "q");
    world.delete("BatchComputeEnvironment", "ce");
    await world.seconds(1200);
    expect(await endpointsOf(world)).toEqual(all);
    world.aws.outside.exitJob(jobId, 0);
    await world.until("it is gone", () => world.object("BatchComputeEnvironment", "ce") === undefined, 1200);
    // The other one checks every ten minutes.
    await world.seconds(700);
    expect(await endpointsOf(world)).toEqual([]);
  });

  it("are left in AWS by the last object when an environment that was retained runs by them", async () => {
    const world = await closedWorld();
    const kept = environment("kept");
    world.apply({ ...kept, spec: { ...kept.spec, deletionPolicy: "Retain" } }, environment("other", ["subnet-nat"]));
    await world.untilReady(900);
    world.delete("BatchComputeEnvironment", "kept");
    await world.seconds(900);
    expect(await endpointsOf(world)).toEqual(available(...agent));
    world.delete("BatchComputeEnvironment", "other");
    await world.untilGone(900);
    expect(await endpointsOf(world)).toEqual(available(...agent));
  });
});

it.each([6.5, 12.5, 17.55, 20, 40])(
  "endpoints are made once although the operator ends after %d s, and once more on the way out",
  async (seconds) => {
    const first = await closedWorld();
    first.apply(environment("ce"));
    await first.seconds(seconds);
    await first.stop();
    const { clock, aws, store } = first;
    const second = await aWorld({ clock, aws, store, region });
    await second.untilReady(900);
    expect(await endpointsOf(second)).toEqual(available(...agent));
    expect(await groupsOf(second)).toHaveLength(1);
    second.delete("BatchComputeEnvironment", "ce");
    await second.seconds(200);
    await second.stop();
    const third = await aWorld({ clock, aws, store, region });
    await third.untilGone(900);
    expect(await endpointsOf(third)).toEqual([]);
    expect(await groupsOf(third)).toEqual([]);
  },
);
