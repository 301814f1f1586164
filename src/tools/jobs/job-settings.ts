import { type Command, InvalidArgumentError, Option } from "commander";
import type { BatchJobSpec } from "../../api/v1alpha1/batch-job.ts";
import { duration, ListOption, positive } from "../../operator/flags.ts";
import { jobIdIn } from "./find.ts";

/** What a command line says of a job beyond its queue and definition, under the names of its options. */
export interface SettingFlags {
  readonly env?: readonly EnvironmentVariable[];
  /** vCPUs, also less than one. */
  readonly vcpus?: number;
  /** MiB. */
  readonly memory?: number;
  readonly arraySize?: number;
  /** ms. */
  readonly timeout?: number;
  readonly retries?: number;
  readonly share?: string;
  readonly sharePriority?: number;
  /** IDs of jobs in AWS, or names of BatchJobs. */
  readonly after?: readonly string[];
}

export interface EnvironmentVariable {
  readonly name: string;
  readonly value: string;
}

/** What a job changes of the container of its definition. */
export interface ContainerChange {
  readonly command?: string[];
  readonly environment?: EnvironmentVariable[];
  readonly resourceRequirements?: { type: "VCPU" | "MEMORY"; value: string }[];
}

/** The members of SubmitJob that the spec of a BatchJob has in the same form. */
export type RequestPart = Pick<
  BatchJobSpec,
  "arrayProperties" | "timeout" | "retryStrategy" | "shareIdentifier" | "schedulingPriorityOverride"
>;

const settingNames = [
  "env",
  "vcpus",
  "memory",
  "arraySize",
  "timeout",
  "retries",
  "share",
  "sharePriority",
  "after",
] as const satisfies readonly (keyof SettingFlags)[];

/** Adds these options. */
export function addSettingOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--env <name=value>", "environment variable of the container; may be repeated").argParser(variable),
    )
    .addOption(new Option("--vcpus <n>", "vCPUs of the container").argParser(positive))
    .addOption(new Option("--memory <mib>", "memory of the container, in MiB").argParser(whole("MiB", 1, 99_999_999)))
    .addOption(
      new Option("--array-size <n>", "make the job an array of so many children").argParser(
        whole("children", 2, 10_000),
      ),
    )
    .addOption(
      new Option("--timeout <duration>", "end an attempt that runs longer, at least 60 s, e.g. 10m").argParser(timeout),
    )
    .addOption(
      new Option("--retries <n>", "how often AWS tries the job again when it fails").argParser(whole("retries", 0, 9)),
    )
    .addOption(new Option("--share <identifier>", "share of a fair-share queue"))
    .addOption(
      new Option("--share-priority <n>", "priority within the share (AWS: schedulingPriorityOverride)").argParser(
        whole("priority", 0, 9999),
      ),
    )
    .addOption(
      new ListOption("--after <jobs>", "jobs that must succeed first: BatchJobs of the namespace, or IDs in AWS"),
    );
}

/** Whether a command line gives any of them. */
export function hasSettings(flags: SettingFlags): boolean {
  return settingNames.some((name) => flags[name] !== undefined);
}

/** What is in SubmitJob and in a spec alike; without what is not given. */
export function requestPart({ arraySize, timeout: limitMs, retries, share, sharePriority }: SettingFlags): RequestPart {
  return {
    ...(arraySize === undefined ? {} : { arrayProperties: { size: arraySize } }),
    ...(limitMs === undefined ? {} : { timeout: { attemptDurationSeconds: Math.ceil(limitMs / 1000) } }),
    ...(retries === undefined ? {} : { retryStrategy: { attempts: retries + 1 } }),
    ...(share === undefined ? {} : { shareIdentifier: share }),
    ...(sharePriority === undefined ? {} : { schedulingPriorityOverride: sharePriority }),
  };
}

/** Undefined: the container is as the definition says. */
export function containerChange(
  command: readonly string[],
  { env = [], vcpus, memory }: SettingFlags,
): ContainerChange | undefined {
  const resources = [
    ...(vcpus === undefined ? [] : [{ type: "VCPU" as const, value: String(vcpus) }]),
    ...(memory === undefined ? [] : [{ type: "MEMORY" as const, value: String(memory) }]),
  ];
  if (command.length === 0 && env.length === 0 && resources.length === 0) return undefined;
  return {
    ...(command.length === 0 ? {} : { command: [...command] }),
    ...(env.length === 0 ? {} : { environment: [...env] }),
    ...(resources.length === 0 ? {} : { resourceRequirements: resources }),
  };
}

/** The jobs that must succeed first, as the spec of a BatchJob names them. */
export function dependenciesOf({ after = [] }: SettingFlags): Pick<BatchJobSpec, "dependsOn"> {
  if (after.length === 0) return {};
  return {
    dependsOn: after.map((job) => {
      const jobId = jobIdIn(job);
      return jobId === undefined ? { jobRef: { name: job } } : { jobId };
    }),
  };
}

function variable(text: string, previous: readonly EnvironmentVariable[] = []): readonly EnvironmentVariable[] {
  const end = text.indexOf("=");
  if (end < 1) throw new InvalidArgumentError("Expected NAME=VALUE.");
  return [...previous, { name: text.slice(0, end), value: text.slice(end + 1) }];
}

function timeout(text: string): number {
  const limitMs = duration(text);
  if (limitMs < 60_000) throw new InvalidArgumentError("AWS takes 60 seconds or more.");
  return limitMs;
}

/** Parses a whole number. @param what is counted, in the plural, or ranked */
function whole(what: string, from: number, to: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,8}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= from && value <= to) return value;
    throw new InvalidArgumentError(`Expected a whole number of ${what} from ${from} to ${to}.`);
  };
}
