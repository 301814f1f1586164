/** References between objects, as the kinds declare them. Pure. */

import type { BatchKind, Reference } from "./batch-kind.ts";
import type { ObjectKey } from "./object.ts";

/** The target of a reference. */
export interface Referred<Name extends string = string> {
  readonly to: Name;
  /** Without a namespace, a reference is in the namespace of its object. */
  readonly key: ObjectKey;
  /** Path of the reference in the object. */
  readonly path: readonly (string | number)[];
  /** Nobody can change it: what is wrong with it is corrected in another object. */
  readonly isFixed: boolean;
  /** As `Reference.use`. */
  readonly use: string | undefined;
}

/** The parts of an object that references need; its spec is not validated. */
export interface Referring {
  readonly namespace: string;
  readonly spec: unknown;
}

/** Every reference of an object that has a name. */
export function referencesOf<Name extends string>(
  { references }: Pick<BatchKind<Name>, "references">,
  { namespace: own, spec }: Referring,
): readonly Referred<Name>[] {
  return references.flatMap(({ to, path, use, fixed = false }) =>
    valuesAt(spec, path).flatMap(({ value, path: where }): Referred<Name>[] => {
      const { name, namespace } = membersOf(value);
      if (typeof name !== "string") return [];
      const key = { namespace: typeof namespace === "string" ? namespace : own, name };
      return [{ to, key, path: ["spec", ...where], isFixed: fixed, use }];
    }),
  );
}

/**
 * The AWS names that a reference contains in place of objects.
 * @param from a spec, or AWS's record of a resource of that kind
 */
export function awsNamesIn({ awsPath }: Pick<Reference, "awsPath">, from: unknown): readonly string[] {
  if (awsPath === undefined) return [];
  return valuesAt(from, awsPath).flatMap(({ value }) =>
    typeof value === "string" ? [value.slice(value.lastIndexOf("/") + 1)] : [],
  );
}

/**
 * Kinds in the order in which their objects can be applied: each after the kinds that it needs from the first moment, otherwise in
 * the given order.
 * @throws Error when kinds reference each other in a cycle
 */
export function targetsFirst<K extends BatchKind>(kinds: readonly K[]): readonly K[] {
  const ordered: K[] = [];
  const add = (kind: K, path: readonly string[]): void => {
    if (ordered.includes(kind)) return;
    if (path.includes(kind.kind))
      throw new Error(`kinds reference each other in a cycle: ${[...path, kind.kind].join(", ")}`);
    const first = new Set(kind.references.flatMap(({ to, later }) => (later === true ? [] : to)));
    const targets = kinds.filter((other) => other !== kind && first.has(other.kind));
    for (const target of targets) add(target, [...path, kind.kind]);
    ordered.push(kind);
  };
  for (const kind of kinds) add(kind, []);
  return ordered;
}

interface ValueAtPath {
  readonly value: unknown;
  readonly path: readonly (string | number)[];
}

/** The values at a path; none if a part of it is missing or has another type. */
function valuesAt(root: unknown, path: string): readonly ValueAtPath[] {
  let found: readonly ValueAtPath[] = [{ value: root, path: [] }];
  for (const step of path.split(".")) {
    const field = step.endsWith("[]") ? step.slice(0, -2) : step;
    found = found.map(({ value, path: to }) => ({ value: membersOf(value)[field], path: [...to, field] }));
    if (field === step) continue;
    found = found.flatMap(({ value, path: to }) =>
      Array.isArray(value) ? value.map((item: unknown, index) => ({ value: item, path: [...to, index] })) : [],
    );
  }
  return found.filter(({ value }) => value !== undefined && value !== null);
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
