import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { accessDenied } from "../../../src/simulator/faults.ts";
import type { SimulatedAws } from "../../../src/simulator/simulated-aws.ts";
import { readState, stateFile } from "../../../src/tools/local/state.ts";
import { crds } from "../../../src/tools/manifests.ts";
import { headline } from "../../../src/tools/plan/entry.ts";
import { planOf } from "../../../src/tools/plan.ts";
import { SimulatedCloud } from "../../../src/tools/simulated-cloud.ts";
import { documentsOf } from "../../../src/tools/validation/manifests.ts";
import { validateManifests, wholeDirectory } from "../../../src/tools/validation/validate.ts";
import { trainingJob } from "../../manifests.ts";
import { definition, environment, MemorySource, queue, quickstart, started } from "../local/given.ts";

const { signal } = new AbortController();

/** An account in which the operator has made what the files say, and how to plan others for it. */
async function accountWith(files: Readonly<Record<string, string>>) {
  const clock = new VirtualClock();
  const cloud = new SimulatedCloud({ clock, random: seededRandom(1), region: "us-east-1" });
  const source = new MemorySource(files);
  const session = await started({
    clock,
    cloud,
    source,
    flags: { simulate: false, clusterName: "team", until: "ready" },
  });
  await session.end();
  await clock.advance(10_000);
  const aws: SimulatedAws = cloud.world("us-east-1");
  Object.assign(aws.knobs, { latencyMs: 0, stalenessMs: 0 });
  const planned = async (after: Readonly<Record<string, string>>) => {
    const { manifests, problems } = await new MemorySource(after).read();
    expect(problems).toEqual([]);
    const flags = { awsRequestsPerSecond: 1000 };
    const plan = await planOf(manifests, { flags, cloud, clusterName: "team", remembered: undefined, signal, clock });
    return (kind: string, name?: string) => {
      const entry = plan.entries.find((one) => one.kind === kind && (name === undefined || one.name === name));
      if (entry === undefined) throw new Error(`no ${kind}`);
      return entry;
    };
  };
  return { aws, planned, clock };
}

/** An account in which an operator has submitted the job of the files, which has now this status. */
async function operated(files: Readonly<Record<string, string>>, status: string) {
  const clock = new VirtualClock();
  const cloud = new SimulatedCloud({ clock, random: seededRandom(1), region: "us-east-1" });
  const session = await started({
    clock,
    cloud,
    source: new MemorySource(files),
    flags: { simulate: false, clusterName: "team" },
  });
  const aws: SimulatedAws = cloud.world("us-east-1");
  await clock.advanceUntil(() => aws.truth.jobs()[0]?.status === status, 3_600_000, status);
  // The operator has seen it too.
  await clock.advance(120_000);
  session.interrupt();
  await session.end();
  Object.assign(aws.knobs, { latencyMs: 0, stalenessMs: 0 });
  return { cloud, clock, directory: session.directory };
}

const held = environment("FARGATE_SPOT").replace("{soakSeconds: 0}", "{soakSeconds: 0, holdBefore: [Repoint]}");

test("a step that waits for approval ends the plan of the object without blocking it", async () => {
  const { planned } = await accountWith(quickstart);
  const entryOf = await planned({ ...quickstart, "environment.yaml": held });
  const { action, blocked, notes, steps } = entryOf("BatchComputeEnvironment");
  expect([action, blocked]).toEqual(["replace", undefined]);
  expect(steps.map((step) => (step.kind === "write" ? step.operation : step.kind))).toEqual([
    "CreateComputeEnvironment",
    "wait",
  ]);
  expect(notes[0]).toMatch(/^goes on after approval: annotate it with awsbatch\.dev\/approve=\S+$/);
  expect(entryOf("JobQueue").action).toBe("none");
});

describe("of a job", () => {
  const job = (command: string, more = ""): string => `
apiVersion: awsbatch.dev/v1alpha1
kind: BatchJob
metadata: {name: check}
spec:
  jobQueueRef: {name: high}
  jobDefinitionRef: {name: hello}
  containerOverrides: {command: [sh, -c, ${command}]}
${more}`;

  test("that a plan submits, what its command may do blocks nothing", async () => {
    const { planned } = await accountWith(quickstart);
    const { blocked, steps } = (await planned({ ...quickstart, "job.yaml": job("exit 3") }))("BatchJob");
    expect(blocked).toBeUndefined();
    expect(steps.flatMap((step) => (step.kind === "write" ? [step.operation] : []))).toEqual(["SubmitJob"]);
  });

  test("that runs for hours waits for nobody", async () => {
    const { planned } = await accountWith(quickstart);
    const { action, blocked } = (await planned({ ...quickstart, "job.yaml": job("sleep 36000") }))("BatchJob");
    expect({ action, blocked }).toEqual({ action: "create", blocked: undefined });
  });

  test.each([
    ["its turn", "  containerOverrides: {resourceRequirements: WHOLE}"],
    ["another job that runs", "  dependsOn: [{jobRef: {name: check}}]"],
    ["its children, which run", "  arrayProperties: {size: 2}\n  containerOverrides: {command: [sleep, '36000']}"],
  ])("that waits for %s waits for nobody", async (_what, more) => {
    const { planned } = await accountWith(quickstart);
    const whole = "[{type: VCPU, value: '16'}, {type: MEMORY, value: '32768'}]";
    const first = job("sleep 36000").replace("]}", `], resourceRequirements: ${whole}}`);
    const second = `${job("x")
      .replace(/ {2}containerOverrides.*\n/, "")
      .replace("check", "later")}${more}\n`;
    const files = { "a.yaml": first, "b.yaml": second.replace("WHOLE", whole) };
    const { manifests } = await new MemorySource({ ...quickstart, ...files }).read();
    expect(manifests).toHaveLength(5);
    const entryOf = await planned({ ...quickstart, ...files });
    expect(["check", "later"].map((name) => entryOf("BatchJob", name).blocked)).toEqual([undefined, undefined]);
    expect(entryOf("BatchJob", "later").action).toBe("create");
  });

  /** What a plan says of a job that `local` has submitted, and of what the files say of it now. */
  async function plannedAfter(command: string, status: string, after: string | undefined) {
    const { cloud, clock, directory } = await operated({ ...quickstart, "job.yaml": job(command) }, status);
    const { manifests } = await new MemorySource(
      after === undefined ? quickstart : { ...quickstart, "job.yaml": job(command, after) },
    ).read();
    const remembered = readState(stateFile(directory, "team", false));
    const flags = { awsRequestsPerSecond: 1000 };
    const plan = await planOf(manifests, { flags, cloud, clusterName: "team", remembered, signal, clock });
    const entry = plan.entries.find(({ kind }) => kind === "BatchJob");
    return {
      headline: headline(plan),
      title: entry?.title,
      blocked: entry?.blocked,
      jobs: entry?.jobs,
      writes: entry?.steps.flatMap((step) => (step.kind === "write" ? [step.operation] : [])),
    };
  }

  test.each([
    ["runs", "sleep 36000", "RUNNING"],
    ["has succeeded", "exit 0", "SUCCEEDED"],
    ["has failed", "exit 3", "FAILED"],
  ])("that %s a plan says that it stays as it is", async (_how, command, status) => {
    expect(await plannedAfter(command, status, "")).toEqual({
      headline: "4 unchanged; no running job is ended",
      title: "stays as it is",
      blocked: undefined,
      jobs: { kind: "none" },
      writes: [],
    });
  });

  test("that is cancelled while it runs a plan says that it is ended", async () => {
    expect(await plannedAfter("sleep 36000", "RUNNING", "  cancel: true")).toEqual({
      headline: "1 update, 3 unchanged; RUNNING JOBS MAY BE ENDED by BatchJob check",
      title: "its job is ended",
      blocked: undefined,
      jobs: { kind: "mayEnd", why: "its job is ended (spec.cancel)" },
      writes: ["TerminateJob"],
    });
  });

  test("that is deleted while it runs a plan says that it is ended", async () => {
    expect(await plannedAfter("sleep 36000", "RUNNING", undefined)).toMatchObject({
      headline: "1 deletion, 3 unchanged; RUNNING JOBS MAY BE ENDED by BatchJob check",
      blocked: undefined,
      jobs: { kind: "mayEnd", why: "its job is ended (deletionPolicy Delete)" },
      writes: ["TerminateJob"],
    });
  });
});

test("a job that a plan submits names the consumable of its object, which is created before", async () => {
  const { planned } = await accountWith(quickstart);
  const files = {
    ...quickstart,
    "seats.yaml": `
apiVersion: awsbatch.dev/v1alpha1
kind: ConsumableResource
metadata: {name: seats}
spec: {totalQuantity: 2}
`,
    "job.yaml": `
apiVersion: awsbatch.dev/v1alpha1
kind: BatchJob
metadata: {name: check}
spec:
  jobQueueRef: {name: high}
  jobDefinitionRef: {name: hello}
  consumableResourcePropertiesOverride:
    consumableResourceList: [{consumableResourceRef: {name: seats}, quantity: 1}]
`,
  };
  const entries = await planned(files);
  expect(entries("ConsumableResource").action).toBe("create");
  const { blocked, steps } = entries("BatchJob");
  expect(blocked).toBeUndefined();
  expect(
    steps.flatMap((step) => (step.kind === "write" ? step.fields.map(({ path, to }) => `${path} ${to}`) : [])),
  ).toEqual([
    'jobName "default_check_(known after apply)"',
    'jobDefinition "default_hello:1"',
    'consumableResourcePropertiesOverride.consumableResourceList [{"quantity":1,"consumableResource":"default_seats"}]',
  ]);
});

test("jobs that a plan submits have their definition, no secret, and no ID that is decided later", async () => {
  const { planned } = await accountWith(quickstart);
  const job = (name: string, more: string) => `
apiVersion: awsbatch.dev/v1alpha1
kind: BatchJob
metadata: {name: ${name}}
spec:
  jobQueueRef: {name: high}
  jobDefinitionRef: {name: hello}
${more}`;
  const files = {
    ...quickstart,
    "a.yaml": job("a", "  containerOverrides: {environment: [{name: DB_PASSWORD, value: hunter22}]}"),
    "b.yaml": job("b", "  dependsOn: [{jobRef: {name: a}}]"),
  };
  const entries = await planned(files);
  expect(entries("BatchJob").title).toBe("is created as default_a_(known after apply)");
  const fields = (name: string) =>
    entries("BatchJob", name).steps.flatMap((step) =>
      step.kind === "write" ? step.fields.map(({ path, to }) => `${path} ${to}`) : [],
    );
  expect(fields("a")).toEqual([
    'jobName "default_a_(known after apply)"',
    'jobDefinition "default_hello:1"',
    'containerOverrides.environment [{"name":"DB_PASSWORD","value":"[hidden]"}]',
  ]);
  expect(fields("b")).toEqual([
    'jobName "default_b_(known after apply)"',
    'jobDefinition "default_hello:1"',
    'dependsOn [{"jobId":"(known after apply)"}]',
  ]);
});

test("what the account does not let anybody read is unknown, and nothing is planned on it", async () => {
  const { aws, planned } = await accountWith(quickstart);
  aws.faults.add({ on: "GetRole", fault: accessDenied("GetRole", "iam") });
  const withRole = definition().replace("spec:\n", "spec:\n  iam: {jobRole: {}}\n");
  const { blocked, steps } = (await planned({ ...quickstart, "definition.yaml": withRole }))("JobDefinition");
  expect(blocked).toMatch(/iam:GetRole/);
  expect(steps).toEqual([]);
});

test("AWS Batch that cannot be read fails the plan", async () => {
  const { aws, planned } = await accountWith(quickstart);
  aws.faults.add({ on: "DescribeJobQueues", fault: accessDenied("DescribeJobQueues") });
  await expect(planned(quickstart)).rejects.toMatchObject({ name: "AwsError", kind: "denied" });
});

test("a reference to an environment that is not there blocks the queue, and ends its plan", async () => {
  const clock = new VirtualClock();
  const cloud = new SimulatedCloud({ clock, random: seededRandom(1), region: "us-east-1" });
  Object.assign(cloud.world("us-east-1").knobs, { latencyMs: 0, stalenessMs: 0 });
  const { documents } = documentsOf("queue.yaml", queue());
  const { manifests } = validateManifests(documents, crds, { ...wholeDirectory, closed: false });
  const plan = await planOf(manifests, {
    flags: { awsRequestsPerSecond: 1000 },
    cloud,
    clusterName: "team",
    remembered: undefined,
    signal,
    clock,
  });
  expect(plan.entries).toMatchObject([
    { kind: "JobQueue", steps: [], blocked: expect.stringContaining("default/general") },
  ]);
});

test("running jobs do not end in a plan: it says that it goes on as if they had", async () => {
  const { aws, planned, clock } = await accountWith(quickstart);
  aws.outside.submitPlannedJob(
    { jobName: "long", jobQueue: "default_high", jobDefinition: "default_hello" },
    { durationMs: Number.POSITIVE_INFINITY, exitCode: 0 },
  );
  await clock.advance(300_000);
  const { steps } = (await planned({ ...quickstart, "environment.yaml": environment("FARGATE_SPOT") }))(
    "BatchComputeEnvironment",
  );
  const assumed = steps.findIndex((step) => step.kind === "wait" && step.assumed === true);
  expect(steps[assumed]).toMatchObject({ why: expect.stringMatching(/1 job/) });
  expect(steps.slice(assumed).flatMap((step) => (step.kind === "write" ? step.operation : []))).toEqual([
    "DeleteComputeEnvironment",
  ]);
});

test("jobs that the operator terminates are gone from then on", async () => {
  const { aws, planned, clock } = await accountWith(quickstart);
  aws.outside.submitPlannedJob(
    { jobName: "long", jobQueue: "default_high", jobDefinition: "default_hello" },
    { durationMs: Number.POSITIVE_INFINITY, exitCode: 0 },
  );
  await clock.advance(300_000);
  const text = environment("FARGATE_SPOT").replace(
    "replacement:",
    "drain: {policy: Terminate, timeoutSeconds: 60}\n  replacement:",
  );
  const { steps } = (await planned({ ...quickstart, "environment.yaml": text }))("BatchComputeEnvironment");
  expect(steps.some((step) => step.kind === "wait" && step.assumed === true)).toBe(false);
  expect(steps.flatMap((step) => (step.kind === "write" ? step.operation : [])).slice(-2)).toEqual([
    "TerminateJob",
    "DeleteComputeEnvironment",
  ]);
});

const sharing = {
  "policy.yaml": `
apiVersion: awsbatch.dev/v1alpha1
kind: SchedulingPolicy
metadata: {name: quotas}
spec: {quotaSharePolicy: {idleResourceAssignmentStrategy: FIFO}}
`,
  "service.yaml": `
apiVersion: awsbatch.dev/v1alpha1
kind: ServiceEnvironment
metadata: {name: sm}
spec: {serviceEnvironmentType: SAGEMAKER_TRAINING, capacityLimits: [{capacityUnit: ml.m5.large, maxCapacity: 9}]}
`,
  "queue.yaml": `
apiVersion: awsbatch.dev/v1alpha1
kind: JobQueue
metadata: {name: train}
spec:
  priority: 1
  jobQueueType: SAGEMAKER_TRAINING
  serviceEnvironmentOrder: [{order: 1, serviceEnvironmentRef: {name: sm}}]
  schedulingPolicyRef: {name: quotas}
`,
};
const share = (maxCapacity: number, more = "") => `
apiVersion: awsbatch.dev/v1alpha1
kind: QuotaShare
metadata: {name: research}
spec:
  jobQueueRef: {name: train}
  capacityLimits: [{capacityUnit: ml.m5.large, maxCapacity: ${maxCapacity}}]
  resourceSharingConfiguration: {strategy: LEND}
  preemptionConfiguration: {inSharePreemption: DISABLED}
${more}`;

test("a quota share loses capacity in a plan as soon as it has no jobs, and says which it may end", async () => {
  const { planned, aws } = await accountWith({ ...sharing, "share.yaml": share(4) });
  const operations = ({ steps }: ReturnType<Awaited<ReturnType<typeof planned>>>) =>
    steps.flatMap((step) => (step.kind === "write" ? [step.operation] : [step.kind]));
  const same = (await planned({ ...sharing, "share.yaml": share(4) }))("QuotaShare");
  expect([same.action, same.jobs.kind]).toEqual(["none", "none"]);
  const empty = (await planned({ ...sharing, "share.yaml": share(1) }))("QuotaShare");
  expect([operations(empty).at(-1), empty.jobs.kind]).toEqual(["UpdateQuotaShare", "waitedFor"]);
  await aws.outside.submitServiceJob(trainingJob("default_train", 86_400, { quotaShareName: "default_research" }));
  const busy = (await planned({ ...sharing, "share.yaml": share(1) }))("QuotaShare");
  expect([operations(busy), busy.queues]).toEqual([["wait"], [{ name: "default_train", jobs: 1 }]]);
  expect(busy.notes[0]).toMatch(/^goes on after approval: annotate it with awsbatch\.dev\/approve=\S+$/);
  const drain = "  drain: {policy: Terminate, timeoutSeconds: 0}\n";
  const ending = (await planned({ ...sharing, "share.yaml": share(1, drain) }))("QuotaShare");
  expect([operations(ending)[0], ending.jobs.kind]).toEqual(["UpdateQuotaShare", "mayEnd"]);
});

test("a job that waits for one that can never start is blocked by that one, and no ID of the copy is shown", async () => {
  const { planned } = await accountWith(quickstart);
  const job = (name: string, more: string) => `
apiVersion: awsbatch.dev/v1alpha1
kind: BatchJob
metadata: {name: ${name}}
spec:
  jobQueueRef: {name: high}
  jobDefinitionRef: {name: hello}
${more}`;
  const large = "[{type: VCPU, value: '32'}, {type: MEMORY, value: '61440'}]";
  const entries = await planned({
    ...quickstart,
    "a.yaml": job("a", `  containerOverrides: {resourceRequirements: ${large}}`),
    "b.yaml": job("b", "  dependsOn: [{jobRef: {name: a}}]"),
  });
  expect(entries("BatchJob", "a").blocked).toMatch(
    /: job \(known after apply\) waits for resources, and cannot get any/,
  );
  expect(entries("BatchJob", "b").blocked).toBe("JobPending: its job waits for BatchJob a, on which it depends");
});
