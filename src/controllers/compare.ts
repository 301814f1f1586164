/** When two values of a field mean the same to AWS. Pure. */

import { canonicalJson } from "./fingerprint.ts";

export type Comparison = (wished: unknown, described: unknown) => boolean;

/** The same JSON, whatever the order of keys. */
export const sameValue: Comparison = (wished, described) =>
  canonicalJson(wished ?? null) === canonicalJson(described ?? null);

/**
 * The members that the wish names have these values, and so on within them: AWS fills in the others and keeps them.
 * A list is a value: AWS does not add to one.
 */
export const sameMembers: Comparison = (wished, described) => {
  if (!isRecord(wished)) return sameValue(wished, described);
  const known = isRecord(described) ? described : {};
  return Object.entries(wished).every(([key, value]) => sameMembers(value, known[key]));
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

/** Launch templates: AWS fills in `version: $Default`, `overrides: []` and a `userdataType` that fits the image. */
export const sameLaunchTemplate: Comparison = (wished, described) => {
  const [left, right] = [filledTemplate(wished), filledTemplate(described)];
  if (left === undefined || right === undefined) return left === right;
  const { overrides, ...template } = left;
  return sameMembers(template, right) && sameInTurn(overrides, right.overrides);
};

/**
 * Images by what the wish names: AWS adds `batchImageStatus` and, where nothing is wished, the Kubernetes version or
 * the whole list. An `imageIdOverride` is never AWS's, so one that the wish leaves out is to be taken away.
 */
export const sameImages: Comparison = (wished, described) =>
  sameInTurn(list(wished).map(imageWish), list(described).map(imageWish));

/** As many, and each with the members that its wish names. */
function sameInTurn(wished: readonly unknown[], described: readonly unknown[]): boolean {
  return wished.length === described.length && wished.every((one, index) => sameMembers(one, described[index]));
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function lastSegment(role: string): string {
  return role.slice(role.lastIndexOf("/") + 1);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function filledTemplate(
  value: unknown,
): { readonly version: unknown; readonly overrides: readonly unknown[] } | undefined {
  if (!isRecord(value)) return undefined;
  const overrides = list(value["overrides"]);
  if (!value["launchTemplateId"] && !value["launchTemplateName"] && overrides.length === 0) return undefined;
  return {
    ...value,
    version: value["version"] || "$Default",
    overrides: overrides.map((override) => {
      const own = override as Readonly<Record<string, unknown>>;
      const targetInstanceTypes = list(own["targetInstanceTypes"]);
      return { ...own, targetInstanceTypes, version: own["version"] || "$Default" };
    }),
  };
}

function imageWish(value: unknown): unknown {
  const { batchImageStatus: _filledInByAws, ...wish } = value as Readonly<Record<string, unknown>>;
  return { ...wish, imageIdOverride: wish["imageIdOverride"] ?? null };
}
