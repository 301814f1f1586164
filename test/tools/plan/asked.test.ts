import { expect, test } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../src/api/v1alpha1/batch-compute-environment.ts";
import { computeEnvironment, ec2, jobQueue } from "../../manifests.ts";
import { planned, worldOf } from "./tried.ts";

const spec = (instanceType: string): BatchComputeEnvironmentSpec => ({
  ...ec2,
  replacement: { soakSeconds: 0, holdBefore: ["Delete"] },
  drain: { policy: "Terminate", timeoutSeconds: 60 },
  computeResources: { ...ec2.computeResources, instanceTypes: [instanceType] } as never,
});

test("a plan says of an object that stays as it is what a person is asked to approve for it", async () => {
  const queue = jobQueue("q", ["ce"]);
  const world = await worldOf([computeEnvironment("ce", spec("c5.large")), queue]);
  const changed = computeEnvironment("ce", spec("m5.large"));
  world.apply(changed);
  await world.seconds(3600);
  const [entry] = await planned(world, [changed, queue]);
  expect(entry).toMatchObject({
    action: "none",
    notes: [expect.stringMatching(/waits for approval, after which jobs that run 60 s longer are ended/)],
  });
  await world.stop();
});
