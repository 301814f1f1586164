/** Whether a queue's jobs make progress: the condition JobsProgressing, and `status.jobs`. Pure. */

import type { Condition } from "../../../api/object.ts";
import { diagnose } from "../../../diagnosis/diagnose.ts";
import type { NetworkFact } from "../../../diagnosis/facts.ts";
import type { ConditionDraft } from "../../pass/agenda.ts";
import { timestamp } from "../../pass/conditions.ts";
import type { ProgressSeen } from "./seen.ts";

const type = "JobsProgressing";

/** Nothing while no job waits: a queue at rest has no such condition. */
export function progressConditions(seen: ProgressSeen | undefined): readonly ConditionDraft[] {
  if (seen === undefined) return [];
  if (seen.kind === "unread") return [{ type, status: "Unknown", reason: "JobsNotReadable", message: seen.why }];
  const { verdict, cause } = diagnose(seen.facts);
  if (verdict === "idle") return [];
  if (cause === undefined) return [{ type, status: "True", reason: "Progressing", message: "jobs are starting" }];
  const message = [cause.sentence, cause.fix].filter((part) => part !== "").join(". Fix: ");
  return [{ type, status: verdict === "blocked" ? "False" : "True", reason: cause.code, message }];
}

/** Counts and the first job, as of the last read; undefined while no job waits. */
export function jobsStatus(seen: ProgressSeen | undefined): Readonly<Record<string, unknown>> | undefined {
  const jobs = seen?.kind === "read" ? seen.facts.jobs : undefined;
  if (jobs?.head === undefined) return undefined;
  const { runnable, starting, running, head } = jobs;
  return {
    runnable: runnable.count,
    ...(starting === undefined ? {} : { starting: starting.count }),
    ...(running === undefined ? {} : { running: running.count }),
    first: { jobId: head.jobId, since: timestamp(head.since) },
  };
}

/** What an environment's own condition says about its network. @param owner `namespace/name` */
export function networkFactIn(condition: Condition | undefined, owner: string): NetworkFact | undefined {
  switch (condition?.status) {
    case undefined:
      return undefined;
    case "True":
      return { state: "Reachable", sentence: "", fix: "" };
    default:
      return {
        state: condition?.status === "False" ? "Unreachable" : "Unknown",
        // The fix is in that condition, and is long.
        sentence: (condition?.message ?? "").replace(/[.] Fix: .*|\.$/s, ""),
        fix: `do what the condition NetworkReady of BatchComputeEnvironment ${owner} says`,
      };
  }
}
