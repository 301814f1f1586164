import { type KindName, kindOf } from "../api/v1alpha1/kinds.ts";
import { counted } from "../api/words.ts";
import type { Queue } from "../aws/batch.ts";
import { plainMessage } from "../aws/errors.ts";
import type { JobNeeds } from "../aws/job-needs.ts";
import { ownerIn, type Tags } from "../controllers/ownership/ownership.ts";

/** Texts of quantities, and of what a person edits. Pure. */

/** `4 vCPUs, 16 GiB, 1 GPU, 2 of seats`; of a multi-node job also the number of nodes. */
export function needsText({ nodes, vcpus, memoryMib, gpus, consumables }: JobNeeds): string {
  const parts = [counted(vcpus, "vCPU"), memoryText(memoryMib), ...(gpus > 0 ? [counted(gpus, "GPU")] : [])];
  const machine = nodes > 1 ? `${nodes} nodes of ${parts.join(", ")}` : parts.join(", ");
  return [machine, ...consumables.map(({ name, quantity }) => `${quantity} of ${name}`)].join(", ");
}

/** `512 MiB`, `16 GiB`, `15.25 GiB`. */
export function memoryText(mib: number): string {
  if (mib < 1024) return `${mib} MiB`;
  const gib = mib / 1024;
  return `${Number.isInteger(gib * 4) ? gib : gib.toFixed(1)} GiB`;
}

/** `the only attempt`, `the last of 3 attempts`. */
export function lastAttempt(attempts: readonly unknown[]): string {
  return attempts.length === 1 ? "the only attempt" : `the last of ${counted(attempts.length, "attempt")}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  const [last = "", ...others] = [...names].reverse();
  return others.length === 0 ? last : `${others.reverse().join(", ")} and ${last}`;
}

/** AWS's message as a part of our sentence. */
export function awsWords(text: string): string {
  return plainMessage(text).replace(/\.$/, "");
}

const mostNames = 10;

/** `it has a, b`: the queues of a place, in the order of their names. */
export function queuesThere(names: readonly string[]): string {
  if (names.length === 0) return "it has no queue at all";
  const shown = [...names].sort().slice(0, mostNames).join(", ");
  return `it has ${shown}${names.length > mostNames ? ", ..." : ""}`;
}

/**
 * What a person edits to change a resource of AWS Batch: the object that its tags name, with the name in AWS in brackets;
 * otherwise the resource itself.
 */
export function edited(kind: KindName, awsName: string, tags: Tags | undefined): string {
  const owner = ownerIn(tags);
  if (owner === undefined) return `the ${kindOf(kind).noun} ${awsName}`;
  return `${kind} ${owner.namespace}/${owner.name} (${awsName})`;
}

export function editedQueue({ jobQueueName, tags }: Pick<Queue, "jobQueueName" | "tags">): string {
  return edited("JobQueue", jobQueueName, tags);
}

/** A compute environment by its name in AWS; its record is undefined where AWS has none. */
interface NamedEnvironment {
  readonly name: string;
  readonly environment: { readonly tags?: Tags | undefined } | undefined;
}

export function editedEnvironment({ name, environment }: NamedEnvironment): string {
  return edited("BatchComputeEnvironment", name, environment?.tags);
}

export function editedEnvironments(environments: readonly NamedEnvironment[]): string {
  return listed(environments.map(editedEnvironment));
}
