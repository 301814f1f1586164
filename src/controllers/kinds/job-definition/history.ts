import type { JobDefinitionSpec } from "../../../api/v1alpha1/job-definition.ts";
import { defaultRevisionMinAgeSeconds, duplicateWithinMs, farthestCheckMs } from "../../intervals.ts";
import { registeredByUs, type SeenRevision } from "./entries.ts";

/** Which superseded revisions are deregistered, and when. Pure. */

const defaultLimit = 10;

export interface Surplus {
  /** To be deregistered now, oldest first. */
  readonly due: readonly SeenRevision[];
  /** When the next one will be due; undefined: none is waiting for its age. */
  readonly nextInMs: number | undefined;
}

/**
 * Duplicates go at once; others when more than `revisionHistoryLimit` newer ones of ours were superseded after
 * them and they have been superseded for `revisionMinAgeSeconds`. The newest of ours never goes.
 */
export function surplusOf(
  spec: Pick<JobDefinitionSpec, "revisionHistoryLimit" | "revisionMinAgeSeconds">,
  entries: readonly SeenRevision[],
  now: number,
): Surplus {
  const limit = spec.revisionHistoryLimit ?? defaultLimit;
  const minAgeMs = (spec.revisionMinAgeSeconds ?? defaultRevisionMinAgeSeconds) * 1000;
  const due: SeenRevision[] = [];
  const waitsMs: number[] = [];
  let kept = 0;
  let newer: { readonly revision: SeenRevision["revision"]; readonly registeredAt: number } | undefined;
  for (const entry of registeredByUs(entries)) {
    if (newer === undefined) {
      newer = entry;
      continue;
    }
    const duplicate =
      newer.revision.revision - entry.revision.revision === 1 &&
      newer.revision.fingerprint === entry.revision.fingerprint &&
      newer.registeredAt - entry.registeredAt < duplicateWithinMs;
    const waitMs = newer.registeredAt + minAgeMs - now;
    newer = entry;
    if (duplicate) {
      due.unshift(entry);
      continue;
    }
    kept++;
    if (kept <= limit) continue;
    if (waitMs <= 0) due.unshift(entry);
    else waitsMs.push(waitMs);
  }
  return { due, nextInMs: waitsMs.length === 0 ? undefined : Math.min(farthestCheckMs, ...waitsMs) };
}
