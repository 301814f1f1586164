/** Which resources of AWS are read because objects give their names. Pure. */

import type { KubeObject } from "../api/object.ts";
import { awsNamesIn, referencesOf } from "../api/references.ts";
import { kinds, type OperatorKind } from "../api/v1alpha1/kinds.ts";
import { isAwsName } from "../api/v1alpha1/names.ts";
import { recordNameOf } from "./naming.ts";
import type { Objects, Settings } from "./ports.ts";

/**
 * The AWS names that objects of a region give, by the namespaces of these objects: those of the objects of a kind, and those
 * that other objects reference by name or ARN.
 *
 * @param records of that kind, as a snapshot calls them
 */
export function askedNames(
  records: OperatorKind["records"],
  region: string,
  objects: Pick<Objects, "list" | "get">,
  settings: Pick<Settings, "region">,
): ReadonlyMap<string, ReadonlySet<string>> {
  const asked = new Map<string, Set<string>>();
  for (const kind of kinds) {
    const references = kind.references.filter(({ to }) =>
      kinds.some((one) => one.kind === to && one.records === records),
    );
    if (kind.records !== records && references.length === 0) continue;
    for (const object of objects.list(kind)) {
      if (((object.spec as { readonly region?: string }).region ?? settings.region) !== region) continue;
      const { namespace } = object.metadata;
      const names = asked.get(namespace) ?? new Set();
      asked.set(namespace, names);
      const name = kind.records === records ? recordNameOf(kind, object, objects) : undefined;
      if (name !== undefined) names.add(name);
      // An ARN in a spec may end in anything.
      const named = references.flatMap((reference) => awsNamesIn(reference, object.spec));
      for (const one of named.filter(isAwsName)) names.add(one);
    }
  }
  return asked;
}

/** The names of resources of another kind that the spec of an object leads to, by references, names and ARNs. */
export function namesReferred(
  kind: OperatorKind,
  to: OperatorKind,
  object: KubeObject,
  objects: Pick<Objects, "get">,
): readonly string[] {
  const { namespace } = object.metadata;
  const references = referencesOf(
    { references: kind.references.filter((one) => one.to === to.kind) },
    { namespace, spec: object.spec },
  );
  const ofObjects = references.flatMap(({ key }) => {
    const target = objects.get(to, key);
    return target === undefined ? [] : (recordNameOf(to, target, objects) ?? []);
  });
  const named = kind.references.filter((one) => one.to === to.kind).flatMap((one) => awsNamesIn(one, object.spec));
  return [...ofObjects, ...named.filter(isAwsName)];
}
