import { describe, expect, it } from "vitest";
import { computeEnvironment, ec2, jobQueue, withTypes } from "../manifests.ts";
import type { World, WorldOptions } from "../world.ts";
import { aWorld } from "./story.ts";

/** The process ends; a second later another one begins, which for three seconds reads environments as they were. */
async function takenOver(one: World, staleMs: number, options: WorldOptions = {}): Promise<World> {
  const { aws, clock, store } = one;
  await clock.advance(1000);
  aws.faults.add({ fault: { kind: "stale", staleMs }, on: "DescribeComputeEnvironments", forMs: 3000 });
  return aWorld({ ...options, aws, clock, store, seed: 7 });
}

describe("a process that begins just after another one wrote", () => {
  it.each([
    ["marked but still ENABLED", 1270, 10_000],
    ["in service, while it is DISABLED by now", 4000, 1500],
  ])("goes back to what is retired, also when it reads it %s", async (_name, staleMs, scalingUpdateMs) => {
    const one = await aWorld({ knobs: { scalingUpdateMs } });
    one.apply(computeEnvironment("ce", ec2), jobQueue("q1", ["ce"]));
    await one.untilReady();
    const [first] = one.aws.truth.computeEnvironments();
    const state = (): string | undefined =>
      one.aws.truth
        .computeEnvironments()
        .find(({ computeEnvironmentName }) => computeEnvironmentName === first?.computeEnvironmentName)?.state;
    one.apply(computeEnvironment("ce", withTypes(["m5.large"])));
    await one.until("the predecessor is DISABLED", () => state() === "DISABLED");
    await one.clock.advance(100);
    await one.stop();
    one.store.apply(computeEnvironment("ce", ec2));

    const two = await takenOver(one, staleMs);
    await two.seconds(7200);

    expect(two.violations).toEqual([]);
    expect(two.condition("BatchComputeEnvironment", "ce", "Ready")?.status).toBe("True");
  });

  it("gives no fresh instances once more for one rolloutToken", async () => {
    const spec = { ...ec2, updatePolicy: { terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 30 } };
    const one = await aWorld({ knobs: { stalenessMs: 0 } });
    one.apply(computeEnvironment("ce", { ...spec, rolloutToken: "1" }), jobQueue("q1", ["ce"]));
    await one.untilReady();
    await one.seconds(60);
    const rollouts = (): number =>
      one.aws.log.filter(
        ({ operation, input, outcome }) =>
          operation === "UpdateComputeEnvironment" &&
          outcome.kind === "answered" &&
          JSON.stringify(input).includes("updateToLatestImageVersion"),
      ).length;
    const before = rollouts();
    one.apply(computeEnvironment("ce", { ...spec, rolloutToken: "2" }));
    await one.until("AWS was asked", () => rollouts() > before);
    await one.stop();

    const two = await takenOver(one, 3000);
    await two.seconds(7200);

    expect(rollouts() - before).toBe(1);
    expect(two.condition("BatchComputeEnvironment", "ce", "Ready")?.status).toBe("True");
  });
});
