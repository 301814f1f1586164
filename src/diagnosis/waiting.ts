/** Why a job waits although nothing blocks it. Pure. */

import { counted } from "../api/words.ts";
import type { HeadJob } from "../aws/queue-jobs.ts";
import { countText } from "../aws/queue-jobs.ts";
import type { Cause } from "./causes.ts";
import { consumableCause } from "./consumables.ts";
import type { EnvironmentFacts, QueueFacts } from "./facts.ts";
import { tightMemory } from "./fit.ts";
import { isChanging, obstacle } from "./obstacles.ts";
import { editedEnvironments, editedQueue, listed } from "./words.ts";

/** Instances start and join within a few minutes; after this time something prevents it. */
const joinMs = 15 * 60_000;

/** @param waitedMs for how long it has been the first */
export function waiting(facts: QueueFacts, head: HeadJob, waitedMs: number): Cause | undefined {
  const { jobs, environments } = facts;
  const needs = head.described?.needs;
  const short = consumableCause(facts.consumables);
  if (short !== undefined) return short;
  const changing = environments.filter(({ environment }) => isChanging(environment));
  const able = environments.filter((one) => obstacle(one, needs, facts) === undefined && !changing.includes(one));
  if (able.length === 0) {
    if (changing.length === 0) return undefined;
    const states = changing.map(({ name, environment }) => `${name} is ${environment?.status}`);
    return { code: "EnvironmentChanging", sentence: `AWS is changing the environments: ${listed(states)}`, fix: "" };
  }
  const running = (jobs?.running?.count ?? 0) + (jobs?.starting?.count ?? 0);
  const late = waitedMs >= joinMs;
  const vcpus = (needs?.vcpus ?? 0) * (needs?.nodes ?? 1);
  const full = able.filter((one) => isFull(one, vcpus, running));
  if (full.length === able.length && (running > 0 || facts.preferred.length > 0 || !late)) {
    return capacityTurn(facts, full, running);
  }
  if (!late) {
    return {
      code: "ScalingUp",
      sentence: `instances may be starting in ${listed(able.map(({ name }) => name))}`,
      fix: "",
    };
  }
  if (running > 0 && facts.queue.schedulingPolicyArn !== undefined) return fairShareTurn(facts, running);
  return stuck(facts, head, able);
}

/** A Fargate environment does not report how much of it is in use. */
function isFull({ environment }: EnvironmentFacts, vcpus: number, running: number): boolean {
  const { maxvCpus, desiredvCpus } = environment?.computeResources ?? {};
  if (maxvCpus === undefined) return false;
  return desiredvCpus === undefined ? running > 0 : desiredvCpus > 0 && desiredvCpus + vcpus > maxvCpus;
}

function capacityTurn(facts: QueueFacts, full: readonly EnvironmentFacts[], running: number): Cause {
  const { queue, preferred, jobs } = facts;
  const names = full.map(({ name, environment }) => `${name} (${environment?.computeResources?.maxvCpus} vCPUs)`);
  if (queue.schedulingPolicyArn !== undefined && running > 0) return fairShareTurn(facts, running);
  if (running === 0 && preferred.length > 0) {
    return {
      code: "HigherPriority",
      sentence: `maxvCpus of ${listed(names)} is used up, and ${listed(preferred)} ${preferred.length === 1 ? "goes" : "go"} first by priority`,
      fix: `raise priority of ${editedQueue(queue)} or computeResources.maxvCpus of ${editedEnvironments(full)}, or give the queue a separate environment`,
    };
  }
  const counts = jobs?.running === undefined ? "other jobs run" : `${countText(jobs.running)} of this queue run`;
  return {
    code: "AtCapacity",
    sentence: `maxvCpus of ${listed(names)} is used up (${counts}); the job starts when others end`,
    fix: `raise computeResources.maxvCpus of ${editedEnvironments(full)} if that takes too long`,
  };
}

function fairShareTurn({ queue, jobs, environments }: QueueFacts, running: number): Cause {
  const share = jobs?.head?.described?.share;
  const policy = queue.schedulingPolicyArn?.split("/").at(-1);
  return {
    code: "FairShareTurn",
    sentence: `${counted(running, "job")} of other shares or before it run, and the scheduling policy ${policy} decides which job is next${share === undefined ? "" : ` (this job is of share ${share})`}`,
    fix: `raise computeResources.maxvCpus of ${editedEnvironments(environments)}, or change weights, shareDecaySeconds or computeReservation of the policy ${policy}`,
  };
}

/** Nothing blocks the job, but nothing has happened for 15 minutes. */
function stuck(facts: QueueFacts, head: HeadJob, able: readonly EnvironmentFacts[]): Cause {
  const job = head.described;
  const tight = able
    .map((one) => (job === undefined ? undefined : tightMemory(job.needs, one, facts.instanceTypes)))
    .find((one) => one !== undefined);
  if (tight !== undefined) return tight;
  const scaled = able.filter(({ environment }) => (environment?.computeResources?.desiredvCpus ?? 0) > 0);
  if (scaled.length > 0) {
    const unread = scaled.find(({ network }) => network?.state === "Unknown")?.network;
    return {
      code: "InstancesDoNotJoin",
      sentence: `AWS requested instances in ${listed(scaled.map(({ name }) => name))}, but no job has started on one for 15 minutes${unread === undefined ? "" : `; the network could not be checked: ${unread.sentence}`}`,
      fix: `for ${editedEnvironments(scaled)}, check that the subnets reach the ECS endpoints, that the instance role has AmazonEC2ContainerServiceforEC2Role, that a custom AMI runs the ECS agent, and that EC2's vCPU quota is not used up (Auto Scaling activity of the environment)`,
    };
  }
  const read = facts.consumables.map(({ name }) => name);
  const consumables = (job?.needs.consumables ?? []).filter(({ name }) => !read.includes(name));
  if (consumables.length > 0) {
    const needed = consumables.map(({ name, quantity }) => `${quantity} of ${name}`);
    return {
      code: "ConsumableResourceShort",
      sentence: `the job needs ${listed(needed)}, which is probably all in use`,
      fix: "check with batch list-jobs-by-consumable-resource which jobs hold it, or raise its quantity",
    };
  }
  return {
    code: "CapacityNotRequested",
    sentence: `${listed(able.map(({ name }) => name))} could run the job, but AWS has requested no capacity for 15 minutes and gives no reason`,
    fix: "check that the quota of EC2 or Fargate vCPUs is not used up and that the service role is complete, then ask AWS support",
  };
}
