/** Whether there is room for one more environment: for the object, its namespace, and the region. Pure. */

import { counted } from "../../../api/words.ts";
import type { Environment } from "../../../aws/batch.ts";
import type { BatchSnapshot } from "../../../aws/region.ts";
import { marks, replacementCheckMs, unwatchedCheckMs } from "../../intervals.ts";
import { waitForNamespace } from "../../ownership/limits.ts";
import { namedOwner, ownershipOf } from "../../ownership/ownership.ts";
import type { Wait } from "../../pass/agenda.ts";
import { firstOf } from "../../wording.ts";
import { isNameOf } from "./ownership.ts";
import type { Seen } from "./seen.ts";

/** Why an object waits whose replacement others keep from beginning. */
export const waitingForOthers = "WaitingForOtherReplacements";

/** AWS allows 50 environments in a region; two places are left free for what cannot wait. */
const environmentsBeforeReplacement = 48;
export const environmentQuota = 50;

/** So many environments of one object may exist side by side; more are left behind only by changes without end. */
const standingAtMost = 8;

/** The environments of a region that count, as AWS counts them: all but DELETED tombstones. */
export function environmentsIn({
  computeEnvironments: environments,
}: Pick<BatchSnapshot, "computeEnvironments">): readonly Environment[] {
  return [...environments.values()].filter(({ status }) => status !== "DELETED");
}

/** Why an object gets no further environment, in whatever way; undefined: it may have one more. */
export function numberHindrance(seen: Seen): Wait | undefined {
  return standingHindrance(seen) ?? namespaceHindrance(seen);
}

/**
 * One object alone must not use up the quota of a region: each change may leave an environment behind whose jobs run for
 * days. Its names decide, so that whoever removes tags cannot have environments created without end.
 */
function standingHindrance({ environments, identity, baseName }: Seen): Wait | undefined {
  const standing = environments
    .filter(({ computeEnvironmentName: name }) => isNameOf(baseName, name))
    .filter(({ tags }) => ownershipOf(tags, identity).kind !== "otherObject")
    .map(({ computeEnvironmentName }) => computeEnvironmentName);
  if (standing.length < standingAtMost) return undefined;
  return {
    kind: "wait",
    reason: "EnvironmentLimitReached",
    message: `${standing.length} compute environments of this object exist in AWS, of at most ${standingAtMost}: ${firstOf(standing)}. The next one is created when one of them is gone: change the spec less often, or end the jobs that keep them`,
    checkInMs: unwatchedCheckMs,
    stallsAfterMs: marks.missingStallsMs,
  };
}

/** What is left of replacements and is being deleted counts, as AWS counts it. */
function namespaceHindrance({ environments, identity, environmentLimit }: Seen): Wait | undefined {
  const { cluster, namespace } = identity;
  if (environmentLimit.kind === "unread") {
    return waitForNamespace(namespace, environmentLimit.why, "number of environments it may have, and creates none");
  }
  const { most, from } = environmentLimit;
  const own = environments.filter(({ tags }) => namedOwner(tags, cluster)?.namespace === namespace).length;
  if (own < most) return undefined;
  return {
    kind: "wait",
    reason: "NamespaceLimitReached",
    message: `namespace ${namespace} has ${own} compute environments in this region, of at most ${most} (${from}). Delete one that is not needed, or wait until replacements that are under way have ended`,
    checkInMs: unwatchedCheckMs,
    stallsAfterMs: marks.missingStallsMs,
  };
}

/** Why no replacement begins now; undefined: one may. */
export function roomHindrance(seen: Seen): Wait | undefined {
  const count = seen.environments.length;
  if (count > environmentsBeforeReplacement) {
    return {
      kind: "wait",
      reason: "QuotaNearlyReached",
      message: `${count} of ${environmentQuota} compute environments exist in this region; a replacement begins when at most ${environmentsBeforeReplacement} do. Delete one that is not needed`,
      checkInMs: unwatchedCheckMs,
      stallsAfterMs: marks.missingStallsMs,
    };
  }
  const limit = seen.settings.maxConcurrentReplacements;
  const { underWay, goesFirst, waitLonger } = seen.replacementsElsewhere;
  const wait = { kind: "wait", reason: waitingForOthers, checkInMs: replacementCheckMs } as const;
  if (underWay >= limit) {
    const message = `${counted(underWay, "other replacement")} ${underWay === 1 ? "is" : "are"} under way; at most ${limit} run at once (--max-concurrent-replacements)`;
    return { ...wait, message };
  }
  if (goesFirst === undefined && waitLonger.length < limit - underWay) return undefined;
  if (goesFirst === undefined) {
    const message = `${firstOf(waitLonger)} ${waitLonger.length === 1 ? "has" : "have"} waited longer for a replacement; at most ${limit} run at once (--max-concurrent-replacements)`;
    return { ...wait, message };
  }
  return {
    ...wait,
    message: `a replacement of namespace ${goesFirst}, which has fewer under way, goes first: at most ${limit} run at once (--max-concurrent-replacements)`,
  };
}
