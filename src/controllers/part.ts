import type { Act, ConditionDraft, Step } from "./agenda.ts";

/** What a part of an object adds to its plan: what it selects, its roles, its endpoints, its security group. */
export interface PartPlan<Action> {
  /** Before what needs the part. */
  readonly steps: readonly Step<Action>[];
  /** What takes away that the object uses no more: it holds nothing, and waits for what the object has to do. */
  readonly tail?: readonly Act<Action>[];
  readonly conditions: readonly ConditionDraft[];
  readonly checkInMs?: number;
  /** The spec lacks something that its first step waits for, so its differences in AWS are not a plan. */
  readonly isUnknown?: boolean;
}

export const nothingToDo: PartPlan<never> = { steps: [], conditions: [] };
