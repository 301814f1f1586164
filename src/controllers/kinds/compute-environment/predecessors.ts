/** Environments that have a successor: soak, hold, and the way out of service. Pure. */

import type { Environment } from "../../../aws/batch.ts";
import { isRetired } from "../../draining/retired.ts";
import { defaultSoakSeconds, replacementCheckMs } from "../../intervals.ts";
import { returnedAtTag, servingSinceTag } from "../../ownership/ownership.ts";
import type { Step } from "../../pass/agenda.ts";
import { approval } from "../../pass/approval.ts";
import type { Action } from "./action.ts";
import { queuesNaming } from "./checks.ts";
import { type Context, names } from "./context.ts";
import { differences } from "./diff.ts";
import { createdAt, inTransition, isAtWork, servingSince } from "./environment-set.ts";
import { approvalOf, isHeld, noteServing } from "./replacement.ts";
import { retirement } from "./retire.ts";
import { watchedUntil } from "./rollback.ts";
import type { QueueSeen } from "./seen.ts";

/** So many have room in what status may show as one approval. */
const approvedAtOnce = 12;

/** The step of its retirement at which a predecessor is, and what comes next. */
export interface PredecessorStep {
  readonly step: string;
  readonly next: Step<Action>;
}

/** @param successor to which the queues have been handed over */
export function predecessorStep(
  context: Context,
  environment: Environment,
  successor: Environment | undefined = context.set.target,
): PredecessorStep {
  const { spec, seen, now } = context;
  const soak = soaking(context, environment, successor);
  if (soak !== undefined) return { step: "Soaking", next: soak };
  if (isInOrder(environment) && isHeld(spec, seen, "Delete", environment)) {
    return { step: "AwaitingApproval", next: deleteApproval(context, successor) };
  }
  return retirement(spec, seen, environment, now);
}

/**
 * One approval for those that are out of use by now. Also for those that have one and have yet to be marked as retired:
 * the annotation that takes its place would take theirs away.
 */
function deleteApproval(context: Context, successor: Environment | undefined): Step<Action> {
  const idle = context.set.predecessors
    .filter((one) => isInOrder(one) && soaking(context, one, successor) === undefined)
    .slice(0, approvedAtOnce);
  const [verb, them] = idle.length === 1 ? ["is", "it"] : ["are", "them"];
  const { drain } = context.spec;
  const ends = `, after which jobs that run ${drain?.timeoutSeconds ?? 0} s longer are ended (drain.policy: Terminate)`;
  const what = `${names(idle)} ${verb} out of use; taking ${them} out of service waits for approval${drain?.policy === "Terminate" ? ends : ""}`;
  return approval(approvalOf(context.seen, "Delete", idle), what, context.seen.directives.approved);
}

/** What AWS found INVALID: if no queue references it, it is deleted without waiting for the one created in its place. */
export function failedSteps({ spec, seen, set, now }: Context): readonly Step<Action>[] {
  return set.predecessors
    .filter((environment) => environment.status === "INVALID")
    .map((environment) => retirement(spec, seen, environment, now).next);
}

/**
 * Environments that already have a successor, those that the spec moved on from before they served, and without a target
 * those that are being retired. None of them waits for the next target too: while they exist, the quota of environments
 * may allow none.
 */
export function supersededSteps(context: Context): readonly Step<Action>[] {
  const { spec, seen, now } = context;
  const { predecessors, target } = context.set;
  const successor = predecessors.find((environment) => isReady(environment) && hasServed(environment));
  const leaving = predecessors.flatMap((environment) => {
    if (target === undefined && isRetired(environment)) return [retirement(spec, seen, environment, now).next];
    const stays =
      successor !== undefined && isOlder(environment, successor)
        ? successor
        : (readyBefore(context, environment) ?? servingInstead(context, environment));
    return stays === undefined ? [] : [predecessorStep(context, environment, stays).next];
  });
  const unnoted = unnotedSuccessor(context);
  return unnoted === undefined ? leaving : [...leaving, unnoted];
}

/** What is still ready before one that will never serve; undefined: it may yet serve, or queues may need it. */
function readyBefore({ spec, set }: Context, environment: Environment): Environment | undefined {
  if (environment.status !== "VALID" || hasServed(environment)) return undefined;
  if (!differences(spec, environment).some(({ kind }) => kind === "replacement")) return undefined;
  return set.predecessors.find((other) => isReady(other) && isOlder(other, environment));
}

/** The environments that queues reference, where this one takes no jobs and no queue references it: neither waits for the other. */
function servingInstead({ seen, set }: Context, environment: Environment): Environment | undefined {
  const isNamed = (one: Environment): boolean => queuesNaming(seen, new Set([one.computeEnvironmentName])).length > 0;
  if (environment.state !== "DISABLED" || environment.status !== "VALID" || isNamed(environment)) return undefined;
  return set.predecessors.find((other) => other.status === "VALID" && isNamed(other));
}

/** Starts the clock of a soak when the next edit of the spec came first: all queues have moved to the newest. */
function unnotedSuccessor({ seen, ours, set, now }: Context): Step<Action> | undefined {
  if (set.target !== undefined) return undefined;
  const naming = (environments: readonly Environment[]): readonly QueueSeen[] =>
    queuesNaming(seen, new Set(environments.map(({ computeEnvironmentName }) => computeEnvironmentName)));
  const successor = set.predecessors.find((one) => isReady(one) && naming([one]).length > 0);
  if (successor === undefined || hasServed(successor)) return undefined;
  const others = ours.filter((one) => one !== successor);
  if (!others.some((one) => isOlder(one, successor)) || naming(others).length > 0) return undefined;
  return naming([successor]).some(({ queue }) => inTransition(queue))
    ? undefined
    : noteServing(successor, now, others.map(servingSince));
}

/** The queues were handed over to it, and have not moved back from it since. */
function hasServed({ tags }: Environment): boolean {
  return tags?.[servingSinceTag] !== undefined && tags[returnedAtTag] === undefined;
}

/** To serve, unless queues had to go back from it. */
function isReady(environment: Environment): boolean {
  const { state, status, tags } = environment;
  const inService = state === "ENABLED" && status === "VALID" && !isRetired(environment);
  return inService && tags?.[returnedAtTag] === undefined;
}

/** VALID proves little: without demand for vCPUs no instance has started. So the predecessor stays ready for a while. */
function soaking(
  { spec, seen, set, now }: Context,
  environment: Environment,
  successor: Environment | undefined,
): Step<Action> | undefined {
  const ready = isInOrder(environment) && environment.state === "ENABLED";
  if (successor === undefined || !ready) return undefined;
  // The spec was reverted from what is newer than the successor: the successor has proved itself before.
  if (isOlder(successor, environment)) return undefined;
  if (queuesNaming(seen, new Set([successor.computeEnvironmentName])).length === 0) return undefined;
  const runs = successor === set.target && seen.targetRuns === true;
  const soakMs = runs ? 0 : (spec.replacement?.soakSeconds ?? defaultSoakSeconds) * 1000;
  const watched = watchedUntil(spec, successor);
  const restMs = Math.max(servingSince(successor) + soakMs, watched) - now;
  if (restMs <= 0) return undefined;
  const [old, name] = [environment.computeEnvironmentName, successor.computeEnvironmentName];
  const unread = seen.failedOnTarget?.kind === "unread" ? `, which cannot be read: ${seen.failedOnTarget.why}` : "";
  const watching = `${old} stays ready to take the queues back while failed jobs of ${name} are counted${unread}`;
  return {
    kind: "wait",
    reason: "Soaking",
    message: now < watched ? watching : `${old} stays ready until a job runs on ${name}, or the soak time is over`,
    checkInMs: Math.min(replacementCheckMs, restMs),
  };
}

/** Jobs run on while AWS carries out an update. */
function isInOrder(environment: Environment): boolean {
  return !isRetired(environment) && isAtWork(environment);
}

function isOlder(one: Environment, other: Environment): boolean {
  return createdAt(one) < createdAt(other);
}
