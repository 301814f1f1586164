/** The windows of `spec.imageUpdates`: when an update may begin. Pure; croner knows schedules and time zones. */

import { Cron } from "croner";
import type { BatchComputeEnvironmentSpec } from "../../../api/v1alpha1/batch-compute-environment.ts";
import {
  handoverMinutes,
  jobTimeoutMinutes,
  verifySecondsDefault,
} from "../../../api/v1alpha1/batch-compute-environment-rules.ts";
import { minuteMs } from "../../intervals.ts";

type Spec = BatchComputeEnvironmentSpec;
type Windows = NonNullable<NonNullable<Spec["imageUpdates"]>["windows"]>;
export type Window = Windows[number];

/** How long before the end of a window an update must begin, in minutes: its handover is to end within the window. */
export function neededMinutes({ updatePolicy, replacement }: Pick<Spec, "updatePolicy" | "replacement">): number {
  const { terminateJobsOnUpdate = false, jobExecutionTimeoutMinutes = jobTimeoutMinutes } = updatePolicy ?? {};
  // In place AWS waits for running jobs. Without a policy a new environment takes over, and jobs end where they are.
  const inPlace = updatePolicy === undefined || terminateJobsOnUpdate ? 0 : jobExecutionTimeoutMinutes;
  const { verify } = replacement ?? {};
  const verifying = verify === undefined ? 0 : (verify.timeoutSeconds ?? verifySecondsDefault) / 60;
  return handoverMinutes + Math.max(inPlace, verifying);
}

/** What is wrong with a schedule or its time zone, in the library's words; undefined: nothing. */
export function windowFault(window: Window): string | undefined {
  try {
    const next = cronOf(window).nextRun(new Date(0));
    return next === null ? `${window.schedule} names no date that exists` : undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Whether an update may begin now, or when it may begin next, in ms since the epoch; never: no window is long enough. */
export type Opening =
  | { readonly kind: "open" }
  | { readonly kind: "opens"; readonly atMs: number }
  | { readonly kind: "never" };

/**
 * An update that needs `minutes` may begin from the start of a window until `minutes` before its end.
 *
 * @param windows none: at any time
 * @throws Error for a window with a fault (`windowFault`)
 */
export function openingOf(windows: readonly Window[] | undefined, minutes: number, now: number): Opening {
  if (windows === undefined) return { kind: "open" };
  const starts = windows.flatMap((window) => {
    const lasts = (window.durationMinutes - minutes) * minuteMs;
    // The first start whose window still has room: it may be past.
    const start = lasts < 0 ? null : cronOf(window).nextRun(new Date(now - lasts - 1));
    return start === null ? [] : [start.getTime()];
  });
  if (starts.length === 0) return { kind: "never" };
  const atMs = Math.min(...starts);
  return atMs <= now ? { kind: "open" } : { kind: "opens", atMs };
}

/** As Kubernetes' CronJobs have it: five fields, and UTC unless a zone is named. */
function cronOf({ schedule, timeZone = "Etc/UTC" }: Window): Cron {
  return new Cron(schedule, { timezone: timeZone, mode: "5-part", paused: true });
}
