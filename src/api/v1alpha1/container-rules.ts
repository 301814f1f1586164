import type { ValidationRule } from "../crd.ts";

/** Rules for a container on any platform: what AWS rejects. */

export const resourceRequirementRules: readonly ValidationRule[] = [
  {
    rule: "self.type != 'GPU' || self.value.matches('^[0-9]+$')",
    message: "GPU is a whole number such as '1': GPUs are not shared",
    fieldPath: ".value",
  },
  {
    rule: "self.type != 'MEMORY' || self.value.matches('^([4-9]|[1-9][0-9]+)$')",
    message: "memory is a whole number of MiB, at least 4: e.g. '2048'",
    fieldPath: ".value",
  },
];

export const environmentRules: readonly ValidationRule[] = [
  {
    rule: "!self.name.startsWith('AWS_BATCH')",
    message: "the prefix AWS_BATCH is reserved for AWS Batch: rename the variable",
    reason: "FieldValueForbidden",
    fieldPath: ".name",
  },
];

export const efsRules: readonly ValidationRule[] = [
  {
    rule: "!has(self.authorizationConfig) || !has(self.authorizationConfig.accessPointId) || !has(self.rootDirectory) || self.rootDirectory == '/'",
    message: "the access point defines the directory: remove rootDirectory",
    fieldPath: ".rootDirectory",
  },
  {
    rule: "!has(self.authorizationConfig) || !(has(self.authorizationConfig.accessPointId) || (has(self.authorizationConfig.iam) && self.authorizationConfig.iam == 'ENABLED')) || (has(self.transitEncryption) && self.transitEncryption == 'ENABLED')",
    message: "an access point and IAM require encryption: set transitEncryption: ENABLED",
    fieldPath: ".transitEncryption",
  },
];

export const runtimePlatformRules: readonly ValidationRule[] = [
  {
    rule: "!has(self.operatingSystemFamily) || self.operatingSystemFamily == 'LINUX' || !has(self.cpuArchitecture) || self.cpuArchitecture == 'X86_64'",
    message: "Windows runs on X86_64 only: remove cpuArchitecture",
    fieldPath: ".cpuArchitecture",
  },
];

/** Every mount names a volume. `container` and `volumes` are the CEL paths. */
function mountsExist(container: string, volumesOf: string): string {
  return `!has(${container}.mountPoints) || ${container}.mountPoints.all(mount, !has(mount.sourceVolume) || (has(${volumesOf}.volumes) && ${volumesOf}.volumes.exists(volume, volume.name == mount.sourceVolume)))`;
}

const mountMessage = "a mount point references a missing volume: add it to volumes, or correct sourceVolume";

export const containerRules: readonly ValidationRule[] = [
  {
    rule: "!has(self.vcpus) || !has(self.resourceRequirements) || self.resourceRequirements.all(resource, resource.type != 'VCPU')",
    message: "vCPUs are set twice: remove vcpus, which AWS has deprecated",
    reason: "FieldValueForbidden",
    fieldPath: ".vcpus",
  },
  {
    rule: "!has(self.memory) || !has(self.resourceRequirements) || self.resourceRequirements.all(resource, resource.type != 'MEMORY')",
    message: "memory is set twice: remove memory, which AWS has deprecated",
    reason: "FieldValueForbidden",
    fieldPath: ".memory",
  },
  { rule: mountsExist("self", "self"), message: mountMessage, fieldPath: ".mountPoints" },
];

const distinctNames =
  "self.containers.all(left, !has(left.name) || self.containers.exists_one(right, has(right.name) && right.name == left.name))";

export const ecsTaskRules: readonly ValidationRule[] = [
  {
    rule: distinctNames,
    message: "two containers have the same name: rename one",
    fieldPath: ".containers",
  },
  {
    rule: "self.containers.exists(container, !has(container.essential) || container.essential)",
    message: "a task needs an essential container: set essential: true for at least one container",
    fieldPath: ".containers",
  },
  {
    rule: "self.containers.all(container, !has(container.dependsOn) || container.dependsOn.all(other, self.containers.exists(one, has(one.name) && one.name == other.containerName)))",
    message: "dependsOn references a container that is not in the task: correct containerName",
    fieldPath: ".containers",
  },
  {
    rule: `self.containers.all(container, ${mountsExist("container", "self")})`,
    message: mountMessage,
    fieldPath: ".containers",
  },
];
