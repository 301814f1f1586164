import type { BatchJob, BatchJobSpec, BatchJobStatus } from "../../../../src/api/v1alpha1/batch-job.ts";
import type { JobRecord } from "../../../../src/aws/job-record.ts";
import type { JobSeen, Seen } from "../../../../src/controllers/kinds/batch-job/seen.ts";
import { ownerTags } from "../../../../src/controllers/ownership/ownership.ts";
import { directivesOf } from "../../../../src/controllers/pass/directives.ts";
import { defaultSettings } from "../../../../src/controllers/ports.ts";

/** What the plan of a job is computed from, as tests begin with it. */

export const uid = "0c9d2b1a";
export const jobName = `team_hello_${uid}`;
export const settings = { ...defaultSettings, region: "eu-west-1" };
export const identity = { cluster: { name: "default", uid: "cluster-1" }, namespace: "team", name: "hello", uid };

export function jobObject(spec: Partial<BatchJobSpec> = {}, status?: BatchJobStatus, deleting = false): BatchJob {
  return {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind: "BatchJob",
    metadata: {
      name: "hello",
      namespace: "team",
      uid,
      resourceVersion: "1",
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...(deleting ? { deletionTimestamp: "2026-01-02T00:00:00Z", finalizers: ["awsbatch.dev/cleanup"] } : {}),
    },
    spec: { jobQueueRef: { name: "queue" }, jobDefinitionRef: { name: "definition" }, ...spec },
    ...(status === undefined ? {} : { status }),
  };
}

export function record(change: Partial<JobRecord> = {}): JobRecord {
  return {
    jobId: "job-1",
    jobArn: "arn:aws:batch:eu-west-1:123456789012:job/job-1",
    jobName,
    status: "RUNNING",
    statusReason: undefined,
    createdAt: Date.UTC(2026, 0, 1),
    startedAt: undefined,
    stoppedAt: undefined,
    exitCode: undefined,
    reason: undefined,
    queue: "team_queue",
    definitionArn: "arn:aws:batch:eu-west-1:123456789012:job-definition/team_definition:1",
    attempts: [],
    array: undefined,
    logs: undefined,
    tags: ownerTags(identity),
    isEnding: false,
    ...change,
  };
}

type Known = Extract<JobSeen, { kind: "known" }>;

export function known(change: Partial<Known> = {}): Known {
  return {
    kind: "known",
    jobId: "job-1",
    isReported: true,
    submittedMsAgo: undefined,
    jobArn: undefined,
    queue: undefined,
    queueSays: undefined,
    record: record(),
    missingForMs: undefined,
    notBefore: Date.UTC(2026, 0, 1),
    endedMsAgo: {},
    taggedMsAgo: undefined,
    duplicates: [],
    mayHaveDuplicates: false,
    failedChildren: [],
    listsMore: false,
    ...change,
  };
}

export const intent = { uid, attempt: 1, at: Date.UTC(2026, 0, 1, 0, 59), by: "process-1", queue: "team_queue" };

export function seenOf(object: BatchJob, change: Partial<Seen> = {}): Seen {
  return {
    identity,
    directives: directivesOf(object, settings),
    settings,
    processId: "process-1",
    observedAt: Date.UTC(2026, 0, 1),
    place: { region: "eu-west-1", partition: "aws" },
    jobName,
    recorded: undefined,
    job: { kind: "none", intent: undefined },
    queue: { kind: "resolved", name: "team_queue", value: "arn:queue" },
    definition: { kind: "resolved", name: "team_definition", value: "team_definition:1" },
    consumables: { kind: "resolved", overrides: {} },
    dependencies: [],
    namedJobHold: undefined,
    ...change,
  };
}
