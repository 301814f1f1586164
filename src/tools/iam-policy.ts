import { Command, InvalidArgumentError, Option } from "commander";
import { managedPolicies } from "../aws/managed-policies.ts";
import { partitionOfRegion } from "../aws/names.ts";
import { largestInlinePolicy, largestPolicy, operatorPolicy, type PolicyDocument } from "../aws/operator-policy.ts";
import { type PolicyFeature, type PolicyScope, policyFeatures } from "../aws/policy-statements.ts";
import { tagGuard } from "../aws/tag-guard.ts";
import { irsaTrust, podIdentityTrust, type TrustScope } from "../aws/trust-policies.ts";
import { clusterTag } from "../controllers/ownership/ownership.ts";
import { defaultAllowedPolicyArns } from "../controllers/parts/roles/limits.ts";
import { rolePath } from "../controllers/parts/roles/names.ts";
import { operatorName, operatorNamespace } from "../kube/installation.ts";
import { clusterName, ListOption, listOf, regionName } from "../operator/flags.ts";
import { CommandError, type Ending, exitCodes, type Io, refuse } from "../operator/io.ts";
import { shell } from "../runtime/shell.ts";

interface IamPolicyFlags {
  readonly features: readonly PolicyFeature[];
  readonly account?: string;
  readonly region?: readonly string[];
  readonly clusterName: string;
  readonly renameClusterFrom?: string;
  readonly names?: readonly string[];
  readonly passRoles?: readonly string[];
  readonly repairRoles?: readonly string[];
  readonly allowedPolicyArns?: readonly string[];
  readonly permissionsBoundary?: readonly string[];
  readonly allowInlinePolicies?: boolean;
  readonly allowedRoleTagKeys?: readonly string[];
  readonly managed?: number;
  readonly scp?: readonly string[];
  readonly trust?: "irsa" | "pod-identity";
  readonly serviceAccount: string;
  readonly oidcIssuer?: string;
  readonly eksClusterArn?: string;
}

const defaultFeatures: readonly PolicyFeature[] = ["iam", "network", "diagnose"];

export function iamPolicyCommand(io: Io, ending: Ending): Command {
  const command = new Command("iam-policy")
    .summary("print the IAM policy that the operator needs")
    .description(
      "Prints the least-privilege IAM policy of the operator itself, generated from the calls that it makes; with --trust, the trust policy of its role; with --scp, a service control policy that protects its tags.",
    )
    .addOption(
      new ListOption(
        "--features <list>",
        "what the operator may do in addition to managing Batch; see below",
        features,
      ).default(defaultFeatures, defaultFeatures.join(",")),
    )
    .addOption(new Option("--account <id>", "AWS account of 12 digits (default: any)").argParser(accountId))
    .addOption(new Option("--region <regions>", "regions of the objects (default: all of AWS)").argParser(regions))
    .addOption(
      new Option("--cluster-name <name>", "cluster name of the operator").argParser(clusterName).default("default"),
    )
    .addOption(
      new Option("--rename-cluster-from <name>", "earlier name of the cluster, while run has this flag").argParser(
        clusterName,
      ),
    )
    .addOption(
      new Option(
        "--names <globs>",
        "names without _ that specs give to what the operator creates; * is a wildcard",
      ).argParser(namesGiven),
    )
    .addOption(
      new Option("--pass-roles <arns>", "roles that manifests name by ARN; * is a wildcard").argParser(roleArns),
    )
    .addOption(
      new Option("--repair-roles <arns>", "foreign service roles that the operator may create again").argParser(
        roleArns,
      ),
    )
    .addOption(new ListOption("--allowed-policy-arns <globs>", "managed policies that its roles may have, as for run"))
    .addOption(
      new Option("--permissions-boundary <arns>", "permissions boundaries; every role must have one of them").argParser(
        listOf,
      ),
    )
    .option("--allow-inline-policies", "allow inline policies of its roles")
    .addOption(new ListOption("--allowed-role-tag-keys <globs>", "keys of tags that its roles may have, as for run"))
    .addOption(
      new Option(
        "--managed <n>",
        `print only the n-th of the required managed policies, each with at most ${largestPolicy} characters`,
      ).argParser(ordinal),
    )
    .addOption(
      new Option("--trust <way>", "print the trust policy of the operator's role").choices(["irsa", "pod-identity"]),
    )
    .option(
      "--service-account <namespace/name>",
      "ServiceAccount of the operator",
      `${operatorNamespace}/${operatorName}`,
    )
    .addOption(
      new Option(
        "--scp <arns>",
        "print the service control policy that lets only these roles write tags awsbatch.dev/*",
      ).argParser(roleArns),
    )
    .option("--oidc-issuer <url>", "with --trust irsa: the cluster's OIDC issuer")
    .option("--eks-cluster-arn <arn>", "with --trust pod-identity: the EKS cluster")
    .addHelpText("after", () => featureHelp());
  return command.action(ending(async () => iamPolicy(command.opts<IamPolicyFlags>(), io)));
}

function iamPolicy(flags: IamPolicyFlags, io: Io): number {
  if (flags.trust !== undefined) {
    io.stdout.write(document(trustPolicy(flags)));
    return exitCodes.done;
  }
  if (flags.scp !== undefined) {
    io.stdout.write(document(tagGuard(flags.scp)));
    return exitCodes.done;
  }
  const scope = scopeOf(flags);
  const whole = operatorPolicy(scope);
  const parts = managedPolicies(whole);
  io.stdout.write(document(flags.managed === undefined ? whole : partOf(parts, flags.managed)));
  const note = flags.managed === undefined ? noteOnSize(whole, parts.length) : noteOnPart(flags.managed, parts.length);
  if (note !== undefined) io.stderr.write(`note: ${note}\n`);
  if (scope.features.includes("iam") && scope.boundaryArns.length === 0) {
    io.stderr.write(
      "note: roles that the operator creates need no permissions boundary, so whoever has its credentials can give them every policy that is listed: name one in --permissions-boundary\n",
    );
  }
  if (scope.passRoleArns.length === 0) {
    io.stderr.write(
      "note: the operator cannot pass roles to AWS Batch that manifests name by ARN: list them in --pass-roles\n",
    );
  }
  return exitCodes.done;
}

/** @throws CommandError when there are fewer */
function partOf(parts: readonly PolicyDocument[], ordinalNumber: number): PolicyDocument {
  const part = parts[ordinalNumber - 1];
  if (part === undefined) {
    throw new CommandError(
      `${shell`--managed ${ordinalNumber}`}: everything fits into ${count(parts.length)}; print each of them`,
    );
  }
  return part;
}

/** A note about the possible use of the document; undefined: any use. */
function noteOnSize(policy: PolicyDocument, parts: number): string | undefined {
  const size = JSON.stringify(policy).length;
  if (size <= largestPolicy) return undefined;
  const managed = `${count(parts)}, by ${inWords(parts)}`;
  const how =
    size <= largestInlinePolicy
      ? `use it as an inline policy of the operator's role (${largestInlinePolicy}), or ${managed}`
      : `use ${managed}; an inline policy of a role allows ${largestInlinePolicy}`;
  return `these ${size} characters are more than the ${largestPolicy} of a managed policy: ${how}`;
}

function noteOnPart(part: number, parts: number): string | undefined {
  if (parts === 1) return undefined;
  return `this is ${part} of ${count(parts)}: the operator's role needs all of them`;
}

function count(parts: number): string {
  return parts === 1 ? "1 managed policy" : `${parts} managed policies`;
}

function inWords(parts: number): string {
  return Array.from({ length: parts }, (_, index) => shell`--managed ${index + 1}`).join(" and ");
}

function scopeOf(flags: IamPolicyFlags): PolicyScope {
  const inRegions = flags.region ?? ["*"];
  const roles = { passRoleArns: flags.passRoles ?? [], repairRoleArns: flags.repairRoles ?? [] };
  const boundaryArns = flags.permissionsBoundary ?? [];
  const partition = partitionOf(inRegions);
  const ofPartition = defaultAllowedPolicyArns.map((arn) => arn.replace("arn:aws*:", `arn:${partition}:`));
  return {
    partition,
    account: flags.account ?? "*",
    regions: inRegions,
    tag: { key: clusterTag, value: flags.clusterName },
    formerTagValue: flags.renameClusterFrom,
    names: flags.names ?? [],
    rolePath: rolePath(flags.clusterName),
    features: flags.features,
    ...roles,
    policyArns: flags.allowedPolicyArns ?? ofPartition,
    boundaryArns,
    inlinePolicies: flags.allowInlinePolicies ?? false,
    roleTagKeys: flags.allowedRoleTagKeys ?? [],
  };
}

function trustPolicy(flags: IamPolicyFlags): object {
  const { account = "", oidcIssuer = "", eksClusterArn = "" } = flags;
  const [namespace = "", serviceAccount = "", ...rest] = flags.serviceAccount.split("/");
  const isIrsa = flags.trust === "irsa";
  refuse([
    (namespace === "" || serviceAccount === "" || rest.length > 0) &&
      `--service-account "${flags.serviceAccount}" is not <namespace>/<name>`,
    account === "" && "--trust needs --account, the AWS account of 12 digits",
    isIrsa && oidcIssuer === "" && "--trust irsa needs --oidc-issuer, the cluster's OIDC issuer",
    !isIrsa && eksClusterArn === "" && "--trust pod-identity needs --eks-cluster-arn",
  ]);
  const scope: TrustScope = { partition: partitionOf(flags.region ?? ["*"]), account, namespace, serviceAccount };
  return isIrsa ? irsaTrust(scope, oidcIssuer) : podIdentityTrust(scope, eksClusterArn);
}

/** @throws CommandError if the regions are in several partitions, because a policy is for one */
function partitionOf(inRegions: readonly string[]): string {
  const partitions = [...new Set(inRegions.map(partitionOfRegion))];
  const [partition = "aws"] = partitions;
  if (partitions.length > 1) {
    throw new CommandError(`the regions ${inRegions.join(", ")} are in several partitions (${partitions.join(", ")})`);
  }
  return partition;
}

function document(policy: object): string {
  return `${JSON.stringify(policy, undefined, 2)}\n`;
}

function features(text: string): readonly PolicyFeature[] {
  const names = text === "none" ? [] : listOf(text, undefined);
  const wrong = names.find((name) => !Object.hasOwn(policyFeatures, name));
  if (wrong !== undefined) {
    throw new InvalidArgumentError(`"${wrong}" is not one of ${Object.keys(policyFeatures).join(", ")}, none.`);
  }
  return names as readonly PolicyFeature[];
}

function accountId(text: string): string {
  if (!/^\d{12}$/.test(text)) throw new InvalidArgumentError(`"${text}" is not an AWS account ID of 12 digits.`);
  return text;
}

function regions(text: string, previous: readonly string[] | undefined): readonly string[] {
  return listOf(text, previous).map(regionName);
}

/** A glob that begins with a wildcard would be nearly as wide as the feature `adopt`. */
function namesGiven(text: string, previous: readonly string[] | undefined): readonly string[] {
  const all = listOf(text, previous);
  const wrong = all.find((name) => !/^[A-Za-z0-9][A-Za-z0-9_-]*\*?$/.test(name));
  if (wrong !== undefined) {
    throw new InvalidArgumentError(
      `"${wrong}" is not a name, or the beginning of one and a *. For all names use the feature adopt.`,
    );
  }
  return all;
}

function ordinal(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError(`"${text}" is not a number from 1 to 99.`);
  return Number(text);
}

function roleArns(text: string, previous: readonly string[] | undefined): readonly string[] {
  const all = listOf(text, previous);
  const wrong = all.find((arn) => !/^arn:aws[a-z-]*:iam::(\d{12}|\*):role\/\S+$/.test(arn));
  if (wrong !== undefined) throw new InvalidArgumentError(`"${wrong}" is not the ARN of a role.`);
  return all;
}

function featureHelp(): string {
  const lines = Object.entries(policyFeatures).map(([name, text]) => `  ${name.padEnd(20)} ${text}`);
  return `\nFeatures (comma separated, or none):\n${lines.join("\n")}`;
}
