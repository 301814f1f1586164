import { invalid, type Row, rowsOf } from "./row.ts";
import { executionRoleArn, ofNodes, ofPod, ofTask, onEc2, onFargate } from "./stage.ts";

const secret = [{ name: "TOKEN", valueFrom: "arn:aws:ssm:us-east-1:123456789012:parameter/token" }];
const needsRole = "executionRoleArn is required for secrets and repositoryCredentials.";
const vcpu = (value: string): object => onEc2({ resourceRequirements: sized(value, "512") });
const memory = (value: string): object => onEc2({ resourceRequirements: sized("1", value) });
const efs = { name: "v", efsVolumeConfiguration: { fileSystemId: "fs-1" } };
const path = "containerProperties";
const retry = (retryStrategy: object): object => ({ ...onEc2(), retryStrategy });
const condition = (entry: object): object => retry({ attempts: 2, evaluateOnExit: [{ action: "RETRY", ...entry }] });

function sized(cpu: string, mebibytes: string) {
  return [
    { type: "VCPU" as const, value: cpu },
    { type: "MEMORY" as const, value: mebibytes },
  ];
}

/** What AWS says to a definition that it does not register. */
export const definitionRows: readonly Row[] = rowsOf("RegisterJobDefinition", [
  ["no vCPUs", "[CP]", onEc2({ resourceRequirements: sized("1", "512").slice(1) }), invalid("vCPU is required.")],
  [
    "no memory",
    "[SDK] ours",
    onEc2({ resourceRequirements: sized("1", "512").slice(0, 1) }),
    invalid("Memory is required."),
  ],
  ["half a vCPU on EC2", "[CP]", vcpu("0.5"), invalid("vCPU must be at least 1, got 0.5.")],
  [
    "a vCPU of 1.0 on EC2",
    "[GH kestra plugin-aws 504] 0.1 row 2",
    vcpu("1.0"),
    invalid("Value 1.0 for type VCPU in resourceRequirement is not valid. Please provide a numeric value."),
  ],
  ["3 MiB of memory on EC2", "[SDK] ours", memory("3"), invalid("Memory must be at least 4, got 3.")],
  [
    "3 MiB in the deprecated member",
    "[SDK] ours",
    onEc2({ memory: 3, vcpus: 1, resourceRequirements: [] }),
    invalid(`${path}.memory must be at least 4.`),
  ],
  [
    "memory that is no number",
    "[CP]",
    memory("1G"),
    invalid("Value 1G for type MEMORY in resourceRequirement is not valid. Please provide a numeric value."),
  ],
  [
    "half a GPU",
    "[CP]",
    onEc2({ resourceRequirements: [...sized("1", "512"), { type: "GPU", value: "0.5" }] }),
    invalid("Value 0.5 for type GPU in resourceRequirement is not valid. Please provide a numeric value."),
  ],
  [
    "one resource twice",
    "[CP]",
    onEc2({ resourceRequirements: [...sized("1", "512"), ...sized("1", "512")] }),
    invalid("Cannot provide duplicates in resourceRequirements."),
  ],
  [
    "vCPUs in both ways",
    "[CP]",
    onEc2({ vcpus: 1 }),
    invalid("Cannot use both ECS containerProperties vcpus and resourceRequirement VCPU"),
  ],
  [
    "two bodies",
    "[CP]",
    { ...onEc2(), ...(ofTask({ name: "a" }) as { ecsProperties: object }), jobDefinitionName: "new" },
    invalid("Cannot use both ECS containerProperties and ecsProperties"),
  ],
  ["a secret without execution role", "[SDK] ours", onEc2({ secrets: secret }), invalid(needsRole)],
  [
    "a secret of a task without execution role",
    "[SDK] ours",
    ofTask({ name: "a", secrets: secret }),
    invalid(needsRole),
  ],
  [
    "a private registry without execution role",
    "[SDK] ours",
    onEc2({ repositoryCredentials: { credentialsParameter: "arn" } }),
    invalid(needsRole),
  ],
  [
    "a user that is a command",
    "[GH nextflow 2900]",
    onEc2({ user: "$(id" }),
    invalid("User '$(id' does not match regex"),
  ],
  [
    "a network on EC2",
    "[GH]",
    onEc2({ networkConfiguration: { assignPublicIp: "ENABLED" } }),
    invalid("networkConfiguration not applicable for EC2."),
  ],
  [
    "a platform version on EC2",
    "[GH]",
    onEc2({ fargatePlatformConfiguration: { platformVersion: "LATEST" } }),
    invalid("fargatePlatformConfiguration not applicable for EC2."),
  ],
  [
    "an access point in the clear",
    "[CP]",
    onEc2({
      volumes: [
        { name: "v", efsVolumeConfiguration: { fileSystemId: "fs-1", authorizationConfig: { accessPointId: "a" } } },
      ],
    }),
    invalid("EFS IAM access point requires TransitEncryption to be enabled."),
  ],
  [
    "S3 files without job role",
    "[CP]",
    onEc2({ volumes: [{ name: "v", s3filesVolumeConfiguration: { fileSystemArn: "arn" } }] }),
    invalid("A jobRoleArn/taskRoleArn is required when using s3filesVolumeConfiguration."),
  ],
  [
    "Fargate without execution role",
    "[CP]",
    { ...onFargate(), containerProperties: { image: "busybox", resourceRequirements: sized("0.25", "512") } },
    invalid("executionRoleArn is required for Fargate jobs."),
  ],
  [
    "a GPU on Fargate",
    "[CP]",
    onFargate({ resourceRequirements: [...sized("1", "2048"), { type: "GPU", value: "1" }] }),
    invalid("GPU is not applicable for Fargate."),
  ],
  [
    "a size that Fargate has not",
    "[GH]",
    onFargate({ resourceRequirements: sized("2.00", "1024") }),
    invalid("Fargate resource requirements (2.00 vCPU, 1024 MiB) not valid."),
  ],
  [
    "vCPUs that Fargate has not",
    "[GH]",
    onFargate({ resourceRequirements: sized("1.25", "2048") }),
    invalid("Fargate resource requirements (1.25 vCPU) not valid."),
  ],
  ...(["swappiness", "maxSwap", "sharedMemorySize"] as const).map(
    (member) =>
      [
        `${member} on Fargate`,
        "[CP]",
        onFargate({ linuxParameters: { [member]: 1 } }),
        invalid(`linuxParameter.${member} is not allowed for Fargate.`),
      ] as const,
  ),
  [
    "ulimits on Fargate",
    "[CP]",
    onFargate({ ulimits: [{ name: "nofile", hardLimit: 1, softLimit: 1 }] }),
    invalid("ulimits is not applicable for Fargate."),
  ],
  [
    "host volumes on Fargate",
    "[CP]",
    onFargate({ volumes: [{ name: "v", host: { sourcePath: "/data" } }] }),
    invalid("host.sourcePath should not be set for volumes in Fargate."),
  ],
  [
    "syslog on Fargate",
    "[CP]",
    onFargate({ logConfiguration: { logDriver: "syslog" } }),
    invalid("Log driver for Fargate is not valid: syslog"),
  ],
  [
    "20 GiB on Fargate",
    "[CP]",
    onFargate({ ephemeralStorage: { sizeInGiB: 20 } }),
    invalid("Ephemeral storage for Fargate tasks can be only between range 21 GiB to 200 GiB"),
  ],
  [
    "EFS on an old platform version",
    "[CP]",
    onFargate({ fargatePlatformConfiguration: { platformVersion: "1.3.0" }, volumes: [efs] }),
    invalid("EFS is supported for Fargate platform versions 1.4.0 or later, provided 1.3.0"),
  ],
  ["retries without attempts", "[CP][TF]", retry({}), invalid("RetryAttempts must be provided with retry strategy.")],
  ["11 attempts", "[SDK] ours", retry({ attempts: 11 }), invalid("retryStrategy.attempts must be between 1 and 10.")],
  [
    "a condition without pattern",
    "[CP]",
    condition({}),
    invalid("EvaluateOnExit should contain at least one of onExitCode, onReason or onStatusReason"),
  ],
  [
    "a condition of 513 characters",
    "[CP]",
    condition({ onReason: "a".repeat(513) }),
    invalid("Evaluate on exit condition cannot exceed 512 characters."),
  ],
  [
    "a condition with a bracket",
    "[CP]",
    condition({ onReason: "a[b" }),
    invalid("Evaluate on exit condition contains restricted characters."),
  ],
  [
    "six conditions",
    "[SDK] ours",
    retry({ attempts: 2, evaluateOnExit: Array.from({ length: 6 }, () => ({ action: "EXIT", onExitCode: "1" })) }),
    invalid("retryStrategy.evaluateOnExit must have at most 5 entries."),
  ],
  [
    "a condition with an action that is none",
    "[SDK] ours",
    condition({ action: "JUNK", onExitCode: "1" }),
    invalid("retryStrategy.evaluateOnExit[0].action must be one of [EXIT, RETRY]."),
  ],
  [
    "a time-out of 59 seconds",
    "[CP]",
    { ...onEc2(), timeout: { attemptDurationSeconds: 59 } },
    invalid("AttemptDurationSeconds in Timeout must be at least 60 seconds."),
  ],
  [
    "a scheduling priority of 10000",
    "[SDK] ours",
    { ...onEc2(), schedulingPriority: 10_000 },
    invalid("schedulingPriority must be between 0 and 9999."),
  ],
  [
    "a type that is none",
    "[SDK] ours",
    { ...onEc2(), type: "JUNK" },
    invalid("type must be one of [container, multinode]."),
  ],
  ["no type", "[SDK] ours", { jobDefinitionName: "new" }, invalid("type is required.")],
  [
    "ulimits without limits",
    "[SDK] ours",
    onEc2({ ulimits: [{ name: "nofile" }] as never }),
    invalid(`${path}.ulimits[0].hardLimit is required.`),
  ],
  [
    "a secret without source",
    "[SDK] ours",
    onEc2({ executionRoleArn, secrets: [{ name: "A" }] as never }),
    invalid(`${path}.secrets[0].valueFrom is required.`),
  ],
  [
    "a log driver that is none",
    "[SDK] ours",
    onEc2({ logConfiguration: { logDriver: "JUNK" as never } }),
    invalid(
      `${path}.logConfiguration.logDriver must be one of [awsfirelens, awslogs, fluentd, gelf, journald, json-file, splunk, syslog].`,
    ),
  ],
  [
    "a swappiness of 101",
    "[SDK] ours",
    onEc2({ linuxParameters: { swappiness: 101, maxSwap: 1 } }),
    invalid(`${path}.linuxParameters.swappiness must be between 0 and 100.`),
  ],
  [
    "an image of 256 characters",
    "[SDK] ours",
    onEc2({ image: "a".repeat(256) }),
    invalid(`${path}.image must have between 1 and 255 characters.`),
  ],
  [
    "a platform that is none",
    "[SDK] ours",
    { ...onEc2(), platformCapabilities: ["JUNK"] },
    invalid("platformCapabilities[0] must be one of [EC2, FARGATE, MANAGED_INSTANCES]."),
  ],
  [
    "two platforms",
    "[SDK] ours",
    { ...onEc2(), platformCapabilities: ["EC2", "FARGATE"] },
    invalid("platformCapabilities must have at most 1 entries."),
  ],
  [
    "a task without containers",
    "[SDK] ours",
    { jobDefinitionName: "new", type: "container", ecsProperties: { taskProperties: [{}] } },
    invalid("ecsProperties.taskProperties[0].containers is required."),
  ],
  [
    "11 containers of a task",
    "[SDK] ours",
    ofTask(...Array.from({ length: 11 }, (_, at) => ({ name: `c${at}` }))),
    invalid("ecsProperties.taskProperties[0].containers must have between 1 and 10 entries."),
  ],
  [
    "1001 nodes",
    "[UG] ours",
    {
      ...(ofNodes() as { nodeProperties: object }),
      nodeProperties: { numNodes: 1001, mainNode: 0, nodeRangeProperties: [{ targetNodes: "0:" }] },
    },
    invalid("nodeProperties.numNodes must be between 1 and 1000."),
  ],
  [
    "tags beyond 50",
    "[BC] ours",
    { ...onEc2(), tags: Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`k${at}`, ""])) },
    invalid("tags must have at most 50 entries."),
  ],
  [
    "a pod in namespace default",
    "[SDK] ours",
    ofPod({}, { metadata: { namespace: "default" } }),
    invalid("Namespace default is not allowed."),
  ],
  [
    "a pod that propagates tags",
    "[SDK] ours",
    { ...ofPod(), propagateTags: true },
    invalid("propagateTags is not applicable for EKS."),
  ],
]);
