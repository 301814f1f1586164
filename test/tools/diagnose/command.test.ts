import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runCli } from "../../../src/program.ts";
import { sleep, systemClock } from "../../../src/runtime/clock.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { accessDenied } from "../../../src/simulator/faults.ts";
import type { ServedBatch } from "../../../src/simulator/http.ts";
import { createSimulatedAws, type SimulatedAws } from "../../../src/simulator/simulated-aws.ts";
import { FakeApiServer, refusal } from "../../kube/fake-api-server.ts";
import { kubeconfigTo } from "../../operator/run/world.ts";
import { containerJob, ec2, queue } from "../../simulator/account.ts";
import { serveChecked } from "../../simulator/checked-server.ts";
import { KeptOutput, testIo } from "../streams.ts";

// A thousand times faster than the world.
const clock = systemClock(1000);
const arn = "arn:aws:batch:us-east-1:123456789012:job-queue/q";
let aws: SimulatedAws;
let served: ServedBatch;
let kube: FakeApiServer;

beforeEach(async () => {
  aws = createSimulatedAws({ clock, random: seededRandom(1), knobs: { latencyMs: 0, stalenessMs: 0 } });
  served = await serveChecked(aws, { port: 0 });
  kube = await FakeApiServer.start();
  vi.stubEnv("AWS_ENDPOINT_URL", served.url);
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "simulated");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "simulated");
  await aws.outside.createComputeEnvironment(ec2("ce-1"));
  await until(() => aws.truth.computeEnvironments()[0]?.status === "VALID");
  await aws.outside.createJobQueue(queue("q", "ce-1"));
  await until(() => aws.truth.jobQueues()[0]?.status === "VALID");
});

afterEach(async () => {
  await served.close();
  await kube.stop();
});

async function until(done: () => boolean): Promise<void> {
  while (!done()) await sleep(clock, 1000);
}

async function command(...args: readonly string[]) {
  const { io, stdout, stderr } = testIo({}, new KeptOutput());
  // The client of EC2 alone takes seconds to load: see test/integration/diagnose.test.ts.
  const exitCode = await runCli(["diagnose", ...args, "--no-network"], io);
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

/** A job that requests so many vCPUs; the environment is limited to 16. */
async function submit(vcpus: number, change: object = {}): Promise<string> {
  await aws.outside.registerJobDefinition(containerJob("jd"));
  const containerOverrides = { resourceRequirements: [{ type: "VCPU" as const, value: `${vcpus}` }] };
  const request = { jobName: "big", jobQueue: "q", jobDefinition: "jd", containerOverrides, ...change };
  const { jobId = "" } = aws.outside.submitPlannedJob(request, { durationMs: Number.POSITIVE_INFINITY, exitCode: 0 });
  await until(() => aws.truth.jobs().every(({ status }) => status !== "SUBMITTED"));
  return jobId;
}

describe("diagnose --queue", () => {
  it("explains a queue that no object describes, by its name or ARN, and exits with 1", async () => {
    const jobId = await submit(32);
    for (const named of ["q", arn]) {
      const { exitCode, stdout } = await command("--queue", named);
      expect(exitCode).toBe(1);
      expect(stdout).toMatch(/^q is blocked: 1 job waits/);
      expect(stdout).toContain("MaxVcpusTooSmall");
      expect(stdout).toContain("The job needs 32 vCPUs, but ce-1 is limited to 16 (maxvCpus).");
      expect(stdout).toContain(jobId);
    }
  });

  it("reports a healthy queue and exits with 0, with about ten calls that only read", async () => {
    const from = aws.log.length;
    const { exitCode, stdout } = await command("--queue", "q");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^q is healthy: no jobs are waiting/);
    const calls = aws.log.slice(from).map(({ operation }) => operation);
    const ofBatch = calls.filter((operation) => /Job|ComputeEnvironments/.test(operation));
    expect(ofBatch.length).toBeLessThanOrEqual(10);
    expect(calls.filter((operation) => !/^(Describe|List|Get)/.test(operation))).toEqual([]);
  });

  it("reports what jobs in PENDING wait for", async () => {
    const first = await submit(32);
    await submit(1, { dependsOn: [{ jobId: first }] });
    const { stdout } = await command("--queue", "q");
    expect(stdout.replace(/\s+/g, " ")).toContain(`1 job in PENDING waits for ${first} ("big", RUNNABLE in q).`);
  });

  it("speaks JSON", async () => {
    await submit(32);
    const { exitCode, stdout } = await command("--queue", "q", "-o", "json");
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      healthy: false,
      findings: [{ code: "MaxVcpusTooSmall" }],
      account: "123456789012",
    });
  });

  it("names the queues that there are when there is none of that name, and exits with 2", async () => {
    expect(await command("--queue", "nope")).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "error: AWS has no job queue nope in account 123456789012, region us-east-1: it has q\n",
    });
  });

  it("reads the region of an ARN, else in that of --region", async () => {
    const abroad = await command("--queue", arn.replace("us-east-1", "eu-west-1"), "--region", "us-west-2");
    expect(abroad.stdout).toContain("account 123456789012, eu-west-1\n");
    expect((await command("--queue", "q", "--region", "us-west-2")).stdout).toContain(
      "account 123456789012, us-west-2\n",
    );
  });

  it("rejects the ARN of another resource", async () => {
    const { exitCode, stderr } = await command(
      "--queue",
      "arn:aws:batch:us-east-1:123456789012:compute-environment/ce",
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain("is not the ARN of a job queue");
  });

  it("continues without the jobs if AWS denies reading them, and names the permission", async () => {
    aws.faults.add({ fault: accessDenied("GetJobQueueSnapshot"), on: "GetJobQueueSnapshot" });
    const { exitCode, stdout } = await command("--queue", "q");
    expect(exitCode).toBe(1);
    expect(stdout).toContain("JobsNotReadable");
    expect(stdout).toContain("batch:GetJobQueueSnapshot");
  });

  it("wants either a name or a queue", async () => {
    for (const args of [[], ["main", "--queue", "q"]]) {
      const { exitCode, stderr } = await command(...args);
      expect(exitCode).toBe(1);
      expect(stderr).toContain("give either NAME");
    }
  });
});

describe("diagnose NAME", () => {
  const path = "/apis/awsbatch.dev/v1alpha1/namespaces/team/jobqueues/main";
  const object = (kind: string, name: string, more: object) => ({
    apiVersion: "awsbatch.dev/v1alpha1",
    kind,
    metadata: { name, namespace: "team", uid: name, resourceVersion: "1", generation: 1 },
    ...more,
  });

  it("asks the cluster for the object and AWS for its queue", async () => {
    const spec = { priority: 1, jobQueueName: "q", computeEnvironmentOrder: [] };
    kube.on(`GET ${path}`, { json: object("JobQueue", "main", { spec, status: { arn, region: "us-east-1" } }) });
    await submit(32);
    const { exitCode, stdout } = await command("main", "-n", "team", "--kubeconfig", kubeconfigTo(kube.url));
    expect(exitCode).toBe(1);
    expect(stdout).toContain("account 123456789012, us-east-1, JobQueue team/main");
    expect(stdout).toContain("MaxVcpusTooSmall");
    expect(kube.requests.map(({ method }) => method)).toEqual(["GET"]);
  });

  it("reads where the object was created, whatever it would be called now and whatever --region says", async () => {
    const spec = { priority: 1, computeEnvironmentOrder: [] };
    const made = { spec, status: { arn: arn.replace("us-east-1", "eu-west-1"), region: "eu-west-1" } };
    const args = ["main", "-n", "team", "--region", "us-west-2", "--kubeconfig", kubeconfigTo(kube.url)];
    kube.on(`GET ${path}`, { json: object("JobQueue", "main", made) });
    const { stdout } = await command(...args);
    expect(stdout).toMatch(/^q is healthy/);
    expect(stdout).toContain("account 123456789012, eu-west-1, JobQueue team/main");
    const moved = { ...made, spec: { ...spec, region: "ap-south-1" } };
    kube.on(`GET ${path}`, { json: object("JobQueue", "main", moved) });
    expect((await command(...args)).stdout).toContain("account 123456789012, ap-south-1, JobQueue team/main");
    const unmade = { spec: { ...spec, jobQueueName: "q" } };
    kube.on(`GET ${path}`, { json: object("JobQueue", "main", unmade) });
    expect((await command(...args)).stdout).toContain("account 123456789012, us-west-2, JobQueue team/main");
  });

  it("does not search another account than the one where the operator has it", async () => {
    const spec = { priority: 1, computeEnvironmentOrder: [] };
    const conditions = [{ type: "Ready", status: "True", reason: "Available", message: "VALID" }];
    const status = { accountId: "210987654321", region: "us-east-1", conditions };
    kube.on(`GET ${path}`, { json: object("JobQueue", "main", { spec, status }) });
    expect(await command("main", "-n", "team", "--kubeconfig", kubeconfigTo(kube.url))).toMatchObject({
      exitCode: 2,
      stderr:
        "error: JobQueue team/main is in account 210987654321, and the credentials belong to account 123456789012: use credentials of 210987654321, e.g. by AWS_PROFILE\n",
    });
  });

  it("does not give as the reason why a queue is missing that it is Ready", async () => {
    const spec = { priority: 1, computeEnvironmentOrder: [] };
    const conditions = [{ type: "Ready", status: "True", reason: "Available", message: "VALID and ENABLED" }];
    kube.on(`GET ${path}`, { json: object("JobQueue", "main", { spec, status: { conditions } }) });
    const { stderr } = await command(
      "main",
      "-n",
      "team",
      "--region",
      "us-east-1",
      "--kubeconfig",
      kubeconfigTo(kube.url),
    );
    expect(stderr).toMatch(/region us-east-1: it has q\n$/);
  });

  it("says that there is no such object, and exits with 2", async () => {
    kube.on(`GET ${path}`, refusal(404, "NotFound", "not found"));
    const kubeconfig = kubeconfigTo(kube.url);
    const { exitCode, stderr } = await command("main", "-n", "team", "--kubeconfig", kubeconfig);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: `error: JobQueue team/main does not exist; kubectl get jobqueues -A --kubeconfig ${kubeconfig} lists the existing ones. To diagnose a BatchJob give bj/main\n`,
    });
  });
});

describe("diagnose bj/NAME", () => {
  const jobsPath = "/apis/awsbatch.dev/v1alpha1/namespaces/team/batchjobs";
  const serves = (name: string, spec: object, status: object): void => {
    const metadata = { name, namespace: "team", uid: name, resourceVersion: "1", generation: 1 };
    kube.on(`GET ${jobsPath}/${name}`, {
      json: { apiVersion: "awsbatch.dev/v1alpha1", kind: "BatchJob", metadata, spec, status },
    });
  };
  const diagnoseJob = (...args: readonly string[]) =>
    command(...args, "-n", "team", "--kubeconfig", kubeconfigTo(kube.url));

  it("explains why a job waits for resources, with its queue, however the object is named", async () => {
    const jobId = await submit(32);
    serves("train", {}, { jobId, region: "us-east-1" });
    for (const named of [["bj/train"], ["batchjob", "train"], ["batchjobs/train"]]) {
      const { exitCode, stdout } = await diagnoseJob(...named);
      expect(exitCode).toBe(1);
      expect(stdout).toMatch(/^team\/train waits for \S+, RUNNABLE: it does not start until this is fixed/);
      expect(stdout).toContain("The job needs 32 vCPUs, but ce-1 is limited to 16 (maxvCpus).");
      expect(stdout).toMatch(/^1 {2}ce-1 /m);
    }
    expect(kube.requests.every(({ method }) => method === "GET")).toBe(true);
  });

  it("names the seats that the other children of an array wait for while some run", async () => {
    const seats = "seats";
    const resource = { consumableResourceName: seats, totalQuantity: 2, resourceType: "REPLENISHABLE" };
    await aws.outside.createConsumableResource(resource);
    const held = { consumableResourceList: [{ consumableResource: seats, quantity: 1 }] };
    const jobId = await submit(1, { arrayProperties: { size: 6 }, consumableResourcePropertiesOverride: held });
    await until(() => aws.truth.jobs().filter(({ status }) => status === "RUNNING").length === 2);
    serves("train", { arrayProperties: { size: 6 } }, { jobId, region: "us-east-1" });
    const { exitCode, stdout } = await diagnoseJob("bj/train");
    const text = stdout.replace(/\s+/g, " ");
    expect(text).toContain("The job needs 1 of the consumable resource seats, of which 0 of 2 are free");
    expect(text).toContain("The array waits for its 6 children");
    expect(exitCode).toBe(0);
  });

  it("exits with 1 if a job cannot start that one in PENDING waits for, however many are between them", async () => {
    const first = await submit(32);
    const second = await submit(1, { dependsOn: [{ jobId: first }] });
    const jobId = await submit(1, { dependsOn: [{ jobId: second }] });
    serves("train", { dependsOn: [{ jobRef: { name: "prepare" } }] }, { jobId, region: "us-east-1" });
    serves("prepare", { dependsOn: [{ jobId: first }] }, { jobId: second, status: "PENDING" });
    const { exitCode, stdout } = await diagnoseJob("bj/train");
    expect(exitCode).toBe(1);
    expect(stdout.replace(/\s+/g, " ")).toContain(
      `BatchJob team/prepare does not start: job ${first} does not start: the job needs 32 vCPUs, but ce-1 is limited to 16 (maxvCpus).`,
    );
  });

  it("names the jobs that one in PENDING waits for, and exits with 0 if they get on", async () => {
    const first = await submit(1);
    const jobId = await submit(1, { dependsOn: [{ jobId: first }] });
    serves("train", { dependsOn: [{ jobRef: { name: "prepare" } }, { jobId: first }] }, { jobId, region: "us-east-1" });
    serves("prepare", {}, { jobId: first, status: "RUNNABLE" });
    const { exitCode, stdout } = await diagnoseJob("bj/train");
    expect(exitCode).toBe(0);
    expect(stdout.replace(/\s+/g, " ")).toContain(
      `The job waits for BatchJob team/prepare (RUNNABLE) and job ${first} (`,
    );
  });

  it("says why a job failed, with exit code and remedy, and exits with 1", async () => {
    await aws.outside.registerJobDefinition(containerJob("jd"));
    const { jobId = "" } = aws.outside.submitPlannedJob(
      { jobName: "fails", jobQueue: "q", jobDefinition: "jd" },
      { durationMs: 1000, exitCode: 127 },
    );
    await until(() => aws.truth.jobs().every(({ status }) => status === "FAILED"));
    serves("train", {}, { jobId, region: "us-east-1" });
    const { exitCode, stdout } = await diagnoseJob("bj/train", "-o", "json");
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      headline: "team/train has failed",
      status: "FAILED",
      findings: [{ code: "JobFailed", fix: expect.stringContaining("does not exist in the image") }],
      job: { jobId, exitCode: 127, attempts: [{ exitCode: 127 }] },
    });
  });

  it("reports what the operator says of a job that is not submitted, with one call of nothing but identity", async () => {
    const conditions = [
      { type: "Ready", status: "False", reason: "WaitingForQueue", message: "JobQueue team/main is not in AWS yet" },
    ];
    serves("train", { dependsOn: [{ jobRef: { name: "gone" } }] }, { conditions });
    kube.on(`GET ${jobsPath}/gone`, refusal(404, "NotFound", "not found"));
    const from = aws.log.length;
    const { exitCode, stdout } = await diagnoseJob("bj/train", "--region", "us-east-1");
    expect(exitCode).toBe(1);
    expect(stdout).toContain("JobQueue team/main is not in AWS yet.");
    expect(stdout).toContain("BatchJob team/gone, Missing");
    expect(aws.log.slice(from).filter(({ operation }) => /Job/.test(operation))).toEqual([]);
  });

  it("says that there is no such object, and exits with 2", async () => {
    kube.on(`GET ${jobsPath}/train`, refusal(404, "NotFound", "not found"));
    const { exitCode, stderr } = await diagnoseJob("bj/train");
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^error: BatchJob team\/train does not exist; kubectl get batchjobs -A --kubeconfig /);
  });

  it.each([["jd/train"], ["bj/train/more"], ["ce train"]])("rejects %s", async (named) => {
    const { exitCode, stderr } = await command(...named.split(" "));
    expect(exitCode).toBe(1);
    expect(stderr).toContain("is neither a JobQueue nor a BatchJob");
  });
});
