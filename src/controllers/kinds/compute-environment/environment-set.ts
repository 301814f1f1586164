/**
 * Which of its AWS environments serves a `BatchComputeEnvironment`, and to which of them a queue's reference
 * resolves. Both computations exist only here; the compute-environment and the queue controller share them. Pure.
 *
 *     every environment of the object that AWS shows
 *       ├─ target        not retired, and nothing in it needs a replacement: it serves, or is about to
 *       ├─ revivable     only without a target: retired, but it would be the target if it came back
 *       └─ predecessors  all others: they serve until queues have left them, and are then retired
 */

import type { BatchComputeEnvironmentSpec } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../aws/batch.ts";
import { isRetired } from "../../draining/retired.ts";
import { createdAtTag, returnedAtTag, servingSinceTag } from "../../ownership/ownership.ts";
import { type Difference, differences } from "./diff.ts";
import { type EffectiveSpec, hasOlderImage } from "./image-updates.ts";
import { isOlderVersion, templateVersionOf } from "./template-versions.ts";
import { momentOf } from "./timestamps.ts";
import { hasFailed, isProven } from "./verdict.ts";

type Spec = BatchComputeEnvironmentSpec;

/** All live environments of one object, classified by what they are, never by name or hash. */
export interface EnvironmentSet {
  /** Not retired, and differs from the spec in nothing that needs a replacement. */
  readonly target: Environment | undefined;
  /** What still has to be changed in the target, in place. */
  readonly differences: readonly Difference[];
  /** Without a target: a retired one that would be it, and can be taken back without replacing instances. */
  readonly revivable: Environment | undefined;
  /** All others, the newest first; they are only ever retired. */
  readonly predecessors: readonly Environment[];
  /** Queues went back from the target under this very plan, and have not all come over again since. */
  readonly returned: boolean;
}

/** @param ours every environment of the object that AWS shows, without DELETED tombstones */
export function environmentSetOf(spec: Spec, ours: readonly Environment[], planId: string): EnvironmentSet {
  const existing = ours.filter((environment) => environment.status !== "DELETING");
  const [target] = existing
    .filter((environment) => !isRetired(environment) && !needsReplacement(spec, environment))
    .sort((left, right) => rank(spec, right, planId) - rank(spec, left, planId) || newestFirst(left, right));
  const [revivable] =
    target === undefined ? existing.filter((environment) => isRevivable(spec, environment)).sort(newestFirst) : [];
  return {
    target,
    differences: target === undefined ? [] : differences(spec, target),
    revivable,
    predecessors: ours.filter((environment) => environment !== target && environment !== revivable).sort(newestFirst),
    returned: target !== undefined && wasReturned(target, planId),
  };
}

/** The youngest environment that is not on its way out. */
export function newestOf(ours: readonly Environment[]): Environment | undefined {
  return ours.filter((one) => one.status !== "DELETING" && !isRetired(one)).sort(newestFirst)[0];
}

/**
 * The spec with the update that has begun, whether its window is still open or not: the youngest environment is what the
 * spec asks for, and has no older image, so an older one that has is what it replaces; so is one with an older version of
 * the launch template.
 */
export function withBegun(spec: EffectiveSpec, ours: readonly Environment[]): EffectiveSpec {
  const { templateVersion: due, ...unversioned } = spec;
  const newest = newestOf(ours);
  if (newest === undefined || needsReplacement(unversioned, newest)) return spec;
  const { policy, launchTemplateVersions } = spec.imageUpdates ?? {};
  const isImage = policy === "Automatic" && !hasOlderImage(newest);
  const version = launchTemplateVersions === "Follow" ? templateVersionOf(spec, newest) : undefined;
  const goesOn =
    version !== undefined && (due === undefined || !isOlderVersion(version, due) || takesOver(newest, ours));
  return {
    ...spec,
    ...(isImage ? { imageUpdate: { kind: "due" } } : {}),
    ...(goesOn ? { templateVersion: version } : {}),
  };
}

/**
 * Whether the youngest one is about to replace others. Queues see only that, not what EC2 says: another version has to
 * wait, or they would go to an environment that is being given up.
 */
function takesOver(newest: Environment, ours: readonly Environment[]): boolean {
  const others = ours.filter((one) => one !== newest && one.status !== "DELETING" && !isRetired(one));
  return others.length > 0 && newest.status !== "INVALID" && !hasGoneBack(newest);
}

/** VALID, proven, and in the desired state, by default ENABLED: no job is to start on what will be DISABLED. */
export function isUsable(spec: Spec, environment: Environment): boolean {
  const { state, status } = environment;
  return status === "VALID" && state === (spec.state ?? "ENABLED") && isProven(spec, environment);
}

/** Takes and runs jobs, also while AWS carries out an update: moving queues off it may need approval. */
export function isAtWork({ status }: Environment): boolean {
  return status === "VALID" || status === "UPDATING";
}

/** Its status will change by itself. */
export function inTransition(environment: { readonly status?: string | undefined }): boolean {
  return environment.status === "CREATING" || environment.status === "UPDATING" || environment.status === "DELETING";
}

/** What a queue should name for a reference. */
export type Resolution =
  | { readonly kind: "environment"; readonly environment: Environment }
  /** The environment that the queue names, or will name, is changing its status: no write until it is done. */
  | { readonly kind: "inTransition"; readonly environment: Environment }
  | { readonly kind: "none" };

/**
 * Sticky per queue: the target when it is usable; else the environment that the queue names already, when it is
 * VALID and queues did not go back from it; else the newest VALID and proven one that is not retired, rather an ENABLED one and
 * rather not one from which queues went back.
 *
 * @param named the names of the environments in the queue's order now
 * @param handover whether queues may leave a predecessor that is at work for the target (no hold, not paused)
 */
export function resolve(spec: Spec, set: EnvironmentSet, named: ReadonlySet<string>, handover: boolean): Resolution {
  const all = [set.target, set.revivable, ...set.predecessors].filter((one) => one !== undefined);
  const current = all.filter((environment) => named.has(environment.computeEnvironmentName));
  const held = current.some(isAtWork) && !handover;
  const { target } = set;
  const rolledBack = (environment: Environment): boolean => set.returned && environment === target;
  if (target !== undefined && isUsable(spec, target) && !set.returned && !held) {
    return { kind: "environment", environment: target };
  }
  const comes = (environment: Environment): boolean => inTransition(environment) && environment.status !== "DELETING";
  const moving = current.find(comes);
  if (moving !== undefined) return { kind: "inTransition", environment: moving };
  const [kept] = current
    .filter((environment) => environment.status === "VALID")
    .sort((left, right) => Number(rolledBack(left)) - Number(rolledBack(right)));
  if (kept !== undefined && !rolledBack(kept)) return { kind: "environment", environment: kept };
  const disabled = (environment: Environment): boolean => environment.state !== "ENABLED";
  const [fallback] = all
    .filter((environment) => environment.status === "VALID" && !isRetired(environment) && isProven(spec, environment))
    .sort(
      (left, right) =>
        Number(disabled(left)) - Number(disabled(right)) ||
        Number(rolledBack(left)) - Number(rolledBack(right)) ||
        newestFirst(left, right),
    );
  if (fallback !== undefined) return { kind: "environment", environment: fallback };
  const coming = all.find(comes);
  return coming === undefined ? { kind: "none" } : { kind: "inTransition", environment: coming };
}

/** AWS cannot bring it to the spec: only another environment can take over. */
export function needsReplacement(spec: Spec, environment: Environment): boolean {
  return differences(spec, environment).some((difference) => difference.kind === "replacement");
}

function isRevivable(spec: Spec, environment: Environment): boolean {
  return (
    isRetired(environment) &&
    !hasFailed(environment) &&
    (environment.status === "VALID" || environment.status === "UPDATING") &&
    differences(spec, environment).every(({ kind }) => kind === "metadata" || kind === "scaling")
  );
}

function wasReturned(environment: Environment, planId: string): boolean {
  const underThisPlan = environment.tags?.[returnedAtTag]?.endsWith(`/${planId}`) ?? false;
  return underThisPlan && hasGoneBack(environment);
}

/** Whether queues went back from it, and have not all come over again since. */
export function hasGoneBack(environment: Environment): boolean {
  const isMarked = environment.tags?.[returnedAtTag] !== undefined;
  return isMarked && servingSince(environment) <= momentOf(returnedAtOf(environment));
}

/** When it came to serve all queues, in ms since the epoch. */
export function servingSince({ tags }: Environment): number {
  return momentOf(tags?.[servingSinceTag]);
}

/** When it was created, in ms since the epoch. */
export function createdAt({ tags }: Environment): number {
  return momentOf(tags?.[createdAtTag]);
}

/** When queues went back from it last (RFC 3339); empty: never. */
export function returnedAtOf({ tags }: Environment): string {
  const [returnedAt = ""] = tags?.[returnedAtTag]?.split("/") ?? [];
  return returnedAt;
}

/**
 * What `awsbatch.dev/approve` must say to have a target tried again from which queues went back. It names the moment
 * of that: the annotation stays, and would let the queues go to and fro with each change of AWS's mind.
 */
export function tryAgainApproval(planId: string, target: Environment): string {
  return `${planId}/Repoint@${returnedAtOf(target)}`;
}

/** Whether a person has approved that the target is tried again, since queues went back from it last. */
export function isTriedAgain(approved: string | undefined, planId: string, target: Environment | undefined): boolean {
  return target !== undefined && approved === tryAgainApproval(planId, target);
}

/**
 * An environment that only moves (UPDATING) ranks like a VALID one, or an ordinary update would hand the queues to
 * another one that also fits; one that would have to replace its instances ranks behind one that fits as it is.
 */
function rank(spec: Spec, environment: Environment, planId: string): number {
  const { status } = environment;
  const settled = status === "VALID" || status === "UPDATING" ? 4 : status === "CREATING" ? 2 : 0;
  const fits = differences(spec, environment).every(({ kind }) => kind !== "infrastructure");
  return (fits ? 8 : 0) + settled + (wasReturned(environment, planId) ? 0 : 1);
}

export function newestFirst(left: Environment, right: Environment): number {
  if (createdAt(left) !== createdAt(right)) return createdAt(left) < createdAt(right) ? 1 : -1;
  return left.computeEnvironmentName < right.computeEnvironmentName ? 1 : -1;
}

export function nameOf({ computeEnvironmentName }: Environment): string {
  return computeEnvironmentName;
}
