import { batchJobExamples } from "./batch-jobs.ts";
import { batchNetworkExamples } from "./batch-networks.ts";
import { batchRoleExamples } from "./batch-roles.ts";
import { computeEnvironmentExamples } from "./compute-environments.ts";
import { consumableResourceExamples } from "./consumable-resources.ts";
import type { CelExample } from "./example.ts";
import { jobDefinitionExamples } from "./job-definitions.ts";
import { jobQueueExamples } from "./job-queues.ts";
import { quotaShareExamples } from "./quota-shares.ts";
import { schedulingPolicyExamples } from "./scheduling-policies.ts";
import { serviceEnvironmentExamples } from "./service-environments.ts";

export type { CelExample } from "./example.ts";

/** An accepted and a refused object for every CEL rule of every kind. */
export const celExamples: readonly CelExample[] = [
  ...batchNetworkExamples,
  ...computeEnvironmentExamples,
  ...jobQueueExamples,
  ...jobDefinitionExamples,
  ...batchJobExamples,
  ...batchRoleExamples,
  ...schedulingPolicyExamples,
  ...serviceEnvironmentExamples,
  ...consumableResourceExamples,
  ...quotaShareExamples,
];
