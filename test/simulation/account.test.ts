import { expect, it, onTestFinished } from "vitest";
import { computeEnvironment, ec2 } from "../manifests.ts";
import { isReady } from "../world.ts";
import { accountOf } from "./account.ts";
import { Simulation } from "./world.ts";

it("an account that describes the default update policy equals one that describes none", async () => {
  const world = new Simulation({ seed: 1, replicas: 1 });
  onTestFinished(() => world.stop());
  const lines = () => accountOf(world.aws, world.store, world.cluster).map(({ text }) => text);
  const minutes = () => world.aws.truth.computeEnvironments()[0]?.updatePolicy?.jobExecutionTimeoutMinutes;
  const apply = async (jobExecutionTimeoutMinutes: number): Promise<void> => {
    const updatePolicy = { jobExecutionTimeoutMinutes, terminateJobsOnUpdate: false };
    world.apply(computeEnvironment("ce", { ...ec2, updatePolicy }));
    await world.until(() => world.store.objects().every(isReady), 600);
  };
  await apply(30);
  expect(minutes()).toBeUndefined();
  const undescribed = lines();

  await apply(1);
  expect(lines()).not.toEqual(undescribed);
  await apply(30);
  expect(minutes()).toBe(30);
  expect(lines()).toEqual(undescribed);
});
