import { describe, expect, it } from "vitest";
import type { JobDetail } from "../../src/aws/batch.ts";
import { type JobNeeds, jobNeeds } from "../../src/aws/job-needs.ts";

const bare = {
  jobName: "j",
  jobId: "1",
  jobQueue: "q",
  status: "RUNNABLE",
  startedAt: 0,
  jobDefinition: "jd",
} as const;

const cases: readonly (readonly [string, Partial<JobDetail>, Partial<JobNeeds>])[] = [
  [
    "a container by its resource requirements",
    {
      container: {
        image: "busybox",
        resourceRequirements: [
          { type: "VCPU", value: "4" },
          { type: "MEMORY", value: "8192" },
          { type: "GPU", value: "1" },
        ],
      },
    },
    { platform: "EC2", nodes: 1, vcpus: 4, memoryMib: 8192, gpus: 1, images: ["busybox"], architecture: undefined },
  ],
  ["a container by the older fields", { container: { vcpus: 2, memory: 512 } }, { vcpus: 2, memoryMib: 512, gpus: 0 }],
  [
    "Fargate, with its architecture",
    {
      platformCapabilities: ["FARGATE"],
      container: {
        resourceRequirements: [{ type: "VCPU", value: "0.25" }],
        runtimePlatform: { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" },
      },
    },
    { platform: "FARGATE", vcpus: 0.25, architecture: "arm64", windows: false },
  ],
  [
    "Windows",
    {
      container: { runtimePlatform: { cpuArchitecture: "X86_64", operatingSystemFamily: "WINDOWS_SERVER_2019_CORE" } },
    },
    { windows: true, architecture: "x86_64" },
  ],
  [
    "all containers of an ECS task together",
    {
      ecsProperties: {
        taskProperties: [
          {
            containers: [
              { image: "a", resourceRequirements: [{ type: "VCPU", value: "1" }] },
              {
                image: "b",
                resourceRequirements: [
                  { type: "VCPU", value: "2" },
                  { type: "MEMORY", value: "100" },
                ],
              },
            ],
          },
        ],
      },
    },
    { vcpus: 3, memoryMib: 100, images: ["a", "b"] },
  ],
  [
    "a pod by its requests, without them by its limits",
    {
      eksProperties: {
        podProperties: {
          containers: [
            {
              image: "a",
              resources: { requests: { cpu: "500m", memory: "2Gi" }, limits: { cpu: "4", "nvidia.com/gpu": "2" } },
            },
            { image: "a", resources: { limits: { cpu: "2", memory: "1024Mi" } } },
          ],
        },
      },
    },
    { platform: "EKS", vcpus: 2.5, memoryMib: 3072, gpus: 2, images: ["a"] },
  ],
  [
    "the largest node of a multi-node job",
    {
      nodeProperties: {
        numNodes: 4,
        mainNode: 0,
        nodeRangeProperties: [
          { targetNodes: "0:0", container: { image: "a", instanceType: "c5.9xlarge", vcpus: 8, memory: 1024 } },
          { targetNodes: "1:", container: { image: "b", vcpus: 16, memory: 512 } },
        ],
      },
    },
    { nodes: 4, vcpus: 16, memoryMib: 1024, instanceType: "c5.9xlarge" },
  ],
  [
    "consumable resources",
    {
      container: {},
      consumableResourceProperties: { consumableResourceList: [{ consumableResource: "licence", quantity: 1 }] },
    },
    { consumables: [{ name: "licence", quantity: 1 }] },
  ],
  [
    "secrets by name, the log driver and the public IP",
    {
      container: {
        secrets: [{ name: "PASSWORD", valueFrom: "arn:aws:ssm:us-east-1:123456789012:parameter/x" }],
        logConfiguration: { logDriver: "splunk", secretOptions: [{ name: "token", valueFrom: "splunk-token" }] },
        networkConfiguration: { assignPublicIp: "ENABLED" },
      },
    },
    {
      secrets: ["arn:aws:ssm:us-east-1:123456789012:parameter/x", "splunk-token"],
      logDriver: "splunk",
      publicIp: true,
    },
  ],
  ["nothing of a job that says nothing", {}, { vcpus: 0, memoryMib: 0, gpus: 0, images: [], consumables: [] }],
];

describe("what a job needs", () => {
  it.each(cases)("is read of %s", (_what, detail, expected) => {
    expect(jobNeeds({ ...bare, ...detail })).toMatchObject(expected);
  });
});
