import { counted } from "../../api/words.ts";
import type { PolicyFeature } from "../../aws/policy-statements.ts";
import { firstOf } from "../../controllers/wording.ts";
import { shellWord } from "../../runtime/shell.ts";
import { jsonLine, visible } from "../../runtime/visible.ts";
import { documentMarkdown } from "../document/markdown.ts";
import { documentText } from "../document/text.ts";
import { codeBlock, type Inserted, joined, Markdown, markdown } from "../markdown.ts";
import { planDocument } from "../plan/document.ts";
import { isOnlyTagged } from "../plan/effects.ts";
import { type Entry, entryText, headline, type Plan } from "../plan/entry.ts";
import { planMembers } from "../plan/json.ts";
import type { Paint } from "../terminal/paint.ts";
import { type Problem, problemText } from "../validation/problem.ts";
import type { ImportedObject } from "./decide.ts";
import type { Skipped } from "./found.ts";
import type { NamedResource, Renamed } from "./names.ts";
import { keptText, type RoleReport, replacedText } from "./role-report.ts";
import { batchRolesIn, type limitsFor } from "./roles.ts";
import type { Checked } from "./secrets.ts";
import type { Source } from "./source.ts";

/** What an import has come to, for a person, a program and a pull request. Pure. */

export interface WrittenObject extends NamedResource {
  readonly name: string;
  /** As a path from the working directory. */
  readonly file: string;
  readonly change: "new" | "updated" | "unchanged";
  /** Fields that were updated, because they have changed in AWS. */
  readonly fields: readonly string[];
  /** Fields that differ from AWS and stay: a person has written them. */
  readonly kept: readonly string[];
}

/** An object whose manifest an earlier import has written, and of which AWS has nothing now. */
export interface GoneObject extends NamedResource {
  readonly name: string;
  readonly file: string;
  /** Whether the file has no other object. */
  readonly isAlone: boolean;
}

/** A value that was not written because it is probably a secret. */
export interface HiddenValue {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly field: string;
}

export interface Report {
  readonly account: string;
  readonly namespace: string;
  readonly dryRun: boolean;
  readonly imported: readonly WrittenObject[];
  readonly gone: readonly GoneObject[];
  readonly skipped: readonly Skipped[];
  readonly inexpressible: readonly Skipped[];
  readonly renamed: readonly Renamed[];
  readonly secrets: readonly HiddenValue[];
  /** Of environments, commands, parameters and options. */
  readonly values: Checked;
  /** The other tool: what stays with it, and how it gives up what was imported. */
  readonly source?: (Pick<Source, "tool" | "others" | "notes"> & { readonly steps: readonly string[] }) | undefined;
  /** With `--roles manage`. */
  readonly roles: RoleReport;
  /** Features of its IAM policy that the operator needs. */
  readonly features: readonly PolicyFeature[];
  /** Flags that the operator needs to adopt what was imported. */
  readonly operatorFlags: readonly string[];
  /** ARNs of roles and instance profiles that the manifests name. */
  readonly namedRoles: readonly string[];
  /** Of `validate`. */
  readonly problems: readonly Problem[];
  /** Undefined: the manifests are not valid, or there are none. */
  readonly plan: Plan | undefined;
}

/** What the policy of an operator has to allow, so that it can adopt objects and do what they ask for. */
export function featuresFor(objects: readonly Pick<ImportedObject, "manifest">[]): readonly PolicyFeature[] {
  const roles = batchRolesIn(objects);
  const makesRoles = roles.length > 0;
  const makesServiceRoles = roles.some(({ purpose }) => purpose === "service" || purpose === "spot-fleet");
  return [
    ...(objects.length > 0 ? (["adopt"] as const) : []),
    ...(makesRoles ? (["iam"] as const) : []),
    ...(makesServiceRoles ? (["service-roles"] as const) : []),
  ];
}

/** The flags with which an operator adopts objects, in an order that does not change. */
export function operatorFlags(
  imported: readonly NamedResource[],
  {
    adoptableNames,
    ignoreTagKeys,
    limits,
  }: {
    readonly adoptableNames: readonly string[];
    readonly ignoreTagKeys: readonly string[];
    readonly limits: ReturnType<typeof limitsFor>;
  },
): readonly string[] {
  if (imported.length === 0) return [];
  const { allowedPolicyArns = [], allowedRoleTagKeys = [], allowInlinePolicies = false } = limits;
  const list = (flag: string, values: readonly string[]): readonly string[] =>
    values.length === 0 ? [] : [`${flag} ${shellWord(values.join(","))}`];
  const regions = [...new Set(imported.map(({ region }) => region))].sort();
  return [
    ...list("--adoptable-names", adoptableNames),
    // One alone is that of the operator.
    ...list("--allowed-regions", regions.length === 1 ? [] : regions),
    ...list("--ignore-tag-keys", ignoreTagKeys),
    ...list("--allowed-policy-arns", allowedPolicyArns),
    ...list("--allowed-role-tag-keys", allowedRoleTagKeys),
    ...(allowInlinePolicies ? ["--allow-inline-policies"] : []),
  ];
}

/** Whether `plan` finds nothing but adoptions by tags, and objects that are as their manifests say. */
export function isAdoptionOnly({ plan }: Pick<Report, "plan">): boolean {
  return plan === undefined || plan.entries.every(isQuiet);
}

/** Whether a person has nothing to do before all of it can be adopted. */
export function isComplete(report: Report): boolean {
  const { gone, inexpressible, secrets, problems, skipped } = report;
  const open = skipped.filter(({ isExpected }) => isExpected !== true);
  const counts = [gone, inexpressible, secrets, problems, open].map(({ length }) => length);
  return counts.every((count) => count === 0) && isAdoptionOnly(report);
}

/** Whether there was nothing to import, and nothing for another tool to give up. */
export function isNothing({ imported, inexpressible, problems, source }: Report): boolean {
  return [imported, inexpressible, problems, source?.steps ?? []].every((list) => list.length === 0);
}

/** Whether the report says why there was nothing. */
export function saysWhy({ gone, skipped, source }: Report): boolean {
  return gone.length + skipped.length + (source?.notes ?? []).length > 0;
}

/** Also one that is adopted, and then waits for a person as its resource does in AWS now. */
function isQuiet({ action, blocked, steps }: Entry): boolean {
  if (action !== "adopt") return action === "none" && blocked === undefined;
  return isOnlyTagged(steps.filter((step) => step.kind === "write"));
}

/** `242 adoptions, nothing else`, or the first line of the plan: what is adopted as it is counts as adopted in both. */
function planLine(plan: Plan): string {
  const asAdopted = plan.entries.map((entry) => (isQuiet(entry) ? { ...entry, blocked: undefined } : entry));
  const line = headline({ ...plan, entries: asAdopted });
  return plan.entries.every(isQuiet) ? line.replace(/;.*$/, ", nothing else") : line;
}

/** What is adopted, and not ready afterwards. */
function unreadyTexts({ plan }: Report): readonly string[] {
  return (plan?.entries ?? []).flatMap((entry) =>
    entry.action === "adopt" && entry.blocked !== undefined ? [`${entryText(entry)}: ${entry.blocked}`] : [],
  );
}

const namedRolesTitle =
  "the chart and the plain manifests allow no role: there the operator also needs in flags.allowedRoleArns or --allowed-role-arns:";

export function reportText(report: Report, paint: Paint): string {
  const { plan } = report;
  const blocks = [
    [paint("bold", summaryOf(report))],
    block("updated, as AWS has changed:", updatedTexts(report)),
    block("left as a person wrote it, though AWS has something else:", keptTexts(report)),
    block(`${goneTitle}:`, report.gone.map(goneText)),
    block("not expressible:", report.inexpressible.map(skippedText)),
    block("skipped:", report.skipped.map(skippedText)),
    block("renamed:", renamedTexts(report)),
    block("not written, because they are probably secrets:", report.secrets.map(secretText)),
    valuesTexts(report),
    block("invalid:", report.problems.map(problemText)),
    block("adopted, and not ready as it is in AWS now:", unreadyTexts(report)),
    block("the operator makes roles of its own in place of:", report.roles.replaced.map(replacedText)),
    block("roles that stay as they are:", report.roles.kept.map(keptText)),
    block("the operator's policy needs (aws-batch-operator iam-policy --features):", featureTexts(report)),
    block("the operator needs:", report.operatorFlags),
    block(namedRolesTitle, report.namedRoles),
    block("about the stacks:", report.source?.notes ?? []),
    block(`stays with ${report.source?.tool}:`, othersIn(report)),
    block(`before the manifests are applied, in ${report.source?.tool}:`, report.source?.steps ?? []),
    ...(plan === undefined ? [] : [planBlock(plan, paint)]),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function block(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${visible(line)}`)];
}

/** Adoptions by tags are counted; what is more than that is shown whole. */
function planBlock(plan: Plan, paint: Paint): readonly string[] {
  const line = `plan: ${planLine(plan)}`;
  if (plan.entries.every(isQuiet)) return [paint("green", line)];
  const loud = { ...plan, entries: plan.entries.filter((entry) => !isQuiet(entry)) };
  return [documentText(planDocument(loud, line), { paint, columns: undefined }).trimEnd()];
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

const goneTitle = "describes what AWS no longer has: applied, it is created";

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

/** One JSON object. */
export function reportJson({ plan, ...report }: Report): string {
  const planned = plan === undefined ? {} : { plan: { summary: planLine(plan), ...planMembers(plan) } };
  return jsonLine({ complete: isComplete({ ...report, plan }), ...report, ...planned });
}

/** A comment on a pull request (GitHub's Markdown). */
export function reportMarkdown(report: Report): string {
  const { plan, imported, skipped, inexpressible, secrets, problems } = report;
  const section = (title: string, lines: readonly string[]): readonly Inserted[] =>
    lines.length === 0 ? [] : ["", markdown`**${title}**`, "", ...lines.map((line) => markdown`- ${line}`)];
  const lines = [
    markdown`### AWS Batch import: ${summaryOf(report)}`,
    ...section("Updated, as AWS has changed", updatedTexts(report)),
    ...section("Left as a person wrote it, though AWS has something else", keptTexts(report)),
    ...section(`D${goneTitle.slice(1)}`, report.gone.map(goneText)),
    ...section("Not expressible", inexpressible.map(skippedText)),
    ...section("Skipped", skipped.map(skippedText)),
    ...section("Renamed", renamedTexts(report)),
    ...section("Not written, because they are probably secrets", secrets.map(secretText)),
    ...valuesTexts(report).flatMap((line) => ["", line]),
    ...section("Invalid", problems.map(problemText)),
    ...section("Adopted, and not ready as it is in AWS now", unreadyTexts(report)),
    ...section("The operator makes roles of its own in place of", report.roles.replaced.map(replacedText)),
    ...section("Roles that stay as they are", report.roles.kept.map(keptText)),
    ...section("The operator's policy needs (aws-batch-operator iam-policy --features)", featureTexts(report)),
    ...(report.operatorFlags.length === 0 ? [] : ["", "The operator needs:", "", codeBlock(report.operatorFlags)]),
    ...section(`T${namedRolesTitle.slice(1, -1)}`, report.namedRoles),
    ...section("About the stacks", report.source?.notes ?? []),
    ...section(`Stays with ${report.source?.tool}`, othersIn(report)),
    ...section(`Before the manifests are applied, in ${report.source?.tool}`, report.source?.steps ?? []),
    ...(imported.length === 0
      ? []
      : [
          "",
          new Markdown("| object | AWS | file |"),
          new Markdown("|---|---|---|"),
          ...imported.map((one) => markdown`| ${one.kind} ${one.name} | ${one.region}/${one.awsName} | ${one.file} |`),
        ]),
    ...(plan === undefined
      ? []
      : plan.entries.every(isQuiet)
        ? ["", `Plan: ${planLine(plan)}.`]
        : [
            "",
            new Markdown(
              documentMarkdown(
                planDocument(
                  { ...plan, entries: plan.entries.filter((entry) => !isQuiet(entry)) },
                  `plan: ${planLine(plan)}`,
                ),
              ).trimEnd(),
            ),
          ]),
  ];
  return `${joined(lines, "\n").text}\n`;
}
