import { type Command, InvalidArgumentError, Option } from "commander";
import { accountIds, clusterName, ListOption, type OperatorFlags, regionName } from "../../operator/flags.ts";
import { queueNameOrArn } from "../batch-arns.ts";
import { type Format, formatOption } from "../document/show.ts";
import type { ManifestFlags } from "../manifest-options.ts";
import type { SettingFlags } from "./job-settings.ts";

/** The reason in AWS of a job that a person cancels without one. */
export const defaultReason = "Ended by aws-batch-operator cancel";

/** Of objects in a directory that name none. */
export const defaultNamespace = "default";

/** Flags of every command about jobs. */
export interface JobFlags extends OperatorFlags {
  readonly queue?: string;
  readonly output: "text" | "json";
  readonly kubeconfig?: string;
  readonly namespace?: string;
}

/** Flags of the commands for which a directory is one place. */
export interface DirectoryFlags extends JobFlags {
  /** The directory of `local`. */
  readonly filename?: string;
}

/** Flags of `submit`. */
export interface SubmitFlags extends JobFlags, ManifestFlags, SettingFlags {
  readonly jobDefinition?: string;
  readonly name?: string;
  readonly rerun?: boolean;
  readonly wait?: boolean;
  readonly logs?: boolean;
}

/** Adds the flags that every command about jobs has. @param queue what its queue is for */
export function addJobOptions(command: Command, queue: string, formats: readonly Format[] = ["text", "json"]): Command {
  return command
    .addOption(
      new Option("-n, --namespace <name>", "namespace of BatchJob objects (default: the kubeconfig's, or default)"),
    )
    .addOption(new Option("--kubeconfig <file>", "kubeconfig of the cluster with the BatchJob objects"))
    .addOption(new Option("--queue <name or arn>", queue).argParser(queueNameOrArn))
    .addOption(
      new Option("--region <region>", "region of the queue (default: from the AWS SDK's configuration)").argParser(
        regionName,
      ),
    )
    .addOption(
      new ListOption("--allowed-account-ids <ids>", "exit if the credentials belong to another account", accountIds),
    )
    .addOption(formatOption("output", formats));
}

/** The flags of commands that also read what `local --simulate` keeps. */
export function addDirectoryOptions(command: Command): Command {
  return command
    .addOption(new Option("-f, --filename <dir>", "directory of local --simulate, whose account has the jobs"))
    .addOption(clusterNameOption("-f"));
}

/** @param which option names the directory of `local` */
export function clusterNameOption(which: string): Option {
  const text = `with ${which}: the --cluster-name of local --simulate (default: local)`;
  return new Option("--cluster-name <name>", text).argParser(clusterName);
}

/** A whole number from 0, for an index. */
export function index(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError("Expected a whole number from 0 to 9999.");
  return Number(text);
}

/** What a command says that needs a job. */
export const nameMissing =
  "give NAME: the ID or ARN of a job, with --queue its name, or with -n or -f the name of a BatchJob";
