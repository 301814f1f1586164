/** Which resources of AWS are read because objects give their names. Pure. */

import type { KubeObject } from "../../api/object.ts";
import { awsNamesIn, referencesOf } from "../../api/references.ts";
import { kindOf, kinds, type OperatorKind } from "../../api/v1alpha1/kinds.ts";
import { isAwsName } from "../../api/v1alpha1/names.ts";
import { askedResources } from "../../aws/resources/index.ts";
import { recordNameAt, recordNameOf, recordTexts } from "../ownership/naming.ts";
import type { Objects } from "../ports.ts";
import { regionOf } from "./object-region.ts";

/**
 * The AWS names that an object gives, as an index has them: its own, and those that it references by name or ARN, of what is read because
 * it is named.
 */
export function askedTexts(kind: OperatorKind, object: KubeObject, defaultRegion: string): readonly string[] {
  const text = (records: OperatorKind["records"], name: string): string => {
    return `${askedPlace(records, regionOf(object, { defaultRegion }))}${object.metadata.namespace} ${name}`;
  };
  const own = isAsked(kind) ? recordTexts(kind, object).map((name) => text(kind.records, name)) : [];
  const named = kind.references.flatMap((reference) => {
    const to = kindOf(reference.to);
    // An ARN in a spec may end in anything.
    const names = isAsked(to) ? awsNamesIn(reference, object.spec).filter(isAwsName) : [];
    return names.map((name) => text(to.records, name));
  });
  return [...new Set([...own, ...named])];
}

function isAsked({ records }: OperatorKind): boolean {
  return records !== undefined && Object.hasOwn(askedResources, records);
}

function askedPlace(records: OperatorKind["records"], region: string): string {
  return `${records} ${region} `;
}

/**
 * The AWS names that objects of a region give, by the namespaces of these objects.
 *
 * @param records of that kind, as a snapshot calls them
 */
export function askedNames(
  records: OperatorKind["records"],
  region: string,
  objects: Pick<Objects, "texts" | "get">,
): ReadonlyMap<string, ReadonlySet<string>> {
  const asked = new Map<string, Set<string>>();
  const place = askedPlace(records, region);
  for (const kind of kinds) {
    for (const text of objects.texts(kind, "asked")) {
      if (!text.startsWith(place)) continue;
      const end = text.indexOf(" ", place.length);
      const namespace = text.slice(place.length, end);
      const name = recordNameAt(kind, text.slice(end + 1), objects);
      if (name === undefined) continue;
      const names = asked.get(namespace) ?? new Set();
      asked.set(namespace, names.add(name));
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
