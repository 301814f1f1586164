import type { JobDetail } from "../../aws/batch.ts";
import { awsWords } from "../../diagnosis/words.ts";

/** Texts about jobs. Pure. */

export function hasEnded(status: string | undefined): boolean {
  return status === "SUCCEEDED" || status === "FAILED";
}

/**
 * The job under the name of its object, for people: its own name in AWS ends with the object's uid. A child of an array and a
 * node have their index too, as in their IDs: in AWS they have the name of the whole.
 */
export function named(job: JobDetail, name = job.jobName ?? ""): JobDetail {
  const { arrayProperties, nodeDetails } = job;
  const child = arrayProperties?.index === undefined ? "" : `:${arrayProperties.index}`;
  const node = nodeDetails?.nodeIndex === undefined ? "" : `#${nodeDetails.nodeIndex}`;
  return { ...job, jobName: `${name}${child}${node}` };
}

/** Of the last attempt: of the container, or of the first container of a task or pod that has one. */
export function exitCodeOf({ container, ecsProperties, eksProperties, attempts = [] }: JobDetail): number | undefined {
  const tasks = ecsProperties?.taskProperties?.flatMap(({ containers = [] }) => containers) ?? [];
  const pods = eksProperties?.podProperties?.containers ?? [];
  const codes = [...tasks, ...pods].map(({ exitCode }) => exitCode).filter((code) => code !== undefined);
  return container?.exitCode ?? codes.find((code) => code !== 0) ?? codes[0] ?? attempts.at(-1)?.container?.exitCode;
}

/** Why a job failed or waits, in AWS's words: the status first, then the container. */
export function reasonOf(job: JobDetail): string {
  const last = job.attempts?.at(-1);
  const container = job.container?.reason ?? last?.container?.reason;
  return [job.statusReason ?? last?.statusReason, container]
    .filter((reason) => reason !== undefined && reason !== "")
    .map((reason) => awsWords(reason ?? ""))
    .join(": ");
}

/** `FAILED, exit code 3: Essential container in task exited`. */
export function resultText(job: JobDetail): string {
  const code = exitCodeOf(job);
  const reason = job.status === "SUCCEEDED" ? "" : reasonOf(job);
  return `${job.status}${code === undefined ? "" : `, exit code ${code}`}${reason === "" ? "" : `: ${reason}`}`;
}
