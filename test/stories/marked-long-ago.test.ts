import { describe, expect, it } from "vitest";
import { accessDenied } from "../../src/simulator/faults.ts";
import { computeEnvironment, ec2, jobQueue, smallJob } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld } from "./story.ts";

const day = 24 * 3600;

function ofObject({ aws }: World, name: string) {
  const found = aws.truth.computeEnvironments().filter(({ status }) => status !== "DELETED");
  return found.find(({ tags }) => tags?.["awsbatch.dev/name"] === name);
}

/** The object is deleted, and AWS takes the mark of retirement, but refuses to disable for some minutes. */
async function markedOnly(world: World): Promise<void> {
  world.aws.faults.add({
    fault: accessDenied("batch:UpdateComputeEnvironment"),
    on: "UpdateComputeEnvironment",
    forMs: 600_000,
  });
  world.delete("BatchComputeEnvironment", "ce");
  await world.until("marked", () => ofObject(world, "ce")?.tags?.["awsbatch.dev/retired-at"] !== undefined);
}

describe("an environment that was marked as retired, and then came to serve a queue after all,", () => {
  it("goes later without the job that began meanwhile, where AWS does not report where it runs", async () => {
    const world = await aWorld();
    const eksClusterArn = "arn:aws:eks:eu-west-1:123456789012:cluster/c";
    const eks = { ...ec2, eksConfiguration: { eksClusterArn, kubernetesNamespace: "b" } };
    world.apply(computeEnvironment("ce", eks), computeEnvironment("spare", eks));
    await world.untilReady();
    const { outside, truth } = world.aws;
    const orderOf = (name: string) => [{ order: 1, computeEnvironment: ofObject(world, name)?.computeEnvironmentName }];
    await markedOnly(world);
    await outside.createJobQueue({
      jobQueueName: "theirs",
      priority: 1,
      state: "ENABLED",
      computeEnvironmentOrder: orderOf("ce"),
    });
    await world.seconds(3600);
    await outside.registerJobDefinition({
      jobDefinitionName: "jd",
      type: "container",
      eksProperties: {
        podProperties: { containers: [{ image: "alpine", resources: { limits: { cpu: "1", memory: "512Mi" } } }] },
      },
    });
    const job = { jobName: "job", jobQueue: "theirs", jobDefinition: "jd" };
    outside.submitPlannedJob(job, { durationMs: day * 1000, exitCode: 0 });
    await world.seconds(1200);
    await outside.updateJobQueue({ jobQueue: "theirs", computeEnvironmentOrder: orderOf("spare") });
    await world.seconds(7200);

    expect(world.violations).toEqual([]);
    expect(truth.jobs().map(({ status }) => status)).toEqual(["RUNNING"]);
  });

  it("gives its jobs drain.timeoutSeconds from when it goes out of service at last", async () => {
    const world = await aWorld();
    const spec = { ...ec2, drain: { policy: "Terminate" as const, timeoutSeconds: 7200 } };
    world.apply(computeEnvironment("ce", spec), computeEnvironment("spare", ec2));
    await world.untilReady();
    const { outside, truth } = world.aws;
    const queue = jobQueue("q", ["spare"]);
    world.apply(queue);
    await world.untilReady();
    world.apply({ ...queue, metadata: { ...queue.metadata, annotations: { "awsbatch.dev/paused": "true" } } });
    await markedOnly(world);
    const marked = ofObject(world, "ce")?.computeEnvironmentName;
    await outside.updateJobQueue({
      jobQueue: "team_q",
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: marked }],
    });
    await world.seconds(day);
    await outside.registerJobDefinition({ jobDefinitionName: "jd", ...smallJob });
    const job = { jobName: "job", jobQueue: "team_q", jobDefinition: "jd" };
    outside.submitPlannedJob(job, { durationMs: 3_600_000, exitCode: 0 });
    await world.seconds(600);
    world.apply({ ...queue, metadata: { ...queue.metadata, annotations: { "awsbatch.dev/paused": "false" } } });
    await world.seconds(7200);

    expect(truth.jobs().map(({ status }) => status)).toEqual(["SUCCEEDED"]);
  });
});
