import type { Reason } from "../../../api/reasons.ts";
import type { Act, Change, FieldChange, Serves } from "../../pass/agenda.ts";
import type { PartStep } from "../../pass/part-plan.ts";
import type { Action, TagItem, TagPurpose } from "./action.ts";
import type { SeenRevision } from "./entries.ts";

/** Results of the rules of the plan. Pure. */

/** A step of a job definition that is not being deleted. */
type Upkeep = PartStep<Action> | Serves;

/** What a rule answers; `change` is what the difference means, by default nothing. */
export interface Answer {
  readonly agenda: readonly [Upkeep, ...Upkeep[]];
  readonly change?: Omit<Change, "id">;
}

/** @param serving the revision that jobs by name run meanwhile; undefined: none that is as the spec says */
export function tagging(
  purpose: TagPurpose,
  items: readonly TagItem[],
  why: string,
  {
    serving,
    changes = [],
  }: { readonly serving?: SeenRevision | undefined; readonly changes?: readonly FieldChange[] } = {},
): Answer {
  const act: Act<Action> = {
    kind: "act",
    action: { kind: "tag", purpose, items },
    reason: "Tagging",
    message: why,
  };
  return {
    change: { action: "UpdateTags", reason: purpose === "userTags" ? "TagsDiffer" : "OwnershipTagsDiffer", changes },
    agenda: serving === undefined ? [act] : [serves(serving), act],
  };
}

export function serves({ revision }: SeenRevision, checkInMs?: number): Serves {
  const message = `revision ${revision.revision} is active; jobs submitted by name use it`;
  return { kind: "serves", reason: "Available", message, ...(checkInMs === undefined ? {} : { checkInMs }) };
}

export function blocked(reason: Reason, message: string, checkInMs?: number): Answer {
  return { agenda: [{ kind: "blocked", reason, message, ...(checkInMs === undefined ? {} : { checkInMs }) }] };
}
