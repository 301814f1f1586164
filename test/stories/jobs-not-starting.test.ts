import type { RegisterJobDefinitionRequest } from "@aws-sdk/client-batch";
import { describe, expect, it } from "vitest";
import { metricsOf } from "../../src/operator/run/metrics.ts";
import { computeEnvironment, ec2, jobQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld, expectSilence } from "./story.ts";

const minutes = 60;
type Resources = NonNullable<typeof ec2.computeResources>;

function withResources(change: Partial<Resources>) {
  return { ...ec2, computeResources: { ...(ec2.computeResources as Resources), ...change } };
}

/** A queue `q` over `ce`, Ready, in which a job waits that asks for so much. */
async function withJob(
  needs: { readonly vcpus?: number; readonly memoryMib?: number; readonly gpus?: number },
  spec = ec2,
  body: Partial<RegisterJobDefinitionRequest["containerProperties"]> = {},
): Promise<World> {
  const world = await aWorld();
  world.apply(computeEnvironment("ce", spec), jobQueue("q", ["ce"]));
  await world.untilReady();
  await submit(world, needs, body);
  return world;
}

async function submit(
  { aws }: World,
  { vcpus = 1, memoryMib = 512, gpus = 0 }: Parameters<typeof withJob>[0],
  body: Partial<RegisterJobDefinitionRequest["containerProperties"]> = {},
  definition: Partial<RegisterJobDefinitionRequest> = {},
): Promise<string> {
  const gpu = gpus === 0 ? [] : [{ type: "GPU" as const, value: `${gpus}` }];
  await aws.outside.registerJobDefinition({
    jobDefinitionName: "jd",
    type: "container",
    containerProperties: {
      image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1",
      resourceRequirements: [{ type: "VCPU", value: `${vcpus}` }, { type: "MEMORY", value: `${memoryMib}` }, ...gpu],
      ...body,
    },
    ...definition,
  });
  const request = { jobName: "job", jobQueue: "team_q", jobDefinition: "jd" };
  return aws.outside.submitPlannedJob(request, { durationMs: 60_000, exitCode: 0 }).jobId ?? "";
}

const progressing = (world: World) => world.condition("JobQueue", "q", "JobsProgressing");
const events = (world: World): readonly string[] =>
  world.store.events().flatMap(({ reason, regarding, type }) => (regarding.name === "q" ? [`${type} ${reason}`] : []));

async function untilBlocked(world: World, reason: string): Promise<string> {
  await world.until(reason, () => progressing(world)?.status === "False", 30 * minutes);
  expect(progressing(world)).toMatchObject({ status: "False", reason });
  return progressing(world)?.message ?? "";
}

async function untilFine(world: World): Promise<void> {
  await world.until("no job waits", () => progressing(world) === undefined, 30 * minutes);
  expect(world.aws.truth.jobs().map(({ status }) => status)).not.toContain("RUNNABLE");
}

describe("a job that does not start", () => {
  it("because maxvCpus is too small is reported within minutes, with an event, and runs when that is fixed", async () => {
    const world = await withJob({ vcpus: 16 }, withResources({ maxvCpus: 8, instanceTypes: ["c5"] }));
    const message = await untilBlocked(world, "MaxVcpusTooSmall");
    expect(world.condition("JobQueue", "q", "Ready")?.status).toBe("True");
    expect(message).toMatch(/16.*team_ce.*8/);
    expect(events(world).filter((event) => event === "Warning MaxVcpusTooSmall")).toHaveLength(1);
    expect(world.object<{ jobs?: object }>("JobQueue", "q")?.status?.jobs).toMatchObject({ runnable: 1, running: 0 });

    await world.seconds(60 * minutes);
    expect(events(world).filter((event) => event === "Warning MaxVcpusTooSmall")).toHaveLength(1);

    world.apply(computeEnvironment("ce", withResources({ maxvCpus: 64, instanceTypes: ["c5"] })));
    await untilFine(world);
    expect(world.object<{ jobs?: object }>("JobQueue", "q")?.status).not.toHaveProperty("jobs");
    await expectSilence(world);
  });

  it("costs an hour of one call a minute, and no write to AWS", async () => {
    const world = await withJob({ vcpus: 16 }, withResources({ maxvCpus: 8, instanceTypes: ["c5"] }));
    await untilBlocked(world, "MaxVcpusTooSmall");
    const from = world.aws.log.length;
    const writes = world.writes().length;
    const version = world.object("JobQueue", "q")?.metadata.resourceVersion;
    await world.seconds(60 * minutes);
    const asked = world.aws.log.slice(from).filter(({ operation }) => /Jobs|Snapshot/.test(operation));
    expect(asked.length).toBeLessThanOrEqual(61);
    expect(world.writes()).toHaveLength(writes);
    // Nothing moves, so nothing is reported again either.
    expect(world.object("JobQueue", "q")?.metadata.resourceVersion).toBe(version);
  });

  it("is forgotten when the queue is deleted", async () => {
    const world = await withJob({ vcpus: 16 }, withResources({ maxvCpus: 8, instanceTypes: ["c5"] }));
    await untilBlocked(world, "MaxVcpusTooSmall");
    world.delete("JobQueue", "q");
    await world.seconds(3 * minutes);
    expect(progressing(world)).toBeUndefined();
    for (const job of world.aws.truth.jobs()) await world.aws.outside.cancelJob({ jobId: job.id, reason: "enough" });
    await world.until("the queue is gone", () => world.object("JobQueue", "q") === undefined);
  });

  it("because the environment is DISABLED is reported, and also that it goes on", async () => {
    const world = await withJob({}, withResources({ maxvCpus: 8 }));
    world.apply(computeEnvironment("ce", { ...withResources({ maxvCpus: 8 }), state: "DISABLED" as const }));
    await world.until("it is DISABLED", () => world.aws.truth.computeEnvironments()[0]?.state === "DISABLED");
    await untilBlocked(world, "EnvironmentDisabled");
    world.apply(computeEnvironment("ce", { ...withResources({ maxvCpus: 8 }), state: "ENABLED" as const }));
    await untilFine(world);
  });

  it("shows in the metrics of its queue, which go back when it has started", async () => {
    const world = await withJob({ vcpus: 16 }, withResources({ maxvCpus: 8, instanceTypes: ["c5"] }));
    const metrics = metricsOf({ clock: world.clock, version: "1.2.3" });
    metrics.follow(world.operator);
    const series = async (): Promise<Readonly<Record<string, number>>> => {
      const lines = ((await metrics.pages["/metrics"]?.())?.body ?? "").split("\n");
      const found = lines.flatMap((line) => [...line.matchAll(/^awsbatch_queue_(\w+)\{(.*)\} (.*)$/g)]);
      expect(
        found.map(([, , labels]) => labels).every((labels) => labels === 'object_namespace="team",object_name="q"'),
      ).toBe(true);
      return Object.fromEntries(found.map(([, name = "", , value]) => [name, Number(value)]));
    };
    await untilBlocked(world, "MaxVcpusTooSmall");
    const stuck = await series();
    expect(stuck["runnable_jobs"]).toBe(1);
    expect(stuck["first_job_wait_seconds"]).toBeGreaterThan(2 * minutes);
    expect(stuck["oldest_job_age_seconds"]).toBeGreaterThan(2 * minutes);
    expect(stuck["oldest_job_age_seconds"]).toBeLessThan(10 * minutes);
    world.apply(computeEnvironment("ce", withResources({ maxvCpus: 64, instanceTypes: ["c5"] })));
    await untilFine(world);
    expect(await series()).toEqual({ runnable_jobs: 0, first_job_wait_seconds: 0 });
  });
});

describe("the fix proves the cause:", () => {
  const types = (instanceTypes: string[], maxvCpus = 256) => withResources({ instanceTypes, maxvCpus });
  const name = (world: World): string => world.aws.truth.computeEnvironments()[0]?.computeEnvironmentName ?? "";

  const fits: readonly (readonly [string, Parameters<typeof withJob>[0], string[]])[] = [
    ["vCPUs", { vcpus: 4 }, ["m5.large"]],
    ["memory", { memoryMib: 8192 }, ["m5.large"]],
    ["GPUs", { gpus: 1 }, ["m5"]],
  ];
  it.each(fits)("a larger machine for a job that fits on none for its %s", async (_what, needs, small) => {
    const world = await withJob(needs, types(small));
    const message = await untilBlocked(world, "NoInstanceTypeFits");
    // The machine that is proposed is one on which the job runs.
    const [, proposed = ""] = /such as (\S+) to/.exec(message) ?? [];
    expect(proposed).toMatch(/^[a-z0-9]+\.\w+$/);
    world.apply(computeEnvironment("ce", types([...small, proposed])));
    await untilFine(world);
  });

  it("another processor", async () => {
    const runtimePlatform = { cpuArchitecture: "ARM64" };
    const world = await withJob({}, types(["m5"]), { runtimePlatform });
    await untilBlocked(world, "ArchitectureMismatch");
    world.apply(computeEnvironment("ce", types(["m6g"])));
    await untilFine(world);
  });

  it("an environment that AWS finds VALID again", async () => {
    const world = await aWorld();
    world.apply(computeEnvironment("ce", ec2), jobQueue("q", ["ce"]));
    await world.untilReady();
    world.aws.outside.invalidate(name(world), "CLIENT_ERROR - Clusters can not be blank.");
    await submit(world, {});
    expect(await untilBlocked(world, "EnvironmentInvalid")).toContain("Clusters can not be blank");
    world.aws.outside.heal(name(world));
    await untilFine(world);
  });

  it("capacity", async () => {
    const world = await aWorld();
    world.apply(computeEnvironment("ce", ec2), jobQueue("q", ["ce"]));
    await world.untilReady();
    world.aws.outside.shortage(name(world), true);
    await submit(world, {});
    expect(await untilBlocked(world, "InsufficientCapacity")).toContain("instance type [c5.large]");
    world.aws.outside.shortage(name(world), false);
    await untilFine(world);
  });

  it("a quota, about which AWS says nothing: first it may be on its way, after a quarter of an hour it is not", async () => {
    const world = await aWorld();
    world.apply(computeEnvironment("ce", ec2), jobQueue("q", ["ce"]));
    await world.untilReady();
    world.aws.outside.quotaUsedUp(name(world), true);
    await submit(world, {});
    await world.until("it may be on its way", () => progressing(world)?.reason === "ScalingUp", 30 * minutes);
    expect(progressing(world)?.status).toBe("True");
    expect(await untilBlocked(world, "InstancesDoNotJoin")).toContain("quota");
    world.aws.outside.quotaUsedUp(name(world), false);
    await untilFine(world);
    expect(events(world).filter((event) => event.startsWith("Warning"))).toEqual(["Warning InstancesDoNotJoin"]);
  });

  it("a way from the subnets to ECS, which AWS notices only much later", async () => {
    const world = await aWorld();
    world.aws.outside.describeNetwork({
      vpcs: [{ id: "vpc-1", cidr: "10.0.0.0/16" }],
      subnets: [{ id: "subnet-11111111", vpc: "vpc-1", zone: "eu-west-1a", cidr: "10.0.0.0/24", mapPublicIps: true }],
      routeTables: [{ id: "rtb-1", vpc: "vpc-1", main: true }],
      securityGroups: [{ id: "sg-11111111", vpc: "vpc-1" }],
      internetGateways: [{ id: "igw-1", vpc: "vpc-1" }],
    });
    world.apply(computeEnvironment("ce", ec2), jobQueue("q", ["ce"]));
    await world.untilReady();
    await submit(world, {});
    await world.until("it is blocked", () => progressing(world)?.status === "False", 60 * minutes);
    expect(["InstancesDoNotJoin", "NetworkUnreachable"]).toContain(progressing(world)?.reason);
  });

  it("an image that can be pulled", async () => {
    const image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1";
    const world = await aWorld();
    world.apply(computeEnvironment("ce", ec2), jobQueue("q", ["ce"]));
    await world.untilReady();
    world.aws.outside.imageMissing(image, true);
    await submit(world, {}, {}, { retryStrategy: { attempts: 10 } });
    // Back in RUNNABLE after its first attempt, it stays there for want of an instance.
    await world.until("an attempt has failed", () => (world.aws.truth.jobs()[0]?.attempts.length ?? 0) > 0);
    world.aws.outside.quotaUsedUp(name(world), true);
    const message = await untilBlocked(world, "ImagePullFailed");
    expect(message).toContain(image);
    expect(message).toContain("not found");
    world.aws.outside.imageMissing(image, false);
    world.aws.outside.quotaUsedUp(name(world), false);
    await untilFine(world);
  });

  it("a consumable resource that is free", async () => {
    const world = await aWorld();
    world.apply(computeEnvironment("ce", ec2), jobQueue("q", ["ce"]));
    await world.untilReady();
    await world.aws.outside.createConsumableResource({ consumableResourceName: "licence", totalQuantity: 1 });
    world.aws.outside.holdConsumable("licence", 1);
    const consumableResourceList = [{ consumableResource: "licence", quantity: 1 }];
    await submit(world, {}, {}, { consumableResourceProperties: { consumableResourceList } });
    expect(await untilBlocked(world, "ConsumableResourceShort")).toContain("licence");
    world.aws.outside.holdConsumable("licence", 0);
    await untilFine(world);
  });

  it("a place, for which a job waits without anybody's fault", async () => {
    const world = await withJob({ vcpus: 2 }, types(["c5.large"], 2));
    await world.until("the first one runs", () => world.aws.truth.jobs()[0]?.status === "RUNNING");
    const first = world.aws.truth.jobs()[0]?.id ?? "";
    expect(first).not.toBe("");
    const request = { jobName: "job", jobQueue: "team_q", jobDefinition: "jd" };
    for (let count = 0; count < 2; count++) {
      world.aws.outside.submitPlannedJob(request, { durationMs: 20 * minutes * 1000, exitCode: 0 });
    }
    await world.until("it waits for a place", () => progressing(world)?.reason === "AtCapacity", 30 * minutes);
    expect(progressing(world)?.status).toBe("True");
    await world.until("no job waits", () => progressing(world) === undefined, 90 * minutes);
    expect(events(world).filter((event) => event.startsWith("Warning"))).toEqual([]);
  });
});
