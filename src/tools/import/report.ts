import type { PolicyFeature } from "../../aws/policy-statements.ts";
import { shellWord } from "../../runtime/shell.ts";
import { jsonLine } from "../../runtime/visible.ts";
import { isOnlyTagged } from "../plan/effects.ts";
import { type Entry, headline, type Plan } from "../plan/entry.ts";
import { planMembers } from "../plan/json.ts";
import type { Problem } from "../validation/problem.ts";
import type { ImportedObject } from "./decide.ts";
import type { Skipped } from "./found.ts";
import type { NamedResource, Renamed } from "./names.ts";
import type { RoleReport } from "./role-report.ts";
import { batchRolesIn, type limitsFor } from "./roles.ts";
import type { Checked } from "./secrets.ts";
import type { Source } from "./source.ts";

/** What an import has come to, as data. Pure. */

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
export function isQuiet({ action, blocked, steps }: Entry): boolean {
  if (action !== "adopt") return action === "none" && blocked === undefined;
  return isOnlyTagged(steps.filter((step) => step.kind === "write"));
}

/** `242 adoptions, nothing else`, or the first line of the plan: what is adopted as it is counts as adopted in both. */
export function planLine(plan: Plan): string {
  const asAdopted = plan.entries.map((entry) => (isQuiet(entry) ? { ...entry, blocked: undefined } : entry));
  const line = headline({ ...plan, entries: asAdopted });
  return plan.entries.every(isQuiet) ? line.replace(/;.*$/, ", nothing else") : line;
}

/** One JSON object. */
export function reportJson({ plan, ...report }: Report): string {
  const planned = plan === undefined ? {} : { plan: { summary: planLine(plan), ...planMembers(plan) } };
  return jsonLine({ complete: isComplete({ ...report, plan }), ...report, ...planned });
}
