/** Deletes a service environment without ending a job: no queue names it, mark, disable, drain, delete. Pure. */

import type { ServiceEnvironment } from "../../../api/v1alpha1/service-environment.ts";
import type {
  CreateServiceEnvironmentRequest,
  ServiceEnvironmentRecord,
  UpdateServiceEnvironmentRequest,
} from "../../../aws/batch.ts";
import type { UnfinishedJob } from "../../../aws/region.ts";
import { drained, type JobsSeen } from "../../draining/drain.ts";
import { namesOfUsers, type QueueUser, waysToFree } from "../../draining/queue-users.ts";
import { isRetired, settlesInMs } from "../../draining/retired.ts";
import { emptyForMs, settleCheckMs } from "../../intervals.ts";
import type { Step } from "../../pass/agenda.ts";
import { timestamp } from "../../pass/conditions.ts";
import type { DisableAction, ResourceAction } from "../resource/action.ts";
import { inUse } from "../resource/delete.ts";
import type { ResourceSeen } from "../resource/seen.ts";

/** Everything that the plan of a service environment is computed from. */
export interface Seen extends ResourceSeen<ServiceEnvironmentRecord> {
  /** Names of the queues in AWS that name it. */
  readonly users: readonly QueueUser[];
  /** A queue that the last listing does not show yet may name it. */
  readonly mayBeNamed: boolean;
  /** For how long this process has seen its mark of retirement, ms; undefined: it had settled when it was seen first. */
  readonly markShownForMs: number | undefined;
  /** In deletion, once disabled: the started jobs that may run in it. */
  readonly jobs: JobsSeen<UnfinishedJob> | undefined;
}

/** The writes of a service environment. */
export type Action =
  | ResourceAction<CreateServiceEnvironmentRequest, UpdateServiceEnvironmentRequest>
  /** Sets the mark that goes before: see `draining/retired.ts`. undefined: takes it off. */
  | { readonly kind: "retire"; readonly name: string; readonly arn: string; readonly mark: string | undefined }
  | DisableAction<UpdateServiceEnvironmentRequest>;

/** The step for a service environment that is ours and is to be deleted. */
export function removal(
  { metadata }: Pick<ServiceEnvironment, "metadata">,
  seen: Seen,
  record: ServiceEnvironmentRecord,
  now: number,
): Step<Action> {
  const { name, arn, users, mayBeNamed, markShownForMs } = seen;
  const { status, state } = record;
  if (status === "DELETING") return { kind: "wait", reason: "Deleting", message: `${name} is being deleted` };
  if (users.length > 0) {
    const message = `${name} stays in service while it is the service environment of ${namesOfUsers(users)}: ${waysToFree(users, "another one")}`;
    // One that takes jobs again needs a new mark before it is out of service.
    if (isRetired(record) && state !== "DISABLED") {
      return { kind: "act", action: { kind: "retire", name, arn, mark: undefined }, reason: "InUse", message };
    }
    return inUse(message);
  }
  if (status === "CREATING" || status === "UPDATING") {
    return { kind: "wait", reason: "Disabling", message: `${name} is ${status}` };
  }
  const confirming = (checkInMs: number): Step<Action> => {
    const message = `confirming that no queue references ${name}`;
    return { kind: "wait", reason: "Disabling", message, checkInMs, until: { kind: "listing" } };
  };
  if (mayBeNamed) return confirming(settleCheckMs);
  if (state !== "DISABLED") {
    const settlesMs = settlesInMs(record, markShownForMs, now);
    if (settlesMs === undefined) {
      const action: Action = { kind: "retire", name, arn, mark: timestamp(now) };
      return { kind: "act", action, reason: "Disabling", message: `${name} is taken out of service` };
    }
    // An INVALID one takes no jobs, and no order that was just written names it.
    if (settlesMs > 0 && status !== "INVALID") return confirming(settlesMs);
    return {
      kind: "act",
      action: { kind: "disable", name, request: { serviceEnvironment: arn, state: "DISABLED" } },
      reason: "Disabling",
      message: `no job starts in ${name} from now on`,
    };
  }
  return drain(metadata.deletionTimestamp, seen, now) ?? remove(seen);
}

/**
 * A job goes on where it started when its queue goes over to another service environment, and AWS does not say in which
 * one a job runs: any that was there before the deletion may run in this one. undefined: none is left.
 */
function drain(deletedAt: string | undefined, { name, jobs }: Seen, now: number): Step<Action> | undefined {
  const since = Date.parse(deletedAt ?? "");
  const hint = ". AWS does not say in which service environment a job runs";
  const where = `that may have started in ${name}`;
  const what = { name, where, jobs, policy: undefined, since, emptyForMs, hint };
  const draining = drained(what, now);
  return draining.kind === "wait" ? draining : undefined;
}

function remove({ name, arn }: Seen): Step<Action> {
  const message = `no queue has ${name}: deleting it`;
  return { kind: "act", action: { kind: "delete", name, arn }, reason: "Deleting", message };
}
