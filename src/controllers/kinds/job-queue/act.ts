import type { BatchRegion } from "../../../aws/region.ts";
import { hasServiceJobs } from "../../../aws/service-jobs.ts";
import type { EnvironmentType } from "../../draining/queue-order.ts";
import { isRetired } from "../../draining/retired.ts";
import { memoryKey } from "../../ownership/naming.ts";
import { OutOfDate } from "../../pass/failures.ts";
import type { Action, Moves } from "./action.ts";
import type { JobsMemory } from "./jobs-seen.ts";
import type { Owned } from "./keepers.ts";
import { type Places, strands } from "./places.ts";

/** What an action takes in addition to the region. */
interface Doing {
  readonly memory: JobsMemory;
  /** Wall time, ms since the epoch. */
  readonly now: () => number;
  /** Whether the object still desires what it did when the action was planned. */
  readonly isDesired: () => boolean;
  /** What is known of environments now, of the type that the queue has. */
  readonly places: () => Places;
  /** Whether the object of an environment of this type is being deleted. */
  readonly isGoing: (type: EnvironmentType, environment: Owned) => boolean;
}

/** Carries out one action. @throws AwsError at the first refusal; what was done before it stays done */
export async function act(action: Action, region: BatchRegion, doing: Doing, signal: AbortSignal): Promise<void> {
  const { memory, now, isDesired } = doing;
  switch (action.kind) {
    case "create":
      return region.createJobQueue(action.request, signal, () => requireAsPlanned(action.moves, doing));
    case "update":
      return region.updateJobQueue(action.request, signal, () => requireAsPlanned(action.moves, doing));
    case "tag":
      return region.changeTags(action.arn, action.change, signal);
    case "disable":
      return region.updateJobQueue(action.request, signal);
    case "terminateJobs": {
      const isOfSageMaker = hasServiceJobs(region.snapshot().jobQueues.get(action.name) ?? {});
      // Jobs by the thousand take minutes, within which a person may have changed their mind.
      for (const jobId of action.jobIds) {
        if (!isDesired()) return;
        const why = `queue ${action.name} is being deleted (drain.policy: Terminate)`;
        if (isOfSageMaker) await region.terminateServiceJob(jobId, why, signal);
        else await region.terminateJob(jobId, why, signal);
      }
      memory.terminatedAt.set(memoryKey(region, action.name), now());
      return;
    }
    case "delete":
      await region.deleteJobQueue(action.name, signal);
      memory.zeroSince.delete(memoryKey(region, action.name));
      memory.terminatedAt.delete(memoryKey(region, action.name));
      return;
  }
}

/**
 * The wait for the call budget precedes the write. The reconciler that retires an environment disables it once its mark
 * is old enough, and may not see by then that a queue names it; a deletion shows in the object before any listing shows a
 * mark. And another one may have enabled meanwhile what the queue is to leave.
 *
 * @throws OutOfDate
 */
function requireAsPlanned(moves: Moves | undefined, { places, isGoing }: Pick<Doing, "places" | "isGoing">): void {
  if (moves === undefined) return;
  const known = places();
  const { type, before, after, joining } = moves;
  const ofType: ReadonlyMap<string, Owned> =
    type === "compute-environment" ? known.environments : known.serviceEnvironments;
  const leaves = joining.find((name) => {
    const environment = ofType.get(name);
    return environment !== undefined && (isRetired(environment) || isGoing(type, environment));
  });
  if (leaves !== undefined) throw new OutOfDate(`${leaves} is being taken out of service since`);
  if (strands(moves, known)) {
    throw new OutOfDate(`jobs may start in ${before.join(", ")} since, and in none of ${after.join(", ")}`);
  }
}
