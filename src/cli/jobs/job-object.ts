import { keyText } from "../../api/object.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../api/v1alpha1/kinds.ts";
import { intentOf } from "../../controllers/batch-job/intent.ts";
import { awsNameOf } from "../../controllers/naming.ts";
import { CommandError } from "../io.ts";
import type { ListedJob } from "./list.ts";
import type { LogStream } from "./log-streams.ts";

/** The job of an object in AWS: its ID, or its name in a queue. */
export type ObjectsJob =
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "name"; readonly name: string; readonly queue: string };

/** @throws CommandError if the object has none yet */
export function jobOf(object: BatchJob): ObjectsJob {
  const { metadata, status } = object;
  if (status?.jobId !== undefined) return { kind: "id", id: status.jobId };
  // The status may be lost; the note of the operator is not.
  const intent = intentOf(object);
  if (intent !== undefined) return { kind: "name", name: awsNameOf(BatchJobKind, object), queue: intent.queue };
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  const why = ready === undefined ? "" : `: ${ready.reason}: ${ready.message}`;
  throw new CommandError(`BatchJob ${keyText(metadata)} has not been submitted yet${why}`);
}

/** The log stream that a status names; it outlives the job, which AWS forgets. */
export function recordedStream({ status }: BatchJob, attempt: number | undefined): LogStream | undefined {
  const { attempts = [], logs } = status ?? {};
  const stream = attempt === undefined ? logs?.stream : attempts[attempt - 1]?.logStream;
  if (logs === undefined || stream === undefined) return undefined;
  return { group: logs.group, stream, region: undefined, container: undefined };
}

/** An object as a job in a list. */
export function listedObject({ metadata, spec, status }: BatchJob): ListedJob {
  const failed = status?.conditions?.find(({ type, status: is }) => type === "Failed" && is === "True");
  const counts = status?.array?.counts ?? [];
  const time = (text: string | undefined): number | undefined => (text === undefined ? undefined : Date.parse(text));
  return {
    id: status?.jobId ?? "",
    name: keyText(metadata),
    queue: status?.jobQueue ?? spec.jobQueueRef?.name ?? spec.jobQueue ?? "",
    status: status?.status ?? (failed === undefined ? "-" : "FAILED"),
    reason: failed?.message ?? status?.statusReason,
    exitCode: status?.exitCode,
    children: counts.length === 0 ? undefined : Object.fromEntries(counts.map((one) => [one.status, one.count])),
    createdAt: time(status?.createdAt) ?? Date.parse(metadata.creationTimestamp),
    startedAt: time(status?.startedAt),
    stoppedAt: time(status?.stoppedAt),
  };
}
