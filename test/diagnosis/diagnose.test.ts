import { describe, expect, it } from "vitest";
import { type CauseCode, causeCodes, causeKind } from "../../src/diagnosis/causes.ts";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import type { ConsumableFact, ConsumableHolders, QueueFacts } from "../../src/diagnosis/facts.ts";
import { environment, facts, fargate, job, jobs } from "./given.ts";

const aws = {
  capacity:
    "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Service cannot fulfill the capacity requested for instance type [m5.large]",
  cpus: "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - CE(s) associated with the job queue cannot meet the CPU requirement of the job.",
  resources:
    "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement (vCPU/memory/GPU) is higher than that can be met by the CE(s) attached to the job queue.",
  role: "MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS – Batch service role has a permission issue.",
  types:
    "MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED - Your compute environment associated with this job queue has an unsupported instance type configuration.",
  invalid: "ACTION_REQUIRED - CE(s) associated with the job queue are invalid.",
  undetermined: "UNDETERMINED - Batch job is blocked, root cause is undetermined.",
  notJoined:
    "Your compute environment has been INVALIDATED and scaled down because none of the instances joined the underlying ECS Cluster. Common issues preventing instances joining are the following: VPC/Subnet configuration preventing communication to ECS, incorrect Instance Profile policy preventing authorization to ECS, or customized AMI or LaunchTemplate configurations affecting ECS agent.",
};
const seats = { name: "seats", quantity: 2 };
const held = (available: number, total: number, isUsedUp = false): ConsumableFact => ({
  name: "seats",
  needed: 2,
  quantity: { available, total, isUsedUp },
});
const holders = (count: number): ConsumableHolders => ({
  jobs: Array.from({ length: count }, (_, index) => ({ name: `job-${index}`, status: "RUNNING", quantity: 1 })),
  more: false,
});
const unreachable = {
  state: "Unreachable",
  sentence: "subnet-1 has no route to the internet and no endpoint for ecs-agent",
  fix: "add a NAT gateway",
} as const;

const cases: readonly {
  readonly when: string;
  readonly given: QueueFacts;
  readonly code: CauseCode;
  readonly says?: readonly string[];
  readonly fix?: string;
}[] = [
  {
    when: "the queue is INVALID",
    given: facts({ queue: { status: "INVALID", statusReason: "CLIENT_ERROR - something." } }),
    code: "QueueInvalid",
    says: ["q as INVALID: CLIENT_ERROR - something"],
  },
  {
    when: "the environment is gone",
    given: facts({ environments: [{ name: "ce", environment: undefined, network: undefined }] }),
    code: "NoEnvironment",
    says: ["ce, which does not exist"],
  },
  {
    when: "the environment is being deleted",
    given: facts({ environments: [environment("ce", { status: "DELETING" })] }),
    code: "NoEnvironment",
    says: ["ce is DELETING"],
  },
  {
    when: "the environment is DISABLED, whatever AWS says",
    given: facts({
      environments: [environment("ce", { state: "DISABLED" })],
      jobs: jobs(job({}, { statusReason: aws.undetermined })),
    }),
    code: "EnvironmentDisabled",
    says: ["ce is DISABLED"],
  },
  {
    when: "all environments are INVALID",
    given: facts({
      environments: [
        environment("ce", { status: "INVALID", statusReason: "CLIENT_ERROR - The subnet ID 'x' does not exist" }),
      ],
      jobs: jobs(job({}, { statusReason: aws.invalid })),
    }),
    code: "EnvironmentInvalid",
    says: ["ce as INVALID: CLIENT_ERROR - The subnet ID 'x' does not exist"],
  },
  {
    when: "the service role cannot be assumed",
    given: facts({
      environments: [
        environment("ce", {
          status: "INVALID",
          statusReason:
            "CLIENT_ERROR - Not authorized to perform sts:AssumeRole (Service: AWSSecurityTokenService; Status Code: 403; Error Code: AccessDenied; Request ID: 1-2)",
        }),
      ],
    }),
    code: "ServiceRolePermissions",
    fix: "service-linked role",
  },
  {
    when: "AWS says that the service role lacks permissions",
    given: facts({ jobs: jobs(job({}, { statusReason: aws.role })) }),
    code: "ServiceRolePermissions",
    says: ["AWS says: MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS"],
  },
  {
    when: "a quota made the environment INVALID",
    given: facts({
      environments: [
        environment("ce", {
          status: "INVALID",
          statusReason:
            "CLIENT_ERROR - You have requested more vCPU capacity than your current vCPU limit of 32 allows",
        }),
      ],
    }),
    code: "QuotaReached",
    says: ["vCPU limit of 32"],
  },
  {
    when: "no instance ever joined, and nobody knows of the network",
    given: facts({ environments: [environment("ce", { status: "INVALID", statusReason: aws.notJoined })] }),
    code: "InstancesDoNotJoin",
    fix: "ECS endpoints",
  },
  {
    when: "no instance ever joined, and the network leads nowhere",
    given: facts({
      environments: [environment("ce", { status: "INVALID", statusReason: aws.notJoined }, {}, unreachable)],
    }),
    code: "NetworkUnreachable",
    says: ["none of the instances joined", "subnet-1 has no route"],
    fix: "add a NAT gateway",
  },
  {
    when: "the network leads nowhere, before AWS has noticed",
    given: facts({ environments: [environment("ce", {}, {}, unreachable)], jobs: jobs(job(), { minutes: 3 }) }),
    code: "NetworkUnreachable",
    says: ["instances of ce cannot join their cluster: subnet-1 has no route"],
  },
  {
    when: "a Fargate job is in a queue over EC2",
    given: facts({ jobs: jobs(job({ platform: "FARGATE" })) }),
    code: "PlatformMismatch",
    says: ["for FARGATE, but ce is EC2"],
  },
  {
    when: "an EC2 job is in a queue over Fargate",
    given: facts({ environments: [fargate("ce")] }),
    code: "PlatformMismatch",
    says: ["for EC2, but ce is FARGATE"],
  },
  {
    when: "a pod is in a queue over ECS",
    given: facts({ jobs: jobs(job({ platform: "EKS" })) }),
    code: "PlatformMismatch",
  },
  {
    when: "a multi-node job is on SPOT",
    given: facts({ environments: [environment("ce", {}, { type: "SPOT" })], jobs: jobs(job({ nodes: 2 })) }),
    code: "MultiNodeUnsupported",
  },
  {
    when: "maxvCpus is 0",
    given: facts({ environments: [environment("ce", {}, { maxvCpus: 0 })] }),
    code: "MaxVcpusTooSmall",
    says: ["maxvCpus of ce is 0"],
  },
  {
    when: "maxvCpus is too small for the job, in our words rather than AWS's",
    given: facts({
      environments: [environment("ce", {}, { maxvCpus: 8 })],
      jobs: jobs(job({ vcpus: 16 }, { statusReason: aws.cpus })),
    }),
    code: "MaxVcpusTooSmall",
    says: ["needs 16 vCPUs, but ce is limited to 8 (maxvCpus)"],
    fix: "at least 16",
  },
  {
    when: "maxvCpus is too small for all nodes together",
    given: facts({ jobs: jobs(job({ vcpus: 16, nodes: 8 })) }),
    code: "MaxVcpusTooSmall",
    says: ["needs 128 vCPUs on 8 nodes, but ce is limited to 64"],
  },
  {
    when: "maxvCpus of Fargate is too small",
    given: facts({
      environments: [fargate("ce", { maxvCpus: 2 })],
      jobs: jobs(job({ platform: "FARGATE", vcpus: 4 })),
    }),
    code: "MaxVcpusTooSmall",
  },
  {
    when: "Fargate has no task that is so large, whatever maxvCpus is",
    given: facts({
      environments: [fargate("ce", { maxvCpus: 4 })],
      jobs: jobs(job({ platform: "FARGATE", vcpus: 2000, memoryMib: 4096 })),
    }),
    code: "NoInstanceTypeFits",
    says: ["the job needs 2000 vCPUs, 4 GiB, but the largest task of Fargate has 32 vCPUs and 244 GiB"],
    fix: "request less, or change the job definition to EC2",
  },
  {
    when: "only AWS knows that maxvCpus is too small",
    given: facts({ jobs: jobs(job({}, { statusReason: aws.cpus })) }),
    code: "MaxVcpusTooSmall",
    says: ["AWS says: MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE", "the job needs 1 vCPU, 512 MiB"],
    fix: "for the environment ce: raise maxvCpus, or request less",
  },
  {
    when: "the job is for Arm and the machines are not",
    given: facts({ jobs: jobs(job({ architecture: "arm64" }, { statusReason: aws.resources })) }),
    code: "ArchitectureMismatch",
    says: ["for arm64, but every instance type of ce (m5) is x86_64"],
  },
  {
    when: "no instance type has so many vCPUs",
    given: facts({
      environments: [environment("ce", {}, { instanceTypes: ["m5.large", "c5.xlarge"] })],
      jobs: jobs(job({ vcpus: 8, memoryMib: 1024 })),
    }),
    code: "NoInstanceTypeFits",
    says: ["needs 8 vCPUs, 1 GiB on one instance", "c5.xlarge, the closest type of ce", "4 vCPUs and 8 GiB"],
    fix: "c6i.2xlarge",
  },
  {
    when: "no instance type has so much memory",
    given: facts({
      environments: [environment("ce", {}, { instanceTypes: ["c5"], maxvCpus: 256 })],
      jobs: jobs(job({ vcpus: 2, memoryMib: 300 * 1024 })),
    }),
    code: "NoInstanceTypeFits",
    says: ["needs 2 vCPUs, 300 GiB", "192 GiB"],
  },
  {
    when: "the job asks for all memory that the machine has by name",
    given: facts({
      environments: [environment("ce", {}, { instanceTypes: ["g4dn.xlarge"] })],
      jobs: jobs(job({ vcpus: 4, memoryMib: 16_384, gpus: 1 }, { statusReason: aws.resources })),
    }),
    code: "NoInstanceTypeFits",
    says: ["needs 4 vCPUs, 16 GiB, 1 GPU", "which a container cannot use completely"],
    fix: "g5.2xlarge",
  },
  {
    when: "AWS says that nothing fits, and the memory is tight",
    given: facts({
      environments: [environment("ce", {}, { instanceTypes: ["m5.large"] })],
      jobs: jobs(job({ memoryMib: 7900 }, { statusReason: aws.resources })),
    }),
    code: "NoInstanceTypeFits",
    says: ["AWS says", "7.7 GiB", "kernel and ECS agent need a part"],
    fix: "at most 7536 MiB",
  },
  {
    when: "no instance type has a GPU",
    given: facts({ jobs: jobs(job({ gpus: 1 })) }),
    code: "NoInstanceTypeFits",
    says: ["no instance type of ce (m5) has a GPU"],
    fix: "g5.xlarge",
  },
  {
    when: "no instance type has so many GPUs",
    given: facts({
      environments: [environment("ce", {}, { instanceTypes: ["g5.xlarge"] })],
      jobs: jobs(job({ gpus: 4 })),
    }),
    code: "NoInstanceTypeFits",
    says: ["g5.xlarge", "has 1"],
  },
  {
    when: "every environment has another obstacle: the closest one is the cause, and all are reported",
    given: facts({
      environments: [environment("a", { state: "DISABLED" }), environment("b", {}, { maxvCpus: 1 })],
      jobs: jobs(job({ vcpus: 2 })),
    }),
    code: "MaxVcpusTooSmall",
    says: ["b is limited to 1", "a is DISABLED"],
  },
  {
    when: "memory is tight and nothing happens for long",
    given: facts({
      environments: [environment("ce", {}, { instanceTypes: ["m5.large"] })],
      jobs: jobs(job({ memoryMib: 7900 })),
    }),
    code: "MemoryTooTight",
    says: ["m5.large", "8 GiB"],
  },
  {
    when: "AWS says that the instance types are not offered there",
    given: facts({ jobs: jobs(job({}, { statusReason: aws.types })) }),
    code: "InstanceConfigurationUnsupported",
    says: ["ce with EC2 m5 in 1 subnet"],
    fix: "for the environment ce: use other types, or subnets in other zones",
  },
  {
    when: "EC2 has no capacity",
    given: facts({ jobs: jobs(job({}, { statusReason: aws.capacity })) }),
    code: "InsufficientCapacity",
    says: ["instance type [m5.large]"],
    fix: "second environment",
  },
  {
    when: "AWS knows no reason, and neither do we",
    given: facts({ jobs: jobs(job({}, { statusReason: aws.undetermined })) }),
    code: "CauseUnknown",
  },
  {
    when: "an attempt could not pull its image",
    given: facts({
      jobs: jobs(
        job(
          {},
          {
            attempts: [
              {
                statusReason: "Task failed to start",
                reason: "CannotPullContainerError: pull image manifest has been retried 5 time(s): not found",
              },
            ],
          },
        ),
        { minutes: 3 },
      ),
    }),
    code: "ImagePullFailed",
    says: ["the only attempt", "app:1", "CannotPullContainerError"],
    fix: ", or for ECR let the execution or instance role pull it, or give the subnets a path to the registry (",
  },
  {
    when: "an attempt could not get its secrets",
    given: facts({
      jobs: jobs(
        job(
          {},
          { attempts: [{ statusReason: "ResourceInitializationError: unable to pull secrets", reason: undefined }] },
        ),
      ),
    }),
    code: "TaskInitializationFailed",
  },
  {
    when: "AWS has asked for instances and none came",
    given: facts({ environments: [environment("ce", {}, { desiredvCpus: 2 })] }),
    code: "InstancesDoNotJoin",
    says: ["instances in ce, but no job has started on one for 15 minutes"],
    fix: "for the environment ce, check that the subnets reach the ECS endpoints, that the instance role",
  },
  {
    when: "AWS has asked for instances, none came, and the network could not be read",
    given: facts({
      environments: [
        environment(
          "ce",
          {},
          { desiredvCpus: 2 },
          { state: "Unknown", sentence: "ec2:DescribeSubnets is missing", fix: "" },
        ),
      ],
    }),
    code: "InstancesDoNotJoin",
    says: ["ec2:DescribeSubnets is missing"],
  },
  {
    when: "the job needs a consumable resource that could not be read",
    given: facts({ jobs: jobs(job({ consumables: [seats] })) }),
    code: "ConsumableResourceShort",
    says: ["2 of seats"],
  },
  {
    when: "jobs hold the consumable resource",
    given: facts({ jobs: jobs(job({ consumables: [seats] })), consumables: [held(1, 3)] }),
    code: "ConsumableResourceUsed",
    says: ["needs 2 of the consumable resource seats, of which 1 of 3 are free"],
  },
  {
    when: "there is enough of the consumable resource",
    given: facts({ jobs: jobs(job({ consumables: [seats] })), consumables: [held(2, 3)] }),
    code: "CapacityNotRequested",
  },
  {
    when: "it is known who holds the consumable resource",
    given: facts({ jobs: jobs(job({ consumables: [seats] })), consumables: [{ ...held(0, 7), holders: holders(7) }] }),
    code: "ConsumableResourceUsed",
    says: ["0 of 7 are free: job-0 (RUNNING, 1)", "job-4 (RUNNING, 1) and 2 more hold it"],
  },
  {
    when: "more hold it than were read",
    given: facts({
      jobs: jobs(job({ consumables: [seats] })),
      consumables: [{ ...held(0, 7), holders: { ...holders(1), more: true } }],
    }),
    code: "ConsumableResourceUsed",
    says: ["job-0 (RUNNING, 1) and more than a hundred others hold it"],
  },
  {
    when: "there is never enough of the consumable resource",
    given: facts({ jobs: jobs(job({ consumables: [seats] })), consumables: [held(1, 1)] }),
    code: "ConsumableResourceShort",
    says: ["which has a total of 1"],
  },
  {
    when: "jobs have used up the consumable resource",
    given: facts({ jobs: jobs(job({ consumables: [seats] })), consumables: [held(1, 9, true)] }),
    code: "ConsumableResourceShort",
    says: ["of which jobs have left 1"],
  },
  {
    when: "one consumable resource is held, and another does not exist",
    given: facts({
      jobs: jobs(job({ consumables: [seats] })),
      consumables: [held(0, 3), { name: "keys", needed: 1, quantity: undefined }],
    }),
    code: "ConsumableResourceShort",
    says: ["keys, which does not exist"],
  },
  { when: "AWS does nothing at all", given: facts(), code: "CapacityNotRequested" },
  {
    when: "an environment is being updated",
    given: facts({ environments: [environment("ce", { status: "UPDATING" })] }),
    code: "EnvironmentChanging",
    says: ["ce is UPDATING"],
  },
  {
    when: "running jobs use up maxvCpus",
    given: facts({ environments: [environment("ce", {}, { desiredvCpus: 64 })], jobs: jobs(job(), { running: 12 }) }),
    code: "AtCapacity",
    says: ["ce (64 vCPUs) is used up (12 of this queue run)"],
  },
  {
    when: "Fargate jobs run and another one waits",
    given: facts({ environments: [fargate("ce")], jobs: jobs(job({ platform: "FARGATE" }), { running: 3 }) }),
    code: "AtCapacity",
  },
  {
    when: "a queue of higher priority uses up maxvCpus",
    given: facts({ environments: [environment("ce", {}, { desiredvCpus: 64 })], preferred: ["urgent"] }),
    code: "HigherPriority",
    says: ["urgent goes first"],
  },
  {
    when: "the scheduling policy lets others go first",
    given: facts({
      queue: { schedulingPolicyArn: "arn:aws:batch:us-east-1:123456789012:scheduling-policy/fair" },
      environments: [environment("ce", {}, { desiredvCpus: 64 })],
      jobs: jobs(job({}, { share: "team-a" }), { running: 5 }),
    }),
    code: "FairShareTurn",
    says: ["policy fair", "share team-a"],
  },
  {
    when: "instances are on their way",
    given: facts({ environments: [environment("ce", {}, { desiredvCpus: 2 })], jobs: jobs(job(), { minutes: 5 }) }),
    code: "ScalingUp",
    says: ["starting in ce"],
  },
];

describe("the cause", () => {
  it.each(cases)("is $code when $when", ({ given, code, says = [], fix }) => {
    const { cause, verdict, findings } = diagnose(given);
    expect(cause?.code).toBe(code);
    for (const part of says) expect(cause?.sentence).toContain(part);
    if (fix !== undefined) expect(cause?.fix).toContain(fix);
    expect(verdict).toBe(causeKind(code));
    expect(findings[0]).toBe(cause);
    // One sentence each, for a message that joins them.
    expect(cause?.sentence).not.toMatch(/\.$|undefined|NaN/);
    expect(cause?.fix).not.toMatch(/\.$|undefined|NaN/);
    if (verdict === "blocked") expect(cause?.fix).not.toBe("");
  });

  it("has a case here for each code that can be one", () => {
    // Those of training jobs have their own cases: service-queue.test.ts.
    const isOfTraining = /^(QuotaShare|ServiceEnvironment)/;
    const others: readonly CauseCode[] = ["QueueDisabled", "Dependencies", "JobsNotReadable"];
    expect(
      causeCodes.filter(
        (code) => !isOfTraining.test(code) && !others.includes(code) && !cases.some((one) => one.code === code),
      ),
    ).toEqual([]);
  });
});

describe("no cause", () => {
  it("is reported when no job waits", () => {
    expect(diagnose(facts({ jobs: { ...jobs(undefined), head: undefined } }))).toMatchObject({
      verdict: "idle",
      findings: [],
    });
    expect(diagnose(facts({ jobs: undefined }))).toMatchObject({ verdict: "idle", findings: [] });
  });

  it("is reported for a job that became the first a minute ago, whatever it needs", () => {
    expect(diagnose(facts({ jobs: jobs(job({ vcpus: 999 }), { minutes: 1 }) })).verdict).toBe("progressing");
  });

  it("is taken for one that no environment has when another can take the job", () => {
    const environments = [
      environment("a", { status: "INVALID", statusReason: "x" }),
      environment("b", {}, { desiredvCpus: 2 }),
    ];
    const { cause, findings } = diagnose(facts({ environments, jobs: jobs(job(), { minutes: 3 }) }));
    expect(cause?.code).toBe("ScalingUp");
    expect(findings.map(({ code }) => code)).toEqual(["ScalingUp", "EnvironmentInvalid"]);
  });

  it("is taken from a reason of AWS that is no longer true", () => {
    const given = facts({
      environments: [environment("ce", {}, { desiredvCpus: 2 })],
      jobs: jobs(job({}, { statusReason: aws.invalid }), { minutes: 3 }),
    });
    expect(diagnose(given).cause?.code).toBe("ScalingUp");
  });

  it("is guessed from an instance type that is not known", () => {
    const given = facts({
      environments: [environment("ce", {}, { instanceTypes: ["zz1", "m5.large"], desiredvCpus: 2, maxvCpus: 999 })],
      jobs: jobs(job({ vcpus: 500 }), { minutes: 3 }),
    });
    expect(diagnose(given).cause?.code).toBe("ScalingUp");
  });
});

describe("what is wrong whatever the job", () => {
  it("is found without any job", () => {
    const given = facts({
      queue: { state: "DISABLED" },
      environments: [environment("a", { state: "DISABLED" }), environment("b", {}, {}, unreachable)],
      jobs: undefined,
    });
    expect(diagnose(given).findings.map(({ code }) => code)).toEqual([
      "QueueDisabled",
      "EnvironmentDisabled",
      "NetworkUnreachable",
    ]);
  });
});
