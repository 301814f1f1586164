import type { SubmitJobRequest } from "@aws-sdk/client-batch";
import { describe, expect, it } from "vitest";
import type { Knobs } from "../../src/simulator/knobs.ts";
import type { AttemptCourse } from "../../src/simulator/outcome.ts";
import { type Account, accountWithQueue, containerJob, ec2, environment, fargate, queue, refusal } from "./account.ts";

const arn = (resource: string): string => `arn:aws:batch:us-east-1:123456789012:${resource}`;
const forEver: AttemptCourse = { durationMs: Number.POSITIVE_INFINITY, exitCode: 0 };

/** A queue `q` over `ce-1` (16 vCPUs) and the definition `jd` (1 vCPU). */
async function workplace(knobs: Partial<Knobs> = {}): Promise<Account> {
  const world = await accountWithQueue(knobs);
  await world.aws.outside.registerJobDefinition(containerJob("jd"));
  return world;
}

function submit({ aws }: Account, plan: AttemptCourse = forEver, change: Partial<SubmitJobRequest> = {}): string {
  const request = { jobName: "job", jobQueue: "q", jobDefinition: "jd", ...change };
  return aws.outside.submitPlannedJob(request, plan).jobId ?? "";
}

function needs(vcpus: number): Partial<SubmitJobRequest> {
  return { containerOverrides: { resourceRequirements: [{ type: "VCPU", value: `${vcpus}` }] } };
}

function statusOf({ aws }: Account, id: string): string {
  const job = aws.truth.jobs().find((one) => one.id === id);
  return job === undefined
    ? "none"
    : job.statusReason === undefined
      ? job.status
      : `${job.status}: ${job.statusReason}`;
}

describe("a job", () => {
  it("goes from SUBMITTED to SUCCEEDED", async () => {
    const world = await workplace();
    const id = submit(world, { durationMs: 60_000, exitCode: 0 });
    await world.clock.advance(200_000);
    const passed = world.aws.history.filter((change) => change.arn === arn(`job/${id}`)).map((change) => change.status);
    expect(passed).toEqual(["SUBMITTED", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]);
  });

  it("names the cluster of its environment in its task and its instance", async () => {
    const world = await workplace();
    const id = submit(world);
    await world.clock.advance(70_000);
    const { jobs = [] } = await world.aws.batch.describeJobs({ jobs: [id, "none"] });
    const cluster = environment(world, "ce-1").ecsClusterArn?.split("/").at(-1);
    expect(jobs).toHaveLength(1);
    expect(jobs[0]?.status).toBe("RUNNING");
    const of = (kind: string): string => `arn:aws:ecs:us-east-1:123456789012:${kind}/${cluster}/`;
    expect(jobs[0]?.container?.taskArn).toMatch(new RegExp(`^${of("task")}[0-9a-f]{32}$`));
    expect(jobs[0]?.container?.containerInstanceArn).toMatch(new RegExp(`^${of("container-instance")}[0-9a-f]{32}$`));
  });

  it("runs as long as its command sleeps", async () => {
    const world = await workplace();
    const { aws, clock } = world;
    const command = ["sleep", "300"];
    const request = { jobName: "job", jobQueue: "q", jobDefinition: "jd", containerOverrides: { command } };
    const { jobId = "" } = await aws.batch.submitJob(request);
    await clock.advanceUntil(() => statusOf(world, jobId) === "RUNNING", 100_000);
    await clock.advance(299_000);
    expect(statusOf(world, jobId)).toBe("RUNNING");
    await clock.advance(1_000);
    expect(statusOf(world, jobId)).toBe("SUCCEEDED: Essential container in task exited");
  });

  it("raises and lowers the desired vCPUs of its environment", async () => {
    const world = await workplace();
    const desired = (): number | undefined => environment(world, "ce-1").computeResources?.desiredvCpus;
    submit(world, { durationMs: 60_000, exitCode: 0 }, needs(4));
    await world.clock.advance(1_000);
    expect(desired()).toBe(4);
    await world.clock.advance(200_000);
    expect(desired()).toBe(0);
  });

  it("waits in RUNNABLE behind those that fill the environment", async () => {
    const world = await workplace();
    const first = submit(world, { durationMs: 60_000, exitCode: 0 }, needs(16));
    const second = submit(world, forEver, needs(1));
    await world.clock.advance(100_000);
    expect([statusOf(world, first), statusOf(world, second)]).toEqual(["RUNNING", "RUNNABLE"]);
    await world.clock.advance(100_000);
    expect(statusOf(world, second)).toBe("RUNNING");
  });

  it("goes to the first environment of the order that is ENABLED and VALID", async () => {
    const world = await workplace();
    const { aws, clock } = world;
    await aws.outside.createComputeEnvironment(ec2("ce-2"));
    await clock.advance(45_000);
    await aws.outside.updateJobQueue({ ...queue("q", "ce-1", "ce-2"), jobQueue: "q" });
    await clock.advance(5_000);
    const placed = async (): Promise<string | undefined> => {
      const id = submit(world);
      await clock.advance(70_000);
      return aws.truth.jobs().find((job) => job.id === id)?.place?.environmentArn;
    };
    expect(await placed()).toBe(arn("compute-environment/ce-1"));
    await aws.outside.updateComputeEnvironment({ computeEnvironment: "ce-1", state: "DISABLED" });
    expect(await placed()).toBe(arn("compute-environment/ce-2"));
  });

  it("whose instance comes when the environment is disabled goes back to wait", async () => {
    const world = await workplace();
    const id = submit(world);
    await world.clock.advance(30_000);
    await world.aws.outside.updateComputeEnvironment({ computeEnvironment: "ce-1", state: "DISABLED" });
    await world.clock.advance(100_000);
    expect(statusOf(world, id)).toBe("RUNNABLE: UNDETERMINED - Batch job is blocked, root cause is undetermined.");
  });

  it("runs on when its environment is disabled, and is ended when that is deleted", async () => {
    const world = await workplace();
    const { aws, clock } = world;
    const id = submit(world);
    await aws.outside.createComputeEnvironment(ec2("ce-2"));
    await clock.advance(100_000);
    await aws.outside.updateJobQueue({ ...queue("q", "ce-2"), jobQueue: "q" });
    await aws.outside.updateComputeEnvironment({ computeEnvironment: "ce-1", state: "DISABLED" });
    await clock.advance(60_000);
    expect(statusOf(world, id)).toBe("RUNNING");
    await aws.outside.deleteComputeEnvironment({ computeEnvironment: "ce-1" });
    expect(statusOf(world, id)).toMatch(/^FAILED: Host EC2 \(instance i-[0-9a-f]{17}\) terminated\.$/);
  });

  it("keeps a Fargate environment from being deleted", async () => {
    const world = await accountWithQueue({}, fargate("ce-1"));
    const { aws, clock } = world;
    await aws.outside.createComputeEnvironment(fargate("ce-2"));
    const resourceRequirements = [
      { type: "VCPU" as const, value: "1" },
      { type: "MEMORY" as const, value: "2048" },
    ];
    await aws.outside.registerJobDefinition({
      ...containerJob("jd"),
      platformCapabilities: ["FARGATE"],
      containerProperties: {
        image: "busybox",
        executionRoleArn: "arn:aws:iam::123456789012:role/x",
        resourceRequirements,
      },
    });
    const id = submit(world);
    await clock.advance(60_000);
    await aws.outside.updateJobQueue({ ...queue("q", "ce-2"), jobQueue: "q" });
    await aws.outside.updateComputeEnvironment({ computeEnvironment: "ce-1", state: "DISABLED" });
    await clock.advance(60_000);
    await aws.outside.deleteComputeEnvironment({ computeEnvironment: "ce-1" });
    await clock.advance(90_000);
    expect(environment(world, "ce-1").status).toBe("INVALID");
    expect(statusOf(world, id)).toBe("RUNNING");
  });

  it("is tried again as often as its strategy says", async () => {
    const world = await workplace();
    const id = submit(world, { durationMs: 1_000, exitCode: 1 }, { retryStrategy: { attempts: 3 } });
    await world.clock.advance(600_000);
    expect(statusOf(world, id)).toMatch(/^FAILED/);
    expect(world.aws.truth.jobs().find((job) => job.id === id)?.attempts).toHaveLength(3);
  });

  it("is not tried again when a rule says EXIT", async () => {
    const world = await workplace();
    const evaluateOnExit = [{ onExitCode: "1*", action: "EXIT" as const }];
    const id = submit(world, { durationMs: 1_000, exitCode: 12 }, { retryStrategy: { attempts: 3, evaluateOnExit } });
    await world.clock.advance(600_000);
    expect(world.aws.truth.jobs().find((job) => job.id === id)?.attempts).toHaveLength(1);
  });

  it("fails when it outlives its timeout", async () => {
    const world = await workplace();
    const id = submit(world, forEver, { timeout: { attemptDurationSeconds: 60 } });
    await world.clock.advance(200_000);
    expect(statusOf(world, id)).toBe("FAILED: Job attempt duration exceeded timeout");
  });

  it("is ended by the deletion of its queue, in every status", async () => {
    const world = await workplace();
    const { aws, clock } = world;
    const running = submit(world, forEver, needs(16));
    const waiting = submit(world);
    await clock.advance(100_000);
    await aws.outside.updateJobQueue({ jobQueue: "q", state: "DISABLED" });
    await clock.advance(5_000);
    expect(statusOf(world, running)).toBe("RUNNING");
    await aws.outside.deleteJobQueue({ jobQueue: "q" });
    expect([statusOf(world, running), statusOf(world, waiting)]).toEqual([
      "FAILED: Job Queue deleted",
      "FAILED: Job Queue deleted",
    ]);
  });
});

describe("ending a job", () => {
  it("cancels one that waits and leaves one that runs", async () => {
    const world = await workplace();
    const { aws, clock } = world;
    const running = submit(world, forEver, needs(16));
    const waiting = submit(world);
    await clock.advance(100_000);
    for (const jobId of [running, waiting, "none"]) await aws.batch.cancelJob({ jobId, reason: "not needed" });
    expect([statusOf(world, running), statusOf(world, waiting)]).toEqual(["RUNNING", "FAILED: not needed"]);
    const { jobs = [] } = await aws.batch.describeJobs({ jobs: [waiting] });
    expect(jobs[0]).toMatchObject({ isCancelled: true });
  });

  it("terminates one that runs after a moment, without another try", async () => {
    const world = await workplace();
    const id = submit(world, forEver, { retryStrategy: { attempts: 5 } });
    await world.clock.advance(100_000);
    await world.aws.batch.terminateJob({ jobId: id, reason: "drained" });
    expect(statusOf(world, id)).toBe("RUNNING");
    await world.clock.advance(5_000);
    expect(statusOf(world, id)).toBe("FAILED: drained");
  });
});

describe("a blocked job says why", () => {
  it.each<[string, Partial<SubmitJobRequest>, (world: Account) => void, RegExp]>([
    [
      "all environments are INVALID",
      {},
      ({ aws }) => aws.outside.invalidate("ce-1", "INTERNAL_ERROR - of our making"),
      /^RUNNABLE: ACTION_REQUIRED - CE\(s\) associated with the job queue are invalid\.$/,
    ],
    ["maxvCpus is too small", needs(17), () => {}, /^RUNNABLE: MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - /],
    [
      "EC2 has no instances",
      {},
      ({ aws }) => aws.outside.shortage("ce-1", true),
      /^RUNNABLE: CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - .* instance type \[m5\]$/,
    ],
  ])("when %s", async (_case, change, cause, reason) => {
    const world = await workplace();
    cause(world);
    const id = submit(world, forEver, change);
    await world.clock.advance(1_000);
    expect(statusOf(world, id)).toMatch(reason);
  });

  it("when no allowed instance is large enough", async () => {
    const world = await accountWithQueue({}, ec2("ce-1", { instanceTypes: ["m5.xlarge"] }));
    await world.aws.outside.registerJobDefinition(containerJob("jd"));
    const id = submit(world, forEver, needs(8));
    await world.clock.advance(1_000);
    expect(statusOf(world, id)).toMatch(/^RUNNABLE: MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - /);
  });

  it("and is cancelled when the queue limits the time of that reason", async () => {
    const world = await workplace();
    const { aws, clock } = world;
    const reason = "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE";
    const limit = { reason, state: "RUNNABLE", maxTimeSeconds: 600, action: "CANCEL" } as const;
    await aws.outside.updateJobQueue({ jobQueue: "q", jobStateTimeLimitActions: [limit] });
    await clock.advance(5_000);
    const blocked = submit(world, forEver, needs(17));
    const behind = submit(world);
    await clock.advance(599_000);
    expect(statusOf(world, blocked)).toMatch(/^RUNNABLE/);
    await clock.advance(2_000);
    expect(statusOf(world, blocked)).toBe(`FAILED: Canceled by JobStateTimeLimit action due to reason: ${reason}`);
    await clock.advance(100_000);
    expect(statusOf(world, behind)).toBe("RUNNING");
  });
});

describe("jobs that belong together", () => {
  it("of an array: the parent is PENDING while children run and fails with one of them", async () => {
    const world = await workplace();
    const { aws, clock } = world;
    const id = submit(world, forEver, { arrayProperties: { size: 3 } });
    await clock.advance(100_000);
    expect(statusOf(world, id)).toBe("PENDING");
    const { jobSummaryList: running = [] } = await aws.batch.listJobs({ arrayJobId: id });
    expect(running.map((child) => child.jobId)).toEqual([`${id}:0`, `${id}:1`, `${id}:2`]);
    expect((await aws.batch.listJobs({ jobQueue: "q", jobStatus: "PENDING" })).jobSummaryList).toHaveLength(1);
    expect((await aws.batch.listJobs({ jobQueue: "q" })).jobSummaryList).toEqual([]);
    for (const [index, exitCode] of [0, 7, 0].entries()) aws.outside.exitJob(`${id}:${index}`, exitCode);
    expect(statusOf(world, id)).toBe("FAILED: Array Child Job failed");
    const { jobs = [] } = await aws.batch.describeJobs({ jobs: [id] });
    expect(jobs[0]?.arrayProperties?.statusSummary).toMatchObject({ SUCCEEDED: 2, FAILED: 1 });
  });

  it("of an array: terminating the parent ends every child", async () => {
    const world = await workplace();
    const id = submit(world, forEver, { arrayProperties: { size: 2 } });
    await world.clock.advance(100_000);
    await world.aws.batch.terminateJob({ jobId: id, reason: "drained" });
    await world.clock.advance(5_000);
    expect([id, `${id}:0`, `${id}:1`].map((one) => statusOf(world, one).split(":")[0])).toEqual([
      "FAILED",
      "FAILED",
      "FAILED",
    ]);
  });

  it("of several nodes: the nodes have tasks of their own on one environment", async () => {
    const world = await workplace();
    const { aws, clock } = world;
    const { jobDefinitionName, containerProperties } = containerJob("nodes");
    await aws.outside.registerJobDefinition({
      jobDefinitionName,
      type: "multinode",
      nodeProperties: {
        numNodes: 3,
        mainNode: 0,
        nodeRangeProperties: [{ targetNodes: "0:2", container: containerProperties }],
      },
    });
    const id = submit(world, forEver, { jobDefinition: "nodes" });
    await clock.advance(100_000);
    const { jobSummaryList: nodes = [] } = await aws.batch.listJobs({ multiNodeJobId: id });
    expect(nodes.map((node) => [node.jobId, node.nodeProperties?.isMainNode])).toEqual([
      [`${id}#0`, true],
      [`${id}#1`, false],
      [`${id}#2`, false],
    ]);
    const ids = nodes.map((node) => node.jobId ?? "");
    const { jobs = [] } = await aws.batch.describeJobs({ jobs: ids });
    const tasks = new Set(jobs.map((node) => node.container?.taskArn));
    expect(tasks.size).toBe(3);
    expect(environment(world, "ce-1").computeResources?.desiredvCpus).toBe(3);
  });

  it("of several nodes: the main node knows its index, and how many there are", async () => {
    const world = await workplace();
    const { aws, clock } = world;
    const command = [
      "sh",
      "-c",
      "echo $AWS_BATCH_JOB_NODE_INDEX of $AWS_BATCH_JOB_NUM_NODES, main $AWS_BATCH_JOB_MAIN_NODE_INDEX",
    ];
    const container = { ...containerJob("nodes").containerProperties, command };
    const nodeProperties = { numNodes: 3, mainNode: 1, nodeRangeProperties: [{ targetNodes: "0:2", container }] };
    await aws.outside.registerJobDefinition({ jobDefinitionName: "nodes", type: "multinode", nodeProperties });
    const { jobId = "" } = await aws.outside.submitJob({ jobName: "job", jobQueue: "q", jobDefinition: "nodes" });
    await clock.advance(200_000);
    const { jobs: [main] = [] } = await aws.batch.describeJobs({ jobs: [`${jobId}#1`] });
    const logStreamName = main?.attempts?.[0]?.container?.logStreamName ?? "";
    const { events = [] } = await aws.logs.getLogEvents({ logGroupName: "/aws/batch/job", logStreamName });
    expect(events.map(({ message }) => message)).toEqual(["1 of 3, main 1"]);
  });

  it("are refused in a size that Fargate does not have, also where only the job asks for it", async () => {
    const { aws, clock } = await workplace();
    await aws.outside.createComputeEnvironment(fargate("far"));
    await clock.advance(60_000);
    await aws.outside.createJobQueue(queue("away", "far"));
    const sized = (vcpus: string, memory: string) => ({
      resourceRequirements: [
        { type: "VCPU" as const, value: vcpus },
        { type: "MEMORY" as const, value: memory },
      ],
    });
    const executionRoleArn = "arn:aws:iam::123456789012:role/ecsTaskExecutionRole";
    await aws.outside.registerJobDefinition({
      jobDefinitionName: "small",
      type: "container",
      platformCapabilities: ["FARGATE"],
      containerProperties: { image: "busybox", executionRoleArn, ...sized("0.25", "512") },
    });
    await clock.advance(10_000);
    const submitted = (containerOverrides: object) =>
      aws.outside.submitJob({ jobName: "job", jobQueue: "away", jobDefinition: "small", containerOverrides });
    await expect(submitted(sized("2000", "4096"))).rejects.toThrow(
      "Fargate resource requirements (2000.00 vCPU) not valid.",
    );
    await expect(submitted(sized("8", "4096"))).rejects.toThrow(
      "Fargate resource requirements (8.00 vCPU, 4096 MiB) not valid.",
    );
    await expect(submitted(sized("1", "2048"))).resolves.toMatchObject({ jobName: "job" });
  });

  it("by dependency: the later waits for the earlier and fails with it", async () => {
    const world = await workplace();
    const good = submit(world, { durationMs: 10_000, exitCode: 0 });
    const bad = submit(world, { durationMs: 10_000, exitCode: 1 });
    const afterGood = submit(world, forEver, { dependsOn: [{ jobId: good }] });
    const afterBad = submit(world, forEver, { dependsOn: [{ jobId: bad }] });
    await world.clock.advance(1_000);
    expect(statusOf(world, afterGood)).toBe("PENDING");
    await world.clock.advance(200_000);
    expect(statusOf(world, afterGood)).toBe("RUNNING");
    expect(statusOf(world, afterBad)).toBe("FAILED: Dependent Job failed");
  });
});

describe("SubmitJob is refused", () => {
  it.each<[string, Partial<SubmitJobRequest>, string]>([
    ["a missing queue", { jobQueue: "none" }, "JobQueue none not found."],
    [
      "a missing definition",
      { jobDefinition: "none" },
      "JobDefinition name none does not exist or is not in ACTIVE status",
    ],
    [
      "a share on a FIFO queue",
      { shareIdentifier: "a" },
      "Job with shareIdentifier or schedulingPriority can onlybe submitted to job queue with fair share scheduling policy.",
    ],
    ["an array of one", { arrayProperties: { size: 1 } }, "arrayProperties.size must be between 2 and 10000."],
  ])("with %s", async (_case, change, text) => {
    const { aws } = await workplace();
    const request = { jobName: "job", jobQueue: "q", jobDefinition: "jd", ...change };
    expect(await refusal(aws.batch.submitJob(request))).toBe(`ClientException: ${text}`);
  });

  it("on a DISABLED queue, and on a fair-share queue without share or priority", async () => {
    const { aws, clock } = await workplace();
    const { arn: schedulingPolicyArn } = await aws.outside.createSchedulingPolicy({ name: "fair" });
    await aws.outside.createJobQueue({ ...queue("shared", "ce-1"), schedulingPolicyArn });
    await aws.outside.updateJobQueue({ jobQueue: "q", state: "DISABLED" });
    await clock.advance(10_000);
    const job = { jobName: "job", jobQueue: "shared", jobDefinition: "jd" };
    expect(await refusal(aws.batch.submitJob({ ...job, jobQueue: "q" }))).toMatch(/not in ENABLED state/);
    expect(await refusal(aws.batch.submitJob(job))).toMatch(/shareIdentifier is required/);
    expect(await refusal(aws.batch.submitJob({ ...job, shareIdentifier: "a" }))).toBe(
      "ClientException: Either schedulingPriority in job definition or schedulingPriorityOverride should be specified.",
    );
  });

  it("and DescribeJobs for more than 100", async () => {
    const { aws } = await workplace();
    const jobs = Array.from({ length: 101 }, (_, index) => `job-${index}`);
    expect(await refusal(aws.batch.describeJobs({ jobs }))).toBe(
      "ClientException: Maximum number of jobs supported is  100 .",
    );
  });
});

it.each<[string, readonly string[], readonly string[]]>([
  ["JOB_NAME", ["first"], ["first"]],
  ["JOB_NAME", ["*"], ["first", "second"]],
  ["JOB_DEFINITION", ["jd"], ["first", "second"]],
  ["JOB_DEFINITION", ["jd:2"], []],
  ["AFTER_CREATED_AT", ["0"], ["first", "second"]],
  ["BEFORE_CREATED_AT", ["0"], []],
  ["SHARE_IDENTIFIER", ["a"], []],
])("lists jobs of any status by the filter %s %j", async (name, values, found) => {
  const world = await workplace();
  submit(world, forEver, { jobName: "first" });
  submit(world, { durationMs: 1_000, exitCode: 0 }, { jobName: "second" });
  await world.clock.advance(100_000);
  const filters = [{ name, values: [...values] }];
  const { jobSummaryList = [] } = await world.aws.batch.listJobs({ jobQueue: "q", filters });
  expect(jobSummaryList.map((job) => job.jobName)).toEqual(found);
});

it("refuses to list jobs of nothing, of two things, or by an unknown filter", async () => {
  const { aws } = await workplace();
  const filters = [{ name: "COLOUR", values: ["red"] }];
  expect(await refusal(aws.batch.listJobs({}))).toMatch(/Exactly one of/);
  expect(await refusal(aws.batch.listJobs({ jobQueue: "q", arrayJobId: "a" }))).toMatch(/Exactly one of/);
  expect(await refusal(aws.batch.listJobs({ jobQueue: "none" }))).toMatch(/does not exist/);
  await aws.outside.submitJob({ jobName: "job", jobQueue: "q", jobDefinition: "jd" });
  expect(await refusal(aws.batch.listJobs({ jobQueue: "q", filters }))).toMatch(/Filter COLOUR is not valid/);
});

it("places tasks of several containers, which carry the cluster too", async () => {
  const world = await workplace();
  const { aws, clock } = world;
  const requirements = (vcpus: string) => [
    { type: "VCPU" as const, value: vcpus },
    { type: "MEMORY" as const, value: "512" },
  ];
  const containers = [
    { name: "main", image: "busybox", resourceRequirements: requirements("2") },
    { name: "side", image: "busybox", resourceRequirements: requirements("1") },
  ];
  await aws.outside.registerJobDefinition({
    jobDefinitionName: "tasks",
    type: "container",
    ecsProperties: { taskProperties: [{ containers }] },
  });
  const id = submit(world, forEver, { jobDefinition: "tasks" });
  await clock.advance(100_000);
  const { jobs = [] } = await aws.batch.describeJobs({ jobs: [id] });
  const cluster = environment(world, "ce-1").ecsClusterArn?.split("/").at(-1);
  expect(jobs[0]?.ecsProperties?.taskProperties?.[0]?.taskArn).toContain(`:task/${cluster}/`);
  expect(environment(world, "ce-1").computeResources?.desiredvCpus).toBe(3);
});

it("runs pods on an EKS environment and nothing else there", async () => {
  const eksConfiguration = { eksClusterArn: "arn:aws:eks:us-east-1:123456789012:cluster/c", kubernetesNamespace: "b" };
  const world = await accountWithQueue({}, { ...ec2("ce-1"), eksConfiguration });
  const { aws, clock } = world;
  const resources = { limits: { cpu: "1", memory: "512Mi" } };
  const containers = [{ image: "busybox", resources }];
  await aws.outside.registerJobDefinition({
    jobDefinitionName: "pods",
    type: "container",
    eksProperties: { podProperties: { containers } },
  });
  await aws.outside.registerJobDefinition(containerJob("jd"));
  const pod = submit(world, forEver, { jobDefinition: "pods" });
  await clock.advance(100_000);
  const container = submit(world);
  await clock.advance(100_000);
  expect(environment(world, "ce-1").ecsClusterArn).toBeUndefined();
  const { jobs = [] } = await aws.batch.describeJobs({ jobs: [pod, container] });
  expect(jobs.map((job) => job.status)).toEqual(["RUNNING", "RUNNABLE"]);
  expect(jobs[0]?.eksProperties?.podProperties?.nodeName).toMatch(/^i-/);
});

it("forgets jobs that ended a week ago", async () => {
  const world = await workplace();
  const id = submit(world, { durationMs: 1_000, exitCode: 0 });
  await world.clock.advance(7 * 24 * 3_600_000);
  submit(world);
  expect(statusOf(world, id)).toBe("SUCCEEDED: Essential container in task exited");
  await world.clock.advance(600_000);
  submit(world);
  expect(statusOf(world, id)).toBe("none");
});

it("lists the jobs at the front of a queue", async () => {
  const world = await workplace();
  submit(world, forEver, needs(17));
  const second = submit(world);
  await world.clock.advance(1_000);
  const { frontOfQueue } = await world.aws.batch.getJobQueueSnapshot({ jobQueue: "q" });
  expect(frontOfQueue?.jobs?.at(-1)?.jobArn).toBe(arn(`job/${second}`));
  expect(frontOfQueue?.jobs).toHaveLength(2);
});
