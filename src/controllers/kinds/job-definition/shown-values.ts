import { bodyMembers } from "./normalise.ts";

/**
 * Which values of a job definition's body, and of a job's overrides of it, may be printed or stored: one rule for
 * `status.plan`, `validate`, the command `plan` and the writes that `local -o json` shows. People put secrets into environments, commands, parameters and options, so a
 * value is hidden unless its path is known to hold none. Names of fields, map keys and list items are always shown.
 * Pure.
 */

/** Members that hold no secret: everything in them is shown. */
const shownMembers: ReadonlySet<string> = new Set([
  "type",
  "image",
  "imagePullPolicy",
  "platformCapabilities",
  "platformVersion",
  "propagateTags",
  "schedulingPriority",
  "attempts",
  "attemptDurationSeconds",
  "evaluateOnExit",
  "quantity",
  "vcpus",
  "memory",
  "resourceRequirements",
  "cpu",
  "nvidia.com/gpu",
  "jobRoleArn",
  "taskRoleArn",
  "executionRoleArn",
  "serviceAccountName",
  "numNodes",
  "mainNode",
  "targetNodes",
  "instanceType",
  "instanceTypes",
  "privileged",
  "readonlyRootFilesystem",
  "user",
  "sizeInGiB",
  "sharedMemorySize",
  "assignPublicIp",
  "cpuArchitecture",
  "operatingSystemFamily",
  "logDriver",
  "containerPath",
  "sourcePath",
  "sourceVolume",
  "readOnly",
]);

/** Members of `SubmitJob` that override the body of the job definition. */
const overrideMembers: ReadonlySet<string> = new Set([
  "containerOverrides",
  "nodeOverrides",
  "ecsPropertiesOverride",
  "eksPropertiesOverride",
  "consumableResourcePropertiesOverride",
]);

/**
 * Members with members that AWS defines, so that the rule can check each of them. What users name
 * themselves (`parameters`, `options`, `labels`, ...) is not among them: a parameter may be called `image`.
 */
const openMembers: ReadonlySet<string> = new Set([
  ...overrideMembers,
  "nodePropertyOverrides",
  "containerProperties",
  "container",
  "ecsProperties",
  "taskProperties",
  "containers",
  "initContainers",
  "eksProperties",
  "podProperties",
  "nodeProperties",
  "nodeRangeProperties",
  "resources",
  "limits",
  "requests",
  "securityContext",
  "retryStrategy",
  "timeout",
  "ephemeralStorage",
  "fargatePlatformConfiguration",
  "networkConfiguration",
  "runtimePlatform",
  "linuxParameters",
  "tmpfs",
  "logConfiguration",
  "mountPoints",
  "volumes",
  "host",
  "consumableResourceProperties",
  "consumableResourceList",
]);

/** These members distinguish the items of a list; their values name an item, so they are shown. */
export const keyMembers = ["name", "type", "targetNodes", "consumableResource", "containerPath"] as const;

/** What is known of a place in a body: its value is shown, its members decide, or nothing in it is shown. */
export type Visibility = "shown" | "open" | "hidden";

/** @param member the name of a member of a map that is itself `outer` */
export function visibilityIn(outer: Visibility, member: string): Visibility {
  if (outer !== "open") return outer;
  if (shownMembers.has(member)) return "shown";
  return openMembers.has(member) ? "open" : "hidden";
}

/**
 * A `RegisterJobDefinition` or `SubmitJob` request that may be printed: values of the body, and of what overrides it, that may
 * hold a secret are `[hidden]`. Everything else (names, tags) stays as it is.
 */
export function shownRequest(request: object): object {
  return Object.fromEntries(
    Object.entries(request).map(([member, value]) => [
      member,
      isBodyMember(member) ? shownValue(value, visibilityIn("open", member)) : value,
    ]),
  );
}

/** Whether the value at this path of a JobDefinition or BatchJob may be shown; what is not of the body may. */
export function showsSpecValue(path: readonly (string | number)[]): boolean {
  const [root, member, ...inner] = path;
  if (root !== "spec" || typeof member !== "string" || !isBodyMember(member)) return true;
  const [item, key] = path.slice(-2);
  if (typeof item === "number" && typeof key === "string" && isKeyMember(key)) return true;
  const members = inner.filter((step) => typeof step === "string");
  return members.reduce(visibilityIn, visibilityIn("open", member)) === "shown";
}

function isKeyMember(member: string): boolean {
  return (keyMembers as readonly string[]).includes(member);
}

function isBodyMember(member: string): boolean {
  return (bodyMembers as readonly string[]).includes(member) || overrideMembers.has(member);
}

function shownValue(value: unknown, visibility: Visibility): unknown {
  if (visibility === "shown" || value === undefined || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => shownItem(item, visibility));
  if (typeof value !== "object") return "[hidden]";
  return Object.fromEntries(
    Object.entries(value).map(([member, inner]) => [member, shownValue(inner, visibilityIn(visibility, member))]),
  );
}

function shownItem(item: unknown, visibility: Visibility): unknown {
  const shown = shownValue(item, visibility);
  if (typeof item !== "object" || item === null || Array.isArray(item)) return shown;
  const keys = Object.entries(item).filter(([member]) => isKeyMember(member));
  return { ...(shown as object), ...Object.fromEntries(keys) };
}
