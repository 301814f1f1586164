/** When two values of a field mean the same to AWS. Pure. */

import { canonicalJson } from "./fingerprint.ts";

export type Comparison = (desired: unknown, described: unknown) => boolean;

/** The same JSON, whatever the order of keys. */
export const sameValue: Comparison = (desired, described) =>
  canonicalJson(desired ?? null) === canonicalJson(described ?? null);

/**
 * The members of the desired value are equal, recursively: AWS fills in the others and keeps them.
 * A list is a value: AWS does not add to one.
 */
export const sameMembers: Comparison = (desired, described) => {
  if (!isRecord(desired)) return sameValue(desired, described);
  const known = new Map(Object.entries(isRecord(described) ? described : {}));
  return Object.entries(desired).every(([key, value]) => sameMembers(value, known.get(key)));
};

/** The same members in any order; nothing and an empty list mean the same. */
export const sameSet: Comparison = (desired, described) => {
  const [left, right] = [new Set(list(desired)), new Set(list(described))];
  return left.size === right.size && [...left].every((member) => right.has(member));
};

/** The same objects in any order. */
export const sameJsonSet: Comparison = (desired, described) => {
  const [left, right] = [list(desired), list(described)].map((objects) => objects.map(canonicalJson).sort());
  return canonicalJson(left) === canonicalJson(right);
};

/** The same members in the same order. */
export const sameList: Comparison = (desired, described) =>
  canonicalJson(list(desired)) === canonicalJson(list(described));

/** The same keys with the same values; nothing and an empty map mean the same. */
export const sameMap: Comparison = (desired, described) =>
  canonicalJson(desired ?? {}) === canonicalJson(described ?? {});

/** A role or instance profile by name or ARN: AWS echoes what it was given, so a bare name equals the ARN that ends in it. */
export const sameRole: Comparison = (desired, described) => {
  if (typeof desired !== "string" || typeof described !== "string") return sameValue(desired, described);
  if (desired.startsWith("arn:") === described.startsWith("arn:")) return desired === described;
  return lastSegment(desired) === lastSegment(described);
};

/** The same text; nothing and the empty text mean the same. */
export const sameText: Comparison = (desired, described) => (desired ?? "") === (described ?? "");

/** A number with the value that AWS takes for nothing. */
export function sameNumber(absent: number): Comparison {
  return (desired, described) => (desired ?? absent) === (described ?? absent);
}

/** Launch templates: AWS fills in `version: $Default`, `overrides: []` and a `userdataType` that fits the image. */
export const sameLaunchTemplate: Comparison = (desired, described) => {
  const [left, right] = [filledTemplate(desired), filledTemplate(described)];
  if (left === undefined || right === undefined) return left === right;
  const { overrides, ...template } = left;
  return sameMembers(template, right) && sameInTurn(overrides, right.overrides);
};

/**
 * Images by their desired members: AWS adds `batchImageStatus` and, where nothing is desired, the Kubernetes version or
 * the whole list. An `imageIdOverride` is never AWS's, so one that the desired value lacks is removed.
 */
export const sameImages: Comparison = (desired, described) =>
  sameInTurn(list(desired).map(desiredImage), list(described).map(desiredImage));

/** The same number, each with its desired members. */
function sameInTurn(desired: readonly unknown[], described: readonly unknown[]): boolean {
  return desired.length === described.length && desired.every((one, index) => sameMembers(one, described[index]));
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

function desiredImage(value: unknown): unknown {
  const { batchImageStatus: _filledInByAws, ...directives } = value as Readonly<Record<string, unknown>>;
  return { ...directives, imageIdOverride: directives["imageIdOverride"] ?? null };
}
