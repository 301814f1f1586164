import { expect, it } from "vitest";
import { batchJob } from "../manifests.ts";
import { aPlace, isTrue, jobs, long, statusOf } from "./jobs.ts";

it("an array names each child that failed, also where AWS lists them late", async () => {
  const world = await aPlace();
  world.apply(batchJob("many", { ...long, arrayProperties: { size: 5 } }));
  const running = () => world.aws.truth.jobs().filter(({ status }) => status === "RUNNING").length;
  await world.until("its children run", () => running() === 5);
  const { jobId } = statusOf(world, "many");
  world.aws.faults.add({
    on: ({ operation, input }) => operation === "ListJobs" && (input as { arrayJobId?: string }).arrayJobId === jobId,
    fault: { kind: "stale", staleMs: 20_000 },
  });
  for (const index of [1, 2, 4]) await world.aws.outside.terminateJob({ jobId: `${jobId}:${index}`, reason: "test" });
  await world.seconds(595);
  await world.aws.outside.terminateJob({ jobId: `${jobId}:0`, reason: "test" });
  await world.until("it has ended", () => jobs(world)[0]?.status === "FAILED");
  await world.until("it has failed", isTrue(world, "many", "Failed"));
  expect(statusOf(world, "many").array).toMatchObject({ failedIndices: "0-2,4" });
});
