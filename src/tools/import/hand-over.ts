import type { KindName } from "../../api/v1alpha1/kinds.ts";
import { resourceIn } from "../../aws/resources/index.ts";
import { shell } from "../../runtime/shell.ts";
import { resourceKey } from "./names.ts";
import type { Source, SourceResource } from "./source.ts";
import { logicalId } from "./stacks.ts";
import type { Template } from "./template.ts";
import { hclText } from "./terraform-text.ts";

/** How another tool gives up what was imported without destroying it, and takes it back. Pure. */

export interface HandOver {
  /** Files for the configuration of the tool, by path below the directory of the manifests. */
  readonly files: ReadonlyMap<string, string>;
  /** What a person does in the tool, in order. */
  readonly steps: readonly string[];
}

/** @param imported by `resourceKey` */
export function handOver(source: Source, imported: ReadonlySet<string>): HandOver {
  const given = source.resources.filter((one) => imported.has(resourceKey(one)));
  if (given.length === 0) return { files: new Map(), steps: [] };
  return source.tool === "Terraform" ? fromTerraform(source, given) : fromCloudFormation(source, given);
}

function fromTerraform({ resources }: Source, given: readonly SourceResource[]): HandOver {
  const whole = [...new Set(given.map(({ address }) => withoutKeys(address)))].filter((resource) =>
    resources.every((one) => withoutKeys(one.address) !== resource || given.includes(one)),
  );
  // A removed block takes no key of an instance.
  const single = given.filter(({ address }) => !whole.includes(withoutKeys(address)));
  const removed = whole.map(
    (resource) => `removed {\n  from = ${resource}\n\n  lifecycle {\n    destroy = false\n  }\n}\n`,
  );
  return {
    files: new Map([
      ...(removed.length === 0 ? [] : [["terraform/removed.tf", removed.join("\n")] as const]),
      ["terraform/import.tf", given.map(importBlock).join("\n")],
    ]),
    steps: [
      ...(removed.length === 0
        ? []
        : [
            "in Terraform 1.7 or later, replace the resources by terraform/removed.tf, and apply: nothing is destroyed",
          ]),
      ...single.map(({ address }) => shell`terraform state rm ${address}`),
      "to go back after aws-batch-operator release, restore the resources, and apply with terraform/import.tf",
    ],
  };
}

/** The address of the whole resource, of which `count` and `for_each` make instances. */
function withoutKeys(address: string): string {
  return address.replaceAll(/\[(?:"(?:[^"\\]|\\.)*"|\d+)\]/g, "");
}

/** What the AWS provider imports by name; all else by ARN (its documentation). */
const importedByName: ReadonlySet<KindName> = new Set(["BatchComputeEnvironment"]);

function importBlock({ kind, awsName, address, arn }: SourceResource): string {
  const id = importedByName.has(kind) ? awsName : arn;
  return `import {\n  to = ${address}\n  id = ${hclText(id)}\n}\n`;
}

function fromCloudFormation({ templates }: Source, given: readonly SourceResource[]): HandOver {
  const byStack = [...Map.groupBy(given, ({ stack }) => stack ?? "")];
  return {
    files: new Map(
      byStack.map(([stack, own]) => [importFile(stack), `${JSON.stringify(own.map(importEntry), null, 2)}\n`]),
    ),
    steps: byStack.flatMap(([stack, own]) => [
      ...leavingSteps(stack, own.map(logicalId), templates.get(stack)),
      returningStep(stack),
    ]),
  };
}

/**
 * JSON without an extension by which kubectl, Argo CD and Flux know manifests: they would take it for one.
 * @param stack "" when its list does not name it
 */
function importFile(stack: string): string {
  return `cloudformation/${stack === "" ? "" : `${stack.replaceAll("/", ".")}.`}import.txt`;
}

/** Each type's identifier in the schemas of CloudFormation's registry. */
function importEntry(resource: SourceResource): object {
  const { awsName, arn } = resource;
  // The ARN of a job definition may have no revision.
  const type = (resourceIn(arn)?.type ?? "job-definition").replaceAll(/(?:^|-)[a-z]/g, (part) =>
    part.slice(-1).toUpperCase(),
  );
  return {
    ResourceType: `AWS::Batch::${type}`,
    LogicalResourceId: logicalId(resource),
    ResourceIdentifier: identifierOf(type, awsName, arn),
  };
}

function identifierOf(type: string, name: string, arn: string): Readonly<Record<string, string>> {
  switch (type) {
    case "JobDefinition":
      return { JobDefinitionName: name };
    case "SchedulingPolicy":
      return { Arn: arn };
    default:
      return { [`${type}Arn`]: arn };
  }
}

function returningStep(stack: string): string {
  const file = importFile(stack);
  const where = stack === "" ? "" : `${stack}: `;
  return `${where}to go back after aws-batch-operator release, write the resources into the template as they are now, each with DeletionPolicy: Retain, correct the ARNs of replaced environments in ${file}, and import them: ${shell`aws cloudformation create-change-set --change-set-type IMPORT --resources-to-import file://${file} --stack-name ${stack === "" ? "STACK" : stack} --change-set-name back --template-body file://TEMPLATE`}`;
}

/** @param stack "" when its list does not name it */
function leavingSteps(stack: string, ids: readonly string[], template: Template | undefined): readonly string[] {
  const leaving = new Set(ids);
  const open = ids.filter((id) => template?.resources.get(id)?.isRetained !== true);
  const where = stack === "" ? "" : `${stack}: `;
  const references = (template?.references ?? []).flatMap(({ from, to }) => {
    const named = ids.filter((id) => to.has(id));
    return leaving.has(from) || named.length === 0 ? [] : [`${from} (${named.join(", ")})`];
  });
  return [
    ...(open.length === 0
      ? []
      : [
          `${where}give these resources DeletionPolicy: Retain and UpdateReplacePolicy: Retain, and update the stack: ${open.join(", ")}`,
        ]),
    ...(references.length === 0
      ? []
      : [`${where}write names or ARNs in place of the references to them: ${references.join(", ")}`]),
    `${where}remove ${ids.join(", ")} from the template, and update the stack again: AWS keeps them`,
  ];
}
