import { keyText, type ObjectKey } from "../../api/object.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../api/v1alpha1/kinds.ts";
import { nameIn } from "../../aws/names.ts";
import { intentOf } from "../../controllers/kinds/batch-job/intent.ts";
import { awsNameOf } from "../../controllers/ownership/naming.ts";
import { CommandError } from "../../operator/io.ts";
import type { ObjectsJob } from "./find.ts";
import type { ListedJob } from "./list.ts";
import type { LogStream } from "./log-streams.ts";
import { defaultNamespace, type JobFlags } from "./options.ts";

/** The name of an object, which may be given as `namespace/name`, as `jobs` shows it. A name has no slash itself. */
export function keyIn(name: string, { namespace = defaultNamespace }: Pick<JobFlags, "namespace">): ObjectKey {
  const end = name.indexOf("/");
  return end === -1 ? { namespace, name } : { namespace: name.slice(0, end), name: name.slice(end + 1) };
}

/** @throws CommandError if there is a reason: only AWS keeps one */
export function refuseReason(reason: string | undefined): void {
  if (reason === undefined) return;
  throw new CommandError(
    "--reason is for jobs in AWS: the operator gives the reason when it ends the job of an object",
  );
}

/** @throws CommandError if the object has none yet */
export function jobOf(object: BatchJob): ObjectsJob {
  const { metadata, status } = object;
  if (status?.jobId !== undefined) return { kind: "id", id: status.jobId };
  const failed = status?.conditions?.find(({ type, status: is }) => type === "Failed" && is === "True");
  if (failed !== undefined) {
    throw new CommandError(`BatchJob ${keyText(metadata)} was never submitted: ${failed.message}`);
  }
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

/** Whether the job of an object is in a queue. @param queue name of the JobQueue, name or ARN in AWS; undefined: any */
export function isInQueue({ spec, status }: BatchJob, queue: string | undefined): boolean {
  if (queue === undefined) return true;
  return [status?.jobQueue, spec.jobQueueRef?.name, spec.jobQueue].some(
    (one) => one !== undefined && nameIn(one) === nameIn(queue),
  );
}

/** How far the job of an object is. */
export interface Course {
  /** Its status, its result, or why it has neither. */
  readonly text: string;
  /** Undefined: it goes on. */
  readonly end: "succeeded" | "failed" | "stalled" | "deleted" | undefined;
}

/** @param object undefined: there is none any more @param before as it was seen before that */
export function courseOf(object: BatchJob | undefined, before?: BatchJob): Course {
  if (object === undefined) return { text: deletedText(before), end: "deleted" };
  const { metadata, status } = object;
  const of = (type: string) => status?.conditions?.find((one) => one.type === type);
  const [complete, failed, stalled] = [of("Complete"), of("Failed"), of("Stalled")];
  if (complete?.status === "True") {
    const { exitCode } = status ?? {};
    return { text: `SUCCEEDED${exitCode === undefined ? "" : `, exit code ${exitCode}`}`, end: "succeeded" };
  }
  if (failed?.status === "True") return { text: `FAILED: ${failed.message}`, end: "failed" };
  // A condition about an earlier generation says nothing about what was just applied.
  if (stalled?.status === "True" && status?.observedGeneration === metadata.generation) {
    return { text: `${stalled.reason}: ${stalled.message}`, end: "stalled" };
  }
  const ready = of("Ready");
  const why = ready === undefined ? "waits for an operator" : `${ready.reason}: ${ready.message}`;
  return { text: status?.status ?? why, end: undefined };
}

/** What `submit` says of an object that it has written. Only of what is new it says that a job follows. Pure. */
export function submittedText(object: BatchJob, verb: "applied" | "created"): string {
  const { text, end } = courseOf(object);
  const { spec, status } = object;
  if (end === "succeeded" || end === "failed") {
    return `has already ended: ${text}. An object is one job: for another one choose another name`;
  }
  if (status?.jobId !== undefined || status?.status !== undefined || intentOf(object) !== undefined) {
    return `is there already: ${text}. An object is one job, and its job is submitted only once`;
  }
  if (spec.cancel === true) return `is ${verb} with cancel: true: no job is submitted`;
  if (spec.suspend === true) return `is ${verb} and suspended: set spec.suspend to false to submit its job`;
  // A new object has the default condition of its schema.
  if (status?.observedGeneration !== undefined) return `is there already, and not submitted yet: ${text}`;
  return `is ${verb}: the operator submits its job`;
}

/** AWS's words for why a job failed or waits: those about the job, then those about its last container. */
function awsReason({ statusReason, attempts = [] }: NonNullable<BatchJob["status"]> = {}): string | undefined {
  const reasons = [statusReason, attempts.at(-1)?.reason].filter((one) => one !== undefined && one !== "");
  return reasons.length === 0 ? undefined : reasons.join(": ");
}

function deletedText(before: BatchJob | undefined): string {
  const seconds = before?.spec.ttlSecondsAfterFinished;
  if (seconds === undefined) return "was deleted";
  return `was deleted, before its result was seen: ttlSecondsAfterFinished is ${seconds}, and a minute would be enough`;
}

/** An object as a job in a list. */
export function listedObject({ metadata, spec, status }: BatchJob): ListedJob {
  const failed = status?.conditions?.find(({ type, status: is }) => type === "Failed" && is === "True");
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  const why = ready === undefined || status?.status !== undefined ? undefined : `${ready.reason}: ${ready.message}`;
  const counts = status?.array?.counts ?? [];
  const time = (text: string | undefined): number | undefined => (text === undefined ? undefined : Date.parse(text));
  return {
    id: status?.jobId ?? "",
    name: keyText(metadata),
    queue: status?.jobQueue ?? spec.jobQueueRef?.name ?? spec.jobQueue ?? "",
    status: status?.status ?? (failed === undefined ? "-" : "FAILED"),
    reason: awsReason(status) ?? failed?.message ?? why,
    exitCode: status?.exitCode,
    children: counts.length === 0 ? undefined : Object.fromEntries(counts.map((one) => [one.status, one.count])),
    ...(status?.array?.failedIndices === undefined ? {} : { failedIndices: status.array.failedIndices }),
    createdAt: Date.parse(metadata.creationTimestamp),
    startedAt: time(status?.startedAt),
    stoppedAt: time(status?.stoppedAt),
  };
}
