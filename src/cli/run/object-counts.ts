import type { Condition, KubeObject } from "../../api/object.ts";
import type { BatchComputeEnvironment } from "../../api/v1alpha1/compute-environment.ts";
import { BatchComputeEnvironmentKind } from "../../api/v1alpha1/kinds.ts";

/** What metrics count. A status can be written by others, so only what is listed here becomes a label. */
const conditionTypes = [
  "Ready",
  "Reconciling",
  "Stalled",
  "Synced",
  "Retiring",
  "ReferencesResolved",
  "Contested",
  "NetworkReady",
  "RolesReady",
  "JobsProgressing",
] as const;
const statuses = ["True", "False", "Unknown"] as const;
const steps = [
  "Standby",
  "InUse",
  "Soaking",
  "AwaitingApproval",
  "Disabling",
  "Draining",
  "Deleting",
  "DeleteFailed",
] as const;
const otherStep = "Other";

export interface ConditionCount {
  readonly condition: string;
  readonly status: string;
  readonly objects: number;
}

/** Objects by condition and its status, zeros included: a series that comes and goes alarms nobody. */
export function countConditions(objects: readonly KubeObject[]): readonly ConditionCount[] {
  const counts = new Map<string, number>();
  for (const { status } of objects) {
    const { conditions = [] } = (status ?? {}) as { readonly conditions?: readonly Condition[] };
    for (const { type, status: value } of conditions) count(counts, `${type}=${value}`);
  }
  return conditionTypes.flatMap((condition) =>
    statuses.map((status) => ({ condition, status, objects: counts.get(`${condition}=${status}`) ?? 0 })),
  );
}

export interface ReplacementCount {
  readonly step: string;
  readonly count: number;
  /** 0: there is none. */
  readonly oldestMs: number;
}

/** Environments on their way out, by step. @param now wall time, ms */
export function countReplacements(objects: readonly KubeObject[], now: number): readonly ReplacementCount[] {
  const counts = new Map<string, number>();
  const oldest = new Map<string, number>();
  for (const object of objects) {
    if (object.kind !== BatchComputeEnvironmentKind.kind) continue;
    for (const { step: named, since } of (object as BatchComputeEnvironment).status?.predecessors ?? []) {
      const step = steps.find((known) => known === named) ?? otherStep;
      count(counts, step);
      const ageMs = since === undefined ? 0 : Math.max(0, now - Date.parse(since));
      oldest.set(step, Math.max(oldest.get(step) ?? 0, ageMs));
    }
  }
  return [...steps, otherStep].map((step) => ({
    step,
    count: counts.get(step) ?? 0,
    oldestMs: oldest.get(step) ?? 0,
  }));
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
