import { BatchClient, ListTagsForResourceCommand } from "@aws-sdk/client-batch";
import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Policy } from "../../../src/aws/batch.ts";
import { type BatchApi, guardedBatch } from "../../../src/aws/batch-calls.ts";
import { createBatchRegion } from "../../../src/aws/batch-region.ts";
import { sdkBatch } from "../../../src/aws/batch-sdk.ts";
import { classify } from "../../../src/aws/errors.ts";
import { sdkCallerIdentity } from "../../../src/aws/identity.ts";
import { policyForm, schedulingPolicies } from "../../../src/aws/resources/scheduling-policies.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { aBudget, aGuard, noObjects, sdkIn } from "../../aws/given.ts";
import { type Moto, startMoto } from "../control-plane/moto.ts";

const region = "us-east-1";
const tags = { "awsbatch.dev/cluster": "default", team: "blue" };

/**
 * The wire and the shapes against an AWS that was not written here. moto is not AWS: what it lacks or does otherwise
 * (life cycle of environments, their tags in Describe, paging) is the simulator's, and is not asked here.
 */
describe("AWS Batch by the SDK, against moto", () => {
  let moto: Moto;
  let batch: BatchApi & { close(): void };
  let beyond: BatchClient;
  let serviceRole = "";
  let subnets: string[] = [];
  let securityGroupIds: string[] = [];

  beforeAll(async () => {
    moto = await startMoto();
    for (const [name, value] of Object.entries({
      AWS_ENDPOINT_URL: moto.url,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    })) {
      vi.stubEnv(name, value);
    }
    batch = sdkBatch(sdkIn(region));
    beyond = new BatchClient({ region });
    const iam = new IAMClient({ region });
    const trust = { Effect: "Allow", Principal: { Service: "batch.amazonaws.com" }, Action: "sts:AssumeRole" };
    const policy = JSON.stringify({ Version: "2012-10-17", Statement: [trust] });
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName: "batch", AssumeRolePolicyDocument: policy }));
    serviceRole = Role?.Arn ?? "";
    // Of the default VPC.
    const ec2 = new EC2Client({ region });
    const [{ Subnets = [] }, { SecurityGroups = [] }] = await Promise.all([
      ec2.send(new DescribeSubnetsCommand({})),
      ec2.send(new DescribeSecurityGroupsCommand({})),
    ]);
    subnets = Subnets.slice(0, 1).flatMap(({ SubnetId }) => SubnetId ?? []);
    securityGroupIds = SecurityGroups.slice(0, 1).flatMap(({ GroupId }) => GroupId ?? []);
    iam.destroy();
    ec2.destroy();
  });

  afterAll(async () => {
    batch?.close();
    beyond?.destroy();
    await moto?.stop();
    vi.unstubAllEnvs();
  });

  const tagsOf = async (resourceArn: string): Promise<unknown> =>
    (await beyond.send(new ListTagsForResourceCommand({ resourceArn }))).tags;

  const createEnvironment = async (name: string): Promise<string> => {
    const { computeEnvironmentArn = "" } = await batch.createComputeEnvironment({
      computeEnvironmentName: name,
      type: "MANAGED",
      state: "ENABLED",
      serviceRole,
      computeResources: { type: "FARGATE", maxvCpus: 4, subnets, securityGroupIds },
    });
    return computeEnvironmentArn;
  };

  test("keeps a policy: reads it by name, changes it as a whole, tags and deletes it", async () => {
    const signal = new AbortController().signal;
    const clock = systemClock();
    const guarded = guardedBatch(batch, aGuard({ clock, budget: aBudget(clock, 10) }));
    const kept = createBatchRegion({
      batch: guarded,
      logs: () => Promise.reject(new Error("nothing of this reads a log")),
      clock,
      random: seededRandom(1),
      account: "123456789012",
      region,
      partition: "aws",
      fingerprintOf: () => "",
      asked: () => new Map([["team", new Set(["fair", "none"])]]),
      writerSinceMonotonicMs: () => Number.NEGATIVE_INFINITY,
      onChange: () => undefined,
      ...noObjects,
    });
    const read = async (): Promise<Policy | undefined> =>
      (
        await schedulingPolicies.describe(
          {
            batch: guarded,
            at: { region, account: "123456789012", partition: "aws" },
            names: new Set(["fair", "none"]),
          },
          signal,
        )
      ).get("fair");
    const share = { shareIdentifier: "red", weightFactor: 0.1 };
    await kept.createSchedulingPolicy({ name: "fair", fairsharePolicy: { shareDistribution: [share] }, tags }, signal);
    const created = await read();
    expect(created?.tags).toEqual(tags);
    expect(policyForm(created ?? {})).toEqual(policyForm({ fairsharePolicy: { shareDistribution: [share] } }));
    const arn = created?.arn ?? "";
    const fairsharePolicy = { shareDecaySeconds: 60, computeReservation: 5, shareDistribution: [] };
    await kept.updateSchedulingPolicy({ arn, fairsharePolicy }, signal);
    await kept.changeTags(arn, { set: { team: "red" }, remove: ["awsbatch.dev/cluster"] }, signal);
    const changed = await read();
    expect(policyForm(changed ?? {})).toEqual(policyForm({ fairsharePolicy }));
    expect(changed?.tags).toEqual({ team: "red" });
    expect(await schedulingPolicies.names(guarded, signal)).toEqual(new Set(["fair"]));
    await kept.deleteSchedulingPolicy(arn, signal);
    expect(await read()).toBeUndefined();
  });

  test("says who we are", async () => {
    expect(await sdkCallerIdentity({ region }, new AbortController().signal)).toMatchObject({
      account: "123456789012",
      partition: "aws",
    });
  });

  test("makes, reads, tags, disables and deletes an environment", async () => {
    const arn = await createEnvironment("wire");
    const read = async () =>
      (await batch.describeComputeEnvironments({ computeEnvironments: ["wire"] })).computeEnvironments ?? [];
    expect(await read()).toMatchObject([
      {
        computeEnvironmentArn: arn,
        state: "ENABLED",
        status: "VALID",
        serviceRole,
        computeResources: { type: "FARGATE", maxvCpus: 4, subnets },
      },
    ]);
    await batch.tagResource({ resourceArn: arn, tags });
    await batch.untagResource({ resourceArn: arn, tagKeys: ["team"] });
    expect(await tagsOf(arn)).toEqual({ "awsbatch.dev/cluster": "default" });
    await batch.updateComputeEnvironment({ computeEnvironment: "wire", state: "DISABLED" });
    expect(await read()).toMatchObject([{ state: "DISABLED" }]);
    await batch.deleteComputeEnvironment({ computeEnvironment: "wire" });
    expect(await read()).toEqual([]);
  });

  test("makes, reads, tags, changes and deletes a queue, and lists its jobs", async () => {
    const environment = await createEnvironment("under-a-queue");
    const { jobQueueArn = "" } = await batch.createJobQueue({
      jobQueueName: "wire",
      priority: 1,
      state: "ENABLED",
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: environment }],
      tags,
    });
    const read = async () => (await batch.describeJobQueues({ jobQueues: ["wire"] })).jobQueues ?? [];
    expect(await read()).toMatchObject([
      {
        jobQueueArn,
        priority: 1,
        state: "ENABLED",
        status: "VALID",
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: environment }],
      },
    ]);
    expect(await tagsOf(jobQueueArn)).toEqual(tags);
    await batch.updateJobQueue({ jobQueue: "wire", priority: 7, state: "DISABLED" });
    expect(await read()).toMatchObject([{ priority: 7, state: "DISABLED" }]);
    expect((await batch.listJobs({ jobQueue: "wire", jobStatus: "RUNNABLE" })).jobSummaryList).toEqual([]);
    await batch.deleteJobQueue({ jobQueue: "wire" });
    expect(await read()).toEqual([]);
  });

  test("registers, reads, tags and deregisters revisions", async () => {
    const register = () =>
      batch.registerJobDefinition({
        jobDefinitionName: "wire",
        type: "container",
        containerProperties: {
          image: "public.ecr.aws/docker/library/alpine:3",
          command: ["echo", "hello"],
          resourceRequirements: [
            { type: "VCPU", value: "1" },
            { type: "MEMORY", value: "1024" },
          ],
        },
        tags,
      });
    const [first, second] = [await register(), await register()];
    expect([first.revision, second.revision]).toEqual([1, 2]);
    const active = async () =>
      ((await batch.describeJobDefinitions({ jobDefinitionName: "wire", status: "ACTIVE" })).jobDefinitions ?? []).map(
        ({ revision }) => revision,
      );
    expect(new Set(await active())).toEqual(new Set([1, 2]));
    const [described] =
      (await batch.describeJobDefinitions({ jobDefinitions: [second.jobDefinitionArn ?? ""] })).jobDefinitions ?? [];
    expect(described).toMatchObject({
      revision: 2,
      status: "ACTIVE",
      tags,
      containerProperties: { command: ["echo", "hello"] },
    });
    await batch.tagResource({ resourceArn: second.jobDefinitionArn ?? "", tags: { team: "red" } });
    expect(await tagsOf(second.jobDefinitionArn ?? "")).toEqual({ ...tags, team: "red" });
    await batch.deregisterJobDefinition({ jobDefinition: "wire:1" });
    expect(await active()).toEqual([2]);
  });

  test("knows what is not there from an answer without it", async () => {
    expect((await batch.describeComputeEnvironments({ computeEnvironments: ["absent"] })).computeEnvironments).toEqual(
      [],
    );
    expect((await batch.describeJobQueues({ jobQueues: ["absent"] })).jobQueues).toEqual([]);
  });

  test("reports a refusal, and an answer that is not AWS's, in one line", async () => {
    const refusals = [
      () =>
        batch.createJobQueue({ jobQueueName: "refused", priority: 1, state: "ENABLED", computeEnvironmentOrder: [] }),
      () => createEnvironment("wire!"),
      // moto answers this one with a page of HTML.
      () =>
        batch.createComputeEnvironment({
          computeEnvironmentName: "html",
          type: "MANAGED",
          serviceRole,
          computeResources: { type: "FARGATE", maxvCpus: 4, subnets },
        }),
    ];
    for (const refused of refusals) {
      const thrown = await refused().then(
        () => new Error("accepted"),
        (error: unknown) => error,
      );
      expect(thrown).not.toEqual(new Error("accepted"));
      expect(classify(thrown, "batch:Test").message).toMatch(/^[^\n]{10,200}$/);
    }
  });
});
