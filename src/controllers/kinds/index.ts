/**
 * The door of the kinds: what the operator and its tools know of each in addition to its declaration in `src/api`. A kind without an
 * entry does not compile. `pass/pass.ts` is the flow that all share; `scheduling-policy.ts` is the smallest kind to read first,
 * `compute-environment/life.ts` the order of the steps of the largest.
 */

import type { KindName } from "../../api/v1alpha1/kinds.ts";
import type { Environment } from "../../aws/batch.ts";
import { jsonEqual } from "../../runtime/json-equal.ts";
import type { Reconciler } from "../../runtime/object-reconciler.ts";
import type { FieldRows } from "../fields/rows.ts";
import type { PlacedSpec } from "../parts/network-reference/fill.ts";
import type { Ports } from "../ports.ts";
import { batchJobs, type JobsRuntime } from "./batch-job/controller.ts";
import { batchNetworks } from "./batch-network/controller.ts";
import { batchRoles } from "./batch-role.ts";
import { computeEnvironments } from "./compute-environment/controller.ts";
import { differences } from "./compute-environment/diff.ts";
import { fields as environmentFields } from "./compute-environment/fields.ts";
import { consumableFields, consumableResources } from "./consumable-resource.ts";
import { jobDefinitions } from "./job-definition/controller.ts";
import { normalised } from "./job-definition/normalise.ts";
import { jobQueues } from "./job-queue/controller.ts";
import { queueFields } from "./job-queue/fields.ts";
import { quotaShareFields } from "./quota-share/lowering.ts";
import { quotaShares } from "./quota-share.ts";
import { policyFields, schedulingPolicies } from "./scheduling-policy.ts";
import { serviceEnvironmentFields, serviceEnvironments } from "./service-environment.ts";

/** What the reconcilers of some kinds need in addition to the ports. */
export interface Further {
  readonly jobs: JobsRuntime;
}

export interface KindEntry {
  readonly reconciler: (ports: Ports, further: Further) => Reconciler;
  /** As much of a spec as its deletion reads, apart from region and name: of an object of which only AWS resources are known. */
  readonly leastSpec: object;
  /** Its fields as AWS has them; undefined: it has a form of its own, or AWS has no resource of it. */
  readonly fields?: FieldRows<never, never>;
  /**
   * Whether the operator would leave a resource as it is under a spec, tags aside; undefined: where no field differs. AWS's
   * record and a spec have members of the same names.
   */
  readonly matcher?: (record: object) => (spec: object) => boolean;
  /** Members that are never AWS's default, by path, `[]` for the items of a list. */
  readonly keeps?: readonly string[];
}

export const kindEntries: Readonly<Record<KindName, KindEntry>> = {
  BatchComputeEnvironment: {
    reconciler: computeEnvironments,
    leastSpec: { type: "MANAGED" },
    fields: environmentFields,
    matcher: (record) => (spec) => differences(spec as PlacedSpec, record as Environment).length === 0,
    // A template that the spec does not name is as AWS has it: nothing would name it after a replacement.
    keeps: ["launchTemplateId", "launchTemplateName"].flatMap((name) =>
      [name, `overrides[].${name}`].map((path) => `computeResources.launchTemplate.${path}`),
    ),
  },
  JobQueue: { reconciler: jobQueues, leastSpec: { priority: 1 }, fields: queueFields },
  JobDefinition: {
    reconciler: jobDefinitions,
    leastSpec: { type: "container" },
    matcher(record) {
      const body = normalised(record);
      return (spec) => jsonEqual(normalised(spec), body);
    },
  },
  BatchNetwork: {
    reconciler: batchNetworks,
    leastSpec: { vpcId: "vpc-0", subnets: [] },
  },
  BatchJob: { reconciler: (ports, { jobs }) => batchJobs(ports, jobs), leastSpec: {} },
  BatchRole: { reconciler: batchRoles, leastSpec: { purpose: "job" } },
  SchedulingPolicy: { reconciler: schedulingPolicies, leastSpec: {}, fields: policyFields },
  ServiceEnvironment: {
    reconciler: serviceEnvironments,
    leastSpec: { serviceEnvironmentType: "SAGEMAKER_TRAINING", capacityLimits: [] },
    fields: serviceEnvironmentFields,
  },
  ConsumableResource: { reconciler: consumableResources, leastSpec: { totalQuantity: 0 }, fields: consumableFields },
  QuotaShare: {
    reconciler: quotaShares,
    leastSpec: {
      capacityLimits: [],
      resourceSharingConfiguration: { strategy: "RESERVE" },
      preemptionConfiguration: { inSharePreemption: "DISABLED" },
    },
    fields: quotaShareFields,
  },
};
