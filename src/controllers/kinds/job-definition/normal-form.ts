import { canonicalJson } from "../../fields/fingerprint.ts";

/**
 * The words in which a normal form is written down: one rule per member of a request. Two values mean the same to
 * AWS Batch when their normal forms are equal. Pure.
 */

/** Gives the normal form of a value; undefined when it means the same as leaving the member out. */
export type NormalForm = (value: unknown) => unknown;

/** One rule for every member of a shape of AWS; one that is missing does not compile. */
export type Members<Shape> = {
  readonly [Member in keyof Required<Shape>]: NormalForm;
};

export const asSent: NormalForm = (value) => value ?? undefined;

/** `meaning` is what leaving the member out means. */
export function unless(meaning: string | number | boolean): NormalForm {
  return (value) => (value === meaning ? undefined : asSent(value));
}

/** What AWS compares without regard to case, and describes in lower case. */
export const lowerCased: NormalForm = (value) => (typeof value === "string" ? value.toLowerCase() : asSent(value));

/** A number in text: "1.0" is 1. Text that is not a plain decimal stays as it is. */
export const numeric: NormalForm = (value) =>
  typeof value === "string" && /^\d+(\.\d+)?$/.test(value) ? Number(value) : asSent(value);

/** A list with a meaningful order; empty is left out. */
export function inOrder(element: NormalForm = asSent): NormalForm {
  return (value) => {
    if (!Array.isArray(value) || value.length === 0) return undefined;
    return value.map((child: unknown) => element(child) ?? {});
  };
}

/** A list that AWS treats as a set, or as a map by one of its members; empty is left out. */
export function unordered(element: NormalForm = asSent): NormalForm {
  const ordered = inOrder(element);
  return (value) => {
    const list = ordered(value) as readonly unknown[] | undefined;
    return list
      ?.map((child) => ({ child, text: canonicalJson(child) }))
      .sort((left, right) => (left.text < right.text ? -1 : left.text > right.text ? 1 : 0))
      .map(({ child }) => child);
  };
}

/** A map with any keys; empty is left out. */
export function mapOf(member: NormalForm = asSent): NormalForm {
  return (value) => filled(Object.entries(value ?? {}).map(([key, child]) => [key, member(child)]));
}

/** A shape of AWS. Members without a rule are ignored: AWS may describe what its model does not know. */
export function members<Shape>(rules: Members<Shape>): NormalForm {
  const list = Object.entries<NormalForm>(rules);
  return (value) => {
    if (value === null || typeof value !== "object") return undefined;
    const given = value as Readonly<Record<string, unknown>>;
    return filled(list.map(([key, rule]) => [key, rule(given[key])]));
  };
}

/** A member that is meaningful by its presence, also when it is empty. */
export function present(rule: NormalForm): NormalForm {
  return (value) => (value === undefined || value === null ? undefined : (rule(value) ?? {}));
}

function filled(entries: readonly (readonly [string, unknown])[]): Readonly<Record<string, unknown>> | undefined {
  const kept = entries.filter(([, child]) => child !== undefined);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
