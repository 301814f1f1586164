import { rereadCheckMs } from "../intervals.ts";
import { retainedMark } from "../ownership.ts";
import { releaseTags } from "../tags.ts";
import { keptForOtherCluster } from "../wording.ts";
import type { Entry } from "./entries.ts";
import type { Seen } from "./seen.ts";
import { type Answer, blocked } from "./step.ts";

/** The deletion of a job definition: the same path with nothing desired. Revisions of other owners stay. Pure. */

export function removal(seen: Seen, entries: readonly Entry[]): Answer {
  const ours = entries.filter(({ owner }) => owner.kind === "ours");
  const theirs = entries.find(({ owner }) => owner.kind === "otherCluster");
  if (ours.length === 0 && theirs?.owner.kind === "otherCluster") {
    return blocked("OwnedByOtherCluster", keptForOtherCluster(theirs.name, theirs.owner, "deregistered"));
  }
  return seen.directives.retain ? retain(seen, ours) : deregisterAll(seen, entries, ours);
}

function retain(seen: Seen, ours: readonly Entry[]): Answer {
  const change = { action: "Delete", reason: "deletionPolicy Retain", changes: [] } as const;
  if (ours.length === 0) {
    const message = `what AWS has under ${seen.name} stays ACTIVE; an object of this namespace and name takes it up again`;
    return { change, agenda: [{ kind: "release", reason: "Retained", message }] };
  }
  const items = ours.map(({ name, revision }) => ({
    name,
    arn: revision.arn,
    change: releaseTags(revision.tags, retainedMark(seen.identity)),
  }));
  return {
    change,
    agenda: [
      {
        kind: "act",
        action: { kind: "tag", purpose: "retain", items },
        reason: "Retaining",
        message: `${listed(ours)}: stays ACTIVE without an owner`,
      },
    ],
  };
}

function deregisterAll(seen: Seen, entries: readonly Entry[], ours: readonly Entry[]): Answer {
  const change = { action: "Delete", reason: "the object is deleted", changes: [] } as const;
  if (ours.length > 0) {
    const oldestFirst = ours.toReversed();
    return {
      change,
      agenda: [
        {
          kind: "act",
          action: { kind: "deregister", purpose: "deletion", names: oldestFirst.map(({ name }) => name) },
          reason: "Deregistering",
          message: `${listed(oldestFirst)}: the object is deleted`,
        },
      ],
    };
  }
  if (entries.length === 0 && !seen.absent) {
    const message = `waiting for a listing that shows that no revision of ${seen.name} is left that is ours`;
    return { change, agenda: [{ kind: "wait", reason: "CheckingRevisions", message, checkInMs: rereadCheckMs }] };
  }
  const rest = entries.length === 0 ? "" : `; ${listed(entries)} belongs to others and stays`;
  const message = `no revision of ${seen.name} that is ours is ACTIVE any more${rest}`;
  return { change, agenda: [{ kind: "release", reason: "Deleted", message }] };
}

function listed(entries: readonly Entry[]): string {
  return entries.map(({ name }) => name).join(", ");
}
