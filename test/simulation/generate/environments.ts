import type { BatchComputeEnvironmentSpec } from "../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Chance } from "./chance.ts";

type Spec = BatchComputeEnvironmentSpec;
type Resources = NonNullable<Spec["computeResources"]>;

const account = "123456789012";
export const instanceRole = `arn:aws:iam::${account}:instance-profile/ecsInstanceRole`;
export const serviceRoles = [`arn:aws:iam::${account}:role/batch-a`, `arn:aws:iam::${account}:role/batch-b`];

export type Family = "instances" | "fargate";

/** A first spec of a compute environment. */
export function environmentSpec(chance: Chance, family: Family): Spec {
  const soak = { soakSeconds: chance.of([0, 0, 60, 600]) };
  if (family === "fargate") {
    return {
      type: "MANAGED",
      replacement: soak,
      computeResources: {
        type: chance.of(["FARGATE", "FARGATE_SPOT"]),
        maxvCpus: chance.of([16, 64]),
        subnets: ["subnet-11111111"],
        securityGroupIds: ["sg-11111111"],
      },
    };
  }
  const spot = chance.is(0.25);
  const makesProfile = chance.is(0.15);
  const makesRole = chance.is(0.15);
  const iam = { ...(makesRole ? { serviceRole: {} } : {}), ...(makesProfile ? { instanceRole: {} } : {}) };
  return {
    type: "MANAGED",
    replacement: soak,
    ...(Object.keys(iam).length > 0 ? { iam } : {}),
    ...(!makesRole && chance.is(0.3) ? { serviceRole: chance.of(serviceRoles) } : {}),
    ...(chance.is(0.3) ? { updatePolicy: { jobExecutionTimeoutMinutes: chance.of([1, 30]) } } : {}),
    computeResources: {
      type: spot ? "SPOT" : "EC2",
      allocationStrategy: spot ? "SPOT_CAPACITY_OPTIMIZED" : chance.of(["BEST_FIT_PROGRESSIVE", "BEST_FIT"]),
      minvCpus: 0,
      maxvCpus: chance.of([16, 256]),
      instanceTypes: ["c5.large"],
      subnets: ["subnet-11111111"],
      securityGroupIds: ["sg-11111111"],
      ...(makesProfile ? {} : { instanceRole }),
    },
  };
}

type Edit = (spec: Spec, chance: Chance) => Spec;

const resources =
  (edit: (given: Resources, chance: Chance) => Partial<Resources>): Edit =>
  (spec, chance) =>
    spec.computeResources === undefined
      ? spec
      : { ...spec, computeResources: { ...spec.computeResources, ...edit(spec.computeResources, chance) } };

function without<T extends object, K extends keyof T>(value: T, key: K): Omit<T, K> {
  const { [key]: _gone, ...rest } = value;
  return rest;
}

const anywhere: readonly Edit[] = [
  resources((_given, chance) => ({ maxvCpus: chance.of([16, 32, 64, 256]) })),
  resources((_given, chance) => ({
    subnets: chance.of([["subnet-11111111"], ["subnet-22222222", "subnet-11111111"]]),
  })),
  (spec, chance) => ({ ...spec, tags: chance.of([{ team: "a" }, { team: "b", cost: "1" }, {}]) }),
  (spec, chance) => (chance.is(0.5) ? without(spec, "state") : { ...spec, state: chance.of(["ENABLED", "DISABLED"]) }),
  (spec, chance) => ({ ...spec, replacement: { ...spec.replacement, soakSeconds: chance.of([0, 60, 600]) } }),
  (spec, chance) => ({
    ...spec,
    replacement: {
      ...spec.replacement,
      holdBefore: chance.of([[], ["Create"], ["Repoint"], ["Delete"], ["Create", "Delete"]]),
    },
  }),
  (spec, chance) => ({ ...spec, replacement: { ...spec.replacement, policy: chance.of(["Automatic", "Never"]) } }),
  (spec, chance) => ({ ...spec, replacement: { ...spec.replacement, foreignQueues: chance.of(["Block", "Repoint"]) } }),
  (spec, chance) => ({
    ...spec,
    drain: chance.of([
      { policy: "Wait" as const },
      { policy: "Terminate" as const, timeoutSeconds: chance.of([0, 120]) },
    ]),
  }),
  (spec, chance) => (chance.is(0.6) ? without(spec, "deletionPolicy") : { ...spec, deletionPolicy: "Retain" }),
];

/** A placement group that the account of a world does not have: AWS makes the environment, and finds it INVALID. */
export const missingPlacementGroup = "pg-gone";
/** An instance type that AWS does not offer: it refuses the call. */
const unknownInstanceType = "c9.nosuch";

/** What nobody can make until a user corrects it. */
const faults = {
  refused: { instanceTypes: [unknownInstanceType] },
  invalid: { placementGroup: missingPlacementGroup },
} as const satisfies Readonly<Record<string, Partial<Resources>>>;

/** The spec with a fault: AWS refuses it at the call, or finds it INVALID later. */
export function impossible(spec: Spec, fault: keyof typeof faults): Spec {
  const { computeResources } = spec;
  return computeResources === undefined
    ? spec
    : { ...spec, computeResources: { ...computeResources, ...faults[fault] } };
}

/** Takes each fault of `impossible` back. */
function possible({ placementGroup, ...given }: Resources): Resources {
  return {
    ...given,
    ...(placementGroup === undefined || placementGroup === missingPlacementGroup ? {} : { placementGroup }),
    ...(given.instanceTypes?.includes(unknownInstanceType) === true ? { instanceTypes: ["c5.large"] } : {}),
  };
}

/** A user who checks the instance types finds the impossible one. */
const withOtherTypes: Edit = (spec, chance) =>
  spec.computeResources === undefined
    ? spec
    : {
        ...spec,
        computeResources: {
          ...possible(spec.computeResources),
          instanceTypes: chance.of([["c5.large"], ["m5.large"], ["r5.large", "c5.large"]]),
        },
      };

const onInstances: readonly Edit[] = [
  ...[1, 2, 3].map(() => withOtherTypes),
  resources((_given, chance) => ({ minvCpus: chance.of([0, 2]) })),
  resources((given, chance) => ({
    allocationStrategy:
      given.type === "SPOT" ? "SPOT_CAPACITY_OPTIMIZED" : chance.of(["BEST_FIT_PROGRESSIVE", "BEST_FIT"]),
  })),
  resources((_given, chance) => ({ tags: chance.of([{}, { project: "x" }]) })),
  (spec, chance) =>
    chance.is(0.5)
      ? without(spec, "updatePolicy")
      : {
          ...spec,
          updatePolicy: { jobExecutionTimeoutMinutes: chance.of([1, 30]), terminateJobsOnUpdate: chance.is(0.2) },
        },
  ({ iam, ...spec }, chance) => {
    const { serviceRole: _made, ...others } = iam ?? {};
    const rest = Object.keys(others).length > 0 ? { iam: others } : {};
    if (chance.is(0.3)) return { ...without(spec, "serviceRole"), iam: { ...others, serviceRole: {} } };
    return chance.is(0.5)
      ? { ...without(spec, "serviceRole"), ...rest }
      : { ...spec, ...rest, serviceRole: chance.of(serviceRoles) };
  },
  (spec, chance) => ({ ...spec, rolloutToken: `t${chance.whole(1, 4)}` }),
];

/** One to three changes at once. */
export function editEnvironment(spec: Spec, chance: Chance): Spec {
  const edits = spec.computeResources?.type?.startsWith("FARGATE") === true ? anywhere : [...anywhere, ...onInstances];
  let edited = spec;
  for (let count = 1 + chance.skewed(2); count > 0; count--) edited = chance.of(edits)(edited, chance);
  return edited;
}

/** What the last word of a story is: nothing in it keeps the object from becoming Ready. */
export function settledEnvironment(spec: Spec): Spec {
  // An update may come hours later, when a window opens.
  const { state: _state, imageUpdates: _updates, replacement, computeResources, network, ...rest } = spec;
  return {
    ...rest,
    ...(network === undefined ? {} : { network: without(network, "preflight") }),
    state: "ENABLED",
    replacement: { ...without(without(replacement ?? {}, "policy"), "holdBefore"), foreignQueues: "Block" },
    ...(computeResources === undefined ? {} : { computeResources: possible(computeResources) }),
  };
}
