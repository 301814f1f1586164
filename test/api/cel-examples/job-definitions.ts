import {
  container,
  ecsTask,
  fargateContainer,
  fargateTask,
  image,
  main,
  managedTask,
  multiNode,
  nodeContainer,
  nodes,
  pod,
  podOf,
  sidecar,
} from "./bases.ts";
import { allowedNamespacesRows, type CelExample, examplesOf, patched, type Row, type Spec } from "./example.ts";

const kind = "JobDefinition";
const role = "arn:aws:iam::123456789012:role/job";
const readImages = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly";
const properties = (fields: Spec): Spec => ({ containerProperties: fields });
const resources = (vcpu: string, memory: string) => [
  { type: "VCPU", value: vcpu },
  { type: "MEMORY", value: memory },
];
const secrets = [{ name: "TOKEN", valueFrom: "arn:aws:ssm:eu-central-1:123456789012:parameter/token" }];
const gpu = [...resources("4", "8192"), { type: "GPU", value: "1" }];
const hostVolume = { name: "data", host: { sourcePath: "/data" } };
const efsVolume = { name: "data", efsVolumeConfiguration: { fileSystemId: "fs-0a1b2c3d" } };
const s3Volume = {
  name: "data",
  s3filesVolumeConfiguration: { fileSystemArn: "arn:aws:s3files:eu-central-1:123456789012:file-system/fs-0a" },
};
const efs = (configuration: Spec) => [
  { name: "data", efsVolumeConfiguration: { fileSystemId: "fs-0a1b2c3d", ...configuration } },
];

const holds = (...consumableResourceList: readonly Spec[]): Spec => ({
  consumableResourceProperties: { consumableResourceList },
});

const onEc2: readonly Row[] = [
  [
    "an entry references one consumable",
    holds({ consumableResourceRef: { name: "seats" } }, { consumableResource: "seats" }),
    holds({ consumableResourceRef: { name: "seats" }, consumableResource: "seats" }),
  ],
  [
    "a job can hold a consumable once",
    holds({ consumableResource: "seats" }, { consumableResource: "keys" }),
    holds({ consumableResource: "seats" }, { consumableResource: "seats" }),
  ],
  [
    "a job can reference a consumable once",
    holds({ consumableResourceRef: { name: "seats" } }, { consumableResourceRef: { name: "keys" } }),
    holds({ consumableResourceRef: { name: "seats" } }, { consumableResourceRef: { name: "seats" } }),
  ],
  ...allowedNamespacesRows,
  [
    "type container has one body: keep exactly one of containerProperties, ecsProperties and eksProperties",
    {},
    { containerProperties: undefined },
  ],
  [
    "nodeProperties is for multi-node jobs: use type multinode, or remove it",
    {},
    { nodeProperties: multiNode["nodeProperties"] },
  ],
  ["instanceType is for multi-node jobs: remove it", {}, properties({ instanceType: "m7i.large" })],
  ["region cannot be changed", { region: "eu-central-1" }, {}, { region: "eu-central-1" }],
  [
    "jobDefinitionName cannot be changed",
    { jobDefinitionName: "job" },
    { jobDefinitionName: "task" },
    { jobDefinitionName: "job" },
  ],
  [
    "a tag key has 1 to 128 characters: shorten it",
    { tags: { ["k".repeat(128)]: "" } },
    { tags: { ["k".repeat(129)]: "" } },
  ],
  [
    "the prefixes aws: and awsbatch.dev/ are reserved in any case: rename the tag",
    { tags: { team: "a" } },
    { tags: { "AWS:team": "a" } },
  ],
  [
    "a case needs a pattern: add onStatusReason, onReason or onExitCode",
    { retryStrategy: { attempts: 3, evaluateOnExit: [{ action: "RETRY", onStatusReason: "Host EC2*" }] } },
    { retryStrategy: { attempts: 3, evaluateOnExit: [{ action: "RETRY" }] } },
  ],
  [
    "only Fargate supports networkConfiguration: remove it",
    {},
    properties({ networkConfiguration: { assignPublicIp: "ENABLED" } }),
  ],
  [
    "this is not for Fargate: remove fargatePlatformConfiguration, or use platformCapabilities [FARGATE]",
    { platformCapabilities: ["EC2"] },
    properties({ fargatePlatformConfiguration: { platformVersion: "LATEST" } }),
  ],
  [
    "on EC2 the instance decides: remove runtimePlatform, or use platformCapabilities [FARGATE]",
    {},
    properties({ runtimePlatform: { cpuArchitecture: "ARM64" } }),
  ],
  [
    "FireLens needs a second container on EC2: use ecsProperties, or another logDriver",
    properties({ logConfiguration: { logDriver: "syslog" } }),
    properties({ logConfiguration: { logDriver: "awsfirelens" } }),
  ],
  [
    "a job needs vCPUs: add VCPU to resourceRequirements",
    properties({ vcpus: 2, resourceRequirements: [{ type: "MEMORY", value: "4096" }] }),
    properties({ resourceRequirements: [{ type: "MEMORY", value: "4096" }] }),
  ],
  [
    "a job needs memory: add MEMORY, in MiB, to resourceRequirements",
    properties({ memory: 4096, resourceRequirements: [{ type: "VCPU", value: "1" }] }),
    properties({ resourceRequirements: [{ type: "VCPU", value: "1" }] }),
  ],
  [
    "VCPU is a whole number from 1, such as '2' and not '2.0': only Fargate shares a vCPU",
    properties({ resourceRequirements: resources("1", "4096") }),
    properties({ resourceRequirements: resources("0.5", "4096") }),
  ],
  [
    "VCPU is a whole number from 1, such as '2' and not '2.0': only Fargate shares a vCPU",
    properties({ resourceRequirements: resources("16", "4096") }),
    properties({ resourceRequirements: resources("1.0", "4096") }),
  ],
  [
    "GPU is a whole number such as '1': GPUs are not shared",
    properties({ resourceRequirements: gpu }),
    properties({ resourceRequirements: [...resources("4", "8192"), { type: "GPU", value: "0.5" }] }),
  ],
  [
    "memory is a whole number of MiB, at least 4: e.g. '2048'",
    properties({ resourceRequirements: resources("1", "4") }),
    properties({ resourceRequirements: resources("1", "3") }),
  ],
  [
    "vCPUs are set twice: remove vcpus, which AWS has deprecated",
    properties({ vcpus: 2, memory: 4096, resourceRequirements: [] }),
    properties({ vcpus: 2 }),
  ],
  [
    "memory is set twice: remove memory, which AWS has deprecated",
    properties({ memory: 4096, resourceRequirements: [{ type: "VCPU", value: "2" }] }),
    properties({ memory: 4096 }),
  ],
  [
    "the prefix AWS_BATCH is reserved for AWS Batch: rename the variable",
    properties({ environment: [{ name: "AWS_REGION", value: "eu-central-1" }] }),
    properties({ environment: [{ name: "AWS_BATCH_JOB_ID", value: "1" }] }),
  ],
  [
    "a mount point references a missing volume: add it to volumes, or correct sourceVolume",
    properties({ volumes: [hostVolume], mountPoints: [{ containerPath: "/data", sourceVolume: "data" }] }),
    properties({ volumes: [hostVolume], mountPoints: [{ containerPath: "/data", sourceVolume: "date" }] }),
  ],
  [
    "secrets are read with the execution role: add executionRoleArn or executionRoleRef",
    { ...properties({ secrets }), iam: { executionRole: {} } },
    properties({ secrets }),
  ],
  [
    "executionRoleRef and iam.executionRole give the role for executionRoleArn: keep one of them",
    { iam: { executionRole: {} } },
    { ...properties({ executionRoleArn: role }), iam: { executionRole: {} } },
  ],
  [
    "jobRoleRef and iam.jobRole give the role for jobRoleArn: keep one of them",
    { ...properties({ executionRoleArn: role }), iam: { jobRole: { policyArns: [readImages] } } },
    { ...properties({ jobRoleArn: role }), iam: { jobRole: {} } },
  ],
  [
    "executionRoleRef and iam.executionRole give the same role: remove one of the two",
    { executionRoleRef: { name: "pullers" } },
    { executionRoleRef: { name: "pullers" }, iam: { executionRole: {} } },
  ],
  [
    "objects no longer share a role by a name: write the role as a BatchRole, and refer to it by jobRoleRef",
    { jobRoleRef: { name: "readers" } },
    { iam: { jobRole: { name: "readers", policyArns: [readImages] } } },
  ],
  [
    "objects no longer share a role by a name: write the role as a BatchRole, and refer to it by executionRoleRef",
    { executionRoleRef: { name: "pullers" }, ...properties({ executionRoleArn: undefined }) },
    { iam: { executionRole: { name: "pullers" } }, ...properties({ executionRoleArn: undefined }) },
  ],
  [
    "jobRoleRef and iam.jobRole give the same role: remove one of the two",
    { jobRoleRef: { name: "builders" } },
    { jobRoleRef: { name: "builders" }, iam: { jobRole: {} } },
  ],
  [
    "a policy name has 1 to 128 letters, digits or any of +=,.@_-: rename the policy",
    { iam: { jobRole: { inlinePolicies: { bucket: "{}" } } } },
    { iam: { jobRole: { inlinePolicies: { "": "{}" } } } },
  ],
  [
    "IAM takes at most 10240 characters without white space in all inline policies of a role",
    { iam: { jobRole: { inlinePolicies: { a: " ".repeat(10_240), b: " ".repeat(10_240) } } } },
    { iam: { jobRole: { inlinePolicies: { a: " ".repeat(10_240), b: " ".repeat(10_240), c: "{" } } } },
  ],
  // Characters count, whatever bytes they have: 24,576 less `"long":"",` and the rest of the base.
  [
    "AWS takes at most 24576 bytes in RegisterJobDefinition",
    { parameters: { long: "x".repeat(24_300) } },
    { parameters: { long: "x".repeat(24_566) } },
  ],
  [
    "an S3 Files volume is mounted with the job's role: add jobRoleArn or jobRoleRef",
    { ...properties({ volumes: [s3Volume] }), iam: { jobRole: {} } },
    properties({ volumes: [s3Volume] }),
  ],
  [
    "the access point defines the directory: remove rootDirectory",
    properties({
      volumes: efs({
        rootDirectory: "/",
        transitEncryption: "ENABLED",
        authorizationConfig: { accessPointId: "fsap-0a" },
      }),
    }),
    properties({
      volumes: efs({
        rootDirectory: "/jobs",
        transitEncryption: "ENABLED",
        authorizationConfig: { accessPointId: "fsap-0a" },
      }),
    }),
  ],
  [
    "an access point and IAM require encryption: set transitEncryption: ENABLED",
    properties({ volumes: efs({ authorizationConfig: { iam: "DISABLED" } }) }),
    properties({ volumes: efs({ authorizationConfig: { accessPointId: "fsap-0a" } }) }),
  ],
];

const onFargate: readonly Row[] = [
  [
    "Fargate pulls images and writes logs with a role: add executionRoleArn or executionRoleRef",
    { ...properties({ executionRoleArn: undefined }), iam: { executionRole: {} } },
    properties({ executionRoleArn: undefined }),
  ],
  [
    "Fargate requires VCPU and MEMORY: add both to resourceRequirements",
    {},
    properties({ memory: 2048, resourceRequirements: [{ type: "VCPU", value: "1" }] }),
  ],
  [
    "Fargate does not offer this size",
    properties({ resourceRequirements: resources("2.00", "5120") }),
    properties({ resourceRequirements: resources("2.00", "1024") }),
  ],
  [
    "Fargate has no GPUs: remove GPU, or use EC2",
    properties({ resourceRequirements: resources("4", "8192") }),
    properties({ resourceRequirements: gpu }),
  ],
  [
    "Fargate runs no privileged containers: remove privileged",
    properties({ privileged: false }),
    properties({ privileged: true }),
  ],
  [
    "Fargate does not support these kernel parameters: remove devices, tmpfs, sharedMemorySize, maxSwap, swappiness",
    properties({ linuxParameters: { initProcessEnabled: true } }),
    properties({ linuxParameters: { maxSwap: 0 } }),
  ],
  [
    "Fargate does not support this log driver: use awslogs, splunk or awsfirelens",
    properties({ logConfiguration: { logDriver: "splunk" } }),
    properties({ logConfiguration: { logDriver: "json-file" } }),
  ],
  [
    "Fargate sets the limits itself: remove ulimits",
    {},
    properties({ ulimits: [{ name: "nofile", softLimit: 1024, hardLimit: 2048 }] }),
  ],
  [
    "Fargate has no host directories to mount: remove host.sourcePath",
    properties({ volumes: [{ name: "scratch", host: {} }] }),
    properties({ volumes: [hostVolume] }),
  ],
  [
    "EFS needs Fargate platform 1.4.0 or later: use LATEST",
    properties({ volumes: [efsVolume], fargatePlatformConfiguration: { platformVersion: "1.4.0" } }),
    properties({ volumes: [efsVolume], fargatePlatformConfiguration: { platformVersion: "1.3.0" } }),
  ],
  [
    "Windows runs on X86_64 only: remove cpuArchitecture",
    properties({ runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE", cpuArchitecture: "X86_64" } }),
    properties({ runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE", cpuArchitecture: "ARM64" } }),
  ],
];

/** One container of a task with these fields too. */
const containing = (fields: Spec): Spec => ({ containers: [patched(main, fields)] });

const secretsMessage =
  "secrets are read with the execution role: add executionRoleArn or executionRoleRef, or iam.executionRole to let the operator create one";
const s3Message = (field: string): string =>
  `an S3 Files volume is mounted with the job's role: add ${field} or jobRoleRef, or iam.jobRole to let the operator create one`;
const nodeOf = (fields: Spec, spec: Spec = {}): Spec => nodes({ container: { ...nodeContainer, ...fields } }, {}, spec);
const nodeTask = (fields: Spec, spec: Spec = {}): Spec =>
  nodes({ ecsProperties: ecsTask(fields)["ecsProperties"] }, {}, spec);

/** The roles that a range of nodes needs. */
const nodeRoles: readonly Row[] = [
  [secretsMessage, nodeOf({ secrets, executionRoleArn: role }), nodeOf({ secrets })],
  [s3Message("jobRoleArn"), nodeOf({ volumes: [s3Volume] }, { iam: { jobRole: {} } }), nodeOf({ volumes: [s3Volume] })],
  [
    secretsMessage,
    nodeTask(containing({ secrets }), { iam: { executionRole: {} } }),
    nodeTask(containing({ secrets })),
  ],
  [s3Message("taskRoleArn"), nodeTask({ volumes: [s3Volume], taskRoleArn: role }), nodeTask({ volumes: [s3Volume] })],
];

/** Message, accepted and refused; whole specs, for a patch does not reach into lists. */
const whole: readonly Row[] = [
  [
    "Fargate pulls images and writes logs with a role: add executionRoleArn or executionRoleRef",
    fargateTask({}),
    fargateTask({ executionRoleArn: undefined }),
  ],
  [
    "the containers together: Fargate does not offer this size",
    fargateTask({ containers: [main, sidecar] }),
    fargateTask({ containers: [main, patched(sidecar, { resourceRequirements: resources("0.5", "2048") })] }),
  ],
  [
    "Fargate has no GPUs: remove GPU, or use EC2",
    fargateTask(containing({ resourceRequirements: resources("4", "8192") })),
    fargateTask(containing({ resourceRequirements: gpu })),
  ],
  [
    "Fargate runs no privileged containers: remove privileged",
    fargateTask(containing({ privileged: false })),
    fargateTask(containing({ privileged: true })),
  ],
  [
    "Fargate does not support these kernel parameters: remove devices, tmpfs, sharedMemorySize, maxSwap, swappiness",
    fargateTask(containing({ linuxParameters: {} })),
    fargateTask(containing({ linuxParameters: { sharedMemorySize: 64 } })),
  ],
  [
    "Fargate does not support this log driver: use awslogs, splunk or awsfirelens",
    fargateTask(containing({ logConfiguration: { logDriver: "awsfirelens" } })),
    fargateTask(containing({ logConfiguration: { logDriver: "fluentd" } })),
  ],
  [
    "Fargate has no host directories to mount: remove host.sourcePath",
    fargateTask({ volumes: [{ name: "scratch" }] }),
    fargateTask({ volumes: [hostVolume] }),
  ],
  [
    "Fargate waits at most 120 seconds: lower startTimeout and stopTimeout",
    fargateTask(containing({ stopTimeout: 120 })),
    fargateTask(containing({ stopTimeout: 121 })),
  ],
  [
    "EFS needs Fargate platform 1.4.0 or later: use LATEST",
    fargateTask({ volumes: [efsVolume], platformVersion: "LATEST" }),
    fargateTask({ volumes: [efsVolume], platformVersion: "1.2.0" }),
  ],
  [
    "only Fargate supports networkConfiguration: remove it",
    fargateTask({ networkConfiguration: { assignPublicIp: "ENABLED" } }),
    managedTask({ networkConfiguration: { assignPublicIp: "ENABLED" } }),
  ],
  [
    "on EC2 the instance decides: remove runtimePlatform, or use platformCapabilities [FARGATE]",
    managedTask({ runtimePlatform: { cpuArchitecture: "ARM64" } }),
    ecsTask({ runtimePlatform: { cpuArchitecture: "ARM64" } }),
  ],
  [
    "VCPU is a whole number from 1, such as '2' and not '2.0': only Fargate shares a vCPU",
    ecsTask(containing({ resourceRequirements: resources("1", "512") })),
    ecsTask(containing({ resourceRequirements: resources("0.25", "512") })),
  ],
  [
    "Managed Instances run Linux: remove operatingSystemFamily",
    managedTask({ runtimePlatform: { operatingSystemFamily: "LINUX" } }),
    managedTask({ runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" } }),
  ],
  [
    "networkMode is for platformCapabilities [MANAGED_INSTANCES]: remove it",
    managedTask({ networkMode: "host" }),
    ecsTask({ networkMode: "host" }),
  ],
  [
    "Managed Instances take tasks only: use ecsProperties instead of containerProperties",
    managedTask({}),
    { ...container, platformCapabilities: ["MANAGED_INSTANCES"] },
  ],
  [
    "two containers have the same name: rename one",
    ecsTask({ containers: [main, sidecar] }),
    ecsTask({ containers: [main, patched(sidecar, { name: "main" })] }),
  ],
  [
    "a task needs an essential container: set essential: true for at least one container",
    ecsTask({ containers: [main, sidecar] }),
    ecsTask({ containers: [sidecar] }),
  ],
  [
    "dependsOn references a container that is not in the task: correct containerName",
    ecsTask({ containers: [main, patched(sidecar, { dependsOn: [{ containerName: "main", condition: "START" }] })] }),
    ecsTask({ containers: [main, patched(sidecar, { dependsOn: [{ containerName: "man", condition: "START" }] })] }),
  ],
  [
    "a mount point references a missing volume: add it to volumes, or correct sourceVolume",
    ecsTask({
      volumes: [hostVolume],
      ...containing({ mountPoints: [{ containerPath: "/data", sourceVolume: "data" }] }),
    }),
    ecsTask(containing({ mountPoints: [{ containerPath: "/data", sourceVolume: "data" }] })),
  ],
  [
    "secrets are read with the execution role: add executionRoleArn or executionRoleRef",
    ecsTask({ executionRoleArn: role, ...containing({ secrets }) }),
    ecsTask(containing({ secrets })),
  ],
  [
    "an S3 Files volume is mounted with the job's role: add taskRoleArn",
    ecsTask({ volumes: [s3Volume], taskRoleArn: role }),
    ecsTask({ volumes: [s3Volume] }),
  ],
  [
    "executionRoleRef and iam.executionRole give the role for executionRoleArn: keep one of them",
    ecsTask(containing({ secrets }), { iam: { executionRole: {} } }),
    ecsTask({ executionRoleArn: role }, { iam: { executionRole: {} } }),
  ],
  [
    "jobRoleRef and iam.jobRole give the role for taskRoleArn: keep one of them",
    ecsTask({ executionRoleArn: role, volumes: [s3Volume] }, { iam: { jobRole: {} } }),
    ecsTask({ taskRoleArn: role }, { iam: { jobRole: {} } }),
  ],
  ...nodeRoles,
  [
    "a pod gets its role from its service account: remove iam, executionRoleRef and jobRoleRef, and set podProperties.serviceAccountName",
    pod({ serviceAccountName: "reader" }),
    pod({}, { iam: { jobRole: {} } }),
  ],
  ["EKS decides where a pod runs: remove platformCapabilities", pod({}), pod({}, { platformCapabilities: ["EC2"] })],
  ["EKS has no ECS task to copy tags to: remove propagateTags", pod({}), pod({}, { propagateTags: false })],
  [
    "cpu is a multiple of 0.25: e.g. '0.5' or '2'",
    podOf({ resources: { limits: { cpu: "1.75" } } }),
    podOf({ resources: { limits: { cpu: "500m" } } }),
  ],
  [
    "memory is a whole number of MiB, at least 4: e.g. '2048Mi'",
    podOf({ resources: { limits: { memory: "4Mi" } } }),
    podOf({ resources: { limits: { memory: "4Gi" } } }),
  ],
  [
    "GPU is a whole number such as '1': GPUs are not shared",
    podOf({ resources: { limits: { "nvidia.com/gpu": "2" } } }),
    podOf({ resources: { limits: { "nvidia.com/gpu": "0.5" } } }),
  ],
  [
    "memory must be equal in limits and requests: use the same value, or only one of them",
    podOf({ resources: { requests: { memory: "2048Mi" } } }),
    podOf({ resources: { requests: { memory: "1024Mi" } } }),
  ],
  [
    "nvidia.com/gpu must be equal in limits and requests: use the same value, or only one of them",
    podOf({ resources: { limits: { "nvidia.com/gpu": "2" }, requests: { "nvidia.com/gpu": "2" } } }),
    podOf({ resources: { limits: { "nvidia.com/gpu": "2" }, requests: { "nvidia.com/gpu": "1" } } }),
  ],
  [
    "limits.cpu is less than requests.cpu: raise limits.cpu, or lower requests.cpu",
    podOf({ resources: { limits: { cpu: "10" }, requests: { cpu: "9" } } }),
    podOf({ resources: { limits: { cpu: "9" }, requests: { cpu: "10" } } }),
  ],
  [
    "a volume has one source: keep one of hostPath, emptyDir, secret and persistentVolumeClaim",
    pod({ volumes: [{ name: "data", emptyDir: { medium: "Memory" } }] }),
    pod({ volumes: [{ name: "data", emptyDir: {}, hostPath: { path: "/data" } }] }),
  ],
  [
    "AWS Batch runs no pods in default or in kube-*: use another namespace",
    pod({ metadata: { namespace: "kubernetes-jobs" } }),
    pod({ metadata: { namespace: "kube-system" } }),
  ],
  [
    "two containers have the same name: rename one",
    pod({}),
    pod({ containers: [podContainer("main"), podContainer("main")] }),
  ],
  [
    "two containers have the same name: rename one",
    pod({ initContainers: [podContainer("fetch"), podContainer("check")] }),
    pod({ initContainers: [podContainer("fetch"), podContainer("fetch")] }),
  ],
  [
    "a mount references a missing volume: add it to volumes, or correct name",
    pod({ volumes: [{ name: "data", emptyDir: {} }], containers: [podContainer("main", "data")] }),
    pod({ volumes: [{ name: "date", emptyDir: {} }], containers: [podContainer("main", "data")] }),
  ],
  [
    "a mount references a missing volume: add it to volumes, or correct name",
    pod({ volumes: [{ name: "data", emptyDir: {} }], initContainers: [podContainer("fetch", "data")] }),
    pod({ initContainers: [podContainer("fetch", "data")] }),
  ],
  [
    "a pod needs cpu: add it to resources.limits or resources.requests of a container",
    podOf({ resources: { limits: { cpu: undefined }, requests: { cpu: "0.25" } } }),
    podOf({ resources: { limits: { cpu: undefined } } }),
  ],
  [
    "a pod needs memory: add it to resources.limits or resources.requests of a container",
    podOf({ resources: { limits: { memory: undefined }, requests: { memory: "512Mi" } } }),
    podOf({ resources: { limits: { memory: undefined } } }),
  ],
  ["type multinode requires nodes: add nodeProperties", multiNode, { type: "multinode" }],
  [
    "type multinode has its bodies in nodeProperties.nodeRangeProperties: move containerProperties, ecsProperties or eksProperties there",
    multiNode,
    { ...container, ...multiNode },
  ],
  [
    "AWS takes at most 24576 bytes in RegisterJobDefinition",
    nodes({ container: { ...nodeContainer, command: ["x".repeat(12_000), "x".repeat(12_000)] } }),
    nodes({ container: { ...nodeContainer, command: ["x".repeat(12_000), "x".repeat(12_576)] } }),
  ],
  [
    "AWS takes at most 24576 bytes in RegisterJobDefinition",
    nodes({ eksProperties: podOf({ args: ["x".repeat(12_000), "x".repeat(12_000)] })["eksProperties"] }),
    nodes({ eksProperties: podOf({ args: ["x".repeat(12_000), "x".repeat(12_576)] })["eksProperties"] }),
  ],
  [
    "multi-node jobs run only on EC2: remove platformCapabilities",
    { ...multiNode, platformCapabilities: ["EC2"] },
    { ...multiNode, platformCapabilities: ["FARGATE"] },
  ],
  [
    "nodes are numbered from 0: mainNode must be less than numNodes",
    nodes({ container: nodeContainer }, { mainNode: 1 }),
    nodes({ container: nodeContainer }, { mainNode: 2 }),
  ],
  [
    "a node range has one body: keep exactly one of container, ecsProperties and eksProperties",
    nodes({ ecsProperties: ecsTask({})["ecsProperties"] }),
    nodes({ container: nodeContainer, eksProperties: pod({})["eksProperties"] }),
  ],
  [
    "several nodes run on EC2 only: remove networkConfiguration",
    multiNode,
    nodes({ container: { ...nodeContainer, networkConfiguration: {} } }),
  ],
  [
    "several nodes run on EC2 only: remove fargatePlatformConfiguration",
    multiNode,
    nodes({ container: { ...nodeContainer, fargatePlatformConfiguration: {} } }),
  ],
  [
    "several nodes run on EC2 only: remove runtimePlatform",
    multiNode,
    nodes({ container: { ...nodeContainer, runtimePlatform: {} } }),
  ],
  [
    "VCPU is a whole number from 1, such as '2' and not '2.0': only Fargate shares a vCPU",
    nodes({ container: { ...nodeContainer, resourceRequirements: resources("4", "4096") } }),
    nodes({ container: { ...nodeContainer, resourceRequirements: resources("0.5", "4096") } }),
  ],
  [
    "VCPU is a whole number from 1, such as '2' and not '2.0': only Fargate shares a vCPU",
    nodes({
      ecsProperties: ecsTask({ containers: [{ name: "main", image, resourceRequirements: resources("4", "4096") }] })[
        "ecsProperties"
      ],
    }),
    nodes({
      ecsProperties: ecsTask({ containers: [{ name: "main", image, resourceRequirements: resources("4.0", "4096") }] })[
        "ecsProperties"
      ],
    }),
  ],
];

function podContainer(name: string, volume?: string): Spec {
  return {
    name,
    image,
    resources: { limits: { cpu: "1", memory: "2048Mi" } },
    ...(volume === undefined ? {} : { volumeMounts: [{ name: volume, mountPath: "/data" }] }),
  };
}

export const jobDefinitionExamples: readonly CelExample[] = [
  ...examplesOf(kind, container, onEc2),
  ...examplesOf(kind, fargateContainer, onFargate),
  ...examplesOf(kind, {}, whole),
];
