import { kinds, type OperatorKind } from "../../api/v1alpha1/kinds.ts";
import type { DefinitionRevision } from "../../aws/batch.ts";
import { nameIn } from "../../aws/names.ts";
import { fieldDifferences, fixedDifference, isNothing } from "../../controllers/fields/differences.ts";
import { type FieldRows, memberRow } from "../../controllers/fields/rows.ts";
import { kindEntries } from "../../controllers/kinds/index.ts";
import { ownerIn } from "../../controllers/ownership/ownership.ts";
import { jsonEqual } from "../../runtime/json-equal.ts";
import type { BatchRecords } from "../plan/copy/batch.ts";

/**
 * The kinds that `import` writes manifests of: those of which AWS has a resource. How the operator compares a spec with AWS's
 * record, and so what a manifest leaves out, follows from the registry of kinds. Pure.
 */

/** A resource as AWS describes it, or a spec: the members have the same names. */
export type Members = Readonly<Record<string, unknown>>;

export interface ImportedKind {
  readonly kind: OperatorKind;
  /** What an account has of it that can be adopted; of a job definition the newest ACTIVE revision. */
  readonly records: (all: BatchRecords) => readonly Members[];
  /** Where a name is unique only within another resource: `<name of that>/<name>`. */
  readonly nameOf?: (record: Members) => string;
  /** Whether the operator would leave the resource as it is under a spec, tags aside. */
  readonly matcher: (record: Members) => (spec: Members) => boolean;
  /**
   * Members of which a comparison of the whole spec does not show whether they may be left out; by path, `[]` for the
   * items of a list.
   */
  readonly members: Readonly<Record<string, Member>>;
}

/** A member of a spec. */
export interface Member {
  /** Whether a new resource has this value without the member. */
  readonly isDefault: (value: unknown, record: Members) => boolean;
  /** Whether absence means AWS's default for its own members as well; otherwise they say what AWS has. */
  readonly prunes?: true;
}

const never = (): boolean => false;

/** Of the paths that fit a member the first is taken, so the fields of a field come before it. */
function membersFor<Spec extends object, R extends object>(all: FieldRows<Spec, R>): ImportedKind["members"] {
  return Object.fromEntries(all.toReversed().flatMap((field) => [...innerMembers(field), ...ownMember(field)]));
}

type Entries = readonly (readonly [path: string, member: Member])[];

/** What absence means where a row says it; what never changes is judged by the comparison of the whole spec. */
function ownMember<Spec extends object, R extends object>(field: FieldRows<Spec, R>[number]): Entries {
  const { path, row } = field;
  const member = memberRow(field);
  // Of the fields that have others a spec has one of several.
  if ("fields" in row) return [[path, { isDefault: never, prunes: true }]];
  const { isInitial } = row as { readonly isInitial?: Member["isDefault"] };
  if (member === undefined) return [[path, { isDefault: isInitial ?? never }]];
  const { absent, initially, defaults, fixed, judge } = member;
  if (fixed !== undefined || judge !== undefined) return [];
  if (absent !== "kept") {
    const isDefault: Member["isDefault"] = (value, record) => isNothing(member, value, record as Spec);
    return [[path, { isDefault, prunes: true }]];
  }
  const isFirst = (value: unknown): boolean =>
    defaults === undefined ? jsonEqual(value, initially) : jsonEqual({ ...defaults, ...(value as object) }, defaults);
  return [[path, { isDefault: isInitial ?? isFirst }]];
}

function innerMembers<Spec extends object, R extends object>(field: FieldRows<Spec, R>[number]): Entries {
  return Object.entries(memberRow(field)?.initialMembers ?? {}).map(([name, initial]) => {
    return [`${field.path}.${name}`, { isDefault: (value) => jsonEqual(value, initial) }];
  });
}

/** In the order in which objects can be applied. */
export const importedKinds: readonly ImportedKind[] = kinds.flatMap((kind): readonly ImportedKind[] => {
  const { fields = [], matcher = matcherOf(fields), keeps = [] } = kindEntries[kind.kind];
  const { records: key, awsName } = kind;
  if (key === undefined) return [];
  const place = kind.references.find(({ to }) => to === awsName.within)?.awsPath;
  return [
    {
      kind,
      records: (all) => (key === "jobDefinitions" ? newest(all[key]) : placed(membersOf(all[key]), place)),
      ...(place === undefined
        ? {}
        : { nameOf: (record) => `${String(record[place])}/${String(record[awsName.field])}` }),
      matcher,
      members: { ...Object.fromEntries(keeps.map((path) => [path, { isDefault: never }])), ...membersFor(fields) },
    },
  ];
});

function matcherOf(fields: FieldRows<never, never>): ImportedKind["matcher"] {
  return (record) => (spec) =>
    fieldDifferences(fields, spec as never, record as never).length === 0 &&
    fixedDifference(fields, spec as never, record as never) === undefined;
}

/** @param place the field with the resource in which the name is unique, of which AWS describes the ARN; undefined: the region */
function placed(records: readonly Members[], place: string | undefined): readonly Members[] {
  if (place === undefined) return records;
  return records.map((one) => ({ ...one, [place]: nameIn(String(one[`${place}Arn`])) }));
}

/** Of each name the highest revision, for jobs by name run that one; one of the operator's says whose the name is. */
function newest(revisions: readonly DefinitionRevision[]): readonly Members[] {
  const highest = new Map<string, DefinitionRevision>();
  const rank = ({ tags, revision }: DefinitionRevision): readonly [number, number] => [
    ownerIn(tags) === undefined ? 0 : 1,
    revision,
  ];
  for (const one of revisions) {
    const before = highest.get(one.jobDefinitionName);
    const [[owned, revision], [ownedBefore, revisionBefore]] = [
      rank(one),
      before === undefined ? [0, 0] : rank(before),
    ];
    if (owned > ownedBefore || (owned === ownedBefore && revision > revisionBefore))
      highest.set(one.jobDefinitionName, one);
  }
  return membersOf([...highest.values()]);
}

function membersOf(records: readonly object[]): readonly Members[] {
  return records as readonly Members[];
}
