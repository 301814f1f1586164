import { keyText } from "../../api/object.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../api/v1alpha1/kinds.ts";
import type { AppliedManifest } from "../../kube/client.ts";
import { CommandError } from "../../operator/io.ts";
import { shellCommand } from "../../runtime/shell.ts";

/** A job that runs a failed one again, as a new object (docs/decisions/0064-failed-children-run-in-a-new-array.md). Pure. */

/** Which children of a job run again, and how they learn which they are. */
export interface FailedChildren {
  /** In ascending order, at least one. */
  readonly indices: readonly number[];
  /** The environment variable with the indices. */
  readonly variable: string;
}

/** What a new job has of its own. */
export interface Retry {
  readonly name: string;
  /** A JobQueue of the namespace; undefined: that of the failed job. */
  readonly queue: string | undefined;
  /** Undefined: the whole job. */
  readonly children: FailedChildren | undefined;
}

/** Holds the indices unless the command line names another variable. */
export const defaultVariable = "ARRAY_INDICES";

/** The manifest of the new job: what the old one asked for, without what was only for its own run. */
export function retryManifest(
  { metadata, spec }: BatchJob,
  { name, queue, children }: Retry,
): AppliedManifest & { readonly spec: BatchJob["spec"] } {
  // It ran, so the jobs that it depends on have succeeded; a child with another index would wait for another one.
  const { suspend: _suspend, cancel: _cancel, dependsOn = [], arrayProperties, jobQueue, jobQueueRef, ...same } = spec;
  const sequence = dependsOn.filter(({ jobRef, jobId }) => jobRef === undefined && jobId === undefined);
  const { group, version, kind } = BatchJobKind;
  return {
    apiVersion: `${group}/${version}`,
    kind,
    metadata: { namespace: metadata.namespace, name },
    spec: {
      ...(queue === undefined ? queueOf({ jobQueue, jobQueueRef }) : { jobQueueRef: { name: queue } }),
      ...same,
      ...(children === undefined
        ? { ...(arrayProperties === undefined ? {} : { arrayProperties }), ...dependsOnOf(sequence) }
        : ofChildren(spec, children, sequence)),
    },
  };
}

function queueOf({
  jobQueue,
  jobQueueRef,
}: Pick<BatchJob["spec"], "jobQueue" | "jobQueueRef">): Partial<BatchJob["spec"]> {
  return jobQueueRef === undefined ? { jobQueue } : { jobQueueRef };
}

/** AWS takes no array of one child. */
function ofChildren(
  { containerOverrides = {} }: BatchJob["spec"],
  { indices, variable }: FailedChildren,
  sequence: NonNullable<BatchJob["spec"]["dependsOn"]>,
): Partial<BatchJob["spec"]> {
  const others = (containerOverrides.environment ?? []).filter((one) => one.name !== variable);
  const environment = [...others, { name: variable, value: indices.join(",") }];
  const array = indices.length === 1 ? {} : { arrayProperties: { size: indices.length }, ...dependsOnOf(sequence) };
  return { ...array, containerOverrides: { ...containerOverrides, environment } };
}

function dependsOnOf(dependsOn: NonNullable<BatchJob["spec"]["dependsOn"]>): Partial<BatchJob["spec"]> {
  return dependsOn.length === 0 ? {} : { dependsOn };
}

/**
 * The variable through which the failed children of a job learn their indices.
 *
 * @param named by the command line
 * @param where what leads another command to the place of the job
 * @throws CommandError if nothing says that the container reads one: it would do the work of other children
 */
export function variableFor({ metadata, spec }: BatchJob, named: string | undefined, where: readonly string[]): string {
  const others = [spec.nodeOverrides, spec.ecsPropertiesOverride, spec.eksPropertiesOverride];
  if (others.some((one) => one !== undefined)) {
    throw new CommandError(
      `BatchJob ${keyText(metadata)} has several containers or nodes, or runs on EKS: retry --failed-only sets the environment of containerOverrides alone`,
    );
  }
  if (named !== undefined) return named;
  if (spec.containerOverrides?.environment?.some(({ name }) => name === defaultVariable) === true) {
    return defaultVariable;
  }
  throw new CommandError(
    `the failed children run in a new array, in which AWS counts from 0: nothing says that the container of BatchJob ${keyText(metadata)} reads its index from elsewhere. When it does, as docs/jobs.md says, give the variable: ${shellCommand(["retry", ...where, "-n", metadata.namespace, metadata.name, "--failed-only", "--indices-in", defaultVariable])}`,
  );
}

/**
 * The numbers in ranges such as `1,3-5`, as status has them.
 * @returns undefined if the list is not complete
 */
export function indicesIn(ranges: string): readonly number[] | undefined {
  if (!/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(ranges)) return undefined;
  return ranges.split(",").flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, step) => first + step);
  });
}
