import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import { neverHappened } from "../../../aws/calls.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import type { Clock } from "../../../runtime/clock.ts";
import { requireUnnamed } from "../../draining/unnamed.ts";
import { memoryKey } from "../../ownership/naming.ts";
import { retiredAtTag, rolloutTokenTag } from "../../ownership/ownership.ts";
import { OutOfDate } from "../../pass/failures.ts";
import type { Action, Rollout } from "./action.ts";
import { circumstancesIn, isRoleChangeDoubtful } from "./causes.ts";
import { forgetCounts } from "./draining.ts";
import { environmentsIn } from "./environment-quota.ts";
import type { Memory } from "./memory.ts";
import type { VerificationMemory } from "./verification-observe.ts";

/** What an action needs in addition to the region. */
interface Doing {
  readonly memory: Memory;
  readonly clock: Clock;
  /** Whether the object still has the desired state for which the action was planned. */
  readonly isDesired: () => boolean;
}

/** Carries out one action. @throws AwsError at the first refusal; earlier writes remain */
export async function act(
  action: Action,
  object: BatchComputeEnvironment,
  region: BatchRegion,
  { memory, clock, isDesired }: Doing,
  signal: AbortSignal,
): Promise<void> {
  const under = circumstancesIn(memory.roleCauses, object, clock);
  switch (action.kind) {
    case "create":
      requireCounted(object, region, memory);
      return region.createComputeEnvironment(action.request, signal);
    case "update":
      return action.rollout === undefined
        ? region.updateComputeEnvironment(action.request, signal)
        : rollOut(action, action.rollout, region, memory, signal);
    case "revalidate":
      await region.updateComputeEnvironment(action.request, signal);
      memory.invalidSince.set(memoryKey(region, action.name), { at: clock.now(), under });
      if (!isRoleChangeDoubtful(memory.roleCauses, object, clock)) {
        memory.askedAgain.add(memoryKey(region, action.name));
      }
      return;
    case "enable":
      return region.updateComputeEnvironment(action.request, signal);
    case "disable":
      return region.updateComputeEnvironment(action.request, signal, () =>
        requireUnnamed("compute-environment", action.name, region),
      );
    case "tag":
      for (const { name, arn, change } of action.items) {
        const mark = change.set[retiredAtTag];
        if (mark !== undefined) memory.marks.written.set(memoryKey(region, name), mark);
        await region.changeTags(arn, change, signal);
      }
      return;
    case "terminateJobs":
      // Jobs by the thousand take minutes, within which a person may have changed their mind.
      for (const jobId of action.jobIds) {
        if (!isDesired()) return;
        await region.terminateJob(jobId, `${action.name} is taken out of service (drain.policy: Terminate)`, signal);
      }
      memory.terminatedAt.set(memoryKey(region, action.name), clock.now());
      return;
    case "delete":
      await region.deleteComputeEnvironment(action.name, signal, () =>
        requireUnnamed("compute-environment", action.name, region),
      );
      memory.deleteTried.set(memoryKey(region, action.name), { at: clock.now(), under });
      forgetCounts(memory, memoryKey(region, action.name));
      memory.terminatedAt.delete(memoryKey(region, action.name));
      return;
    case "verification":
      return actOnVerification(action, region, { verification: memory.verification, clock }, signal);
    case "repointForeign":
      return region.updateJobQueue(action.request, signal);
  }
}

/**
 * The tag is written before the update: where AWS refuses tags no instance is replaced, and after a crash the tag shows
 * what was requested.
 */
async function rollOut(
  { name, arn, request }: Extract<Action, { kind: "update" }>,
  { token, ask }: Rollout,
  region: BatchRegion,
  { rollouts }: Memory,
  signal: AbortSignal,
): Promise<void> {
  const key = memoryKey(region, name);
  const write = (value: string): Promise<void> =>
    region.changeTags(arn, { set: { [rolloutTokenTag]: value }, remove: [] }, signal);
  if (ask !== undefined) {
    await write(ask);
    rollouts.set(key, { token, taken: false });
  }
  try {
    await region.updateComputeEnvironment(request, signal);
  } catch (error) {
    if (!neverHappened(error)) rollouts.delete(key);
    throw error;
  }
  rollouts.set(key, { token, taken: true });
  await write(token);
}

/** A call for the verification of an environment. @throws AwsError, NotSent */
async function actOnVerification(
  { name, call }: Extract<Action, { kind: "verification" }>,
  region: BatchRegion,
  { verification, clock }: { readonly verification: VerificationMemory; readonly clock: Clock },
  signal: AbortSignal,
): Promise<void> {
  switch (call.kind) {
    case "createQueue":
      return region.createJobQueue(call.request, signal);
    case "submitJob": {
      const { jobId } = await region.jobsOfObjects.submit(call.request, signal, () => {});
      const { jobName = "" } = call.request;
      verification.submitted.set(memoryKey(region, name), { jobName, jobId, at: clock.monotonic() });
      return;
    }
    case "endJobs":
      for (const jobId of call.jobIds) await region.jobsOfObjects.terminate(jobId, call.reason, signal);
      verification.endedAt.set(memoryKey(region, name), clock.now());
      return;
    case "disableQueue":
      return region.updateJobQueue(call.request, signal);
    case "deleteQueue":
      return region.deleteJobQueue(call.queue, signal);
  }
}

/**
 * Passes side by side check the limits on the number of environments before any of them creates one. From here to the call,
 * which the snapshot shows at once, nothing waits.
 *
 * @throws OutOfDate
 */
function requireCounted(
  { metadata: { uid } }: BatchComputeEnvironment,
  region: Pick<BatchRegion, "snapshot">,
  { counted }: Memory,
): void {
  if (environmentsIn(region.snapshot()).length <= (counted.get(uid) ?? 0)) return;
  throw new OutOfDate("an environment was created since the limits on their number were checked");
}
