import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../src/api/object.ts";
import { cleanupFinalizer, withinAnnotation } from "../../src/api/v1alpha1/annotations.ts";
import { QuotaShareKind } from "../../src/api/v1alpha1/kinds.ts";
import type { QuotaShareSpec, QuotaShareStatus } from "../../src/api/v1alpha1/quota-share.ts";
import type { CreateQuotaShareRequest } from "../../src/aws/batch.ts";
import { quotaShare, serviceEnvironment, sharedQueue, trainingJob } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld, expectSilence, expectStory } from "./story.ts";

const signal = new AbortController().signal;
const limits = (maxCapacity: number): Pick<QuotaShareSpec, "capacityLimits"> => ({
  capacityLimits: [{ capacityUnit: "ml.m5.large", maxCapacity }],
});
const sharesOf = ({ aws }: World) => aws.truth.quotaShares();
const capacityOf = (world: World) => sharesOf(world)[0]?.capacityLimits?.[0]?.maxCapacity;
const statesOf = ({ aws }: World) => aws.truth.serviceJobs().map(({ status }) => status);
const readyOf = (world: World, name = "research") => world.condition("QuotaShare", name, "Ready");
const isLive = ({ status }: { readonly status?: string | undefined }): boolean => status !== "DELETED";
const leftIn = ({ aws }: World) => [
  ...aws.truth.quotaShares().map(({ quotaShareName }) => quotaShareName),
  ...aws.truth
    .jobQueues()
    .filter(isLive)
    .map(({ jobQueueName }) => jobQueueName),
  ...aws.truth
    .serviceEnvironments()
    .filter(isLive)
    .map(({ serviceEnvironmentName }) => serviceEnvironmentName),
];

function training(world: World, seconds: number, quotaShareName = "team_research"): void {
  void world.aws.outside.submitServiceJob(trainingJob("team_train", seconds, { quotaShareName }));
}

/** What somebody else makes in the queue, as `quotaShare` would have it. */
function asRequested(quotaShareName: string): CreateQuotaShareRequest {
  return {
    quotaShareName,
    jobQueue: "team_train",
    capacityLimits: [{ capacityUnit: "ml.m5.large", maxCapacity: 4 }],
    resourceSharingConfiguration: { strategy: "LEND" },
    preemptionConfiguration: { inSharePreemption: "DISABLED" },
  };
}

async function aShare(spec: Partial<QuotaShareSpec> = {}, options: Parameters<typeof aWorld>[0] = {}): Promise<World> {
  const world = await aWorld(options);
  world.apply(quotaShare("research", "train", spec), ...sharedQueue("train"));
  await world.untilReady();
  return world;
}

async function withJob(world: World, seconds: number): Promise<void> {
  training(world, seconds);
  await world.until("the job runs", () => statesOf(world).includes("RUNNING"));
}

/** A share whose queue was left in AWS by its object, which is gone. */
async function withoutQueueObject(): Promise<World> {
  const world = await aWorld();
  world.apply(quotaShare("research", "train"), ...sharedQueue("train", { deletionPolicy: "Retain" }));
  await world.untilReady();
  world.delete("JobQueue", "train");
  await world.until("its object is gone", () => world.condition("JobQueue", "train", "Ready") === undefined);
  return world;
}

/** Takes away from a share what the operator has noted on it. */
async function withoutNotes(
  { store }: Pick<World, "store">,
  removeFinalizer?: typeof cleanupFinalizer,
): Promise<KubeObject> {
  const object = store.object(QuotaShareKind, { namespace: "team", name: "research" });
  if (object === undefined) throw new Error("there is no object");
  const annotations = { [withinAnnotation]: null };
  const patch = removeFinalizer === undefined ? { annotations } : { annotations, removeFinalizer };
  return await store.patchMetadata(QuotaShareKind, object, patch, signal);
}

describe("a quota share", () => {
  it("comes after its queue, follows its spec in place, and goes before the queue", async () => {
    const world = await aShare();
    expect(sharesOf(world)).toMatchObject([{ quotaShareName: "team_research", status: "VALID" }]);
    world.apply(quotaShare("research", "train", { ...limits(6), tags: { team: "a" } }));
    await world.untilReady();
    expect([capacityOf(world), sharesOf(world)[0]?.tags?.["team"]]).toEqual([6, "a"]);
    await expectSilence(world);
    world.delete("QuotaShare", "research");
    await world.until("it is gone", () => sharesOf(world).length === 0);
    await expectStory(world, "quota share created, changed and deleted");
  });

  const all = ["QuotaShare research", "JobQueue train", "ServiceEnvironment sm", "SchedulingPolicy quotas"];
  it.each([[all], [all.toReversed()]])("is deleted with all that it needs, in the order %j", async (order) => {
    const world = await aShare();
    await withJob(world, 300);
    for (const one of order) {
      const [kind = "", name = ""] = one.split(" ");
      world.delete(kind, name);
      await world.seconds(5);
    }
    await world.until("nothing is left", () => world.store.objects().length === 0, 1800);
    expect([leftIn(world), statesOf(world)]).toEqual([[], ["SUCCEEDED"]]);
  });

  it("loses no capacity while it has jobs, and loses it when they have ended", async () => {
    const world = await aShare();
    await withJob(world, 600);
    world.apply(quotaShare("research", "train", limits(1)));
    await world.until("it waits", () => readyOf(world)?.reason === "AwaitingApproval");
    expect([capacityOf(world), readyOf(world)?.message]).toEqual([
      4,
      expect.stringContaining("has less: ml.m5.large 1 instead of 4, for which AWS may end its jobs"),
    ]);
    await world.untilReady(1800);
    expect([capacityOf(world), statesOf(world)]).toEqual([1, ["SUCCEEDED"]]);
    await expectStory(world, "quota share lowered after its jobs");
  });

  it("loses capacity at once where a person approves it", async () => {
    const world = await aShare();
    await withJob(world, 6000);
    world.apply(quotaShare("research", "train", limits(0)));
    await world.until("it waits", () => readyOf(world)?.reason === "AwaitingApproval");
    const { plan } = world.object<QuotaShareStatus>("QuotaShare", "research")?.status ?? {};
    world.annotate("QuotaShare", "research", { "awsbatch.dev/approve": plan?.approval ?? "" });
    await world.untilReady();
    // AWS has taken the job back, and starts it again once the share has room for it.
    expect([capacityOf(world), statesOf(world)]).toEqual([0, ["RUNNABLE"]]);
    await expectStory(world, "quota share lowered by an approval");
  });

  it("is deleted with its jobs only where its drain policy says so", async () => {
    const world = await aShare({ drain: { policy: "Terminate", timeoutSeconds: 60 } });
    await withJob(world, 86_400);
    world.delete("QuotaShare", "research");
    await world.until("it is gone", () => sharesOf(world).length === 0, 300);
    expect(statesOf(world)).toEqual(["FAILED"]);
    expect(world.store.events().some(({ reason }) => reason === "JobsTerminated")).toBe(true);
  });

  it("of others keeps the queue from being deleted", async () => {
    const world = await aShare();
    await world.aws.outside.createQuotaShare(asRequested("theirs"));
    world.delete("QuotaShare", "research");
    world.delete("JobQueue", "train");
    await world.until("the queue waits", () => {
      return world.condition("JobQueue", "train", "Reconciling")?.message.includes("theirs") === true;
    });
    await world.until("ours is gone", () => sharesOf(world).length === 1);
    await world.seconds(120);
    expect(world.condition("JobQueue", "train", "Reconciling")).toMatchObject({
      reason: "InUse",
      message:
        "team_train stays while it has the quota shares theirs: delete their objects, or those that have none in AWS",
    });
    const arn = sharesOf(world)[0]?.quotaShareArn;
    await world.aws.outside.updateQuotaShare({ quotaShareArn: arn, state: "DISABLED" });
    await world.seconds(10);
    await world.aws.outside.deleteQuotaShare({ quotaShareArn: arn });
    await world.until("the queue is gone", () => !leftIn(world).includes("team_train"), 600);
  });

  it("is found again where the object of its queue left the queue in AWS", async () => {
    const world = await withoutQueueObject();
    world.delete("QuotaShare", "research");
    await world.until("the share is gone", () => sharesOf(world).length === 0);
    expect(leftIn(world)).toContain("team_train");
  });

  it("stays where it is, and is found there, where its object is replaced and its queue has another name", async () => {
    const world = await withoutQueueObject();
    await withoutNotes(world, cleanupFinalizer);
    const serviceEnvironmentOrder = [{ order: 1, serviceEnvironmentRef: { name: "sm2" } }];
    const capacityLimits = [{ capacityUnit: "ml.m5.large", maxCapacity: 10 }];
    const [, , renamed] = sharedQueue("train", { jobQueueName: "other", serviceEnvironmentOrder });
    if (renamed === undefined) throw new Error("there is no queue");
    world.apply(serviceEnvironment("sm2", { capacityLimits }), renamed);
    await world.until("it is Stalled", () => world.condition("QuotaShare", "research", "Stalled") !== undefined);
    expect(world.condition("QuotaShare", "research", "Stalled")?.reason).toBe("QueueFixed");
    expect(sharesOf(world).map(({ jobQueueArn }) => jobQueueArn.split("/")[1])).toEqual(["team_train"]);
    world.delete("QuotaShare", "research");
    await world.until("its object is gone", () => world.condition("QuotaShare", "research", "Ready") === undefined);
    expect(sharesOf(world)).toEqual([]);
  });

  it("is not released while nothing says where AWS has it, and goes once that is known", async () => {
    const { aws, clock, store, stop } = await withoutQueueObject();
    await stop();
    const key = { namespace: "team", name: "research" };
    // As from a backup, which has no status.
    await store.applyStatus(QuotaShareKind, await withoutNotes({ store }), {}, signal);
    const world = await aWorld({ aws, clock, store });
    world.delete("QuotaShare", "research");
    const condition = (type: string) => world.condition("QuotaShare", "research", type);
    await world.until("it is Stalled", () => condition("Stalled")?.status === "True", 900);
    expect(condition("Stalled")).toMatchObject({
      reason: "ReferenceNotFound",
      message:
        'AWS may have team_research, and nothing says in which JobQueue: that object does not exist, and the annotation awsbatch.dev/within of this one is missing. Create the JobQueue again, or give the annotation the name that it has in AWS; if AWS does not have team_research, delete with awsbatch.dev/abandon: "true"',
    });
    expect(sharesOf(world)).toMatchObject([{ state: "ENABLED" }]);
    world.annotate("QuotaShare", "research", { [withinAnnotation]: "team_train" });
    await world.until("the share is gone", () => sharesOf(world).length === 0);
    await world.until("its object is gone", () => world.store.object(QuotaShareKind, key) === undefined);
  });

  it("keeps no name in a queue that it may not use from those that may", async () => {
    const world = await aWorld();
    const own = quotaShare("research", "train", { quotaShareName: "research" });
    const { jobQueueRef: _own, ...spec } = own.spec as QuotaShareSpec;
    const theirs = { ...own, metadata: { name: "older", namespace: "other" } };
    world.apply({ ...theirs, spec: { ...spec, jobQueue: "team_train" } });
    await world.seconds(60);
    world.apply(...sharedQueue("train"), own);
    await world.until("it is there", () => readyOf(world)?.status === "True");
    expect(sharesOf(world)[0]?.tags?.["awsbatch.dev/namespace"]).toBe("team");
  });

  it.each([
    ["jobQueue", "arn:aws:batch:eu-west-1:123456789012:job-queue/a b"],
    ["jobQueue", "arn:aws:batch:eu-west-1:123456789012:job-queue/"],
    [withinAnnotation, "a b"],
    [withinAnnotation, ""],
    [withinAnnotation, "team_train/x"],
  ])("with the %s %j, which no queue is called, keeps no other share from being read", async (where, name) => {
    const world = await aShare();
    const { jobQueueRef, ...spec } = quotaShare("odd", "none").spec as QuotaShareSpec;
    const odd = { ...quotaShare("odd", "none"), metadata: { name: "odd", namespace: "other" } };
    world.apply(
      where === "jobQueue"
        ? { ...odd, spec: { ...spec, jobQueue: name } }
        : { ...odd, spec: { ...spec, jobQueueRef }, metadata: { ...odd.metadata, annotations: { [where]: name } } },
    );
    await world.seconds(120);
    world.apply(quotaShare("research", "train", limits(5)));
    await world.until("it follows its spec", () => capacityOf(world) === 5, 60);
  });

  it("says what its queue lacks", async () => {
    const world = await aWorld();
    const [, service, queue] = sharedQueue("train");
    if (service === undefined || queue === undefined) throw new Error("there is no queue");
    const { schedulingPolicyRef: _none, ...spec } = queue.spec as Readonly<Record<string, unknown>>;
    world.apply(service, { ...queue, spec }, quotaShare("research", "train"));
    await world.until("it is Stalled", () => world.condition("QuotaShare", "research", "Stalled") !== undefined);
    expect(world.condition("QuotaShare", "research", "Stalled")).toMatchObject({
      reason: "QueueUnsuited",
      message: expect.stringContaining("JobQueue team/train has no scheduling policy"),
    });
  });

  it("is adopted, with nothing but its tags", async () => {
    const world = await aWorld({ flags: { adoptableNames: ["team/*"] } });
    world.apply(...sharedQueue("train"));
    await world.untilReady();
    await world.aws.outside.createQuotaShare(asRequested("team_research"));
    world.apply(quotaShare("research", "train"));
    await world.until("it is Stalled", () => world.condition("QuotaShare", "research", "Stalled") !== undefined);
    expect(world.condition("QuotaShare", "research", "Stalled")?.reason).toBe("NotOwned");
    world.apply(quotaShare("research", "train", { adoptionPolicy: "IfMatching" }));
    await world.untilReady();
    expect(sharesOf(world)[0]?.tags?.["awsbatch.dev/name"]).toBe("research");
  });

  it("in a queue of another namespace needs the queue's permission, by reference and by name", async () => {
    const world = await aWorld();
    const queue = sharedQueue("train");
    const platform = queue.map(({ metadata, ...one }) => ({
      ...one,
      metadata: { ...metadata, namespace: "platform" },
    }));
    const { jobQueueRef: _own, ...spec } = quotaShare("b", "train").spec as QuotaShareSpec;
    world.apply(...platform, quotaShare("a", "train", { jobQueueRef: { name: "train", namespace: "platform" } }), {
      ...quotaShare("b", "train"),
      spec: { ...spec, jobQueue: "platform_train" },
    });
    const reasons = () => ["a", "b"].map((name) => world.condition("QuotaShare", name, "Stalled")?.reason);
    await world.until("both are refused", () => reasons().every((reason) => reason === "ReferenceNotAllowed"));
    expect(sharesOf(world)).toEqual([]);
    const open = platform.map((one) =>
      one.kind === "JobQueue" ? { ...one, spec: { ...(one.spec as object), allowedNamespaces: { from: "All" } } } : one,
    );
    world.apply(...open);
    await world.untilReady();
    expect(sharesOf(world).map(({ quotaShareName }) => quotaShareName)).toEqual(["team_a", "team_b"]);
  });

  it("of a lost cluster is taken over with nothing but its tags, and keeps its capacity", async () => {
    const lost = await aShare();
    await lost.stop();
    const cluster = { name: "default", uid: "cluster-2", takeOverUid: "cluster-1" };
    const before = lost.writes().length;
    const world = await aWorld({ clock: lost.clock, aws: lost.aws, cluster });
    world.apply(quotaShare("research", "train"), ...sharedQueue("train"));
    await world.untilReady();
    const later = world.writes().slice(before);
    expect(later.filter((write) => !write.startsWith("TagResource"))).toEqual([]);
    expect(sharesOf(world)[0]?.tags?.["awsbatch.dev/cluster-uid"]).toBe("cluster-2");
  });

  it("whose capacity others raise is lowered again without jobs, and contested in the end", async () => {
    const world = await aShare();
    const arn = sharesOf(world)[0]?.quotaShareArn;
    for (let count = 1; count <= 3; count++) {
      await world.aws.outside.updateQuotaShare({ quotaShareArn: arn, ...limits(9) });
      await world.until("it is put back", () => capacityOf(world) === 4, 400);
      await world.seconds(10);
    }
    await world.aws.outside.updateQuotaShare({ quotaShareArn: arn, ...limits(9) });
    await world.until("it is contested", () => {
      return world.condition("QuotaShare", "research", "Contested")?.status === "True";
    });
  });
});
