/**
 * The fields of compute environments: rows as of every kind, and what kind of update a change of each needs (AWS Batch User
 * Guide, "Updating compute environments"; API reference of UpdateComputeEnvironment, ComputeResourceUpdate). Pure data.
 */

import type { BatchComputeEnvironmentSpec } from "../../../api/v1alpha1/batch-compute-environment.ts";
import { jobTimeoutMinutes } from "../../../api/v1alpha1/batch-compute-environment-rules.ts";
import type {
  CreateComputeEnvironmentRequest,
  Environment,
  UpdateComputeEnvironmentRequest,
} from "../../../aws/batch.ts";
import {
  sameImages,
  sameLaunchTemplate,
  sameList,
  sameMap,
  sameNumber,
  sameRole,
  sameSet,
} from "../../fields/compare.ts";
import { type Field, fieldsOf } from "../../fields/rows.ts";

/** The kind of environment that both the spec and AWS's record describe; it decides which updates AWS accepts. */
export type Family = "ec2" | "fargate" | "managedInstances" | "unmanaged";

/**
 * - `metadata`: in place, no instance is touched
 * - `scaling`: in place, capacity only
 * - `infrastructure`: instances are replaced, where AWS allows it; else a new environment
 * - `replacement`: always a new environment
 */
export type UpdateNeed = "metadata" | "scaling" | "infrastructure" | "replacement";

/** What each row has in addition. */
export interface Needing {
  /** By the family of the environment; left out where the table does not compare the field. */
  readonly need: Readonly<Partial<Record<Family, UpdateNeed>>>;
}

export type EnvironmentField = Field<BatchComputeEnvironmentSpec, Environment, Needing>;

const everywhere = (need: UpdateNeed): Readonly<Record<Family, UpdateNeed>> => ({
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

export const fields: readonly EnvironmentField[] = fieldsOf<
  BatchComputeEnvironmentSpec,
  CreateComputeEnvironmentRequest,
  UpdateComputeEnvironmentRequest,
  "computeEnvironmentName",
  Environment,
  Needing
>({
  type: { in: "creation", absent: "kept", need: everywhere("replacement") },
  state: { absent: "kept", initially: "ENABLED", need: everywhere("metadata") },
  unmanagedvCpus: { absent: "kept", need: { unmanaged: "metadata" } },
  updatePolicy: {
    in: "update",
    absent: "kept",
    need: { ec2: "metadata", managedInstances: "metadata" },
    // A `true` that AWS kept for a member left out would end jobs against the spec (API reference, UpdatePolicy).
    defaults: { terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: jobTimeoutMinutes },
  },
  ecsSettings: {
    absent: "kept",
    need: everywhere("metadata"),
    isInitial: (value) => sameMap(value, { containerInsights: "DISABLED" }),
  },
  eksConfiguration: { in: "creation", need: everywhere("replacement") },
  computeResources: {
    fields: {
      // Which change is possible depends on both types.
      type: { need: {} },
      maxvCpus: { absent: "kept", need: everywhere("scaling") },
      minvCpus: { nothing: 0, need: { ec2: "scaling" } },
      // Afterwards AWS's scaler sets it.
      desiredvCpus: { in: "creation", absent: "kept", need: {}, isInitial: () => true },
      scalingPolicy: {
        nothing: { minScaleDownDelayMinutes: 0 },
        same: (desired, described) => sameNumber(0)(delay(desired), delay(described)),
        need: { ec2: "scaling", managedInstances: "scaling" },
      },
      subnets: {
        absent: "kept",
        same: sameSet,
        need: { ec2: "infrastructure", fargate: "metadata", managedInstances: "replacement" },
      },
      securityGroupIds: {
        nothing: [],
        same: sameSet,
        need: { ec2: "infrastructure", fargate: "metadata", managedInstances: "replacement" },
      },
      // What they select, or the network gives, is in the two above.
      networkRef: { sentBy: "plan" },
      subnetSelector: { sentBy: "plan" },
      securityGroupSelector: { sentBy: "plan" },
      allocationStrategy: { nothing: "BEST_FIT", need: { ec2: "infrastructure" } },
      instanceTypes: {
        absent: "kept",
        same: (desired, described, { computeResources }) =>
          (orderedStrategies.includes(computeResources?.allocationStrategy ?? "") ? sameList : sameSet)(
            desired,
            described,
          ),
        need: { ec2: "infrastructure" },
      },
      bidPercentage: { nothing: 100, need: { ec2: "infrastructure" } },
      imageId: { nothing: "", need: { ec2: "infrastructure" } },
      ec2Configuration: {
        absent: "kept",
        same: sameImages,
        need: { ec2: "infrastructure" },
        isInitial: isDefaultImage,
      },
      launchTemplate: {
        nothing: { launchTemplateId: "" },
        same: sameLaunchTemplate,
        need: { ec2: "infrastructure" },
      },
      ec2KeyPair: { nothing: "", need: { ec2: "infrastructure" } },
      instanceRole: { absent: "kept", same: sameRole, need: { ec2: "infrastructure" } },
      placementGroup: { nothing: "", need: { ec2: "infrastructure" } },
      tags: { nothing: {}, same: sameMap, need: { ec2: "infrastructure" } },
      // The roles that they refer to are in the fields above and below.
      instanceRoleRef: { sentBy: "nobody" },
      spotFleetRoleRef: { sentBy: "nobody" },
      spotIamFleetRole: { in: "creation", same: sameRole, need: { ec2: "replacement" } },
      // Only one source says which of these AWS changes in place. A new environment is always safe.
      // AWS fills in what the spec leaves out, so a member that is taken out of the spec stays as AWS has it.
      managedInstancesProvider: { absent: "kept", need: { managedInstances: "replacement" } },
      capacityTags: { same: sameMap, need: { managedInstances: "replacement" } },
    },
  },
  // Whether a change is possible depends on both roles.
  serviceRole: { same: isSameServiceRole, need: {} },
  // A token asks for fresh instances, and a tag notes the last one.
  rolloutToken: { sentBy: "plan" },
  // They fill in the roles and groups above.
  serviceRoleRef: { sentBy: "nobody" },
  iam: { sentBy: "nobody" },
  network: { sentBy: "nobody" },
  replacement: { sentBy: "nobody" },
  imageUpdates: { sentBy: "nobody" },
  drain: { sentBy: "nobody" },
  allowedNamespaces: { sentBy: "nobody" },
});

/** Whether a role is the service-linked role of AWS Batch; leaving a role out means that one. */
export function isServiceLinked(role: unknown): boolean {
  return (
    role === undefined || role === "" || (typeof role === "string" && role.includes(":role/aws-service-role/batch."))
  );
}

/** Whether they are the same; AWS fills in the service-linked role. */
export function isSameServiceRole(desired: unknown, described: unknown): boolean {
  return (isServiceLinked(desired) && isServiceLinked(described)) || sameRole(desired, described);
}

/** Whether it is the image that AWS chooses for instances without GPUs. */
function isDefaultImage(value: unknown, { computeResources }: Environment): boolean {
  if (computeResources?.instanceTypes?.some((type) => /^[gp]\d/.test(type)) === true) return false;
  const images = (value as readonly { readonly batchImageStatus?: string }[]).map(
    ({ batchImageStatus: _byAws, ...image }) => image,
  );
  return ["ECS_AL2023", "EKS_AL2023"].some((imageType) => sameList(images, [{ imageType }]));
}

function delay(policy: unknown): unknown {
  return (policy as { readonly minScaleDownDelayMinutes?: number } | undefined)?.minScaleDownDelayMinutes;
}
