import type { ObjectKey } from "../../api/object.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import type { JobQueue } from "../../api/v1alpha1/job-queue.ts";
import { BatchJobKind } from "../../api/v1alpha1/kinds.ts";
import type { AppliedManifest } from "../../kube/client.ts";
import { CommandError } from "../../operator/io.ts";
import type { Random } from "../../runtime/random.ts";
import { containerChange, dependenciesOf, requestPart, type SettingFlags } from "./job-settings.ts";
import { defaultNamespace } from "./options.ts";

/** What a command line says of a job. */
export interface Submission {
  readonly queue: string;
  readonly jobDefinition: string;
  /** Undefined: of the definition, with a suffix that makes it new. */
  readonly name: string | undefined;
  readonly command: readonly string[];
  /** Undefined: that of the queue, or the operator's. */
  readonly region?: string | undefined;
  readonly settings: SettingFlags;
}

/** Of a job, as a command writes it. */
export interface NewManifest {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: Partial<BatchJob["spec"]>;
}

/**
 * The manifest with the region of its queue, in which its job is, unless it names one itself.
 *
 * @param queueAt undefined: there is none, or it cannot be read
 */
export async function inRegionOfQueue<Manifest extends NewManifest>(
  manifest: Manifest,
  queueAt: (key: ObjectKey) => Promise<Pick<JobQueue, "spec"> | undefined>,
): Promise<Manifest> {
  const { metadata, spec = {} } = manifest;
  const { jobQueueRef } = spec;
  if (jobQueueRef === undefined || spec.region !== undefined) return manifest;
  const { name, namespace = metadata.namespace ?? defaultNamespace } = jobQueueRef;
  const region = (await queueAt({ namespace, name }))?.spec.region;
  return region === undefined ? manifest : { ...manifest, spec: { ...spec, region } };
}

const apiVersion = `${BatchJobKind.group}/${BatchJobKind.version}`;

/**
 * The BatchJob of a command line; queue and definition are objects of its namespace. Pure but for chance.
 *
 * @throws CommandError if one of them is an ARN or a revision
 */
export function jobManifest(
  { queue, jobDefinition, name, command, region, settings }: Submission,
  namespace: string,
  random: Random,
): AppliedManifest & { readonly spec: BatchJob["spec"] } {
  for (const named of [queue, jobDefinition]) {
    if (!named.includes(":")) continue;
    throw new CommandError(
      `${named} is not the name of an object: in a cluster or directory --queue and --job-definition are a JobQueue and a JobDefinition of the namespace`,
    );
  }
  const container = containerChange(command, settings);
  return {
    apiVersion,
    kind: BatchJobKind.kind,
    metadata: { name: name ?? `${jobDefinition}-${newSuffix(random)}`, namespace },
    spec: {
      jobQueueRef: { name: queue },
      jobDefinitionRef: { name: jobDefinition },
      ...requestPart(settings),
      ...dependenciesOf(settings),
      ...(container === undefined ? {} : { containerOverrides: container }),
      ...(region === undefined ? {} : { region }),
    },
  };
}

/** Five letters or digits that make the name of an object new. */
export function newSuffix(random: Random): string {
  return Array.from({ length: 5 }, () => Math.floor(random() * 36).toString(36)).join("");
}
