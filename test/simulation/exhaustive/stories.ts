import type { Condition } from "../../../src/api/object.ts";
import { reconcileRequestedAtAnnotation } from "../../../src/api/v1alpha1/annotations.ts";
import type { BatchComputeEnvironmentSpec } from "../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { BatchNetworkSpec } from "../../../src/api/v1alpha1/batch-network.ts";
import type { Queue } from "../../../src/aws/batch.ts";
import { createdAtTag, quantitySetTag, verifiesTag } from "../../../src/controllers/ownership/ownership.ts";
import type { Manifest } from "../../../src/kube/memory-store.ts";
import { accessDenied, type Fault } from "../../../src/simulator/faults.ts";
import {
  computeEnvironment,
  ec2,
  jobDefinition,
  jobQueue,
  quotaShare,
  role,
  serviceEnvironment,
  serviceQueue,
  sharedQueue,
  trainingJob,
  withTypes,
} from "../../manifests.ts";
import { networkManifest } from "../generate/batch-networks.ts";
import { accountNetwork } from "../generate/network.ts";
import type { Simulation } from "../world.ts";
import { jobStories } from "./job-stories.ts";
import { allDone, type Story } from "./story.ts";

const other = withTypes(["m5.large"]);
const third = withTypes(["r5.large"]);
const inPlace: BatchComputeEnvironmentSpec = {
  ...ec2,
  updatePolicy: { terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 30 },
};
const resources = (change: object): BatchComputeEnvironmentSpec => ({
  ...ec2,
  computeResources: { ...ec2.computeResources, ...change } as NonNullable<
    BatchComputeEnvironmentSpec["computeResources"]
  >,
});

const template = "lt-0123456789abcdef0";
/** What `$Latest` of its launch template is, it takes. */
const following = (spec = ec2): BatchComputeEnvironmentSpec => ({
  ...spec,
  imageUpdates: { launchTemplateVersions: "Follow" },
  computeResources: {
    ...spec.computeResources,
    launchTemplate: { launchTemplateId: template, version: "$Latest" },
  } as NonNullable<BatchComputeEnvironmentSpec["computeResources"]>,
});
const withTemplate =
  (spec: BatchComputeEnvironmentSpec) =>
  async (world: Simulation): Promise<void> => {
    world.aws.outside.describeNetwork({ launchTemplates: [{ id: template, name: "batch", versions: [{}] }] });
    await withQueues(["q1"], spec)(world);
  };
/** Without the request, EC2 is asked ten minutes later. */
async function newVersion(world: Simulation): Promise<void> {
  world.aws.outside.addTemplateVersion(template);
  const object = world.object("BatchComputeEnvironment", "ce");
  if (object !== undefined) world.annotate(object, { [reconcileRequestedAtAnnotation]: "2026-01-01T00:00:00Z" });
}
const hasNewVersion = (world: Simulation): boolean =>
  allDone(world) &&
  (world.object("BatchComputeEnvironment", "ce")?.status as { launchTemplateVersion?: string } | undefined)
    ?.launchTemplateVersion === "2";

const verifying = (spec: BatchComputeEnvironmentSpec): BatchComputeEnvironmentSpec => ({
  ...spec,
  replacement: { soakSeconds: 0, verify: { jobDefinitionRef: { name: "smoke" } } },
});
async function verifiedFirst(world: Simulation): Promise<void> {
  world.apply(computeEnvironment("ce", verifying(ec2)), jobQueue("q1", ["ce"]), jobDefinition("smoke"));
  await ready(world);
  await world.until(() => verificationQueues(world) === 0, limitSeconds);
}
const allCreatedSince = ({ aws }: Simulation, since: number): boolean =>
  aws.truth
    .computeEnvironments()
    .every(({ status, tags }) => status === "DELETED" || Date.parse(tags?.[createdAtTag] ?? "") >= since);
/** Queues of the operator's own. */
const verificationQueues = ({ aws }: Simulation): number =>
  aws.truth.jobQueues().filter(({ status, tags }) => status !== "DELETED" && tags?.[verifiesTag] !== undefined).length;

const { instanceRole: _given, ...withoutRole } = { instanceRole: "", ...ec2.computeResources };
/** Its instance profile and the role in it are made for it. */
const withRoles = {
  ...ec2,
  computeResources: withoutRole,
  iam: { instanceRole: {} },
} as BatchComputeEnvironmentSpec;

const {
  subnets: _subnets,
  securityGroupIds: _groups,
  ...placeless
} = {
  subnets: [],
  securityGroupIds: [],
  ...ec2.computeResources,
};
/** That takes its subnets and groups from a network. */
const within = (network: string, spec: object = {}): Manifest =>
  computeEnvironment("ce", {
    ...ec2,
    ...spec,
    computeResources: { ...placeless, networkRef: { name: network } },
  } as BatchComputeEnvironmentSpec);

/** A network in a subnet from which nothing leads out, with a security group and endpoints. */
const closed = (name = "net"): Manifest =>
  networkManifest({ name }, { subnets: ["subnet-33333333"], securityGroup: {}, vpcEndpoints: { needs: ["ecs"] } });
/** A network of the subnet behind the NAT gateway. */
const open = (spec: Partial<BatchNetworkSpec>): Manifest =>
  networkManifest({ name: "net" }, { subnets: ["subnet-11111111"], ...spec });

/** An environment in a network, and a queue of it. */
const inNetwork =
  (network: Manifest) =>
  async (world: Simulation): Promise<void> => {
    world.apply(network, within("net"), jobQueue("q1", ["ce"]));
    await ready(world);
  };

/** Both go at once. */
const networkMadeThenDeleted =
  (network: Manifest) =>
  async (world: Simulation): Promise<void> => {
    world.apply(network, within("net"));
    await ready(world);
    world.delete("BatchNetwork", "net");
    world.delete("BatchComputeEnvironment", "ce");
  };
const networkGone = (world: Simulation): boolean =>
  world.object("BatchNetwork", "net") === undefined && world.object("BatchComputeEnvironment", "ce") === undefined;

const selecting = networkManifest(
  { name: "net" },
  { subnetSelector: { tags: { tier: "batch" } }, securityGroupIds: ["sg-11111111"] },
);

const retainedInNetwork = [
  within("net", { iam: { serviceRole: {} }, deletionPolicy: "Retain" }),
  open({ securityGroup: {}, deletionPolicy: "Retain" }),
];
const groupsMade = ({ aws }: Simulation): number =>
  aws.truth.securityGroups().filter(({ GroupName }) => GroupName?.startsWith("aws-batch-operator/")).length;

function policy(name: string, weightFactor: number): Manifest {
  return {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind: "SchedulingPolicy",
    metadata: { name, namespace: "team" },
    spec: { fairsharePolicy: { shareDistribution: [{ shareIdentifier: "red", weightFactor }] } },
  };
}

function seats(totalQuantity: number): Manifest {
  const metadata = { name: "seats", namespace: "team" };
  return { apiVersion: "awsbatch.dev/v1alpha1", kind: "ConsumableResource", metadata, spec: { totalQuantity } };
}

function credits(totalQuantity: number, quantityToken?: string): Manifest {
  const metadata = { name: "credits", namespace: "team" };
  const spec = {
    resourceType: "NON_REPLENISHABLE",
    totalQuantity,
    ...(quantityToken === undefined ? {} : { quantityToken }),
  };
  return { apiVersion: "awsbatch.dev/v1alpha1", kind: "ConsumableResource", metadata, spec };
}

const holdingSeats = jobDefinition("hello", {
  consumableResourceProperties: {
    consumableResourceList: [{ consumableResourceRef: { name: "seats" }, quantity: 1 }],
  },
});

const fairShare = (name: string): Manifest => jobQueue("q1", ["ce"], { schedulingPolicyRef: { name } });
const hasPolicy = ({ aws }: Simulation, name: string): boolean =>
  aws.truth
    .jobQueues()
    .some(({ schedulingPolicyArn: arn, status }) => arn?.endsWith(`/${name}`) === true && status === "VALID");

/** The queue would go over to what takes no jobs, and stays. */
const keepsItsEnvironment = (world: Simulation, name: string): boolean =>
  ["Reconciling", "Stalled"].some(
    (type) => condition(world, "JobQueue", name, type)?.reason === "WouldLeaveNoEnvironment",
  );
const namedBy = ({ computeEnvironmentOrder = [] }: Queue): readonly string[] =>
  computeEnvironmentOrder.flatMap(({ computeEnvironment }) => computeEnvironment ?? []);

/** Service environments that are there and in no transition. */
const services = ({ aws }: Simulation): readonly string[] =>
  aws.truth
    .serviceEnvironments()
    .flatMap(({ serviceEnvironmentName: name, status }) => (status === "VALID" ? [name] : []));
const liveServices = ({ aws }: Simulation): number =>
  aws.truth.serviceEnvironments().filter(({ status }) => status !== "DELETED").length;

/** A training job that runs in the queue of SageMaker. */
async function trains(world: Simulation, seconds: number): Promise<void> {
  const { aws } = world;
  await aws.outside.submitServiceJob(trainingJob("team_train", seconds));
  await world.until(() => aws.truth.serviceJobs().some(({ status }) => status === "RUNNING"), limitSeconds);
}

const share = (maxCapacity: number): Manifest =>
  quotaShare("research", "train", { capacityLimits: [{ capacityUnit: "ml.m5.large", maxCapacity }] });
const shareCapacity = ({ aws }: Simulation): number | undefined =>
  aws.truth.quotaShares()[0]?.capacityLimits?.[0]?.maxCapacity;

/** One more training job of two minutes, which has started to run. */
async function trainsInShare(world: Simulation): Promise<void> {
  const { aws } = world;
  const { jobId } = await aws.outside.submitServiceJob(
    trainingJob("team_train", 120, { quotaShareName: "team_research" }),
  );
  const hasStarted = (): boolean =>
    aws.truth.serviceJobs().some(({ id, startedAt }) => id === jobId && startedAt !== undefined);
  await world.until(hasStarted, limitSeconds);
}

/** Longer than anything takes that is not stuck. */
const limitSeconds = 3600;

async function ready(world: Simulation): Promise<void> {
  await world.until(() => world.store.objects().length > 0 && allDone(world), limitSeconds);
}

const withQueues =
  (queues: readonly string[], spec = ec2) =>
  async (world: Simulation): Promise<void> => {
    world.apply(computeEnvironment("ce", spec), ...queues.map((name) => jobQueue(name, ["ce"])));
    await ready(world);
  };

const changed =
  (spec: BatchComputeEnvironmentSpec) =>
  async (world: Simulation): Promise<void> => {
    world.apply(computeEnvironment("ce", spec));
  };

async function full(world: Simulation): Promise<void> {
  world.apply(computeEnvironment("ce", ec2), jobQueue("q1", ["ce"]), jobDefinition("hello"));
  await ready(world);
}

const parts: readonly (readonly [kind: string, name: string])[] = [
  ["BatchComputeEnvironment", "ce"],
  ["JobQueue", "q1"],
  ["JobDefinition", "hello"],
];

const gone = (world: Simulation): boolean => world.store.objects().length === 0;

function deleting(order: readonly number[], pauseSeconds: number): Story {
  const inOrder = order.map((index) => parts[index] as readonly [string, string]);
  return {
    writes: 6,
    name: `delete ${inOrder.map(([, name]) => name).join(", ")}${pauseSeconds === 0 ? " at once" : ""}`,
    before: full,
    act: async (world) => {
      for (const [kind, name] of inOrder) {
        world.delete(kind, name);
        if (pauseSeconds > 0) await world.seconds(pauseSeconds);
      }
    },
    over: gone,
  };
}

const condition = (world: Simulation, kind: string, name: string, type: string): Condition | undefined =>
  (world.object(kind, name)?.status as { readonly conditions?: readonly Condition[] } | undefined)?.conditions?.find(
    (one) => one.type === type,
  );

const isReadyNow = (world: Simulation, kind: string, name: string): boolean =>
  condition(world, kind, name, "Ready")?.status === "True";

/** All objects are gone with the cluster, and another one of its name is there. */
async function lost(world: Simulation): Promise<void> {
  world.replicas[0]?.process?.kill();
  world.store.restore({ resourceVersion: 10_000, objects: [] });
  world.cluster = { name: "default", uid: "cluster-2", takeOverUid: "cluster-1" };
  await world.seconds(30);
}

/** They claim the names of `full`. */
const rivals = [
  jobQueue("q-rival", ["ce"], { jobQueueName: "team_q1" }),
  jobDefinition("jd-rival", { jobDefinitionName: "team_hello" }),
];
const rivalsStalled = (world: Simulation): boolean =>
  rivals.every(({ kind, metadata }) => condition(world, kind, metadata.name, "Stalled")?.reason === "Conflict");

/** Environments that were made, those that have only just gone among them. */
const made = ({ aws }: Simulation): number => aws.truth.computeEnvironments().length;

/** Replaces, and reverts when that much has happened. */
function reverted(when: string, writes: number, reached: (world: Simulation) => boolean): Story {
  return {
    name: `replacement, taken back ${when}`,
    writes,
    before: withQueues(["q1"]),
    act: async (world) => {
      world.apply(computeEnvironment("ce", other));
      await world.until(() => reached(world), limitSeconds);
      world.apply(computeEnvironment("ce", ec2));
    },
  };
}

const names = (world: Simulation): readonly string[] =>
  world.aws.truth.computeEnvironments().map(({ computeEnvironmentName }) => computeEnvironmentName);
const first = (world: Simulation): string => names(world)[0] ?? "";
const repointed = (world: Simulation): boolean =>
  world.aws.truth
    .jobQueues()
    .some(
      ({ computeEnvironmentOrder = [] }) =>
        !computeEnvironmentOrder.some(({ computeEnvironment: arn }) => arn?.endsWith(`/${first(world)}`)),
    );

const terraform = async (
  { aws, seconds }: Pick<Simulation, "aws"> & { readonly seconds: Simulation["seconds"] },
  environments: readonly string[] = ["prod-ce"],
) => {
  const { type, computeResources } = ec2;
  for (const computeEnvironmentName of environments) {
    await aws.outside.createComputeEnvironment({
      computeEnvironmentName,
      type,
      computeResources,
      tags: { terraform: "yes" },
    } as never);
  }
  await seconds(20);
  await aws.outside.createJobQueue({
    jobQueueName: "prod-queue",
    priority: 1,
    computeEnvironmentOrder: environments.map((computeEnvironment, order) => ({ order, computeEnvironment })),
    tags: { terraform: "yes" },
  });
  await seconds(15);
};
const adopting = (adoptionPolicy: "IfMatching" | "IfExists", spec = ec2, priority = 1) => [
  computeEnvironment("ce", { ...spec, adoptionPolicy, computeEnvironmentName: "prod-ce", tags: { terraform: "yes" } }),
  jobQueue("q1", ["ce"], { adoptionPolicy, jobQueueName: "prod-queue", priority, tags: { terraform: "yes" } }),
];

const ifExists = { adoptionPolicy: "IfExists" as const, tags: { terraform: "yes" } };
const prodEnvironment = (name: string) =>
  computeEnvironment(name, { ...ec2, ...ifExists, computeEnvironmentName: `prod-${name}` });

const approve = (world: Simulation): void => {
  const object = world.object("BatchComputeEnvironment", "ce");
  const { plan } = (object?.status ?? {}) as { readonly plan?: { readonly approval?: string } };
  const value = plan?.approval ?? "";
  if (object === undefined || value === "" || object.metadata.annotations?.["awsbatch.dev/approve"] === value) return;
  world.annotate(object, { "awsbatch.dev/approve": value });
};

const retained = [
  computeEnvironment("ce", { ...ec2, deletionPolicy: "Retain" }),
  jobQueue("q1", ["ce"], { deletionPolicy: "Retain" }),
  jobDefinition("hello", { deletionPolicy: "Retain" }),
];

const twoRetained = [
  ...["ce", "second"].map((name) => computeEnvironment(name, { ...ec2, deletionPolicy: "Retain" })),
  jobQueue("q1", ["ce", "second"]),
];

const image = (tag: string) => {
  const { spec } = jobDefinition("hello");
  const { containerProperties } = spec as { readonly containerProperties: object };
  return jobDefinition("hello", {
    containerProperties: { ...containerProperties, image: `public.ecr.aws/docker/library/alpine:${tag}` } as never,
  });
};

async function withJob(world: Simulation, durationMs: number, spec: object = {}): Promise<void> {
  world.apply(computeEnvironment("ce", ec2), jobQueue("q1", ["ce"], spec), jobDefinition("hello"));
  await ready(world);
  world.aws.outside.submitPlannedJob(
    { jobName: "long", jobQueue: "team_q1", jobDefinition: "team_hello" },
    { durationMs, exitCode: 0 },
  );
  await world.until(() => world.aws.truth.jobs().some(({ status }) => status === "RUNNING"), 300);
}

async function justMadeThenDeleted(world: Simulation): Promise<void> {
  world.apply(computeEnvironment("ce", ec2));
  await world.until(() => made(world) > 0, limitSeconds);
  world.delete("BatchComputeEnvironment", "ce");
}

const madeThenDeleted =
  (spec: BatchComputeEnvironmentSpec) =>
  async (world: Simulation): Promise<void> => {
    world.apply(computeEnvironment("ce", spec));
    await ready(world);
    world.delete("BatchComputeEnvironment", "ce");
  };

/** The same spec twice, with its lists in opposite orders. */
function lists(turned: boolean) {
  const turn = <T>(items: readonly T[]): T[] => (turned ? items.toReversed() : [...items]);
  const limit = (reason: string) => ({ reason, state: "RUNNABLE", maxTimeSeconds: 600, action: "CANCEL" }) as const;
  const { spec } = jobDefinition("hello");
  const { containerProperties } = spec as { readonly containerProperties: object };
  return [
    computeEnvironment(
      "ce",
      resources({
        instanceTypes: turn(["c5.large", "m5.large"]),
        subnets: turn(["subnet-11111111", "subnet-22222222"]),
        securityGroupIds: turn(["sg-11111111", "sg-22222222"]),
      }),
    ),
    jobQueue("q1", ["ce"], {
      jobStateTimeLimitActions: turn([
        limit("CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"),
        limit("MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"),
      ]) as never,
    }),
    jobDefinition("hello", {
      containerProperties: {
        ...containerProperties,
        environment: turn([
          { name: "A", value: "1" },
          { name: "B", value: "2" },
        ]),
      } as never,
    }),
  ];
}

/** More than there are workers. */
const busy = ["one", "two", "three", "four", "five", "six"];

export const stories: readonly Story[] = [
  { name: "create an environment", writes: 1, act: async (world) => void world.apply(computeEnvironment("ce", ec2)) },
  { name: "register a job definition", writes: 1, act: async (world) => void world.apply(jobDefinition("hello")) },
  {
    name: "create everything, the queue first",
    writes: 3,
    act: async (world) =>
      void world.apply(jobQueue("q1", ["ce"]), jobDefinition("hello"), computeEnvironment("ce", ec2)),
  },
  {
    name: "create a queue of three environments",
    writes: 4,
    act: async (world) =>
      void world.apply(
        ...["ce", "second", "third"].map((name) => computeEnvironment(name, ec2)),
        jobQueue("q1", ["second", "ce", "third"]),
      ),
  },
  { name: "change tags", writes: 1, before: withQueues(["q1"]), act: changed({ ...ec2, tags: { team: "blue" } }) },
  { name: "change scaling", writes: 1, before: withQueues(["q1"]), act: changed(resources({ maxvCpus: 512 })) },
  {
    name: "update the infrastructure in place",
    writes: 1,
    before: withQueues(["q1"], inPlace),
    act: changed({ ...other, updatePolicy: inPlace.updatePolicy }),
  },
  {
    name: "rollout token, in place",
    writes: 3,
    before: withQueues(["q1"], inPlace),
    act: changed({ ...inPlace, rolloutToken: "v2" }),
  },
  {
    name: "rollout token, by replacement",
    writes: 6,
    before: withQueues(["q1"]),
    act: changed({ ...ec2, rolloutToken: "v2" }),
  },
  {
    name: "a successor is verified, and the queue follows",
    writes: 11,
    before: verifiedFirst,
    act: changed(verifying(other)),
    over: (world) => allDone(world) && verificationQueues(world) === 0,
  },
  {
    name: "a successor fails its verification",
    writes: 10,
    before: verifiedFirst,
    act: async (world) => {
      world.aws.outside.planJobs({ job: "verify-*", attempts: [{ exitCode: 3 }] });
      world.apply(computeEnvironment("ce", verifying(other)));
    },
    over: (world) =>
      condition(world, "BatchComputeEnvironment", "ce", "Stalled")?.reason === "VerificationFailed" &&
      verificationQueues(world) === 0 &&
      made(world) === 1,
  },
  {
    name: "queues go back when jobs fail",
    writes: 2,
    before: async (world) => {
      const watched = { ...ec2, replacement: { soakSeconds: 60, rollback: { failedJobs: 1, withinSeconds: 3600 } } };
      world.apply(computeEnvironment("ce", watched), jobQueue("q1", ["ce"]), jobDefinition("hello"));
      await ready(world);
      world.apply(computeEnvironment("ce", { ...watched, computeResources: other.computeResources }));
      await world.until(
        () => condition(world, "BatchComputeEnvironment", "ce", "Retiring") !== undefined,
        limitSeconds,
      );
    },
    act: async ({ aws }) => {
      aws.outside.imageMissing("public.ecr.aws/docker/library/alpine:3", true);
      aws.outside.submitPlannedJob({ jobName: "fails", jobQueue: "team_q1", jobDefinition: "team_hello" }, undefined);
    },
    over: (world) =>
      condition(world, "BatchComputeEnvironment", "ce", "Stalled")?.reason === "RolledBack" && !repointed(world),
  },
  {
    name: "a newer launch template waits for its window",
    writes: 6,
    before: withTemplate({
      ...following(),
      imageUpdates: {
        launchTemplateVersions: "Follow",
        windows: [{ schedule: "0 1 * * *", durationMinutes: 60 }],
      },
    }),
    act: newVersion,
    over: (world) => hasNewVersion(world) && allCreatedSince(world, Date.UTC(2026, 0, 1, 1)),
  },
  {
    name: "an environment is deleted while it is verified",
    writes: 6,
    before: async (world) => {
      world.aws.outside.planJobs({ job: "verify-*", attempts: [{ durationMs: 3_600_000 }] });
      world.apply(computeEnvironment("ce", verifying(ec2)), jobDefinition("smoke"));
      await world.until(() => world.aws.truth.jobs().some(({ status }) => status === "RUNNING"), limitSeconds);
    },
    act: async (world) => world.delete("BatchComputeEnvironment", "ce"),
    over: (world) => world.object("BatchComputeEnvironment", "ce") === undefined,
  },
  {
    name: "a newer launch template, in place",
    writes: 3,
    before: withTemplate(following(inPlace)),
    act: newVersion,
    over: hasNewVersion,
  },
  {
    name: "a newer launch template, by replacement",
    writes: 6,
    before: withTemplate(following()),
    act: newVersion,
    over: hasNewVersion,
  },
  { name: "replacement without a queue", writes: 5, before: withQueues([]), act: changed(other) },
  { name: "replacement under one queue", writes: 6, before: withQueues(["q1"]), act: changed(other) },
  { name: "replacement under three queues", writes: 8, before: withQueues(["q1", "q2", "q3"]), act: changed(other) },
  {
    name: "replacement in a queue of three environments",
    writes: 6,
    before: async (world) => {
      world.apply(
        ...["ce", "second", "third"].map((name) => computeEnvironment(name, ec2)),
        jobQueue("q1", ["second", "ce", "third"]),
      );
      await ready(world);
    },
    act: changed(other),
  },
  {
    name: "replacement and everything else at once",
    writes: 9,
    before: full,
    act: async (world) =>
      void world.apply(
        computeEnvironment("ce", { ...other, tags: { team: "blue" } }),
        jobQueue("q1", ["ce"], { priority: 5, tags: { team: "blue" } }),
        image("4"),
      ),
  },
  {
    name: "an impossible successor, then a possible one",
    writes: 10,
    before: withQueues(["q1"]),
    act: async (world) => {
      world.aws.outside.removeFromEc2("pg-gone");
      world.apply(computeEnvironment("ce", resources({ placementGroup: "pg-gone" })));
      await world.until(
        () => condition(world, "BatchComputeEnvironment", "ce", "Stalled")?.reason === "Invalid",
        limitSeconds,
      );
      world.apply(computeEnvironment("ce", other));
    },
  },
  {
    name: "a successor that AWS refuses to make, taken back",
    writes: 0,
    refused: 1,
    before: withQueues(["q1"]),
    act: async (world) => {
      world.apply(computeEnvironment("ce", withTypes(["z9.unknown"])));
      await world.until(
        () => condition(world, "BatchComputeEnvironment", "ce", "Stalled")?.reason === "InvalidRequest",
        limitSeconds,
      );
      world.apply(computeEnvironment("ce", ec2));
    },
  },
  {
    name: "stopped while a replacement is held before Repoint, then started",
    writes: 10,
    before: withQueues(["q1"]),
    act: async (world) => {
      const held = { ...other, replacement: { ...other.replacement, holdBefore: ["Repoint" as const] } };
      world.apply(computeEnvironment("ce", held));
      await world.until(() => made(world) > 1, limitSeconds);
      world.apply(computeEnvironment("ce", { ...held, state: "DISABLED" }));
      const stopped = (): boolean => world.aws.truth.computeEnvironments().every(({ state }) => state === "DISABLED");
      await world.until(stopped, limitSeconds);
      world.apply(computeEnvironment("ce", { ...other, state: "ENABLED" }));
    },
  },
  reverted("as the successor is made", 5, (world) => made(world) > 1),
  reverted("as the queue is repointed", 7, repointed),
  reverted("as the predecessor retires", 12, (world) => {
    const old = world.aws.truth.computeEnvironments()[0];
    return old === undefined || old.state === "DISABLED" || old.status !== "VALID";
  }),
  {
    name: "a second replacement in the middle of the first",
    writes: 10,
    before: withQueues(["q1"]),
    act: async (world) => {
      world.apply(computeEnvironment("ce", other));
      await world.until(() => made(world) > 1, limitSeconds);
      world.apply(computeEnvironment("ce", third));
    },
  },
  {
    name: "replacement with an approval before each step",
    writes: 6,
    before: withQueues(["q1"], {
      ...ec2,
      replacement: { soakSeconds: 0, holdBefore: ["Create", "Repoint", "Delete"] },
    }),
    act: async (world) => {
      world.apply(
        computeEnvironment("ce", {
          ...other,
          replacement: { soakSeconds: 0, holdBefore: ["Create", "Repoint", "Delete"] },
        }),
      );
      await world.seconds(30);
      if (made(world) > 1) world.violate("nothing is made before its approval", "a successor was made");
      await world.until(() => {
        approve(world);
        return made(world) > 1 && allDone(world);
      }, limitSeconds);
    },
  },
  {
    name: "replacement that waits for a job",
    writes: 6,
    before: (world) => withJob(world, 60_000),
    act: changed(other),
  },
  {
    name: "rewrite an order",
    writes: 1,
    before: async (world) => {
      world.apply(
        ...["ce", "second", "third"].map((name) => computeEnvironment(name, ec2)),
        jobQueue("q1", ["ce", "second"]),
      );
      await ready(world);
    },
    act: async (world) => void world.apply(jobQueue("q1", ["third", "ce"], { priority: 3 })),
  },
  {
    name: "a new body, and back",
    writes: 2,
    before: full,
    act: async (world) => {
      world.apply(image("4"));
      await world.until(() => allDone(world), limitSeconds);
      world.apply(image("3"));
    },
  },
  ...[
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ].map((order) => deleting(order, 2)),
  deleting([0, 1, 2], 0),
  {
    name: "delete in the middle of a replacement",
    writes: 10,
    before: full,
    act: async (world) => {
      world.apply(computeEnvironment("ce", other));
      await world.until(() => made(world) > 1, limitSeconds);
      for (const [kind, name] of parts) world.delete(kind, name);
    },
    over: gone,
  },
  {
    name: "delete a queue that ends its jobs",
    writes: 7,
    before: (world) => withJob(world, Number.POSITIVE_INFINITY, { drain: { policy: "Terminate", timeoutSeconds: 20 } }),
    act: async (world) => {
      for (const [kind, name] of parts) world.delete(kind, name);
    },
    over: gone,
  },
  {
    name: "adopt what matches",
    writes: 3,
    flags: { adoptableNames: ["*/prod-*"] },
    before: (world) => terraform({ aws: world.aws, seconds: (count) => world.seconds(count) }),
    act: async (world) => void world.apply(...adopting("IfMatching")),
  },
  {
    name: "adopt what differs, with a replacement that is approved",
    writes: 9,
    flags: { adoptableNames: ["*/prod-*"] },
    before: (world) => terraform({ aws: world.aws, seconds: (count) => world.seconds(count) }),
    act: async (world) => {
      world.apply(...adopting("IfExists", other, 4));
      await world.until(() => {
        approve(world);
        return allDone(world);
      }, limitSeconds);
    },
  },
  {
    name: "retain, and take back",
    writes: 13,
    before: async (world) => {
      world.apply(...retained);
      await ready(world);
    },
    act: async (world) => {
      for (const [kind, name] of parts) world.delete(kind, name);
      await world.until(() => gone(world), limitSeconds);
      world.apply(...retained);
    },
  },
  {
    name: "retain one of two environments of a queue, and take it back",
    writes: 4,
    before: async (world) => {
      world.apply(...twoRetained);
      await ready(world);
      // So long that nobody could take them for not VALID yet.
      await world.seconds(90);
    },
    act: async (world) => {
      world.delete("BatchComputeEnvironment", "ce");
      await world.until(() => world.object("BatchComputeEnvironment", "ce") === undefined, limitSeconds);
      await world.seconds(30);
      world.apply(...twoRetained);
    },
  },
  {
    name: "adopt a queue, and then its second environment",
    writes: 5,
    flags: { adoptableNames: ["*/prod-*"] },
    before: (world) =>
      terraform({ aws: world.aws, seconds: (count) => world.seconds(count) }, ["prod-ce", "prod-second"]),
    act: async (world) => {
      world.apply(prodEnvironment("ce"), jobQueue("q1", ["ce", "second"], { ...ifExists, jobQueueName: "prod-queue" }));
      await world.seconds(30);
      world.apply(prodEnvironment("second"));
    },
  },
  {
    name: "take over a lost cluster",
    writes: 3,
    before: async (world) => {
      await full(world);
      await lost(world);
    },
    act: async (world) =>
      void world.apply(computeEnvironment("ce", ec2), jobQueue("q1", ["ce"]), jobDefinition("hello")),
  },
  {
    name: "take over a lost cluster, in which others had claimed the names in vain",
    writes: 3,
    before: async (world) => {
      await full(world);
      world.apply(...rivals);
      await world.until(() => rivalsStalled(world), limitSeconds);
      await lost(world);
    },
    act: async (world) => {
      world.apply(...rivals);
      await world.seconds(2);
      world.apply(computeEnvironment("ce", ec2), jobQueue("q1", ["ce"]), jobDefinition("hello"));
    },
    over: (world) => rivalsStalled(world) && parts.every(([kind, name]) => isReadyNow(world, kind, name)),
  },
  {
    name: "replacement, with a standby",
    writes: 6,
    replicas: 2,
    before: withQueues(["q1"]),
    act: changed(other),
  },
  {
    name: "lists in another order",
    writes: 0,
    before: async (world) => {
      world.apply(...lists(false));
      await ready(world);
    },
    act: async (world) => void world.apply(...lists(true)),
  },
  {
    name: "an order of a DISABLED environment, until it is enabled",
    writes: 1,
    before: async (world) => {
      const { type, computeResources } = ec2;
      const spare = { computeEnvironmentName: "spare", type, computeResources };
      await world.aws.outside.createComputeEnvironment(spare as never);
      await world.seconds(10);
      await world.aws.outside.updateComputeEnvironment({ computeEnvironment: "spare", state: "DISABLED" });
      world.apply(computeEnvironment("ce", ec2), jobQueue("q1", ["ce"]));
      await ready(world);
    },
    act: async (world) => {
      const order = [{ order: 1, computeEnvironment: "spare" }];
      world.apply(jobQueue("q1", [], { computeEnvironmentOrder: order }));
      await world.seconds(60);
      await world.aws.outside.updateComputeEnvironment({ computeEnvironment: "spare", state: "ENABLED" });
    },
  },
  {
    name: "a queue of the name is somebody else's",
    writes: 0,
    before: async (world) => {
      world.apply(computeEnvironment("ce", ec2));
      await ready(world);
      const order = [{ order: 1, computeEnvironment: first(world) }];
      await world.aws.outside.createJobQueue({ jobQueueName: "theirs", priority: 9, computeEnvironmentOrder: order });
      await world.seconds(10);
    },
    act: async (world) => void world.apply(jobQueue("q1", ["ce"], { jobQueueName: "theirs" })),
    over: (world) => condition(world, "JobQueue", "q1", "Stalled")?.reason === "NotOwned",
  },
  {
    name: "delete everything under a running job",
    writes: 6,
    before: (world) => withJob(world, 60_000),
    act: async (world) => {
      for (const [kind, name] of parts) world.delete(kind, name);
    },
    over: gone,
  },
  {
    name: "delete a job definition of three revisions",
    writes: 3,
    before: async (world) => {
      for (const tag of ["3", "4", "5"]) {
        world.apply(image(tag));
        await ready(world);
      }
    },
    act: async (world) => world.delete("JobDefinition", "hello"),
    over: gone,
  },
  {
    name: "denied for a minute",
    writes: 1,
    refused: 12,
    before: withQueues([]),
    act: async (world) => {
      const operation = "UpdateComputeEnvironment";
      world.aws.faults.add({ fault: accessDenied(operation), on: operation, forMs: 60_000 });
      world.apply(computeEnvironment("ce", resources({ maxvCpus: 512 })));
    },
  },
  {
    name: "refused for six minutes",
    writes: 1,
    refused: 2,
    before: withQueues([]),
    act: async (world) => {
      const exception = "ClientException";
      const message = "Error executing request, Exception : Desired vCpus is not possible, RequestId: 1";
      const fault: Fault = { kind: "refuse", exception, message, httpStatusCode: 400 };
      world.aws.faults.add({ fault, on: "UpdateComputeEnvironment", forMs: 360_000 });
      world.apply(computeEnvironment("ce", resources({ maxvCpus: 512 })));
    },
  },
  {
    name: "forty requests at once, while all are busy",
    writes: 0,
    before: async (world) => {
      for (const name of busy) world.apply(jobDefinition(name));
      await world.until(() => allDone(world));
    },
    act: async (world) => {
      const ask = (name: string, request: number): void => {
        const object = world.object("JobDefinition", name);
        if (object !== undefined) world.annotate(object, { [reconcileRequestedAtAnnotation]: `${request}` });
      };
      for (const name of busy) ask(name, 1);
      for (let request = 2; request <= 40; request++) ask("six", request);
    },
    over: (world) => {
      const { status } = world.object("JobDefinition", "six") ?? {};
      return (status as { readonly lastHandledReconcileAt?: string }).lastHandledReconcileAt === "40" && allDone(world);
    },
  },
  {
    name: "create, in pages of one",
    writes: 5,
    knobs: { pageSize: 1 },
    act: async (world) => {
      world.apply(...["ce", "second"].map((name) => computeEnvironment(name, ec2)));
      world.apply(jobQueue("q1", ["ce"]), jobQueue("q2", ["second"]), jobDefinition("hello"));
    },
  },
  {
    name: "a foreign queue comes just before the deletion",
    writes: 3,
    before: withQueues([]),
    act: async (world) => {
      const listings = (): number => world.aws.log.filter(({ operation }) => operation === "DescribeJobQueues").length;
      const listed = listings();
      // Just after a read of the queues, so that the next one is far away.
      await world.until(() => listings() > listed, 120);
      const computeEnvironmentOrder = [{ order: 1, computeEnvironment: first(world) }];
      await world.aws.outside.createJobQueue({ jobQueueName: "theirs", priority: 9, computeEnvironmentOrder });
      await world.seconds(18);
      world.delete("BatchComputeEnvironment", "ce");
      await world.until(() => condition(world, "BatchComputeEnvironment", "ce", "Ready")?.reason === "InUse", 1200);
      await world.aws.outside.updateJobQueue({ jobQueue: "theirs", state: "DISABLED" });
      await world.seconds(5);
      await world.aws.outside.deleteJobQueue({ jobQueue: "theirs" });
    },
    over: gone,
  },
  {
    name: "delete what is only just being made",
    writes: 4,
    act: justMadeThenDeleted,
    over: gone,
  },
  {
    name: "delete what is only just being made, with a standby",
    writes: 4,
    replicas: 2,
    act: justMadeThenDeleted,
    over: gone,
  },
  {
    name: "roles of its own, made and deleted",
    writes: 12,
    act: madeThenDeleted(withRoles),
    over: gone,
  },
  {
    name: "endpoints and a group of a network, made and deleted next to an environment that asked for none",
    writes: 15,
    network: accountNetwork,
    before: async (world) => {
      world.apply(computeEnvironment("aside", ec2));
      await ready(world);
    },
    act: networkMadeThenDeleted(closed()),
    over: networkGone,
  },
  {
    name: "out of a closed subnet, with endpoints",
    writes: 8,
    network: accountNetwork,
    before: inNetwork(closed()),
    act: async (world) => void world.apply(open({ securityGroup: {} })),
    over: (world) => allDone(world) && groupsMade(world) === 1,
  },
  {
    name: "another network of the same subnet takes the place of one",
    writes: 12,
    network: accountNetwork,
    before: inNetwork(closed()),
    act: async (world) => {
      world.apply(closed("renamed"), within("renamed"));
      world.delete("BatchNetwork", "net");
    },
    over: (world) => allDone(world) && world.object("BatchNetwork", "net") === undefined,
  },
  {
    name: "the service role is taken away in the middle of a deletion",
    writes: 8,
    before: async (world) => {
      world.apply(computeEnvironment("ce", { ...ec2, iam: { serviceRole: {} } }));
      await ready(world);
    },
    act: async (world) => {
      const { truth, outside } = world.aws;
      const [{ serviceRole = "" } = {}] = truth.computeEnvironments();
      world.delete("BatchComputeEnvironment", "ce");
      await world.until(() => truth.computeEnvironments().some(({ status }) => status === "DELETING"), limitSeconds);
      outside.removeRole(serviceRole);
    },
    over: gone,
  },
  {
    name: "a role of its own and a group of a network, retained and taken back",
    writes: 12,
    network: accountNetwork,
    before: async (world) => {
      world.apply(...retainedInNetwork);
      await ready(world);
    },
    act: async (world) => {
      world.delete("BatchComputeEnvironment", "ce");
      world.delete("BatchNetwork", "net");
      await world.until(() => gone(world), limitSeconds);
      world.apply(...retainedInNetwork);
    },
  },
  {
    name: "a role of its own is given up for another",
    writes: 3,
    before: async (world) => {
      world.apply(computeEnvironment("ce", { ...ec2, iam: { serviceRole: {} } }));
      await ready(world);
    },
    act: changed({ ...ec2, serviceRole: "arn:aws:iam::123456789012:role/batch-a" }),
    over: (world) => allDone(world) && world.aws.truth.roles().length === 0,
  },
  {
    name: "a role that two job definitions share, deleted one after the other",
    writes: 3,
    before: async (world) => {
      world.apply(role("readers"));
      for (const name of ["one", "two"]) world.apply(jobDefinition(name, { jobRoleRef: { name: "readers" } }));
      await ready(world);
    },
    act: async (world) => {
      world.delete("BatchRole", "readers");
      world.delete("JobDefinition", "one");
      await world.seconds(1);
      world.delete("JobDefinition", "two");
    },
    over: gone,
  },
  {
    name: "a group of a network that is deleted before EC2 shows it",
    writes: 2,
    network: accountNetwork,
    act: async (world) => {
      world.apply(open({ securityGroup: {} }));
      await world.until(() => groupsMade(world) > 0, limitSeconds);
      world.delete("BatchNetwork", "net");
    },
    over: (world) => gone(world) && groupsMade(world) === 0,
  },
  {
    name: "endpoints of somebody else, used and left alone",
    writes: 4,
    network: {
      ...accountNetwork,
      vpcEndpoints: ["ecs", "ecs-agent", "ecs-telemetry"].map((service) => ({
        id: `vpce-${service}`,
        vpc: "vpc-1",
        service,
        subnets: ["subnet-33333333"],
        securityGroups: ["sg-22222222"],
      })),
    },
    act: networkMadeThenDeleted(
      open({
        subnets: ["subnet-33333333"],
        securityGroupIds: ["sg-11111111"],
        vpcEndpoints: { needs: ["ecs"] },
      }),
    ),
    over: gone,
  },
  {
    name: "another subnet is selected",
    writes: 6,
    network: accountNetwork,
    before: inNetwork(selecting),
    act: async ({ aws }) => {
      const [id, Tags] = ["subnet-22222222", [{ Key: "tier", Value: "batch" }]] as const;
      await aws.outside.ec2.createTags({ Resources: [id], Tags: [...Tags] });
    },
    over: (world) =>
      allDone(world) &&
      world.aws.truth
        .computeEnvironments()
        .every(({ status, computeResources }) => status === "DELETED" || computeResources?.subnets?.length === 2),
  },
  {
    name: "the policy of a fair-share queue is replaced",
    writes: 3,
    before: async (world) => {
      world.apply(policy("old", 0.5), computeEnvironment("ce", ec2), fairShare("old"));
      await ready(world);
    },
    act: async (world) => {
      world.apply(policy("new", 0.1), fairShare("new"));
      await world.until(() => hasPolicy(world, "team_new"), limitSeconds);
      world.delete("SchedulingPolicy", "old");
    },
    over: (world) => allDone(world) && world.aws.truth.schedulingPolicies().length === 1,
  },
  {
    name: "the service environment of a queue is deleted and replaced",
    writes: 5,
    before: async (world) => {
      world.apply(serviceEnvironment("old"), serviceQueue("train", "old"));
      await ready(world);
    },
    act: async (world) => {
      world.delete("ServiceEnvironment", "old");
      await world.seconds(30);
      world.apply(serviceEnvironment("new"), serviceQueue("train", "new"));
    },
    over: (world) => allDone(world) && liveServices(world) === 1 && services(world).includes("team_new"),
  },
  {
    name: "a tool disables the service environment of a queue whose next one is DISABLED",
    writes: 1,
    before: async (world) => {
      world.apply(serviceEnvironment("on", { state: "ENABLED" }), serviceEnvironment("off", { state: "DISABLED" }));
      world.apply(serviceQueue("train", "on"));
      await ready(world);
      world.apply(serviceQueue("train", "off"));
      await world.until(() => keepsItsEnvironment(world, "train"), limitSeconds);
    },
    act: async ({ aws }) => {
      await aws.outside.updateServiceEnvironment({ serviceEnvironment: "team_on", state: "DISABLED" });
    },
    over: (world) =>
      keepsItsEnvironment(world, "train") &&
      world.aws.truth
        .jobQueues()
        .some(({ serviceEnvironmentOrder: [entry] = [] }) => entry?.serviceEnvironment?.endsWith("/team_on")) &&
      world.aws.truth.serviceEnvironments().some(({ state, status }) => state === "ENABLED" && status === "VALID"),
  },
  {
    name: "a tool disables the environment of a queue whose next one is DISABLED",
    writes: 1,
    before: async (world) => {
      world.apply(computeEnvironment("on", { ...ec2, state: "ENABLED" }));
      world.apply(computeEnvironment("off", { ...ec2, state: "DISABLED" }), jobQueue("q1", ["on"]));
      await ready(world);
      world.apply(jobQueue("q1", ["off"]));
      await world.until(() => keepsItsEnvironment(world, "q1"), limitSeconds);
    },
    act: async ({ aws }) => {
      for (const computeEnvironment of aws.truth.jobQueues().flatMap(namedBy)) {
        await aws.outside.updateComputeEnvironment({ computeEnvironment, state: "DISABLED" });
      }
    },
    over: (world) =>
      keepsItsEnvironment(world, "q1") &&
      world.aws.truth
        .computeEnvironments()
        .some(
          ({ computeEnvironmentArn: arn, state, status }) =>
            state === "ENABLED" && status === "VALID" && world.aws.truth.jobQueues().flatMap(namedBy).includes(arn),
        ),
  },
  {
    name: "a queue with a training job is deleted",
    writes: 5,
    before: async (world) => {
      world.apply(serviceEnvironment("sm"), serviceQueue("train", "sm"));
      await ready(world);
      await trains(world, 300);
    },
    act: async (world) => {
      world.delete("ServiceEnvironment", "sm");
      world.delete("JobQueue", "train");
    },
    over: gone,
  },
  {
    name: "a quota share with running jobs is lowered, and deleted with another one",
    writes: 3,
    before: async (world) => {
      world.apply(...sharedQueue("train"), share(2));
      await ready(world);
      for (const _job of [1, 2]) await trainsInShare(world);
    },
    act: async (world) => {
      world.apply(share(1));
      await world.until(() => shareCapacity(world) === 1, limitSeconds);
      await trainsInShare(world);
      world.delete("QuotaShare", "research");
    },
    over: (world) => allDone(world) && world.aws.truth.quotaShares().length === 0 && world.store.objects().length === 3,
  },
  {
    name: "a consumable that jobs use up is refilled by a new token",
    writes: 2,
    before: async (world) => {
      world.apply(credits(2));
      await ready(world);
    },
    act: async (world) => void world.apply(credits(5, "may")),
    over: ({ aws }) => aws.truth.consumableResources()[0]?.tags?.[quantitySetTag] === "1/may",
  },
  {
    name: "a consumable is raised, and goes after its definition",
    writes: 4,
    before: async (world) => {
      world.apply(holdingSeats, seats(2));
      await ready(world);
    },
    act: async (world) => {
      world.apply(seats(3));
      await world.until(() => world.aws.truth.consumableResources()[0]?.totalQuantity === 3, limitSeconds);
      world.delete("ConsumableResource", "seats");
      world.delete("JobDefinition", "hello");
    },
    over: (world) => world.store.objects().length === 0 && world.aws.truth.consumableResources().length === 0,
  },
  {
    name: "register two bodies, with a standby",
    writes: 2,
    replicas: 2,
    act: async (world) => {
      world.apply(image("3"));
      await world.until(() => allDone(world), limitSeconds);
      world.apply(image("4"));
    },
  },
  ...jobStories,
];
