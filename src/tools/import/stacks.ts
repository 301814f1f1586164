import { kindOf } from "../../api/v1alpha1/kinds.ts";
import { CommandError } from "../../operator/io.ts";
import { shell } from "../../runtime/shell.ts";
import { isRecord } from "../validation/defaults.ts";
import { resourceKey } from "./names.ts";
import { type GivenFile, type Listed, type Source, type SourceResource, sourceOf } from "./source.ts";
import { jsonOrYaml, type Template, templateIn } from "./template.ts";

/** What stacks of CloudFormation manage. Pure. */

/** As `describe-stack-resources` and `list-stack-resources` print it. */
interface StackResource {
  /** Of the stack; undefined: from a list that does not name it. */
  readonly stackId: string | undefined;
  readonly stackName: string | undefined;
  readonly id: string;
  readonly type: string;
  readonly physicalId: string | undefined;
}

interface Stack {
  /** Of a nested one with the names of those around it: `prod/Queues`. */
  readonly name: string | undefined;
  readonly resources: readonly StackResource[];
}

const listing = "aws cloudformation describe-stack-resources";

/**
 * @param files what `aws cloudformation describe-stack-resources` or `list-stack-resources` prints of one or more stacks: the
 *   physical ID of a resource of AWS Batch is its ARN, or of a job definition its name; and templates of these stacks, or what `get-template` prints
 * @throws CommandError when one is something else, or a template belongs to none of the stacks
 */
export function cloudFormationSource(files: readonly GivenFile[]): Source {
  const read = files.map((file) => ({ file, ...contentOf(file) }));
  const lists = read.flatMap(({ list }) => (list === undefined ? [] : [list]));
  const given = read.flatMap(({ file, template }) => (template === undefined ? [] : [{ file, template }]));
  if (lists.length === 0) {
    throw new CommandError(
      `${files[0]?.name} is a template, which does not say what its resources are in AWS: give also the output of ${listing}`,
    );
  }
  const stacks = stacksIn(lists.flat());
  for (const { file, template } of given) requireStack(file, template, stacks);
  const templates = new Map(
    stacks.flatMap(({ name, resources }): [string, Template][] => {
      const own = templateOf(
        resources,
        given.map(({ template }) => template),
      );
      return own === undefined ? [] : [[name ?? "", own]];
    }),
  );
  const source = sourceOf("CloudFormation", stacks.flatMap(listedIn));
  const resources = source.resources.map((one) => ({ ...one, objectName: objectName(one, templates) }));
  const notes = [...nestedNotes(stacks), ...fullNotes(lists), ...sharedNotes(resources)];
  return { ...source, resources, templates, notes };
}

function contentOf({ name, text }: GivenFile): {
  readonly list?: readonly StackResource[];
  readonly template?: Template;
} {
  const value = jsonOrYaml(text);
  const list = isRecord(value) ? (value["StackResources"] ?? value["StackResourceSummaries"]) : undefined;
  if (Array.isArray(list)) return { list: list.filter(isRecord).flatMap(stackResource) };
  const template = templateIn(value);
  if (template !== undefined) return { template };
  throw new CommandError(`${name} is neither what ${listing} prints, nor a template: run that, and give its output`);
}

function stackResource(one: Readonly<Record<string, unknown>>): readonly StackResource[] {
  const { LogicalResourceId: id, ResourceType: type, ResourceStatus: status } = one;
  if (typeof id !== "string" || status === "DELETE_COMPLETE") return [];
  const [stackId, stackName, physicalId] = [one["StackId"], one["StackName"], one["PhysicalResourceId"]].map((text) =>
    typeof text === "string" ? text : undefined,
  );
  return [{ stackId, stackName, id, type: String(type), physicalId }];
}

/** The same list may be given twice. */
function stacksIn(all: readonly StackResource[]): readonly Stack[] {
  const byStack = Map.groupBy(all, ({ stackId, stackName }) => stackId ?? stackName);
  const nestedIn = new Map(all.filter(isStack).map((one) => [one.physicalId, one]));
  return [...byStack.values()].map((resources) => ({
    name: nameOf(resources[0], nestedIn),
    resources: [...new Map(resources.map((one) => [one.id, one])).values()],
  }));
}

function isStack({ type }: StackResource): boolean {
  return type === "AWS::CloudFormation::Stack";
}

function nameOf(
  one: StackResource | undefined,
  nestedIn: ReadonlyMap<string | undefined, StackResource>,
): string | undefined {
  const names: string[] = [];
  const seen = new Set<string>();
  for (let at = one; at?.stackId !== undefined && !seen.has(at.stackId); ) {
    seen.add(at.stackId);
    const around = nestedIn.get(at.stackId);
    names.unshift(around?.id ?? at.stackName ?? "");
    at = around;
  }
  return names.length === 0 ? one?.stackName : names.join("/");
}

function listedIn(stack: Stack): readonly Listed[] {
  return stack.resources.map((one) => {
    return { address: addressIn(stack, one.id), stack: stack.name, arn: arnOf(one, stack.resources) };
  });
}

/**
 * The registry's schema of a job definition identifies it by its name, in the region and account of its stack; documentation and
 * older stacks have the ARN of a revision.
 */
function arnOf({ type, physicalId }: StackResource, all: readonly StackResource[]): string | undefined {
  if (type !== "AWS::Batch::JobDefinition" || physicalId === undefined || physicalId.startsWith("arn:")) {
    return physicalId;
  }
  const ids = all.flatMap(({ stackId, physicalId: other }) => [stackId ?? "", other ?? ""]);
  const [, partition, place] =
    ids.map((id) => /^arn:([^:]+):(?:batch|cloudformation):([^:]+:\d{12}):/.exec(id)).find((found) => found !== null) ??
    [];
  return place === undefined ? undefined : `arn:${partition}:batch:${place}:job-definition/${physicalId}`;
}

function addressIn({ name }: Pick<Stack, "name">, id: string): string {
  return name === undefined ? id : `${name}/${id}`;
}

/** The resources of AWS Batch that a template should have and has not; the others may come from macros. */
function lackingIn({ resources: known }: Template, resources: readonly StackResource[]): readonly StackResource[] {
  return resources.filter(({ id, type }) => type.startsWith("AWS::Batch::") && known.get(id)?.type !== type);
}

/** Of several that have every resource the one with the fewest others. */
function templateOf(resources: readonly StackResource[], templates: readonly Template[]): Template | undefined {
  return templates
    .filter((template) => lackingIn(template, resources).length === 0)
    .toSorted((left, right) => left.resources.size - right.resources.size)[0];
}

function requireStack({ name }: GivenFile, template: Template, stacks: readonly Stack[]): void {
  const lacking = stacks.map(({ resources }) => lackingIn(template, resources)[0]);
  const [first] = lacking;
  if (first === undefined || lacking.includes(undefined)) return;
  throw new CommandError(
    `${name} is not the template of a stack that was given: it has no ${first.type} ${first.id}. Give what aws cloudformation get-template prints, or leave it out`,
  );
}

/**
 * The name of the object for a resource whose name CloudFormation has made up: from those of its stack and its logical ID.
 * AWS's CDK ends a logical ID with a hash.
 */
function objectName(
  { kind, address, stack }: SourceResource,
  templates: ReadonlyMap<string, Template>,
): string | undefined {
  const id = logicalId({ address, stack });
  const known = templates.get(stack ?? "")?.resources.get(id);
  const { field } = kindOf(kind).awsName;
  const property = `${field.charAt(0).toUpperCase()}${field.slice(1)}`;
  if (known === undefined || known.properties.has(property)) return undefined;
  const readable = id.replace(/(?<=.)[0-9A-F]{8}$/, "");
  const words = [...(stack?.split("/") ?? []), readable].map((word) => word.replaceAll(/([a-z])([A-Z])/g, "$1-$2"));
  const name = words.join("-");
  return name.length > longestName ? undefined : name;
}

/** Of AWS Batch. */
const longestName = 128;

/** Of a resource in its stack. */
export function logicalId({ address, stack }: Pick<SourceResource, "address" | "stack">): string {
  return stack === undefined ? address : address.slice(stack.length + 1);
}

/** A list of a stack does not have what its nested stacks have. */
function nestedNotes(stacks: readonly Stack[]): readonly string[] {
  const given = new Set(stacks.flatMap(({ resources }) => resources.map(({ stackId }) => stackId)));
  return stacks.flatMap((stack) => {
    const missing = stack.resources.filter((one) => isStack(one) && !given.has(one.physicalId));
    return missing.map(
      ({ id, physicalId }) =>
        `${addressIn(stack, id)} is a nested stack: for what it has, give also the output of ${listing} ${shell`--stack-name ${physicalId ?? ""}`}`,
    );
  });
}

/** As many resources as one call gives (API reference of DescribeStackResources). */
const mostResources = 100;

function fullNotes(lists: readonly (readonly StackResource[])[]): readonly string[] {
  return lists
    .filter((list) => list.length === mostResources && list[0]?.stackName !== undefined)
    .map(
      ([first]) =>
        `${first?.stackName} may have more than the ${mostResources} resources that ${listing} gives: give the output of aws cloudformation list-stack-resources ${shell`--stack-name ${first?.stackName ?? ""}`}`,
    );
}

/** Each stack registers revisions of its own under one name. */
function sharedNotes(resources: readonly SourceResource[]): readonly string[] {
  return [...Map.groupBy(resources, resourceKey).values()]
    .filter((same) => same.length > 1)
    .map((same) => {
      const [{ kind, region, awsName }] = same as [SourceResource, ...SourceResource[]];
      return `${kind} ${awsName} in ${region} is one object, and in several stacks, which all have to give it up: ${same.map(({ address }) => address).join(", ")}`;
    });
}
