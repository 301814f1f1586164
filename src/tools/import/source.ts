import type { KindName } from "../../api/v1alpha1/kinds.ts";
import { kinds } from "../../api/v1alpha1/kinds.ts";
import { resourceIn, resources } from "../../aws/resources/index.ts";
import { CommandError } from "../../operator/io.ts";
import { isRecord } from "../validation/defaults.ts";
import type { NamedResource } from "./names.ts";
import type { Template } from "./template.ts";
import { isAddress } from "./terraform-text.ts";

/**
 * What another tool manages, from its own list: only which resources there are. Their bodies are read from AWS, for such a
 * list may be old, and does not hold every field. Pure.
 */

export interface Source {
  readonly tool: "Terraform" | "CloudFormation";
  readonly resources: readonly SourceResource[];
  /** What stays with the tool, by its address there: roles, networks, and what the operator has no kind for. */
  readonly others: readonly string[];
  /** What a person should know of the lists. */
  readonly notes: readonly string[];
  /** Of stacks of CloudFormation, by the name of the stack, as far as they were given. */
  readonly templates: ReadonlyMap<string, Template>;
}

/** A text that a person has given, and what messages call it. */
export interface GivenFile {
  readonly name: string;
  readonly text: string;
}

export interface SourceResource extends NamedResource {
  /** In the tool: an address of Terraform; of CloudFormation the stack, if it is known, and the logical ID. */
  readonly address: string;
  readonly stack?: string | undefined;
  /** That its object should have; undefined: that of the resource. */
  readonly objectName?: string | undefined;
  /** Of the resource; of a job definition with the revision, unless CloudFormation has only its name. */
  readonly arn: string;
  readonly account: string;
}

/** What a list of the tool has. */
export interface Listed extends Pick<SourceResource, "address" | "stack"> {
  readonly arn: unknown;
}

/**
 * @param given what `terraform show -json` or `tofu show -json` prints: of any version of the provider, for each of them
 *   gives a resource its ARN
 * @throws CommandError when it is something else
 */
export function terraformSource({ name: file, text }: GivenFile): Source {
  const state = parsed(text, file);
  if (Array.isArray(state["resources"])) {
    throw new CommandError(
      `${file} is a raw state, whose form Terraform may change: give what terraform show -json prints`,
    );
  }
  if (state["planned_values"] !== undefined) {
    throw new CommandError(`${file} is a plan: give what terraform show -json prints without the name of a plan`);
  }
  const values = isRecord(state["values"]) ? state["values"] : undefined;
  if (values === undefined && typeof state["format_version"] !== "string") throw otherText(file);
  const source = sourceOf("Terraform", isRecord(values?.["root_module"]) ? inModule(values["root_module"]) : []);
  const other = source.resources.find((one) => !isAddress(one.address));
  if (other === undefined) return source;
  throw new CommandError(
    `${file} has an address that Terraform does not write, ${JSON.stringify(other.address)}: run terraform show -json again`,
  );
}

function inModule(module: Readonly<Record<string, unknown>>): readonly Listed[] {
  const own = records(module["resources"]).flatMap(({ mode, address, values }): Listed[] => {
    if (mode !== "managed" || typeof address !== "string") return [];
    return [{ address, arn: isRecord(values) ? values["arn"] : undefined }];
  });
  return [...own, ...records(module["child_modules"]).flatMap(inModule)];
}

/** What the operator has a kind for, and what stays. */
export function sourceOf(tool: Source["tool"], listed: readonly Listed[]): Source {
  const known = listed.map(({ arn, ...place }) => ({
    place,
    found: typeof arn === "string" ? resourceOf(arn) : undefined,
  }));
  return {
    tool,
    resources: known.flatMap(({ place, found }) => (found === undefined ? [] : [{ ...found, ...place }])),
    others: known.flatMap(({ place, found }) => (found === undefined ? [place.address] : [])),
    notes: [],
    templates: new Map(),
  };
}

function resourceOf(arn: string): Omit<SourceResource, "address" | "stack"> | undefined {
  const [, definition] = /:job-definition\/([^:/]+)$/.exec(arn) ?? [];
  const found = definition === undefined ? resourceIn(arn) : { type: "job-definition", name: definition };
  const kind = found === undefined ? undefined : kindOfType(found.type);
  const [, , , region = "", account = ""] = arn.split(":");
  return found === undefined || kind === undefined ? undefined : { kind, region, awsName: found.name, arn, account };
}

function kindOfType(type: string): KindName | undefined {
  return kinds.find(({ records: key }) => key !== undefined && resources[key].type === type)?.kind;
}

function parsed(text: string, file: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw otherText(file);
}

function otherText(file: string): CommandError {
  return new CommandError(`${file} is not what terraform show -json prints: run that, and give its output`);
}

function records(list: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(list) ? list.filter(isRecord) : [];
}
