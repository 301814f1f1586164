import { type Command, InvalidArgumentError, Option } from "commander";
import type { NamespaceAnnotations } from "../controllers/ownership/limits.ts";
import { type LogLevel, logLevels } from "../runtime/log.ts";
import type { Environment } from "./io.ts";

/** Flags that several commands share, and parsers of their values. */

/** How the environment variables of the operator's flags begin, and of its tools. */
export const operatorVariables = "AWS_BATCH_OPERATOR_";

/** `--cluster-name` → `AWS_BATCH_OPERATOR_CLUSTER_NAME`. @param variables how all begin */
export function variableOf(option: Option, variables: string): string | undefined {
  const name = option.long?.replace(/^--(no-)?/, "");
  return name === undefined ? undefined : variables + name.replaceAll("-", "_").toUpperCase();
}

/**
 * Reads flags that the command line leaves out from environment variables. A value that is empty, as of a variable of the
 * shell that is not set, is refused: the flag's default may allow more than what somebody meant. Only a list may be empty.
 * @returns what is wrong: the flag rejects the value of its variable, or a value is empty
 */
export function applyEnvironment(command: Command, env: Environment, variables: string): readonly string[] {
  return command.options.flatMap((option) => {
    const name = option.attributeName();
    const variable = variableOf(option, variables);
    const text = variable === undefined ? undefined : env[variable];
    const source = command.getOptionValueSource(name);
    if (source === "cli" && !(option instanceof ListOption) && isEmpty(command.getOptionValue(name))) {
      return [emptyValue(option.long ?? name)];
    }
    if (text === undefined || source === "cli" || source === "env") return [];
    if (text === "" && !(option instanceof ListOption)) return [emptyValue(variable ?? name)];
    try {
      command.setOptionValueWithSource(name, valueFrom(option, text), "env");
      return [];
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      return [`${variable}="${text}": ${error.message}`];
    }
  });
}

/** Of a flag that takes one text, or several. */
function isEmpty(value: unknown): boolean {
  return value === "" || (Array.isArray(value) && (value.length === 0 || value.includes("")));
}

function emptyValue(what: string): string {
  return `${what} is empty: give it a value, or leave it out for its default`;
}

function valueFrom(option: Option, text: string): unknown {
  // Commander does not treat an option such as --no-network as boolean.
  if (option.isBoolean() || option.negate) return truth(text);
  if (option.argChoices !== undefined && !option.argChoices.includes(text)) {
    throw new InvalidArgumentError(`Allowed choices are ${option.argChoices.join(", ")}.`);
  }
  return option.parseArg === undefined ? text : option.parseArg(text, undefined);
}

function truth(text: string): boolean {
  if (/^(true|1|yes)$/i.test(text)) return true;
  if (/^(false|0|no)$/i.test(text)) return false;
  throw new InvalidArgumentError("Expected true or false.");
}

/** A repeatable flag that also takes commas. An empty value, also of its environment variable, is an empty list. */
export class ListOption extends Option {
  /** @param parse adds the values in a text to those before; throws InvalidArgumentError */
  constructor(
    flags: string,
    description: string,
    parse: (text: string, previous: readonly string[] | undefined) => readonly string[] = listOf,
  ) {
    super(flags, description);
    this.argParser(parse);
  }
}

/** The values in a text with commas, after those before. */
export function listOf(text: string, previous: readonly string[] | undefined): readonly string[] {
  const values = text
    .split(",")
    .map((value) => value.trim())
    .filter((value) => value !== "");
  return [...(previous ?? []), ...values];
}

const accountIdForm = /^\d{12}$/;

/** An account ID has 12 digits; any other value would never match. */
export function accountIds(text: string, previous: readonly string[] | undefined): readonly string[] {
  const ids = listOf(text, previous);
  const wrong = ids.find((id) => !accountIdForm.test(id));
  if (wrong !== undefined) throw new InvalidArgumentError(`"${wrong}" is not an AWS account ID of 12 digits.`);
  return ids;
}

/** One that none of AWS's regions has the form of would never match. */
const regionForm = /^[a-z]{2,4}(-[a-z]+)+-\d$/;
const regionGlobForm = /^([a-z]{2,4}(-[a-z]+)+-\d|[a-z0-9-]*\*[a-z0-9*-]*)$/;

export function regionName(text: string): string {
  if (!regionForm.test(text)) throw new InvalidArgumentError(`"${text}" is not an AWS region, such as eu-west-1.`);
  return text;
}

/** Regions, each by its name or as a glob. */
export function regionGlobs(text: string, previous: readonly string[] | undefined): readonly string[] {
  const globs = listOf(text, previous);
  const wrong = globs.find((glob) => !regionGlobForm.test(glob));
  if (wrong === undefined) return globs;
  throw new InvalidArgumentError(`"${wrong}" is neither an AWS region, such as eu-west-1, nor a glob, such as eu-*.`);
}

const arnGlobForm = /^(arn:|\*)/;

/** ARNs, each whole or as a glob: another text would never match. */
export function arnGlobs(text: string, previous: readonly string[] | undefined): readonly string[] {
  const globs = listOf(text, previous);
  const wrong = globs.find((glob) => !arnGlobForm.test(glob));
  if (wrong === undefined) return globs;
  throw new InvalidArgumentError(`"${wrong}" is neither an ARN nor a glob of ARNs: begin it with arn: or *.`);
}

const namespacedGlobForm = /^(?:\*|[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\/[^/]+$/;

/** `NAMESPACE/GLOB`: without its namespace a glob would let every tenant have the names. */
export function namespacedGlobs(text: string, previous: readonly string[] | undefined): readonly string[] {
  const globs = listOf(text, previous);
  const bare = globs.find((glob) => !glob.includes("/"));
  if (bare !== undefined) {
    throw new InvalidArgumentError(
      `"${bare}" names no namespace: write NAMESPACE/${bare}, or */${bare} for all namespaces.`,
    );
  }
  const wrong = globs.find((glob) => !namespacedGlobForm.test(glob));
  if (wrong !== undefined) {
    throw new InvalidArgumentError(`"${wrong}" is not NAMESPACE/GLOB, with the name of a namespace or *.`);
  }
  return globs;
}

const queueUrlForm = /^https?:\/\/[^/\s?#]+\/\d{12}\/[\w-]{1,80}$/;

/** URLs of standard queues of SQS. A FIFO queue would keep the events of one job behind those of another. */
export function queueUrls(text: string, previous: readonly string[] | undefined): readonly string[] {
  const urls = listOf(text, previous);
  const wrong = urls.find((url) => !queueUrlForm.test(url));
  if (wrong === undefined) return urls;
  throw new InvalidArgumentError(
    `"${wrong}" is not the URL of a standard queue, such as https://sqs.eu-west-1.amazonaws.com/123456789012/aws-batch-operator-events.`,
  );
}

/** `8s`, `10m`, `1h`, or a plain number of seconds; gives milliseconds. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match?.[2] ?? "s"];
  const durationMs = Number(match?.[1]) * (unitMs ?? Number.NaN);
  if (!(durationMs > 0)) throw new InvalidArgumentError("Expected a duration, such as 90, 90s or 10m.");
  return durationMs;
}

/** A number above 0. */
export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError("Expected a number above 0.");
  return value;
}

export function count(text: string): number {
  if (!/^\d{1,6}$/.test(text) || Number(text) < 1) {
    throw new InvalidArgumentError("Expected a whole number from 1 to 999999.");
  }
  return Number(text);
}

export function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new InvalidArgumentError("Expected a port from 0 to 65535 (0 = any free port).");
  }
  return Number(text);
}

const clusterNameForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** A name that goes into AWS tags and file names. */
export function clusterName(text: string): string {
  if (!clusterNameForm.test(text)) {
    throw new InvalidArgumentError(
      "Expected at most 100 letters, digits, dots, - and _, beginning with a letter or digit.",
    );
  }
  return text;
}

const policyArnForm = /^arn:aws[a-z-]*:iam::(aws|\d{12}):policy\/[\w+=,.@/-]+$/;

/** A boundary that is not a policy ARN would limit nothing. */
export function policyArn(text: string): string {
  if (!policyArnForm.test(text)) throw new InvalidArgumentError(`"${text}" is not the ARN of a policy.`);
  return text;
}

/** By the parser of an option: the form of each of its values. The chart refuses others too, so that no pod starts in vain. */
export const formsOfValues: ReadonlyMap<unknown, RegExp> = new Map<unknown, RegExp>([
  [accountIds, accountIdForm],
  [regionName, regionForm],
  [regionGlobs, regionGlobForm],
  [arnGlobs, arnGlobForm],
  [namespacedGlobs, namespacedGlobForm],
  [clusterName, clusterNameForm],
  [policyArn, policyArnForm],
  [queueUrls, queueUrlForm],
]);

/** Values of the flags below. */
export interface OperatorFlags {
  readonly clusterName?: string;
  readonly takeOverClusterUid?: string | undefined;
  readonly renameClusterFrom?: string | undefined;
  readonly namesWithCluster?: boolean;
  readonly region?: string;
  readonly allowedAccountIds?: readonly string[];
  readonly allowedRegions?: readonly string[];
  readonly adoptableNames?: readonly string[];
  readonly allowedNames?: readonly string[];
  readonly allowForeignRepoint?: boolean;
  readonly allowForeignDependencies?: boolean;
  readonly defaultDeletionPolicy?: "Delete" | "Retain";
  readonly ignoreTagKeys?: readonly string[];
  readonly maxConcurrentReplacements?: number;
  readonly maxEnvironmentsPerNamespace?: number;
  readonly allowedPolicyArns?: readonly string[];
  readonly allowedRoleArns?: readonly string[];
  readonly allowedRoleTagKeys?: readonly string[];
  readonly permissionsBoundary?: string;
  readonly allowInlinePolicies?: boolean;
  readonly allowedResources?: readonly string[];
  readonly allowedEndpointServices?: readonly string[];
  readonly allowPublicIngress?: boolean;
  readonly namespaceAnnotations?: NamespaceAnnotations;
  readonly awsRequestsPerSecond?: number;
  readonly submitRate?: number;
  readonly logLevel?: LogLevel;
}

/** Flags of the operator, the same for every command that runs or asks it. */
export function operatorOptions(): readonly Option[] {
  return [
    new Option("--cluster-name <name>", "cluster name, written to the ownership tags of every AWS resource").argParser(
      clusterName,
    ),
    new Option("--take-over-cluster-uid <uid>", "take over the AWS resources of a lost cluster with this name"),
    new Option(
      "--rename-cluster-from <name>",
      "earlier --cluster-name of this cluster: what bears it in AWS gets the new name in its tags",
    ).argParser(clusterName),
    new Option(
      "--names-with-cluster",
      "begin default names in AWS with the cluster name, so that clusters can share an account; never change it later",
    ),
    new Option(
      "--region <region>",
      "default region for objects without spec.region (default: from the AWS SDK's configuration)",
    ).argParser(regionName),
    new ListOption("--allowed-account-ids <ids>", "exit if the credentials belong to another account", accountIds),
    new ListOption(
      "--allowed-regions <globs>",
      "regions that objects may name in addition to the default region (default: none)",
      regionGlobs,
    ),
    new ListOption(
      "--adoptable-names <globs>",
      "names of AWS resources that adoptionPolicy may adopt, as NAMESPACE/GLOB (*/GLOB: any namespace)",
      namespacedGlobs,
    ),
    new ListOption(
      "--allowed-names <globs>",
      "names with the prefix of another namespace that specs may give, as NAMESPACE/GLOB",
      namespacedGlobs,
    ),
    new Option("--allow-foreign-repoint", "let foreignQueues: Repoint write queues that the operator does not own"),
    new Option("--allow-foreign-dependencies", "let dependsOn.jobId name jobs that are not of the same namespace"),
    new Option(
      "--default-deletion-policy <policy>",
      "default for objects without spec.deletionPolicy (default: Delete)",
    ).choices(["Delete", "Retain"]),
    new ListOption("--ignore-tag-keys <globs>", "AWS tags to ignore: neither compared nor removed"),
    new Option(
      "--max-environments-per-namespace <n>",
      "maximum number of compute environments in AWS per namespace and region (default: no limit)",
    ).argParser(count),
    new Option(
      "--max-concurrent-replacements <n>",
      "maximum number of environments replaced at a time (default: 3)",
    ).argParser(count),
    new ListOption(
      "--allowed-policy-arns <globs>",
      "managed policies that roles in spec.iam may have (default: to pull images and write logs)",
      arnGlobs,
    ),
    new ListOption("--allowed-role-arns <globs>", "roles that a spec may name by ARN (default: any)", arnGlobs),
    new ListOption("--allowed-role-tag-keys <globs>", "keys of tags that roles in spec.iam may have (default: none)"),
    new Option(
      "--permissions-boundary <arn>",
      "permissions boundary of every role that the operator creates",
    ).argParser(policyArn),
    new Option("--allow-inline-policies", "let roles in spec.iam have inline policies"),
    new ListOption(
      "--allowed-resources <globs>",
      "subnets, security groups, launch templates, key pairs, placement groups and EKS clusters that an environment may name, e.g. subnet/subnet-0a1b,security-group/* (default: any)",
    ),
    new ListOption(
      "--allowed-endpoint-services <globs>",
      "services for which a BatchNetwork may ask for endpoints (default: those that AWS Batch needs)",
    ),
    new Option(
      "--allow-public-ingress",
      "let created security groups allow ingress from public addresses and prefix lists",
    ),
    new Option(
      "--namespace-annotations <mode>",
      "what an annotation of a Namespace does with the flag of its name: replace it, or only narrow it (default: replace)",
    ).choices(["replace", "narrow"]),
    new Option("--aws-requests-per-second <n>", "AWS calls a second, per account and region (default: 10)").argParser(
      positive,
    ),
    new Option(
      "--submit-rate <n>",
      "jobs submitted a second, and as many ended, per account and region; the other AWS calls have their own rate (default: 25)",
    ).argParser(positive),
  ];
}

/** Of whatever runs an operator for long. */
export function eventsQueueOption(): Option {
  return new ListOption(
    "--events-queue <urls>",
    "queues of SQS by which EventBridge delivers events of AWS Batch, so that ends of jobs and changes by others are seen in seconds, with fewer calls",
    queueUrls,
  );
}

export function logLevelOption(preset: LogLevel): Option {
  return new Option("--log-level <level>", `level of the log on stderr (default: ${preset})`).choices([...logLevels]);
}
