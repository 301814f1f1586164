import type { FieldChange } from "../../controllers/decision.ts";
import { canonicalJson } from "../../controllers/fingerprint.ts";

/** What differs between two bodies of a job definition in their normal form, field by field. Pure. */

const why = "a revision never changes: another body is another revision";

/** Members whose values are shown. Anything else (environment, command, parameters, ...) may hold a secret. */
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

/** By these members the items of a list are told apart. */
const keyMembers = ["name", "type", "targetNodes", "consumableResource", "containerPath"];

export function bodyChanges(
  from: Readonly<Record<string, unknown>>,
  to: Readonly<Record<string, unknown>>,
): readonly FieldChange[] {
  return changes("spec", false, from, to);
}

/** @param shown whether the values at `path` may be shown */
function changes(path: string, shown: boolean, from: unknown, to: unknown): FieldChange[] {
  if (canonicalJson(from ?? null) === canonicalJson(to ?? null)) return [];
  if (isMap(from) && isMap(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
    return keys.flatMap((key) => changes(`${path}.${key}`, shown || shownMembers.has(key), from[key], to[key]));
  }
  const lists = keyed(from, to);
  if (lists !== undefined) {
    const keys = [...new Set([...lists.from.keys(), ...lists.to.keys()])];
    return keys.flatMap((key) => changes(`${path}[${key}]`, shown, lists.from.get(key), lists.to.get(key)));
  }
  return [{ path, kind: "register", why, ...(shown ? { from: text(from), to: text(to) } : {}) }];
}

/** Both lists by the member that tells their items apart; undefined when there is none such. */
function keyed(
  from: unknown,
  to: unknown,
): { readonly from: ReadonlyMap<string, unknown>; readonly to: ReadonlyMap<string, unknown> } | undefined {
  const [left, right] = [from ?? [], to ?? []];
  if (!Array.isArray(left) || !Array.isArray(right)) return undefined;
  const items: readonly unknown[] = [...left, ...right];
  if (!items.every(isMap)) return undefined;
  for (const key of keyMembers) {
    const byKey = (list: readonly unknown[]): Map<string, unknown> =>
      new Map(list.map((item) => [String((item as Readonly<Record<string, unknown>>)[key]), item]));
    const distinct = [left, right].every((list) => byKey(list).size === list.length);
    if (items.every((item) => typeof item[key] === "string") && distinct) {
      return { from: byKey(left), to: byKey(right) };
    }
  }
  return undefined;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
