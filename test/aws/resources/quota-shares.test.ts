import { describe, expect, it } from "vitest";
import { AwsError } from "../../../src/aws/errors.ts";
import {
  quotaShareCreated,
  quotaShares,
  quotaShareUpdated,
  sharesOfQueue,
} from "../../../src/aws/resources/quota-shares.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import { FakeBatch, sdkError } from "../fake-batch.ts";
import { RegionWorld } from "../region-world.ts";
import { arn, at } from "./described.ts";

const signal = new AbortController().signal;
const capacityLimits = [
  { capacityUnit: "ml.m5.large", maxCapacity: 2 },
  { capacityUnit: "ml.g5.xlarge", maxCapacity: 1 },
];
const preemptionConfiguration = { inSharePreemption: "DISABLED" as const };
const resourceSharingConfiguration = { strategy: "LEND" as const };
const body = { quotaShareName: "s", capacityLimits, preemptionConfiguration, resourceSharingConfiguration };
const quotaShareArn = arn("job-queue/q/quota-share/s");
const record = {
  ...body,
  quotaShareArn,
  jobQueueArn: arn("job-queue/q"),
  state: "ENABLED" as const,
  status: "VALID" as const,
  tags: {},
};

describe("the effect of a write", () => {
  it("of a creation is the quota share, CREATING", () => {
    const effect = quotaShareCreated({ ...body, jobQueue: arn("job-queue/q"), tags: { a: "1" } }, "q/s", at);
    expect(effect.apply(undefined)).toEqual({ ...record, status: "CREATING", tags: { a: "1" } });
    expect(effect.apply(record)).toBe(record);
    expect([effect.shows(undefined), effect.shows(record)]).toEqual([false, true]);
  });

  it.each([
    [{ state: "DISABLED" as const }],
    [{ capacityLimits: [{ capacityUnit: "ml.m5.large", maxCapacity: 3 }] }],
    [{ resourceSharingConfiguration: { strategy: "RESERVE" as const } }],
    [{ preemptionConfiguration: { inSharePreemption: "ENABLED" as const } }],
  ])("of an update is %j, whether AWS shows UPDATING or not", (change) => {
    const effect = quotaShareUpdated({ quotaShareArn, ...change });
    const after = { ...record, ...change };
    expect(effect.apply(record)).toEqual({ ...after, status: "UPDATING" });
    expect(effect.apply(undefined)).toBeUndefined();
    expect([effect.shows(after), effect.shows(record), effect.shows(undefined)]).toEqual([true, false, false]);
  });

  it("is there in whatever order AWS lists the limits, and with what AWS adds", () => {
    const effect = quotaShareUpdated({ quotaShareArn, capacityLimits, resourceSharingConfiguration });
    const described = { ...record, capacityLimits: capacityLimits.toReversed() };
    const shared = { ...resourceSharingConfiguration, borrowLimit: -1 };
    expect(effect.shows({ ...described, resourceSharingConfiguration: shared })).toBe(true);
  });
});

describe("quota shares", () => {
  const minute = 60_000;

  function aWorld(names: readonly string[]): RegionWorld {
    const asked = new Set(names);
    const world = new RegionWorld({ asked: (key) => (key === "quotaShares" ? asked : new Set()) });
    for (const queue of ["q", "other"]) world.aws.queue(queue, { jobQueueType: "SAGEMAKER_TRAINING" });
    for (const name of ["q/a", "q/b", "other/a"]) world.aws.quotaShare(...split(name));
    return world;
  }
  const split = (name: string): [queue: string, share: string] => {
    const [queue = "", share = ""] = name.split("/");
    return [queue, share];
  };
  const shareIn = (world: RegionWorld, name: string) =>
    world.aws.state.quotaShares.find(({ quotaShareArn: of }) => of.endsWith(`/q/quota-share/${name}`)) ?? {};
  const calls = (world: RegionWorld) => {
    const { listQuotaShares = 0, describeQuotaShare = 0 } = world.counts();
    return { listQuotaShares, describeQuotaShare };
  };

  it("cost nothing while no object names one", async () => {
    const world = await aWorld([]).start();
    await world.clock.advance(10 * minute);
    expect(calls(world)).toEqual({ listQuotaShares: 0, describeQuotaShare: 0 });
  });

  it("are known by their queue, and cost one call a minute for each queue with a named one", async () => {
    const world = await aWorld(["q/a", "q/b", "q/none", "other/a", "gone/a"]).start();
    const { quotaShares: found } = world.region.snapshot();
    expect([...found].map(([name, { quotaShareArn: of }]) => `${name} ${of.split(":").at(-1)}`)).toEqual([
      "q/a job-queue/q/quota-share/a",
      "q/b job-queue/q/quota-share/b",
      "other/a job-queue/other/quota-share/a",
    ]);
    await world.clock.advance(minute);
    expect(world.region.snapshot().isAbsent("quota-share", "gone/a")).toBe(true);
    world.forget();
    await world.clock.advance(60 * minute);
    const { listQuotaShares, describeQuotaShare } = calls(world);
    expect(listQuotaShares).toBeGreaterThan(80);
    // Of the namespace one in each fifth turn.
    expect(describeQuotaShare).toBeLessThanOrEqual(60 / 5);
    expect(listQuotaShares + describeQuotaShare).toBeLessThanOrEqual(2 * 61);
  });

  it("in a queue that is not there are asked for one by one only while they are new, and found once it is there", async () => {
    const world = await aWorld(["gone/a", "gone/b", "gone/c", "gone/d"]).start();
    await world.clock.advance(2 * minute);
    world.forget();
    await world.clock.advance(60 * minute);
    expect(calls(world).listQuotaShares).toBe(0);
    expect(calls(world).describeQuotaShare).toBeLessThanOrEqual(60 / 5);
    world.aws.queue("gone", { jobQueueType: "SAGEMAKER_TRAINING" });
    world.aws.quotaShare("gone", "b");
    await world.clock.advance(3 * minute);
    expect([...world.region.snapshot().quotaShares.keys()]).toEqual(["gone/b"]);
  });

  it("are not taken for absent because no queue could be listed yet", async () => {
    const world = aWorld(["q/a", "q/new"]);
    world.aws.refuse = ({ operation }) =>
      operation === "describeJobQueues" ? sdkError("AccessDeniedException", "no", 403) : undefined;
    await world.start();
    await world.clock.advance(minute / 2);
    world.aws.quotaShare("q", "new");
    await world.clock.advance(2 * minute);
    expect([...world.region.snapshot().quotaShares.keys()]).toEqual(["q/a", "q/new"]);
  });

  it("that go with their queue are missed at once", async () => {
    const world = await aWorld(["q/a", "q/b"]).start();
    await world.clock.advance(minute);
    world.aws.state.queues = world.aws.state.queues.filter(({ jobQueueName }) => jobQueueName !== "q");
    world.aws.state.quotaShares = [];
    await world.clock.advance(3 * minute);
    expect(world.region.snapshot().isAbsent("quota-share", "q/a")).toBe(true);
    expect(world.region.snapshot().isAbsent("quota-share", "q/b")).toBe(true);
  });

  it("in queues that are not there, however many, cost the others nothing", async () => {
    const invented = Array.from({ length: 2000 }, (_, at) => `queue-${at}/share`);
    const asked = new Map([["mallory", new Set(invented)]]);
    const world = new RegionWorld({
      asked: (key) => new Set(key === "quotaShares" ? ["q/a"] : []),
      askedElsewhere: (key) => (key === "quotaShares" ? asked : new Map()),
      ratePerSecond: 10,
    });
    world.aws.queue("q", { jobQueueType: "SAGEMAKER_TRAINING" });
    world.aws.quotaShare("q", "a");
    await world.start();
    await world.clock.advance(3000);
    expect(world.region.snapshot().quotaShares.has("q/a")).toBe(true);
    await world.clock.advance(5 * minute);
    expect(world.counts()["listQuotaShares"]).toBeLessThanOrEqual(6);
    Object.assign(shareIn(world, "a"), { state: "DISABLED" });
    await world.clock.advance(2 * minute);
    expect(world.region.snapshot().quotaShares.get("q/a")?.state).toBe("DISABLED");
    world.stop();
  });

  it("show a change within a minute, and one of their tags when their turn comes", async () => {
    const world = await aWorld(["q/a", "q/b"]).start();
    await world.clock.advance(minute);
    Object.assign(shareIn(world, "a"), { state: "DISABLED" });
    await world.clock.advance(2 * minute);
    expect(world.region.snapshot().quotaShares.get("q/a")?.state).toBe("DISABLED");
    Object.assign(shareIn(world, "b"), { tags: { team: "x" } });
    await world.clock.advance(11 * minute);
    expect(world.region.snapshot().quotaShares.get("q/b")?.tags).toEqual({ team: "x" });
  });

  it("are written, and tagged, under the name of their queue", async () => {
    const world = await aWorld(["q/a", "q/new"]).start();
    const { quotaShareName: _other, ...rest } = body;
    await world.region.createQuotaShare({ quotaShareName: "new", jobQueue: "q", ...rest }, signal);
    expect(world.region.snapshot().quotaShares.get("q/new")?.status).toBe("CREATING");
    const shareArn = arn("job-queue/q/quota-share/a");
    await world.region.changeTags(shareArn, { set: { team: "x" }, remove: [] }, signal);
    expect(world.region.snapshot().quotaShares.get("q/a")?.tags).toEqual({ team: "x" });
    await world.region.updateQuotaShare({ quotaShareArn: shareArn, state: "DISABLED" }, signal);
    expect(world.region.snapshot().quotaShares.get("q/a")?.state).toBe("DISABLED");
    await world.region.deleteQuotaShare(shareArn, signal);
    expect(world.region.snapshot().quotaShares.get("q/a")?.status).toBe("DELETING");
  });

  it("are none of a queue of containers, for which AWS is not asked", async () => {
    const world = aWorld(["q/a", "plain/a"]);
    world.aws.queue("plain");
    await world.start();
    await world.clock.advance(minute);
    expect([...world.region.snapshot().quotaShares.keys()]).toEqual(["q/a"]);
    expect(world.region.snapshot().isAbsent("quota-share", "plain/a")).toBe(true);
    world.forget();
    await world.clock.advance(4 * minute);
    expect(world.aws.calls.filter(({ input }) => (input as { jobQueue?: string }).jobQueue === "plain")).toEqual([]);
  });

  it("of a queue are all that AWS lists of it, and none where it is not there", async () => {
    const world = await aWorld([]).start();
    expect([await world.region.sharesOf("q", signal), await world.region.sharesOf("gone", signal)]).toEqual([
      ["a", "b"],
      [],
    ]);
    world.aws.refuse = ({ operation }) =>
      operation === "listQuotaShares" ? sdkError("AccessDeniedException", "no", 403) : undefined;
    await expect(world.region.sharesOf("q", signal)).rejects.toMatchObject({ kind: "denied" });
  });

  it("are listed by the queues of SageMaker alone", async () => {
    const world = aWorld([]);
    world.aws.queue("plain");
    await world.start();
    const queues = world.region.snapshot().jobQueues.values();
    expect(await quotaShares.names(world.aws, signal, queues)).toEqual(new Set(["q/a", "q/b", "other/a"]));
    expect(world.counts()["listQuotaShares"]).toBe(2);
  });

  it("without a name are no answer of AWS", async () => {
    const batch = new FakeBatch(new VirtualClock());
    const answer = { quotaShares: [{ ...record, quotaShareName: undefined }] };
    batch.listQuotaShares = async () => answer as never;
    await expect(sharesOfQueue(batch, "q", signal)).rejects.toBeInstanceOf(AwsError);
  });
});
