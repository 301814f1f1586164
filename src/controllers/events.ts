import type { ConditionType } from "../api/condition-types.ts";
import type { Condition, KubeObject } from "../api/object.ts";
import type { EventReason } from "../api/reasons.ts";
import type { ObjectEvent } from "../runtime/store.ts";
import { conditionsOf } from "./conditions.ts";

/** The event of an action that succeeded. */
export function normalEvent(reason: EventReason, action: string, note: string): ObjectEvent {
  return { type: "Normal", reason, action, note };
}

/** The event of jobs that were ended. */
export function jobsTerminated(action: string, note: string): ObjectEvent {
  return { type: "Warning", reason: "JobsTerminated", action, note };
}

/** Events for the turns that people wait for: became ready, got stuck, is fought over. */
export function turnEvents(object: KubeObject, conditions: readonly Condition[]): ObjectEvent[] {
  const old = conditionsOf(object);
  const was = (type: ConditionType): string | undefined => old.find((condition) => condition.type === type)?.status;
  const events: ObjectEvent[] = [];
  for (const { type, status, reason, message } of conditions) {
    if (type === "Ready" && status === "True" && was("Ready") !== "True") {
      events.push({ type: "Normal", reason, action: "Reconcile", note: message });
    }
    const before = old.find((condition) => condition.type === type);
    if (type === "JobsProgressing" && before?.reason !== reason) {
      if (status === "False") events.push({ type: "Warning", reason, action: "Reconcile", note: message });
      else if (before?.status === "False") events.push({ type: "Normal", reason, action: "Reconcile", note: message });
    }
    if ((type === "UpdateAvailable" || type === "Kept") && status === "True" && before?.status !== "True") {
      events.push({ type: "Normal", reason, action: "Reconcile", note: message });
    }
    if (type === "Contested" && status === "True" && before?.status !== "True") {
      events.push({ type: "Warning", reason: type, action: "Reconcile", note: message });
    }
    if (type === "Stalled" && (before?.status !== "True" || before.reason !== reason)) {
      events.push({ type: "Warning", reason, action: "Reconcile", note: message });
    }
  }
  return events;
}
