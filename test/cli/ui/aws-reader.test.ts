import { expect, test } from "vitest";
import type { Cloud } from "../../../src/cli/cloud.ts";
import { AwsReader } from "../../../src/cli/ui/aws-reader.ts";
import { regionsOf } from "../../../src/cli/ui/regions.ts";
import { accessDenied } from "../../../src/simulator/faults.ts";
import { computeEnvironment, ec2, jobQueue } from "../../manifests.ts";
import { createWorld } from "../../world.ts";

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
  const regions = regionsOf({ ...cloud, logs }, { clock: world.clock, requestsPerSecond: 100 });
  const now = () => world.clock.now();
  const { region } = cloud;
  const reader = new AwsReader({ region, regions, now, objects: () => world.store.objects(), pauseMs: 1000 });
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
