import type { ConditionType } from "../../api/condition-types.ts";
import type { Condition, KubeObject } from "../../api/object.ts";
import type { Reason } from "../../api/reasons.ts";
import { passesByItself } from "../../aws/errors.ts";
import { marks } from "../intervals.ts";
import { displayed, failureText } from "../wording.ts";
import type { ConditionDraft, Failure, Outcome, Step } from "./agenda.ts";
import type { Choice } from "./choose.ts";
import { type Reached, refusalStallsAfterMs, type Timed, timedReport } from "./timed-report.ts";

/**
 * Conditions as people and tools read them (kstatus, `kubectl wait`, Argo CD): Ready always; Reconciling and
 * Stalled only while true; the others as the plan gives them. Pure.
 */

type Verdict = {
  readonly ready: "True" | "False" | "Unknown";
  readonly kind: "Reconciling" | "Stalled" | "none";
  readonly reason: Reason;
  readonly message: string;
};

export interface Judged {
  readonly choice: Choice<unknown>;
  readonly outcome: Outcome;
  /** How long `choice.next` or the outcome has had this reason, milliseconds. */
  readonly lastedMs: number;
}

/** Why AWS could not be read, and for how long. */
export interface Unreadable {
  readonly reason: Reason;
  readonly message: string;
  readonly lastedMs: number;
  /** Permission or credentials: neither AWS nor time will end it. */
  readonly needsPerson: boolean;
}

/** The reason by which an outcome or a step is known; what `lastedMs` is counted for. */
export function reasonOf(choice: Choice<unknown>, outcome: Outcome): string {
  return outcome.kind === "failed"
    ? failureReason(foremost(failuresOf(choice, outcome.failure)).kind)
    : choice.next.reason;
}

export function conditionsFor(object: KubeObject, judged: Judged, now: number): Timed<readonly Condition[]> {
  return timedReport(judged.lastedMs, (reached) => conditionsAt(object, judged, reached, now));
}

function conditionsAt(object: KubeObject, judged: Judged, reached: Reached, now: number): readonly Condition[] {
  const verdict = verdictOf(judged, reached);
  const list: ConditionDraft[] = [
    { type: "Ready", status: verdict.ready, reason: verdict.reason, message: verdict.message },
    { type: "Synced", status: "True", reason: "ReadFromAWS", message: "AWS was read" },
  ];
  if (verdict.kind !== "none") {
    list.push({ type: verdict.kind, status: "True", reason: verdict.reason, message: verdict.message });
  }
  return stamped(object, [...list, ...othersOf(judged)], now);
}

/**
 * A failed act leaves the conditions of what goes on without it: an object that is Ready by its `instead` is `Retiring`
 * by it too, or the replacement would seem complete until the act succeeds.
 */
function othersOf({ choice: { conditions, instead }, outcome }: Judged): readonly ConditionDraft[] {
  if (outcome.kind !== "failed" || instead === undefined) return conditions;
  const types = new Set(conditions.map(({ type }) => type));
  return [...conditions, ...instead.conditions.filter(({ type }) => !types.has(type))];
}

/** The report while AWS cannot be read; `stalls`: only a person can be expected to fix it. */
export interface UnreadReport {
  readonly conditions: readonly Condition[];
  readonly stalls: boolean;
}

/**
 * AWS could not be read: Ready stays what it was for 10 minutes, then it is Unknown. Where only a person can end it, the
 * object is Stalled, and Ready Unknown, as soon as after a denied write: tools that wait for it would never finish.
 */
export function unreadableConditions(object: KubeObject, unreadable: Unreadable, now: number): Timed<UnreadReport> {
  return timedReport(unreadable.lastedMs, (reached) => {
    const stalls = unreadable.needsPerson && reached(marks.deniedStallsMs);
    const keepsReady = !stalls && !reached(marks.unreadUnknownMs);
    return { stalls, conditions: unreadAt(object, unreadable, { stalls, keepsReady }, now) };
  });
}

function unreadAt(
  object: KubeObject,
  { reason, message }: Unreadable,
  { stalls, keepsReady }: { readonly stalls: boolean; readonly keepsReady: boolean },
  now: number,
): readonly Condition[] {
  const old = conditionsOf(object);
  const rewritten = ["Ready", "Synced", ...(stalls ? ["Reconciling", "Stalled"] : [])];
  const kept = old.filter((condition) => !rewritten.includes(condition.type));
  const ready = old.find((condition) => condition.type === "Ready");
  const upToDate = ready !== undefined && ready.observedGeneration === object.metadata.generation;
  const readyNow: Shown = upToDate && keepsReady ? ready : { type: "Ready", status: "Unknown", reason, message };
  const drafts: Shown[] = [readyNow, { type: "Synced", status: "Unknown", reason, message }];
  if (stalls) drafts.push({ type: "Stalled", status: "True", reason, message });
  return [...stamped(object, drafts, now), ...kept];
}

function verdictOf({ choice, outcome }: Judged, reached: Reached): Verdict {
  const { next, serving, instead } = choice;
  if (outcome.kind === "failed") {
    const failures = failuresOf(choice, outcome.failure);
    const serves = serving || instead?.serving === true;
    if (!isLag(foremost(failures), reached)) return failedVerdict(failures, instead?.next, serves, reached);
  }
  const message = withRefusals(choice);
  if (next.kind === "release") return { ready: "False", kind: "Reconciling", reason: "Deleting", message };
  const { reason } = next;
  switch (next.kind) {
    case "serves":
      return { ready: "True", kind: "none", reason, message };
    case "blocked":
      return { ready: "False", kind: "Stalled", reason, message };
    case "wait":
      if (serving) return servingVerdict;
      // A person holds it: that is neither Reconciling nor Stalled.
      if (next.until?.kind === "annotation") return { ready: "Unknown", kind: "none", reason, message };
      if (next.until?.kind === "approval") return { ready: "False", kind: "none", reason, message };
      return {
        ready: "False",
        kind: next.stallsAfterMs !== undefined && reached(next.stallsAfterMs) ? "Stalled" : "Reconciling",
        reason,
        message,
      };
    case "act":
      return serving ? servingVerdict : { ready: "False", kind: "Reconciling", reason, message };
  }
}

type Failures = readonly [Failure, ...Failure[]];

/**
 * The failure of this pass and the other refusals of AWS, in an order that does not depend on which was tried last: status
 * would go to and fro. What passes by itself comes after what may not.
 */
function failuresOf({ refused }: Choice<unknown>, failure: Failure): Failures {
  const rank = ({ kind }: Failure): number => (passesByItself(kind) ? 2 : lags(kind) ? 1 : 0);
  const sorted = [failure, ...refused].toSorted(
    (left, right) => rank(left) - rank(right) || (failureText(left) < failureText(right) ? -1 : 1),
  );
  return sorted as unknown as Failures;
}

function foremost([first]: Failures): Failure {
  return first;
}

/** All of them in words, and what else there is to report while they last. */
function failuresText(failures: Failures, instead: Step<unknown> | undefined): string {
  const refusals = [...new Set(failures.map(failureText))].join(". Also: ");
  const meanwhile = instead?.kind === "wait" || instead?.kind === "blocked";
  return meanwhile ? `${refusals.replace(/[.]$/, "")}. Meanwhile: ${instead.message}` : refusals;
}

/** A step in words, with the other refusals of AWS, unless they pass by themselves. */
function withRefusals({ next, refused }: Choice<unknown>): string {
  const lasting = refused.filter(({ kind }) => !passesByItself(kind) && !lags(kind));
  return [...new Set([next.message, ...lasting.map(failureText)])].join(". Also: ");
}

function lags(kind: string): boolean {
  return kind === "inUse" || kind === "busy";
}

/** AWS has not yet noticed what it waits for: the step goes on as it was reported, unless it takes unusually long. */
function isLag(failure: Failure, reached: Reached): boolean {
  return lags(failure.kind) && !reached(marks.lagReportedMs);
}

const servingVerdict: Verdict = {
  ready: "True",
  kind: "none",
  reason: "Available",
  message: "AWS Batch serves this generation",
};

function failedVerdict(
  failures: Failures,
  instead: Step<unknown> | undefined,
  serving: boolean,
  reached: Reached,
): Verdict {
  const failure = foremost(failures);
  const reason = failureReason(failure.kind);
  const message = failuresText(failures, instead);
  const stallsAfterMs = refusalStallsAfterMs(failure);
  const stalled = instead?.kind === "blocked" || (stallsAfterMs !== undefined && reached(stallsAfterMs));
  if (stalled) return { ready: "False", kind: "Stalled", reason, message };
  if (!serving) return { ready: "False", kind: "Reconciling", reason, message };
  // A usable resource stays Ready. A refusal is reported all the same, unless it passes by itself.
  return passesByItself(failure.kind)
    ? servingVerdict
    : { ...servingVerdict, message: `${servingVerdict.message}, but ${message}` };
}

/** The condition reason of a kind of failure. */
export function failureReason(kind: string): Reason {
  return failureReasons[kind] ?? "UnknownError";
}

const failureReasons: Readonly<Record<string, Reason>> = {
  throttled: "Throttled",
  unavailable: "AWSUnavailable",
  busy: "ResourceBusy",
  inUse: "InUse",
  notReady: "DependencyNotReady",
  notFound: "NotFound",
  alreadyExists: "AlreadyExists",
  quota: "QuotaExceeded",
  denied: "AccessDenied",
  credentials: "CredentialsInvalid",
  invalid: "InvalidRequest",
};

/** A message may hold 32 KiB; more than this nobody reads. */
const messageLimit = 1024;

/** A condition without what is added when it is written. */
type Shown = Pick<Condition, keyof ConditionDraft>;

function stamped(object: KubeObject, list: readonly Shown[], now: number): Condition[] {
  const old = conditionsOf(object);
  const time = timestamp(now);
  return list.map(({ type, status, reason, message }) => {
    const before = old.find((condition) => condition.type === type);
    return {
      type,
      status,
      reason,
      message: displayed(message, messageLimit),
      lastTransitionTime: before?.status === status ? before.lastTransitionTime : time,
      observedGeneration: object.metadata.generation,
    };
  });
}

/** RFC 3339 in whole seconds, as `metav1.Time`. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** The conditions now in an object's status; none when it has no status yet. */
export function conditionsOf(object: KubeObject): readonly Condition[] {
  const status = object.status as { readonly conditions?: readonly Condition[] } | undefined;
  return status?.conditions ?? [];
}

/** The condition Ready of an object, and whether it is True of the spec that the object has now. */
export function readyOf(object: KubeObject): { readonly ready: Condition | undefined; readonly isReady: boolean } {
  const ready = conditionsOf(object).find(({ type }) => type === "Ready");
  const isReady = ready?.status === "True" && ready.observedGeneration === object.metadata.generation;
  return { ready, isReady };
}

/** The condition of this type as it is: what was known before a restart is reported until something newer is known. */
export function keptCondition(object: KubeObject, kept: ConditionType): readonly ConditionDraft[] {
  return conditionsOf(object)
    .filter(({ type }) => type === kept)
    .map(({ type, status, reason, message }) => ({ type, status, reason: reason as Reason, message }));
}
