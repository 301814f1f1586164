import { afterEach, describe, expect, it } from "vitest";
import { sdkError } from "./fake-batch.ts";
import { RegionWorld } from "./region-world.ts";

const signal = new AbortController().signal;
const second = 1000;
const open: RegionWorld[] = [];

afterEach(() => {
  for (const world of open.splice(0)) world.stop();
});

async function aRegion() {
  const world = new RegionWorld();
  open.push(world);
  await world.start();
  world.forget();
  const { aws, clock, region } = world;
  const changed = (): readonly string[] => world.reported.flatMap(({ change }) => change.followed);
  /** How often jobs were described. */
  const described = (): number => aws.count("describeJobs");
  return { clock, aws, jobs: region.jobsOfObjects, changed, described };
}

const detail = (jobId: string, status: "RUNNING" | "SUCCEEDED" | "STARTING" = "RUNNING") => ({
  jobId,
  jobName: `team_${jobId}`,
  jobQueue: "arn:aws:batch:us-east-1:123456789012:job-queue/q",
  jobDefinition: "arn:aws:batch:us-east-1:123456789012:job-definition/d:1",
  status,
  startedAt: 0,
});

describe("the jobs of objects", () => {
  it("are read soon after they are followed, and their objects woken when they change", async () => {
    const { clock, aws, jobs, changed } = await aRegion();
    aws.state.details.push(detail("a"));
    expect(jobs.follow("team/a", "a")).toEqual({ record: undefined, missingSince: undefined });
    await clock.advance(second);
    expect(changed()).toEqual(["team/a"]);
    expect(jobs.follow("team/a", "a").record).toMatchObject({ status: "RUNNING", queue: "q", startedAt: undefined });
    await clock.advance(60 * second);
    expect(changed()).toEqual(["team/a"]);
    aws.state.details[0] = detail("a", "SUCCEEDED");
    await clock.advance(15 * second);
    expect(changed()).toEqual(["team/a", "team/a"]);
  });

  it("of one namespace, however many, put back those of another by one read", async () => {
    const { clock, aws, jobs, changed } = await aRegion();
    for (let at = 0; at < 5000; at++) {
      aws.state.details.push(detail(`m${at}`));
      jobs.follow(`mallory/m${at}`, `m${at}`);
    }
    await clock.advance(10 * second);
    aws.state.details.push(detail("a"));
    jobs.follow("team/a", "a");
    await clock.advance(second);
    expect(changed()).toContain("team/a");
    aws.state.details.splice(-1, 1, detail("a", "SUCCEEDED"));
    await clock.advance(3 * second);
    expect(jobs.follow("team/a", "a").record?.status).toBe("SUCCEEDED");
  });

  it("are known as they were last shown, also where AWS forgets one before the next read", async () => {
    const { clock, aws, jobs } = await aRegion();
    aws.state.details.push(detail("a", "SUCCEEDED"));
    const [shown] = await jobs.described(["a"], new AbortController().signal);
    aws.state.details.pop();
    expect(jobs.follow("team/a", "a", shown)).toEqual({ record: shown, missingSince: undefined });
    await clock.advance(60 * second);
    expect(jobs.follow("team/a", "a").record?.status).toBe("SUCCEEDED");
  });

  it("are read by hundreds, with at most two calls a second, each within a minute", async () => {
    const { clock, aws, jobs, described } = await aRegion();
    for (let index = 0; index < 10_000; index++) {
      aws.state.details.push(detail(`j${index}`));
      jobs.follow(`team/j${index}`, `j${index}`);
    }
    await clock.advance(60 * second);
    expect(described()).toBeLessThanOrEqual(121);
    const requests = (): readonly (readonly string[])[] =>
      aws.calls.flatMap(({ operation, input }) =>
        operation === "describeJobs" ? [(input as { readonly jobs: readonly string[] }).jobs] : [],
      );
    const asked = (): readonly string[] => requests().flat();
    const seen = asked();
    expect(Math.max(...requests().map(({ length }) => length))).toBe(100);
    expect(new Set(seen).size).toBe(10_000);
    await clock.advance(60 * second);
    expect(new Set(asked().slice(seen.length)).size).toBe(10_000);
  });

  it("are read before all that were read already, when they are new", async () => {
    const { clock, aws, jobs, changed } = await aRegion();
    for (let index = 0; index < 10_000; index++) {
      aws.state.details.push(detail(`j${index}`));
      jobs.follow(`team/j${index}`, `j${index}`);
    }
    await clock.advance(120 * second);
    aws.state.details.push(detail("new"));
    jobs.follow("team/new", "new");
    await clock.advance(second);
    expect(changed()).toContain("team/new");
  });

  it("cost six calls a minute while a hundred just run, and none when they have ended", async () => {
    const { clock, aws, jobs, described } = await aRegion();
    for (let index = 0; index < 100; index++) {
      aws.state.details.push(detail(`j${index}`));
      jobs.follow(`team/j${index}`, `j${index}`);
    }
    await clock.advance(120 * second);
    let from = described();
    await clock.advance(60 * second);
    expect(described() - from).toBe(6);
    for (const one of aws.state.details) one.status = "SUCCEEDED";
    await clock.advance(15 * second);
    from = described();
    await clock.advance(600 * second);
    expect(described() - from).toBe(0);
  });

  it.each([
    ["starts", detail("a", "STARTING"), 30],
    ["is being ended", { ...detail("a"), isTerminated: true }, 30],
    ["is being cancelled", { ...detail("a"), isCancelled: true }, 30],
    ["just runs", detail("a"), 6],
  ])("are read as often as one that %s changes", async (_what, one, calls) => {
    const { clock, aws, jobs, described } = await aRegion();
    aws.state.details.push(one);
    jobs.follow("team/a", "a");
    await clock.advance(120 * second);
    const from = described();
    await clock.advance(60 * second);
    expect(described() - from).toBe(calls);
  });

  it("are not forgotten when AWS leaves them out, or shows them as they were", async () => {
    const { clock, aws, jobs } = await aRegion();
    aws.state.details.push(detail("a", "SUCCEEDED"));
    jobs.follow("team/a", "a");
    await clock.advance(second);
    aws.state.details[0] = detail("a");
    expect((await jobs.read("team/a", "a", signal)).record?.status).toBe("SUCCEEDED");
    aws.state.details.length = 0;
    const missing = await jobs.read("team/a", "a", signal);
    expect(missing.record?.status).toBe("SUCCEEDED");
    expect(missing.missingSince).toBe(clock.monotonic());
  });

  it("that AWS never shows are asked for ever less", async () => {
    const { clock, jobs, described } = await aRegion();
    jobs.follow("team/a", "a");
    await clock.advance(600 * second);
    const from = described();
    await clock.advance(600 * second);
    expect(described() - from).toBe(2);
    jobs.unfollow("team/a");
    await clock.advance(600 * second);
    expect(described() - from).toBe(2);
  });

  it("are read again after a failure", async () => {
    const { clock, aws, jobs } = await aRegion();
    aws.state.details.push(detail("a"));
    aws.refuse = () => sdkError("TooManyRequestsException", "Too Many Requests", 429);
    jobs.follow("team/a", "a");
    await clock.advance(second);
    aws.refuse = () => undefined;
    await clock.advance(120 * second);
    expect(jobs.follow("team/a", "a").record?.status).toBe("RUNNING");
  });

  it("are found by their whole name, not by its beginning, oldest first", async () => {
    const { aws, jobs } = await aRegion();
    const job = (jobId: string, jobName: string, createdAt: number) => ({
      jobId,
      jobName,
      createdAt,
      status: "RUNNING" as const,
      queue: "q",
    });
    aws.state.jobs.push(job("3", "team_a_2", 1), job("2", "team_a", 3), job("1", "team_a", 2));
    aws.queue("q");
    const ids = async (how: "exactly" | "prefix") =>
      (await jobs.named("q", "team_a", how, signal))?.map(({ jobId }) => jobId);
    expect(await ids("exactly")).toEqual(["1", "2"]);
    expect(await ids("prefix")).toEqual(["3", "1", "2"]);
  });

  it("are unknown where AWS does not have the queue", async () => {
    const { aws, jobs } = await aRegion();
    aws.refuse = () => sdkError("ClientException", "q does not exist");
    expect(await jobs.named("q", "team_a", "exactly", signal)).toBeUndefined();
    aws.refuse = () => sdkError("AccessDeniedException", "not authorized to perform batch:ListJobs", 403);
    await expect(jobs.named("q", "team_a", "exactly", signal)).rejects.toMatchObject({ kind: "denied" });
  });
});
