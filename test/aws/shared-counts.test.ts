import { expect, test } from "vitest";
import { RegionWorld } from "./region-world.ts";

const second = 1000;

async function worldWithShares(): Promise<RegionWorld> {
  const world = new RegionWorld();
  world.aws.queue("q", { jobQueueType: "SAGEMAKER_TRAINING" });
  world.aws.state.serviceJobs.push({
    queue: "q",
    jobId: "j",
    jobName: "j",
    serviceJobType: "SAGEMAKER_TRAINING",
    status: "RUNNING",
  });
  await world.start();
  await world.clock.advance(10 * second);
  return world;
}

test("a hundred that wait for jobs of one queue are one count a minute, however they come", async () => {
  const world = await worldWithShares();
  const team = world.region.onBehalfOf("team");
  const from = new Map<number, number>();
  for (let at = 0; at < 120; at += 1) {
    const one = at % 60;
    const { jobs, endedAt } = await team.jobs("q", from.get(one) ?? 10 * second, world.signal);
    expect(jobs).toHaveLength(1);
    from.set(one, endedAt);
    await world.clock.advance(second);
  }
  expect(world.aws.count("listServiceJobs")).toBe(3 * 8);
});

test("service environments that wait share a count of all queues of SageMaker", async () => {
  const world = await worldWithShares();
  const team = world.region.onBehalfOf("team");
  const all = Array.from({ length: 50 }, () => team.startedServiceJobs(world.clock.monotonic(), world.signal));
  for (const { jobs } of await Promise.all(all)) expect(jobs).toMatchObject([{ jobId: "j" }]);
  expect(world.aws.count("listServiceJobs")).toBe(4);
});

test("another namespace waits for no count of this one", async () => {
  const world = await worldWithShares();
  world.aws.latencyMs = 9 * second;
  const counted: string[] = [];
  const count = async (namespace: string): Promise<void> => {
    await world.region.onBehalfOf(namespace).jobs("q", world.clock.monotonic(), world.signal);
    counted.push(namespace);
  };
  void count("mallory");
  await world.clock.advance(40 * second);
  void count("mallory");
  void count("team");
  await world.clock.advance(73 * second);
  expect(counted).toEqual(["mallory", "team"]);
  await world.clock.advance(72 * second);
  expect(counted).toEqual(["mallory", "team", "mallory"]);
});

test("a count goes on without its caller, and who asks again has it", async () => {
  const world = await worldWithShares();
  world.aws.latencyMs = 9 * second;
  const from = world.clock.monotonic();
  const impatient = new AbortController();
  const first = world.region.jobs("q", from, impatient.signal).catch(String);
  await world.clock.advance(30 * second);
  impatient.abort("no more patience");
  expect(await first).toBe("no more patience");
  await world.clock.advance(50 * second);
  expect((await world.region.jobs("q", from, world.signal)).jobs).toHaveLength(1);
  expect(world.aws.count("listServiceJobs")).toBe(8);
});
