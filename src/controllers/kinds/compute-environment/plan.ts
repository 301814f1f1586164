/** What is to be done for the environments of a `BatchComputeEnvironment`: rules in order. Pure. */

import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../aws/batch.ts";
import { passesByItself } from "../../../aws/errors.ts";
import { isRetired } from "../../draining/retired.ts";
import { retiredAtTag, servingSinceTag } from "../../ownership/ownership.ts";
import { changedTags, tagFieldChanges } from "../../ownership/tags.ts";
import { networkConditions, networkHold } from "../../parts/network/report.ts";
import { type Change, earliestCheck, type Plan, type Serves, type Step } from "../../pass/agenda.ts";
import { approvedBy } from "../../pass/approval.ts";
import { holdsEverything, type Rule, untilHeld } from "../../pass/rules.ts";
import { type Action, independentName, tagOne } from "./action.ts";
import { changeOf, deletion, tagsToChange } from "./change.ts";
import { queuesNaming } from "./checks.ts";
import { claimed, claimedByAnother, ownedByOtherCluster } from "./claims.ts";
import { type Context, contextOf, inTime, sideBySide } from "./context.ts";
import { madeInVain } from "./creation-back-off.ts";
import { deleted } from "./delete.ts";
import { inTransition, newestOf, tryAgainApproval } from "./environment-set.ts";
import { imageApproval, imageCheck, newerImage } from "./image-updates.ts";
import { failedSteps, predecessorStep, supersededSteps } from "./predecessors.ts";
import {
  afterInvalid,
  firstEnvironment,
  foreignReturns,
  handover,
  isRolledBack,
  markReturned,
  markServing,
  successor,
} from "./replacement.ts";
import { updateRequest } from "./request.ts";
import { withRevalidation } from "./revalidation.ts";
import { causeOfReturn } from "./rollback.ts";
import { rolledOut, rolloutNoted, rolloutOf, rolloutValue } from "./rollout.ts";
import type { Seen } from "./seen.ts";
import { withoutCrowding } from "./stuck-environments.ts";
import { failedBefore, queuesRemoved, verified } from "./verification.ts";

type Rules = readonly Rule<Context, Action>[];

/** Who owns the environments. Nothing is done with any of them before that is clear. */
const ownership: Rules = [claimedByAnother, ownedByOtherCluster, claimed];

/** Until AWS serves this generation. */
const beforeServing: Rules = [
  // DISABLED stops jobs, whatever else is wrong; ENABLED is for all that queues name, also while a handover waits.
  switched,
  // An environment that fits the spec again is taken back before another one is created.
  revived,
  // Failed and superseded environments are retired: while they exist, the quota may allow no other.
  leftoversRetired,
  queuesRemoved,
  // The first environment, or a successor where AWS cannot change the one that serves.
  made,
  // A rollout that AWS has accepted is noted before anything else is sent.
  rolloutUnderWay,
  // AWS is creating or updating the target.
  settling,
  // Queues go back from a target that AWS found INVALID, or on which jobs fail, and the target remembers it.
  returning,
  foreignReturned,
  // What can be changed in place.
  updated,
  // INVALID, and nothing in the spec fixes it in place.
  invalid,
  // VALID after the queues had to go back: a person decides.
  returned,
  // A job proves it, where the spec asks for that.
  verified,
  // The queues follow: their own controller writes their order.
  handedOver,
  // The clock of the soak starts when the target serves all queues.
  markedServing,
  // Last: a tag that AWS refuses must keep no queue from what serves it.
  retagged,
];

/** Under Ready=True. */
const afterServing: Rules = [
  // Soak, then approval, then out of service: each predecessor on its own.
  predecessorsRetired,
  // A newer image that a person is to approve.
  imagesApproved,
];

/** What the environments themselves ask for; roles and network come from `life.ts`. */
export function planFor(object: BatchComputeEnvironment, seen: Seen, now: number): Plan<Action> {
  const context = contextOf(object.spec, seen, now);
  const { network } = context.seen;
  const checks = network === undefined ? {} : { checkInMs: network.checkInMs };
  if (seen.directives.deleting) {
    const conditions = networkConditions(object, network);
    const steps = deleted(context);
    const agenda = [...steps.slice(0, -1), ...steps.slice(-1).flatMap((last) => withRevalidation(last, context))];
    return { change: deletion(seen), agenda, conditions, ...checks };
  }
  const owned = untilHeld(ownership, context);
  const [first] = owned;
  const newest = newestOf(context.ours);
  return {
    change: first?.kind === "act" ? changeOnceOwned(context, first.action) : changeOf(context),
    agenda: owned.length > 0 ? owned : upkeep(context),
    conditions: [...newerImage(context.spec, newest), ...networkConditions(object, network)],
    ...earliestCheck([checks, imageCheck(context.spec, newest, now)]),
  };
}

/** What follows once environments have the tags of this object: an adoption is not a creation. */
function changeOnceOwned({ spec, seen, now }: Context, action: Action): Change {
  const items = action.kind === "tag" ? action.items : [];
  const changes = new Map(items.map(({ name, change }) => [name, change]));
  const environments = seen.environments.map((environment) => {
    const change = changes.get(environment.computeEnvironmentName);
    return change === undefined ? environment : { ...environment, tags: changedTags(environment.tags, change) };
  });
  const own = items.flatMap(({ change }) => tagFieldChanges(change, "tags"));
  const then = changeOf(contextOf(spec, { ...seen, environments }, now));
  const only = then.action === "None" ? ({ action: "UpdateTags", reason: "OwnershipTagsDiffer" } as const) : {};
  return { ...then, ...only, changes: [...own, ...then.changes] };
}

/** The switch alone. It comes before roles, selections and the network, which only matter for jobs that are to start. */
export function disabledFirst(object: BatchComputeEnvironment, seen: Seen, now: number): readonly Step<Action>[] {
  if (seen.directives.deleting || object.spec.state !== "DISABLED") return [];
  const context = contextOf(object.spec, seen, now);
  if (untilHeld(ownership, context).length > 0) return [];
  return switched(context).map((step): Step<Action> => {
    if (step.kind !== "act") return step;
    // A refusal may be due to a role or the network; one that passes by itself is not.
    const { failure } = seen.refusals.get(independentName(step.action) ?? "") ?? {};
    const lasts = failure !== undefined && !passesByItself(failure.kind);
    return lasts ? { ...step, holds: "nothing" } : step;
  });
}

function upkeep(context: Context): readonly Step<Action>[] {
  const before = once(untilHeld(beforeServing, context));
  if (before.some(holdsEverything)) {
    const steps = withoutCrowding(before, context);
    return networkHold(context.spec, context.seen.network, meanwhile(steps, context, leavingSteps(context)));
  }
  const after = untilHeld(afterServing, context);
  return once([...before, ...networkHold(context.spec, context.seen.network, [settled(context), ...after])]);
}

/** Each act once, where it comes first: what leaves may be found by more than one rule. */
function once(steps: readonly Step<Action>[]): readonly Step<Action>[] {
  const names = new Set<string>();
  return steps.filter((step) => {
    const name = step.kind === "act" ? independentName(step.action) : undefined;
    if (name === undefined) return true;
    const isFirst = !names.has(name);
    names.add(name);
    return isFirst;
  });
}

/**
 * What continues while the last step waits: an environment that is being retired is checked when its next step is due, and
 * AWS checks again what it found INVALID.
 */
function meanwhile(
  steps: readonly Step<Action>[],
  context: Context,
  leaving: readonly Step<Action>[],
): readonly Step<Action>[] {
  const last = steps.at(-1);
  if (last === undefined || !holdsEverything(last)) return steps;
  const revalidated = withRevalidation(inTime(last, [last, ...leaving]), context);
  return [...steps.slice(0, -1), ...revalidated.map((step) => withStarved(context, step))];
}

/** `spec.state` applies to all that queues reference, also while a handover is held or impossible. */
function switched({ spec, seen, ours, set }: Context): readonly Step<Action>[] {
  const { state } = spec;
  const found = ours.find((environment) => {
    const { computeEnvironmentName: name, status } = environment;
    if (state === undefined || environment.state === state) return false;
    const isNamed = queuesNaming(seen, new Set([name])).length > 0;
    if (state === "DISABLED") return !inTransition(environment) && (isNamed || environment === set.target);
    // The target gets its state together with everything else.
    return status === "VALID" && isNamed && environment !== set.target && !isRetired(environment);
  });
  if (state === undefined || found === undefined) return [];
  const { computeEnvironmentName: name, computeEnvironmentArn: arn } = found;
  const request = { computeEnvironment: name, state };
  return [
    {
      kind: "act",
      action: { kind: "update", name, arn, request, rollout: undefined, paths: ["spec.state"] },
      reason: "Updating",
      message: `${name} is being ${state}, as the spec says`,
      effects: [{ path: "spec.state", cause: "spec" }],
    },
  ];
}

/** Goes back to an environment that was already being retired: enable it, wait, take the mark off. */
function revived({ spec, set }: Context): readonly Step<Action>[] {
  const { revivable } = set;
  if (revivable === undefined) return [];
  const name = revivable.computeEnvironmentName;
  const message = `${name} fits the spec again and is put back into service`;
  const reason = "Reactivating";
  if (inTransition(revivable)) return [{ kind: "wait", reason, message }];
  const state = spec.state ?? "ENABLED";
  if (revivable.state !== state) {
    const request = { computeEnvironment: name, state };
    return [{ kind: "act", action: { kind: "enable", name, request }, reason, message }];
  }
  return [{ kind: "act", action: tagOne("revive", revivable, {}, [retiredAtTag]), reason, message }];
}

function made(context: Context): readonly Step<Action>[] {
  const { spec, seen, ours, set, now } = context;
  if (set.target !== undefined) return [];
  const existing = ours.filter((environment) => environment.status !== "DELETING");
  const failed = existing.length === 0 ? undefined : failedBefore(context);
  if (failed !== undefined) return [failed];
  return [existing.length === 0 ? firstEnvironment(spec, seen, now) : successor(spec, seen, existing, now)];
}

/**
 * The acts of leaving environments: while AWS carries one out, the next target is created. Without a target also the
 * seconds from a mark to the act that follows: a creation that needs the room, and is refused, is retried only after
 * minutes.
 */
function leftoversRetired(context: Context): readonly Step<Action>[] {
  const steps = leavingSteps(context);
  const acts = sideBySide(steps.filter((step) => step.kind === "act"));
  if (context.set.target !== undefined) return acts;
  const makesSure = steps.find((step) => step.kind === "wait" && step.until?.kind === "listing");
  return makesSure === undefined ? acts : [...acts, makesSure];
}

/**
 * The steps of environments that are retired before the target serves. One that was created in vain for this plan stays
 * as long as it keeps further ones from being created.
 */
function leavingSteps(context: Context): readonly Step<Action>[] {
  const { seen, ours, set, now } = context;
  const stays = set.target === undefined ? madeInVain(seen, ours, now).filter((one) => !hasServed(one)) : [];
  const predecessors = set.predecessors.filter((environment) => !stays.includes(environment));
  const left = { ...context, set: { ...set, predecessors } };
  return [...failedSteps(left), ...supersededSteps(left)];
}

function hasServed({ tags }: Environment): boolean {
  return tags?.[servingSinceTag] !== undefined;
}

function rolloutUnderWay({ spec, seen, set }: Context): Step<Action> | undefined {
  return set.target && rolloutNoted(rolloutOn(spec, set.target), set.target, seen);
}

/** What an update that replaces the instances of the target rolls out: AWS then takes the versions of the templates too. */
function rolloutOn({ rolloutToken: token, templates }: Context["spec"], { tags }: Environment): string | undefined {
  return rolloutValue({ token, templateVersion: templates?.version ?? rolledOut(tags).templateVersion });
}

function settling({ set }: Context): readonly Step<Action>[] {
  const { target } = set;
  if (target === undefined || !inTransition(target)) return [];
  const name = target.computeEnvironmentName;
  return target.status === "CREATING"
    ? [{ kind: "wait", reason: "Creating", message: `${name} is being created` }]
    : [{ kind: "wait", reason: "Updating", message: `${name} is being updated` }];
}

function returning(context: Context): Step<Action> | undefined {
  const { target } = context.set;
  return target && markReturned(context, target);
}

/** Only its acts: the reason why the target is not used also reports what keeps the other queues where they are. */
function foreignReturned({ spec, seen, set }: Context): readonly Step<Action>[] {
  return sideBySide(foreignReturns(spec, seen, set).filter((step) => step.kind === "act"));
}

/** Foreign queues that stay on a target that is not used, each with what prevents its way back. */
function leftBehind({ spec, seen, set }: Context): string {
  return foreignReturns(spec, seen, set)
    .map(({ message }) => `; ${message}`)
    .join("");
}

function retagged({ spec, seen, set }: Context): readonly Step<Action>[] {
  const { target } = set;
  if (target === undefined) return [];
  const change = tagsToChange({ spec, seen }, target);
  if (change === undefined) return [];
  const { computeEnvironmentName: name, computeEnvironmentArn: arn } = target;
  return [
    {
      kind: "act",
      action: { kind: "tag", purpose: "userTags", items: [{ name, arn, change }] },
      reason: "UpdatingTags",
      message: `the tags of ${name} are being changed`,
    },
  ];
}

function updated({ spec, set }: Context): readonly Step<Action>[] {
  const { target, differences: changed } = set;
  if (target === undefined || changed.length === 0) return [];
  const { computeEnvironmentName: name, computeEnvironmentArn: arn } = target;
  const paths = changed.map(({ path }) => path);
  // Instances that are replaced may take jobs with them, as `updatePolicy` says.
  const mayEndJobs = changed.some(({ kind }) => kind === "infrastructure");
  const value = rolloutOn(spec, target);
  const isNoted = value === undefined || rolloutValue(rolledOut(target.tags)) === value;
  const rollout = isNoted || !mayEndJobs ? undefined : rolloutOf(value, target);
  return [
    {
      kind: "act",
      action: { kind: "update", name, arn, request: updateRequest(target, changed), rollout, paths },
      reason: "Updating",
      message: `${name} is being updated: ${paths.join(", ")}`,
      effects: paths.map((path) => ({ path, cause: "spec", ...(mayEndJobs ? { mayEndJobs } : {}) })),
    },
  ];
}

function invalid(context: Context): readonly Step<Action>[] {
  const { target } = context.set;
  if (target?.status !== "INVALID") return [];
  return afterInvalid(context, target).map((step) =>
    step.kind === "wait" || step.kind === "blocked"
      ? { ...step, message: `${step.message}${leftBehind(context)}` }
      : step,
  );
}

function returned(context: Context): readonly Step<Action>[] {
  const { seen, set } = context;
  const { target } = set;
  if (target === undefined || !isRolledBack(seen, set)) return [];
  if (!set.predecessors.some((environment) => environment.status === "VALID" && !isRetired(environment))) return [];
  const { until, annotation } = approvedBy(tryAgainApproval(seen.planId, target), seen.directives.approved);
  const name = target.computeEnvironmentName;
  const cause = causeOfReturn(target);
  const what = cause === undefined ? `${name}, which was INVALID; it is VALID now but` : `${name}: ${cause}. It`;
  return [
    {
      kind: "blocked",
      reason: "RolledBack",
      until,
      message: `rolled back from ${what} stays unused until the spec or rolloutToken changes, or ${annotation} allows another try${leftBehind(context)}`,
    },
  ];
}

function handedOver(context: Context): readonly Step<Action>[] {
  const { target } = context.set;
  return target === undefined ? [] : handover(context, target);
}

function markedServing({ seen, set, now }: Context): Step<Action> | undefined {
  return set.target && markServing(seen, set, set.target, now);
}

function predecessorsRetired(context: Context): readonly Step<Action>[] {
  return sideBySide(context.set.predecessors.map((environment) => predecessorStep(context, environment).next)).map(
    retiring,
  );
}

function imagesApproved({ spec, ours }: Context): Step<Action> | undefined {
  return imageApproval(spec, newestOf(ours));
}

/**
 * For the report: the step each predecessor is at. Until the target serves, one that is in order and named by no
 * queue is only on standby.
 */
export function predecessorSteps(
  spec: Context["spec"],
  seen: Seen,
  serving: boolean,
  now: number,
): readonly { readonly environment: Environment; readonly step: string }[] {
  const context = contextOf(spec, seen, now);
  return context.set.predecessors.map((environment) => {
    const { step } = predecessorStep(context, environment);
    const leaving = serving || step === "InUse" || isRetired(environment) || environment.status !== "VALID";
    return { environment, step: leaving ? step : "Standby" };
  });
}

function settled(context: Context): Serves {
  const { spec, seen, set } = context;
  const target = set.target;
  const name = target?.computeEnvironmentName ?? "";
  if (spec.state === "DISABLED") {
    return {
      kind: "serves",
      reason: "Disabled",
      message: `${name} is VALID and DISABLED, as the spec says${starvedBy(seen, [name])}`,
    };
  }
  const state = target?.state === "ENABLED" ? "" : ` and ${target?.state ?? "without state"}`;
  const kept = queuesRemoved(context).flatMap(({ reason, message }) => (reason === "Draining" ? [`; ${message}`] : []));
  return { kind: "serves", reason: "Available", message: `${name} is VALID${state}${kept.join("")}` };
}

/** A step that waits or is blocked also reports what the desired state means until then. */
function withStarved({ spec, seen, ours }: Context, next: Step<Action>): Step<Action> {
  if (spec.state !== "DISABLED" || (next.kind !== "wait" && next.kind !== "blocked")) return next;
  const disabled = ours.filter(({ state }) => state === "DISABLED");
  const starved = starvedBy(
    seen,
    disabled.map(({ computeEnvironmentName }) => computeEnvironmentName),
  );
  return starved === ""
    ? next
    : { ...next, message: `${next.message}. Meanwhile DISABLED, as the spec says${starved}` };
}

/** The queues that name one of these environments and none that is ENABLED and VALID, as the end of a sentence. */
function starvedBy(seen: Seen, names: readonly string[]): string {
  const starved = queuesNaming(seen, new Set(names))
    .filter(({ order }) => !order.some((member) => serves(seen, member)))
    .map(({ queue }) => queue.jobQueueName);
  return starved.length === 0 ? "" : `; queues without an ENABLED environment: ${starved.join(", ")}`;
}

function serves(seen: Seen, name: string): boolean {
  return seen.environments.some(
    (environment) =>
      environment.computeEnvironmentName === name && environment.status === "VALID" && environment.state === "ENABLED",
  );
}

function retiring(step: Step<Action>): Step<Action> {
  return step.kind === "act" || step.kind === "wait" || step.kind === "blocked"
    ? { ...step, conditions: [{ type: "Retiring", status: "True" }] }
    : step;
}
