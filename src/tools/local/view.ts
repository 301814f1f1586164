import type { RecordedEvent } from "../../runtime/store.ts";
import type { Change } from "../../simulator/world.ts";
import type { Problem } from "../validation/problem.ts";
import type { ObjectRow } from "./rows.ts";
import type { Ended } from "./summary.ts";
import type { AwsWrite } from "./writes.ts";

/** Display of a session. */
export interface View {
  /** Called after every change, with all objects. */
  objects(rows: readonly ObjectRow[]): void;
  awsWrite(write: AwsWrite): void;
  /** An event of the operator; a repeated one with a new count. */
  event(event: RecordedEvent): void;
  /** Only with a simulated AWS: its state changed. */
  awsChange(change: Change): void;
  /** Problems of the last edit; empty: it is applied. */
  edit(problems: readonly Problem[]): void;
  /** A message that is shown once. */
  notice(text: string): void;
  /** A line of the log, which otherwise goes to stderr. */
  log(line: string): void;
  /** Shows the end; nothing but `close` follows. */
  end(ended: Ended): void;
  /** Restores the terminal, however the session ended. */
  close(): void;
}

/** The change of a job in a simulated AWS; undefined for changes that people need not see. */
export function jobText({ kind, status, statusReason, job }: Change): string | undefined {
  const shown = ["RUNNABLE", "RUNNING", "SUCCEEDED", "FAILED"];
  if (kind !== "job" || job === undefined || !shown.includes(status)) return undefined;
  const why = status === "FAILED" && statusReason !== undefined ? `: ${statusReason}` : "";
  return `job ${job.name} in ${job.queue} is ${status}${why}`;
}

/** The heading of a view. */
export interface Heading {
  readonly directory: string;
  /** e.g. `simulated AWS`. */
  readonly cloud: string;
  readonly region: string;
  readonly clusterName: string;
  /** 1: real time. */
  readonly speed: number;
}

export function headingText({ directory, cloud, region, clusterName, speed }: Heading): string {
  const clock = speed === 1 ? "" : `. Its clock runs ${speed} times as fast, and times and ages are in its time`;
  return `${directory} → ${cloud}, ${region}, cluster name ${clusterName}${clock}`;
}
