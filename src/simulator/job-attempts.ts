import type { AttemptDetail, EksAttemptDetail, JobDetail } from "@aws-sdk/client-batch";
import { containersOf } from "./job-course.ts";
import type { EndedAttempt, JobPlace, StoredJob } from "./stored-job.ts";

/** The attempts that have ended, in the form that AWS has for the body of the job. */
export function attemptsOf(job: StoredJob): Pick<JobDetail, "attempts" | "eksAttempts"> {
  if (job.definition.eksProperties === undefined) return { attempts: job.attempts.map((one) => attemptOf(job, one)) };
  return { attempts: [], eksAttempts: job.attempts.map((one) => eksAttemptOf(job, one)) };
}

function attemptOf(job: StoredJob, attempt: EndedAttempt): AttemptDetail {
  const { place, startedAt, stoppedAt, statusReason } = attempt;
  const task = { taskArn: place?.taskArn, containerInstanceArn: place?.instance?.arn };
  const containers = containersAfter(job, attempt);
  if (job.definition.ecsProperties !== undefined) {
    return { container: {}, taskProperties: [{ ...task, containers }], startedAt, stoppedAt, statusReason };
  }
  const [{ name: _name, ...container } = {}] = containers;
  return { container: { ...task, ...container }, startedAt, stoppedAt, statusReason };
}

/**
 * The containers of a task as an attempt leaves them. The first has the exit code and the reason of the attempt; the log
 * stream has a name once the container runs.
 */
export function containersAfter(
  job: StoredJob,
  { place, startedAt, exitCode, reason }: Pick<StoredJob, "place" | "startedAt" | "exitCode" | "reason">,
) {
  return containersOf({ ...job, place }).map(({ container: { name }, stream }, index) => ({
    name,
    exitCode: exitCode === undefined || index === 0 ? exitCode : 0,
    reason: index === 0 ? reason : undefined,
    logStreamName: startedAt === undefined ? undefined : stream,
  }));
}

function eksAttemptOf(job: StoredJob, attempt: EndedAttempt): EksAttemptDetail {
  const { place, startedAt, stoppedAt, statusReason } = attempt;
  return {
    containers: containersAfter(job, attempt).map(({ name, exitCode, reason }) => ({ name, exitCode, reason })),
    initContainers: [],
    podName: podNameOf(place),
    nodeName: place?.instance?.id,
    startedAt,
    stoppedAt,
    statusReason,
  };
}

/** As Batch names its pods; undefined while there is none. */
export function podNameOf(place: JobPlace | undefined): string | undefined {
  const digits = place?.taskArn.split("/").at(-1);
  return digits && `aws-batch.${digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")}`;
}
