import type {
  ContainerProperties,
  EcsProperties,
  EksProperties,
  LinuxParameters,
  NodeProperties,
  RegisterJobDefinitionRequest,
  ResourceRequirement,
  RetryStrategy,
  TaskContainerProperties,
  Volume,
} from "@aws-sdk/client-batch";
import { requireFargateSize } from "./fargate.ts";
import { invalid } from "./refusals.ts";
import { checkTags } from "./tags.ts";

const largestBody = 24 * 1024;
const fargateLogDrivers = new Set(["awslogs", "splunk", "awsfirelens"]);
const notOnFargate = [
  "devices",
  "tmpfs",
  "sharedMemorySize",
  "swappiness",
  "maxSwap",
] as const satisfies readonly (keyof LinuxParameters)[];

/** Of a revision as a job runs it, overrides included: AWS checks it again. @throws Refusal */
export function checkFargateSize({
  platformCapabilities = [],
  containerProperties,
  ecsProperties,
}: Pick<RegisterJobDefinitionRequest, "platformCapabilities" | "containerProperties" | "ecsProperties">): void {
  if (!platformCapabilities.includes("FARGATE")) return;
  const containers = ecsProperties?.taskProperties?.[0]?.containers ?? [containerProperties ?? {}];
  const total = (type: "VCPU" | "MEMORY"): number =>
    containers.reduce(
      (sum, { resourceRequirements = [] }) => sum + Number(requirementOf(resourceRequirements, type) ?? 0),
      0,
    );
  requireFargateSize(total("VCPU") || Number.NaN, total("MEMORY"));
}

/** Checks of Batch before it registers a revision. @throws Refusal */
export function checkRegistration(request: RegisterJobDefinitionRequest): void {
  if (!/^[0-9A-Za-z][0-9A-Za-z_-]{0,127}$/.test(request.jobDefinitionName ?? "")) {
    throw invalid("Job Definition name should match a valid pattern."); // our words
  }
  if (Buffer.byteLength(JSON.stringify(request)) > largestBody) {
    throw invalid("Job definition size cannot exceed 24 KiB."); // our words
  }
  checkTags(request.tags);
  checkRetries(request.retryStrategy);
  if (request.timeout !== undefined && (request.timeout.attemptDurationSeconds ?? 0) < 60) {
    throw invalid("AttemptDurationSeconds in Timeout must be at least 60 seconds.");
  }
  const fargate = request.platformCapabilities?.includes("FARGATE") ?? false;
  if (request.type === "multinode") {
    if (request.nodeProperties === undefined) throw invalid("nodeProperties is required."); // our words
    if (fargate) throw invalid("Multi-node parallel jobs are not supported on Fargate."); // our words
    checkNodes(request.nodeProperties);
    return;
  }
  checkContainerJob(request, fargate);
  checkFargateSize(request);
}

function checkContainerJob(request: RegisterJobDefinitionRequest, fargate: boolean): void {
  const { containerProperties, ecsProperties, eksProperties } = request;
  if (containerProperties !== undefined && ecsProperties !== undefined) {
    throw invalid("Cannot use both ECS containerProperties and ecsProperties");
  }
  const bodies = [containerProperties, ecsProperties, eksProperties].filter((body) => body !== undefined);
  if (bodies.length !== 1) {
    // our words
    throw invalid("Exactly one of containerProperties, ecsProperties and eksProperties must be provided.");
  }
  if (containerProperties !== undefined) checkContainer(containerProperties, fargate);
  if (ecsProperties !== undefined) checkTasks(ecsProperties, fargate);
  if (eksProperties !== undefined) {
    if (request.platformCapabilities !== undefined) {
      throw invalid("platformCapabilities is not applicable for EKS."); // our words
    }
    if (request.propagateTags !== undefined) throw invalid("propagateTags is not applicable for EKS."); // our words
    checkPod(eksProperties);
  }
}

function checkContainer(container: ContainerProperties, fargate: boolean): void {
  if (container.user !== undefined && !/^([a-z0-9_][a-z0-9_-]{0,30})$/.test(container.user)) {
    throw invalid(`User '${container.user}' does not match regex`);
  }
  const requirements = container.resourceRequirements ?? [];
  checkRequirements(requirements, fargate);
  const vcpu = requirementOf(requirements, "VCPU");
  const memory = requirementOf(requirements, "MEMORY");
  if (container.vcpus !== undefined && vcpu !== undefined) {
    throw invalid("Cannot use both ECS containerProperties vcpus and resourceRequirement VCPU");
  }
  if (container.memory !== undefined && memory !== undefined) {
    throw invalid("Cannot use both ECS containerProperties memory and resourceRequirement MEMORY");
  }
  requireRoleForSecrets(container, container.executionRoleArn);
  checkVolumes(container.volumes ?? [], container.mountPoints ?? [], fargate, {
    platformVersion: container.fargatePlatformConfiguration?.platformVersion,
    role: container.jobRoleArn,
  });
  if (fargate) {
    requireFargateContainer(container, container.executionRoleArn, container.ephemeralStorage?.sizeInGiB);
    return;
  }
  for (const field of ["networkConfiguration", "fargatePlatformConfiguration"] as const) {
    if (container[field] !== undefined) throw invalid(`${field} not applicable for EC2.`);
  }
  requireEc2Size(container.vcpus ?? (vcpu === undefined ? undefined : Number(vcpu)));
  if (container.memory === undefined && memory === undefined) throw invalid("Memory is required."); // our words
}

function checkTasks(properties: EcsProperties, fargate: boolean): void {
  const task = properties.taskProperties?.[0] ?? { containers: [] };
  const containers = task.containers ?? [];
  if (containers.every((container) => container.essential === false)) {
    throw invalid("At least one container must be essential."); // our words
  }
  let vcpus = 0;
  for (const container of containers) {
    const requirements = container.resourceRequirements ?? [];
    checkRequirements(requirements, fargate);
    vcpus += Number(requirementOf(requirements, "VCPU") ?? 0);
    requireRoleForSecrets(container, task.executionRoleArn);
    if (fargate) requireFargateContainer(container, task.executionRoleArn, task.ephemeralStorage?.sizeInGiB);
  }
  const mounts = containers.flatMap((container) => container.mountPoints ?? []);
  checkVolumes(task.volumes ?? [], mounts, fargate, { platformVersion: task.platformVersion, role: task.taskRoleArn });
  if (!fargate) requireEc2Size(vcpus === 0 ? undefined : vcpus);
}

function checkPod(properties: EksProperties): void {
  const pod = properties.podProperties;
  const containers = pod?.containers ?? [];
  if (containers.length === 0) throw invalid("podProperties must have 1 to 10 containers."); // our words
  for (const { resources } of containers) {
    const memory = resources?.limits?.["memory"] ?? resources?.requests?.["memory"];
    if (memory === undefined || !/^\d+Mi$/.test(memory)) {
      throw invalid("Memory must be given in whole MiB with the suffix Mi."); // our words
    }
    if ((resources?.limits?.["cpu"] ?? resources?.requests?.["cpu"]) === undefined) throw invalid("vCPU is required.");
  }
  const namespace = pod?.metadata?.namespace;
  if (namespace === "default" || namespace === "kube" || namespace?.startsWith("kube-")) {
    throw invalid(`Namespace ${namespace} is not allowed.`); // our words
  }
}

function checkNodes(nodes: NodeProperties): void {
  if ((nodes.mainNode ?? 0) >= (nodes.numNodes ?? 0)) throw invalid("mainNode must be smaller than numNodes."); // our words
  for (const range of nodes.nodeRangeProperties ?? []) {
    if (range.container !== undefined) checkContainer(range.container, false);
    if (range.ecsProperties !== undefined) checkTasks(range.ecsProperties, false);
    if (range.eksProperties !== undefined) checkPod(range.eksProperties);
  }
}

/** On EC2 a vCPU is a whole number: "1.0" is refused. `requireEc2Size` reports values below 1. */
function checkRequirements(requirements: readonly ResourceRequirement[], fargate: boolean): void {
  const types = requirements.map((requirement) => requirement.type);
  if (new Set(types).size < types.length) throw invalid("Cannot provide duplicates in resourceRequirements.");
  for (const { type, value = "" } of requirements) {
    const numeric = type === "VCPU" && (fargate || Number(value) < 1) ? /^\d+(?:\.\d+)?$/ : /^\d+$/;
    if (!numeric.test(value)) {
      throw invalid(
        `Value ${value} for type ${type} in resourceRequirement is not valid. Please provide a numeric value.`,
      );
    }
    if (type === "MEMORY" && Number(value) < 4) throw invalid(`Memory must be at least 4, got ${value}.`); // our words
  }
}

/** Batch reads secrets and the credentials of a private registry as the execution role. */
function requireRoleForSecrets(
  container: ContainerProperties | TaskContainerProperties,
  executionRoleArn: string | undefined,
): void {
  const secrets = [...(container.secrets ?? []), ...(container.logConfiguration?.secretOptions ?? [])];
  if (executionRoleArn === undefined && (secrets.length > 0 || container.repositoryCredentials !== undefined)) {
    throw invalid("executionRoleArn is required for secrets and repositoryCredentials."); // our words
  }
}

function requireEc2Size(vcpus: number | undefined): void {
  if (vcpus === undefined) throw invalid("vCPU is required.");
  if (vcpus < 1) throw invalid(`vCPU must be at least 1, got ${vcpus}.`);
}

function requireFargateContainer(
  container: ContainerProperties | TaskContainerProperties,
  executionRoleArn: string | undefined,
  ephemeralGiB: number | undefined,
): void {
  if (executionRoleArn === undefined) throw invalid("executionRoleArn is required for Fargate jobs.");
  if (requirementOf(container.resourceRequirements ?? [], "GPU") !== undefined) {
    throw invalid("GPU is not applicable for Fargate.");
  }
  const parameter = notOnFargate.find((one) => container.linuxParameters?.[one] !== undefined);
  if (parameter !== undefined) throw invalid(`linuxParameter.${parameter} is not allowed for Fargate.`);
  if ((container.ulimits ?? []).length > 0) throw invalid("ulimits is not applicable for Fargate.");
  if (container.privileged === true) throw invalid("privileged is not applicable for Fargate."); // our words
  const driver = container.logConfiguration?.logDriver;
  if (driver !== undefined && !fargateLogDrivers.has(driver)) {
    throw invalid(`Log driver for Fargate is not valid: ${driver}`);
  }
  if (ephemeralGiB !== undefined && (ephemeralGiB < 21 || ephemeralGiB > 200)) {
    throw invalid("Ephemeral storage for Fargate tasks can be only between range 21 GiB to 200 GiB");
  }
}

function checkVolumes(
  volumes: readonly Volume[],
  mounts: readonly { readonly sourceVolume?: string | undefined }[],
  fargate: boolean,
  task: { readonly platformVersion: string | undefined; readonly role: string | undefined },
): void {
  for (const { efsVolumeConfiguration: efs, host, s3filesVolumeConfiguration: s3 } of volumes) {
    if (fargate && host?.sourcePath !== undefined) {
      throw invalid("host.sourcePath should not be set for volumes in Fargate.");
    }
    const version = task.platformVersion ?? "LATEST";
    if (fargate && efs !== undefined && /^1\.[0-3]\./.test(version)) {
      throw invalid(`EFS is supported for Fargate platform versions 1.4.0 or later, provided ${version}`);
    }
    if (efs?.authorizationConfig?.accessPointId !== undefined && efs.transitEncryption !== "ENABLED") {
      throw invalid("EFS IAM access point requires TransitEncryption to be enabled.");
    }
    if (s3 !== undefined && task.role === undefined) {
      throw invalid("A jobRoleArn/taskRoleArn is required when using s3filesVolumeConfiguration.");
    }
  }
  const names = new Set(volumes.map((volume) => volume.name));
  const dangling = mounts.find((mount) => !names.has(mount.sourceVolume));
  if (dangling !== undefined) throw invalid(`Volume ${dangling.sourceVolume} of a mount point is unknown.`); // our words
}

export function checkRetries(strategy: RetryStrategy | undefined): void {
  if (strategy === undefined) return;
  if (strategy.attempts === undefined) throw invalid("RetryAttempts must be provided with retry strategy.");
  for (const { onExitCode, onReason, onStatusReason } of strategy.evaluateOnExit ?? []) {
    const conditions = [onExitCode, onReason, onStatusReason].filter((one) => one !== undefined);
    if (conditions.length === 0) {
      throw invalid("EvaluateOnExit should contain at least one of onExitCode, onReason or onStatusReason");
    }
    if (conditions.some((one) => one.length > 512)) {
      throw invalid("Evaluate on exit condition cannot exceed 512 characters.");
    }
    const texts = [onReason, onStatusReason].filter((one) => one !== undefined);
    const legal = texts.every((one) => /^[0-9A-Za-z.:\s]*\*?$/.test(one)) && /^\d*\*?$/.test(onExitCode ?? "");
    if (!legal) throw invalid("Evaluate on exit condition contains restricted characters.");
  }
}

function requirementOf(
  requirements: readonly ResourceRequirement[],
  type: "VCPU" | "MEMORY" | "GPU",
): string | undefined {
  return requirements.find((requirement) => requirement.type === type)?.value;
}
