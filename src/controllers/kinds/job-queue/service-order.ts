/** The service environment of a queue of SageMaker: what it is to be, and what that waits for. Pure. */

import type { ServiceEnvironmentOrder, ServiceEnvironmentRecord } from "../../../aws/batch.ts";
import { nameIn } from "../../../aws/names.ts";
import type { FieldDifference } from "../../fields/differences.ts";
import { marks, settleCheckMs, unwatchedCheckMs } from "../../intervals.ts";
import { identityText } from "../../ownership/ownership.ts";
import type { Blocked, ConditionDraft, Wait } from "../../pass/agenda.ts";
import { type Places, serviceServes, strands } from "./places.ts";
import type { Seen, ServiceSeen } from "./seen.ts";

const path = "spec.serviceEnvironmentOrder";
/** Why a queue is not Ready in which no job can start. */
export const withoutAny = "NoUsableEnvironment";

/** The name of the service environment that a queue has in AWS. */
export function serviceNameOf({ record }: Pick<Seen, "record">): string | undefined {
  const [entry] = record?.serviceEnvironmentOrder ?? [];
  return entry?.serviceEnvironment === undefined ? undefined : nameIn(entry.serviceEnvironment);
}

/** What the queue waits for before it can have the service environment of its spec; it keeps what it has until then. */
export function serviceHindrance(seen: Seen): Wait | Blocked | undefined {
  const { service, name } = seen;
  if (service === undefined) return undefined;
  const { reference, environments } = service;
  if (reference.kind === "unresolved") {
    const { reason, message } = reference;
    if (reason !== "ReferenceNotFound") return { kind: "blocked", reason, message, checkInMs: unwatchedCheckMs };
    return { kind: "wait", reason, message, stallsAfterMs: marks.missingStallsMs };
  }
  const [target, current] = [nameIn(reference.arn), serviceNameOf(seen)];
  if (target === current) return undefined;
  if (reference.kind === "awaited") return waits(reference.message, reference.checkInMs);
  const record = environments.get(target);
  if (record === undefined) return waits(`AWS has no service environment ${target}`);
  if (record.status !== "VALID") return waits(notValid(target, record));
  // The process that takes it out of service may not see this queue's order before it disables it.
  if (service.retiring) return waits(`${target} is being taken out of service`);
  const before = current === undefined ? [] : [current];
  if (!strands({ type: "service-environment", before, after: [target] }, placesIn(seen))) return undefined;
  return {
    kind: "wait",
    reason: "WouldLeaveNoEnvironment",
    message: `${name} keeps ${current}: ${target} is DISABLED`,
    stallsAfterMs: marks.missingStallsMs,
  };
}

/** The order that the queue is to have, where it has another one and nothing hinders it. */
export function serviceDifferences(seen: Seen): readonly FieldDifference[] {
  const target = serviceOrder(seen.service)[0]?.serviceEnvironment;
  const current = serviceNameOf(seen);
  if (target === undefined || nameIn(target) === current || serviceHindrance(seen) !== undefined) return [];
  return [
    {
      path,
      kind: "update",
      why: "changed in place",
      from: JSON.stringify(current ?? null),
      to: JSON.stringify(nameIn(target)),
      member: "serviceEnvironmentOrder",
      send: serviceOrder(seen.service),
      loss: undefined,
    },
  ];
}

/** The names in that order. */
export function serviceTargets(service: ServiceSeen): readonly string[] {
  return serviceOrder(service).map(({ serviceEnvironment = "" }) => nameIn(serviceEnvironment));
}

/** What is known of environments, as `strands` asks for it. */
export function placesIn({ service, environments, foundInvalid, enabling }: Seen): Places {
  return { environments, foundInvalid, serviceEnvironments: service?.environments ?? new Map(), enabling };
}

/** The order as a request has it. */
export function serviceOrder(service: ServiceSeen | undefined): ServiceEnvironmentOrder[] {
  if (service?.reference.kind !== "resolved") return [];
  return [{ order: service.order, serviceEnvironment: service.reference.arn }];
}

/**
 * Whether jobs can start in the service environment of the queue is not known. Until then a queue of which status says that
 * none can stays so; another one waits for the answer, but serves where AWS does not answer.
 */
export function serviceUnread({ service }: Seen, saysUnusable: boolean): Wait | undefined {
  const unread = service?.unread;
  if (unread === undefined || (unread.isRefused && !saysUnusable)) return undefined;
  const reason = saysUnusable ? withoutAny : "WaitingForEnvironment";
  const message = `whether jobs can start in ${unread.name} is known once AWS has answered`;
  return { kind: "wait", reason, message, checkInMs: unread.isRefused ? unwatchedCheckMs : settleCheckMs };
}

/** The service environment that the queue has takes no job; undefined: it does, as far as is known. */
export function serviceIdle(seen: Seen): string | undefined {
  const current = serviceNameOf(seen);
  if (seen.service === undefined || current === undefined) return undefined;
  const record = seen.service.environments.get(current);
  if (serviceServes(record)) return undefined;
  return `${current} is ${record?.state ?? "gone"} and ${record?.status ?? "gone"}`;
}

export function serviceCondition({ service, identity }: Seen): ConditionDraft | undefined {
  if (service === undefined) return undefined;
  const { reference } = service;
  const type = "ReferencesResolved";
  if (reference.kind === "unresolved") {
    return { type, status: "False", reason: reference.reason, message: reference.message };
  }
  const message = `the service environment of ${identityText(identity)} exists`;
  return { type, status: "True", reason: "Resolved", message };
}

function notValid(name: string, { status }: ServiceEnvironmentRecord): string {
  return `${name} is ${status ?? "without status"}: the queue can have it once it is VALID. If it stays so, check its conditions, or refer to another one`;
}

function waits(message: string, checkInMs?: number): Wait {
  const check = checkInMs === undefined ? {} : { checkInMs };
  return { kind: "wait", reason: "WaitingForEnvironment", message, ...check, stallsAfterMs: marks.missingStallsMs };
}
