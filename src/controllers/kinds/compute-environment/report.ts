/** The fields of status that only a compute environment has. Pure. */

import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../aws/batch.ts";
import { retiredAtTag, servingSinceTag } from "../../ownership/ownership.ts";
import { networkStatus } from "../../parts/network/report.ts";
import { isMadeByOperator } from "../../parts/roles/names.ts";
import type { Choice } from "../../pass/choose.ts";
import { withoutRequestIds } from "../../wording.ts";
import { queuesNaming } from "./checks.ts";
import { contextOf } from "./context.ts";
import { newestOf } from "./environment-set.ts";
import { isServiceLinked } from "./fields.ts";
import { availableSince } from "./image-updates.ts";
import { predecessorSteps } from "./plan.ts";
import { referenceOf } from "./replacement.ts";
import type { Seen } from "./seen.ts";
import { templateVersionOf } from "./template-versions.ts";

export function report(
  object: BatchComputeEnvironment,
  listed: Omit<Seen, "refusals">,
  { serving: isServing }: Pick<Choice<unknown>, "serving">,
  now: number,
): Readonly<Record<string, unknown>> {
  // A refusal does not change the step at which a predecessor is.
  const { seen, ours, set } = contextOf(object.spec, { ...listed, refusals: new Map() }, now);
  const since = availableSince(object.spec, newestOf(ours));
  const target = set.target ?? set.revivable;
  const serving = isServing ? target : servingNow(seen, ours);
  const shown = target ?? serving ?? referenceOf(seen, ours);
  return {
    ...(shown === undefined ? {} : { ...recordOf(seen, shown), ...templateOf(object.spec, shown) }),
    ...(serving === undefined ? {} : { serving: serving.computeEnvironmentName }),
    ...(target === undefined ? {} : { target: target.computeEnvironmentName }),
    ...(since === undefined ? {} : { updateAvailableSince: since }),
    ...predecessorsOf(object, seen, isServing, target, now),
    ...networkStatus(object, seen.network),
  };
}

/** The environment in order that most queues name; jobs run on while AWS carries out an update. */
function servingNow(seen: Seen, ours: readonly Environment[]): Environment | undefined {
  const named = ours
    .filter(({ status }) => status === "VALID" || status === "UPDATING")
    .filter(({ computeEnvironmentName: name }) => queuesNaming(seen, new Set([name])).length > 0);
  return referenceOf(seen, named);
}

function recordOf(seen: Seen, environment: Environment): Readonly<Record<string, unknown>> {
  const { computeEnvironmentArn, computeEnvironmentName, state, status, statusReason = "" } = environment;
  return {
    arn: computeEnvironmentArn,
    name: computeEnvironmentName,
    ...(state === undefined ? {} : { state }),
    ...(status === undefined ? {} : { status }),
    ...(statusReason === "" ? {} : { statusReason: withoutRequestIds(statusReason) }),
    ...madeOf(seen, environment),
  };
}

/** What AWS has made of it, in one piece once it has: the answer to the creation says nothing of it. */
function madeOf(seen: Seen, environment: Environment): Readonly<Record<string, unknown>> {
  const { computeEnvironmentName, status, ecsClusterArn, containerOrchestrationType } = environment;
  if (status === "CREATING") return {};
  const desiredvCpus = seen.desiredvCpus.get(computeEnvironmentName);
  return {
    ...(ecsClusterArn === undefined ? {} : { ecsClusterArn }),
    ...(containerOrchestrationType === undefined ? {} : { containerOrchestrationType }),
    ...(desiredvCpus === undefined ? {} : { desiredvCpus }),
    ...serviceRoleOf(environment),
  };
}

/** The versions of the launch templates for which its instances were made. */
function templateOf(spec: BatchComputeEnvironment["spec"], shown: Environment): Readonly<Record<string, unknown>> {
  const version = templateVersionOf(spec, shown);
  return version === undefined ? {} : { launchTemplateVersion: version };
}

/** Which sort of role AWS Batch acts by, for it decides what can be changed in place. */
function serviceRoleOf({ serviceRole: arn }: Environment): Readonly<Record<string, unknown>> {
  if (arn === undefined || arn === "") return {};
  if (isServiceLinked(arn)) {
    const updates =
      "AWS can replace the instances in place, when spec.updatePolicy is set and the strategy is not BEST_FIT";
    return { serviceRole: { arn, kind: "ServiceLinked", updates } };
  }
  const updates = "AWS cannot replace the instances in place: what needs that is done by a new environment";
  return { serviceRole: { arn, kind: isMadeByOperator(arn) ? "Made" : "Named", updates } };
}

/** @param successor what serves in their place, where it serves */
function predecessorsOf(
  object: BatchComputeEnvironment,
  seen: Seen,
  serves: boolean,
  successor: Environment | undefined,
  now: number,
): Readonly<Record<string, unknown>> {
  const steps = predecessorSteps(object.spec, seen, serves, now);
  if (steps.length === 0) return {};
  const predecessors = steps.map(({ environment, step }) => {
    const name = environment.computeEnvironmentName;
    const jobs = seen.jobs.get(name);
    const since = environment.tags?.[retiredAtTag] ?? (serves ? successor?.tags?.[servingSinceTag] : undefined);
    return {
      name,
      step,
      queues: queuesNaming(seen, new Set([name])).map(({ queue }) => queue.jobQueueName),
      ...(jobs?.kind === "read" ? { jobsRemaining: jobs.remaining.length } : {}),
      ...(since === undefined ? {} : { since }),
    };
  });
  return { predecessors };
}
