import { describe, expect, it } from "vitest";
import { noChange } from "../../src/aws/region-cache.ts";
import { sdkError } from "./fake-batch.ts";
import { RegionWorld } from "./region-world.ts";

const second = 1000;
const minute = 60 * second;

/** A region that knows revision 1 of `jd`, above which somebody has registered another one since. */
async function withNewRevision(): Promise<RegionWorld> {
  const world = new RegionWorld();
  world.aws.revision("jd", 1);
  await world.start();
  world.aws.revision("jd", 2);
  return world;
}

describe("calls", () => {
  it("from a cold start are one for environments, one for queues and the pages of ACTIVE revisions", async () => {
    const world = new RegionWorld();
    for (let index = 0; index < 1000; index++) world.aws.revision(`jd-${index}`, 1);
    world.aws.environment("ce");
    world.aws.queue("q");
    await world.start();
    expect(world.counts()).toEqual({
      describeComputeEnvironments: 1,
      describeJobQueues: 1,
      describeJobDefinitions: 10,
    });
    const {
      computeEnvironments: environments,
      jobQueues: queues,
      jobDefinitions: definitions,
    } = world.region.snapshot();
    expect([environments.size, queues.size, definitions?.size]).toEqual([1, 1, 1000]);
    await world.clock.advance(10 * second);
    expect(world.aws.calls).toHaveLength(12);
  });

  it("are one more for all the names that are asked for soon after a start, not one for each", async () => {
    const soon = await new RegionWorld({ writerSince: () => 0 }).start();
    soon.forget();
    const names = Array.from({ length: 150 }, (_, index) => `jd-${index}`);
    const asked = names.map((name) => soon.region.refreshDefinition(name, soon.signal));
    await soon.settle(Promise.all(asked));
    expect(soon.aws.count("describeJobDefinitions")).toBe(1);
    const { isAbsent } = soon.region.snapshot();
    expect(names.filter((name) => !isAbsent("job-definition", name))).toEqual([]);
    await soon.settle(soon.region.refreshDefinition("jd-0", soon.signal));
    expect(soon.aws.calls.at(-1)?.input).toMatchObject({ jobDefinitionName: "jd-0" });
  });

  it("at rest are two a minute, one per 100 job definitions, and a listing in ten minutes", async () => {
    const world = new RegionWorld();
    for (let index = 0; index < 1000; index++) {
      world.aws.revision(`jd-${index}`, 1);
      world.aws.revision(`jd-${index}`, 2);
    }
    await world.start();
    world.forget();
    const minutes = 40;
    await world.clock.advance(minutes * minute);
    const counts = world.counts();
    expect(counts["describeComputeEnvironments"]).toBeLessThanOrEqual(minutes);
    expect(counts["describeComputeEnvironments"]).toBeGreaterThan(minutes * 0.9);
    expect(counts["describeJobQueues"]).toBe(counts["describeComputeEnvironments"]);
    const listings = (minutes / 10) * 20;
    expect(counts["describeJobDefinitions"]).toBeLessThanOrEqual(minutes * 10 + listings);
    expect(world.reported).toEqual([]);
  });

  it("are none for job definitions when there are none", async () => {
    const world = await new RegionWorld().start();
    world.forget();
    await world.clock.advance(9 * minute);
    expect(world.counts()["describeJobDefinitions"]).toBeUndefined();
  });

  it("are not asked at the same moments by each replica", async () => {
    const world = await new RegionWorld().start();
    await world.clock.advance(10 * minute);
    const moments = world.aws.calls.flatMap(({ operation, at }) => (operation === "describeJobQueues" ? [at] : []));
    const pauses = new Set(moments.slice(1).map((at, index) => at - (moments[index] ?? 0)));
    expect(pauses.size).toBeGreaterThan(5);
    for (const pause of pauses) {
      expect(pause).toBeGreaterThanOrEqual(60 * second);
      expect(pause).toBeLessThanOrEqual(66 * second);
    }
  });

  it("read all pages, and no listing counts before its last page", async () => {
    const world = new RegionWorld();
    world.aws.pageSize = 1;
    for (const name of ["a", "b", "c"]) world.aws.environment(name);
    world.aws.revision("jd", 1);
    world.aws.revision("jd", 2);
    world.aws.latencyMs = 100;
    await world.start();
    await world.clock.advance(250);
    expect(world.region.snapshot().listedAt).toBeUndefined();
    expect(
      world.region
        .snapshot()
        .jobDefinitions?.get("jd")
        ?.map(({ revision }) => revision),
    ).toEqual([2, 1]);
    // Several pages of which nothing is known yet are read twice.
    await world.clock.advance(350);
    expect(world.region.snapshot().computeEnvironments.size).toBe(3);
    expect(world.region.snapshot().listedAt).toBe(Date.UTC(2026, 0, 1));
  });
});

describe("the pace", () => {
  it.each(["CREATING", "UPDATING", "DELETING"] as const)("is two seconds while something is %s", async (status) => {
    const world = new RegionWorld();
    const detail = world.aws.environment("ce", { status });
    await world.start();
    world.forget();
    await world.clock.advance(minute);
    const reads = world.aws.count("describeJobQueues");
    expect(reads).toBeGreaterThanOrEqual(30);
    expect(reads).toBeLessThanOrEqual(40);
    detail.status = "VALID";
    await world.clock.advance(2 * second);
    expect(world.statusOf("ce")).toBe("VALID");
    world.forget();
    await world.clock.advance(59 * second);
    expect(world.aws.calls).toEqual([]);
  });

  it("slows down for what has not moved for long", async () => {
    const world = new RegionWorld();
    world.aws.queue("q", { status: "DELETING" });
    await world.start();
    await world.clock.advance(2 * 60 * minute);
    world.forget();
    await world.clock.advance(minute);
    expect(world.aws.count("describeJobQueues")).toBe(6);
  });

  it("is two seconds after expectChange, for two minutes", async () => {
    const world = await new RegionWorld().start();
    await world.clock.advance(10 * second);
    world.forget();
    world.region.expectChange();
    await world.clock.advance(2 * minute);
    expect(world.aws.count("describeJobQueues")).toBeGreaterThan(55);
    world.forget();
    await world.clock.advance(55 * second);
    expect(world.aws.calls).toEqual([]);
  });

  const denied = sdkError("AccessDeniedException", "not authorized to perform: batch:CreateJobQueue", 403);

  it("is one read more after a write that was refused, once a listing can show that nothing has the name", async () => {
    const world = await new RegionWorld().start();
    await world.clock.advance(10 * second);
    world.aws.refuse = ({ operation }) => (operation === "createJobQueue" ? denied : undefined);
    await world.settle(world.region.createJobQueue({ jobQueueName: "q", priority: 1 }, world.signal));
    expect(world.region.snapshot().isAbsent("job-queue", "q")).toBe(false);
    world.forget();
    world.region.expectAbsence("job-queue", "q");
    await world.clock.advance(45 * second);
    expect(world.counts()).toEqual({ describeComputeEnvironments: 1, describeJobQueues: 1 });
    expect(world.region.snapshot().isAbsent("job-queue", "q")).toBe(true);
  });

  it("is that at rest after a refused write to a job definition, of which the lists show nothing", async () => {
    const missing = sdkError("ClientException", "ConsumableResource licences does not exist");
    const listingsAfter = async (write: (world: RegionWorld) => Promise<void>): Promise<number> => {
      const world = await new RegionWorld().start();
      await world.clock.advance(10 * second);
      world.aws.refuse = ({ operation }) => (operation.startsWith("describe") ? undefined : missing);
      world.forget();
      await world.settle(write(world));
      await world.clock.advance(30 * second);
      return world.aws.count("describeComputeEnvironments");
    };
    const register = { jobDefinitionName: "job", type: "container" } as const;
    expect(await listingsAfter((world) => world.region.registerJobDefinition(register, world.signal))).toBe(0);
    const queue = { jobQueueName: "q", priority: 1 };
    expect(await listingsAfter((world) => world.region.createJobQueue(queue, world.signal))).toBeGreaterThan(10);
  });

  it("is two seconds while AWS still shows what is expected to go", async () => {
    const world = new RegionWorld();
    world.aws.queue("q");
    await world.start();
    await world.clock.advance(10 * second);
    world.forget();
    world.region.expectAbsence("job-queue", "q");
    await world.clock.advance(minute);
    expect(world.aws.count("describeJobQueues")).toBeGreaterThan(28);
  });

  it("is slow again once what was expected has moved and come to rest", async () => {
    const world = new RegionWorld();
    const detail = world.aws.environment("ce");
    await world.start();
    world.region.expectChange();
    await world.clock.advance(4 * second);
    detail.status = "UPDATING";
    await world.clock.advance(4 * second);
    detail.status = "VALID";
    await world.clock.advance(4 * second);
    world.forget();
    await world.clock.advance(50 * second);
    expect(world.aws.calls).toEqual([]);
  });
});

describe("failures", () => {
  const refusing = (world: RegionWorld, which: string) => {
    world.aws.refuse = ({ operation }) =>
      operation === which ? sdkError("TooManyRequestsException", "Too Many Requests", 429) : undefined;
  };

  it("keep what was known, say since when, and are reported once", async () => {
    const world = new RegionWorld();
    world.aws.environment("ce");
    await world.start();
    world.forget();
    refusing(world, "describeJobQueues");
    await world.clock.advance(10 * minute);
    const { failure, failingSince, computeEnvironments: environments, listedAt } = world.region.snapshot();
    expect(failure).toMatchObject({ kind: "throttled", operation: "batch:DescribeJobQueues" });
    expect(failingSince).toBeGreaterThanOrEqual(Date.UTC(2026, 0, 1) + minute);
    expect(failingSince).toBeLessThanOrEqual(Date.UTC(2026, 0, 1) + 66 * second);
    expect(environments.has("ce")).toBe(true);
    expect(listedAt).toBe(Date.UTC(2026, 0, 1));
    expect(world.reported.map(({ change }) => change)).toEqual([{ ...noChange, everything: true }]);
  });

  it.each([
    ["environments", "describeComputeEnvironments", "failure"],
    ["queues", "describeJobQueues", "failure"],
    ["job definitions", "describeJobDefinitions", "definitionsFailure"],
  ] as const)("of %s that are over with the next try are not reported", async (_what, operation, kept) => {
    const world = new RegionWorld();
    world.aws.revision("jd", 1);
    await world.start();
    world.forget();
    let failures = 0;
    world.aws.refuse = (call) =>
      call.operation === operation && failures++ === 0 ? sdkError("ServerException", "oops", 500) : undefined;
    await world.clock.advance(3 * minute);
    expect(failures).toBeGreaterThan(2);
    expect(world.region.snapshot()[kept]).toBeUndefined();
    expect(world.reported).toEqual([]);
  });

  it("that pass by themselves are reported when they have lasted for half a minute", async () => {
    const world = await new RegionWorld().start();
    world.forget();
    let first: number | undefined;
    refusing(world, "describeJobQueues");
    const refuse = world.aws.refuse;
    world.aws.refuse = (call) => {
      const error = refuse(call);
      if (error !== undefined) first ??= call.at;
      return error;
    };
    await world.clock.advance(5 * minute);
    const reportedAt = world.reported[0]?.at ?? 0;
    expect(reportedAt - (first ?? 0)).toBeGreaterThanOrEqual(30 * second);
    expect(reportedAt - (first ?? 0)).toBeLessThan(75 * second);
    expect(world.reported).toHaveLength(1);
  });

  it.each([
    ["a permission", sdkError("AccessDeniedException", "not authorized to perform: batch:DescribeJobQueues", 403)],
    ["credentials", sdkError("ExpiredTokenException", "the security token is expired", 403)],
  ])("for want of %s are reported at once", async (_what, error) => {
    const world = await new RegionWorld().start();
    world.aws.refuse = ({ operation }) => (operation === "describeJobQueues" ? error : undefined);
    await world.clock.advance(67 * second);
    expect(world.region.snapshot().failure).toBeDefined();
  });

  it("are reported at once where nothing was read yet", async () => {
    const world = new RegionWorld();
    refusing(world, "describeJobQueues");
    await world.start();
    expect(world.region.snapshot().failure).toMatchObject({ kind: "throttled" });
  });

  it("are tried again with growing pauses, at most two calls a try", async () => {
    const world = new RegionWorld();
    refusing(world, "describeJobQueues");
    await world.start();
    await world.clock.advance(10 * minute);
    expect(world.aws.count("describeJobQueues")).toBeLessThan(25);
    expect(world.aws.count("describeComputeEnvironments")).toBe(world.aws.count("describeJobQueues"));
  });

  it("of a listing that somebody else asked for are tried again as soon as those of a read of its own", async () => {
    const world = await new RegionWorld().start();
    await world.clock.advance(10 * second);
    refusing(world, "describeJobQueues");
    const { clock, region, signal } = world;
    expect(await world.settle(region.refresh(signal))).toMatchObject({ error: { kind: "throttled" } });
    world.aws.refuse = () => undefined;
    await clock.advance(4 * second);
    expect(region.snapshot().failure).toBeUndefined();
  });

  it("end within a minute after AWS answers again, and that is reported", async () => {
    const world = await new RegionWorld().start();
    refusing(world, "describeComputeEnvironments");
    await world.clock.advance(10 * minute);
    world.forget();
    world.aws.refuse = () => undefined;
    await world.clock.advance(minute);
    expect(world.region.snapshot().failure).toBeUndefined();
    expect(world.reported.map(({ change }) => change.everything)).toEqual([true]);
  });

  it("make refresh reject at once, without a call of its own", async () => {
    const world = await new RegionWorld().start();
    refusing(world, "describeJobQueues");
    await world.clock.advance(70 * second);
    const calls = world.aws.calls.length;
    const outcomes = await Promise.all([1, 2, 3].map(() => world.settle(world.region.refresh(world.signal))));
    for (const outcome of outcomes) expect(outcome).toMatchObject({ error: { kind: "throttled" } });
    expect(world.aws.calls.length).toBe(calls);
  });

  it("of job definitions leave the environments alone", async () => {
    const world = new RegionWorld();
    world.aws.environment("ce");
    refusing(world, "describeJobDefinitions");
    await world.start();
    expect(world.statusOf("ce")).toBe("VALID");
    expect(world.region.snapshot().jobDefinitions).toBeUndefined();
    expect(world.region.snapshot().definitionsFailure).toMatchObject({ operation: "batch:DescribeJobDefinitions" });
    expect(world.region.snapshot().failure).toBeUndefined();
  });
});

describe("failures of job definitions", () => {
  const denied = sdkError("AccessDeniedException", "not authorized to perform: batch:DescribeJobDefinitions", 403);

  it("stay reported while the read of the highest revisions fails, and are reported once", async () => {
    const world = new RegionWorld();
    world.aws.revision("jd", 1);
    await world.start();
    world.forget();
    world.aws.refuse = ({ operation }) => (operation === "describeJobDefinitions" ? denied : undefined);
    await world.clock.advance(9 * minute);
    expect(world.region.snapshot().definitionsFailure).toMatchObject({ kind: "denied" });
    expect(world.reported.filter(({ change }) => change.everything)).toHaveLength(1);
  });

  it("cost no minute: the read is repeated as soon as AWS answers", async () => {
    const world = await withNewRevision();
    let failed = 0;
    world.aws.refuse = ({ input }) => ("jobDefinitions" in input && failed++ === 0 ? denied : undefined);
    await world.clock.advance(75 * second);
    expect(world.region.snapshot().jobDefinitions?.get("jd")?.[0]?.revision).toBe(2);
  });

  it("leave no listing half done, when it breaks off in the question about a name that seemed to be others'", async () => {
    const world = new RegionWorld({ keepsDefinition: (_name, tags) => tags?.["ours"] !== undefined });
    world.aws.revision("jd", 1);
    world.aws.revision("jd", 2, { tags: { ours: "yes" } });
    let failed = 0;
    world.aws.refuse = ({ input }) => ("jobDefinitionName" in input && failed++ === 0 ? denied : undefined);
    await world.start();
    await world.clock.advance(30 * second);
    expect(failed).toBeGreaterThan(0);
    expect(
      world.region
        .snapshot()
        .jobDefinitions?.get("jd")
        ?.map(({ revision }) => revision),
    ).toEqual([2, 1]);
  });
});

describe("an account with 300 pages of job definitions", () => {
  it("is listed although one call in 20 is throttled", async () => {
    const world = new RegionWorld({ ratePerSecond: 10, keepsDefinition: () => false });
    for (let index = 0; index < 600; index++) world.aws.revision(`theirs-${index}`, 1);
    world.aws.pageSize = 2;
    world.aws.latencyMs = 100;
    let calls = 0;
    world.aws.refuse = ({ operation }) =>
      operation === "describeJobDefinitions" && ++calls % 20 === 0
        ? sdkError("TooManyRequestsException", "Too Many Requests", 429)
        : undefined;
    await world.start();
    await world.clock.advance(5 * minute);
    expect(world.region.snapshot().jobDefinitions).toBeDefined();
    expect(world.region.snapshot().definitionsFailure).toBeUndefined();
    expect(calls).toBeLessThan(330);
    world.stop();
  });
});

describe("refresh", () => {
  it("gives a listing that began after the call, although one was under way", async () => {
    const world = new RegionWorld();
    world.aws.latencyMs = 100;
    await world.start();
    await world.clock.advance(50);
    const outcome = world.region.refresh(world.signal);
    world.aws.environment("late");
    const asked = world.clock.now();
    const settled = await world.settle(outcome);
    expect(settled).toMatchObject({ value: { listedAt: asked + 50 } });
    expect(world.statusOf("late")).toBe("VALID");
  });

  it("shares one listing among all who ask while another is under way", async () => {
    const world = new RegionWorld();
    world.aws.latencyMs = 100;
    await world.start();
    const waiting = Array.from({ length: 20 }, () => world.region.refresh(world.signal));
    await world.settle(Promise.all(waiting));
    expect(world.aws.count("describeJobQueues")).toBe(2);
  });

  it("ends for a caller that gives up, and goes on for the others", async () => {
    const world = await new RegionWorld().start();
    world.aws.latencyMs = 1000;
    const controller = new AbortController();
    const mine = world.settle(world.region.refresh(controller.signal));
    const other = world.region.refresh(world.signal);
    controller.abort(new Error("no time"));
    expect(await mine).toMatchObject({ error: { message: "no time" } });
    expect(await world.settle(other)).toMatchObject({ value: {} });
  });

  it("works without the observer", async () => {
    const world = new RegionWorld();
    world.aws.environment("ce");
    expect(await world.settle(world.region.refresh(world.signal))).toMatchObject({
      value: { listedAt: world.clock.now() },
    });
    expect(world.statusOf("ce")).toBe("VALID");
  });
});

describe("what is reported", () => {
  it("is only what changed, with both snapshots", async () => {
    const world = new RegionWorld();
    const changing = world.aws.environment("changing", {
      computeResources: { type: "EC2", maxvCpus: 4, desiredvCpus: 0 } as never,
    });
    world.aws.environment("still");
    const leaving = world.aws.queue("leaving");
    world.aws.queue("still");
    await world.start();
    world.forget();
    changing.statusReason = "ComputeEnvironment Healthy";
    leaving.status = "DELETED";
    world.aws.queue("coming");
    await world.clock.advance(70 * second);
    expect(world.reported).toHaveLength(1);
    expect(world.reported[0]?.change).toEqual({
      ...noChange,
      computeEnvironments: ["changing"],
      jobQueues: ["leaving", "coming"],
      schedulingPolicies: [],
      consumableResources: [],
      jobDefinitions: [],
      jobs: [],
      followed: [],
      everything: false,
    });
    expect(world.reported[0]?.previous.jobQueues.has("leaving")).toBe(true);
    expect(world.reported[0]?.current.jobQueues.has("leaving")).toBe(false);
    expect(world.reported[0]?.current.computeEnvironments.get("still")).toBe(
      world.reported[0]?.previous.computeEnvironments.get("still"),
    );
  });

  it("is nothing when AWS answers the same with other keys first", async () => {
    const world = new RegionWorld();
    const detail = world.aws.environment("ce", { tags: { a: "1", b: "2" } });
    await world.start();
    world.forget();
    detail.tags = { b: "2", a: "1" };
    await world.clock.advance(10 * minute);
    expect(world.reported).toEqual([]);
  });
});

describe("revisions", () => {
  it("are digests of the ACTIVE ones, highest first", async () => {
    const world = new RegionWorld();
    world.aws.revision("jd", 2, { tags: { a: "1" } });
    world.aws.revision("jd", 10, { type: "multinode" });
    world.aws.revision("jd", 1, { status: "INACTIVE" });
    await world.start();
    expect(world.region.snapshot().jobDefinitions?.get("jd")).toMatchObject([
      { name: "jd", revision: 10, type: "multinode", fingerprint: "v1:jd:10" },
      { name: "jd", revision: 2, tags: { a: "1" }, fingerprint: "v1:jd:2" },
    ]);
    expect(JSON.stringify(world.region.snapshot().jobDefinitions?.get("jd"))).not.toContain("containerProperties");
  });

  it("have their fingerprint taken once", async () => {
    const world = new RegionWorld();
    world.aws.revision("jd", 1);
    await world.start();
    await world.clock.advance(60 * minute);
    expect(world.fingerprints).toEqual(["jd:1"]);
  });

  it("are seen when the highest is deregistered or retagged by others, within 75 s", async () => {
    const world = new RegionWorld();
    const highest = world.aws.revision("a", 2);
    world.aws.revision("a", 1);
    const tagged = world.aws.revision("b", 1);
    await world.start();
    await world.clock.advance(20 * second);
    world.forget();
    highest.status = "INACTIVE";
    tagged.tags = { owner: "them" };
    await world.clock.advance(75 * second);
    const { jobDefinitions: definitions } = world.region.snapshot();
    expect(definitions?.get("a")?.map(({ revision }) => revision)).toEqual([1]);
    expect(definitions?.get("b")?.[0]?.tags).toEqual({ owner: "them" });
    expect(world.reported.flatMap(({ change }) => change.jobDefinitions).toSorted()).toEqual(["a", "b"]);
  });

  it("are seen when others register a new one, within 75 s and without another call while there is room", async () => {
    const world = new RegionWorld();
    for (let index = 0; index < 50; index++) world.aws.revision(`jd-${index}`, 1);
    await world.start();
    world.aws.revision("jd-49", 2);
    world.forget();
    await world.clock.advance(75 * second);
    expect(
      world.region
        .snapshot()
        .jobDefinitions?.get("jd-49")
        ?.map(({ revision }) => revision),
    ).toEqual([2, 1]);
    // One read, and one listing of the name that seemed odd.
    expect(world.counts()["describeJobDefinitions"]).toBe(2);
  });

  it("are listed once AWS answers again where the listing of an odd name failed", async () => {
    const world = await withNewRevision();
    let failed = 0;
    world.aws.refuse = ({ input }) => {
      if (!("jobDefinitionName" in input) || failed > 0) return undefined;
      failed++;
      return sdkError("ServerException", "not now", 500);
    };
    await world.clock.advance(75 * second);
    expect(failed).toBe(1);
    const { jobDefinitions: definitions, definitionsFailure } = world.region.snapshot();
    expect(definitions?.get("jd")?.map(({ revision }) => revision)).toEqual([2, 1]);
    expect(definitionsFailure).toBeUndefined();
  });

  it("cost one read a minute at rest also where a later revision has been deregistered", async () => {
    const world = new RegionWorld();
    world.aws.revision("jd", 1);
    world.aws.revision("jd", 2).status = "INACTIVE";
    await world.start();
    await world.clock.advance(2 * minute);
    world.forget();
    await world.clock.advance(5 * minute);
    expect(world.counts()["describeJobDefinitions"]).toBeLessThanOrEqual(5);
    // And the one after that is found as soon as ever.
    world.aws.revision("jd", 3);
    await world.clock.advance(75 * second);
    expect(world.region.snapshot().jobDefinitions?.get("jd")?.[0]?.revision).toBe(3);
  });

  it("asks for next revisions by turns when there is not room for all", async () => {
    const world = new RegionWorld();
    for (let index = 0; index < 70; index++) world.aws.revision(`jd-${index}`, 1);
    await world.start();
    for (const name of ["jd-5", "jd-65"]) world.aws.revision(name, 2);
    await world.clock.advance(4 * minute);
    const { jobDefinitions: definitions } = world.region.snapshot();
    expect([definitions?.get("jd-5")?.length, definitions?.get("jd-65")?.length]).toEqual([2, 2]);
  });

  it("are listed again every ten minutes, whatever the reads in between missed", async () => {
    const world = new RegionWorld();
    for (let index = 0; index < 100; index++) world.aws.revision(`jd-${index}`, 1);
    await world.start();
    world.aws.revision("jd-1", 7);
    world.aws.revision("unheard of", 1);
    await world.clock.advance(11 * minute);
    const { jobDefinitions: definitions } = world.region.snapshot();
    expect(definitions?.get("jd-1")?.[0]?.revision).toBe(7);
    expect(definitions?.has("unheard of")).toBe(true);
  });

  it("of names of no interest are not kept, and are not taken for absent", async () => {
    const world = new RegionWorld({ keepsDefinition: (name) => name.startsWith("our") });
    world.aws.revision("ours", 1);
    world.aws.revision("theirs", 1);
    await world.start();
    await world.clock.advance(10 * second);
    const { jobDefinitions: definitions, isAbsent } = world.region.snapshot();
    expect([...(definitions?.keys() ?? [])]).toEqual(["ours"]);
    expect(isAbsent("job-definition", "theirs")).toBe(false);
    expect(isAbsent("job-definition", "nobody's")).toBe(true);
    expect(world.fingerprints).toEqual(["ours:1"]);
  });

  it("of a name that is asked for are kept from then on", async () => {
    const world = new RegionWorld({ keepsDefinition: () => false });
    world.aws.revision("theirs", 1);
    await world.start();
    const outcome = await world.settle(world.region.refreshDefinition("theirs", world.signal));
    expect("value" in outcome && outcome.value.jobDefinitions?.get("theirs")?.length).toBe(1);
    world.aws.revision("theirs", 2);
    await world.clock.advance(11 * minute);
    expect(world.region.snapshot().jobDefinitions?.get("theirs")?.length).toBe(2);
  });

  it("of one name can be had before all have been listed, without a claim about the others", async () => {
    const world = new RegionWorld();
    world.aws.revision("a", 1);
    world.aws.revision("b", 1);
    const outcome = await world.settle(world.region.refreshDefinition("a", world.signal));
    if (!("value" in outcome)) throw outcome.error;
    expect(outcome.value.jobDefinitions?.get("a")?.length).toBe(1);
    expect(outcome.value.isAbsent("job-definition", "b")).toBe(false);
    expect(world.region.snapshot().jobDefinitions).toBeUndefined();
  });
});

describe("the end", () => {
  it("comes when the signal aborts, and no call follows", async () => {
    const world = new RegionWorld();
    const stop = new AbortController();
    let ended = false;
    void world.region.start(stop.signal).then(() => {
      ended = true;
    });
    await world.clock.advance(minute);
    stop.abort(new Error("stopping"));
    await world.clock.advance(0);
    expect(ended).toBe(true);
    world.forget();
    await world.clock.advance(60 * minute);
    expect(world.aws.calls).toEqual([]);
    expect(world.reported).toEqual([]);
  });

  it("comes while calls are under way", async () => {
    const world = new RegionWorld();
    world.aws.latencyMs = 5000;
    const stop = new AbortController();
    let ended = false;
    void world.region.start(stop.signal).then(() => {
      ended = true;
    });
    await world.clock.advance(100);
    stop.abort(new Error("stopping"));
    await world.clock.advance(0);
    expect(ended).toBe(true);
    expect(world.reported).toEqual([]);
  });
});
