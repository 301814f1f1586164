import type { CreateServiceEnvironmentRequest } from "@aws-sdk/client-batch";
import { describe, expect, it } from "vitest";
import { account, refusal } from "./account.ts";

const limit = (capacityUnit: string, maxCapacity = 2) => ({ capacityUnit, maxCapacity });
const request = (
  serviceEnvironmentName: string,
  ...capacityLimits: ReturnType<typeof limit>[]
): CreateServiceEnvironmentRequest => ({
  serviceEnvironmentName,
  serviceEnvironmentType: "SAGEMAKER_TRAINING",
  capacityLimits: capacityLimits.length === 0 ? [limit("NUM_INSTANCES")] : capacityLimits,
});
const queue = (jobQueueName: string, serviceEnvironment: string) => ({
  jobQueueName,
  priority: 1,
  jobQueueType: "SAGEMAKER_TRAINING" as const,
  serviceEnvironmentOrder: [{ order: 1, serviceEnvironment }],
});
const training = (instances: number, seconds = 60) =>
  JSON.stringify({
    ResourceConfig: { InstanceType: "ml.a", InstanceCount: instances },
    StoppingCondition: { MaxRuntimeInSeconds: seconds },
  });
const job = (jobQueue: string, instances = 1, seconds = 60) => ({
  jobName: "train",
  jobQueue,
  serviceJobType: "SAGEMAKER_TRAINING" as const,
  serviceRequestPayload: training(instances, seconds),
});

describe("service environments", () => {
  it.each<[string, CreateServiceEnvironmentRequest, string]>([
    ["a name with a dot", request("a.b"), "Service Environment name should match a valid pattern."],
    ["no limit", { ...request("s"), capacityLimits: [] }, "capacityLimits must have 1 to 5 entries."],
    ["one unit twice", request("s", limit("ml.a"), limit("ml.a")), "Duplicate capacity units."],
    [
      "both kinds of units",
      request("s", limit("ml.a"), limit("NUM_INSTANCES")),
      "NUM_INSTANCES cannot be combined with instance types.",
    ],
    ["a name that is taken", request("taken"), "Object already exists"],
  ])("are refused with %s", async (_case, given, text) => {
    const { aws } = account();
    await aws.batch.createServiceEnvironment(request("taken"));
    expect(await refusal(aws.batch.createServiceEnvironment(given))).toBe(`ClientException: ${text}`);
  });

  it("go through their states, and only DISABLED and unused ones go", async () => {
    const { aws, clock } = account();
    const statusOf = () => aws.truth.serviceEnvironments()[0]?.status;
    await aws.batch.createServiceEnvironment(request("s"));
    expect(statusOf()).toBe("CREATING");
    expect(await refusal(aws.batch.createJobQueue(queue("q", "s")))).toContain("created and valid before attaching");
    await clock.advance(5000);
    await aws.batch.createJobQueue(queue("q", "s"));
    await clock.advance(10_000);
    expect(await refusal(aws.batch.deleteServiceEnvironment({ serviceEnvironment: "s" }))).toContain("DISABLED");
    await aws.batch.updateServiceEnvironment({ serviceEnvironment: "s", state: "DISABLED" });
    expect([statusOf(), await refusal(aws.batch.deleteServiceEnvironment({ serviceEnvironment: "s" }))]).toEqual([
      "UPDATING",
      "ClientException: Cannot delete, resource is being modified",
    ]);
    await clock.advance(5000);
    expect(await refusal(aws.batch.deleteServiceEnvironment({ serviceEnvironment: "s" }))).toContain(
      "found existing JobQueue relationship",
    );
    await aws.batch.updateJobQueue({ jobQueue: "q", state: "DISABLED" });
    await clock.advance(10_000);
    await aws.batch.deleteJobQueue({ jobQueue: "q" });
    await clock.advance(120_000);
    await aws.batch.deleteServiceEnvironment({ serviceEnvironment: "s" });
    expect(statusOf()).toBe("DELETING");
    await clock.advance(15_000);
    expect(statusOf()).toBe("DELETED");
    await clock.advance(3_600_000);
    expect(statusOf()).toBeUndefined();
    expect(await refusal(aws.batch.deleteServiceEnvironment({ serviceEnvironment: "s" }))).toContain("does not exist");
    expect(await refusal(aws.batch.updateServiceEnvironment({ serviceEnvironment: "s" }))).toContain("does not exist");
  });

  it("of a queue can be one, of the queue's type, and with instance types only of that queue", async () => {
    const { aws, clock } = account();
    for (const given of [request("s"), request("t"), request("types", limit("ml.a"))])
      await aws.batch.createServiceEnvironment(given);
    await clock.advance(5000);
    const refused = async (given: object) => await refusal(aws.batch.createJobQueue({ ...queue("q", "s"), ...given }));
    expect(await refused({ serviceEnvironmentOrder: [] })).toContain("must have serviceEnvironmentOrder");
    expect(await refused({ jobQueueType: "ECS" })).toContain(
      "only supported for job queues of type SAGEMAKER_TRAINING",
    );
    expect(await refused({ computeEnvironmentOrder: [{ order: 1, computeEnvironment: "c" }] })).toContain(
      "can't have both",
    );
    const two = ["s", "t"].map((serviceEnvironment, order) => ({ order, serviceEnvironment }));
    expect(await refused({ serviceEnvironmentOrder: two })).toContain("Only 1 service environment");
    await aws.batch.createJobQueue(queue("q", "types"));
    await aws.batch.createJobQueue(queue("r", "s"));
    expect(await refusal(aws.batch.createJobQueue(queue("second", "types")))).toContain("can have one job queue");
    await clock.advance(10_000);
    await aws.batch.updateJobQueue({ jobQueue: "r", serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: "t" }] });
    const { jobQueues = [] } = await aws.outside.describeJobQueues({ jobQueues: ["r"] });
    expect(jobQueues[0]?.serviceEnvironmentOrder?.[0]?.serviceEnvironment).toMatch(/:service-environment\/t$/);
  });

  it("keep their kind of units where AWS fixes that", async () => {
    const { aws, clock } = account();
    await aws.batch.createServiceEnvironment(request("s"));
    await clock.advance(5000);
    const change = { serviceEnvironment: "s", capacityLimits: [limit("ml.a")] };
    aws.knobs.capacityUnitsFixed = true;
    expect(await refusal(aws.batch.updateServiceEnvironment(change))).toContain("capacity units");
    aws.knobs.capacityUnitsFixed = false;
    await aws.batch.updateServiceEnvironment(change);
    expect(aws.truth.serviceEnvironments()[0]?.capacityLimits).toEqual([limit("ml.a")]);
  });
});

describe("service jobs", () => {
  it("take the capacity of the service environment, run and end", async () => {
    const { aws, clock } = account();
    await aws.batch.createServiceEnvironment(request("s"));
    await clock.advance(5000);
    await aws.batch.createJobQueue(queue("q", "s"));
    await clock.advance(10_000);
    const ids: (string | undefined)[] = [];
    for (const instances of [1, 1, 2]) ids.push((await aws.batch.submitServiceJob(job("q", instances))).jobId);
    const states = () => aws.truth.serviceJobs().map(({ status }) => status);
    await clock.advance(15_000);
    expect(states()).toEqual(["RUNNING", "RUNNING", "RUNNABLE"]);
    const listed = async (jobStatus: "RUNNING" | "RUNNABLE") =>
      (await aws.outside.listServiceJobs({ jobQueue: "q", jobStatus })).jobSummaryList?.map(({ jobId }) => jobId);
    expect([await listed("RUNNING"), await listed("RUNNABLE")]).toEqual([ids.slice(0, 2), ids.slice(2)]);
    await aws.batch.terminateServiceJob({ jobId: ids[2], reason: "enough" });
    await clock.advance(90_000);
    expect(states()).toEqual(["SUCCEEDED", "SUCCEEDED", "FAILED"]);
    expect(await aws.outside.describeServiceJob({ jobId: ids[2] })).toMatchObject({ statusReason: "enough" });
  });

  it("are counted by instance type where the limits are, and go on after a restart of the simulator", async () => {
    const { aws, clock } = account();
    await aws.batch.createServiceEnvironment(request("s", limit("ml.b"), limit("ml.a", 1)));
    await clock.advance(5000);
    await aws.batch.createJobQueue(queue("q", "s"));
    await clock.advance(10_000);
    for (const _job of [1, 2]) await aws.batch.submitServiceJob(job("q", 1, 600));
    await clock.advance(30_000);
    const again = account();
    again.aws.restore(aws.snapshot());
    const states = () => again.aws.truth.serviceJobs().map(({ status }) => status);
    expect(states()).toEqual(["RUNNING", "RUNNABLE"]);
    await again.clock.advance(900_000);
    expect(states()).toEqual(["SUCCEEDED", "RUNNING"]);
  });

  it("are apart from jobs in containers", async () => {
    const { aws, clock } = account();
    await aws.batch.createServiceEnvironment(request("s"));
    await clock.advance(5000);
    await aws.batch.createJobQueue(queue("q", "s"));
    expect(await refusal(aws.batch.listJobs({ jobQueue: "q" }))).toContain("ListServiceJobs");
    expect(await refusal(aws.batch.submitServiceJob({ ...job("q"), serviceRequestPayload: "{" }))).toContain("JSON");
    expect(await refusal(aws.batch.submitServiceJob(job("none")))).toContain("not found");
    await aws.batch.terminateServiceJob({ jobId: "none", reason: "x" });
  });

  it("end with their queue", async () => {
    const { aws, clock } = account();
    await aws.batch.createServiceEnvironment(request("s"));
    await clock.advance(5000);
    await aws.batch.createJobQueue(queue("q", "s"));
    await clock.advance(10_000);
    await aws.batch.submitServiceJob(job("q", 1, 6000));
    await clock.advance(30_000);
    await aws.batch.updateJobQueue({ jobQueue: "q", state: "DISABLED" });
    await clock.advance(10_000);
    await aws.batch.deleteJobQueue({ jobQueue: "q" });
    expect(aws.truth.serviceJobs()).toMatchObject([{ status: "FAILED", statusReason: "Job Queue deleted" }]);
  });
});
