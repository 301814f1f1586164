/** What every controller's `plan.ts` answers, as plain data. */

import type { ConditionType } from "../api/condition-types.ts";

/** The one next thing, derived from what AWS and Kubernetes say; nothing is remembered. */
export type Next<Action> =
  /** One write per AWS resource; then the object is observed again. */
  | {
      readonly kind: "act";
      readonly action: Action;
      readonly reason: string;
      readonly message: string;
      /** Creates, registers, orders, disables, detaches and deletes: object and AWS are read live once more before it. */
      readonly irreversible: boolean;
      /** An update in place: it stays next until AWS shows its effect, and pauses when AWS never does. */
      readonly untilShown?: true;
      /** Of one that may end jobs: once it was in vain only a person has it sent again, and is told so by this reason. */
      readonly stallsInVain?: string;
      /** Part of it follows what the spec refers to: it never waits for a field beside it that is contested. */
      readonly follows?: true;
      /** What holds while AWS refuses it, where anything need not wait for it. */
      readonly otherwise?: Otherwise<Action>;
      /** What is done instead while it is put off, for AWS shows nothing of it, or somebody undoes it time and again. */
      readonly whilePutOff?: Next<Action>;
      /** What it writes of somebody else's, in words: put back by that one as often, it is yielded to like a field. */
      readonly ofOthers?: string;
      /** Nothing that stands around the steps of its kind is waited for first; `letFirst` says what that means. */
      readonly goesFirst?: "always" | "unlessActs";
    }
  /** AWS, time or another object will end it. */
  | {
      readonly kind: "wait";
      readonly reason: string;
      readonly message: string;
      /** When to look again although nothing was seen to change; absent: a change wakes the object. */
      readonly recheckInMs?: number;
      /**
       * A person holds it, so it is neither Reconciling nor Stalled: by pause or dry-run (Ready Unknown), or because a
       * step waits for approval (Ready False).
       */
      readonly held?: "byAnnotation" | "forApproval";
      /** What `awsbatch.dev/approve` must say to let it go on. */
      readonly approval?: string;
      /** After this long with the same reason only a person can be expected to end it: Stalled. */
      readonly stalledAfterMs?: number;
      /** Only until a listing shows what is not there; then comes the act that AWS may have refused before. */
      readonly confirmsAbsence?: boolean;
    }
  /** Only a person can end it. */
  | {
      readonly kind: "blocked";
      readonly reason: string;
      readonly message: string;
      readonly recheckInMs?: number;
      /** What `awsbatch.dev/approve` must say to have it tried all the same. */
      readonly approval?: string;
    }
  /** AWS is as wished. */
  | { readonly kind: "settled"; readonly reason: string; readonly message: string; readonly recheckInMs?: number }
  /** Nothing of ours is left, or is meant to be left: read live once more, and the finalizer goes. */
  | { readonly kind: "release"; readonly reason: string; readonly message: string };

/** What would be decided if there were nothing to do of what AWS refuses. */
export type Otherwise<Action> = Pick<Decision<Action>, "next" | "serving" | "news">;

/** `status.plan`: what the difference between wish and AWS means. */
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
  /** Stable while the wish stays the same; what `awsbatch.dev/approve` names. */
  readonly id: string;
  readonly reason: string;
  readonly changes: readonly FieldChange[];
}

export interface FieldChange {
  /** e.g. `spec.computeResources.instanceTypes`. */
  readonly path: string;
  /** The kind of update the field needs. */
  readonly kind: "tags" | "scaling" | "metadata" | "infrastructure" | "replacement" | "register" | "update";
  /** Why that kind, in words. */
  readonly why: string;
  /** Values as JSON text, only for paths on the allow-list of values that are no secrets. */
  readonly from?: string;
  readonly to?: string;
}

/** A condition that is news and has no effect on Ready: Retiring, ReferencesResolved, Contested, ... */
export interface News {
  readonly type: ConditionType;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
}

export interface Decision<Action> {
  readonly next: Next<Action>;
  readonly change: Change;
  /**
   * AWS serves this generation and is usable. May hold while a step is still to follow (soak, drain, removal of
   * a predecessor), which is then told by `news`.
   */
  readonly serving: boolean;
  readonly news: readonly News[];
  /** What AWS has refused of other acts, which are still to be done. */
  readonly refused?: readonly Failure[];
  /** Paths in `change` that differ because what they refer to has changed, not because AWS was: no drift. */
  readonly followed?: readonly string[];
}

/** What came of carrying out an action. */
export type Outcome =
  | { readonly kind: "none" }
  | { readonly kind: "done" }
  /** The live read before an irreversible act showed another object or another plan: start over. */
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

/** Whether the next step makes in AWS what the object is for. Pure. */
export function creates(next: Next<{ readonly kind: string }>): boolean {
  return next.kind === "act" && next.action.kind === "create";
}

/**
 * What is decided around the steps of a kind, where its own step does not go first: that waits for nothing, and where
 * AWS has refused it only for what is to be done, which it may hang on. What is around it is told all the same. Pure.
 */
export function letFirst<Own, Around>(own: Decision<Own>, around: Decision<Own | Around>): Decision<Own | Around> {
  const { next, change } = own;
  if (next.kind !== "act" || next.goesFirst === undefined) return around;
  if (next.goesFirst === "unlessActs" && around.next.kind === "act") return around;
  return { ...around, next, change };
}
