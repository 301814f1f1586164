/** The order of a queue as AWS has it. Pure. */

import type { ComputeEnvironmentOrder, Queue } from "../../aws/batch.ts";

/** The entries of a queue's order, the one that is tried first first. */
export function entriesOf(queue: Queue | undefined): readonly ComputeEnvironmentOrder[] {
  return (queue?.computeEnvironmentOrder ?? []).toSorted((left, right) => (left.order ?? 0) - (right.order ?? 0));
}

/** The names of the environments that a queue names, in that order. */
export function orderOf(queue: Queue | undefined): readonly string[] {
  return entriesOf(queue).map(({ computeEnvironment }) => environmentName(computeEnvironment));
}

/** Where the jobs of a queue start: a queue names environments of one type. */
export type EnvironmentType = "compute-environment" | "service-environment";

/** The names of the environments of a type that a queue names. */
export function namesIn(queue: Queue | undefined, type: EnvironmentType): readonly string[] {
  if (type === "compute-environment") return orderOf(queue);
  return (queue?.serviceEnvironmentOrder ?? []).map(({ serviceEnvironment }) => environmentName(serviceEnvironment));
}

/** The environment name in a name or ARN. */
export function environmentName(nameOrArn: string | undefined): string {
  const text = nameOrArn ?? "";
  return text.slice(text.lastIndexOf("/") + 1);
}
