import type { ConditionType } from "../condition-types.ts";

/** What a reason says in one place, for the reference pages. `{noun}` and `{nameField}` are replaced by those of a kind. */
export interface ReasonText {
  /** The status of the condition with this reason; absent: the one that reports trouble, False for most. */
  readonly status?: "True" | "Unknown";
  /** One line. */
  readonly means: string;
  /** What a person does about it, in one line; absent: nothing, it ends by itself or only informs. */
  readonly todo?: string;
  /** Part of every change: `plan` does not mention that it is waited for. */
  readonly isOrdinary?: true;
}

/**
 * Where a reason is used: in a condition, in any condition because AWS refuses a call, in an event, or in `status.plan`.
 */
export type ReasonPlace = ConditionType | "refusal" | "event" | "plan";

/** Reasons by the place that uses them. */
export type ReasonTable = { readonly [Place in ReasonPlace]?: Readonly<Record<string, ReasonText>> };
