/**
 * The door of job queues: the next step of a queue, whose order only its own object writes. `order.ts` computes the order from
 * the references, `observe.ts` reads what they lead to, `delete.ts` is the way back. Pure.
 */

import type { Reason } from "../../../api/reasons.ts";
import type { JobQueue, JobQueueSpec } from "../../../api/v1alpha1/job-queue.ts";
import { JobQueueKind } from "../../../api/v1alpha1/kinds.ts";
import type { CreateJobQueueRequest, Queue, UpdateJobQueueRequest } from "../../../aws/batch.ts";
import { namesIn, orderOf } from "../../draining/queue-order.ts";
import { isRetired } from "../../draining/retired.ts";
import { changesIn, type FieldDifference, fieldDifferences, fixedDifference } from "../../fields/differences.ts";
import { creationOf, updateOf } from "../../fields/requests.ts";
import { marks, refusedRetryMs, settleCheckMs, unwatchedCheckMs } from "../../intervals.ts";
import { asNamed } from "../../ownership/names.ts";
import { identityText, ownerTags, type Tags } from "../../ownership/ownership.ts";
import { withOwnTags } from "../../ownership/tags.ts";
import type { Act, Blocked, Change, ConditionDraft, FieldChange, Plan, Serves, Step, Wait } from "../../pass/agenda.ts";
import { conditionsOf } from "../../pass/conditions.ts";
import { holdsEverything, type Rule, untilHeld } from "../../pass/rules.ts";
import { withoutRequestIds } from "../../wording.ts";
import { changeOf, claimedByAnother, owned, retagged } from "../resource/plan.ts";
import type { Action, Moves } from "./action.ts";
import { deleted } from "./delete.ts";
import { queueFields, withPolicy } from "./fields.ts";
import { keptOrder, type Order, type OrderEntry, orderFor } from "./order.ts";
import { anyServing, anyUsable, strands } from "./places.ts";
import { progressConditions } from "./progress.ts";
import type { Seen } from "./seen.ts";
import {
  placesIn,
  serviceCondition,
  serviceDifferences,
  serviceHindrance,
  serviceIdle,
  serviceNameOf,
  serviceOrder,
  serviceTargets,
  serviceUnread,
  withoutAny,
} from "./service-order.ts";

interface Context {
  readonly spec: JobQueueSpec;
  readonly seen: Seen;
  readonly order: Order;
  /** Status says that no job can start. */
  readonly saysUnusable: boolean;
}

type Waiting = Wait | Blocked;

const orderPath = "spec.computeEnvironmentOrder";

const rules: readonly Rule<Context, Action>[] = [
  // The owner of the name. Nothing is written before that is clear.
  ({ seen }) => claimedByAnother(seen, JobQueueKind),
  ownedByUs,
  created,
  // AWS is creating or updating it.
  settling,
  // A person who wants no job to start comes first and alone: an order or a field that AWS refuses would keep jobs starting.
  disabledFirst,
  // The order comes next: neither a field that cannot be changed nor a tag that AWS refuses may hold it back.
  updated,
  // Where AWS refuses it, the order goes before it, and nothing else.
  disabled,
  immutable,
  ({ spec, seen }) => retagged(seen, spec.tags),
  orderHeld,
  ({ seen }) => serviceHindrance(seen),
  ({ seen }) => policyHindrance(seen),
  invalid,
  partlyServing,
  withoutUsable,
];

export function planFor(object: JobQueue, seen: Seen, now: number): Plan<Action> {
  if (seen.directives.deleting) {
    const change: Change = { action: "Delete", id: seen.planId, reason: "ObjectDeleted", changes: [] };
    return { change, agenda: [deleted(object, seen, now)], conditions: [] };
  }
  const saysUnusable = conditionsOf(object).some(({ type, reason }) => type === "Ready" && reason === withoutAny);
  const context: Context = { spec: object.spec, seen, order: orderFor(seen), saysUnusable };
  const conditions = [referencesCondition(context), ...progressConditions(seen.progress)];
  const steps = untilHeld(rules, context);
  const agenda = steps.some(holdsEverything) ? steps : [...steps, settled(context)];
  return asNamed(
    { change: changeOf(seen, object.spec.tags, changesOf(context)), agenda, conditions },
    seen.nameSeen,
    seen.identity.namespace,
  );
}

/** The owner of the queue of that name; a queue of others is not changed. */
function ownedByUs({ spec, seen, order }: Context): Step<Action> | undefined {
  return owned(seen, JobQueueKind, spec.tags, (queue) => [
    ...differencesOf(spec, seen, queue),
    // An environment that stays only until an entry resolves may have to go then.
    ...(order.differs || order.strays.length > 0 ? [{ path: orderPath }] : []),
    ...(fixedDifference(queueFields, spec, queue)?.paths ?? []).map((path) => ({ path })),
  ]);
}

function created({ spec, seen, order }: Context): Step<Action> | undefined {
  const { record: queue, name: queueName } = seen;
  if (queue?.status === "DELETING") {
    return { kind: "wait", reason: "Creating", message: `an earlier ${queueName} is still being deleted` };
  }
  if (queue !== undefined) return undefined;
  const waiting = seen.service === undefined ? emptyOrder(seen, order) : serviceHindrance(seen);
  if (waiting !== undefined) return waiting;
  const message = `${queueName} is being created`;
  if (!seen.absent)
    return { kind: "wait", reason: "Creating", message, checkInMs: settleCheckMs, until: { kind: "listing" } };
  const hindrance = policyHindrance(seen);
  if (hindrance !== undefined) return hindrance;
  const { names } = order;
  const action: Action = { kind: "create", request: createRequest(spec, seen, names), moves: movesTo(seen, names) };
  return { kind: "act", action, reason: "Creating", message };
}

function emptyOrder(seen: Seen, order: Order): Waiting | undefined {
  return order.names.length === 0 ? waitForEntries(seen, order.missing, "WaitingForEnvironment") : undefined;
}

/** What an update changes, apart from the order of compute environments and tags. */
function differencesOf(spec: JobQueueSpec, seen: Seen, queue: Queue): readonly FieldDifference[] {
  return [...fieldDifferences(queueFields, withPolicyArn(spec, seen), queue), ...serviceDifferences(seen)];
}

function settling({ seen }: Context): Step<Action> | undefined {
  const name = seen.name;
  if (seen.record?.status === "CREATING") {
    return { kind: "wait", reason: "Creating", message: `${name} is being created` };
  }
  if (seen.record?.status === "UPDATING") {
    return { kind: "wait", reason: "Updating", message: `${name} is being updated` };
  }
  return undefined;
}

function disabled({ spec, seen }: Context): Act<Action> | undefined {
  const { record: queue } = seen;
  if (queue === undefined || spec.state !== "DISABLED" || queue.state === "DISABLED") return undefined;
  const request = withPolicy({ jobQueue: queue.jobQueueName, state: "DISABLED" }, queue);
  return {
    kind: "act",
    action: { kind: "update", request, paths: ["spec.state"], moves: undefined },
    reason: "Updating",
    message: `${queue.jobQueueName} is being DISABLED, as the spec says`,
    effects: [{ path: "spec.state", cause: "spec" }],
  };
}

function disabledFirst(context: Context): Act<Action> | undefined {
  const step = disabled(context);
  return step === undefined ? undefined : { ...step, holds: "nothing" };
}

function immutable({ spec, seen }: Context): Step<Action> | undefined {
  const next = seen.record === undefined ? undefined : fixedDifference(queueFields, spec, seen.record)?.next;
  return next === undefined ? undefined : recheckedWhileLeaving(seen, next);
}

/**
 * One update with every difference. Only the order, if part of the spec can never apply or if jobs wait for it: another field
 * that AWS refuses must not hold it back. An order write swaps in place, once, and never takes the last usable environment.
 */
function updated(context: Context): Step<Action> | undefined {
  const { spec, seen, order } = context;
  const { record: queue } = seen;
  if (queue === undefined) return undefined;
  const written = orderToWrite(seen, order);
  const isUrgent = written !== undefined && (written.follows || !anyUsable(orderOf(queue), seen.environments));
  // Where the switch is refused, jobs start: no field, and no other order, goes past it.
  if (disabled(context) !== undefined && !isUrgent) return undefined;
  const differences =
    isUrgent || fixedDifference(queueFields, spec, queue) !== undefined ? [] : differencesOf(spec, seen, queue);
  const reordersService = differences.some(({ member }) => member === "serviceEnvironmentOrder");
  const paths = [...differences.map(({ path }) => path), ...(written === undefined ? [] : [orderPath])];
  if (paths.length === 0) return undefined;
  const request: UpdateJobQueueRequest = {
    jobQueue: queue.jobQueueName,
    ...updateOf(differences),
    ...(written === undefined ? {} : { computeEnvironmentOrder: orderMembers(written.names) }),
  };
  return {
    kind: "act",
    action: {
      kind: "update",
      request: withPolicy(request, queue),
      paths,
      moves: written === undefined && !reordersService ? undefined : movesTo(seen, written?.names ?? []),
    },
    reason: "Updating",
    message: `${queue.jobQueueName} is being updated: ${paths.join(", ")}`,
    effects: paths.map((path) => ({
      path,
      cause: path === orderPath && written?.follows === true ? "reference" : "spec",
    })),
  };
}

/**
 * What a write makes of the order: what joins it as far as nobody is known to take it out of service.
 *
 * @param names of compute environments; a queue with a service environment has none
 */
function movesTo(seen: Seen, names: readonly string[]): Moves {
  const { service, record: queue, environments } = seen;
  const type = service === undefined ? "compute-environment" : "service-environment";
  const after = service === undefined ? names : serviceTargets(service);
  const places: ReadonlyMap<string, { readonly tags?: Tags | undefined }> = service?.environments ?? environments;
  const before = namesIn(queue, type);
  const joining = after.filter((name) => {
    const environment = places.get(name);
    return !before.includes(name) && environment !== undefined && !isRetired(environment);
  });
  return { type, before, after, joining };
}

/** The order of the spec, or while that cannot be written the one that AWS has, with successors in their places. */
function orderToWrite(seen: Seen, order: Order): Order | undefined {
  if (!order.differs) return undefined;
  if (orderHindrance(seen, order) === undefined) return order;
  const kept = keptOrder(order, seen);
  return kept.differs && orderHindrance(seen, kept) === undefined ? kept : undefined;
}

/** The order differs, and cannot be written now. */
function orderHeld({ seen, order }: Context): Step<Action> | undefined {
  const next = order.differs ? orderHindrance(seen, order) : undefined;
  return next === undefined ? undefined : recheckedWhileLeaving(seen, next);
}

/** No change of an object that the spec does not refer to wakes the queue, and the order in AWS follows it. */
function recheckedWhileLeaving({ leaving }: Seen, next: Waiting): Waiting {
  return leaving.length === 0 ? next : { ...next, checkInMs: unwatchedCheckMs };
}

/** What an order has to wait for before it may be written. */
function orderHindrance(seen: Seen, order: Order): Waiting | undefined {
  const { waitsFor } = order;
  if (waitsFor !== undefined) {
    return { kind: "wait", reason: "WaitingForEnvironment", message: `${waitsFor.label}: ${waitsFor.why}` };
  }
  const waiting = emptyOrder(seen, order);
  if (waiting !== undefined) return waiting;
  const current = orderOf(seen.record);
  if (strands({ type: "compute-environment", before: current, after: order.names }, placesIn(seen))) {
    return {
      kind: "wait",
      reason: "WouldLeaveNoEnvironment",
      message: `${seen.name} keeps ${current.join(", ")}: none of ${order.names.join(", ")} is ENABLED and VALID`,
      stallsAfterMs: marks.missingStallsMs,
    };
  }
  return undefined;
}

/** The spec with the policy that the queue is to have, as far as the reference to it leads somewhere. */
function withPolicyArn(spec: JobQueueSpec, { policy }: Seen): JobQueueSpec {
  return { ...spec, schedulingPolicyArn: policy?.kind === "resolved" ? policy.arn : undefined };
}

/** What the policy has to wait for; a queue that has one keeps it until then. */
function policyHindrance({ policy, record }: Seen): Waiting | undefined {
  if (policy === undefined || policy.kind === "resolved") return undefined;
  if (policy.kind === "awaited" && policy.arn === record?.schedulingPolicyArn) return undefined;
  if (policy.kind === "unresolved" && policy.reason !== "ReferenceNotFound") {
    return { kind: "blocked", reason: policy.reason, message: policy.message, checkInMs: unwatchedCheckMs };
  }
  const { message } = policy;
  if (policy.kind === "unresolved") {
    return { kind: "wait", reason: policy.reason, message, stallsAfterMs: marks.missingStallsMs };
  }
  const check = policy.checkInMs === undefined ? {} : { checkInMs: policy.checkInMs };
  return { kind: "wait", reason: "WaitingForPolicy", message, ...check, stallsAfterMs: marks.missingStallsMs };
}

function invalid({ seen }: Context): Step<Action> | undefined {
  if (seen.record?.status !== "INVALID") return undefined;
  return {
    kind: "blocked",
    reason: "Invalid",
    message: `AWS found ${seen.name} INVALID: ${withoutRequestIds(seen.record.statusReason ?? "AWS gives no reason")}`,
    checkInMs: refusedRetryMs,
  };
}

function partlyServing({ seen, order }: Context): Step<Action> | undefined {
  const absent = order.missing.filter(({ state, current }) => state === "unresolved" || current.length === 0);
  if (absent.length === 0) return undefined;
  const none = absent.length === order.entries.length;
  const next = waitForEntries(seen, absent, none ? "WaitingForEnvironment" : "PartlyServing");
  if (order.strays.length === 0) return next;
  const stay = `until then the order keeps ${order.strays.join(", ")}, for which there is no entry`;
  return { ...next, message: `${next.message}; ${stay}` };
}

function withoutUsable({ seen, saysUnusable }: Context): Step<Action> | undefined {
  if (seen.record?.state === "DISABLED") return undefined;
  if (seen.service !== undefined) return serviceUnread(seen, saysUnusable) ?? unusable(serviceIdle(seen));
  const names = orderOf(seen.record);
  // A process that has just started knows only what status says.
  const serves = saysUnusable ? anyUsable(names, seen.environments) : anyServing(names, seen);
  if (serves) return undefined;
  const states = names.map((name) => {
    const environment = seen.environments.get(name);
    return `${name} is ${environment?.state ?? "gone"} and ${environment?.status ?? "gone"}`;
  });
  return unusable(states.join("; "));
}

/** @param why undefined: jobs can start */
function unusable(why: string | undefined): Step<Action> | undefined {
  if (why === undefined) return undefined;
  const message = `no job can start: ${why}`;
  return { kind: "wait", reason: withoutAny, message, stallsAfterMs: marks.missingStallsMs };
}

function settled({ seen }: Context): Serves {
  const { record: queue, name: queueName } = seen;
  const names = serviceNameOf(seen) ?? orderOf(queue).join(", ");
  return queue?.state === "DISABLED"
    ? { kind: "serves", reason: "Disabled", message: `${queueName} is VALID and DISABLED: it takes no new jobs` }
    : { kind: "serves", reason: "Available", message: `${queueName} is VALID and runs jobs on ${names}` };
}

/** Waits for what the order names; a refused reference is for a person to fix at once. */
function waitForEntries(seen: Seen, missing: readonly OrderEntry[], reason: Reason): Waiting {
  const refused = seen.entries.find((entry) => entry.kind === "unresolved" && entry.reason !== "ReferenceNotFound");
  if (refused?.kind === "unresolved") {
    return { kind: "blocked", reason: refused.reason, message: refused.message, checkInMs: unwatchedCheckMs };
  }
  const lost = seen.entries.some((entry) => entry.kind === "unresolved");
  return {
    kind: "wait",
    reason: lost ? "ReferenceNotFound" : reason,
    message: missing.map(({ label, why }) => `${label}: ${why}`).join("; "),
    ...(missing.some(({ state }) => state === "retiring") ? { checkInMs: unwatchedCheckMs } : {}),
    ...(missing.some(({ state }) => state !== "inTransition") ? { stallsAfterMs: marks.missingStallsMs } : {}),
  };
}

function createRequest(spec: JobQueueSpec, seen: Seen, names: readonly string[]): CreateJobQueueRequest {
  const request = {
    jobQueueName: seen.name,
    ...creationOf(queueFields, withPolicyArn(spec, seen)),
    ...(seen.service === undefined
      ? { computeEnvironmentOrder: orderMembers(names) }
      : { serviceEnvironmentOrder: serviceOrder(seen.service) }),
    tags: withOwnTags(spec.tags, ownerTags(seen.identity)),
  };
  // The table of fields has a row for each member of the spec, by type.
  return request as CreateJobQueueRequest;
}

function orderMembers(names: readonly string[]): { order: number; computeEnvironment: string }[] {
  return names.map((computeEnvironment, index) => ({ order: index + 1, computeEnvironment }));
}

function changesOf({ spec, seen, order }: Context): readonly FieldChange[] {
  const { record: queue } = seen;
  if (queue === undefined) return [];
  const fields: FieldChange[] = [...changesIn(differencesOf(spec, seen, queue))];
  if (order.differs && order.names.length > 0) {
    fields.push({
      path: orderPath,
      kind: "update",
      why: "the whole order is written once",
      from: JSON.stringify(orderOf(queue)),
      to: JSON.stringify(order.names),
      ...(order.follows ? { isReference: true } : {}),
    });
  }
  return fields;
}

function referencesCondition({ seen, order }: Context): ConditionDraft {
  const type = "ReferencesResolved";
  const place = seen.entries.findIndex(({ kind }) => kind === "unresolved");
  const [entry, current] = [seen.entries[place], order.entries[place]?.current ?? []];
  const { policy } = seen;
  if (entry?.kind !== "unresolved" && policy?.kind === "unresolved") {
    return { type, status: "False", reason: policy.reason, message: policy.message };
  }
  const ofService = serviceCondition(seen);
  if (ofService !== undefined) return ofService;
  if (entry?.kind !== "unresolved") {
    const message = `all compute environments of the order of ${identityText(seen.identity)} exist`;
    return { type, status: "True", reason: "Resolved", message };
  }
  const { reason, message } = entry;
  const isHeld = reason === "ReferenceNotAllowed" && current.length > 0;
  // No environment is taken from jobs that may need it: a person decides.
  const stays = `; in AWS ${seen.name} still has ${current.join(", ")} in its order: remove the entry from spec.computeEnvironmentOrder`;
  return { type, status: "False", reason, message: isHeld ? `${message}${stays}` : message };
}
