/**
 * The door of the kinds: what the operator and its tools know of each in addition to its declaration in `src/api`. A kind without an
 * entry does not compile. `pass/pass.ts` is the flow that all share; `scheduling-policy.ts` is the smallest kind to read first,
 * `compute-environment/life.ts` the order of the steps of the largest.
 */

import type { KindName } from "../../api/v1alpha1/kinds.ts";
import type { Reconciler } from "../../runtime/object-reconciler.ts";
import type { Ec2Memory } from "../parts/ec2-memory.ts";
import type { Ports } from "../ports.ts";
import { batchJobs, type JobsRuntime } from "./batch-job/controller.ts";
import { computeEnvironments } from "./compute-environment/controller.ts";
import { consumableResources } from "./consumable-resource.ts";
import { jobDefinitions } from "./job-definition/controller.ts";
import { jobQueues } from "./job-queue/controller.ts";
import { quotaShares } from "./quota-share.ts";
import { schedulingPolicies } from "./scheduling-policy.ts";
import { serviceEnvironments } from "./service-environment.ts";

/** What the reconcilers of some kinds need in addition to the ports. */
export interface Further {
  readonly endpoints: Ec2Memory;
  readonly jobs: JobsRuntime;
}

export interface KindEntry {
  readonly reconciler: (ports: Ports, further: Further) => Reconciler;
  /** As much of a spec as its deletion reads, apart from region and name: of an object of which only AWS resources are known. */
  readonly leastSpec: object;
}

export const kindEntries: Readonly<Record<KindName, KindEntry>> = {
  BatchComputeEnvironment: {
    reconciler: (ports, { endpoints }) => computeEnvironments(ports, endpoints),
    leastSpec: { type: "MANAGED" },
  },
  JobQueue: { reconciler: jobQueues, leastSpec: { priority: 1 } },
  JobDefinition: { reconciler: jobDefinitions, leastSpec: { type: "container" } },
  BatchJob: { reconciler: (ports, { jobs }) => batchJobs(ports, jobs), leastSpec: {} },
  SchedulingPolicy: { reconciler: schedulingPolicies, leastSpec: {} },
  ServiceEnvironment: {
    reconciler: serviceEnvironments,
    leastSpec: { serviceEnvironmentType: "SAGEMAKER_TRAINING", capacityLimits: [] },
  },
  ConsumableResource: { reconciler: consumableResources, leastSpec: { totalQuantity: 0 } },
  QuotaShare: {
    reconciler: quotaShares,
    leastSpec: {
      capacityLimits: [],
      resourceSharingConfiguration: { strategy: "RESERVE" },
      preemptionConfiguration: { inSharePreemption: "DISABLED" },
    },
  },
};
