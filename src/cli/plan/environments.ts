import { ordinaryReasons } from "../../api/reasons.ts";
import type { BatchComputeEnvironment } from "../../api/v1alpha1/compute-environment.ts";
import { BatchComputeEnvironmentKind } from "../../api/v1alpha1/kinds.ts";
import type { Change } from "../../controllers/agenda.ts";
import { type Choice, choose } from "../../controllers/choose.ts";
import { queuesNaming } from "../../controllers/compute-environment/checks.ts";
import { oursOf } from "../../controllers/compute-environment/context.ts";
import { planOf } from "../../controllers/compute-environment/life.ts";
import { observeAll, readingOnce } from "../../controllers/compute-environment/observation.ts";
import { referenceOf } from "../../controllers/compute-environment/replacement.ts";
import type { Seen } from "../../controllers/compute-environment/seen.ts";
import type { AnyAction } from "../../controllers/compute-environment/whole.ts";
import { isEndpointsAction } from "../../controllers/endpoints/action.ts";
import type { Ports } from "../../controllers/ports.ts";
import { isGroupAction } from "../../controllers/security-group/action.ts";
import type { EntryAction, JobsEffect } from "./entry.ts";
import { noJobs } from "./entry.ts";
import { type EntryBody, heldBy, notesOf } from "./held.ts";
import { countJobs } from "./jobs.ts";
import { networkActs, notedInNetwork } from "./network.ts";
import type { ReadRegion } from "./region.ts";
import { noted } from "./roles.ts";

/** What becomes of a compute environment. */
export async function environmentEntry(
  object: BatchComputeEnvironment,
  region: ReadRegion,
  ports: Ports,
  signal: AbortSignal,
): Promise<EntryBody> {
  const observed = await observeAll(object, region, readingOnce(ports), signal);
  const now = ports.clock.now();
  const notedHere = { ...observed, ...notedInNetwork(observed), roles: noted(observed.roles) };
  const decision = choose(planOf(object, notedHere, now), now);
  const acts = networkActs(notedHere);
  const seen = { ...observed.own, refusals: new Map() };
  const { change } = decision;
  const onlyNetwork = change.action === "None" && acts.length > 0;
  const live = oursOf(seen).filter(({ status }) => status !== "DELETING");
  const current = referenceOf(seen, live)?.computeEnvironmentName;
  const touched = queuesNaming(seen, new Set(live.map((one) => one.computeEnvironmentName)));
  const affects = change.action === "Replace" || change.action === "UpdateInfrastructure";
  return {
    awsName: current ?? adopted(decision) ?? seen.freeName.name,
    action: onlyNetwork ? "update" : actions[change.action],
    title: onlyNetwork
      ? "keeps the environment, changes its network resources"
      : (adoptionTitle(decision, seen) ?? titleOf(change, current, seen)),
    fields: change.action === "Create" ? [] : change.changes,
    queues: affects
      ? await countJobs(
          touched.map(({ queue }) => queue.jobQueueName),
          region,
          signal,
        )
      : [],
    jobs: jobsEffect(object, change),
    blocked: heldBy(object, decision),
    notes: [
      ...handoverNotes(object, change),
      // `acts` lists every write in the network, not only the next one.
      ...notesOf(decision, waits(decision)).filter(
        (note) => !(isOfNetwork(decision) && note === decision.next.message),
      ),
      ...acts,
      ...selectionNotes(decision),
    ],
  };
}

const actions: Readonly<Record<Change["action"], EntryAction>> = {
  None: "none",
  Create: "create",
  UpdateTags: "update",
  Scale: "update",
  Update: "update",
  UpdateInfrastructure: "update",
  Replace: "replace",
  Register: "register",
  Delete: "delete",
};

function titleOf({ action }: Change, current: string | undefined, seen: Seen): string {
  switch (action) {
    case "Create":
      return `is created as ${seen.freeName.name}`;
    case "Replace":
      return `${current ?? "the environment"} is replaced by a new environment`;
    case "UpdateTags":
      return "gets other tags in place";
    case "Scale":
      return "is updated in place: capacity only";
    case "UpdateInfrastructure":
      return "is updated in place: AWS replaces its instances under running jobs";
    case "Update":
      return "is updated in place";
    default:
      return current === undefined ? "is not created" : "stays as it is";
  }
}

/** The environment that gets the tags of this object; undefined: none does. */
function adopted({ next }: Choice<AnyAction>): string | undefined {
  const isTaken = next.kind === "act" && next.action.kind === "tag" && /^(?:adopt|takeOver)$/.test(next.action.purpose);
  return isTaken ? next.action.items[0]?.name : undefined;
}

function adoptionTitle(decision: Choice<AnyAction>, seen: Seen): string | undefined {
  const name = adopted(decision);
  if (name === undefined) return undefined;
  const { change } = decision;
  const adopts = `${name} is adopted: it gets the tags of this object`;
  return change.action === "UpdateTags" ? adopts : `${adopts}; then ${titleOf(change, name, seen)}`;
}

function jobsEffect({ spec }: BatchComputeEnvironment, { action }: Change): JobsEffect {
  if (action === "UpdateInfrastructure") {
    const { terminateJobsOnUpdate = false, jobExecutionTimeoutMinutes = 30 } = spec.updatePolicy ?? {};
    return {
      kind: "mayEnd",
      why: terminateJobsOnUpdate
        ? "running jobs are ended at once (updatePolicy.terminateJobsOnUpdate)"
        : `jobs that run ${jobExecutionTimeoutMinutes} minutes longer are ended (updatePolicy)`,
    };
  }
  if (action !== "Replace") return noJobs;
  if (spec.drain?.policy === "Terminate") {
    const seconds = spec.drain.timeoutSeconds ?? 0;
    return {
      kind: "mayEnd",
      why: `jobs that still run ${seconds} s after the old environment was taken out of service are ended (drain.policy Terminate)`,
    };
  }
  return {
    kind: "waitedFor",
    why: "running jobs end by themselves before the old environment goes (drain.policy Wait)",
  };
}

/** What a person may have to do in the middle of a replacement. */
function handoverNotes({ spec }: BatchComputeEnvironment, { action }: Change): string[] {
  const held = spec.replacement?.holdBefore ?? [];
  if (action !== "Replace" || held.length === 0) return [];
  return [`waits for approval before ${held.join(", ")} (replacement.holdBefore)`];
}

/** What is selected, and what else is about to be. */
function selectionNotes({ conditions, next }: Choice<unknown>): string[] {
  return conditions
    .filter(({ type, message }) => type === "SelectionReady" && message !== next.message)
    .map(({ status, message }) => (status === "True" ? `selected: ${message}` : message));
}

const ordinary = ordinaryReasons(BatchComputeEnvironmentKind.kind);

function isOfNetwork({ next }: Choice<AnyAction>): boolean {
  return next.kind === "act" && (isGroupAction(next.action) || isEndpointsAction(next.action));
}

/** Waits that are not the ordinary course of a change. */
function waits({ next }: Choice<unknown>): boolean {
  return next.kind === "wait" && !ordinary.has(next.reason);
}
