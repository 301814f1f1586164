import { readFileSync } from "node:fs";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import type { Kind } from "../../src/api/object.ts";
import { JobQueueKind } from "../../src/api/v1alpha1/kinds.ts";
import { namespaceKind } from "../../src/kube/resource.ts";
import { metricsOf } from "../../src/operator/run/metrics.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import type { Store } from "../../src/runtime/store.ts";
import { serverFailure } from "../../src/simulator/faults.ts";
import { batchJob, computeEnvironment, ec2, jobDefinition, jobQueue, withTypes } from "../manifests.ts";
import type { World } from "../world.ts";
import { refusing } from "./refused-kinds.ts";
import { aWorld } from "./story.ts";

const minute = 60;
const hour = 3600;

interface Alert {
  readonly alert: string;
  readonly expr: string;
}

const file = "charts/aws-batch-operator/files/alerts/aws-batch-operator.yaml";
const { groups } = load(readFileSync(file, "utf8")) as { readonly groups: readonly { readonly rules: Alert[] }[] };
const alerts = groups.flatMap(({ rules }) => rules);

/** A metric, or the time since it, beyond a threshold: the alerts that compare ages and durations. */
const form = /^(time\(\) - )?max by \([^)]*\) \((\w+)(?:\{([^}]*)\})?\) > (\d+)$/;
const ofAges = alerts.flatMap(({ alert, expr }) => {
  const [, since, metric = "", matchers = "", threshold] = form.exec(expr) ?? [];
  return metric.endsWith("_seconds")
    ? [{ alert, since: since !== undefined, metric, matchers, threshold: Number(threshold) }]
    : [];
});

/** Whether a series has the labels that an alert asks for. */
function matches(labels: string, matchers: string): boolean {
  return [...matchers.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].every(([, name = "", operator, pattern = ""]) => {
    const value = new RegExp(`${name}="([^"]*)"`).exec(labels)?.[1] ?? "";
    const isSame = operator?.endsWith("~") === true ? new RegExp(`^(?:${pattern})$`).test(value) : value === pattern;
    return operator?.startsWith("!") === true ? !isSame : isSame;
  });
}

/** What Prometheus would find true of the real metrics now, without the time for which an alert waits. */
function watching(
  { clock, operator }: Pick<World, "clock" | "operator">,
  metrics = metricsOf({ clock, version: "1" }),
) {
  metrics.follow(operator);
  return async (): Promise<readonly string[]> => {
    const text = (await metrics.pages["/metrics"]?.())?.body ?? "";
    const now = clock.now() / 1000;
    const samples = [...text.matchAll(/^(\w+)\{([^}]*)\} (\S+)$/gm)];
    return ofAges.flatMap(({ alert, since, metric, matchers, threshold }) => {
      const found = samples.filter(([, name, labels = ""]) => name === metric && matches(labels, matchers));
      const values = found.map(([, , , value]) => (since ? now - Number(value) : Number(value)));
      return values.some((value) => value > threshold) ? [alert] : [];
    });
  };
}

/** Fires after this time and not before it, give or take a minute and a half. */
async function expectFiringAfter(world: World, alert: string, seconds: number): Promise<void> {
  const firing = watching(world);
  await world.seconds(seconds - 1.5 * minute);
  expect(await firing()).not.toContain(alert);
  await world.seconds(3 * minute);
  expect(await firing()).toContain(alert);
}

async function servingWorld(spec = ec2): Promise<World> {
  const world = await aWorld();
  world.apply(computeEnvironment("ce", spec), jobQueue("q", ["ce"]));
  await world.untilReady();
  return world;
}

describe("alerts that compare ages, with what the real metrics show", () => {
  it("are those that are tried here", () => {
    // Draining is another step of the metric that AWSBatchReplacementStuck is tried with.
    expect(ofAges.map(({ alert }) => alert)).toEqual([
      "AWSBatchObserverStale",
      "AWSBatchAPIServerSilent",
      "AWSBatchObjectNotReady",
      "AWSBatchApprovalWaits",
      "AWSBatchUpdateWaits",
      "AWSBatchReplacementStuck",
      "AWSBatchDrainIsLong",
      "AWSBatchDeletionWedged",
      "AWSBatchJobsDoNotStart",
      "AWSBatchJobWaitsLong",
    ]);
  });

  it("are silent about healthy objects", async () => {
    const world = await servingWorld();
    const firing = watching(world);
    await world.seconds(3 * hour);
    expect(await firing()).toEqual([]);
  });

  it("AWS has not been read for five minutes", async () => {
    const world = await servingWorld();
    await world.seconds(2 * minute);
    world.aws.faults.add({ on: "DescribeJobQueues", fault: serverFailure });
    await expectFiringAfter(world, "AWSBatchObserverStale", 5 * minute);
  });

  it("the API server has not been heard for two minutes", async () => {
    const world = await servingWorld();
    const metrics = metricsOf({ clock: world.clock, version: "1" });
    const firing = watching(world, metrics);
    metrics.runtime.reflector(JobQueueKind, undefined).listed(0);
    await world.seconds(2 * minute);
    expect(await firing()).toEqual([]);
    await world.seconds(1);
    expect(await firing()).toEqual(["AWSBatchAPIServerSilent"]);
  });

  it("not that Namespaces may not be read, which an administrator may have decided, but any other kind", async () => {
    const clock = new VirtualClock();
    const metrics = metricsOf({ clock, version: "1" });
    const forbidden: Kind[] = [namespaceKind];
    const kubernetes = (store: Store): Store => refusing(store, (kind) => forbidden.includes(kind));
    const world = await aWorld({ clock, observer: metrics.runtime, kubernetes });
    const firing = watching(world, metrics);
    for (let minutes = 0; minutes < 30; minutes++) {
      await world.seconds(minute);
      expect(await firing()).toEqual([]);
    }
    forbidden.push(JobQueueKind);
    await world.seconds(30 * minute);
    expect(await firing()).toEqual(["AWSBatchAPIServerSilent"]);
  });

  it("an object has not been Ready for half an hour", async () => {
    const world = await aWorld();
    world.apply(jobQueue("q", ["missing"]));
    await expectFiringAfter(world, "AWSBatchObjectNotReady", 30 * minute);
  });

  it("not a job that waits, runs or has failed, however long ago; its end is counted", async () => {
    const world = await aWorld();
    const jobs = [
      batchJob("failing", { containerOverrides: { command: ["sh", "-c", "sleep 40; exit 3"] } }),
      batchJob("running", { containerOverrides: { command: ["sleep", "20000"] } }),
      batchJob("waiting", { dependsOn: [{ jobRef: { name: "running" } }] }),
      batchJob("suspended", { suspend: true }),
    ];
    world.apply(computeEnvironment("ce", ec2), jobQueue("queue", ["ce"]), jobDefinition("definition"), ...jobs);
    const metrics = metricsOf({ clock: world.clock, version: "1" });
    const firing = watching(world, metrics);
    await world.seconds(2 * hour);
    expect(await firing()).toEqual([]);
    const text = (await metrics.pages["/metrics"]?.())?.body;
    for (const series of [
      'awsbatch_jobs{queue="team_queue",status="RUNNING"} 1',
      'awsbatch_jobs{queue="team_queue",status="PENDING"} 1',
      'awsbatch_jobs{queue="team_queue",status="FAILED"} 1',
      'awsbatch_jobs{queue="",status="NotSubmitted"} 1',
      'awsbatch_jobs_oldest_runnable_age_seconds{queue="team_queue"} 0',
      'awsbatch_job_results_total{queue="team_queue",result="JobFailed"} 1',
      'awsbatch_job_results_total{queue="team_queue",result="Complete"} 0',
      'awsbatch_job_start_seconds_count{queue="team_queue"} 1',
      'awsbatch_job_run_seconds_sum{queue="team_queue"} 40',
    ]) {
      expect(text).toContain(series);
    }
  });

  it("an approval has been waited for for an hour", async () => {
    const held = { ...ec2, replacement: { soakSeconds: 0, holdBefore: ["Create" as const] } };
    const world = await servingWorld(held);
    world.apply(computeEnvironment("ce", withTypes(["m5.large"], held)));
    await expectFiringAfter(world, "AWSBatchApprovalWaits", hour);
    expect(await watching(world)()).toEqual(["AWSBatchApprovalWaits"]);
  });

  it("there has been a newer image for thirty days", async () => {
    const world = await servingWorld();
    world.aws.outside.releaseImage("ECS_AL2023");
    const since = (): unknown =>
      world.object<{ updateAvailableSince?: string }>("BatchComputeEnvironment", "ce")?.status?.updateAvailableSince;
    await world.until("it is known", () => since() !== undefined, 600);
    await expectFiringAfter(world, "AWSBatchUpdateWaits", 30 * 24 * hour);
    expect(await watching(world)()).toEqual(["AWSBatchUpdateWaits"]);
  });

  it("a replaced environment has been at a step for two hours", async () => {
    const soaking = { ...ec2, replacement: { soakSeconds: 4 * hour } };
    const world = await servingWorld(soaking);
    world.apply(computeEnvironment("ce", withTypes(["m5.large"], soaking)));
    const isRetiring = (): boolean => world.condition("BatchComputeEnvironment", "ce", "Retiring") !== undefined;
    await world.until("the old one soaks", isRetiring);
    await expectFiringAfter(world, "AWSBatchReplacementStuck", 2 * hour);
  });

  it("a deletion has been waiting for an hour", async () => {
    const world = await servingWorld();
    world.delete("BatchComputeEnvironment", "ce");
    await expectFiringAfter(world, "AWSBatchDeletionWedged", hour);
  });

  it("the first job has been RUNNABLE for half an hour", async () => {
    const { computeResources: resources = { type: "EC2", maxvCpus: 1, subnets: [] } } = ec2;
    const world = await aWorld();
    world.apply(computeEnvironment("ce", { ...ec2, computeResources: { ...resources, maxvCpus: 0 } }));
    world.apply(jobQueue("q", ["ce"]), jobDefinition("hello"));
    await world.untilReady();
    const job = { jobName: "job", jobQueue: "team_q", jobDefinition: "team_hello" };
    world.aws.outside.submitPlannedJob(job, { durationMs: minute * 1000, exitCode: 0 });
    await expectFiringAfter(world, "AWSBatchJobsDoNotStart", 30 * minute);
  });

  it("a job has not started a day after its submission, in a queue without an object", async () => {
    const world = await aWorld();
    world.apply(computeEnvironment("ce", ec2), jobDefinition("hello"));
    await world.untilReady();
    const [environment] = world.aws.truth.computeEnvironments();
    world.aws.outside.shortage(environment?.computeEnvironmentName ?? "", true);
    const computeEnvironmentOrder = [{ order: 1, computeEnvironment: environment?.computeEnvironmentArn }];
    await world.aws.outside.createJobQueue({ jobQueueName: "theirs", priority: 1, computeEnvironmentOrder });
    const spec = { jobQueue: "theirs", jobDefinitionRef: { name: "hello" } };
    world.apply({ ...batchJob("job"), spec });
    await world.until("AWS has it", () => world.aws.truth.jobs().length === 1);
    await expectFiringAfter(world, "AWSBatchJobWaitsLong", 24 * hour);
    expect(await watching(world)()).toEqual(["AWSBatchJobWaitsLong"]);
  });
});
