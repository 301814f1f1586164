import {
  createdAtTag,
  type Identity,
  isNamedBy,
  ownerIn,
  retainedFromTag,
  retainedMark,
} from "../../controllers/ownership/ownership.ts";
import { type Found, resourceOf, type Skipped } from "./found.ts";
import { type NamedResource, resourceKey } from "./names.ts";

/** What objects of a namespace can adopt. Pure. */

/** Whose objects they are. */
export interface Adopter {
  readonly clusterName: string;
  readonly namespace: string;
}

/** What an object can adopt, and why not the others. */
export function apart(
  selected: readonly Found[],
  adopter: Adopter,
): { readonly adoptable: readonly Found[]; readonly skipped: readonly Skipped[] } {
  const adoptable: Found[] = [];
  const skipped: Skipped[] = [];
  const newest = newestRetained(selected);
  for (const found of selected) {
    const mark = found.tags[retainedFromTag];
    const isOlder = mark !== undefined && newest.get(`${found.kind} ${found.region} ${mark}`) !== found.awsName;
    const why = isOlder
      ? `it was left behind by the same object as ${newest.get(`${found.kind} ${found.region} ${mark}`)}, which is newer`
      : (expectedWhy(found) ?? whyNotAdoptable(found, adopter));
    if (why === undefined) adoptable.push(found);
    else {
      const isExpected = isOlder || expectedWhy(found) !== undefined;
      skipped.push({ ...resourceOf(found), why, ...(isExpected ? { isExpected } : {}) });
    }
  }
  return { adoptable, skipped };
}

/** Of the environments that one object has left behind by Retain the newest. */
function newestRetained(selected: readonly Found[]): ReadonlyMap<string, string> {
  const newest = new Map<string, Found>();
  for (const found of selected) {
    const mark = found.tags[retainedFromTag];
    if (mark === undefined) continue;
    const key = `${found.kind} ${found.region} ${mark}`;
    const before = newest.get(key);
    const isNewer = (found.tags[createdAtTag] ?? "") > (before?.tags[createdAtTag] ?? "");
    if (before === undefined || isNewer) newest.set(key, found);
  }
  return new Map([...newest].map(([key, { awsName }]) => [key, awsName]));
}

/** Why there is nothing to import, and nothing to do about it. */
function expectedWhy({ tags, record: { status } }: Found): string | undefined {
  if (isLeaving(status)) return `AWS is deleting it (${String(status)})`;
  const owner = ownerIn(tags);
  if (owner !== undefined) {
    return `it belongs to ${owner.cluster}/${owner.namespace}/${owner.name} already (cluster/namespace/name, from its tags)`;
  }
  return undefined;
}

function isLeaving(status: unknown): boolean {
  return status === "DELETING" || status === "DELETED";
}

/** An object that there is a manifest of. */
export interface Described extends NamedResource {
  readonly name: string;
}

/** The objects of which AWS has nothing, neither under their names nor as what they own or have left behind. */
export function gone<Object extends Described>(
  objects: readonly Object[],
  all: readonly Found[],
  adopter: Adopter,
): readonly Object[] {
  const there = all.filter(({ record: { status } }) => !isLeaving(status));
  const named = new Set(there.map(resourceKey));
  return objects.filter((object) => {
    if (named.has(resourceKey(object))) return false;
    const { kind, region, name } = object;
    const identity = identityOf(name, adopter);
    return !there.some((found) => found.kind === kind && found.region === region && isNamedBy(found.tags, identity));
  });
}

/** What objects of a cluster have already: nobody imports it, and another tool has still to give it up. */
export function ownedBy(clusterName: string, all: readonly Found[]): readonly Found[] {
  return all.filter(({ tags }) => ownerIn(tags)?.cluster === clusterName);
}

/** The names of the namespace's objects that have something already, by `resourceKey`. */
export function ownersIn(all: readonly Found[], { clusterName, namespace }: Adopter): ReadonlyMap<string, string> {
  return new Map(
    ownedBy(clusterName, all).flatMap((found): [string, string][] => {
      const owner = ownerIn(found.tags);
      return owner?.namespace === namespace ? [[resourceKey(found), owner.name]] : [];
    }),
  );
}

function whyNotAdoptable({ tags }: Found, adopter: Adopter): string | undefined {
  const mark = tags[retainedFromTag];
  if (mark === undefined || isOwnMark(mark, adopter)) return undefined;
  return `it was left behind by ${mark} (cluster/namespace/name), and only that object may have it again: import it with that --cluster-name and -n, or remove its tag ${retainedFromTag} by aws batch untag-resource`;
}

/** Whether Retain of an object of this namespace has left a resource behind; a mark that was cut names no object. */
function isOwnMark(mark: string, adopter: Adopter): boolean {
  const name = nameInMark(mark);
  return retainedMark(identityOf(name, adopter)) === mark;
}

function nameInMark(mark: string): string {
  return mark.split("/")[2] ?? "";
}

function identityOf(name: string, { clusterName, namespace }: Adopter): Identity {
  return { cluster: { name: clusterName, uid: "" }, namespace, name, uid: "" };
}

/** The names of objects that a resource goes back to. */
export function retainedNames(adoptable: readonly Found[]): ReadonlyMap<string, string> {
  return new Map(
    adoptable.flatMap((found): [string, string][] => {
      const mark = found.tags[retainedFromTag];
      return mark === undefined ? [] : [[resourceKey(found), nameInMark(mark)]];
    }),
  );
}
