import type { Change, FieldChange, Next } from "../decision.ts";
import type { Action, TagItem, TagPurpose } from "./action.ts";

/** The answers of the rules of the plan. Pure. */

/** What a rule answers; `change` is what the difference means, by default nothing. */
export interface Step {
  readonly next: Next<Action>;
  readonly change?: Omit<Change, "id">;
  readonly serving?: boolean;
}

/** Another look when nothing but AWS's own time can bring the answer. */
export const lookAgainMs = 2000;

export function tagging(
  purpose: TagPurpose,
  items: readonly TagItem[],
  why: string,
  more: { readonly serving?: boolean; readonly changes?: readonly FieldChange[] } = {},
): Step {
  return {
    serving: more.serving ?? false,
    change: { action: "UpdateTags", reason: why, changes: more.changes ?? [] },
    next: {
      kind: "act",
      action: { kind: "tag", purpose, items },
      reason: "Tagging",
      message: why,
      // An object that has gone meanwhile must not become an owner: nobody would ever clean up. And what somebody else took
      // over meanwhile is not tagged: a listing of all may be old.
      irreversible: true,
    },
  };
}

export function blocked(reason: string, message: string, recheckInMs?: number): Step {
  return { next: { kind: "blocked", reason, message, ...(recheckInMs === undefined ? {} : { recheckInMs }) } };
}
