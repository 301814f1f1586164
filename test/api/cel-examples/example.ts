import type { KindName } from "../../../src/api/v1alpha1/kinds.ts";

/** For each CEL rule one object that it accepts and one that it refuses, as plain data. */
export interface CelExample {
  readonly kind: KindName;
  /** The message of the rule. */
  readonly message: string;
  readonly accepted: Spec;
  /** Differs from the accepted one in what the rule is about; breaks no other rule. */
  readonly refused: Spec;
  /** For a rule about changes: what the object was before. */
  readonly old?: Spec;
}

export type Spec = { readonly [field: string]: unknown };

/** `base` with the fields of `patch`: maps are merged, lists and all else replaced, `undefined` removes. */
export function patched(base: Spec, patch: Spec): Spec {
  const merged: Record<string, unknown> = { ...base };
  for (const [field, value] of Object.entries(patch)) {
    const before = merged[field];
    if (value === undefined) delete merged[field];
    else merged[field] = isMap(before) && isMap(value) ? patched(before, value) : value;
  }
  return merged;
}

function isMap(value: unknown): value is Spec {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** For each kind with `allowedNamespaces`. */
export const allowedNamespacesRows: readonly Row[] = [
  [
    "Selector requires labels: add selector.matchLabels",
    { allowedNamespaces: { from: "Selector", selector: { matchLabels: { team: "a" } } } },
    { allowedNamespaces: { from: "Selector" } },
  ],
  [
    "the key of a label has at most 317 characters: shorten it",
    { allowedNamespaces: { from: "Selector", selector: { matchLabels: { ["k".repeat(317)]: "a" } } } },
    { allowedNamespaces: { from: "Selector", selector: { matchLabels: { ["k".repeat(318)]: "a" } } } },
  ],
  [
    "selector requires from: Selector: set it, or remove selector",
    { allowedNamespaces: { from: "All" } },
    { allowedNamespaces: { from: "All", selector: { matchLabels: { team: "a" } } } },
  ],
];

/** [message, accepted, refused, before], the last three as patches of a base. */
export type Row = readonly [message: string, accepted: Spec, refused: Spec, old?: Spec];

export function examplesOf(kind: CelExample["kind"], base: Spec, rows: readonly Row[]): CelExample[] {
  return rows.map(([message, accepted, refused, old]) => ({
    kind,
    message,
    accepted: patched(base, accepted),
    refused: patched(base, refused),
    ...(old === undefined ? {} : { old: patched(base, old) }),
  }));
}
