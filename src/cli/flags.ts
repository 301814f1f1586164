import { type Command, InvalidArgumentError, Option } from "commander";
import { type LogLevel, logLevels } from "../runtime/log.ts";
import { CommandError, type Environment } from "./io.ts";

/** Flags that several commands share, and how their values are read. */

const variablePrefix = "AWS_BATCH_OPERATOR_";

/** `--cluster-name` → `AWS_BATCH_OPERATOR_CLUSTER_NAME`. */
export function variableOf(option: Option): string | undefined {
  const name = option.long?.replace(/^--(no-)?/, "");
  return name === undefined ? undefined : variablePrefix + name.replaceAll("-", "_").toUpperCase();
}

/**
 * Fills in from the environment what the command line leaves out.
 * @throws CommandError when a variable's value is none for its flag
 */
export function applyEnvironment(command: Command, env: Environment): void {
  for (const option of command.options) {
    const name = option.attributeName();
    const variable = variableOf(option);
    const text = variable === undefined ? undefined : env[variable];
    const source = command.getOptionValueSource(name);
    if (text === undefined || text === "" || source === "cli" || source === "env") continue;
    try {
      command.setOptionValueWithSource(name, valueFrom(option, text), "env");
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      throw new CommandError(`${variable}="${text}": ${error.message}`, { cause: error });
    }
  }
}

function valueFrom(option: Option, text: string): unknown {
  // To commander an option such as --no-network is none that is true or false.
  if (option.isBoolean() || option.negate) return truth(text);
  if (option.argChoices !== undefined && !option.argChoices.includes(text)) {
    throw new InvalidArgumentError(`Allowed choices are ${option.argChoices.join(", ")}.`);
  }
  return option.parseArg === undefined ? text : option.parseArg(text, undefined);
}

function truth(text: string): boolean {
  if (/^(true|1|yes)$/i.test(text)) return true;
  if (/^(false|0|no)$/i.test(text)) return false;
  throw new InvalidArgumentError("true or false is wanted.");
}

/** A repeatable flag that also takes commas. */
export function listOf(text: string, previous: readonly string[] | undefined): readonly string[] {
  const values = text
    .split(",")
    .map((value) => value.trim())
    .filter((value) => value !== "");
  return [...(previous ?? []), ...values];
}

/** Account ids have 12 digits; anything else would silently match nothing. */
export function accountIds(text: string, previous: readonly string[] | undefined): readonly string[] {
  const ids = listOf(text, previous);
  const wrong = ids.find((id) => !/^\d{12}$/.test(id));
  if (wrong !== undefined) throw new InvalidArgumentError(`"${wrong}" is no AWS account id of 12 digits.`);
  return ids;
}

/** `8s`, `10m`, `1h`, or a plain number of seconds; gives milliseconds. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match?.[2] ?? "s"];
  const durationMs = Number(match?.[1]) * (unitMs ?? Number.NaN);
  if (!(durationMs > 0)) throw new InvalidArgumentError("A duration is wanted, such as 90, 90s or 10m.");
  return durationMs;
}

/** A number above 0. */
export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError("A number above 0 is wanted.");
  return value;
}

export function count(text: string): number {
  if (!/^\d{1,6}$/.test(text) || Number(text) < 1) throw new InvalidArgumentError("A whole number from 1 is wanted.");
  return Number(text);
}

export function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new InvalidArgumentError("A port from 0 (any free one) to 65535 is wanted.");
  }
  return Number(text);
}

/** A name that goes into AWS tags and file names. */
export function clusterName(text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(text)) {
    throw new InvalidArgumentError("At most 100 letters, digits, dots, - and _ are wanted, a letter or digit first.");
  }
  return text;
}

/** A boundary that names no policy would bound nothing. */
export function policyArn(text: string): string {
  if (!/^arn:aws[a-z-]*:iam::(aws|\d{12}):policy\/[\w+=,.@/-]+$/.test(text)) {
    throw new InvalidArgumentError(`"${text}" is no ARN of a policy.`);
  }
  return text;
}

/** What the flags below give. */
export interface OperatorFlags {
  readonly clusterName?: string;
  readonly takeOverClusterUid?: string | undefined;
  readonly region?: string;
  readonly allowedAccountIds?: readonly string[];
  readonly adoptableNames?: readonly string[];
  readonly allowForeignRepoint?: boolean;
  readonly defaultDeletionPolicy?: "Delete" | "Retain";
  readonly ignoreTagKeys?: readonly string[];
  readonly maxConcurrentReplacements?: number;
  readonly allowedPolicyArns?: readonly string[];
  readonly allowedRoleArns?: readonly string[];
  readonly permissionsBoundary?: string;
  readonly allowInlinePolicies?: boolean;
  readonly awsRequestsPerSecond?: number;
  readonly logLevel?: LogLevel;
}

/** The flags by which the operator itself is set, the same for every command that runs or asks it. */
export function operatorOptions(): readonly Option[] {
  return [
    new Option("--cluster-name <name>", "by which AWS objects are known as ours").argParser(clusterName),
    new Option("--take-over-cluster-uid <uid>", "make what a lost cluster of this name left in AWS ours"),
    new Option("--region <region>", "of objects that name none (default: as the AWS SDK finds it)"),
    new Option("--allowed-account-ids <ids>", "stop when the credentials are of another account").argParser(accountIds),
    new Option("--adoptable-names <globs>", "AWS objects that adoptionPolicy may take over").argParser(listOf),
    new Option("--allow-foreign-repoint", "let foreignQueues: Repoint write queues that are not ours"),
    new Option("--default-deletion-policy <policy>", "of objects that give none (default: Delete)").choices([
      "Delete",
      "Retain",
    ]),
    new Option("--ignore-tag-keys <globs>", "AWS tags that others own: neither compared nor removed").argParser(listOf),
    new Option("--max-concurrent-replacements <n>", "environments replaced at a time (default: 3)").argParser(count),
    new Option(
      "--allowed-policy-arns <globs>",
      "policies that roles in spec.iam may be given (default: reading images, writing logs)",
    ).argParser(listOf),
    new Option("--allowed-role-arns <globs>", "roles that a spec may name by ARN (default: any)").argParser(listOf),
    new Option("--permissions-boundary <arn>", "bounds every role that is made").argParser(policyArn),
    new Option("--allow-inline-policies", "let roles in spec.iam have inline policies"),
    new Option("--aws-requests-per-second <n>", "per account and region (default: 10)").argParser(positive),
  ];
}

export function logLevelOption(preset: LogLevel): Option {
  return new Option("--log-level <level>", `of the log on stderr (default: ${preset})`).choices([...logLevels]);
}
