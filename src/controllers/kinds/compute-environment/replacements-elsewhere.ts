import type { Condition, ObjectKey } from "../../../api/object.ts";
import { isWhole, keyText } from "../../../api/object.ts";
import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import { BatchComputeEnvironmentKind } from "../../../api/v1alpha1/kinds.ts";
import type { Environment } from "../../../aws/batch.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import { verifyingCountsMs } from "../../intervals.ts";
import { baseNameOf } from "../../ownership/naming.ts";
import {
  type Identity,
  identityOf,
  isOfCluster,
  ownerIn,
  retiredAtTag,
  servingSinceTag,
} from "../../ownership/ownership.ts";
import { placed } from "../../parts/network-reference/fill.ts";
import { filledObject } from "../../parts/roles/with-roles.ts";
import { awaitingApproval } from "../../pass/approval.ts";
import { conditionsOf } from "../../pass/conditions.ts";
import { directivesOf } from "../../pass/directives.ts";
import type { Ports } from "../../ports.ts";
import { queuePaused } from "./checks.ts";
import { waitingForOthers } from "./environment-quota.ts";
import { newestFirst } from "./environment-set.ts";
import { queueLeaving } from "./replacement.ts";
import { attemptAt, planId } from "./request.ts";
import { environmentRoleUser } from "./roles.ts";
import type { ReplacementsElsewhere } from "./seen.ts";

/** What is known of the replacements of other objects. */
export function replacementsElsewhere(
  environments: readonly Environment[],
  identity: Identity,
  region: BatchRegion,
  ports: Ports,
): ReplacementsElsewhere {
  const existing = new Map<string, { readonly key: ObjectKey; readonly several: Environment[] }>();
  for (const environment of environments) {
    const owner = ownerIn(environment.tags);
    if (owner === undefined || !isOfCluster(owner, identity.cluster)) continue;
    if (owner.namespace === identity.namespace && owner.name === identity.name) continue;
    if (environment.status === "DELETING" || environment.tags?.[retiredAtTag] !== undefined) continue;
    const text = keyText(owner);
    const { several } = existing.get(text) ?? { several: [] };
    existing.set(text, { key: owner, several: [...several, environment] });
  }
  const underWay = [...existing.values()].filter(({ key, several }) => {
    const [newest] = several.toSorted(newestFirst);
    if (newest === undefined || several.length === 1) return false;
    const comes = newest.status !== "INVALID" && newest.tags?.[servingSinceTag] === undefined;
    return comes && goesOn(key, newest.computeEnvironmentName, region, ports);
  });
  const countOf = (namespace: string): number => underWay.filter(({ key }) => key.namespace === namespace).length;
  const own = countOf(identity.namespace);
  // Only what has an environment already waits for a replacement.
  const waiting = [...existing.values()].flatMap(({ key }) => {
    const since = waitingSince(key, ports);
    return since === undefined ? [] : [{ key, since }];
  });
  const first = waiting.find(({ key }) => countOf(key.namespace) < own);
  const ownSince = waitingSince(identity, ports) ?? Number.POSITIVE_INFINITY;
  const longer = waiting.filter(({ key, since }) => since < ownSince && countOf(key.namespace) <= own);
  return {
    underWay: underWay.length,
    goesFirst: first?.key.namespace,
    waitLonger: longer.map(({ key }) => keyText(key)).sort(),
  };
}

/** Since when an object waits for a place among the replacements, wall ms; undefined: it does not, as far as this process knows. */
function waitingSince(key: ObjectKey, { objects, settings, reconciles }: Ports): number | undefined {
  const object = objects.get(BatchComputeEnvironmentKind, key) as BatchComputeEnvironment | undefined;
  // What another shard has written may be old, and must not keep this one waiting.
  if (object === undefined || !reconciles(object)) return undefined;
  const { paused, dryRun, deleting } = directivesOf(object, settings);
  if (paused || dryRun || deleting) return undefined;
  const since = conditionsOf(object).find(({ type, reason }) => type === "Ready" && reason === waitingForOthers);
  return since === undefined ? undefined : Date.parse(since.lastTransitionTime);
}

/**
 * Whether a replacement continues towards this successor. One that waits for a person or for jobs, for days perhaps, must
 * not keep all others waiting, nor one that waits for its turn: its newest was created for an earlier plan. Of objects
 * that this process does not watch it cannot know.
 */
function goesOn(key: ObjectKey, successor: string, region: BatchRegion, ports: Ports): boolean {
  const { objects, settings, cluster } = ports;
  if (!objects.watches(key.namespace)) return true;
  const object = objects.get(BatchComputeEnvironmentKind, key) as BatchComputeEnvironment | undefined;
  if (object === undefined) return false;
  const { paused, dryRun, deleting } = directivesOf(object, settings);
  const now = ports.clock.now();
  if (paused || dryRun || deleting || conditionsOf(object).some((one) => mayLast(one, now))) return false;
  // Its plan follows from the whole spec.
  if (!isWhole(object)) return true;
  const { spec } = filledObject(placed(object), environmentRoleUser, region, ports);
  return attemptAt(planId(spec, identityOf(object, cluster)), baseNameOf(object), successor) > 0;
}

const lasting: ReadonlySet<string> = new Set([awaitingApproval, queuePaused, queueLeaving]);

function mayLast({ type, status, reason, lastTransitionTime }: Condition, now: number): boolean {
  // A job that verifies may take a day: with a few of them one tenant would keep all others waiting.
  if (type === "Ready" && reason === "Verifying") return now - Date.parse(lastTransitionTime) > verifyingCountsMs;
  return (type === "Stalled" && status === "True") || lasting.has(reason);
}
