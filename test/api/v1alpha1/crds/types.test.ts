import type {
  CreateComputeEnvironmentRequest,
  CreateJobQueueRequest,
  RegisterJobDefinitionRequest,
} from "@aws-sdk/client-batch";
import { expectTypeOf, test } from "vitest";
import type { Condition } from "../../../../src/api/object.ts";
import type {
  BatchComputeEnvironmentSpec,
  BatchComputeEnvironmentStatus,
} from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { JobDefinitionSpec, JobDefinitionStatus } from "../../../../src/api/v1alpha1/job-definition.ts";
import type { JobQueueSpec, JobQueueStatus } from "../../../../src/api/v1alpha1/job-queue.ts";
import type { Change } from "../../../../src/controllers/pass/agenda.ts";

/** Checked by the compiler, like the rest of the types. */

test("a spec is what the SDK's requests take, field by field", () => {
  expectTypeOf<BatchComputeEnvironmentSpec["computeResources"]>().toExtend<
    CreateComputeEnvironmentRequest["computeResources"]
  >();
  expectTypeOf<JobQueueSpec["jobStateTimeLimitActions"]>().toExtend<
    CreateJobQueueRequest["jobStateTimeLimitActions"]
  >();
  expectTypeOf<JobDefinitionSpec & { jobDefinitionName: string }>().toExtend<RegisterJobDefinitionRequest>();
});

test("a status holds what the controllers report", () => {
  type Reported = { plan: Change; conditions: Condition[] };
  expectTypeOf<Reported>().toExtend<BatchComputeEnvironmentStatus>();
  expectTypeOf<Reported>().toExtend<JobQueueStatus>();
  expectTypeOf<Reported>().toExtend<JobDefinitionStatus>();
});
