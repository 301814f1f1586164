/**
 * The field table of compute environments: for each field of the spec how it is compared, what its absence means,
 * and what kind of update a change needs (AWS Batch User Guide, "Updating compute environments").
 * Pure data.
 */

import {
  type Comparison,
  sameImages,
  sameLaunchTemplate,
  sameList,
  sameMap,
  sameMembers,
  sameNumber,
  sameRole,
  sameSet,
  sameText,
  sameValue,
} from "../../fields/compare.ts";

/** The kind of environment that both the spec and AWS's record describe; it decides which updates AWS accepts. */
export type Family = "ec2" | "fargate" | "managedInstances" | "unmanaged";

/**
 * - `metadata`: in place, no instance is touched
 * - `scaling`: in place, capacity only
 * - `infrastructure`: instances are replaced, where AWS allows it; else a new environment
 * - `replacement`: always a new environment
 */
export type Need = "metadata" | "scaling" | "infrastructure" | "replacement";

export interface Field {
  /** Below `spec`; the same path below AWS's record and its update request. */
  readonly path: string;
  readonly same: Comparison;
  /**
   * `restored`: leaving it out asks for AWS's default, which `cleared` sends. `kept`: leaving it out leaves it as
   * AWS has it.
   */
  readonly absence: "restored" | "kept";
  readonly need: Readonly<Partial<Record<Family, Need>>>;
  /** What an update sends for "nothing" (API reference of UpdateComputeEnvironment, ComputeResourceUpdate). */
  readonly cleared?: unknown;
  /** What members mean that are left out where the field itself is there; an update names them all. */
  readonly members?: Readonly<Record<string, unknown>>;
}

const everywhere = (need: Need): Readonly<Record<Family, Need>> => ({
  ec2: need,
  fargate: need,
  managedInstances: need,
  unmanaged: need,
});

/** Strategies under which AWS replaces instances in place [User Guide, "Infrastructure updates"]. */
export const updatableStrategies: readonly string[] = [
  "BEST_FIT_PROGRESSIVE",
  "BEST_FIT_PROGRESSIVE_ORDERED",
  "SPOT_CAPACITY_OPTIMIZED",
  "SPOT_PRICE_CAPACITY_OPTIMIZED",
  "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED",
];

/** Strategies under which the order of `instanceTypes` means something. */
export const orderedStrategies: readonly string[] = [
  "BEST_FIT_PROGRESSIVE_ORDERED",
  "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED",
];

export const fields: readonly Field[] = [
  { path: "type", same: sameText, absence: "kept", need: everywhere("replacement") },
  { path: "state", same: sameText, absence: "kept", need: everywhere("metadata") },
  { path: "unmanagedvCpus", same: sameValue, absence: "kept", need: { unmanaged: "metadata" } },
  {
    path: "updatePolicy",
    same: sameMembers,
    absence: "kept",
    need: { ec2: "metadata", managedInstances: "metadata" },
    // A `true` that AWS kept for a member left out would end jobs against the spec (API reference, UpdatePolicy).
    members: { terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 30 },
  },
  { path: "ecsSettings", same: sameMembers, absence: "kept", need: everywhere("metadata") },
  { path: "eksConfiguration", same: sameMembers, absence: "restored", need: everywhere("replacement") },

  { path: "computeResources.maxvCpus", same: sameValue, absence: "kept", need: everywhere("scaling") },
  { path: "computeResources.minvCpus", same: sameNumber(0), absence: "restored", need: { ec2: "scaling" }, cleared: 0 },
  {
    path: "computeResources.scalingPolicy",
    same: (desired, described) => sameNumber(0)(delay(desired), delay(described)),
    absence: "restored",
    need: { ec2: "scaling", managedInstances: "scaling" },
    cleared: { minScaleDownDelayMinutes: 0 },
  },

  {
    path: "computeResources.subnets",
    same: sameSet,
    absence: "kept",
    need: { ec2: "infrastructure", fargate: "metadata", managedInstances: "replacement" },
  },
  {
    path: "computeResources.securityGroupIds",
    same: sameSet,
    absence: "restored",
    need: { ec2: "infrastructure", fargate: "metadata", managedInstances: "replacement" },
    cleared: [],
  },
  {
    path: "computeResources.allocationStrategy",
    same: (desired, described) => (desired ?? "BEST_FIT") === (described ?? "BEST_FIT"),
    absence: "restored",
    need: { ec2: "infrastructure" },
  },
  { path: "computeResources.instanceTypes", same: sameSet, absence: "kept", need: { ec2: "infrastructure" } },
  {
    path: "computeResources.bidPercentage",
    same: sameNumber(100),
    absence: "restored",
    need: { ec2: "infrastructure" },
    cleared: 100,
  },
  {
    path: "computeResources.imageId",
    same: sameText,
    absence: "restored",
    need: { ec2: "infrastructure" },
    cleared: "",
  },
  { path: "computeResources.ec2Configuration", same: sameImages, absence: "kept", need: { ec2: "infrastructure" } },
  {
    path: "computeResources.launchTemplate",
    same: sameLaunchTemplate,
    absence: "restored",
    need: { ec2: "infrastructure" },
    cleared: { launchTemplateId: "" },
  },
  {
    path: "computeResources.ec2KeyPair",
    same: sameText,
    absence: "restored",
    need: { ec2: "infrastructure" },
    cleared: "",
  },
  { path: "computeResources.instanceRole", same: sameRole, absence: "kept", need: { ec2: "infrastructure" } },
  {
    path: "computeResources.placementGroup",
    same: sameText,
    absence: "restored",
    need: { ec2: "infrastructure" },
    cleared: "",
  },
  {
    path: "computeResources.tags",
    same: sameMap,
    absence: "restored",
    need: { ec2: "infrastructure" },
    cleared: {},
  },
  { path: "computeResources.spotIamFleetRole", same: sameRole, absence: "restored", need: { ec2: "replacement" } },
  // What AWS changes here in place and what it refuses is known from one source only; a new environment is always safe.
  // AWS fills in what the spec leaves out, so a member that is taken out of the spec stays as AWS has it.
  {
    path: "computeResources.managedInstancesProvider",
    same: sameMembers,
    absence: "kept",
    need: { managedInstances: "replacement" },
  },
  {
    path: "computeResources.capacityTags",
    same: sameMap,
    absence: "restored",
    need: { managedInstances: "replacement" },
  },
];

/** `instanceTypes` where their order means something. */
export const sameOrderedTypes: Comparison = sameList;

function delay(policy: unknown): unknown {
  return (policy as { readonly minScaleDownDelayMinutes?: number } | undefined)?.minScaleDownDelayMinutes;
}
