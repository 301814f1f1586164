import { describe, expect, it } from "vitest";
import type { ServiceEnvironmentSpec } from "../../src/api/v1alpha1/service-environment.ts";
import { jobQueue, serviceEnvironment, serviceQueue, trainingJob } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld, expectSilence, expectStory } from "./story.ts";

const instances = (maxCapacity: number): Partial<ServiceEnvironmentSpec> => ({
  capacityLimits: [{ capacityUnit: "NUM_INSTANCES", maxCapacity }],
});
const queueOf = ({ aws }: World) => aws.truth.jobQueues().find(({ status }) => status !== "DELETED");
const liveOf = ({ aws }: World) =>
  aws.truth
    .serviceEnvironments()
    .flatMap(({ serviceEnvironmentName: name, status }) => (status === "DELETED" ? [] : name));
const named = (world: World) => queueOf(world)?.serviceEnvironmentOrder?.[0]?.serviceEnvironment?.split("/")[1];
const jobStates = ({ aws }: World) => aws.truth.serviceJobs().map(({ status }) => status);

function training(world: World, seconds: number, jobQueueName = "team_train"): void {
  void world.aws.outside.submitServiceJob(trainingJob(jobQueueName, seconds));
}

describe("a service environment of a queue", () => {
  it("is replaced, and goes when the queue and the jobs that started in it have left it", async () => {
    const world = await aWorld();
    world.apply(serviceQueue("train", "old"), serviceEnvironment("old"));
    await world.untilReady();
    training(world, 900);
    await world.until("the job runs", () => jobStates(world).includes("RUNNING"));
    world.delete("ServiceEnvironment", "old");
    await world.seconds(30);
    expect(world.condition("ServiceEnvironment", "old", "Reconciling")).toMatchObject({
      reason: "InUse",
      message:
        "team_old stays in service while it is the service environment of team_train: give team_train another one, or delete it",
    });
    world.apply(serviceEnvironment("new"), serviceQueue("train", "new"));
    await world.until("the queue has the new one", () => named(world) === "team_new");
    await world.until("the old one waits for its job", () => {
      return world.condition("ServiceEnvironment", "old", "Reconciling")?.reason === "Draining";
    });
    expect(jobStates(world)).toEqual(["RUNNING"]);
    await world.until("the old one is gone", () => !liveOf(world).includes("team_old"), 1800);
    expect(jobStates(world)).toEqual(["SUCCEEDED"]);
    await world.untilReady();
    await expectStory(world, "service environment of a queue replaced");
    await expectSilence(world);
  });

  it("that comes back DISABLED does not make the queue Ready before AWS has been asked about it", async () => {
    const world = await aWorld();
    const retained = serviceEnvironment("kept", { deletionPolicy: "Retain" });
    world.apply(serviceQueue("train", "kept"), retained);
    await world.untilReady();
    await world.aws.outside.updateServiceEnvironment({ serviceEnvironment: "team_kept", state: "DISABLED" });
    world.delete("ServiceEnvironment", "kept");
    const reason = () => world.condition("JobQueue", "train", "Reconciling")?.reason;
    await world.until("the queue misses its environment", () => reason() === "ReferenceNotFound", 900);
    // Nobody names it any more, so that the operator no longer reads it.
    await world.seconds(300);
    world.apply(retained);
    await world.until("the queue knows its environment", () => reason() === "NoUsableEnvironment");
    await expectStory(world, "service environment that comes back DISABLED");
  });

  it("that has the name of an earlier one goes after its own jobs", async () => {
    const world = await aWorld();
    world.apply(serviceQueue("train", "a"), serviceEnvironment("a"), serviceEnvironment("b"));
    await world.untilReady();
    const leave = async (old: string, next: string) => {
      world.apply(serviceQueue("train", next));
      await world.until("the queue has the other one", () => named(world) === `team_${next}`);
      world.delete("ServiceEnvironment", old);
    };
    await leave("a", "b");
    await world.until("the first a is gone", () => world.condition("ServiceEnvironment", "a", "Ready") === undefined);
    world.apply(serviceEnvironment("a"));
    await world.untilReady();
    world.apply(serviceQueue("train", "a"));
    await world.until("the queue has the second a", () => named(world) === "team_a");
    training(world, 900);
    await world.until("the job runs", () => jobStates(world).includes("RUNNING"));
    await leave("a", "b");
    await world.until("it waits for its job", () => {
      return world.condition("ServiceEnvironment", "a", "Reconciling")?.message.includes("1 job") === true;
    });
    await world.until("it is gone", () => !liveOf(world).includes("team_a"), 1800);
    expect(jobStates(world)).toEqual(["SUCCEEDED"]);
  });

  it("that a person enabled again in its deletion goes after the jobs that started since", async () => {
    const world = await aWorld();
    world.apply(serviceEnvironment("a"), serviceEnvironment("b"), serviceQueue("train", "a"));
    await world.untilReady();
    world.apply(serviceEnvironment("a", { state: "DISABLED" }));
    await world.until("it is DISABLED", () =>
      world.aws.truth.serviceEnvironments().some(({ state }) => state === "DISABLED"),
    );
    world.delete("ServiceEnvironment", "a");
    await world.seconds(30);
    await world.aws.outside.updateServiceEnvironment({ serviceEnvironment: "team_a", state: "ENABLED" });
    training(world, 900);
    await world.until("the job runs", () => jobStates(world).includes("RUNNING"));
    world.apply(serviceQueue("train", "b"));
    await world.until("the queue has the other one", () => named(world) === "team_b");
    await world.until("it is gone", () => !liveOf(world).includes("team_a"), 1800);
    expect(jobStates(world)).toEqual(["SUCCEEDED"]);
  });

  it.each([[["ServiceEnvironment sm", "JobQueue train"]], [["JobQueue train", "ServiceEnvironment sm"]]])(
    "is deleted with its queue, in the order %j, and no job is ended",
    async (order) => {
      const world = await aWorld();
      world.apply(serviceEnvironment("sm"), serviceQueue("train", "sm"));
      await world.untilReady();
      training(world, 300);
      await world.until("the job runs", () => jobStates(world).includes("RUNNING"));
      for (const one of order) {
        const [kind = "", name = ""] = one.split(" ");
        world.delete(kind, name);
        await world.seconds(5);
      }
      await world.seconds(60);
      expect(world.condition("JobQueue", "train", "Reconciling")?.reason).toBe("Draining");
      await world.until("nothing is left", () => world.store.objects().length === 0, 900);
      expect([queueOf(world), liveOf(world), jobStates(world)]).toEqual([undefined, [], ["SUCCEEDED"]]);
    },
  );

  it("ends jobs only where the queue's drain policy says so", async () => {
    const world = await aWorld({ permissions: { features: ["terminate-jobs", "service-linked-role"] } });
    const drain = { policy: "Terminate" as const, timeoutSeconds: 60 };
    world.apply(serviceEnvironment("sm"), serviceQueue("train", "sm", { drain }));
    await world.untilReady();
    training(world, 86_400);
    await world.until("the job runs", () => jobStates(world).includes("RUNNING"));
    world.delete("JobQueue", "train");
    await world.until("the queue is gone", () => queueOf(world) === undefined, 600);
    expect(world.aws.truth.serviceJobs()).toMatchObject([
      { status: "FAILED", statusReason: "queue team_train is being deleted (drain.policy: Terminate)" },
    ]);
  });

  it("is not left for one that is DISABLED, nor for one that AWS has not found VALID", async () => {
    const world = await aWorld();
    world.apply(serviceEnvironment("a"), serviceEnvironment("b", { state: "DISABLED" }), serviceQueue("train", "a"));
    await world.untilReady();
    world.apply(serviceQueue("train", "b"));
    await world.seconds(60);
    expect(world.condition("JobQueue", "train", "Reconciling")).toMatchObject({
      reason: "WouldLeaveNoEnvironment",
      message: "team_train keeps team_a: team_b is DISABLED",
    });
    world.aws.outside.invalidateService("team_b", true);
    await world.until("the queue waits for it", () => {
      return world.condition("JobQueue", "train", "Reconciling")?.reason === "WaitingForEnvironment";
    });
    expect(named(world)).toBe("team_a");
    world.aws.outside.invalidateService("team_b", false);
    world.apply(serviceEnvironment("b", { state: "ENABLED" }));
    await world.until("the queue goes over", () => named(world) === "team_b");
    await world.untilReady();
  });

  it("that is DISABLED by its spec is reported by the queue of which no job starts", async () => {
    const world = await aWorld();
    world.apply(serviceEnvironment("sm"), serviceQueue("train", "sm"));
    await world.untilReady();
    world.apply(serviceEnvironment("sm", { state: "DISABLED" }));
    await world.until("the queue reports it", () => {
      return world.condition("JobQueue", "train", "Reconciling")?.reason === "NoUsableEnvironment";
    });
    await world.seconds(30);
    expect(world.condition("ServiceEnvironment", "sm", "Ready")).toMatchObject({
      status: "True",
      reason: "Disabled",
      message: "team_sm is VALID and DISABLED: no job of team_train starts",
    });
    expect(world.condition("JobQueue", "train", "Reconciling")?.message).toBe(
      "no job can start: team_sm is DISABLED and VALID",
    );
  });

  it("of another namespace is used only where its object allows it, by reference or by ARN", async () => {
    const world = await aWorld();
    const elsewhere = (spec: Partial<ServiceEnvironmentSpec> = {}) => {
      const { metadata, ...manifest } = serviceEnvironment("sm", spec);
      return { ...manifest, metadata: { ...metadata, namespace: "platform" } };
    };
    const entry = { order: 1, serviceEnvironmentRef: { name: "sm", namespace: "platform" } };
    world.apply(elsewhere(), serviceQueue("train", "sm", { serviceEnvironmentOrder: [entry] }));
    await world.until("the queue stalls", () => world.condition("JobQueue", "train", "Stalled") !== undefined, 120);
    expect(world.condition("JobQueue", "train", "Stalled")).toMatchObject({ reason: "ReferenceNotAllowed" });
    await world.seconds(30);
    const [{ serviceEnvironmentArn: arn } = {}] = world.aws.truth.serviceEnvironments();
    const literal = [{ order: 1, serviceEnvironment: arn }];
    world.apply(serviceQueue("train", "sm", { serviceEnvironmentOrder: literal }));
    await world.seconds(120);
    expect(world.condition("JobQueue", "train", "Stalled")).toMatchObject({ reason: "ReferenceNotAllowed" });
    expect(queueOf(world)).toBeUndefined();
    world.apply(elsewhere({ allowedNamespaces: { from: "All" } }));
    await world.untilReady();
    expect(named(world)).toBe("platform_sm");
  });
});

describe("a service environment", () => {
  it("that is missing is waited for, then the queue is Stalled", async () => {
    const world = await aWorld();
    world.apply(serviceQueue("train", "sm"));
    await world.until("the queue waits", () => {
      return world.condition("JobQueue", "train", "Reconciling")?.reason === "ReferenceNotFound";
    });
    expect(world.condition("JobQueue", "train", "ReferencesResolved")).toMatchObject({ status: "False" });
    await world.until("it stalls", () => world.condition("JobQueue", "train", "Stalled") !== undefined, 700);
    world.apply(serviceEnvironment("sm"));
    await world.untilReady();
  });

  it("that somebody else changes is put back, and is contested at the third time", async () => {
    const world = await aWorld();
    world.apply(serviceEnvironment("sm"));
    await world.untilReady();
    for (const _time of [1, 2, 3, 4]) {
      const limits = [{ capacityUnit: "NUM_INSTANCES", maxCapacity: 1 }];
      await world.aws.outside.updateServiceEnvironment({ serviceEnvironment: "team_sm", capacityLimits: limits });
      await world.seconds(90);
    }
    expect(world.condition("ServiceEnvironment", "sm", "Contested")).toMatchObject({ status: "True" });
  });

  it.each([true, false])("goes from instances to instance types where AWS lets it (fixed: %j)", async (fixed) => {
    const world = await aWorld({ knobs: { capacityUnitsFixed: fixed } });
    world.apply(serviceEnvironment("sm"));
    await world.untilReady();
    world.apply(serviceEnvironment("sm", { capacityLimits: [{ capacityUnit: "ml.m5.large", maxCapacity: 2 }] }));
    if (fixed) {
      await world.until("AWS refuses", () => world.condition("ServiceEnvironment", "sm", "Stalled") !== undefined, 60);
      expect(world.condition("ServiceEnvironment", "sm", "Stalled")?.message).toContain(
        "batch:UpdateServiceEnvironment",
      );
      world.apply(serviceEnvironment("sm", instances(10)));
    }
    await world.untilReady();
  });

  it("is adopted, paused, kept by Retain and taken over like the other kinds", async () => {
    const world = await aWorld({ flags: { adoptableNames: ["team/team_mine"] } });
    const adopting = { adoptionPolicy: "IfMatching", serviceEnvironmentName: "team_mine" } as const;
    await world.aws.outside.createServiceEnvironment({
      serviceEnvironmentName: "team_mine",
      serviceEnvironmentType: "SAGEMAKER_TRAINING",
      capacityLimits: [{ capacityUnit: "NUM_INSTANCES", maxCapacity: 10 }],
    });
    world.apply(serviceEnvironment("sm", adopting));
    await world.untilReady();
    const edited = serviceEnvironment("sm", { ...adopting, ...instances(20), deletionPolicy: "Retain" });
    const annotations = { "awsbatch.dev/paused": "true" };
    world.apply({ ...edited, metadata: { ...edited.metadata, annotations } });
    await world.seconds(60);
    expect(world.condition("ServiceEnvironment", "sm", "Ready")).toMatchObject({ reason: "Paused" });
    expect(world.aws.truth.serviceEnvironments()).toMatchObject([{ capacityLimits: [{ maxCapacity: 10 }] }]);
    world.annotate("ServiceEnvironment", "sm", { "awsbatch.dev/paused": "false" });
    await world.untilReady();
    world.delete("ServiceEnvironment", "sm");
    await world.untilGone();
    expect(world.aws.truth.serviceEnvironments()).toMatchObject([{ status: "VALID", state: "ENABLED" }]);
    world.apply(serviceEnvironment("sm", { serviceEnvironmentName: "team_mine", ...instances(20) }));
    await world.untilReady();
  });
});

it("is reported as before by an operator that starts again, and so is its queue", async () => {
  const world = await aWorld();
  world.apply(serviceEnvironment("sm"), serviceQueue("train", "sm"));
  await world.untilReady();
  await world.seconds(60);
  await world.stop();
  const { aws, clock, store } = world;
  const versions = () => store.objects().map(({ metadata }) => metadata.resourceVersion);
  const before = versions();
  const next = await aWorld({ aws, clock, store });
  await next.seconds(120);
  expect(versions()).toEqual(before);
});

it("of a queue in containers makes no call for service environments", async () => {
  const world = await aWorld();
  world.apply(jobQueue("q", ["missing"]));
  await world.seconds(120);
  expect(world.aws.log.filter(({ operation }) => operation === "DescribeServiceEnvironments")).toEqual([]);
});
