import { conditionTypesOf } from "../src/api/condition-types.ts";
import type { Condition, KubeObject } from "../src/api/object.ts";
import { reasonsOf } from "../src/api/reasons.ts";
import { kindOf } from "../src/api/v1alpha1/kinds.ts";

/** The conditions of an object with a type that its kind does not have, or a reason that the registry does not. */
export function unknownReasons({ kind, status }: KubeObject): readonly string[] {
  const { conditions = [] } = (status ?? {}) as { readonly conditions?: readonly Condition[] };
  const entries = reasonsOf(kindOf(kind).kind);
  const known = new Set<string>(entries.map(({ reason }) => reason));
  const types = new Set<string>(conditionTypesOf(kindOf(kind)));
  return conditions
    .filter(({ type, reason }) => !types.has(type) || !known.has(reason))
    .map(({ type, reason }) => `${kind} has a condition ${type} with the reason ${reason}`);
}
