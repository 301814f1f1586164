import type { ReportedCode } from "./causes.ts";

/** AWS's own reason for a blocked job, from the text in `statusReason`. Pure. */

const reasons: readonly (readonly [prefix: string, code: ReportedCode])[] = [
  ["CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY", "InsufficientCapacity"],
  ["MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE", "MaxVcpusTooSmall"],
  ["MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT", "NoInstanceTypeFits"],
  ["MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS", "ServiceRolePermissions"],
  ["MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED", "InstanceConfigurationUnsupported"],
  ["ACTION_REQUIRED", "EnvironmentInvalid"],
  ["UNDETERMINED", "CauseUnknown"],
];

/** Undefined: the text does not say why a job is blocked. */
export function causeInStatusReason(statusReason: string | undefined): ReportedCode | undefined {
  return reasons.find(([prefix]) => statusReason?.startsWith(prefix))?.[1];
}

/** Whether AWS reports the cause as a misconfiguration: no instance can run the job until somebody changes something. */
export function isMisconfiguration(code: ReportedCode): boolean {
  return reasons.some(([prefix, one]) => one === code && prefix.startsWith("MISCONFIGURATION:"));
}

const pull = /CannotPullContainer|CannotPullECRContainer|pull access denied|manifest unknown|no matching manifest/i;
const initialization = /ResourceInitializationError|ResourceNotFoundException.*log group|unable to pull secrets/i;

/** The cause in the text of an attempt that ended before its container ran. */
export function causeInAttempt(text: string): ReportedCode | undefined {
  if (pull.test(text)) return "ImagePullFailed";
  return initialization.test(text) ? "TaskInitializationFailed" : undefined;
}

const host =
  /^Host EC2|CannotStartContainerError|CannotCreateContainerError|CannotPull|DockerTimeoutError|DockerStateError|ECS was unable to assume the role|unable to place a task|Task failed to start|TaskFailedToStart/i;

/**
 * Whether a job failed because of where it ran (its instance, the pull of its image, roles, network), by AWS's words about it.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
 */
export function isFailureOfPlace(text: string): boolean {
  return host.test(text) || causeInAttempt(text) !== undefined;
}
