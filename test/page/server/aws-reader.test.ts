import { expect, test } from "vitest";
import type { KubeObject } from "../../../src/api/object.ts";
import type { Cloud } from "../../../src/operator/cloud.ts";
import { AwsReader } from "../../../src/page/server/aws-reader.ts";
import { Regions, type WithRegion } from "../../../src/page/server/regions.ts";
import { accessDenied } from "../../../src/simulator/faults.ts";
import { computeEnvironment, ec2, jobQueue } from "../../manifests.ts";
import { createWorld } from "../../world.ts";
import { anObject } from "./objects.ts";

async function aReader() {
  const world = await createWorld();
  world.apply(computeEnvironment("main", ec2), jobQueue("main", ["main"]));
  await world.untilReady(300);
  const opened: Cloud[] = [];
  void world.openCloud(new AbortController().signal).then((cloud) => opened.push(cloud));
  await world.until("AWS answers", () => opened.length > 0);
  const [cloud] = opened;
  if (cloud === undefined) throw new Error("no cloud");
  const logs = () => Promise.reject(new Error("no log is read"));
  const regions = new Regions({ ...cloud, logs }, { clock: world.clock, requestsPerSecond: 100 });
  const now = () => world.clock.now();
  const { region, account } = cloud;
  const objects = () => world.store.objects();
  const reader = new AwsReader({ account, region, with: regions.with, now, objects, pauseMs: 1000 });
  const round = async (): Promise<void> => {
    let ended = false;
    void reader.round(new AbortController().signal).then(() => {
      ended = true;
    });
    await world.until("the round ends", () => ended);
  };
  return { world, reader, round };
}

test("a round reads environments and the unfinished jobs of queues, and writes nothing", async () => {
  const { world, reader, round } = await aReader();
  const before = world.writes().length;
  await round();
  expect(reader.seen.problems).toEqual([]);
  expect([...reader.seen.environments.values()]).toMatchObject([{ status: "VALID" }]);
  expect([...reader.seen.jobs.values()]).toMatchObject([{ counts: { running: { count: 0 } } }]);
  expect(world.writes()).toHaveLength(before);
  await world.stop();
});

test("a region that cannot be read is a problem, with what to do", async () => {
  const { world, reader, round } = await aReader();
  world.aws.faults.add({
    fault: accessDenied("DescribeComputeEnvironments"),
    on: "DescribeComputeEnvironments",
  });
  await round();
  expect(reader.seen.problems).toEqual([
    expect.stringMatching(/^AWS Batch in eu-west-1 cannot be read \(batch:DescribeComputeEnvironments\): .*\. .+/),
  ]);
  await world.stop();
});

/** A reader of an empty account, with the regions that it read. */
function emptyAccount(objects: readonly KubeObject[], fail?: (region: string) => unknown) {
  const read: string[] = [];
  const batch = {
    describeComputeEnvironments: async () => ({ computeEnvironments: [] }),
    describeJobQueues: async () => ({ jobQueues: [] }),
  };
  const withRegion = async (region: string, _signal: AbortSignal, work: (aws: unknown) => Promise<unknown>) => {
    read.push(region);
    const error = fail?.(region);
    if (error !== undefined) throw error;
    return await work({ region, batch });
  };
  const reader = new AwsReader({
    account: "123456789012",
    region: "eu-west-1",
    with: withRegion as WithRegion,
    now: () => 0,
    objects: () => objects,
    pauseMs: 1,
  });
  return { reader, read };
}

const { signal } = new AbortController();

test("a round reads the regions in which the operator keeps something, and none that only a spec names", async () => {
  const invented = Array.from({ length: 300 }, (_, index) =>
    anObject("JobQueue", `q${index}`, { spec: { region: `cn-north-${index}` }, status: { conditions: [] } }),
  );
  const abroad = anObject("JobQueue", "abroad", { status: { accountId: "123456789012", region: "us-east-1" } });
  const ofOthers = anObject("JobQueue", "others", { status: { accountId: "210987654321", region: "us-west-2" } });
  const { reader, read } = emptyAccount([...invented, abroad, ofOthers]);
  await reader.round(signal);
  expect(read).toEqual(["eu-west-1", "us-east-1"]);
});

test("a round reads 40 regions at most, and says so", async () => {
  const objects = Array.from({ length: 300 }, (_, index) =>
    anObject("JobQueue", `q${index}`, { status: { accountId: "123456789012", region: `region-${index}` } }),
  );
  const { reader, read } = emptyAccount(objects);
  await reader.round(signal);
  expect(read).toHaveLength(40);
  expect(reader.seen.problems).toEqual(["Objects are in 301 regions, of which the page reads 40."]);
});

test("an error that nobody knows is a problem of its region, and the others are read", async () => {
  const abroad = anObject("JobQueue", "abroad", { status: { accountId: "123456789012", region: "us-east-1" } });
  const { reader, read } = emptyAccount([abroad], (region) =>
    region === "eu-west-1" ? new Error("Region is missing") : undefined,
  );
  await reader.round(signal);
  expect(read).toEqual(["eu-west-1", "us-east-1"]);
  expect(reader.seen.problems).toEqual(["AWS Batch in eu-west-1 cannot be read: Region is missing."]);
});
