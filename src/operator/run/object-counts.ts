import { type ConditionType, conditionTypesOf } from "../../api/condition-types.ts";
import type { Condition, KubeObject } from "../../api/object.ts";
import type { Reason } from "../../api/reasons.ts";
import type { BatchComputeEnvironment } from "../../api/v1alpha1/batch-compute-environment.ts";
import { BatchComputeEnvironmentKind, type OperatorKind } from "../../api/v1alpha1/kinds.ts";

/** Others can write status too, so only known types, statuses and steps become labels. */
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
  readonly condition: ConditionType;
  readonly status: string;
  readonly objects: number;
}

/** A count of objects, one after the other: of thousands, whoever counts may rest in between. */
export interface Counting<Result> {
  add(object: KubeObject): void;
  /** Of those that were added. */
  result(): Result;
}

/** Objects of a kind by condition and its status, including zeros, because alerts need series that do not disappear. */
export function countingConditions(kind: OperatorKind): Counting<readonly ConditionCount[]> {
  const counts = new Map<string, number>();
  return {
    add({ status }) {
      const { conditions = [] } = (status ?? {}) as { readonly conditions?: readonly Condition[] };
      for (const { type, status: value } of conditions) count(counts, `${type}=${value}`);
    },
    result: () =>
      conditionTypesOf(kind).flatMap((condition) =>
        statuses.map((status) => ({ condition, status, objects: counts.get(`${condition}=${status}`) ?? 0 })),
      ),
  };
}

/** AWS's own statuses. */
const awsStatuses = ["CREATING", "UPDATING", "VALID", "INVALID", "DELETING", "DELETED", "ACTIVE"] as const;

export interface AwsStatusCount {
  readonly status: string;
  readonly objects: number;
}

/** Objects by AWS's own status, including zeros; an object without a resource in AWS is not counted. */
export function countingAwsStatuses(): Counting<readonly AwsStatusCount[]> {
  const counts = new Map<string, number>();
  return {
    add: ({ status }) => count(counts, (status as { readonly status?: string } | undefined)?.status ?? ""),
    result: () => awsStatuses.map((status) => ({ status, objects: counts.get(status) ?? 0 })),
  };
}

export interface Deletions {
  readonly objects: number;
  /** 0 without any. */
  readonly oldestMs: number;
}

/** Objects with a deletion timestamp. @param now wall time, ms */
export function countingDeletions(now: number): Counting<Deletions> {
  let [objects, oldestMs] = [0, 0];
  return {
    add({ metadata: { deletionTimestamp } }) {
      if (deletionTimestamp === undefined) return;
      objects++;
      oldestMs = Math.max(oldestMs, now - Date.parse(deletionTimestamp));
    },
    result: () => ({ objects, oldestMs }),
  };
}

export interface NotReady {
  readonly namespace: string;
  readonly name: string;
  readonly reason: string;
  /** Wall time, ms. */
  readonly since: number;
}

/** Limit of the series of single objects; the counts include the others. */
const seriesLimit = 100;
const reasonForm = /^[A-Za-z][A-Za-z0-9]{0,63}$/;

/** Of a job that waits, runs or has ended without success: nobody has to make its object Ready. Jobs have metrics of their own. */
const courseOfJob: readonly string[] = [
  "Suspended",
  "WaitingForJob",
  "JobSubmitted",
  "JobPending",
  "JobRunnable",
  "JobStarting",
  "JobRunning",
  "JobFailed",
  "JobCancelled",
  "DependencyFailed",
] satisfies readonly Reason[];

/** The first 100 objects that are not Ready, oldest first, because their labels are bounded; without the course of jobs. */
export function collectingNotReady(): Counting<readonly NotReady[]> {
  let found: NotReady[] = [];
  const oldest = (): NotReady[] => found.toSorted((left, right) => left.since - right.since).slice(0, seriesLimit);
  return {
    add({ metadata: { namespace, name }, status }) {
      const { conditions = [] } = (status ?? {}) as { readonly conditions?: readonly Condition[] };
      const ready = conditions.find(({ type }) => type === "Ready");
      const since = Date.parse(ready?.lastTransitionTime ?? "");
      if (ready === undefined || ready.status === "True" || Number.isNaN(since)) return;
      if (courseOfJob.includes(ready.reason)) return;
      found.push({ namespace, name, reason: reasonForm.test(ready.reason) ? ready.reason : otherStep, since });
      if (found.length >= 2 * seriesLimit) found = oldest();
    },
    result: oldest,
  };
}

export interface UpdateAvailable {
  readonly namespace: string;
  readonly name: string;
  /** Wall time, ms. */
  readonly since: number;
}

/** The 100 environments for which something newer has been known the longest. */
export function collectingUpdates(): Counting<readonly UpdateAvailable[]> {
  let found: UpdateAvailable[] = [];
  const oldest = (): UpdateAvailable[] =>
    found.toSorted((left, right) => left.since - right.since).slice(0, seriesLimit);
  return {
    add({ metadata: { namespace, name }, status }) {
      const { updateAvailableSince } = (status ?? {}) as { readonly updateAvailableSince?: unknown };
      const since = typeof updateAvailableSince === "string" ? Date.parse(updateAvailableSince) : Number.NaN;
      if (Number.isNaN(since)) return;
      found.push({ namespace, name, since });
      if (found.length >= 2 * seriesLimit) found = oldest();
    },
    result: oldest,
  };
}

export interface ReplacementCount {
  readonly step: string;
  readonly count: number;
  /** 0 without any. */
  readonly oldestMs: number;
}

/** Environments that are being retired, by step. @param now wall time, ms */
export function countingReplacements(now: number): Counting<readonly ReplacementCount[]> {
  const counts = new Map<string, number>();
  const oldest = new Map<string, number>();
  return {
    add(object) {
      if (object.kind !== BatchComputeEnvironmentKind.kind) return;
      for (const { step: named, since } of (object as BatchComputeEnvironment).status?.predecessors ?? []) {
        const step = steps.find((known) => known === named) ?? otherStep;
        count(counts, step);
        const ageMs = since === undefined ? 0 : Math.max(0, now - Date.parse(since));
        oldest.set(step, Math.max(oldest.get(step) ?? 0, ageMs));
      }
    },
    result: () =>
      [...steps, otherStep].map((step) => ({ step, count: counts.get(step) ?? 0, oldestMs: oldest.get(step) ?? 0 })),
  };
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
