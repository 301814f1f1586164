import { type KindName, kindOf } from "../../api/v1alpha1/kinds.ts";
import { instanceTypeNames, knownInstanceTypes } from "../../aws/instance-types.ts";
import { isRecord } from "./defaults.ts";
import { nearest } from "./nearest.ts";
import type { Finding } from "./problem.ts";
import type { Named } from "./references.ts";

/** The highest priority of a queue in AWS's schema for CloudFormation; the limit of the API itself is unknown. */
const usualPriorityMax = 1000;

/** Values that AWS may reject although no rule forbids them. */
export function warningsOf({ kind, spec }: Named): Finding[] {
  return isRecord(spec) ? (warnings[kindOf(kind).kind]?.(spec) ?? []) : [];
}

const warnings: { readonly [Kind in KindName]?: (spec: Readonly<Record<string, unknown>>) => Finding[] } = {
  BatchComputeEnvironment: (spec) => unknownTypes(spec["computeResources"]),
  JobQueue: (spec) => highPriority(spec["priority"]),
};

/** The table of instance types may be older than a type: AWS decides. */
function unknownTypes(resources: unknown): Finding[] {
  const types = isRecord(resources) ? resources["instanceTypes"] : undefined;
  if (!Array.isArray(types)) return [];
  return (types as readonly unknown[]).flatMap((type, index): Finding[] => {
    if (typeof type !== "string" || knownInstanceTypes(type) !== undefined) return [];
    const near = nearest(type, instanceTypeNames);
    const hint = near === undefined ? "" : ` (did you mean ${near}?)`;
    const message = `unknown instance type, family or bundle ${type}${hint}: AWS rejects it, unless it is newer than this version`;
    return [{ path: ["spec", "computeResources", "instanceTypes", index], message }];
  });
}

function highPriority(priority: unknown): Finding[] {
  if (typeof priority !== "number" || priority <= usualPriorityMax) return [];
  const message = `${priority} is more than ${usualPriorityMax}, the maximum in CloudFormation: AWS may reject it; only the order of priorities matters`;
  return [{ path: ["spec", "priority"], message }];
}
