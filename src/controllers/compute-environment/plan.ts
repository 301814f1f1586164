/** The one next thing to do for a `BatchComputeEnvironment`: rules in order, the first that applies wins. Pure. */

import type { BatchComputeEnvironment, BatchComputeEnvironmentSpec } from "../../api/v1alpha1/compute-environment.ts";
import type { Environment } from "../../aws/batch.ts";
import { passesByItself } from "../../aws/errors.ts";
import type { Decision, News, Next } from "../decision.ts";
import { ownershipOf, retiredAtTag, servingSinceTag } from "../ownership.ts";
import { tagChange } from "../tags.ts";
import { type Action, independentName, tagOne } from "./action.ts";
import { madeInVain } from "./brake.ts";
import { changeOf, deletion } from "./change.ts";
import { queuesNaming } from "./checks.ts";
import { claimed, claimedByAnother, ownedByOtherCluster } from "./claims.ts";
import { type Context, inTime, isPassedOver, together } from "./context.ts";
import { deleted } from "./delete.ts";
import { fleetOf, inTransition, isRetired, tryAgainApproval } from "./fleet.ts";
import { withNetwork } from "./network-report.ts";
import { newerImage } from "./newer-image.ts";
import { type Choice, pastRefusals } from "./past-refusals.ts";
import { failedSteps, predecessorStep, supersededSteps } from "./predecessors.ts";
import {
  afterInvalid,
  firstEnvironment,
  foreignReturns,
  handover,
  isShunned,
  markReturned,
  markServing,
  successor,
} from "./replacement.ts";
import { ownTags, updateRequest } from "./request.ts";
import { lookedAtMeanwhile } from "./revalidation.ts";
import { rolloutNoted, rolloutOf } from "./rollout.ts";
import type { Seen } from "./seen.ts";

type Spec = BatchComputeEnvironmentSpec;

type Rule = (context: Context) => Next<Action> | undefined;

/** Whose the environments are. Until that is clear none of them is touched. */
const untilOwned: readonly Rule[] = [claimedByAnother, ownedByOtherCluster, claimed];

/** Until the target serves: each of these rules means that AWS does not serve this generation yet. */
const untilServing: readonly Rule[] = [
  switched,
  revived,
  leftoversRetired,
  made,
  rolledOut,
  settling,
  returning,
  foreignReturned,
  updated,
  invalid,
  returned,
  handedOver,
  markedServing,
  // Last: a tag that AWS refuses must keep no queue from what serves it.
  retagged,
];

/** From then on the rest runs under Ready=True. */
const afterServing: readonly Rule[] = [predecessorsRetired];

export function planFor(object: BatchComputeEnvironment, seen: Seen, now: number): Decision<Action> {
  const context = contextOf(object.spec, seen, now);
  const decision = pastRefusals(context, chosen);
  const newer = seen.wish.deleting ? [] : newerImage(context.spec, context.fleet.target);
  return withNetwork({ ...decision, news: [...decision.news, ...newer] }, object, seen.network);
}

/** What the rules say. */
function chosen(context: Context): Choice {
  const { seen } = context;
  if (seen.wish.deleting) {
    const leaving = deleted(context);
    const next = leaving === undefined ? undefined : lookedAtMeanwhile(leaving, context);
    return { next, change: deletion(seen), serving: false, news: [] };
  }
  const change = changeOf(context);
  const foreign = firstOf(untilOwned, context);
  if (foreign !== undefined) return { next: foreign, change, serving: false, news: [] };
  const own = firstOf(untilServing, context);
  if (own !== undefined) return { next: meanwhile(own, context), change, serving: false, news: [] };
  const leaving = firstOf(afterServing, context);
  if (leaving !== undefined) return { next: leaving, change, serving: true, news: [retiringNews(leaving)] };
  return { next: settled(context), change, serving: true, news: [] };
}

/**
 * What goes on while a step waits, or is kept from going on: what is on its way out is looked at when its next step is
 * due, whatever else is waited for.
 */
function meanwhile(next: Next<Action>, context: Context): Next<Action> {
  return withStarved(context, lookedAtMeanwhile(inTime(next, [next, ...leavingSteps(context)]), context));
}

function firstOf(rules: readonly Rule[], context: Context): Next<Action> | undefined {
  for (const rule of rules) {
    const next = rule(context);
    if (next !== undefined) return next;
  }
  return undefined;
}

/** The environments of an object, from all that the region has. */
export function oursOf(seen: Seen): readonly Environment[] {
  return seen.environments.filter(({ tags }) => ownershipOf(tags, seen.identity).kind === "ours");
}

/** The order in which AWS lists means nothing; a plan and its words must not hang on it. */
export function inNameOrder(seen: Seen): Seen {
  return {
    ...seen,
    environments: seen.environments.toSorted((left, right) =>
      left.computeEnvironmentName < right.computeEnvironmentName ? -1 : 1,
    ),
    queues: seen.queues.toSorted((left, right) => (left.queue.jobQueueName < right.queue.jobQueueName ? -1 : 1)),
  };
}

function contextOf(spec: Spec, listed: Seen, now: number): Context {
  const seen = inNameOrder(listed);
  const ours = oursOf(seen);
  return { spec, seen, ours, fleet: fleetOf(spec, ours, seen.planId), now, passedOver: new Set() };
}

/**
 * `spec.state` is for all that queues name, also while a handover is held or cannot be made. DISABLED comes before
 * everything else, and alone: nothing that AWS refuses beside it, and no queue that stays behind, keeps jobs starting.
 */
function switched(context: Context): Next<Action> | undefined {
  const { spec, seen, ours, fleet } = context;
  const { state } = spec;
  const found = ours.find((environment) => {
    const { computeEnvironmentName: name, status } = environment;
    if (state === undefined || environment.state === state) return false;
    const isNamed = queuesNaming(seen, new Set([name])).length > 0;
    if (state === "DISABLED") return !inTransition(environment) && (isNamed || environment === fleet.target);
    // The target gets its state together with everything else.
    return status === "VALID" && isNamed && environment !== fleet.target && !isRetired(environment);
  });
  if (state === undefined || found === undefined) return undefined;
  const { computeEnvironmentName: name, computeEnvironmentArn: arn } = found;
  const request = { computeEnvironment: name, state };
  const next: Extract<Next<Action>, { kind: "act" }> = {
    kind: "act",
    action: { kind: "update", name, arn, request, rollout: undefined, paths: ["spec.state"] },
    reason: "Updating",
    message: `${name} is being ${state}, as the spec says`,
    irreversible: state === "DISABLED",
    untilShown: true,
  };
  if (state !== "DISABLED") return next;
  // Roles, endpoints and selections are for jobs that are to start; but what AWS refuses may hang on one of them.
  const { failure } = seen.refusals.get(independentName(next.action) ?? "") ?? {};
  const lasts = failure !== undefined && !passesByItself(failure.kind);
  return { ...next, goesFirst: lasts && isPassedOver(next, context) ? "unlessActs" : "always" };
}

/** Goes back to an environment that was already being retired: enable it, wait, take the mark off. */
function revived({ spec, fleet }: Context): Next<Action> | undefined {
  const { revivable } = fleet;
  if (revivable === undefined) return undefined;
  const name = revivable.computeEnvironmentName;
  const message = `${name} fits the spec again and is put back into service`;
  if (inTransition(revivable)) return { kind: "wait", reason: "Reviving", message };
  const state = spec.state ?? "ENABLED";
  if (revivable.state !== state) {
    const request = { computeEnvironment: name, state };
    return {
      kind: "act",
      action: { kind: "enable", name, request },
      reason: "Reviving",
      message,
      irreversible: state === "DISABLED",
    };
  }
  return {
    kind: "act",
    action: tagOne("revive", revivable, {}, [retiredAtTag]),
    reason: "Reviving",
    message,
    // Without the mark nobody knows why it is DISABLED, if a writer before this one has disabled it just now.
    irreversible: true,
  };
}

function made({ spec, seen, ours, fleet, now }: Context): Next<Action> | undefined {
  if (fleet.target !== undefined) return undefined;
  const standing = ours.filter((environment) => environment.status !== "DELETING");
  if (standing.length === 0) return firstEnvironment(spec, seen, now);
  return successor(spec, seen, standing, now);
}

/**
 * Its acts: while AWS carries one out, the next target is made. Without a target also the seconds from a mark to the
 * act that follows, for what needs its room, and is refused, comes back only after minutes.
 */
function leftoversRetired(context: Context): Next<Action> | undefined {
  const steps = leavingSteps(context);
  const makesSure = (next: Next<Action>): boolean => next.kind === "wait" && next.confirmsAbsence === true;
  return (
    steps.find((next) => next.kind === "act" && !isPassedOver(next, context)) ??
    (context.fleet.target === undefined ? steps.find(makesSure) : undefined)
  );
}

/**
 * The steps of what goes before the target serves. What was made in vain for this very plan stays as long as it keeps
 * further ones from being made.
 */
function leavingSteps(context: Context): readonly Next<Action>[] {
  const { seen, ours, fleet, now } = context;
  const stays = fleet.target === undefined ? madeInVain(seen, ours, now).filter((one) => !hasServed(one)) : [];
  const predecessors = fleet.predecessors.filter((environment) => !stays.includes(environment));
  const left = { ...context, fleet: { ...fleet, predecessors } };
  return [...failedSteps(left), ...supersededSteps(left)];
}

function hasServed({ tags }: Environment): boolean {
  return tags?.[servingSinceTag] !== undefined;
}

function rolledOut({ spec, seen, fleet }: Context): Next<Action> | undefined {
  return fleet.target === undefined ? undefined : rolloutNoted(spec.rolloutToken, fleet.target, seen);
}

function settling({ fleet }: Context): Next<Action> | undefined {
  const { target } = fleet;
  if (target === undefined || !inTransition(target)) return undefined;
  const name = target.computeEnvironmentName;
  return target.status === "CREATING"
    ? { kind: "wait", reason: "Creating", message: `${name} is being made` }
    : { kind: "wait", reason: "Updating", message: `${name} is being updated` };
}

function returning({ seen, fleet, now }: Context): Next<Action> | undefined {
  return fleet.target === undefined ? undefined : markReturned(seen, fleet, fleet.target, now);
}

/** Its acts only: what keeps the others where they are is told with why the target is not used. */
function foreignReturned(context: Context): Next<Action> | undefined {
  const { spec, seen, fleet } = context;
  return foreignReturns(spec, seen, fleet).find((next) => next.kind === "act" && !isPassedOver(next, context));
}

/** Foreign queues that stay on a target that is not used, each with what stands against its way back: the others go. */
function leftBehind({ spec, seen, fleet }: Context): string {
  return foreignReturns(spec, seen, fleet)
    .map(({ message }) => `; ${message}`)
    .join("");
}

function retagged({ spec, seen, fleet }: Context): Next<Action> | undefined {
  const { target } = fleet;
  if (target === undefined) return undefined;
  const change = tagChange(spec.tags, ownTags(spec, seen.identity), target.tags, seen.settings.ignoreTagKeys);
  if (change === undefined) return undefined;
  const { computeEnvironmentName: name, computeEnvironmentArn: arn } = target;
  return {
    kind: "act",
    action: { kind: "tag", purpose: "userTags", items: [{ name, arn, change }] },
    reason: "UpdatingTags",
    message: `the tags of ${name} are being changed`,
    irreversible: false,
  };
}

function updated({ spec, fleet }: Context): Next<Action> | undefined {
  const { target, differences: changed } = fleet;
  if (target === undefined || changed.length === 0) return undefined;
  const { computeEnvironmentName: name, computeEnvironmentArn: arn } = target;
  const paths = changed.map(({ path }) => path);
  const token = spec.rolloutToken;
  const request = updateRequest(target, changed);
  // Instances that are replaced may take jobs with them, as `updatePolicy` says.
  const endsJobs = changed.some(({ kind }) => kind === "infrastructure");
  // A state that nobody asks for undoes what somebody has switched by hand since the last listing.
  const takesAlong = request.state !== undefined && !paths.includes("spec.state");
  return {
    kind: "act",
    action: {
      kind: "update",
      name,
      arn,
      request,
      rollout: token !== undefined && paths.includes("spec.rolloutToken") ? rolloutOf(token, target) : undefined,
      paths,
    },
    reason: "Updating",
    message: `${name} is being updated: ${paths.join(", ")}`,
    irreversible: endsJobs || takesAlong,
    untilShown: true,
    ...(endsJobs ? { stallsInVain: "UpdateInVain" } : {}),
  };
}

function invalid(context: Context): Next<Action> | undefined {
  const { target } = context.fleet;
  if (target?.status !== "INVALID") return undefined;
  const next = afterInvalid(context, target);
  if (next.kind !== "wait" && next.kind !== "blocked") return next;
  return { ...next, message: `${next.message}${leftBehind(context)}` };
}

function returned(context: Context): Next<Action> | undefined {
  const { seen, fleet } = context;
  const { target } = fleet;
  if (target === undefined || !isShunned(seen, fleet)) return undefined;
  if (!fleet.predecessors.some((environment) => environment.status === "VALID" && !isRetired(environment))) {
    return undefined;
  }
  const value = tryAgainApproval(seen.planId, target);
  return {
    kind: "blocked",
    reason: "Returned",
    approval: value,
    message: `the queues went back from ${target.computeEnvironmentName} because AWS had found it INVALID; it is VALID now, but stays unused until the spec or rolloutToken changes, or awsbatch.dev/approve: "${value}" lets it be tried again${leftBehind(context)}`,
  };
}

function handedOver(context: Context): Next<Action> | undefined {
  const { target } = context.fleet;
  return target === undefined ? undefined : handover(context, target);
}

function markedServing({ seen, fleet, now }: Context): Next<Action> | undefined {
  return fleet.target === undefined ? undefined : markServing(seen, fleet, fleet.target, now);
}

/** Soak, then hold, then retire each predecessor; an act of one goes before the waits of others. */
function predecessorsRetired(context: Context): Next<Action> | undefined {
  return together(
    context.fleet.predecessors.map((environment) => predecessorStep(context, environment).next),
    context,
  );
}

/**
 * For the report: the step each predecessor is at. Until the target serves, one that is in order and named by no
 * queue only stands by.
 */
export function predecessorSteps(
  spec: Spec,
  seen: Seen,
  serving: boolean,
  now: number,
): readonly { readonly environment: Environment; readonly step: string }[] {
  const context = contextOf(spec, seen, now);
  return context.fleet.predecessors.map((environment) => {
    const { step } = predecessorStep(context, environment);
    const leaving = serving || step === "InUse" || isRetired(environment) || environment.status !== "VALID";
    return { environment, step: leaving ? step : "Standby" };
  });
}

function settled({ spec, seen, fleet }: Context): Next<Action> {
  const target = fleet.target;
  const name = target?.computeEnvironmentName ?? "";
  if (spec.state === "DISABLED") {
    return {
      kind: "settled",
      reason: "Disabled",
      message: `${name} is VALID and DISABLED, as the spec says${starvedBy(seen, [name])}`,
    };
  }
  const state = target?.state === "ENABLED" ? "" : ` and ${target?.state ?? "without state"}`;
  return { kind: "settled", reason: "Available", message: `${name} is VALID${state}` };
}

/** What waits or is blocked tells what the state that the spec wishes means until then. */
function withStarved({ spec, seen, ours }: Context, next: Next<Action>): Next<Action> {
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
  return starved.length === 0 ? "" : `; without any ENABLED environment are: ${starved.join(", ")}`;
}

function serves(seen: Seen, name: string): boolean {
  return seen.environments.some(
    (environment) =>
      environment.computeEnvironmentName === name && environment.status === "VALID" && environment.state === "ENABLED",
  );
}

function retiringNews(next: Next<Action>): News {
  return { type: "Retiring", status: "True", reason: next.reason, message: next.message };
}
