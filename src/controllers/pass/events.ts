import type { ConditionType } from "../../api/condition-types.ts";
import type { Condition, KubeObject } from "../../api/object.ts";
import type { EventReason } from "../../api/reasons.ts";
import type { ObjectEvent } from "../../runtime/store.ts";
import { awaitingApproval } from "./approval.ts";
import { conditionsOf } from "./conditions.ts";

/** The event of an action that succeeded. */
export function normalEvent(reason: EventReason, action: string, note: string): ObjectEvent {
  return { type: "Normal", reason, action, note };
}

/** The event of jobs that were ended. */
export function jobsTerminated(action: string, note: string): ObjectEvent {
  return { type: "Warning", reason: "JobsTerminated", action, note };
}

/** The kind of event for a turn that people wait for; undefined: people do not wait for it. */
type Turn = (now: Condition, before: Condition | undefined) => ObjectEvent["type"] | undefined;

const becomesTrue: Turn = ({ status }, before) =>
  status === "True" && before?.status !== "True" ? "Normal" : undefined;

/** Another step of the same object waits under the same reason: its message names the step. */
const awaits: Turn = ({ reason, message }, before) =>
  reason === awaitingApproval && (before?.reason !== reason || before.message !== message) ? "Normal" : undefined;

const turns: Partial<Record<ConditionType, readonly Turn[]>> = {
  Ready: [becomesTrue, awaits],
  Retiring: [awaits],
  JobsProgressing: [
    ({ status, reason }, before) => {
      if (before?.reason === reason) return undefined;
      if (status === "False") return "Warning";
      return before?.status === "False" ? "Normal" : undefined;
    },
  ],
  UpdateAvailable: [becomesTrue],
  Kept: [becomesTrue],
  Contested: [(now, before) => (becomesTrue(now, before) === undefined ? undefined : "Warning")],
  Stalled: [({ reason }, before) => (before?.status !== "True" || before.reason !== reason ? "Warning" : undefined)],
};

/** Events for the turns that people wait for: became ready, waits for a person, got stuck, is fought over. */
export function turnEvents(object: KubeObject, conditions: readonly Condition[]): ObjectEvent[] {
  const old = conditionsOf(object);
  return conditions.flatMap((condition) => {
    const { type, reason, message: note } = condition;
    const before = old.find((one) => one.type === type);
    return (turns[type as ConditionType] ?? []).flatMap((turn): readonly ObjectEvent[] => {
      const eventType = turn(condition, before);
      if (eventType === undefined) return [];
      return [{ type: eventType, reason: type === "Contested" ? type : reason, action: "Reconcile", note }];
    });
  });
}
