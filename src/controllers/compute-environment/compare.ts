/** When two values of a field mean the same to AWS. Pure. */

import { canonicalJson } from "../fingerprint.ts";

export type Comparison = (wished: unknown, described: unknown) => boolean;

/** The same JSON, whatever the order of keys. */
export const sameValue: Comparison = (wished, described) =>
  canonicalJson(wished ?? null) === canonicalJson(described ?? null);

/** The members that the wish names have these values: AWS fills in the others and keeps them. */
export const sameMembers: Comparison = (wished, described) => {
  const known = (described ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(wished ?? {}).every(([key, value]) => sameValue(value, known[key]));
};

/** The same members in any order; nothing and an empty list mean the same. */
export const sameSet: Comparison = (wished, described) => {
  const [left, right] = [new Set(list(wished)), new Set(list(described))];
  return left.size === right.size && [...left].every((member) => right.has(member));
};

/** The same members in the same order. */
export const sameList: Comparison = (wished, described) =>
  canonicalJson(list(wished)) === canonicalJson(list(described));

/** The same keys with the same values; nothing and an empty map mean the same. */
export const sameMap: Comparison = (wished, described) =>
  canonicalJson(wished ?? {}) === canonicalJson(described ?? {});

/** A role or instance profile by name or ARN: AWS echoes what it was given, so a bare name equals the ARN that ends in it. */
export const sameRole: Comparison = (wished, described) => {
  if (typeof wished !== "string" || typeof described !== "string") return sameValue(wished, described);
  if (wished.startsWith("arn:") === described.startsWith("arn:")) return wished === described;
  return lastSegment(wished) === lastSegment(described);
};

/** The same text; nothing and the empty text mean the same. */
export const sameText: Comparison = (wished, described) => (wished ?? "") === (described ?? "");

/** A number with the value that AWS takes for nothing. */
export function sameNumber(absent: number): Comparison {
  return (wished, described) => (wished ?? absent) === (described ?? absent);
}

/** Launch templates: AWS fills in `version: $Default` and `overrides: []`. */
export const sameLaunchTemplate: Comparison = (wished, described) =>
  canonicalJson(filledTemplate(wished)) === canonicalJson(filledTemplate(described));

/** Images by the members that the wish names: AWS adds `batchImageStatus` and, when nothing is wished, the whole list. */
export const sameImages: Comparison = (wished, described) =>
  canonicalJson(list(wished).map(imageWish)) === canonicalJson(list(described).map(imageWish));

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function lastSegment(role: string): string {
  return role.slice(role.lastIndexOf("/") + 1);
}

function filledTemplate(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  const template = value as Readonly<Record<string, unknown>>;
  if (!template["launchTemplateId"] && !template["launchTemplateName"] && list(template["overrides"]).length === 0) {
    return null;
  }
  const overrides = list(template["overrides"]);
  return {
    ...template,
    version: template["version"] || "$Default",
    overrides: overrides.map((override) => {
      const own = override as Readonly<Record<string, unknown>>;
      return { ...own, version: own["version"] || "$Default" };
    }),
  };
}

function imageWish(value: unknown): unknown {
  const { batchImageStatus: _filledInByAws, ...wish } = value as Readonly<Record<string, unknown>>;
  return wish;
}
