import { expect, test } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../src/api/v1alpha1/batch-compute-environment.ts";
import { computeEnvironment, ec2, jobDefinition, jobQueue } from "../../manifests.ts";
import { startControlPlane } from "../control-plane/control-plane.ts";
import { describeOnCluster } from "../control-plane/shared.ts";
import { until } from "../control-plane/wait.ts";
import { install } from "./installed.ts";
import { Place } from "./place.ts";

/** Opens once a day at the next full minute, and is long enough for a verification. */
function openingSoon(now: Date): BatchComputeEnvironmentSpec["imageUpdates"] {
  const opens = new Date(now.getTime() + 60_000);
  const schedule = `${opens.getUTCMinutes()} ${opens.getUTCHours()} * * *`;
  return { policy: "Automatic", windows: [{ schedule, durationMinutes: 120 }] };
}

describeOnCluster("a newer image", () => {
  test("waits for its window and proves itself, and a bad one is stopped before a queue names it", async ({
    onTestFinished,
  }) => {
    const cluster = await startControlPlane();
    onTestFinished(() => cluster.stop());
    await install(cluster);
    const place = await Place.in(cluster, false);
    const { team, account } = place;
    onTestFinished(() => account.close());
    const operator = await place.start();
    onTestFinished(async () => {
      await operator.stop("SIGKILL");
    });
    await operator.untilReady();
    const replacement = { soakSeconds: 0, verify: { jobDefinitionRef: { name: "smoke" } } };
    const queue = `${team.namespace}_app`;
    const objects = [jobQueue("app", ["app"]), jobDefinition("smoke")];

    await team.apply(computeEnvironment("app", { ...ec2, replacement }), ...objects);
    await team.untilReady();
    const [first = ""] = account.queues()[queue] ?? [];
    const imageUpdates = openingSoon(new Date());
    await team.apply(computeEnvironment("app", { ...ec2, replacement, imageUpdates }));
    account.aws.outside.releaseImage("ECS_AL2023");
    const waits = async (): Promise<true | string> => {
      const found = await team.condition("BatchComputeEnvironment", "app", "UpdateAvailable");
      return found?.reason === "UpdateScheduled" || (await team.summary());
    };
    await until(waits, "the update to wait for its window");
    expect(account.environments()).toEqual([first]);

    const isHandedOver = (): true | string => {
      const [named = first] = account.queues()[queue] ?? [];
      return (named !== first && account.environments().length === 1) || account.recently();
    };
    await until(isHandedOver, "the verified environment to have the queue, and the old one to be gone", 300_000);
    const [second = ""] = account.environments();
    expect(account.aws.truth.jobs().map(({ status }) => status)).toEqual(["SUCCEEDED", "SUCCEEDED"]);

    account.aws.outside.planJobs({ job: "verify-*", attempts: [{ exitCode: 3 }] });
    account.aws.outside.releaseImage("ECS_AL2023");
    const isStopped = async (): Promise<true | string> => {
      const stalled = await team.condition("BatchComputeEnvironment", "app", "Stalled");
      return stalled?.reason === "VerificationFailed" || (await team.summary());
    };
    await until(isStopped, "the bad image to be stopped", 300_000);
    expect(account.queues()[queue]).toEqual([second]);
    await until(() => Object.keys(account.queues()).length === 1 || account.recently(), "its own queue to be gone");
    expect(account.violations).toEqual([]);
  });
});
