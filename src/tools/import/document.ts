import { counted } from "../../api/words.ts";
import { firstOf } from "../../controllers/wording.ts";
import type { Block, Document } from "../document/document.ts";
import { planDocument } from "../plan/document.ts";
import { entryText } from "../plan/entry.ts";
import { problemText } from "../validation/problem.ts";
import type { Skipped } from "./found.ts";
import type { NamedResource, Renamed } from "./names.ts";
import { type GoneObject, type HiddenValue, isQuiet, planLine, type Report, type WrittenObject } from "./report.ts";
import { keptText, replacedText } from "./role-report.ts";

/** What an import has come to, for a person. Pure. */

/** What a person reads first is what has to be done before the manifests are applied, and last what applying them does. */
export function importDocument(report: Report): Document {
  const { gone, inexpressible, skipped, secrets, problems, roles, operatorFlags: flags, namedRoles, source } = report;
  const list = (title: string, lines: readonly string[]): Block => ({ kind: "list", title, lines });
  return [
    { kind: "heading", of: "AWS Batch import", text: summaryOf(report), tone: "bold" },
    list("updated, as AWS has changed", updatedTexts(report)),
    list("left as a person wrote it, though AWS has something else", keptTexts(report)),
    list("describes what AWS no longer has: applied, it is created", gone.map(goneText)),
    list("not expressible", inexpressible.map(skippedText)),
    list("skipped", skipped.map(skippedText)),
    list("renamed", renamedTexts(report)),
    list("not written, because they are probably secrets", secrets.map(secretText)),
    ...valuesTexts(report).map((text): Block => ({ kind: "paragraph", text })),
    list("invalid", problems.map(problemText)),
    list("adopted, and not ready as it is in AWS now", unreadyTexts(report)),
    list("the operator makes roles of its own in place of", roles.replaced.map(replacedText)),
    list("roles that stay as they are", roles.kept.map(keptText)),
    list("the operator's policy needs (aws-batch-operator iam-policy --features)", featureTexts(report)),
    { kind: "list", title: "the operator needs", lines: flags, isCode: true },
    list(
      "the chart and the plain manifests allow no role: there the operator also needs in flags.allowedRoleArns or --allowed-role-arns",
      namedRoles,
    ),
    list("about the stacks", source?.notes ?? []),
    list(`stays with ${source?.tool}`, othersIn(report)),
    list(`before the manifests are applied, in ${source?.tool}`, source?.steps ?? []),
    filesOf(report),
    ...planOf(report),
  ];
}

function filesOf({ imported }: Report): Block {
  return {
    kind: "table",
    isCopy: true,
    columns: [{ head: "object" }, { head: "AWS" }, { head: "file" }],
    rows: imported.map((one) => [`${one.kind} ${one.name}`, `${one.region}/${one.awsName}`, one.file]),
  };
}

/** Adoptions by tags are counted; what is more than that is shown whole. */
function planOf({ plan }: Report): Document {
  if (plan === undefined) return [];
  const line = `plan: ${planLine(plan)}`;
  const loud = plan.entries.filter((entry) => !isQuiet(entry));
  if (loud.length === 0) return [{ kind: "paragraph", text: line, tone: "green" }];
  return planDocument({ ...plan, entries: loud }, line);
}

function summaryOf({ imported, dryRun, namespace, account }: Report): string {
  const count = (change: WrittenObject["change"]): number => imported.filter((one) => one.change === change).length;
  const [isNew, updated, unchanged] = [count("new"), count("updated"), count("unchanged")];
  const would = dryRun ? "would be " : "";
  const parts = [
    `${counted(isNew, "file")} ${would}written`,
    ...(updated === 0 ? [] : [`${counted(updated, "object")} ${would}updated`]),
    ...(unchanged === 0 ? [] : [`${unchanged} unchanged`]),
  ];
  return `imported ${counted(imported.length, "object")} of AWS account ${account} into namespace ${namespace}: ${parts.join(", ")}`;
}

/** As the flag of the command that prints such a policy takes them. */
function featureTexts({ features }: Report): readonly string[] {
  return features.length === 0 ? [] : [features.join(",")];
}

function othersIn({ source }: Report): readonly string[] {
  return source === undefined || source.others.length === 0 ? [] : [firstOf(source.others)];
}

function updatedTexts({ imported }: Report): readonly string[] {
  return imported.flatMap(({ file, fields }) => (fields.length === 0 ? [] : [`${file}: ${fields.join(", ")}`]));
}

function keptTexts({ imported }: Report): readonly string[] {
  return imported.flatMap(({ file, kept }) => (kept.length === 0 ? [] : [`${file}: ${kept.join(", ")}`]));
}

function goneText(one: GoneObject): string {
  const removal = one.isAlone ? "remove the file" : `remove ${one.kind} ${one.name} from the file`;
  return `${one.file}: ${resourceText(one)}: ${removal}, unless you want it again`;
}

function resourceText({ kind, region, awsName }: NamedResource): string {
  return `${kind} ${awsName} in ${region}`;
}

function skippedText(one: Skipped): string {
  return `${resourceText(one)}: ${one.why}`;
}

/** Many are of one sort: then some of each reason stand for them. */
export function renamedTexts({ renamed }: Pick<Report, "renamed">): readonly string[] {
  if (renamed.length <= mostRenamed) return renamed.map(renamedText);
  const byReason = [...Map.groupBy(renamed, ({ why }) => why).values()];
  const examples = byReason.flatMap((some) =>
    some.slice(0, Math.max(1, Math.floor(examplesOfRenamed / byReason.length))),
  );
  const shown = examples.slice(0, mostRenamed);
  return [...shown.map(renamedText), `and ${renamed.length - shown.length} more: -o json lists each`];
}

const mostRenamed = 10;
const examplesOfRenamed = 3;

function renamedText(one: Renamed): string {
  return `${resourceText(one)} is ${one.name}: ${one.why}`;
}

/** What a person checks before it is committed. */
function valuesTexts({ values: { values, written }, dryRun }: Report): readonly string[] {
  if (values === 0) return [];
  const what = "environments, commands, parameters and options";
  const verb = dryRun ? "would be" : written === 1 ? "is" : "are";
  return [
    `${written} of ${counted(values, "value")} of ${what} ${verb} in the manifests: check them before you commit, for which are secrets is a guess by names and forms`,
  ];
}

export function secretText({ file, line, field }: HiddenValue): string {
  return `${file}:${line}: ${field}`;
}

/** What is adopted, and not ready afterwards. */
function unreadyTexts({ plan }: Report): readonly string[] {
  return (plan?.entries ?? []).flatMap((entry) =>
    entry.action === "adopt" && entry.blocked !== undefined ? [`${entryText(entry)}: ${entry.blocked}`] : [],
  );
}
