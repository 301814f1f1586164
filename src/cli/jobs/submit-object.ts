import { keyText, type ObjectKey } from "../../api/object.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../api/v1alpha1/kinds.ts";
import { nameIn } from "../../aws/names.ts";
import type { AppliedManifest } from "../../kube/client.ts";
import { type Clock, sleep } from "../../runtime/clock.ts";
import type { Random } from "../../runtime/random.ts";
import { CommandError } from "../io.ts";
import type { JobObjects } from "./cluster.ts";

/** What a command line says of a job. */
export interface Submission {
  readonly queue: string;
  readonly jobDefinition: string;
  /** Undefined: of the definition, with a suffix that makes it new. */
  readonly name: string | undefined;
  readonly command: readonly string[];
}

const apiVersion = `${BatchJobKind.group}/${BatchJobKind.version}`;

/** The BatchJob of a command line; queue and definition are objects of its namespace. Pure but for chance. */
export function jobManifest(
  { queue, jobDefinition, name, command }: Submission,
  namespace: string,
  random: Random,
): AppliedManifest & { readonly spec: BatchJob["spec"] } {
  const suffix = Array.from({ length: 5 }, () => Math.floor(random() * 36).toString(36)).join("");
  return {
    apiVersion,
    kind: BatchJobKind.kind,
    metadata: { name: name ?? `${nameIn(jobDefinition)}-${suffix}`, namespace },
    spec: {
      jobQueueRef: { name: queue },
      jobDefinitionRef: { name: jobDefinition },
      ...(command.length === 0 ? {} : { containerOverrides: { command: [...command] } }),
    },
  };
}

/** Time between two reads of an object. */
const readMs = 1_000;

/**
 * Waits until the operator has submitted the job of an object.
 *
 * @param onChange called with each new reason why it has not
 * @returns the object with the ID of its job
 * @throws CommandError if it ends without a job, or only a person can help
 */
export async function submittedObject(
  objects: Pick<JobObjects, "get">,
  key: ObjectKey,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  onChange: (reason: string) => void,
): Promise<BatchJob> {
  let shown: string | undefined;
  for (;;) {
    const object = await objects.get(key.name, key.namespace);
    const { metadata, status } = object;
    if (status?.jobId !== undefined) return object;
    const of = (type: string) => status?.conditions?.find((one) => one.type === type);
    const end = [of("Failed"), of("Stalled")].find((one) => one?.status === "True");
    if (end !== undefined) throw new CommandError(`${keyText(metadata)}: ${end.reason}: ${end.message}`);
    const ready = of("Ready");
    const reason = ready === undefined ? undefined : `${ready.reason}: ${ready.message}`;
    if (reason !== undefined && reason !== shown) onChange(reason);
    shown = reason;
    await sleep(clock, readMs, signal);
  }
}
