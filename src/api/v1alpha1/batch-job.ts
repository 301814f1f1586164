import type { z } from "zod";
import type { KubeObject } from "../object.ts";
import {
  consumableResourcePropertiesOverride,
  containerOverrides,
  ecsPropertiesOverride,
  eksPropertiesOverride,
  nodeOverrides,
} from "./batch-job-overrides.ts";
import { batchJobRules, dependencyRules } from "./batch-job-rules.ts";
import { policyFields, statusFields, time } from "./common.ts";
import { retryStrategy, timeout } from "./job-definition.ts";
import { dnsSubdomain } from "./names.ts";
import { reference } from "./references.ts";
import {
  anyText,
  arnText,
  atomicList,
  type DeepReadonly,
  flag,
  int,
  int32Max,
  mapList,
  object,
  oneOf,
  text,
  textMap,
} from "./schema.ts";

/** The largest request of SubmitJob, in bytes of JSON; no text in it can be longer. */
const requestBytesMax = 30_720;

const { adoptionPolicy: _nothingToAdopt, deletionPolicy: _ofJobs, ...policies } = policyFields;

/**
 * As AWS makes them. Jobs of several namespaces are read in one call, and AWS may refuse a call for one ID that is none: what
 * has another form is never sent.
 */
const jobId = (description: string) => text(description, 36, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/).optional();

const dependency = object(
  "One dependency.",
  {
    jobRef: object("A BatchJob of this namespace.", {
      name: text("Name of the object.", 253, dnsSubdomain),
    }).optional(),
    jobId: jobId("ID of a job in AWS; either this or jobRef."),
    type: oneOf(
      "N_TO_N: each child of this array waits for the child of the same index. SEQUENTIAL: the children of this array run one after the other; without jobRef and jobId.",
      ["N_TO_N", "SEQUENTIAL"],
    ).optional(),
  },
  ...dependencyRules,
);

export const BatchJobSpec = object(
  "The job; AWS's fields have AWS's names.",
  {
    jobQueue: arnText("Name or ARN of a job queue in AWS; either this or jobQueueRef.", "jobQueue", 256).optional(),
    jobQueueRef: reference("A JobQueue.", "the job").optional(),
    jobDefinition: arnText(
      "Name, name:revision or ARN of a job definition in AWS; either this or jobDefinitionRef.",
      "jobDefinition",
      256,
    ).optional(),
    jobDefinitionRef: reference(
      "A JobDefinition. The job runs the revision that matches the object when it is submitted.",
      "the job",
    ).optional(),
    shareIdentifier: text(
      "Share of the job; required on a fair-share queue, not allowed on any other.",
      255,
      /^[A-Za-z0-9_-]+[*]?$/,
    ).optional(),
    schedulingPriorityOverride: int("Priority within its share; only on a fair-share queue.", 0, 9999).optional(),
    arrayProperties: object("Makes the job an array of children.", {
      size: int("Number of children.", 2, 10_000).optional(),
    }).optional(),
    dependsOn: atomicList("Jobs that must succeed first; at most 20.", dependency, 20).optional(),
    parameters: textMap("Values for Ref::name in commands.", 256, requestBytesMax).optional(),
    containerOverrides: containerOverrides.optional(),
    nodeOverrides: nodeOverrides.optional(),
    ecsPropertiesOverride: ecsPropertiesOverride.optional(),
    eksPropertiesOverride: eksPropertiesOverride.optional(),
    retryStrategy: retryStrategy.optional(),
    timeout: timeout.optional(),
    propagateTags: flag("Copy tags to the ECS task; not on EKS. Default: as the definition says.").optional(),
    consumableResourcePropertiesOverride: consumableResourcePropertiesOverride.optional(),
    suspend: flag("Keeps the job from being submitted. Can only change from true to false. Default: false.").optional(),
    cancel: flag(
      "Ends the job; object and result stay. Can only change from false to true. Default: false.",
    ).optional(),
    ttlSecondsAfterFinished: int(
      "Seconds after the end of the job, with its result in status, until the operator deletes this object; 0: at once. An object that Argo CD or Flux tracks stays. Default: it is kept.",
      0,
      int32Max,
    ).optional(),
    deletionPolicy: oneOf(
      "Whether deleting this object ends its job, and waits for the end, or lets it run. Default: the operator's --default-deletion-policy, else Delete.",
      ["Delete", "Retain"],
    ).optional(),
    ...policies,
  },
  ...batchJobRules,
);

const instant = (description: string) => time(description).optional();

export const BatchJobStatus = object("Observed state of the job in AWS.", {
  ...statusFields,
  status: text(
    "AWS's status of the job. It goes only forward; FAILED also of a job that was never submitted and never will be.",
    32,
  ).optional(),
  jobId: jobId("ID of the job in AWS."),
  jobArn: text("ARN of the job.", 2048).optional(),
  jobQueue: text("Name of the job queue in AWS.", 128).optional(),
  jobDefinitionArn: text("ARN of the revision that the job runs.", 2048).optional(),
  exitCode: int("Exit code of the last attempt.", -int32Max, int32Max).optional(),
  createdAt: instant("When AWS accepted the job."),
  startedAt: instant("When the last attempt started."),
  stoppedAt: instant("When the job ended."),
  duration: text("Time from its start to its end, e.g. 1h3m.", 32).optional(),
  attempts: atomicList(
    "Attempts that ended, at most 10.",
    object("One attempt.", {
      startedAt: instant("When it started."),
      stoppedAt: instant("When it ended."),
      exitCode: int("Exit code.", -int32Max, int32Max).optional(),
      reason: anyText("Reason of the container.", 1024).optional(),
      statusReason: anyText("AWS's reason for the end.", 1024).optional(),
      logStream: text("Log stream of its container.", 512).optional(),
    }),
    10,
  ).optional(),
  array: object("Children of an array.", {
    size: int("Number of children.", 0, 10_000),
    counts: mapList(
      "Children by status.",
      ["status"],
      object("Children in one status.", {
        status: text("Status in AWS.", 32),
        count: int("Number of children.", 0, 10_000),
      }),
      16,
    ).optional(),
    failedIndices: anyText("Indices of the children that failed, as ranges: 1,3-5.", 4096).optional(),
  }).optional(),
  logs: object("Where the last attempt logs to, in CloudWatch Logs.", {
    group: text("Log group.", 512),
    stream: text("Log stream.", 512),
    url: text("Link to the console.", 2048),
  }).optional(),
});

export type BatchJobSpec = z.infer<typeof BatchJobSpec>;
export type BatchJobStatus = DeepReadonly<z.infer<typeof BatchJobStatus>>;
export type BatchJob = KubeObject<BatchJobSpec, BatchJobStatus>;
