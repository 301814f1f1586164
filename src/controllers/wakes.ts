/** Which objects a change in AWS or of another object concerns, as the references of the kinds say. Pure. */

import type { Reference } from "../api/batch-kind.ts";
import { type Condition, type KubeObject, keyOf, keyText, type ObjectKey } from "../api/object.ts";
import { awsNamesIn, referencesOf } from "../api/references.ts";
import { environmentAnnotations, nameAnnotations, roleAnnotations } from "../api/v1alpha1/annotations.ts";
import type { BatchJob } from "../api/v1alpha1/batch-job.ts";
import { BatchJobKind, JobQueueKind, type KindName, kindOf, kinds, type OperatorKind } from "../api/v1alpha1/kinds.ts";
import type { BatchSnapshot } from "../aws/region.ts";
import type { RegionChange } from "../aws/region-cache.ts";
import { jsonEqual } from "../runtime/json-equal.ts";
import { dependencyShown } from "./kinds/batch-job/dependencies.ts";
import { ownerIn, type Tags } from "./ownership/ownership.ts";
import type { Objects } from "./ports.ts";

/** Undefined: it is new, or gone. */
export interface ObjectChange {
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
}

export interface Woken {
  readonly kind: OperatorKind;
  readonly key: ObjectKey;
}

/**
 * One after the other, because there may be thousands: whoever goes through them may rest in between.
 *
 * @param before the snapshot before the change, for what a record referred to until now
 */
export function* wokenByAws(
  change: RegionChange,
  before: BatchSnapshot | undefined,
  now: BatchSnapshot,
  objects: Objects,
): Iterable<Woken> {
  if (change.everything) {
    for (const kind of kinds) yield* woken(kind, objects.list(kind));
    return;
  }
  for (const path of change.followed) yield { kind: BatchJobKind, key: keyIn(path) };
  const { followed: _jobs, everything: _all, asked, ...records } = change;
  // Jobs change all the time, and concern nothing but their own object.
  if (Object.values(records).every((names) => names.length === 0)) return;
  yield* asked ? wokenByRequest(change, before, now, objects) : wokenByRecords(change, before, now, objects);
}

/**
 * A creation that was asked for keeps what it refers to from leaving, until AWS refuses it: only what has something to remove is
 * concerned, an object in deletion or an environment with predecessors. The creation's own object has AWS's answer, and when to
 * try again; whatever else refers to the same things is as it was.
 */
function* wokenByRequest(
  change: RegionChange,
  before: BatchSnapshot | undefined,
  now: BatchSnapshot,
  objects: Objects,
): Iterable<Woken> {
  const snapshots = before === undefined ? [now] : [before, now];
  for (const { kind, reference, to } of referencesOfAll()) {
    const records = changedIn(change, kind.records).flatMap((name) =>
      snapshots.flatMap((snapshot) => recordsNamed(name, kind, snapshot)),
    );
    const names = new Set(records.flatMap((record) => awsNamesIn(reference, record)));
    const owners = new Set(ownersOf(to, names, snapshots));
    yield* distinct(to, ownersIn(to, { names, owners }, objects).filter(mayRemove));
  }
}

/** Whether an object may have something to remove. Pure. */
function mayRemove({ kind, metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined || kindOf(kind).awsName.isPrefix === true;
}

function* wokenByRecords(
  change: RegionChange,
  before: BatchSnapshot | undefined,
  now: BatchSnapshot,
  objects: Objects,
): Iterable<Woken> {
  const concerned = concernedBy(change, before === undefined ? [now] : [before, now], now);
  const isAny = ({ names, owners }: Concerned): boolean => names.size + owners.size > 0;
  for (const kind of kinds) {
    const own = concerned[kind.kind];
    // A change mostly concerns one kind: the references of thousands of objects to other kinds need no search.
    const references = kind.references.filter(({ to }) => isAny(concerned[to]));
    if (!isAny(own) && references.length === 0) continue;
    yield* distinct(kind, ownersIn(kind, own, objects), referringTo(kind, references, concerned, objects));
  }
}

/** The objects of a kind to which the resources belong, or that have their names. */
function* ownersIn(kind: OperatorKind, { owners, names }: Concerned, objects: Objects): Generator<KubeObject> {
  for (const path of owners) {
    const owner = objects.get(kind, keyIn(path));
    if (owner !== undefined) yield owner;
  }
  for (const name of names) yield* objects.named(kind, name);
}

/** The objects of a kind that refer to what is concerned: to an object, or to a resource in AWS by name. */
function* referringTo(
  kind: OperatorKind,
  references: readonly Reference<KindName>[],
  concerned: ConcernedByKind,
  objects: Objects,
): Iterable<KubeObject> {
  for (const to of new Set(references.map((reference) => reference.to))) {
    for (const path of concerned[to].owners) yield* objects.referring(kind, to, keyIn(path));
    for (const name of concerned[to].names) yield* objects.naming(kind, to, name);
  }
}

function* distinct(kind: OperatorKind, ...found: readonly Iterable<KubeObject>[]): Iterable<Woken> {
  const known = new Set<string>();
  for (const objects of found) {
    for (const object of objects) {
      const text = keyText(object.metadata);
      if (known.has(text)) continue;
      known.add(text);
      yield { kind, key: keyOf(object) };
    }
  }
}

/** What of a kind a change in AWS concerns. */
interface Concerned {
  /** Of AWS resources. */
  readonly names: Set<string>;
  /** Objects to which such resources belong, `namespace/name`. */
  readonly owners: Set<string>;
}

type ConcernedByKind = Readonly<Record<KindName, Concerned>>;

function concernedBy(change: RegionChange, snapshots: readonly BatchSnapshot[], now: BatchSnapshot): ConcernedByKind {
  const concerned = Object.fromEntries(
    kinds.map(({ kind, records }) => [kind, { names: new Set(changedIn(change, records)), owners: new Set() }]),
  ) as ConcernedByKind;
  for (const name of change.jobs) concerned[JobQueueKind.kind].names.add(name);
  for (const { kind, reference, to } of referencesOfAll()) {
    for (const name of changedIn(change, kind.records)) {
      for (const snapshot of snapshots) {
        for (const record of recordsNamed(name, kind, snapshot))
          for (const one of awsNamesIn(reference, record)) concerned[to.kind].names.add(one);
      }
    }
    // A spec may say something else than AWS has: what is named there is waited for, or has a successor, all the same.
    const changed = new Set(changedIn(change, to.records));
    if (changed.size === 0) continue;
    const changedOwners = new Set(ownersOf(to, changed, snapshots));
    // Without a record AWS's side of a reference is not known: what it refers to concerns it by its object.
    if (kind.records === undefined) for (const owner of changedOwners) concerned[to.kind].owners.add(owner);
    for (const name of recordsIn(now, kind).keys()) {
      const named = recordsNamed(name, kind, now).flatMap((record) => awsNamesIn(reference, record));
      const isTied = named.some(
        (one) => changed.has(one) || ownersOf(to, [one], snapshots).some((owner) => changedOwners.has(owner)),
      );
      if (!isTied) continue;
      concerned[kind.kind].names.add(name);
      for (const owner of ownersOf(to, named, snapshots)) concerned[to.kind].owners.add(owner);
    }
  }
  for (const kind of kinds) {
    if (!kind.awsName.isPrefix) continue;
    const { names, owners } = concerned[kind.kind];
    for (const owner of ownersOf(kind, names, snapshots)) owners.add(owner);
  }
  return concerned;
}

/** Every reference of every kind, with the kinds at its ends. */
function referencesOfAll(): readonly { kind: OperatorKind; reference: Reference; to: OperatorKind }[] {
  return kinds.flatMap((kind) => kind.references.map((reference) => ({ kind, reference, to: kindOf(reference.to) })));
}

function recordsIn(snapshot: BatchSnapshot, { records }: OperatorKind): ReadonlyMap<string, unknown> {
  return (records === undefined ? undefined : snapshot[records]) ?? new Map();
}

/** What AWS has of a name: one resource, none, or each revision of a definition. */
function recordsNamed(name: string, kind: OperatorKind, snapshot: BatchSnapshot): readonly unknown[] {
  return [recordsIn(snapshot, kind).get(name) ?? []].flat();
}

function changedIn(change: RegionChange, records: OperatorKind["records"]): readonly string[] {
  return records === undefined ? [] : change[records];
}

function keyIn(path: string): ObjectKey {
  const slash = path.indexOf("/");
  return { namespace: path.slice(0, slash), name: path.slice(slash + 1) };
}

/** The objects to which resources of these names belong, `namespace/name`. */
function ownersOf(kind: OperatorKind, names: Iterable<string>, snapshots: readonly BatchSnapshot[]): readonly string[] {
  return [...names].flatMap((name) =>
    snapshots.flatMap((snapshot) => recordsNamed(name, kind, snapshot).flatMap(ownerText)),
  );
}

function ownerText(record: unknown): readonly string[] {
  const owner = ownerIn((record as { readonly tags?: Tags } | undefined)?.tags);
  return owner === undefined ? [] : [keyText(owner)];
}

/** What those that refer to an object read; a change of anything else wakes none of them. Of a kind that is not here: all of it. */
const shown: Readonly<Partial<Record<KindName, (object: KubeObject) => unknown>>> = {
  BatchJob: (object) => dependencyShown(object as BatchJob),
  BatchRole: ({ metadata, spec, status }) => {
    const { arn, conditions = [] } = (status ?? {}) as {
      readonly arn?: string;
      readonly conditions?: readonly Condition[];
    };
    const ready = conditions.find(({ type }) => type === "RolesReady");
    return [metadata.generation, metadata.deletionTimestamp, spec, arn, ready?.status, ready?.observedGeneration];
  },
};

/** Kinds whose objects are not read by what they refer to. */
const unread: ReadonlySet<KindName> = new Set(["BatchJob"]);

/**
 * The objects of a kind that a change of another object concerns: those that refer to it, and those that it refers to.
 *
 * @param own the kind
 */
export function wokenByObject(
  own: OperatorKind,
  { before, after }: ObjectChange,
  objects: Pick<Objects, "referring">,
): readonly ObjectKey[] {
  const versions = [before, after].filter((one) => one !== undefined);
  return versions.flatMap((object) => {
    const { kind } = kindOf(object.kind);
    const shownBy = shown[kind];
    const isSame = shownBy !== undefined && versions.every((one) => jsonEqual(shownBy(one), shownBy(object)));
    const referring = isSame && versions.length > 1 ? [] : objects.referring(own, kind, object.metadata).map(keyOf);
    if (unread.has(kind)) return referring;
    return [...referring, ...referredObjects(object).flatMap((one) => (one.kind === own ? [one.key] : []))];
  });
}

/** The kinds with objects that concern those of a kind: it refers to them, or they refer to it and are read. */
export function relatedTo(own: OperatorKind): readonly OperatorKind[] {
  return kinds.filter((kind) => refersTo(own, kind) || (refersTo(kind, own) && !unread.has(kind.kind)));
}

function refersTo({ references }: OperatorKind, { kind }: OperatorKind): boolean {
  return references.some(({ to }) => to === kind);
}

/** The objects that refer to an object. */
export function referringObjects(
  { kind, metadata }: KubeObject,
  objects: Pick<Objects, "referring">,
): readonly Woken[] {
  const own = kindOf(kind);
  return kinds
    .filter((one) => refersTo(one, own))
    .flatMap((one) => objects.referring(one, own.kind, metadata).map((found) => ({ kind: one, key: keyOf(found) })));
}

/** What an object refers to, whether it is there or not. */
export function referredObjects({ kind, metadata: { namespace }, spec }: KubeObject): readonly Woken[] {
  return referencesOf(kindOf(kind), { namespace, spec }).map(({ to, key }) => ({ kind: kindOf(to), key }));
}

/** The objects that an object refers to, as an index has them: changes of thousands of objects search no list. Pure. */
export function referredTexts(kind: OperatorKind, { metadata: { namespace }, spec }: KubeObject): readonly string[] {
  return [...new Set(referencesOf(kind, { namespace, spec }).map(({ to, key }) => referredText(to, key)))];
}

/** One of them. */
export function referredText(to: string, key: ObjectKey): string {
  return `${to} ${keyText(key)}`;
}

/** The names in AWS that an object refers to, as an index has them. Pure. */
export function namedTexts({ references }: OperatorKind, { spec }: KubeObject): readonly string[] {
  const texts = references.flatMap((reference) =>
    awsNamesIn(reference, spec).map((name) => namedText(reference.to, name)),
  );
  return [...new Set(texts)];
}

/** One of them. */
export function namedText(to: string, awsName: string): string {
  return `${to} ${awsName}`;
}

/**
 * The objects that depend on what a Namespace says: its labels decide what its objects may refer to, its annotations
 * which names and roles they may use, themselves or by what they refer to.
 * @param before undefined: it is new
 * @param after undefined: it is gone
 */
export function wokenByNamespace(
  before: KubeObject | undefined,
  after: KubeObject | undefined,
  objects: Objects,
): Iterable<Woken> {
  const name = (after ?? before)?.metadata.name;
  const differs = (valueIn: (namespace: KubeObject) => unknown): boolean =>
    before === undefined || after === undefined || !jsonEqual(valueIn(before), valueIn(after));
  const valuesOf =
    (keys: Readonly<Record<string, string>>) =>
    ({ metadata: { annotations = {} } }: KubeObject): unknown =>
      Object.values(keys).map((annotation) => annotations[annotation] ?? null);
  const labelsDiffer = differs(({ metadata }) => metadata.labels ?? {});
  const limitsDiffer = differs(valuesOf({ ...roleAnnotations, ...environmentAnnotations }));
  const namesDiffer = differs(valuesOf(nameAnnotations));
  const concerned = kinds.filter(
    ({ references }) => namesDiffer || limitsDiffer || (labelsDiffer && references.length > 0),
  );
  return concerned
    .values()
    .flatMap((kind) => woken(kind, name === undefined ? [] : objects.having(kind, "namespace", name)));
}

function* woken(kind: OperatorKind, objects: readonly KubeObject[]): Iterable<Woken> {
  for (const object of objects) yield { kind, key: keyOf(object) };
}
