import { counted } from "../api/words.ts";
import type { Environment } from "../aws/batch.ts";
import {
  certainMemoryMib,
  type InstanceType,
  type InstanceTypes,
  smallestHolding,
  usualMemoryMib,
} from "../aws/instance-types.ts";
import type { JobNeeds } from "../aws/job-needs.ts";
import type { Cause } from "./causes.ts";
import type { EnvironmentFacts } from "./facts.ts";
import { editedEnvironment, listed, memoryText, needsText } from "./words.ts";

/** Whether a job fits on any instance that an environment may start. Pure. */

/**
 * Why no instance type of the environment fits the job; undefined if one does, or if it is unknown.
 *
 * @param name of the environment
 */
export function misfit(
  needs: JobNeeds,
  name: string,
  environment: Pick<Environment, "computeResources" | "tags">,
  instanceTypes: InstanceTypes,
): Cause | undefined {
  const entries = environment.computeResources?.instanceTypes ?? [];
  const object = editedEnvironment({ name, environment });
  const types = typesOf(entries, needs, instanceTypes);
  if (types === undefined || types.length === 0) return undefined;
  const allowed = listed(entries);

  const ofArchitecture = types.filter(
    (type) => needs.architecture === undefined || type.architecture === needs.architecture,
  );
  if (ofArchitecture.length === 0) {
    const [type] = types;
    return {
      code: "ArchitectureMismatch",
      sentence: `the job is for ${needs.architecture}, but every instance type of ${name} (${allowed}) is ${type?.architecture}`,
      fix: `add instance types for ${needs.architecture} to computeResources.instanceTypes of ${object}, or change runtimePlatform of the job definition`,
    };
  }
  if (ofArchitecture.some((type) => holds(type, needs, certainMemoryMib(type)))) return undefined;
  return {
    code: "NoInstanceTypeFits",
    sentence: `the job needs ${needsText(needs)}${needs.nodes > 1 ? "" : " on one instance"}, but ${whyNone(ofArchitecture, needs, name, allowed)}`,
    fix: fixFor(needs, ofArchitecture, object),
  };
}

/**
 * Whether the job fits only if it gets nearly all memory of the instance; usually less is available.
 */
export function tightMemory(
  needs: JobNeeds,
  { name, environment }: Pick<EnvironmentFacts, "name" | "environment">,
  instanceTypes: InstanceTypes,
): Cause | undefined {
  const types = typesOf(environment?.computeResources?.instanceTypes ?? [], needs, instanceTypes);
  if (types === undefined || types.length === 0) return undefined;
  if (types.some((type) => holds(type, needs, usualMemoryMib(type)))) return undefined;
  const tight = types.filter((type) => holds(type, needs, certainMemoryMib(type)));
  const [largest] = tight.sort((left, right) => right.memoryMib - left.memoryMib);
  if (largest === undefined) return undefined;
  return {
    code: "MemoryTooTight",
    sentence: `the job requests ${memoryText(needs.memoryMib)}, and ${largest.name}, the largest type of ${name} for it, has ${memoryText(largest.memoryMib)}, of which kernel and ECS agent need a part`,
    fix: `request at most ${usualMemoryMib(largest)} MiB, or add a larger type${proposal(needs)} to computeResources.instanceTypes of ${editedEnvironment({ name, environment })}`,
  };
}

/** Undefined if one of the entries is unknown: it may be the one that fits. */
function typesOf(
  entries: readonly string[],
  needs: JobNeeds,
  instanceTypes: InstanceTypes,
): InstanceType[] | undefined {
  const types: InstanceType[] = [];
  for (const entry of entries) {
    const known = instanceTypes(entry);
    if (known === undefined) return undefined;
    types.push(...known);
  }
  const { instanceType: tied } = needs;
  return tied === undefined ? types : types.filter(({ name }) => name === tied || name.startsWith(`${tied}.`));
}

function holds(type: InstanceType, { vcpus, memoryMib, gpus }: JobNeeds, usableMib: number): boolean {
  return type.vcpus >= vcpus && type.gpus >= gpus && usableMib >= memoryMib;
}

function whyNone(types: readonly InstanceType[], needs: JobNeeds, name: string, allowed: string): string {
  const most = (value: (type: InstanceType) => number): InstanceType | undefined =>
    [...types].sort((left, right) => value(right) - value(left))[0];
  const gpus = most((type) => type.gpus);
  if (gpus !== undefined && gpus.gpus < needs.gpus) {
    return gpus.gpus === 0
      ? `no instance type of ${name} (${allowed}) has a GPU`
      : `${gpus.name}, the type of ${name} with the most GPUs, has ${gpus.gpus}`;
  }
  const withGpus = types.filter((type) => type.gpus >= needs.gpus);
  const largest = [...withGpus].sort(
    (left, right) =>
      Math.min(right.vcpus / needs.vcpus, right.memoryMib / needs.memoryMib) -
        Math.min(left.vcpus / needs.vcpus, left.memoryMib / needs.memoryMib) || left.vcpus - right.vcpus,
  )[0];
  if (largest === undefined) return `none of ${name} (${allowed}) has that`;
  const of = allowed === largest.name ? "" : ` (${allowed})`;
  // By its nominal size it would fit.
  const nominal = largest.vcpus >= needs.vcpus && largest.memoryMib >= needs.memoryMib;
  const part = nominal ? ", which a container cannot use completely" : "";
  return `${largest.name}, the closest type of ${name}${of}, has ${counted(largest.vcpus, "vCPU")} and ${memoryText(largest.memoryMib)}${part}`;
}

function fixFor(needs: JobNeeds, types: readonly InstanceType[], what: string): string {
  const architecture = needs.architecture ?? types[0]?.architecture;
  const larger = smallestHolding({ ...needs, architecture });
  if (larger === undefined) return "request less: no known instance type of EC2 has that much";
  return `add a type such as ${larger.name} to computeResources.instanceTypes of ${what}, or request less in the job definition`;
}

function proposal(needs: JobNeeds): string {
  const larger = smallestHolding(needs);
  return larger === undefined ? "" : ` such as ${larger.name}`;
}
