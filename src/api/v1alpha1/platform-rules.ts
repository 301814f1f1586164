import type { ValidationRule } from "../crd.ts";
import { fargateSizes } from "../fargate-sizes.ts";

/** Rules for a single-node job definition on EC2, Fargate or Managed Instances: what AWS rejects. */

const fargate = "has(self.platformCapabilities) && 'FARGATE' in self.platformCapabilities";
const managedInstances = "has(self.platformCapabilities) && 'MANAGED_INSTANCES' in self.platformCapabilities";
const ec2 = `!(${fargate}) && !(${managedInstances})`;

const single = "has(self.containerProperties)";
const task = "has(self.ecsProperties)";

/** On a platform, `test` of the one container. */
function ofContainer(platform: string, test: (container: string) => string): string {
  return `!(${platform}) || !${single} || (${test("self.containerProperties")})`;
}

/** On a platform, `test` of the ECS task. */
function ofTask(platform: string, test: (task: string) => string): string {
  return `!(${platform}) || !${task} || self.ecsProperties.taskProperties.all(task, ${test("task")})`;
}

function ofTaskContainers(platform: string, test: (container: string) => string): string {
  return ofTask(platform, () => `task.containers.all(container, ${test("container")})`);
}

/** The same about the one container and about each container of a task; two rules, because each has its own field. */
function ofEach(
  platform: string,
  test: (container: string) => string,
  field: string,
  message: string,
  reason: ValidationRule["reason"] = "FieldValueForbidden",
): ValidationRule[] {
  return [
    { rule: ofContainer(platform, test), message, reason, fieldPath: `.containerProperties.${field}` },
    { rule: ofTaskContainers(platform, test), message, reason, fieldPath: ".ecsProperties.taskProperties" },
  ];
}

function absent(...fields: readonly string[]) {
  return (node: string) => fields.map((field) => `!has(${node}.${field})`).join(" && ");
}

const kernelFields = ["devices", "tmpfs", "sharedMemorySize", "maxSwap", "swappiness"];
const noKernelFields = (container: string) =>
  `!has(${container}.linuxParameters) || (${absent(...kernelFields)(`${container}.linuxParameters`)})`;
const noGpu = (container: string) =>
  `!has(${container}.resourceRequirements) || ${container}.resourceRequirements.all(resource, resource.type != 'GPU')`;
const noHostPath = (node: string) =>
  `!has(${node}.volumes) || ${node}.volumes.all(volume, !has(volume.host) || !has(volume.host.sourcePath))`;
const fargateLogDriver = (container: string) =>
  `!has(${container}.logConfiguration) || ${container}.logConfiguration.logDriver in ['awslogs', 'splunk', 'awsfirelens']`;
/** EC2 also rejects "1.0": `Value 1.0 for type VCPU in resourceRequirement is not valid.` */
const wholeVcpus = (container: string) =>
  `!has(${container}.resourceRequirements) || ${container}.resourceRequirements.all(resource, resource.type != 'VCPU' || resource.value.matches('^[1-9][0-9]*$'))`;
const wholeVcpusMessage = "VCPU is a whole number from 1, such as '2' and not '2.0': only Fargate shares a vCPU";
const has = (container: string, type: string) =>
  `(has(${container}.resourceRequirements) && ${container}.resourceRequirements.exists(resource, resource.type == '${type}'))`;
const shortTimeouts = (container: string) =>
  `(!has(${container}.startTimeout) || ${container}.startTimeout <= 120) && (!has(${container}.stopTimeout) || ${container}.stopTimeout <= 120)`;
const efsVersion = (node: string, version: string) =>
  `!has(${node}.volumes) || !${node}.volumes.exists(volume, has(volume.efsVolumeConfiguration)) || !${version}.matches('^1[.][0-3][.]')`;

const hostMessage = "Fargate has no host directories to mount: remove host.sourcePath";
const runtimeMessage = "on EC2 the instance decides: remove runtimePlatform, or use platformCapabilities [FARGATE]";
const networkMessage = "only Fargate supports networkConfiguration: remove it";
const efsMessage = "EFS needs Fargate platform 1.4.0 or later: use LATEST";

/** Whether `vcpu` and `memory`, which are CEL names, are a size. */
const offeredSizes = fargateSizes
  .map(({ vcpus, memory }) => {
    const vcpu = `vcpu == ${Number.isInteger(vcpus) ? vcpus.toFixed(1) : vcpus}`;
    if (!("step" in memory)) return `(${vcpu} && memory in [${memory.join(", ")}])`;
    const { from, to, step } = memory;
    return `(${vcpu} && memory >= ${from} && memory <= ${to} && memory % ${step} == 0)`;
  })
  .join(" || ");

const numeric = {
  VCPU: "^[0-9]{1,9}([.][0-9]{1,9})?$",
  MEMORY: "^[0-9]{1,9}$",
} as const;

/** The values of one type, of one container; another rule rejects values that are not numeric. */
const valuesOf = (container: string, type: keyof typeof numeric) =>
  `${container}.resourceRequirements.filter(resource, resource.type == '${type}' && resource.value.matches('${numeric[type]}'))`;

/** CEL has no `let`: a list of one item names a value. */
const fargateSize = (container: string) =>
  `!has(${container}.resourceRequirements) || ${valuesOf(container, "VCPU")}.all(first, ${valuesOf(container, "MEMORY")}.all(second, [double(first.value)].all(vcpu, [int(second.value)].all(memory, ${offeredSizes}))))`;

/** The sum over the containers of a task; multiples of 0.25 add up exactly. */
const sumOf = (type: keyof typeof numeric, convert: (value: string) => string) =>
  `task.containers.map(container, has(container.resourceRequirements) ? ${valuesOf("container", type)}.map(resource, ${convert("resource.value")}).sum() : ${type === "VCPU" ? "0.0" : "0"}).sum()`;
const fargateTaskSize = `[${sumOf("VCPU", (value) => `double(${value})`)}].all(vcpu, [${sumOf("MEMORY", (value) => `int(${value})`)}].all(memory, ${offeredSizes}))`;

/** For all values, for the API server; `validate` names the next size in its place. */
export const fargateSizeMessage =
  "Fargate does not offer this size: use e.g. 0.25 vCPU with 512 to 2048 MiB, 1 with 2048 to 8192, 2 with 4096 to 16384, 4 with 8192 to 30720, in steps of 1024";

const onFargate: readonly ValidationRule[] = [
  {
    rule: ofContainer(fargate, (container) => `${has(container, "VCPU")} && ${has(container, "MEMORY")}`),
    message: "Fargate requires VCPU and MEMORY: add both to resourceRequirements, instead of vcpus and memory",
    reason: "FieldValueRequired",
    fieldPath: ".containerProperties.resourceRequirements",
  },
  {
    rule: ofContainer(fargate, fargateSize),
    message: fargateSizeMessage,
    fieldPath: ".containerProperties.resourceRequirements",
  },
  {
    rule: ofTask(fargate, () => fargateTaskSize),
    message: `the containers together: ${fargateSizeMessage}`,
    fieldPath: ".ecsProperties.taskProperties",
  },
  ...ofEach(fargate, noGpu, "resourceRequirements", "Fargate has no GPUs: remove GPU, or use EC2"),
  ...ofEach(
    fargate,
    (container) => `!has(${container}.privileged) || !${container}.privileged`,
    "privileged",
    "Fargate runs no privileged containers: remove privileged",
  ),
  ...ofEach(
    fargate,
    noKernelFields,
    "linuxParameters",
    `Fargate does not support these kernel parameters: remove ${kernelFields.join(", ")}`,
  ),
  ...ofEach(
    fargate,
    fargateLogDriver,
    "logConfiguration",
    "Fargate does not support this log driver: use awslogs, splunk or awsfirelens",
  ),
  {
    rule: ofContainer(fargate, absent("ulimits")),
    message: "Fargate sets the limits itself: remove ulimits",
    reason: "FieldValueForbidden",
    fieldPath: ".containerProperties.ulimits",
  },
  {
    rule: ofContainer(fargate, noHostPath),
    message: hostMessage,
    reason: "FieldValueForbidden",
    fieldPath: ".containerProperties.volumes",
  },
  {
    rule: ofTask(fargate, noHostPath),
    message: hostMessage,
    reason: "FieldValueForbidden",
    fieldPath: ".ecsProperties.taskProperties",
  },
  {
    rule: ofTaskContainers(fargate, shortTimeouts),
    message: "Fargate waits at most 120 seconds: lower startTimeout and stopTimeout",
    fieldPath: ".ecsProperties.taskProperties",
  },
  {
    rule: ofContainer(
      fargate,
      (container) =>
        `!has(${container}.fargatePlatformConfiguration) || !has(${container}.fargatePlatformConfiguration.platformVersion) || ${efsVersion(container, `${container}.fargatePlatformConfiguration.platformVersion`)}`,
    ),
    message: efsMessage,
    fieldPath: ".containerProperties.fargatePlatformConfiguration",
  },
  {
    rule: ofTask(fargate, (node) => `!has(${node}.platformVersion) || ${efsVersion(node, `${node}.platformVersion`)}`),
    message: efsMessage,
    fieldPath: ".ecsProperties.taskProperties",
  },
];

const onEc2: readonly ValidationRule[] = [
  {
    rule: ofContainer(ec2, absent("networkConfiguration")),
    message: networkMessage,
    reason: "FieldValueForbidden",
    fieldPath: ".containerProperties.networkConfiguration",
  },
  {
    rule: ofTask(`!(${fargate})`, absent("networkConfiguration")),
    message: networkMessage,
    reason: "FieldValueForbidden",
    fieldPath: ".ecsProperties.taskProperties",
  },
  {
    rule: ofContainer(ec2, absent("fargatePlatformConfiguration")),
    message: "this is not for Fargate: remove fargatePlatformConfiguration, or use platformCapabilities [FARGATE]",
    reason: "FieldValueForbidden",
    fieldPath: ".containerProperties.fargatePlatformConfiguration",
  },
  {
    rule: ofContainer(ec2, absent("runtimePlatform")),
    message: runtimeMessage,
    reason: "FieldValueForbidden",
    fieldPath: ".containerProperties.runtimePlatform",
  },
  {
    rule: ofTask(ec2, absent("runtimePlatform")),
    message: runtimeMessage,
    reason: "FieldValueForbidden",
    fieldPath: ".ecsProperties.taskProperties",
  },
  {
    rule: ofContainer(
      ec2,
      (container) => `!has(${container}.logConfiguration) || ${container}.logConfiguration.logDriver != 'awsfirelens'`,
    ),
    message: "FireLens needs a second container on EC2: use ecsProperties, or another logDriver",
    fieldPath: ".containerProperties.logConfiguration",
  },
  {
    rule: ofContainer(ec2, (container) => `has(${container}.vcpus) || ${has(container, "VCPU")}`),
    message: "a job needs vCPUs: add VCPU to resourceRequirements",
    reason: "FieldValueRequired",
    fieldPath: ".containerProperties.resourceRequirements",
  },
  {
    rule: ofContainer(ec2, (container) => `has(${container}.memory) || ${has(container, "MEMORY")}`),
    message: "a job needs memory: add MEMORY, in MiB, to resourceRequirements",
    reason: "FieldValueRequired",
    fieldPath: ".containerProperties.resourceRequirements",
  },
  ...ofEach(`!(${fargate})`, wholeVcpus, "resourceRequirements", wholeVcpusMessage, "FieldValueInvalid"),
];

const onManagedInstances: readonly ValidationRule[] = [
  {
    rule: ofTask(
      managedInstances,
      (node) =>
        `!has(${node}.runtimePlatform) || !has(${node}.runtimePlatform.operatingSystemFamily) || ${node}.runtimePlatform.operatingSystemFamily == 'LINUX'`,
    ),
    message: "Managed Instances run Linux: remove operatingSystemFamily",
    fieldPath: ".ecsProperties.taskProperties",
  },
  {
    rule: ofTask(`!(${managedInstances})`, absent("networkMode")),
    message: "networkMode is for platformCapabilities [MANAGED_INSTANCES]: remove it",
    reason: "FieldValueForbidden",
    fieldPath: ".ecsProperties.taskProperties",
  },
  {
    rule: `!(${managedInstances}) || !${single}`,
    message: "Managed Instances take tasks only: use ecsProperties instead of containerProperties",
    reason: "FieldValueForbidden",
    fieldPath: ".containerProperties",
  },
];

export const platformRules: readonly ValidationRule[] = [...onFargate, ...onEc2, ...onManagedInstances];

/** A node range runs on EC2: what is Fargate's is refused. `field` of the range holds a container. */
export const nodeRangePlatformRules: readonly ValidationRule[] = [
  ...["networkConfiguration", "fargatePlatformConfiguration", "runtimePlatform"].map(
    (field): ValidationRule => ({
      rule: `!has(self.container) || !has(self.container.${field})`,
      message: `several nodes run on EC2 only: remove ${field}`,
      reason: "FieldValueForbidden",
      fieldPath: `.container.${field}`,
    }),
  ),
  {
    rule: `!has(self.container) || (${wholeVcpus("self.container")})`,
    message: wholeVcpusMessage,
    fieldPath: ".container.resourceRequirements",
  },
  {
    rule: `!has(self.ecsProperties) || self.ecsProperties.taskProperties.all(task, task.containers.all(container, ${wholeVcpus("container")}))`,
    message: wholeVcpusMessage,
    fieldPath: ".ecsProperties.taskProperties",
  },
];
