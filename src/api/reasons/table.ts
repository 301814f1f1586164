/**
 * The door of the reasons: the form of a table. Each other file is the table of something that several kinds have, such as jobs,
 * roles or a network; a kind's own table is in its `*-kind.ts`. Conditions, events and the reference pages take their texts from
 * here.
 */

import type { ConditionType } from "../condition-types.ts";

/** The text of a reason in one place, for the reference pages. `{noun}` and `{nameField}` are replaced by those of a kind. */
export interface ReasonText {
  /** Status of the condition with this reason; absent: the status that reports a problem, usually False. */
  readonly status?: "True" | "Unknown";
  /** One line. */
  readonly means: string;
  /** What a person does about it, in one line; absent: nothing. */
  readonly todo?: string;
  /** The same where it cannot be done, because the spec of the kind cannot be changed; absent: as `todo` says. */
  readonly todoIfFixed?: string;
}

/**
 * Place of a reason: a condition, any condition because AWS rejects a call, an event, or `status.plan`.
 */
export type ReasonPlace = ConditionType | "refusal" | "event" | "plan";

/** Reasons by place. */
export type ReasonTable = { readonly [Place in ReasonPlace]?: Readonly<Record<string, ReasonText>> };
