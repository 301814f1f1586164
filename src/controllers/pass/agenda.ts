/** Result of a kind's `plan`, as plain data: what could be done next, in order. */

import type { ConditionType } from "../../api/condition-types.ts";
import type { EventReason, PlanReason, Reason } from "../../api/reasons.ts";

export interface Plan<Action> {
  /** `status.plan`. */
  readonly change: Change;
  /**
   * The steps that may be next, in the order in which they are to be done. The first step that nothing holds is next, see
   * `choose`. A step that holds `everything` is the last one, unless AWS may refuse the steps before it.
   */
  readonly agenda: readonly Step<Action>[];
  /** Conditions other than Ready, Reconciling and Stalled. */
  readonly conditions: readonly ConditionDraft[];
  /** The object is checked again within this time (ms), whatever it waits for. */
  readonly checkInMs?: number;
}

export type Step<Action> = Act<Action> | Wait | Blocked | Serves | Release;

/** One write to one AWS resource. Object and AWS are read live before it, always. */
export interface Act<Action> {
  readonly kind: "act";
  readonly action: Action;
  readonly reason: Reason;
  readonly message: string;
  /** Of an update in place: it stays next until AWS shows its effects, and pauses when AWS never does. */
  readonly effects?: readonly Effect[];
  /** By default `everything`. */
  readonly holds?: Holds;
  readonly conditions?: readonly StepCondition[];
}

/** AWS, time, another object or a person's annotation ends it. */
export interface Wait {
  readonly kind: "wait";
  readonly reason: Reason;
  readonly message: string;
  /** Undefined: a change in AWS, another object, or time. */
  readonly until?: Until;
  /** When to check although nothing was seen to change, ms; undefined: a change wakes the object. */
  readonly checkInMs?: number;
  /** After this long (ms) with the same reason only a person can be expected to end it: Stalled. */
  readonly stallsAfterMs?: number;
  readonly holds?: Holds;
  readonly conditions?: readonly StepCondition[];
}

/** Only a person ends it. */
export interface Blocked {
  readonly kind: "blocked";
  readonly reason: Reason;
  readonly message: string;
  /** An approval has it tried all the same. */
  readonly until?: Extract<Until, { readonly kind: "approval" }>;
  readonly checkInMs?: number;
  readonly holds?: Holds;
  readonly conditions?: readonly StepCondition[];
}

/** From here on AWS serves this generation: the steps that follow run under Ready=True. */
export interface Serves {
  readonly kind: "serves";
  readonly reason: Reason;
  readonly message: string;
  readonly checkInMs?: number;
}

/** Nothing of ours is left, or is meant to be left: AWS is read live once more, and the finalizer goes. */
export interface Release {
  readonly kind: "release";
  /** Of the event that reports it. */
  readonly reason: EventReason;
  readonly message: string;
}

/** What ends a wait. */
export type Until =
  /** A listing shows what is not there; then comes the act that AWS may have refused before. */
  | { readonly kind: "listing" }
  /** `awsbatch.dev/approve` with this value. */
  | { readonly kind: "approval"; readonly value: string }
  /** The annotation that pauses the object, or has it planned only, is removed. */
  | { readonly kind: "annotation" };

/**
 * What waits for a step: everything after it; later writes; only the creation of the object's resource; or nothing, so that a
 * refusal by AWS harms nothing else.
 */
export type Holds = "everything" | "writes" | "creation" | "nothing";

/**
 * A condition that reports a step in place of Ready, with the reason and the message of the step: Ready stays what the
 * other steps make it. A step that holds `everything` is reported by both.
 */
export type StepCondition = Pick<ConditionDraft, "type" | "status">;

/** A field that a write changes, and why. */
export interface Effect {
  readonly path: string;
  readonly cause: /** Contested when somebody changes it back. */
    | "spec"
    /** It follows what the spec refers to: never counted as drift. */
    | "reference"
    /** It belongs to somebody else, who may change it back: yielded to like a contested field. */
    | "foreign";
  /** The write may end jobs: when it was in vain, only a person has it sent again. */
  readonly mayEndJobs?: true;
}

/** `status.plan`: what the difference between the spec and AWS means. */
export interface Change {
  readonly action:
    | "None"
    | "Create"
    | "UpdateTags"
    | "Scale"
    | "UpdateInfrastructure"
    | "Replace"
    | "Update"
    | "Register"
    | "Delete";
  /** Stable while the desired state stays the same; what `awsbatch.dev/approve` names. */
  readonly id: string;
  readonly reason: PlanReason | Reason;
  readonly changes: readonly FieldChange[];
}

export interface FieldChange {
  /** e.g. `spec.computeResources.instanceTypes`. */
  readonly path: string;
  /** The kind of update the field needs. */
  readonly kind: "tags" | "scaling" | "metadata" | "infrastructure" | "replacement" | "register" | "update";
  /** Why that kind, in words. */
  readonly why: string;
  /** Values as JSON text, only for paths on the allow-list of values that are not secret. */
  readonly from?: string;
  readonly to?: string;
  /** It differs because what the spec refers to has changed, not because AWS was: no drift. */
  readonly isReference?: true;
}

/** A condition as a plan gives it; the time of its last turn is added when it is written. */
export interface ConditionDraft {
  readonly type: ConditionType;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: Reason;
  readonly message: string;
}

/** What came of carrying out an action. */
export type Outcome =
  | { readonly kind: "none" }
  | { readonly kind: "done" }
  /** The live read before the act showed another object or another plan: start over. */
  | { readonly kind: "startOver" }
  | { readonly kind: "failed"; readonly failure: Failure };

/** A refused or failed write, as data: from `AwsError` or `StoreError`. */
export interface Failure {
  readonly kind: string;
  readonly operation: string;
  readonly message: string;
  /** The next step, for the person at the other end. */
  readonly advice: string;
}

/** What AWS said to an action, and when, wall ms. */
export interface Refusal {
  readonly failure: Failure;
  readonly at: number;
}

/** The earliest of several checks (ms), as the member that a step or a plan has; no member where there is none. */
export function earliestCheck(all: readonly { readonly checkInMs?: number }[]): { readonly checkInMs?: number } {
  const checks = all.flatMap(({ checkInMs }) => checkInMs ?? []);
  return checks.length === 0 ? {} : { checkInMs: Math.min(...checks) };
}
