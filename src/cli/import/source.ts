import type { KindName } from "../../api/v1alpha1/kinds.ts";
import { kinds } from "../../api/v1alpha1/kinds.ts";
import { resourceIn } from "../../aws/names.ts";
import { resources } from "../../aws/resources/index.ts";
import { CommandError } from "../io.ts";
import { isRecord } from "../validation/defaults.ts";
import type { NamedResource } from "./names.ts";

/**
 * What another tool manages, from its own list: only which resources there are. Their bodies are read from AWS, for such a
 * list may be old, and does not hold every field. Pure.
 */

export interface Source {
  readonly tool: "Terraform" | "CloudFormation";
  readonly resources: readonly SourceResource[];
  /** What stays with the tool, by its address there: roles, networks, and what the operator has no kind for. */
  readonly others: readonly string[];
}

export interface SourceResource extends NamedResource {
  /** In the tool: an address of Terraform, a logical ID of CloudFormation. */
  readonly address: string;
  /** Of the resource; of a job definition with the revision. */
  readonly arn: string;
  readonly account: string;
}

interface Listed {
  readonly address: string;
  readonly arn: unknown;
}

/**
 * @param text what `terraform show -json` or `tofu show -json` prints: of any version of the provider, for each of them
 *   gives a resource its ARN
 * @param file its name in messages
 * @throws CommandError when it is something else
 */
export function terraformSource(text: string, file: string): Source {
  const state = parsed(text, file, "terraform show -json");
  if (Array.isArray(state["resources"])) {
    throw new CommandError(
      `${file} is a raw state, whose form Terraform may change: give what terraform show -json prints`,
    );
  }
  const values = isRecord(state["values"]) ? state["values"] : undefined;
  if (values === undefined && typeof state["format_version"] !== "string")
    throw otherText(file, "terraform show -json");
  return sourceOf("Terraform", isRecord(values?.["root_module"]) ? inModule(values["root_module"]) : []);
}

function inModule(module: Readonly<Record<string, unknown>>): readonly Listed[] {
  const own = records(module["resources"]).flatMap(({ mode, address, values }): Listed[] => {
    if (mode !== "managed" || typeof address !== "string") return [];
    return [{ address, arn: isRecord(values) ? values["arn"] : undefined }];
  });
  return [...own, ...records(module["child_modules"]).flatMap(inModule)];
}

/**
 * @param text what `aws cloudformation describe-stack-resources` or `list-stack-resources` prints: the physical ID of a
 *   resource of AWS Batch is its ARN
 * @throws CommandError when it is something else
 */
export function cloudFormationSource(text: string, file: string): Source {
  const command = "aws cloudformation describe-stack-resources";
  const answer = parsed(text, file, command);
  const list = answer["StackResources"] ?? answer["StackResourceSummaries"];
  if (!Array.isArray(list)) throw otherText(file, command);
  const listed = records(list).flatMap((one): Listed[] => {
    const { LogicalResourceId: address, PhysicalResourceId: arn, ResourceStatus: status } = one;
    return typeof address !== "string" || status === "DELETE_COMPLETE" ? [] : [{ address, arn }];
  });
  return sourceOf("CloudFormation", listed);
}

function sourceOf(tool: Source["tool"], listed: readonly Listed[]): Source {
  const known = listed.map(({ address, arn }) => ({
    address,
    found: typeof arn === "string" ? resourceOf(arn) : undefined,
  }));
  return {
    tool,
    resources: known.flatMap(({ address, found }) => (found === undefined ? [] : [{ ...found, address }])),
    others: known.flatMap(({ address, found }) => (found === undefined ? [address] : [])),
  };
}

function resourceOf(arn: string): Omit<SourceResource, "address"> | undefined {
  const found = resourceIn(arn);
  const kind = found === undefined ? undefined : kindOfType(found.type);
  const [, , , region = "", account = ""] = arn.split(":");
  return found === undefined || kind === undefined ? undefined : { kind, region, awsName: found.name, arn, account };
}

function kindOfType(type: string): KindName | undefined {
  return kinds.find(({ records: key }) => key !== undefined && resources[key].type === type)?.kind;
}

function parsed(text: string, file: string, command: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw otherText(file, command);
}

function otherText(file: string, command: string): CommandError {
  return new CommandError(`${file} is not what ${command} prints: run that, and give its output`);
}

function records(list: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(list) ? list.filter(isRecord) : [];
}
