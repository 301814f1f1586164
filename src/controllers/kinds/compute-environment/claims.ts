/** Who owns an environment: rivals, other clusters, retained environments, and adoption. Pure. */

import type { Environment } from "../../../aws/batch.ts";
import { unwatchedCheckMs } from "../../intervals.ts";
import { notAdoptable } from "../../ownership/names.ts";
import { ownershipOf } from "../../ownership/ownership.ts";
import { adoptionText, claimChange, tagChange, tagFieldChanges } from "../../ownership/tags.ts";
import type { Step } from "../../pass/agenda.ts";
import { differencesText, otherClusterText, othersText } from "../../wording.ts";
import type { Action, TagPurpose } from "./action.ts";
import { type Context, names } from "./context.ts";
import { differences } from "./diff.ts";
import { inTransition } from "./environment-set.ts";

export function claimedByAnother({ seen }: Context): readonly Step<Action>[] {
  if (seen.claimedBy === undefined) return [];
  const conflict: Step<Action> = {
    kind: "blocked",
    reason: "Conflict",
    message: `${seen.claimedBy} already owns the environment name ${seen.baseName} in this account and region. Delete one of the two objects, or give one of them a different spec.computeEnvironmentName`,
    // No event wakes this object when the other one is deleted.
    checkInMs: unwatchedCheckMs,
  };
  return [conflict];
}

export function ownedByOtherCluster({ seen, ours }: Context): readonly Step<Action>[] {
  for (const environment of seen.environments) {
    const ownership = ownershipOf(environment.tags, seen.identity);
    // Next to one of our name it is a copy that the other name has made.
    if (ownership.kind === "otherCluster" && (ownership.otherName === undefined || ours.length === 0)) {
      const blocked: Step<Action> = {
        kind: "blocked",
        reason: "OwnedByOtherCluster",
        message: `${otherClusterText(environment.computeEnvironmentName, ownership)}; to delete only this object, annotate it with awsbatch.dev/abandon: "true"`,
      };
      return [blocked];
    }
  }
  return [];
}

/** Writes the owner tags where they are old, were left by Retain, or where an environment is adopted. */
export function claimed(context: Context): readonly Step<Action>[] {
  const { seen, ours } = context;
  const marked = (environments: readonly Environment[], purpose: TagPurpose, message: string): Step<Action> => ({
    kind: "act",
    action: {
      kind: "tag",
      purpose,
      items: environments.map(({ computeEnvironmentName: name, computeEnvironmentArn: arn, tags: described }) => ({
        name,
        arn,
        change: claimChange(seen.identity, described),
      })),
    },
    reason: "UpdatingOwnership",
    message,
  });
  const outdated = ours.filter((environment) => {
    const ownership = ownershipOf(environment.tags, seen.identity);
    return ownership.kind === "ours" && ownership.retag;
  });
  if (outdated.length > 0) return [marked(outdated, "takeOver", `${names(outdated)} gets the tags of this object`)];
  const retained = seen.environments.filter(
    ({ tags: described }) => ownershipOf(described, seen.identity).kind === "retained",
  );
  if (retained.length > 0) {
    return [marked(retained, "takeOver", `${names(retained)}, retained earlier, is managed again`)];
  }
  const adoption = ours.length > 0 ? undefined : adopted(context, marked);
  return adoption === undefined ? [] : [adoption];
}

function adopted(
  { spec, seen }: Context,
  marked: (environments: readonly Environment[], purpose: TagPurpose, message: string) => Step<Action>,
): Step<Action> | undefined {
  const found = seen.environments.find((environment) => environment.computeEnvironmentName === seen.baseName);
  if (found === undefined || seen.directives.adoptionPolicy === "Never") return undefined;
  const ownership = ownershipOf(found.tags, seen.identity);
  if (ownership.kind === "otherObject") {
    return {
      kind: "blocked",
      reason: "Conflict",
      message: othersText(seen.baseName, ownership, "computeEnvironmentName", seen.identity),
    };
  }
  const unlisted = notAdoptable(seen.nameSeen);
  if (unlisted !== undefined) {
    return {
      kind: "blocked",
      reason: "NotAdoptable",
      message: `${seen.baseName} exists and does not belong to the operator, and ${unlisted}, or recreate this object with another spec.computeEnvironmentName`,
    };
  }
  if (inTransition(found)) {
    return { kind: "wait", reason: "Adopting", message: `${seen.baseName} is ${found.status ?? "in transition"}` };
  }
  if (seen.directives.adoptionPolicy === "IfMatching") {
    const tags = tagChange(spec.tags, {}, found.tags, seen.settings.ignoreTagKeys);
    const changes = [...differences(spec, found), ...(tags === undefined ? [] : tagFieldChanges(tags))];
    if (changes.length > 0) {
      return {
        kind: "blocked",
        reason: "NotMatching",
        message: `${seen.baseName} exists, does not belong to the operator, and differs in ${differencesText(changes)}; adoptionPolicy IfMatching adopts it only if nothing changes. ${adoptionText(tags)}`,
      };
    }
  }
  return marked([found], "adopt", `${seen.baseName} is adopted`);
}
