import { type ConditionType, conditionTypes } from "../../api/condition-types.ts";
import type { Condition, KubeObject } from "../../api/object.ts";
import { BatchJobKind, kinds } from "../../api/v1alpha1/kinds.ts";
import { awaitingApproval } from "../../controllers/pass/approval.ts";
import { conditionsOf } from "../../controllers/pass/conditions.ts";
import { type InAws, inAws } from "./in-aws.ts";

/** An object as shown to people. Pure. */

export type Phase =
  /** This generation was not reconciled yet. */
  | "pending"
  | "working"
  | "ready"
  | "stalled"
  /** Paused by a person, or AWS cannot be read. */
  | "held"
  /** Its manifest was removed; what AWS has of it stays there. */
  | "removed";

export interface ObjectRow {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly phase: Phase;
  readonly deleting: boolean;
  /** Its manifest was removed, and the object is about to be deleted. */
  readonly vanishing: boolean;
  /** Its state in AWS, e.g. `ENABLED, VALID`; empty if it does not exist. */
  readonly awsState: string;
  readonly reason: string;
  readonly message: string;
  /** Wall ms. */
  readonly createdAt: number;
  /** Older environments that are being removed. */
  readonly predecessors: readonly Predecessor[];
  /** Problems that prevent jobs although the object may be Ready. */
  readonly warnings: readonly Warning[];
  /** The condition that reports a step which waits for a person's approval; undefined: none does. */
  readonly awaits: Awaits | undefined;
  readonly object: KubeObject;
}

export interface Predecessor {
  readonly name: string;
  readonly step: string;
  /** What happens to it; known for one at a time. */
  readonly message?: string;
  readonly queues?: readonly string[];
  readonly jobsRemaining?: number;
}

/** A condition in addition to Ready that reports a problem. */
export interface Warning {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/** What waits for a person; its message says how to approve it. */
export interface Awaits {
  /** `Retiring`: the object is served, and an older environment of it waits. */
  readonly type: "Ready" | "Retiring";
  readonly reason: string;
  readonly message: string;
}

/** State of an object's manifest. */
export type Presence = "present" | "vanishing" | "removed";

interface ShownStatus {
  readonly state?: string;
  readonly status?: string;
  readonly revision?: number;
  readonly predecessors?: readonly Predecessor[];
}

export function rowOf(object: KubeObject, presence: Presence): ObjectRow {
  const { kind, metadata } = object;
  const status = (object.status ?? {}) as ShownStatus;
  return {
    kind,
    namespace: metadata.namespace,
    name: metadata.name,
    deleting: metadata.deletionTimestamp !== undefined,
    vanishing: presence === "vanishing",
    awsState: awsStateOf(status),
    createdAt: Date.parse(metadata.creationTimestamp),
    predecessors: (status.predecessors ?? []).map((one) => retiring(one, conditionsOf(object))),
    warnings: warningsOf(conditionsOf(object)),
    awaits: awaitsOf(conditionsOf(object)),
    object,
    ...(presence === "removed" ? removedShown(object) : phaseOf(object)),
  };
}

function awsStateOf({ state, status, revision }: ShownStatus): string {
  if (revision !== undefined) return `revision ${revision}`;
  return [state, status].filter((part) => part !== undefined).join(", ");
}

type Shown = Pick<ObjectRow, "phase" | "reason" | "message">;

function removedShown(object: KubeObject): Shown {
  const isJob = object.kind === BatchJobKind.kind;
  return { phase: "removed", reason: "Removed", message: (isJob ? removedJob : removedOther)[inAws(object)] };
}

const restore = "or restore its manifest";
const removedOther: Readonly<Record<InAws, string>> = {
  something: `removed, but still in AWS: start with --prune to delete it there, ${restore}`,
  endedJob: "removed",
  nothing: "removed: the operator has made nothing of it in AWS",
  unknown: `removed, and the operator may have made a part of it in AWS: start with --prune to delete that, ${restore}`,
};
const removedJob: Readonly<Record<InAws, string>> = {
  something: `removed, but its job is still in AWS: start with --prune to end it, ${restore}`,
  endedJob: `removed: its job has ended, and its result is kept. Start with --prune to forget it, ${restore}`,
  nothing: "removed: no job was submitted",
  unknown: `removed: no job is submitted any more, and whether AWS has accepted an earlier request is being found out`,
};

function phaseOf(object: KubeObject): Shown {
  const conditions = conditionsOf(object).filter(
    ({ observedGeneration }) => observedGeneration === object.metadata.generation,
  );
  const find = (type: ConditionType): Condition | undefined => conditions.find((condition) => condition.type === type);
  const synced = find("Synced");
  if (synced?.status === "Unknown") return { phase: "held", reason: synced.reason, message: synced.message };
  const ready = find("Ready");
  if (ready === undefined) return { phase: "pending", reason: "Pending", message: "not reconciled yet" };
  const { reason, message } = ready;
  if (ready.status === "True") return { phase: "ready", reason, message };
  if (find("Stalled")?.status === "True") return { phase: "stalled", reason, message };
  if (ready.status === "Unknown") return { phase: "held", reason, message };
  return { phase: "working", reason, message };
}

/** A problem that Ready already reports is left out. */
function warningsOf(conditions: readonly Condition[]): readonly Warning[] {
  const ready = conditions.find(({ type }) => type === "Ready");
  return conditions
    .filter(({ type, status, message }) => {
      // Others can write status too.
      const warns = Object.hasOwn(conditionTypes, type) && conditionTypes[type].warnsWhenFalse === true;
      return warns && status === "False" && message !== ready?.message;
    })
    .map(({ type, reason, message }) => ({ type, reason, message }));
}

function awaitsOf(conditions: readonly Condition[]): Awaits | undefined {
  for (const type of ["Ready", "Retiring"] as const) {
    const found = conditions.find((one) => one.type === type && one.reason === awaitingApproval);
    if (found !== undefined) return { type, reason: found.reason, message: found.message };
  }
  return undefined;
}

/** The condition `Retiring` describes the environment that is next. */
function retiring(predecessor: Predecessor, conditions: readonly Condition[]): Predecessor {
  const retiringNow = conditions.find(({ type, status }) => type === "Retiring" && status === "True");
  return retiringNow?.message.includes(predecessor.name)
    ? { ...predecessor, message: retiringNow.message }
    : predecessor;
}

/** One line, without the object's name. */
export function warningText({ type, reason, message }: Warning): string {
  return `${type}=False ${reason}: ${message}`;
}

/** How a warning has ended; undefined while it lasts. */
export function endText({ object }: Pick<ObjectRow, "object">, type: string): string | undefined {
  const condition = conditionsOf(object).find((one) => one.type === type);
  if (condition === undefined) return `${type} is no longer False`;
  const { status, reason, message } = condition;
  return status === "False" ? undefined : `${type}=${status} ${reason}: ${message}`;
}

/** `Kind/name`, with the namespace unless it is `default`. */
export function rowText({ kind, namespace, name }: Pick<ObjectRow, "kind" | "namespace" | "name">): string {
  return namespace === "default" ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}

/** What is new or other among the rows, and what was there before and is not any more. The same row is the same object. */
export function changedRows(
  before: readonly ObjectRow[],
  after: readonly ObjectRow[],
): { readonly changed: readonly ObjectRow[]; readonly gone: readonly ObjectRow[] } {
  const [was, is] = [new Set(before), new Set(after)];
  const changed = after.filter((row) => !was.has(row));
  const texts = new Set(changed.map(rowText));
  return { changed, gone: before.filter((row) => !is.has(row) && !texts.has(rowText(row))) };
}

/** By kind in the order in which they can be applied, then by name. */
export function inOrder(rows: readonly ObjectRow[]): readonly ObjectRow[] {
  const byName = rows.toSorted((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
  return kinds.flatMap(({ kind }) => byName.filter((row) => row.kind === kind));
}

function nameOf({ namespace, name }: ObjectRow): string {
  return `${namespace}/${name}`;
}
