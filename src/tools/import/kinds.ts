import { kindOf, type OperatorKind } from "../../api/v1alpha1/kinds.ts";
import type { DefinitionRevision, Environment } from "../../aws/batch.ts";
import { nameIn } from "../../aws/names.ts";
import { fieldDifferences, fixedDifference, isNothing } from "../../controllers/fields/differences.ts";
import { type Fields, memberRow } from "../../controllers/fields/rows.ts";
import { differences } from "../../controllers/kinds/compute-environment/diff.ts";
import { fields } from "../../controllers/kinds/compute-environment/fields.ts";
import { consumableFields } from "../../controllers/kinds/consumable-resource.ts";
import { normalised } from "../../controllers/kinds/job-definition/normalise.ts";
import { queueFields } from "../../controllers/kinds/job-queue/fields.ts";
import { quotaShareFields } from "../../controllers/kinds/quota-share/lowering.ts";
import { policyFields } from "../../controllers/kinds/scheduling-policy.ts";
import { serviceEnvironmentFields } from "../../controllers/kinds/service-environment.ts";
import { ownerIn } from "../../controllers/ownership/ownership.ts";
import { jsonEqual } from "../../runtime/json-equal.ts";
import type { BatchRecords } from "../plan/copy/batch.ts";

/**
 * The kinds that `import` writes manifests of, one row each. A row says how the operator compares a spec with AWS's
 * record; what a manifest leaves out follows from that. Everything else comes from the registry of kinds and the schema. Pure.
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

/** How a kind with a table of fields is compared, and what a manifest of it may leave out. */
function byFields<Spec extends object, R extends object>(
  all: Fields<Spec, R>,
): Pick<ImportedKind, "matcher" | "members"> {
  return {
    matcher: (record) => (spec) =>
      fieldDifferences(all, spec as Spec, record as R).length === 0 &&
      fixedDifference(all, spec as Spec, record as R) === undefined,
    members: membersFor(all),
  };
}

/** Of the paths that fit a member the first is taken, so the fields of a field come before it. */
function membersFor<Spec extends object, R extends object>(all: Fields<Spec, R>): ImportedKind["members"] {
  return Object.fromEntries(all.toReversed().flatMap((field) => [...innerMembers(field), ...ownMember(field)]));
}

type Entries = readonly (readonly [path: string, member: Member])[];

/** What absence means where a row says it; what never changes is judged by the comparison of the whole spec. */
function ownMember<Spec extends object, R extends object>(field: Fields<Spec, R>[number]): Entries {
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

function innerMembers<Spec extends object, R extends object>(field: Fields<Spec, R>[number]): Entries {
  return Object.entries(memberRow(field)?.initialMembers ?? {}).map(([name, initial]) => {
    return [`${field.path}.${name}`, { isDefault: (value) => jsonEqual(value, initial) }];
  });
}

const templateNames = ["launchTemplateId", "launchTemplateName"].flatMap((name) => [name, `overrides[].${name}`]);

const environments: ImportedKind = {
  kind: kindOf("BatchComputeEnvironment"),
  records: ({ computeEnvironments: all }) => membersOf(all),
  matcher: (record) => (spec) => differences(spec as never, record as unknown as Environment).length === 0,
  members: {
    // To the operator a template that the spec does not name is as AWS has it: nothing would name it after a replacement.
    ...Object.fromEntries(
      templateNames.map((path) => [`computeResources.launchTemplate.${path}`, { isDefault: never }]),
    ),
    ...membersFor(fields),
  },
};

const queues: ImportedKind = {
  kind: kindOf("JobQueue"),
  records: ({ jobQueues: all }) => membersOf(all),
  ...byFields(queueFields),
};

const definitions: ImportedKind = {
  kind: kindOf("JobDefinition"),
  records: ({ jobDefinitions: all }) => newest(all),
  matcher: (record) => {
    const body = normalised(record);
    return (spec) => jsonEqual(normalised(spec), body);
  },
  members: {},
};

const policies: ImportedKind = {
  kind: kindOf("SchedulingPolicy"),
  records: ({ schedulingPolicies: all }) => membersOf(all),
  ...byFields(policyFields),
};

const consumables: ImportedKind = {
  kind: kindOf("ConsumableResource"),
  records: ({ consumableResources: all }) => membersOf(all),
  ...byFields(consumableFields),
};

const serviceEnvironments: ImportedKind = {
  kind: kindOf("ServiceEnvironment"),
  records: ({ serviceEnvironments: all }) => membersOf(all),
  ...byFields(serviceEnvironmentFields),
};

const quotaShares: ImportedKind = {
  kind: kindOf("QuotaShare"),
  records: ({ quotaShares: all }) => membersOf(all.map((one) => ({ ...one, jobQueue: nameIn(one.jobQueueArn) }))),
  nameOf: ({ jobQueue, quotaShareName }) => [jobQueue, quotaShareName].map(String).join("/"),
  ...byFields(quotaShareFields),
};

/** In the order in which objects can be applied. */
export const importedKinds: readonly ImportedKind[] = [
  environments,
  policies,
  serviceEnvironments,
  queues,
  quotaShares,
  consumables,
  definitions,
];

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
