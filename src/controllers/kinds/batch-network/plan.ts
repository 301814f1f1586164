/**
 * The door of networks: plans selection, security group and endpoints, in this order, and the same way back. Pure. `spec.ts` says
 * what a spec asks for, `observe.ts` reads EC2 and who uses the VPC, `report.ts` says in status what environments may take.
 */

import type { BatchNetwork } from "../../../api/v1alpha1/batch-network.ts";
import { isPending } from "../../../network/lookups.ts";
import { shortName } from "../../../network/needs.ts";
import { shortHash } from "../../fields/fingerprint.ts";
import { endpointsCheckMs, marks, restCheckMs, settleCheckMs, unreadCheckMs } from "../../intervals.ts";
import { allowedStep } from "../../parts/allowed/limits.ts";
import { lackOf } from "../../parts/endpoints/lacking.ts";
import { settling } from "../../parts/endpoints/next.ts";
import { vpcPlan } from "../../parts/endpoints/plan.ts";
import { groupPlan, groupRemoval } from "../../parts/security-group/plan.ts";
import { selectionPlan } from "../../parts/selection/plan.ts";
import type { Act, Blocked, Change, ConditionDraft, Plan, Step, Wait } from "../../pass/agenda.ts";
import { readyOf } from "../../pass/conditions.ts";
import { type PartPlan, together } from "../../pass/part-plan.ts";
import type { NotRead } from "../../pass/unread.ts";
import { firstOf } from "../../wording.ts";
import type { Action, NetworkOfVpc, Seen } from "./seen.ts";

type Read = Extract<NetworkOfVpc, { kind: "read" }>;

const endpointsNotReady = { type: "EndpointsReady", status: "False" } as const;

export function planFor(network: BatchNetwork, seen: Seen, now: number): Plan<Action> {
  if (network.metadata.deletionTimestamp !== undefined) return deletion(seen, network);
  const selection = selectionPlan(seen.selection, network, now);
  const parts: readonly PartPlan<Action>[] =
    seen.network.kind === "unread"
      ? [unread(network, seen.network)]
      : [groupPlan(seen.network.group), endpoints(seen.network, readyOf(network).isReady)];
  const { steps, tail = [], conditions, checkInMs } = together<Action>([selection, ...parts]);
  const agenda: readonly Step<Action>[] = [
    ...allowedStep(seen.allowed, network.metadata.namespace),
    ...(seen.network.kind === "read" ? misplaced(seen.network) : []),
    ...steps,
    ...tail.map((step) => ({ ...step, holds: "nothing" as const })),
    { kind: "serves", reason: "Available", message: `${network.spec.vpcId} has everything as the spec says` },
  ];
  return {
    change: changeOf(network, seen, agenda),
    agenda,
    conditions,
    ...(checkInMs === undefined ? {} : { checkInMs }),
  };
}

function changeOf(network: BatchNetwork, seen: Seen, agenda: readonly Step<Action>[]): Change {
  const id = planId(network, seen);
  const isInSync = agenda.every(({ kind }) => kind !== "act");
  const changes: Change["changes"] = [];
  if (isInSync) return { action: "None", id, reason: "InSync", changes };
  return isMade(seen.network)
    ? { action: "Update", id, reason: "FieldsDiffer", changes }
    : { action: "Create", id, reason: "NotInAWS", changes };
}

/** Whether EC2 has anything that the operator has made for it, or for another network of the VPC. */
function isMade(network: NetworkOfVpc): boolean {
  if (network.kind !== "read") return false;
  const { group, vpc } = network;
  return group.found !== undefined || vpc.group !== undefined || vpc.ours.length > 0;
}

function planId({ spec }: BatchNetwork, { identity: { cluster, namespace, name } }: Seen): string {
  return shortHash([cluster.name, namespace, name, spec]);
}

function misplaced({ misplaced: faults }: Read): readonly Blocked[] {
  if (faults.length === 0) return [];
  return [{ kind: "blocked", reason: "SubnetOfOtherVpc", message: faults.join("; "), checkInMs: unreadCheckMs }];
}

function unreadStep({ reason, message }: NotRead): Wait {
  return { kind: "wait", reason, message, checkInMs: unreadCheckMs, stallsAfterMs: marks.unreadStallsMs };
}

/** What is there serves on; a network that has not been Ready as its spec is now waits. */
function unread(object: BatchNetwork, network: NotRead): PartPlan<Action> {
  if (!readyOf(object).isReady) return { steps: [unreadStep(network)], conditions: [] };
  const { reason, message } = network;
  const condition: ConditionDraft = { ...endpointsNotReady, status: "Unknown", reason, message };
  return { steps: [], conditions: [condition], checkInMs: unreadCheckMs };
}

function endpoints({ vpc, keptFor, endpoints: serving }: Read, isReady: boolean): PartPlan<Action> {
  const { next, refused } = vpcPlan(vpc);
  const act = next?.kind === "act" ? written(next) : undefined;
  const isRemoval = act !== undefined && next?.kind === "act" && next.action.doing === "delete";
  const lacking =
    lackOf(vpc, refused) ??
    notYetAvailable(vpc.vpcId, serving) ??
    (isReady || serving.length === 0 ? undefined : notYetShown(vpc));
  const conditions = [endpointsNotReady];
  const settles = next?.kind === "wait" ? [{ ...next, conditions }] : [];
  const waits = lacking === undefined ? [] : [{ ...lacking, checkInMs: endpointsCheckMs, conditions }];
  // What nobody needs any more goes whatever else is missing.
  const acts = act === undefined ? [] : [isRemoval ? { ...act, holds: "nothing" as const } : act];
  if (lacking !== undefined || (act !== undefined && !isRemoval)) {
    return { steps: [...acts, ...(lacking === undefined ? [] : [...settles, ...waits])], conditions: [] };
  }
  const services = vpc.plan.services.map(shortName).join(", ");
  const kept = [...keptFor].map(([service, names]) => `${service} stays, because ${names.join(", ")} needs it`);
  const available =
    services === "" ? "the operator has made no endpoints here" : `available in ${vpc.vpcId}: ${services}`;
  const message = [available, ...kept].join("; ");
  const ready: ConditionDraft = { ...endpointsNotReady, status: "True", reason: "EndpointsAvailable", message };
  const checkInMs = next === undefined && kept.length === 0 ? restCheckMs : settleCheckMs;
  return { steps: acts, conditions: [ready], checkInMs };
}

/** An old picture shows an endpoint as available that another network is changing: no network becomes Ready by it. */
function notYetShown(vpc: Read["vpc"]): Wait | undefined {
  return vpc.justWritten ? settling(vpc, "EndpointsPending") : undefined;
}

/** Endpoints of others are as little used before they are available as the network's own. */
function notYetAvailable(vpcId: string, serving: Read["endpoints"]): Wait | undefined {
  const byService = Map.groupBy(serving, ({ serviceName }) => shortName(serviceName));
  const pending = [...byService].filter(([, some]) => some.every(isPending)).map(([service]) => service);
  if (pending.length === 0) return undefined;
  const message = `waiting for endpoints of ${vpcId}: ${pending.toSorted().join(", ")}`;
  return { kind: "wait", reason: "EndpointsPending", message, stallsAfterMs: marks.endpointStallsMs };
}

function written(act: Act<Omit<Extract<Action, { kind: "writeEndpoints" }>, "kind">>): Act<Action> {
  return { ...act, action: { kind: "writeEndpoints", ...act.action }, conditions: [endpointsNotReady] };
}

/** The same way back: endpoints, then the group, then the finalizer. */
function deletion(seen: Seen, network: BatchNetwork): Plan<Action> {
  const id = planId(network, seen);
  const agenda: readonly Step<Action>[] = [
    ...inUse(seen),
    ...(seen.network.kind === "unread" ? [unreadStep(seen.network)] : removal(seen.network)),
    { kind: "release", reason: "Deleted", message: `EC2 has nothing of this object in ${network.spec.vpcId} any more` },
  ];
  return { change: { action: "Delete", id, reason: "ObjectDeleted", changes: [] }, agenda, conditions: [] };
}

function inUse({ referring }: Seen): readonly Wait[] {
  if (referring.length === 0) return [];
  const staying = referring.filter(({ isLeaving }) => !isLeaving).map(({ name }) => name);
  const message =
    staying.length > 0
      ? `${firstOf(staying)} refers to it: give these environments another network, or delete them`
      : `${firstOf(referring.map(({ name }) => name))} refers to it, and is being deleted`;
  return [{ kind: "wait", reason: "InUse", message, stallsAfterMs: marks.inUseStallsMs }];
}

function removal({ vpc, group }: Read): readonly Step<Action>[] {
  const { next } = vpcPlan(vpc);
  const first: readonly Step<Action>[] =
    next === undefined ? [] : [next.kind === "act" ? written(next) : { ...next, conditions: [endpointsNotReady] }];
  return [...first, ...groupRemoval(group)];
}
