/**
 * Creates an environment: the first one, a successor, or the next attempt after one that AWS found INVALID. Pure.
 *
 *     create successor ── VALID ── verify ── repoint each queue, one write ── soak ── disable the predecessor ── drain ── delete it
 *             │                                                              │
 *             └─ INVALID: the next attempt                                   └─ INVALID, or jobs fail on it (`rollback`): the queues go
 *                                                                               back to the predecessor
 *
 * Each step follows from what AWS shows, so it goes on after a crash where it was. `replacement.holdBefore` may hold a step
 * until a person approves it.
 */

import type { BatchComputeEnvironmentSpec } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../aws/batch.ts";
import { isRetired } from "../../draining/retired.ts";
import { shortHash } from "../../fields/fingerprint.ts";
import {
  invalidEveryMs,
  marks,
  refusedRetryMs,
  rolePropagationMs,
  settleCheckMs,
  unwatchedCheckMs,
} from "../../intervals.ts";
import { createdAtTag, returnedAtTag, servingSinceTag } from "../../ownership/ownership.ts";
import { isMadeByOperator } from "../../parts/roles/names.ts";
import type { Step, Wait } from "../../pass/agenda.ts";
import { approval } from "../../pass/approval.ts";
import { withoutRequestIds } from "../../wording.ts";
import { type Action, tagOne } from "./action.ts";
import {
  foreignHindrance,
  hindrance,
  isOurs,
  pausedHindrance,
  pinnedHindrance,
  queuesNaming,
  queuesToSwitch,
} from "./checks.ts";
import { type Context, sideBySide } from "./context.ts";
import { creationBackOff, ownershipTagsLost } from "./creation-back-off.ts";
import { differences } from "./diff.ts";
import { endedHindrance, imagesLost } from "./ended-images.ts";
import { environmentQuota, numberHindrance } from "./environment-quota.ts";
import {
  createdAt,
  type EnvironmentSet,
  inTransition,
  isAtWork,
  isTriedAgain,
  isUsable,
  newestFirst,
  returnedAtOf,
  servingSince,
} from "./environment-set.ts";
import type { EffectiveSpec } from "./image-updates.ts";
import { repointForeign } from "./repoint-foreign.ts";
import { createRequest } from "./request.ts";
import { isAuthorizationReason } from "./retire.ts";
import { revalidation } from "./revalidation.ts";
import { returnedValue, whyRolledBack } from "./rollback.ts";
import type { QueueSeen, Seen } from "./seen.ts";
import { momentAfter, momentOf } from "./timestamps.ts";
import { isProven } from "./verdict.ts";
import { verificationHindrance } from "./verification.ts";

type Spec = BatchComputeEnvironmentSpec;

export type HeldStep = "Create" | "Repoint" | "Delete";

const attemptsAtOnce = 3;

/** Whether a step named in `holdBefore` still waits for its approval, as far as it is about `environment`. */
export function isHeld(spec: Spec, seen: Approving, step: HeldStep, environment: Environment): boolean {
  return (spec.replacement?.holdBefore?.includes(step) ?? false) && !isApproved(seen, step, environment);
}

type Approving = Pick<Seen, "planId" | "directives">;

function isApproved({ planId, directives }: Approving, step: HeldStep, environment: Environment): boolean {
  const prefix = `${planId}/${step}@`;
  const about =
    directives.approved?.startsWith(prefix) === true ? directives.approved.slice(prefix.length).split(",") : [];
  return about.includes(mark(environment));
}

/**
 * What `awsbatch.dev/approve` must say to let a step of the plan go on: `<plan id>/<step>@<marks>`.
 *
 * @param about what is replaced, is to take over, or is to go. A newer image or drift makes one replacement after the
 *   other necessary under one plan, while the annotation stays: each is asked for
 */
export function approvalOf({ planId }: Pick<Seen, "planId">, step: HeldStep, about: readonly Environment[]): string {
  return `${planId}/${step}@${about.map(mark).join(",")}`;
}

/** A hash, for a name alone may be as long as status lets an approval be; of the date as well, for a name comes again. */
function mark({ computeEnvironmentName, tags }: Environment): string {
  return shortHash([computeEnvironmentName, tags?.[createdAtTag]]);
}

/** Why an object waits for a queue with jobs that may take days to end. */
export const queueLeaving = "QueueBeingDeleted";

/** The very first environment of an object, or the next one where none of it is left. */
export function firstEnvironment(spec: Spec, seen: Seen, now: number): Step<Action> {
  const barred = ownershipTagsLost(seen);
  if (barred !== undefined) return barred;
  const count = seen.environments.length;
  if (count >= environmentQuota) {
    return {
      kind: "blocked",
      reason: "QuotaExceeded",
      message: `all ${environmentQuota} compute environments that AWS allows in a region exist. Delete one that is not needed`,
      checkInMs: unwatchedCheckMs,
    };
  }
  const found = endedHindrance(spec, `${seen.freeName.name} does not exist`) ?? numberHindrance(seen);
  if (found !== undefined) return found;
  return make({ spec, seen, now }, [], `${seen.freeName.name} is being created`);
}

/** A successor for environments that AWS cannot change as the spec asks. */
export function successor(spec: Spec, seen: Seen, existing: readonly Environment[], now: number): Step<Action> {
  const reference = referenceOf(seen, existing);
  const fields = replacing(spec, reference);
  const serving = existing.filter((environment) => !isRetired(environment));
  if (serving.length > 0 && spec.replacement?.policy === "Never") {
    return {
      kind: "blocked",
      reason: "ReplacementNeeded",
      message: `${fields} cannot be changed in AWS, and spec.replacement.policy is Never. Restore the field, or allow the replacement`,
    };
  }
  const found =
    ownershipTagsLost(seen) ??
    endedHindrance(spec, `${fields} requires a new environment`) ??
    verificationHindrance({ spec, seen }) ??
    creationBackOff(spec, seen, existing, now) ??
    hindrance(spec, seen, existing);
  if (found !== undefined) return found;
  // An adopted environment keeps its own name, and another tool may still depend on it.
  const adopted = serving.some(
    (environment) =>
      environment.computeEnvironmentName === seen.baseName && environment.tags?.[servingSinceTag] === undefined,
  );
  // AWS's default is another one now: nobody has asked for that.
  const lost = reference === undefined ? [] : imagesLost(spec, reference);
  const held =
    reference !== undefined &&
    (isHeld(spec, seen, "Create", reference) ||
      ((adopted || lost.length > 0) && !isApproved(seen, "Create", reference)));
  if (serving.length > 0 && held) {
    const value = approvalOf(seen, "Create", [reference]);
    const otherImage =
      lost.length === 0
        ? ""
        : `: spec.computeResources.ec2Configuration is not set, so instances start with Amazon Linux 2023 there, and with Amazon Linux 2 (${lost.join(", ")}) today`;
    return approval(
      value,
      `${fields} requires a new environment, which waits for approval${otherImage}`,
      seen.directives.approved,
    );
  }
  return make(
    { spec, seen, now },
    existing,
    `${seen.freeName.name} is being created to take over, because of ${fields}`,
  );
}

/** The steps when AWS finds the target INVALID and nothing in the spec would fix it in place. */
export function afterInvalid(context: Context, target: Environment): readonly Step<Action>[] {
  const { spec, seen, set, now } = context;
  const name = target.computeEnvironmentName;
  const reason = withoutRequestIds(target.statusReason ?? "AWS gives no reason");
  const ageMs = now - createdAt(target);
  const who = inItsPlace(seen, set);
  const neverServed =
    !set.returned && target.tags?.[servingSinceTag] === undefined && queuesNaming(seen, new Set([name])).length === 0;

  if (neverServed && isAuthorizationReason(target.statusReason) && Number.isFinite(ageMs)) {
    const attempt = attemptOf(name);
    const restMs = attempt < attemptsAtOnce ? rolePropagationMs - ageMs : invalidEveryMs - ageMs;
    const waitMs = seen.madeBefore.has(name) ? 0 : Math.min(restMs, seen.roleChangeCountsInMs ?? restMs);
    if (waitMs > 0 && attempt < attemptsAtOnce) {
      const wait: Step<Action> = {
        kind: "wait",
        reason: "WaitingForRole",
        message: `AWS could not use a role of ${name} yet, as happens just after a role is created; attempt ${attempt + 1} follows. ${reason}`,
        checkInMs: waitMs,
      };
      return [wait];
    }
    if (waitMs > 0) {
      const blocked: Step<Action> = {
        kind: "blocked",
        reason: "Invalid",
        message: `AWS found ${name} INVALID: ${reason}.${who} Fix the role; another attempt follows 30 minutes after the last`,
        checkInMs: waitMs,
      };
      return [blocked];
    }
    const stuck = attempt < attemptsAtOnce ? [] : failedAttempts(set);
    if (stuck.length > 0) {
      const left = stuck.map((environment) => environment.computeEnvironmentName).join(", ");
      const blocked: Step<Action> = {
        kind: "blocked",
        reason: "Invalid",
        message: `AWS found ${name} INVALID: ${reason}.${who} Fix the role ${target.serviceRole ?? ""}; another attempt follows when AWS has deleted the earlier ones (${left}), which the operator retries every 5 minutes`,
        checkInMs: refusedRetryMs,
      };
      return [blocked];
    }
    // If there is no quota for another attempt, a target that was fixed meanwhile still becomes VALID.
    const again = revalidation(seen, target, invalidEveryMs, now);
    const message = `${seen.freeName.name} is being created after AWS found ${name} INVALID: ${reason}`;
    const next =
      endedHindrance(spec, `${name} is INVALID (${reason}), so a new environment is needed`) ??
      numberHindrance(seen) ??
      make({ spec, seen, now }, [target, ...set.predecessors], message);
    return again.kind === "act" ? [again, next] : [next];
  }
  const found = `AWS found ${name} INVALID: ${reason}.${who}`;
  const fixable = isAuthorizationReason(target.statusReason) && usesMadeRole(target) && !seen.askedAgain.has(name);
  const everyMs = fixable ? refusedRetryMs : invalidEveryMs;
  const again = revalidation(seen, target, everyMs, now);
  const blocked: Step<Action> = {
    kind: "blocked",
    reason: "Invalid",
    message: `${found} Correct the spec, or what it refers to; the operator asks AWS to check again ${fixable ? "after 5" : "every 30"} minutes`,
    checkInMs: Math.min(refusedRetryMs, again.kind === "later" ? again.dueInMs : Number.POSITIVE_INFINITY),
  };
  return again.kind === "act" ? [again, blocked] : [blocked];
}

/** Which environment serves while the target cannot, as the start of a sentence; empty when there is none. */
function inItsPlace(seen: Seen, set: EnvironmentSet): string {
  const inOrder = set.predecessors.filter(
    (environment) => environment.status === "VALID" && environment.state === "ENABLED" && !isRetired(environment),
  );
  const serves = inOrder.find(({ computeEnvironmentName: name }) => queuesNaming(seen, new Set([name])).length > 0);
  if (serves !== undefined) return ` ${serves.computeEnvironmentName} continues to serve.`;
  const [ready] = inOrder;
  return ready === undefined ? "" : ` ${ready.computeEnvironmentName} is ready.`;
}

function usesMadeRole({ serviceRole, computeResources }: Environment): boolean {
  const { instanceRole, spotIamFleetRole } = computeResources ?? {};
  return [serviceRole, instanceRole, spotIamFleetRole].some((arn) => arn !== undefined && isMadeByOperator(arn));
}

/**
 * Attempts that AWS has not deleted yet. The cause that made them INVALID may keep AWS from deleting them, and then each
 * further attempt would stay as well, until the quota of the region is used up.
 */
function failedAttempts(set: EnvironmentSet): readonly Environment[] {
  return set.predecessors.filter(
    (environment) => isRetired(environment) && (environment.status === "INVALID" || inTransition(environment)),
  );
}

/**
 * Marks a target from which the queues went, or go, back to a predecessor, so that they do not go to and fro. Once it
 * was tried again it is marked again: the approval of that one try approves no other.
 */
export function markReturned({ spec, seen, set, now }: Context, target: Environment): Step<Action> | undefined {
  const failed = whyRolledBack(spec, target, seen.failedOnTarget);
  const isInvalid = target.status === "INVALID";
  if ((!isInvalid && failed === undefined) || isRolledBack(seen, set)) return undefined;
  const [since, returned] = [servingSince(target), momentOf(returnedAtOf(target))];
  // A target that lost the queues under an earlier desired state has not served under this one yet.
  const served = Number.isFinite(since) && returned <= since;
  const named = queuesNaming(seen, new Set([target.computeEnvironmentName])).length > 0;
  if (!(served || named) || fallbackIn(spec, set) === undefined) return undefined;
  const name = target.computeEnvironmentName;
  const found = isInvalid
    ? `AWS found ${name} INVALID (${withoutRequestIds(target.statusReason ?? "no reason given")})`
    : `${name} took over, and ${failed}`;
  const message = `${found}; the queues go back to the predecessor`;
  const value = returnedValue(momentAfter(now, [since, returned]), isInvalid ? undefined : failed, seen.planId);
  return {
    kind: "act",
    action: tagOne("returned", target, { [returnedAtTag]: value }),
    reason: "RollingBack",
    message,
  };
}

/** Queues moved back from the target, and nobody has approved another try. */
export function isRolledBack(seen: Seen, set: EnvironmentSet): boolean {
  return set.returned && !isTriedAgain(seen.directives.approved, seen.planId, set.target);
}

/** What queues go back to. */
function fallbackIn(spec: Spec, set: EnvironmentSet): Environment | undefined {
  return set.predecessors.find(
    (environment) =>
      environment.status === "VALID" &&
      environment.state === "ENABLED" &&
      !isRetired(environment) &&
      isProven(spec, environment),
  );
}

/** The way back of each foreign queue that is still on a target that is not used; the queue controller writes ours. */
export function foreignReturns(spec: Spec, seen: Seen, set: EnvironmentSet): readonly Step<Action>[] {
  const fallback = fallbackIn(spec, set);
  if (set.target === undefined || fallback === undefined || !isRolledBack(seen, set)) return [];
  const names = new Set([set.target.computeEnvironmentName]);
  return queuesNaming(seen, names)
    .filter((queue) => !isOurs(queue) && !queue.order.includes(fallback.computeEnvironmentName))
    .map((queue) => foreignHindrance(spec, seen, queue) ?? repointForeign(seen, queue, names, fallback));
}

/** Waits until no queue names a predecessor any more; the queue controller does the writing, except for foreign queues. */
export function handover(context: Context, target: Environment): readonly Step<Action>[] {
  const { spec, seen, set } = context;
  const names = new Set(set.predecessors.map((environment) => environment.computeEnvironmentName));
  const queues = queuesToSwitch(seen, names);
  const name = target.computeEnvironmentName;
  if (queues.length === 0) return unsettledQueue(seen, set, name);
  const list = queueNames(queues);
  if (!isUsable(spec, target)) {
    const wait: Wait = {
      kind: "wait",
      reason: "TargetDisabled",
      message: `${name} was disabled outside the spec, so ${list} is not switched to it. Enable it in AWS, or set spec.state: ENABLED`,
      stallsAfterMs: marks.missingStallsMs,
    };
    return [wait];
  }
  const leavesWork = set.predecessors.some(
    (environment) =>
      isAtWork(environment) && queues.some(({ order }) => order.includes(environment.computeEnvironmentName)),
  );
  const triedAgain = isTriedAgain(seen.directives.approved, seen.planId, target);
  if (leavesWork && isHeld(spec, seen, "Repoint", target) && !triedAgain) {
    const value = approvalOf(seen, "Repoint", [target]);
    return [approval(value, `${name} is VALID; handing over ${list} waits for approval`, seen.directives.approved)];
  }
  const needed = queues.map(
    (queue) =>
      foreignHindrance(spec, seen, queue) ??
      pinnedHindrance(queue, names) ??
      pausedHindrance(seen, queue) ??
      (isOurs(queue) ? undefined : repointForeign(seen, queue, names, target)),
  );
  const steps = sideBySide(needed.filter((step) => step !== undefined));
  if (steps.some(({ kind }) => kind !== "act")) return steps;
  return [...steps, followed(queues, name)];
}

/** What is left of a handover once nothing prevents it: the queues' own controller writes their order. */
function followed(queues: readonly QueueSeen[], name: string): Step<Action> {
  const stalled = queues.find(({ object }) => object?.stalled !== undefined);
  if (stalled !== undefined) {
    return {
      kind: "blocked",
      reason: "SwitchingQueues",
      message: `queue ${stalled.queue.jobQueueName} cannot be handed over to ${name}: ${stalled.object?.stalled ?? ""}`,
    };
  }
  const leaving = queues.filter(({ object }) => object?.deleting === true);
  const following = queues.filter((queue) => !leaving.includes(queue));
  return {
    kind: "wait",
    reason: following.length === 0 ? queueLeaving : "SwitchingQueues",
    message: [
      `${name} is VALID`,
      ...(following.length === 0 ? [] : [`${queueNames(following)} is being handed over to it`]),
      ...leaving.map(
        ({ queue }) =>
          `${queue.jobQueueName}, which is being deleted, keeps its environments until its jobs have ended`,
      ),
    ].join("; "),
  };
}

function queueNames(queues: readonly QueueSeen[]): string {
  return queues.map(({ queue }) => queue.jobQueueName).join(", ");
}

/** A queue that AWS is still repointing: until that has settled, the predecessor stays as it is. */
function unsettledQueue(seen: Seen, set: EnvironmentSet, name: string): readonly Step<Action>[] {
  if (set.predecessors.every(isRetired)) return [];
  const moving = queuesNaming(seen, new Set([name])).find(({ queue }) => inTransition(queue));
  if (moving === undefined) return [];
  const { jobQueueName } = moving.queue;
  return [{ kind: "wait", reason: "SwitchingQueues", message: `${jobQueueName} is being handed over to ${name}` }];
}

/** Notes on the target since when it has served all queues: the clock of the soak. */
export function markServing(
  seen: Seen,
  set: EnvironmentSet,
  target: Environment,
  now: number,
): Step<Action> | undefined {
  const adopted = target.computeEnvironmentName === seen.baseName;
  if (set.predecessors.length === 0 && !adopted) return undefined;
  const since = servingSince(target);
  // Approved after the queues had gone back from it, or served again after others: the soak begins again.
  const earlier = [momentOf(returnedAtOf(target)), ...set.predecessors.map(servingSince)];
  if (Number.isFinite(since) && earlier.every((moment) => moment <= since)) return undefined;
  return set.predecessors.length === 0 ? noteAdopted(target, now) : noteServing(target, now, earlier);
}

/** The tag write that starts the clock, after all `earlier` (ms). */
export function noteServing(environment: Environment, now: number, earlier: readonly number[]): Step<Action> {
  return {
    kind: "act",
    action: tagOne("serving", environment, { [servingSinceTag]: momentAfter(now, earlier) }),
    reason: "SwitchingQueues",
    message: `${environment.computeEnvironmentName} serves all queues`,
  };
}

/** The same of what was adopted and replaces nothing. */
function noteAdopted(environment: Environment, now: number): Step<Action> {
  return {
    kind: "act",
    action: tagOne("adoptedServing", environment, { [servingSinceTag]: momentAfter(now, []) }),
    reason: "UpdatingOwnership",
    message: `noting since when ${environment.computeEnvironmentName}, which already existed, has served its queues`,
  };
}

/** The environment that differs from the spec and so causes a replacement: the one that serves, else the newest. */
export function referenceOf(seen: Seen, existing: readonly Environment[]): Environment | undefined {
  const named = (environment: Environment): number =>
    queuesToSwitch(seen, new Set([environment.computeEnvironmentName])).length;
  return [...existing].sort((left, right) => named(right) - named(left) || newestFirst(left, right))[0];
}

function replacing(spec: Spec, reference: Environment | undefined): string {
  if (reference === undefined) return "the spec";
  const paths = differences(spec, reference)
    .filter(({ kind }) => kind === "replacement")
    .map(({ path }) => path);
  return paths.length === 0 ? "the spec" : paths.join(", ");
}

/** @param others of the object: it is the newest of them all */
function make(
  { spec, seen, now }: Pick<Context, "spec" | "seen" | "now">,
  others: readonly Environment[],
  message: string,
): Step<Action> {
  const { name, absent } = seen.freeName;
  if (!absent) {
    return { kind: "wait", reason: "Creating", message, checkInMs: settleCheckMs, until: { kind: "listing" } };
  }
  if (awaitsVersion(spec)) {
    const asked = "EC2 is asked first for the version of the launch template, which the operator follows";
    return { kind: "wait", reason: "Creating", message: `${message}. ${asked}`, checkInMs: settleCheckMs };
  }
  const made = momentAfter(now, others.map(createdAt));
  return {
    kind: "act",
    action: { kind: "create", request: createRequest(name, spec, seen.identity, made) },
    reason: "Creating",
    message,
  };
}

/** What is made for a version that is not noted would be replaced at once. */
function awaitsVersion({ imageUpdates, templates }: EffectiveSpec): boolean {
  if (imageUpdates?.launchTemplateVersions !== "Follow" || templates === undefined) return false;
  return templates.version === undefined && templates.why === undefined;
}

/** `<base>-<hex>` is the first attempt, `<base>-<hex>-2` the second; the hash itself has eight digits. */
function attemptOf(name: string): number {
  const suffix = /-(\d{1,6})$/.exec(name)?.[1];
  return suffix === undefined ? 1 : Number(suffix);
}
