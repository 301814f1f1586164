import { kindOf, type OperatorKind } from "../../api/v1alpha1/kinds.ts";
import type { DefinitionRevision, Environment } from "../../aws/batch.ts";
import { nameIn } from "../../aws/names.ts";
import { canonicalJson } from "../../controllers/fields/fingerprint.ts";
import { type Fields, fieldDifferences, fixedDifference, memberRow } from "../../controllers/fields/rows.ts";
import { differences } from "../../controllers/kinds/compute-environment/diff.ts";
import { type Field, fields } from "../../controllers/kinds/compute-environment/fields.ts";
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

const isEnabled = (value: unknown): boolean => value === "ENABLED";
const never = (): boolean => false;

/** What AWS gives to a new environment for fields whose absence means "as AWS has it". */
const environmentDefaults: Readonly<Record<string, Member["isDefault"]>> = {
  state: isEnabled,
  ecsSettings: (value) => canonicalJson(value) === canonicalJson({ containerInsights: "DISABLED" }),
  "computeResources.ec2Configuration": isDefaultImage,
};

const templateNames = ["launchTemplateId", "launchTemplateName"].flatMap((name) => [name, `overrides[].${name}`]);

function memberOf({ path, absence, same, members }: Field): Member {
  if (absence === "restored") return { isDefault: (value) => same(undefined, value), prunes: true };
  const isDefault = environmentDefaults[path];
  if (isDefault !== undefined) return { isDefault };
  if (members === undefined) return { isDefault: never };
  return { isDefault: (value) => canonicalJson({ ...members, ...(value as object) }) === canonicalJson(members) };
}

const environments: ImportedKind = {
  kind: kindOf("BatchComputeEnvironment"),
  records: ({ computeEnvironments: all }) => membersOf(all),
  matcher: (record) => (spec) => differences(spec as never, record as unknown as Environment).length === 0,
  members: {
    // To the operator a template that the spec does not name is as AWS has it: nothing would name it after a replacement.
    ...Object.fromEntries(
      templateNames.map((path) => [`computeResources.launchTemplate.${path}`, { isDefault: never }]),
    ),
    ...Object.fromEntries(fields.map((field) => [field.path, memberOf(field)])),
  },
};

/** How a kind with a table of fields is compared, and what a manifest of it may leave out. */
function byFields<Spec extends object, R extends object>(
  fieldsOfKind: Fields<Spec, R>,
): Pick<ImportedKind, "matcher" | "members"> {
  return {
    matcher: (record) => (spec) =>
      fieldDifferences(fieldsOfKind, spec as Spec, record as R).length === 0 &&
      fixedDifference(fieldsOfKind, spec as Spec, record as R) === undefined,
    // The fields of a field come before it: the first path that fits is taken.
    members: Object.fromEntries(fieldsOfKind.toReversed().flatMap((field) => membersFor(field))),
  };
}

/** What absence means is in the comparison of a member, but where AWS keeps what it has or the plan of the kind decides. */
function membersFor<Spec, R>(field: Fields<Spec, R>[number]): readonly (readonly [path: string, member: Member])[] {
  const { path, row } = field;
  // Of the fields that have others a spec has one of several.
  if ("fields" in row) return [[path, { isDefault: never, prunes: true }]];
  const { isInitial = never } = row as { readonly isInitial?: Member["isDefault"] };
  if ("sentBy" in row) return [[path, { isDefault: isInitial }]];
  const { absent, initially, initialMembers = {} } = memberRow(field) ?? {};
  const inner = Object.entries(initialMembers).map(
    ([name, initial]) => [`${path}.${name}`, { isDefault: (value: unknown) => jsonEqual(value, initial) }] as const,
  );
  if (absent !== "kept") return inner;
  return [...inner, [path, { isDefault: (value) => jsonEqual(value, initially) }]];
}

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

/** The image that AWS chooses for instances without GPUs. */
function isDefaultImage(value: unknown, { computeResources }: Members): boolean {
  const { instanceTypes = [] } = (computeResources ?? {}) as { readonly instanceTypes?: readonly string[] };
  if (instanceTypes.some((type) => /^[gp]\d/.test(type))) return false;
  const images = (value as readonly { readonly batchImageStatus?: string }[]).map(
    ({ batchImageStatus: _byAws, ...image }) => image,
  );
  return ["ECS_AL2023", "EKS_AL2023"].some((imageType) => canonicalJson(images) === canonicalJson([{ imageType }]));
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
