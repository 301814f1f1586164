/**
 * The registry of reasons: every reason of a condition, an event or a plan, with its meaning, as the kinds declare them. The
 * reference pages and the troubleshooting page are generated from it.
 */

import type { BatchKind } from "./batch-kind.ts";
import type { ConditionType } from "./condition-types.ts";
import { everyKindReasons } from "./reasons/every-kind.ts";
import { refusalReasons } from "./reasons/refusal.ts";
import type { ReasonPlace, ReasonTable, ReasonText } from "./reasons/table.ts";
import { type KindName, kindOf, type ReasonTables } from "./v1alpha1/kinds.ts";

/** What every kind has. */
const ofAllKinds = [everyKindReasons, refusalReasons] as const;

type Table = ReasonTables[number] | (typeof ofAllKinds)[number];

/** The reasons that a table has in a place. */
type In<T, Place extends ReasonPlace> = T extends { readonly [P in Place]: infer Reasons } ? keyof Reasons : never;
type ReasonIn<Place extends ReasonPlace> = { [P in Place]: In<Table, P> }[Place];

/** A reason of a condition. */
export type Reason = ReasonIn<ConditionType | "refusal">;
/** A reason of an event; events for Ready and Stalled have the reason of the condition. */
export type EventReason = ReasonIn<"event">;
/** A reason of `status.plan`. */
export type PlanReason = ReasonIn<"plan">;

/** One reason in one place, as a kind has it. */
export interface ReasonEntry extends ReasonText {
  readonly place: ReasonPlace;
  readonly reason: Reason | EventReason | PlanReason;
}

/** Every reason of a kind. */
export function reasonsOf(kind: KindName): readonly ReasonEntry[] {
  return [...ofAllKinds, ...kindOf(kind).reasons].flatMap((table: ReasonTable) =>
    Object.entries(table).flatMap(([place, reasons]) =>
      Object.entries(reasons).map(([reason, text]) => ({ ...text, place, reason }) as ReasonEntry),
    ),
  );
}

/** The entry in the words of a kind. */
export function worded(
  { todoIfFixed, ...entry }: ReasonEntry,
  { noun, awsName, fixedSpec }: Pick<BatchKind, "noun" | "awsName" | "fixedSpec">,
): ReasonEntry {
  const of = (text: string): string => text.replaceAll("{noun}", noun).replaceAll("{nameField}", awsName.field);
  const todo = fixedSpec === true ? (todoIfFixed ?? entry.todo) : entry.todo;
  return { ...entry, means: of(entry.means), ...(todo === undefined ? {} : { todo: of(todo) }) };
}
