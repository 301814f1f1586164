import type { KubeObject } from "../../../src/api/object.ts";
import type { BatchJobSpec } from "../../../src/api/v1alpha1/batch-job.ts";
import type { KindName } from "../../../src/api/v1alpha1/kinds.ts";
import type { Manifest } from "../../../src/kube/memory-store.ts";
import { accessDenied, throttled } from "../../../src/simulator/faults.ts";
import {
  batchJob,
  batchNetwork,
  computeEnvironment,
  ec2,
  jobDefinition,
  jobQueue,
  quotaShare,
  role,
  serviceEnvironment,
  sharedQueue,
  trainingJob,
  withTypes,
} from "../../manifests.ts";
import { threeSubnets } from "../../simulator/networks.ts";
import { createWorld, type World, type WorldOptions } from "../../world.ts";

/**
 * Every state in which an object of ours can be found, made by the operator itself, with what is true of it.
 * `held`: a person has asked us to wait, or is asked to approve.
 */
export interface State {
  readonly name: string;
  readonly kind: KindName;
  readonly truth: "current" | "inProgress" | "failed" | "held" | "terminating";
  readonly object: KubeObject;
}

type Kind = State["kind"];
type Named = readonly [kind: Kind, name: string, truth: State["truth"]];

interface Scene {
  readonly name: string;
  readonly objects: readonly Named[];
  readonly options?: WorldOptions;
  play(world: World): Promise<void>;
}

/** A role and a network, which several objects could use. */
const sharedReady = async (world: World): Promise<void> => {
  world.aws.outside.describeNetwork(threeSubnets);
  world.apply(role("builders"), batchNetwork("net"));
  await world.untilReady();
};

const environment = "BatchComputeEnvironment";
const other = withTypes(["m5.large"]);
const all = [computeEnvironment("ce", ec2), jobQueue("q", ["ce"]), jobDefinition("jd")];
const three = (truth: State["truth"]): readonly Named[] => [
  [environment, "ce", truth],
  ["JobQueue", "q", truth],
  ["JobDefinition", "jd", truth],
];
const ready = async (world: World): Promise<void> => {
  world.apply(...all);
  await world.untilReady();
};
const edited: readonly Manifest[] = [
  computeEnvironment("ce", other),
  jobQueue("q", ["ce"], { priority: 7 }),
  jobDefinition("jd", { schedulingPriority: 7 }),
];
const edit = (world: World, annotations: Readonly<Record<string, string>> = {}): void =>
  world.apply(...edited.map((manifest) => ({ ...manifest, metadata: { ...manifest.metadata, annotations } })));
const annotate = (world: World, annotation: string): void => {
  world.annotate(environment, "ce", { [annotation]: "true" });
  world.annotate("JobQueue", "q", { [annotation]: "true" });
  world.annotate("JobDefinition", "jd", { [annotation]: "true" });
};
const reason = (world: World, type: string, kind: Kind = environment, name = "ce"): string | undefined =>
  world.condition(kind, name, type)?.reason;
const denyReads = (world: World): void => {
  for (const operation of ["DescribeComputeEnvironments", "DescribeJobQueues", "DescribeJobDefinitions"]) {
    world.aws.faults.add({ on: operation, fault: accessDenied(operation) });
  }
};
const holding = (steps: readonly ("Create" | "Repoint" | "Delete")[]) => ({
  ...ec2,
  replacement: { ...ec2.replacement, holdBefore: [...steps] },
});

const job = (command: readonly string[], spec: Pick<BatchJobSpec, "suspend" | "cancel"> = {}): Manifest =>
  batchJob("bj", {
    jobQueueRef: { name: "q" },
    jobDefinitionRef: { name: "jd" },
    containerOverrides: { command: [...command] },
    ...spec,
  });
const runs = ["sleep", "600"];
const policy = (shareDecaySeconds: number): Manifest => ({
  apiVersion: "awsbatch.dev/v1alpha1",
  kind: "SchedulingPolicy",
  metadata: { name: "sp", namespace: "team" },
  spec: { fairsharePolicy: { shareDecaySeconds } },
});
const seats = (totalQuantity: number): Manifest => ({
  apiVersion: "awsbatch.dev/v1alpha1",
  kind: "ConsumableResource",
  metadata: { name: "seats", namespace: "team" },
  spec: { totalQuantity },
});
const statusOf = (world: World): string | undefined =>
  world.object<{ status?: string }>("BatchJob", "bj")?.status?.status;
const running = async (world: World): Promise<void> => {
  await ready(world);
  world.apply(job(runs));
  await world.until("the job runs", () => statusOf(world) === "RUNNING");
};
const paused = ({ metadata, ...manifest }: Manifest): Manifest => ({
  ...manifest,
  metadata: { ...metadata, annotations: { "awsbatch.dev/paused": "true" } },
});

/** A quota share, and what it needs. */
const share = (): readonly Manifest[] => [...sharedQueue("train"), quotaShare("research", "train")];

const scenes: readonly Scene[] = [
  {
    name: "not seen by any operator",
    objects: three("inProgress"),
    async play(world) {
      await world.stop();
      world.apply(...all);
    },
  },
  {
    name: "being made",
    objects: [
      [environment, "ce", "inProgress"],
      ["JobQueue", "q", "inProgress"],
    ],
    async play(world) {
      world.apply(...all);
      await world.until("it is being made", () => world.condition("JobQueue", "q", "Reconciling") !== undefined);
    },
  },
  { name: "ready", objects: three("current"), play: ready },
  {
    name: "ready",
    objects: [
      ["BatchRole", "builders", "current"],
      ["BatchNetwork", "net", "current"],
    ],
    play: sharedReady,
  },
  {
    name: "paused with an edit that waits",
    objects: [
      ["BatchRole", "builders", "held"],
      ["BatchNetwork", "net", "held"],
    ],
    async play(world) {
      await sharedReady(world);
      world.apply(
        paused(role("builders", { tags: { team: "blue" } })),
        paused(batchNetwork("net", { securityGroup: {} })),
      );
      await world.seconds(10);
    },
  },
  {
    name: "ready",
    objects: [
      ["BatchJob", "bj", "current"],
      ["SchedulingPolicy", "sp", "current"],
      ["ServiceEnvironment", "sm", "current"],
      ["ConsumableResource", "seats", "current"],
      ["QuotaShare", "research", "current"],
    ],
    async play(world) {
      world.apply(...all, policy(600), ...share(), seats(2), job(["echo", "hello"]));
      await world.untilReady();
    },
  },
  { name: "a job that runs", objects: [["BatchJob", "bj", "inProgress"]], play: running },
  {
    name: "a job that is suspended",
    objects: [["BatchJob", "bj", "held"]],
    async play(world) {
      await ready(world);
      world.apply(job(runs, { suspend: true }));
      await world.until("it is suspended", () => reason(world, "Suspended", "BatchJob", "bj") !== undefined);
    },
  },
  {
    name: "a job that failed",
    objects: [["BatchJob", "bj", "failed"]],
    async play(world) {
      await ready(world);
      world.apply(job(["sh", "-c", "exit 3"]));
      await world.until("it failed", () => statusOf(world) === "FAILED");
    },
  },
  {
    name: "ready, with an edit that nobody has seen yet",
    objects: three("inProgress"),
    async play(world) {
      await ready(world);
      await world.stop();
      edit(world);
    },
  },
  {
    name: "being replaced",
    objects: [[environment, "ce", "inProgress"]],
    async play(world) {
      await ready(world);
      world.apply(computeEnvironment("ce", other));
      await world.until("it waits for its successor", () => world.aws.truth.computeEnvironments().length === 2);
      await world.seconds(2);
    },
  },
  {
    name: "ready, with a predecessor that still drains",
    objects: [[environment, "ce", "current"]],
    async play(world) {
      await ready(world);
      world.apply(computeEnvironment("ce", other));
      await world.until("it retires", () => reason(world, "Retiring") !== undefined);
    },
  },
  {
    name: "a successor that AWS does not take",
    objects: [
      [environment, "ce", "failed"],
      ["JobQueue", "q", "current"],
    ],
    async play(world) {
      await ready(world);
      world.apply(computeEnvironment("ce", withTypes(["m6i.lagre"])));
      await world.until("it is Stalled", () => reason(world, "Stalled") !== undefined);
    },
  },
  {
    name: "a reference that leads nowhere, at first",
    objects: [["JobQueue", "q", "inProgress"]],
    async play(world) {
      world.apply(jobQueue("q", ["ce"]));
      await world.seconds(60);
    },
  },
  {
    name: "a reference that leads nowhere, after ten minutes",
    objects: [["JobQueue", "q", "failed"]],
    async play(world) {
      world.apply(jobQueue("q", ["ce"]));
      await world.seconds(700);
    },
  },
  {
    name: "a name that somebody else holds in AWS",
    objects: [
      ["JobQueue", "q", "failed"],
      ["JobDefinition", "jd", "failed"],
    ],
    async play(world) {
      await world.aws.outside.registerJobDefinition({
        jobDefinitionName: "team_jd",
        type: "container",
        containerProperties: { image: "busybox", vcpus: 1, memory: 128 },
      });
      await ready0(world);
      await world.aws.outside.createJobQueue({
        jobQueueName: "team_q",
        priority: 1,
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: arnOf(world) }],
      });
      world.apply(jobQueue("q", ["ce"]), jobDefinition("jd"));
      await world.seconds(120);
    },
  },
  {
    name: "a write that is refused for want of a permission",
    objects: three("failed"),
    async play(world) {
      await ready(world);
      for (const operation of ["CreateComputeEnvironment", "UpdateJobQueue", "RegisterJobDefinition"]) {
        world.aws.faults.add({ on: operation, fault: accessDenied(operation) });
      }
      edit(world);
      await world.seconds(700);
    },
  },
  {
    name: "a write that is throttled",
    objects: [["JobDefinition", "jd", "inProgress"]],
    async play(world) {
      await ready(world);
      world.aws.faults.add({ on: "RegisterJobDefinition", fault: throttled });
      edit(world);
      await world.seconds(60);
    },
  },
  {
    name: "paused with nothing to do",
    objects: three("held"),
    async play(world) {
      await ready(world);
      annotate(world, "awsbatch.dev/paused");
      await world.seconds(10);
    },
  },
  {
    name: "paused with an edit that waits",
    objects: three("held"),
    async play(world) {
      await ready(world);
      edit(world, { "awsbatch.dev/paused": "true" });
      await world.seconds(10);
    },
  },
  {
    name: "paused with an edit that waits",
    objects: [
      ["BatchJob", "bj", "held"],
      ["SchedulingPolicy", "sp", "held"],
      ["ServiceEnvironment", "sm", "held"],
      ["ConsumableResource", "seats", "held"],
      ["QuotaShare", "research", "held"],
    ],
    async play(world) {
      world.apply(policy(600), ...share(), seats(2));
      await world.untilReady();
      await running(world);
      const fewer = serviceEnvironment("sm", { capacityLimits: [{ capacityUnit: "ml.m5.large", maxCapacity: 9 }] });
      const closed = quotaShare("research", "train", { state: "DISABLED" });
      const edits = [job(runs, { cancel: true }), policy(700), fewer, seats(3), closed];
      world.apply(...edits.map(paused));
      await world.seconds(10);
    },
  },
  {
    name: "a dry run",
    objects: three("held"),
    async play(world) {
      await ready(world);
      edit(world, { "awsbatch.dev/dry-run": "true" });
      await world.seconds(10);
    },
  },
  {
    name: "less capacity that waits for approval",
    objects: [["QuotaShare", "research", "held"]],
    async play(world) {
      world.apply(...share());
      await world.untilReady();
      await world.aws.outside.submitServiceJob(trainingJob("team_train", 3600, { quotaShareName: "team_research" }));
      const capacityLimits = [{ capacityUnit: "ml.m5.large", maxCapacity: 1 }];
      world.apply(quotaShare("research", "train", { capacityLimits }));
      await world.until("it waits", () => reason(world, "Ready", "QuotaShare", "research") === "AwaitingApproval");
    },
  },
  {
    name: "a replacement that waits for approval",
    objects: [[environment, "ce", "held"]],
    async play(world) {
      await ready(world);
      world.apply(computeEnvironment("ce", withTypes(["m5.large"], holding(["Create"]))));
      await world.until("it waits", () => reason(world, "Ready") === "AwaitingApproval");
    },
  },
  {
    name: "ready, with the removal of a predecessor that waits for approval",
    objects: [[environment, "ce", "current"]],
    async play(world) {
      await ready(world);
      world.apply(computeEnvironment("ce", withTypes(["m5.large"], holding(["Delete"]))));
      await world.until("it waits", () => reason(world, "Retiring") === "AwaitingApproval");
    },
  },
  {
    name: "ready, while AWS has not been readable for a minute",
    objects: three("current"),
    async play(world) {
      await ready(world);
      denyReads(world);
      await world.seconds(180);
    },
  },
  {
    name: "an edit, while AWS has not been readable for a quarter of an hour for want of a permission",
    objects: three("failed"),
    async play(world) {
      await ready(world);
      denyReads(world);
      await world.seconds(120);
      edit(world);
      await world.seconds(900);
    },
  },
  {
    name: "new, while AWS has not been readable for a quarter of an hour for want of a permission",
    objects: three("failed"),
    async play(world) {
      denyReads(world);
      world.apply(...all);
      await world.seconds(900);
    },
  },
  {
    name: "an object of another cluster's",
    objects: three("failed"),
    async play(world) {
      await ready(world);
      await world.stop();
      const next = await createWorld({
        aws: world.aws,
        clock: world.clock,
        store: world.store,
        cluster: { name: "default", uid: "cluster-2" },
      });
      await next.seconds(60);
      await next.stop();
    },
  },
  {
    name: "being deleted",
    objects: [
      [environment, "ce", "terminating"],
      ["JobQueue", "q", "terminating"],
    ],
    async play(world) {
      await ready(world);
      world.delete(environment, "ce");
      await world.seconds(5);
      world.delete("JobQueue", "q");
      await world.seconds(3);
    },
  },
];

/** Only the environment. */
async function ready0(world: World): Promise<void> {
  world.apply(computeEnvironment("ce", ec2));
  await world.untilReady();
}

function arnOf(world: World): string {
  return world.aws.truth.computeEnvironments()[0]?.computeEnvironmentArn ?? "";
}

/** Plays every scene and gives the objects that it shows. */
export async function allStates(): Promise<readonly State[]> {
  const states: State[] = [];
  for (const scene of scenes) {
    const world = await createWorld(scene.options);
    await scene.play(world);
    for (const [kind, name, truth] of scene.objects) {
      const object = world.object(kind, name);
      if (object === undefined) throw new Error(`${scene.name}: ${kind} ${name} is gone`);
      states.push({ name: scene.name, kind, truth, object: structuredClone(object) });
    }
    await world.stop();
  }
  return states;
}
