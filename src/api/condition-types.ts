/**
 * All condition types in the status of our objects. Code that writes, counts or explains a condition uses a type from
 * here, so that an unlisted type does not compile.
 */

interface ConditionTypeEntry {
  /** Meaning of True, in one line for the reference pages. */
  readonly means: string;
  /** Objects of every kind have it; kinds list their other types. */
  readonly isOfEveryKind?: true;
  /** False keeps jobs from running although the object may be Ready. */
  readonly warnsWhenFalse?: true;
}

const entries = {
  Ready: { means: "AWS serves this generation and the resource is usable", isOfEveryKind: true },
  Reconciling: { means: "AWS, time or another object will end this state", isOfEveryKind: true },
  Stalled: { means: "only a person can end this state; the message says how", isOfEveryKind: true },
  Synced: { means: "AWS could be read", isOfEveryKind: true },
  Contested: { means: "another writer keeps changing a field that the spec sets", isOfEveryKind: true },
  Retiring: { means: "an older environment is being removed while this generation is already served" },
  ReferencesResolved: { means: "every reference resolves to an object that this one may use" },
  JobsProgressing: {
    means: "jobs start, or wait for an expected reason; present only while a job waits for capacity",
    warnsWhenFalse: true,
  },
  RolesReady: { means: "the roles created for the object match the spec" },
  NetworkReady: {
    means:
      "every subnet has a path to what instances need, and everything that the spec references can be used; absent with `preflight: Skip` and without subnets",
    warnsWhenFalse: true,
  },
  SelectionReady: {
    means: "`subnetSelector` and `securityGroupSelector` select usable resources",
    warnsWhenFalse: true,
  },
  SecurityGroupReady: {
    means: "the security group that the operator creates exists with its rules",
    warnsWhenFalse: true,
  },
  EndpointsReady: {
    means: "the VPC endpoints that the spec asks for are available",
    warnsWhenFalse: true,
  },
  Complete: { means: "the job ended with success; present only while True" },
  Failed: { means: "the job ended without success, or will not be submitted; present only while True" },
  Suspended: { means: "`suspend` keeps the job from being submitted; present only while True" },
  SubmittedOnce: {
    means: "AWS has one job of the object; present only while False",
    warnsWhenFalse: true,
  },
  Kept: { means: "`ttlSecondsAfterFinished` does not delete the object; present only while True" },
  UpdateAvailable: {
    means: "AWS Batch has a newer image than the environment's instances; present only while True",
  },
} as const satisfies Readonly<Record<string, ConditionTypeEntry>>;

export type ConditionType = keyof typeof entries;

export const conditionTypes: Readonly<Record<ConditionType, ConditionTypeEntry>> = entries;

/** Every type of condition that an object of a kind can have, in the order of its reference page. */
export function conditionTypesOf(kind: { readonly conditions: readonly ConditionType[] }): readonly ConditionType[] {
  const all = Object.keys(conditionTypes) as ConditionType[];
  return [...all.filter((type) => conditionTypes[type].isOfEveryKind), ...kind.conditions];
}
