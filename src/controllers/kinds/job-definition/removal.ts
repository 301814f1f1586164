import { rereadCheckMs } from "../../intervals.ts";
import { retainedMark } from "../../ownership/ownership.ts";
import { releaseTags } from "../../ownership/tags.ts";
import type { Step } from "../../pass/agenda.ts";
import { keptForOtherCluster } from "../../wording.ts";
import type { Action } from "./action.ts";
import type { SeenRevision } from "./entries.ts";
import type { Seen } from "./seen.ts";

/** The deletion of a job definition: the same path with nothing desired. Revisions of other owners stay. Pure. */

export function removal(seen: Seen, entries: readonly SeenRevision[]): Step<Action> {
  const ours = entries.filter(({ owner }) => owner.kind === "ours");
  const theirs = entries.find(({ owner }) => owner.kind === "otherCluster");
  if (ours.length === 0 && theirs?.owner.kind === "otherCluster") {
    const message = keptForOtherCluster(theirs.name, theirs.owner, "deregistered");
    return { kind: "blocked", reason: "OwnedByOtherCluster", message };
  }
  return seen.directives.retain ? retain(seen, ours) : deregisterAll(seen, entries, ours);
}

function retain(seen: Seen, ours: readonly SeenRevision[]): Step<Action> {
  if (ours.length === 0) {
    const message = `what AWS has under ${seen.name} stays ACTIVE; an object of this namespace and name takes it up again`;
    return { kind: "release", reason: "Retained", message };
  }
  const items = ours.map(({ name, revision }) => ({
    name,
    arn: revision.arn,
    change: releaseTags(revision.tags, retainedMark(seen.identity)),
  }));
  const message = `${listed(ours)}: stays ACTIVE without an owner`;
  return { kind: "act", action: { kind: "tag", purpose: "retain", items }, reason: "Retaining", message };
}

function deregisterAll(seen: Seen, entries: readonly SeenRevision[], ours: readonly SeenRevision[]): Step<Action> {
  if (ours.length > 0) {
    const oldestFirst = ours.toReversed();
    const names = oldestFirst.map(({ name }) => name);
    const message = `${listed(oldestFirst)}: the object is deleted`;
    return {
      kind: "act",
      action: { kind: "deregister", purpose: "deletion", names },
      reason: "Deregistering",
      message,
    };
  }
  if (entries.length === 0 && !seen.absent) {
    const message = `waiting for a listing that shows that no revision of ${seen.name} is left that is ours`;
    return { kind: "wait", reason: "CheckingRevisions", message, checkInMs: rereadCheckMs };
  }
  const rest = entries.length === 0 ? "" : `; ${listed(entries)} belongs to others and stays`;
  const message = `no revision of ${seen.name} that is ours is ACTIVE any more${rest}`;
  return { kind: "release", reason: "Deleted", message };
}

function listed(entries: readonly SeenRevision[]): string {
  return entries.map(({ name }) => name).join(", ");
}
