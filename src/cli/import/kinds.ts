import { kindOf, type OperatorKind } from "../../api/v1alpha1/kinds.ts";
import type {
  Consumable,
  DefinitionRevision,
  Environment,
  Policy,
  Queue,
  QuotaShareRecord,
  ServiceEnvironmentRecord,
} from "../../aws/batch.ts";
import { nameIn } from "../../aws/names.ts";
import { canonicalJson } from "../../controllers/fields/fingerprint.ts";
import { differences } from "../../controllers/kinds/compute-environment/diff.ts";
import { type Field, fields } from "../../controllers/kinds/compute-environment/fields.ts";
import {
  consumableDifferences,
  otherType as otherConsumableType,
} from "../../controllers/kinds/consumable-resource/diff.ts";
import { normalised } from "../../controllers/kinds/job-definition/normalise.ts";
import { immutableDifference, queueDifferences } from "../../controllers/kinds/job-queue/diff.ts";
import { quotaShareDifferences } from "../../controllers/kinds/quota-share/diff.ts";
import { otherKind, policyDifferences } from "../../controllers/kinds/scheduling-policy/diff.ts";
import { otherType, serviceEnvironmentDifferences } from "../../controllers/kinds/service-environment/diff.ts";
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
const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

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

const queues: ImportedKind = {
  kind: kindOf("JobQueue"),
  records: ({ jobQueues: all }) => membersOf(all),
  matcher: (record) => {
    const queue = record as unknown as Queue;
    return (spec) =>
      queueDifferences(spec as never, queue, policyArnIn(spec)).length === 0 &&
      immutableDifference(spec as never, queue) === undefined;
  },
  members: {
    state: { isDefault: isEnabled },
    // AWS describes both, and one of them is empty.
    computeEnvironmentOrder: { isDefault: isEmpty },
    serviceEnvironmentOrder: { isDefault: isEmpty },
  },
};

function policyArnIn({ schedulingPolicyArn: arn }: Members): string | undefined {
  return typeof arn === "string" ? arn : undefined;
}

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
  matcher: (record) => {
    const policy = record as unknown as Policy;
    return (spec) => policyDifferences(spec, policy).length === 0 && otherKind(spec, policy) === undefined;
  },
  members: {
    // One of the two says of which kind the policy is.
    fairsharePolicy: { isDefault: never, prunes: true },
    quotaSharePolicy: { isDefault: never },
  },
};

const consumables: ImportedKind = {
  kind: kindOf("ConsumableResource"),
  records: ({ consumableResources: all }) => membersOf(all),
  matcher: (record) => {
    const consumable = record as unknown as Consumable;
    return (spec) =>
      consumableDifferences(spec as never, consumable).length === 0 &&
      otherConsumableType(spec as never, consumable) === undefined;
  },
  // Of a NON_REPLENISHABLE one AWS's total is not compared, but the schema demands one.
  members: { totalQuantity: { isDefault: never } },
};

const serviceEnvironments: ImportedKind = {
  kind: kindOf("ServiceEnvironment"),
  records: ({ serviceEnvironments: all }) => membersOf(all),
  matcher: (record) => {
    const environment = record as unknown as ServiceEnvironmentRecord;
    return (spec) =>
      serviceEnvironmentDifferences(spec as never, environment).length === 0 &&
      otherType(spec as never, environment) === undefined;
  },
  members: { state: { isDefault: isEnabled } },
};

const quotaShares: ImportedKind = {
  kind: kindOf("QuotaShare"),
  records: ({ quotaShares: all }) => membersOf(all.map((one) => ({ ...one, jobQueue: nameIn(one.jobQueueArn) }))),
  nameOf: ({ jobQueue, quotaShareName }) => [jobQueue, quotaShareName].map(String).join("/"),
  matcher: (record) => (spec) =>
    quotaShareDifferences(spec as never, record as unknown as QuotaShareRecord).length === 0,
  members: {
    state: { isDefault: isEnabled },
    jobQueue: { isDefault: never },
    "resourceSharingConfiguration.borrowLimit": { isDefault: (value) => value === -1 },
  },
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
