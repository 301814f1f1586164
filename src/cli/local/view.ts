import type { Change } from "../../simulator/world.ts";
import type { Problem } from "../validation/problem.ts";
import type { ObjectRow } from "./rows.ts";
import type { Ended } from "./summary.ts";
import type { AwsWrite } from "./writes.ts";

/** How a session is shown. */
export interface View {
  /** Called after every change, with all objects. */
  objects(rows: readonly ObjectRow[]): void;
  awsWrite(write: AwsWrite): void;
  /** Only of a simulated AWS: it changed, by whatever cause. */
  awsChange(change: Change): void;
  /** What is wrong with the last edit; none: it is taken. */
  edit(problems: readonly Problem[]): void;
  /** Something that is to be read once. */
  notice(text: string): void;
  /** A line of the log, which otherwise would go to stderr. */
  log(line: string): void;
  /** Shows the end; nothing but `close` follows. */
  end(ended: Ended): void;
  /** Gives the terminal back, however the session ended. */
  close(): void;
}

/** What became of a job of a simulated AWS; undefined for what is no news to a person. */
export function jobText({ kind, status, statusReason, job }: Change): string | undefined {
  const shown = ["RUNNABLE", "RUNNING", "SUCCEEDED", "FAILED"];
  if (kind !== "job" || job === undefined || !shown.includes(status)) return undefined;
  const why = status === "FAILED" && statusReason !== undefined ? `: ${statusReason}` : "";
  return `job ${job.name} in ${job.queue} is ${status}${why}`;
}

/** What a view says at its beginning. */
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
  const pace = speed === 1 ? "" : ` at ${speed}× speed`;
  return `${directory} → ${cloud}${pace}, ${region}, cluster name ${clusterName}`;
}
