import type { ContainerProperties, RegisterJobDefinitionRequest } from "@aws-sdk/client-batch";
import { describe, expect, it } from "vitest";
import { account, containerJob, refusal } from "./account.ts";

const executionRoleArn = "arn:aws:iam::123456789012:role/ecsTaskExecutionRole";

function sized(vcpu: string, memory: string, change: Partial<ContainerProperties> = {}): ContainerProperties {
  return {
    image: "busybox",
    resourceRequirements: [
      { type: "VCPU", value: vcpu },
      { type: "MEMORY", value: memory },
    ],
    ...change,
  };
}

function onFargate(change: Partial<ContainerProperties> = {}): Partial<RegisterJobDefinitionRequest> {
  return {
    platformCapabilities: ["FARGATE"],
    containerProperties: sized("0.25", "512", { executionRoleArn, ...change }),
  };
}

describe("a job definition", () => {
  it("gets a new revision at every registration, never a number twice", async () => {
    const { aws } = account();
    const register = async (): Promise<number | undefined> =>
      (await aws.batch.registerJobDefinition(containerJob("jd"))).revision;
    expect([await register(), await register()]).toEqual([1, 2]);
    await aws.batch.deregisterJobDefinition({ jobDefinition: "jd:1" });
    await aws.batch.deregisterJobDefinition({
      jobDefinition: "arn:aws:batch:us-east-1:123456789012:job-definition/jd:2",
    });
    expect(await register()).toBe(3);
  });

  it("is described with what the service fills in and rewrites", async () => {
    const { aws } = account();
    await aws.batch.registerJobDefinition({
      ...containerJob("jd", {
        retryStrategy: { attempts: 2, evaluateOnExit: [{ onExitCode: "1", action: "RETRY" }] },
        ...onFargate({
          environment: [
            { name: "b", value: "2" },
            { name: "empty", value: "" },
            { name: "a", value: "1" },
          ],
          logConfiguration: { logDriver: "awslogs" },
          linuxParameters: { initProcessEnabled: true },
        }),
      }),
    });
    const { jobDefinitions } = await aws.batch.describeJobDefinitions({ jobDefinitions: ["jd:1"] });
    expect(jobDefinitions).toEqual([
      {
        jobDefinitionName: "jd",
        jobDefinitionArn: "arn:aws:batch:us-east-1:123456789012:job-definition/jd:1",
        revision: 1,
        status: "ACTIVE",
        type: "container",
        containerOrchestrationType: "ECS",
        tags: {},
        parameters: {},
        platformCapabilities: ["FARGATE"],
        retryStrategy: { attempts: 2, evaluateOnExit: [{ onExitCode: "1", action: "retry" }] },
        containerProperties: {
          image: "busybox",
          executionRoleArn,
          command: [],
          environment: [
            { name: "a", value: "1" },
            { name: "b", value: "2" },
          ],
          mountPoints: [],
          volumes: [],
          ulimits: [],
          secrets: [],
          resourceRequirements: [
            { type: "VCPU", value: "0.25" },
            { type: "MEMORY", value: "512" },
          ],
          fargatePlatformConfiguration: { platformVersion: "LATEST" },
          logConfiguration: { logDriver: "awslogs", options: {}, secretOptions: [] },
          linuxParameters: { initProcessEnabled: true, devices: [], tmpfs: [] },
        },
      },
    ]);
  });

  it("of tasks and of pods is filled in too", async () => {
    const { aws } = account();
    const { type, jobDefinitionName } = containerJob("jd");
    const { image, resourceRequirements } = sized("1", "512");
    await aws.batch.registerJobDefinition({
      type,
      jobDefinitionName,
      ecsProperties: { taskProperties: [{ containers: [{ image, resourceRequirements }] }] },
    });
    const resources = { limits: { cpu: "1", memory: "512Mi" } };
    await aws.batch.registerJobDefinition({
      type,
      jobDefinitionName,
      eksProperties: { podProperties: { containers: [{ image, resources }] } },
    });
    const { jobDefinitions } = await aws.batch.describeJobDefinitions({ jobDefinitionName });
    expect(jobDefinitions?.[0]).toMatchObject({ containerOrchestrationType: "ECS" });
    expect(jobDefinitions?.[0]?.ecsProperties?.taskProperties).toEqual([
      {
        volumes: [],
        containers: [
          {
            image,
            resourceRequirements,
            essential: true,
            dependsOn: [],
            environment: [],
            mountPoints: [],
            secrets: [],
            ulimits: [],
          },
        ],
      },
    ]);
    expect(jobDefinitions?.[1]).toMatchObject({ containerOrchestrationType: "EKS" });
    expect(jobDefinitions?.[1]?.eksProperties?.podProperties).toEqual({
      volumes: [],
      imagePullSecrets: [],
      containers: [{ image, resources, args: [], command: [], env: [], volumeMounts: [] }],
      initContainers: [],
    });
  });

  it("is found by name and status, page by page", async () => {
    const { aws } = account({ pageSize: 2 });
    for (const name of ["a", "b", "a", "b", "a"]) await aws.batch.registerJobDefinition(containerJob(name));
    await aws.batch.deregisterJobDefinition({ jobDefinition: "a:2" });
    const found: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await aws.batch.describeJobDefinitions({ status: "ACTIVE", jobDefinitionName: "a", nextToken });
      found.push(...(page.jobDefinitions ?? []).map((one) => `${one.jobDefinitionName}:${one.revision}`));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(found).toEqual(["a:1", "a:3"]);
    const { jobDefinitions } = await aws.batch.describeJobDefinitions({ jobDefinitions: ["a:2", "none:1"] });
    expect(jobDefinitions?.map((one) => one.status)).toEqual(["INACTIVE"]);
  });

  it("is gone 180 days after it became INACTIVE", async () => {
    const { aws, clock } = account();
    await aws.batch.registerJobDefinition(containerJob("jd"));
    await aws.batch.deregisterJobDefinition({ jobDefinition: "jd:1" });
    await clock.advance(180 * 24 * 3_600_000);
    expect((await aws.batch.describeJobDefinitions({})).jobDefinitions).toEqual([]);
  });
});

describe("RegisterJobDefinition is refused", () => {
  const onEc2 = (change: Partial<ContainerProperties>): Partial<RegisterJobDefinitionRequest> => ({
    containerProperties: sized("1", "512", change),
  });
  it.each<[string, Partial<RegisterJobDefinitionRequest>, string]>([
    ["a name with a dot", { jobDefinitionName: "a.b" }, "Job Definition name should match a valid pattern."],
    ["no vCPU", { containerProperties: { image: "busybox", memory: 512 } }, "vCPU is required."],
    ["half a vCPU on EC2", { containerProperties: sized("0.5", "512") }, "vCPU must be at least 1, got 0.5."],
    [
      "a whole vCPU with a fraction on EC2",
      { containerProperties: sized("1.0", "512") },
      "Value 1.0 for type VCPU in resourceRequirement is not valid. Please provide a numeric value.",
    ],
    [
      "a whole vCPU with a fraction in a task on EC2",
      {
        containerProperties: undefined,
        ecsProperties: {
          taskProperties: [
            { containers: [{ image: "busybox", resourceRequirements: [{ type: "VCPU", value: "2.0" }] }] },
          ],
        },
      },
      "Value 2.0 for type VCPU in resourceRequirement is not valid. Please provide a numeric value.",
    ],
    [
      "a whole vCPU with a fraction in a node range",
      {
        type: "multinode",
        containerProperties: undefined,
        nodeProperties: {
          numNodes: 1,
          mainNode: 0,
          nodeRangeProperties: [{ targetNodes: "0:", container: sized("1.0", "512") }],
        },
      },
      "Value 1.0 for type VCPU in resourceRequirement is not valid. Please provide a numeric value.",
    ],
    [
      "a resource twice",
      onEc2({
        resourceRequirements: [
          { type: "VCPU", value: "1" },
          { type: "VCPU", value: "2" },
        ],
      }),
      "Cannot provide duplicates in resourceRequirements.",
    ],
    [
      "half a GPU",
      onEc2({ resourceRequirements: [{ type: "GPU", value: "0.5" }] }),
      "Value 0.5 for type GPU in resourceRequirement is not valid. Please provide a numeric value.",
    ],
    [
      "vcpus in two ways",
      onEc2({ vcpus: 1 }),
      "Cannot use both ECS containerProperties vcpus and resourceRequirement VCPU",
    ],
    [
      "two bodies",
      { ecsProperties: { taskProperties: [{ containers: [{ image: "busybox" }] }] } },
      "Cannot use both ECS containerProperties and ecsProperties",
    ],
    [
      "Fargate without execution role",
      { ...onFargate(), containerProperties: sized("0.25", "512") },
      "executionRoleArn is required for Fargate jobs.",
    ],
    [
      "a size that Fargate has not",
      { ...onFargate(), containerProperties: sized("2.00", "1024", { executionRoleArn }) },
      "Fargate resource requirements (2.00 vCPU, 1024 MiB) not valid.",
    ],
    [
      "vCPUs that Fargate has not",
      { ...onFargate(), containerProperties: sized("1.25", "2048", { executionRoleArn }) },
      "Fargate resource requirements (1.25 vCPU) not valid.",
    ],
    [
      "a network on EC2",
      onEc2({ networkConfiguration: { assignPublicIp: "ENABLED" } }),
      "networkConfiguration not applicable for EC2.",
    ],
    [
      "a platform version on EC2",
      onEc2({ fargatePlatformConfiguration: { platformVersion: "LATEST" } }),
      "fargatePlatformConfiguration not applicable for EC2.",
    ],
    [
      "swap on Fargate",
      onFargate({ linuxParameters: { maxSwap: 1 } }),
      "linuxParameter.maxSwap is not allowed for Fargate.",
    ],
    [
      "ulimits on Fargate",
      onFargate({ ulimits: [{ name: "nofile", hardLimit: 1, softLimit: 1 }] }),
      "ulimits is not applicable for Fargate.",
    ],
    [
      "host volumes on Fargate",
      onFargate({ volumes: [{ name: "v", host: { sourcePath: "/data" } }] }),
      "host.sourcePath should not be set for volumes in Fargate.",
    ],
    [
      "syslog on Fargate",
      onFargate({ logConfiguration: { logDriver: "syslog" } }),
      "Log driver for Fargate is not valid: syslog",
    ],
    [
      "20 GiB on Fargate",
      onFargate({ ephemeralStorage: { sizeInGiB: 20 } }),
      "Ephemeral storage for Fargate tasks can be only between range 21 GiB to 200 GiB",
    ],
    [
      "EFS on an old platform",
      onFargate({
        fargatePlatformConfiguration: { platformVersion: "1.3.0" },
        volumes: [{ name: "v", efsVolumeConfiguration: { fileSystemId: "fs-1" } }],
      }),
      "EFS is supported for Fargate platform versions 1.4.0 or later, provided 1.3.0",
    ],
    [
      "an access point in the clear",
      onEc2({
        volumes: [
          {
            name: "v",
            efsVolumeConfiguration: { fileSystemId: "fs-1", authorizationConfig: { accessPointId: "fsap-1" } },
          },
        ],
      }),
      "EFS IAM access point requires TransitEncryption to be enabled.",
    ],
    ["a retry strategy without attempts", { retryStrategy: {} }, "RetryAttempts must be provided with retry strategy."],
    [
      "an exit rule without condition",
      { retryStrategy: { attempts: 2, evaluateOnExit: [{ action: "RETRY" }] } },
      "EvaluateOnExit should contain at least one of onExitCode, onReason or onStatusReason",
    ],
    [
      "an exit rule of 513 characters",
      { retryStrategy: { attempts: 2, evaluateOnExit: [{ action: "RETRY", onReason: "a".repeat(513) }] } },
      "Evaluate on exit condition cannot exceed 512 characters.",
    ],
    [
      "an exit rule with a bracket",
      { retryStrategy: { attempts: 2, evaluateOnExit: [{ action: "RETRY", onReason: "[a]" }] } },
      "Evaluate on exit condition contains restricted characters.",
    ],
    [
      "59 seconds",
      { timeout: { attemptDurationSeconds: 59 } },
      "AttemptDurationSeconds in Timeout must be at least 60 seconds.",
    ],
    ["a user with a space", onEc2({ user: "no body" }), "User 'no body' does not match regex"],
    ["more than 24 KiB", { parameters: { long: "a".repeat(25_000) } }, "Job definition size cannot exceed 24 KiB."],
  ])("with %s", async (_case, change, text) => {
    const { aws } = account();
    expect(await refusal(aws.batch.registerJobDefinition(containerJob("jd", change)))).toBe(`ClientException: ${text}`);
    expect(aws.truth.jobDefinitions()).toEqual([]);
  });
});

it("refuses to deregister what is not there", async () => {
  const { aws } = account();
  expect(await refusal(aws.batch.deregisterJobDefinition({ jobDefinition: "jd:1" }))).toMatch(/jd:1 does not exist$/);
});
