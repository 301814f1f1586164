import {
  type Act,
  type Blocked,
  type Change,
  type ConditionDraft,
  earliestCheck,
  type Step,
  type Wait,
} from "./agenda.ts";

/** A step that a part of an object can have: its object alone serves, and is released. */
export type PartStep<Action> = Act<Action> | Wait | Blocked;

/** What a part of an object adds to its plan: what it selects, its roles, its endpoints, its security group. */
export interface PartPlan<Action> {
  /** Before what needs the part. */
  readonly steps: readonly PartStep<Action>[];
  /** Steps that remove what the object no longer uses: they hold nothing, and wait for the other steps. */
  readonly tail?: readonly Act<Action>[];
  readonly conditions: readonly ConditionDraft[];
  readonly checkInMs?: number;
  /** The spec lacks something that its first step waits for, so its differences in AWS are not a plan. */
  readonly isUnknown?: boolean;
}

export const nothingToDo: PartPlan<never> = { steps: [], conditions: [] };

/** Several plans as one. */
export function together<Action>(plans: readonly PartPlan<Action>[]): PartPlan<Action> {
  return {
    steps: plans.flatMap(({ steps }) => steps),
    tail: plans.flatMap(({ tail = [] }) => tail),
    conditions: plans.flatMap(({ conditions }) => conditions),
    ...earliestCheck(plans),
  };
}

/** A deletion with the removal of parts before the finalizer goes; before that, what uses the parts is still there. */
export function removedLast<Action>(
  agenda: readonly Step<Action>[],
  removal: () => readonly Step<Action>[],
): readonly Step<Action>[] {
  const last = agenda.at(-1);
  return last?.kind === "release" ? [...agenda.slice(0, -1), ...removal(), last] : agenda;
}

/** The change of an object whose roles differ from the spec as well. */
export function withRoleChanges(change: Change, ofRoles: Change["changes"]): Change {
  if (ofRoles.length === 0) return change;
  const action = change.action === "None" ? ({ action: "Update", reason: "RolesDiffer" } as const) : {};
  return { ...change, ...action, changes: [...ofRoles, ...change.changes] };
}

/** Whether an agenda has nothing left to do or to wait for. */
export function isSettled(agenda: readonly Step<unknown>[]): boolean {
  return agenda.every(({ kind }) => kind === "serves" || kind === "release");
}
