import type { BatchComputeEnvironmentSpec } from "../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../src/aws/batch.ts";
import {
  retiredAtTag,
  returnedAtTag,
  rolloutTokenTag,
  verificationTag,
} from "../../../src/controllers/ownership/ownership.ts";
import type { OracleFactory } from "../oracle.ts";
import { SpecsOfLate } from "./lately.ts";
import { isOperatorWrite, liveEnvironments, ownerOf } from "./reading.ts";

/**
 * `imageUpdates.windows`. No newer image is taken outside of them: judged when the operator asks for a second environment of a plan
 * of which one is in order, and has an older image than AWS's newest.
 *
 * Not against it: a spec without windows, now or so lately that the request could be on its way; and an earlier attempt that AWS found
 * INVALID, or on which jobs failed: what has begun goes on.
 */
export const inWindows: OracleFactory = (watched) => {
  const specs = new SpecsOfLate(watched);
  return {
    name: "no newer image is taken outside of a window",
    onObject(before, after) {
      specs.note(before, after);
      return undefined;
    },
    onEffect(call, phase) {
      if (phase === "before" || call.operation !== "CreateComputeEnvironment" || !isOperatorWrite(call))
        return undefined;
      const { computeEnvironmentName: made = "" } = call.input as { readonly computeEnvironmentName?: string };
      const ofPlan = liveEnvironments(watched).filter(
        ({ computeEnvironmentName: name }) => name !== made && planOf(name) === planOf(made),
      );
      const serving = ofPlan.find(isInOrder);
      if (serving === undefined || !ofPlan.every(isInOrder)) return undefined;
      const owner = ownerOf(watched, serving.tags, "BatchComputeEnvironment");
      const known = owner === undefined ? [] : (specs.of(owner) as readonly BatchComputeEnvironmentSpec[]);
      const { clock } = watched;
      if (known.length === 0 || !known.every((spec) => isClosed(spec, serving, new Date(clock.now()))))
        return undefined;
      return `${made} was asked for at ${new Date(clock.now()).toISOString()}, while ${serving.computeEnvironmentName} is in order: ${JSON.stringify(known[0]?.imageUpdates)}`;
    },
  };
};

/** The name without the number of the attempt. */
function planOf(name: string): string {
  return name.replace(/-\d{1,6}$/, "");
}

function isInOrder({ status, tags, computeResources }: Environment): boolean {
  const marks = [retiredAtTag, returnedAtTag].some((tag) => tags?.[tag] !== undefined);
  const failed = tags?.[verificationTag]?.includes("Failed") === true;
  const isOlder =
    computeResources?.ec2Configuration?.some((one) => one.batchImageStatus === "UPDATE_AVAILABLE") === true;
  return status === "VALID" && isOlder && !marks && !failed;
}

/** Minutes between two windows of the schedules that worlds have, and the minute at which the first one of a day opens. */
const schedules: Readonly<Record<string, { readonly every: number; readonly from: number }>> = {
  "0 */3 * * *": { every: 180, from: 0 },
  "30 */2 * * *": { every: 120, from: 30 },
};

function isClosed(
  { imageUpdates, rolloutToken }: BatchComputeEnvironmentSpec,
  { tags }: Environment,
  now: Date,
): boolean {
  const { policy, windows } = imageUpdates ?? {};
  if (windows === undefined || policy !== "Automatic") return false;
  // Fresh instances that a person asks for wait for no window.
  if (rolloutToken !== undefined && tags?.[rolloutTokenTag]?.endsWith(rolloutToken) !== true) return false;
  const minutes = now.getUTCHours() * 60 + now.getUTCMinutes();
  return windows.every(({ schedule, durationMinutes }) => {
    const times = schedules[schedule];
    if (times === undefined) throw new Error(`no world has the schedule ${schedule}`);
    return (minutes - times.from + 1440) % times.every >= durationMinutes;
  });
}
