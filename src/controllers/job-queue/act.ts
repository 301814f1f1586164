import type { Environment } from "../../aws/batch.ts";
import type { BatchRegion } from "../../aws/region.ts";
import { hasServiceJobs } from "../../aws/service-jobs.ts";
import { isRetired } from "../compute-environment/environment-set.ts";
import { OutOfDate } from "../failures.ts";
import { memoryKey } from "../naming.ts";
import type { Action } from "./action.ts";
import type { Memory } from "./observe.ts";

/** What an action takes in addition to the region. */
interface Doing {
  readonly memory: Memory;
  /** Wall time, ms since the epoch. */
  readonly now: () => number;
  /** Whether the object still desires what it did when the action was planned. */
  readonly isDesired: () => boolean;
  /** Whether the object of an environment is being deleted. */
  readonly isGoing: (environment: Environment) => boolean;
}

/** Carries out one action. @throws AwsError at the first refusal; what was done before it stays done */
export async function act(
  action: Action,
  region: BatchRegion,
  { memory, now, isDesired, isGoing }: Doing,
  signal: AbortSignal,
): Promise<void> {
  switch (action.kind) {
    case "create":
      return region.createJobQueue(action.request, signal, () => requireInService(action.joining, region, isGoing));
    case "update":
      return region.updateJobQueue(action.request, signal, () => requireInService(action.joining, region, isGoing));
    case "tag":
      return region.changeTags(action.arn, action.change, signal);
    case "disable":
      return region.updateJobQueue(action.request, signal);
    case "terminateJobs": {
      const isOfSageMaker = hasServiceJobs(region.snapshot().queues.get(action.name) ?? {});
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
 * is old enough, and may not see by then that a queue names it. A deletion shows in the object before
 * any listing shows a mark.
 *
 * @throws OutOfDate
 */
function requireInService(
  names: readonly string[],
  region: Pick<BatchRegion, "snapshot">,
  isGoing: Doing["isGoing"],
): void {
  const { environments } = region.snapshot();
  const leaves = names.find((name) => {
    const environment = environments.get(name);
    return environment !== undefined && (isRetired(environment) || isGoing(environment));
  });
  if (leaves !== undefined) throw new OutOfDate(`${leaves} is being taken out of service since`);
}
