/** What the difference between spec and AWS means, as `status.plan` reports it. Pure. */

import type { Environment } from "../../../aws/batch.ts";
import type { TagChange } from "../../../aws/region.ts";
import { tagChange, tagFieldChanges } from "../../ownership/tags.ts";
import type { Change, FieldChange } from "../../pass/agenda.ts";
import { queuesNaming } from "./checks.ts";
import type { Context } from "./context.ts";
import { type Difference, differences } from "./diff.ts";
import { referenceOf } from "./replacement.ts";
import { ownTags } from "./request.ts";
import { rolledOut } from "./rollout.ts";
import type { Seen } from "./seen.ts";

export function changeOf({ spec, seen, ours, set }: Context): Change {
  const id = seen.planId;
  const existing = ours.filter((environment) => environment.status !== "DELETING");
  if (existing.length === 0) return { action: "Create", id, reason: "NotInAWS", changes: [] };
  const inPlace = set.differences.map(fieldChange);
  const served = queuesNaming(seen, new Set(set.predecessors.map((one) => one.computeEnvironmentName)));
  const replacing = set.target === undefined && set.revivable === undefined;
  if (replacing || served.length > 0 || set.target?.status === "CREATING") {
    const reference = referenceOf(
      seen,
      existing.filter((environment) => environment !== set.target),
    );
    if (reference !== undefined) {
      const changes = differences(spec, reference).map(fieldChange);
      return { action: "Replace", id, reason: "ReplacementRequired", changes };
    }
  }
  const [strongest] = [...set.differences].sort((left, right) => weight(right) - weight(left));
  if (strongest !== undefined) {
    const action = actionNames[strongest.kind];
    return { action, id, reason: "FieldsDiffer", changes: inPlace };
  }
  const tags = set.target && tagsToChange({ spec, seen }, set.target);
  if (tags !== undefined) return { action: "UpdateTags", id, reason: "TagsDiffer", changes: tagFieldChanges(tags) };
  return { action: "None", id, reason: "InSync", changes: [] };
}

/** The change of the tags of an environment; undefined: it has those of the spec, and ours. */
export function tagsToChange(
  { spec, seen }: Pick<Context, "spec" | "seen">,
  { tags }: Environment,
): TagChange | undefined {
  const own = ownTags(spec, seen.identity, rolledOut(tags).templateVersion);
  return tagChange(spec.tags, own, tags, seen.settings.ignoreTagKeys);
}

export function deletion(seen: Seen): Change {
  return { action: "Delete", id: seen.planId, reason: "ObjectDeleted", changes: [] };
}

const actionNames = {
  metadata: "Update",
  scaling: "Scale",
  infrastructure: "UpdateInfrastructure",
  replacement: "Replace",
} as const;

function weight(difference: Difference): number {
  return ["metadata", "scaling", "infrastructure", "replacement"].indexOf(difference.kind);
}

function fieldChange({ path, kind, why, from, to }: Difference): FieldChange {
  return { path, kind, why, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}
