import type { BatchJobSpec, BatchJobStatus } from "../../src/api/v1alpha1/batch-job.ts";
import { apiVersion } from "../../src/api/v1alpha1/group.ts";
import { shortHash } from "../../src/controllers/fields/fingerprint.ts";

/** `BatchJob` objects as an API server has them, of the size that a pipeline's jobs have. */

const [account, region] = ["123456789012", "us-east-1"];
const arn = `arn:aws:batch:${region}:${account}`;
const at = "2026-11-28T08:00:00Z";

/** The object of a pipeline that somebody has applied. @param index from 0 */
export function pipelineJob(index: number, namespace: string) {
  const name = `align-sample-${index}`;
  const spec: BatchJobSpec = {
    jobQueueRef: { name: "queue" },
    jobDefinitionRef: { name: "definition" },
    containerOverrides: {
      command: ["align", "--reference", "s3://genomes/grch38.fa", "--in", `s3://samples/${index}.fastq.gz`],
      environment: Array.from({ length: 8 }, (_, setting) => ({
        name: `SETTING_${setting}`,
        value: `value-${index}-${setting}`,
      })),
      resourceRequirements: [
        { type: "VCPU", value: "4" },
        { type: "MEMORY", value: "16384" },
      ],
    },
    retryStrategy: { attempts: 3, evaluateOnExit: [{ onStatusReason: "Host EC2*", action: "RETRY" }] },
    timeout: { attemptDurationSeconds: 7200 },
    tags: { project: "pipeline", sample: `s-${index}` },
    deletionPolicy: "Delete",
  };
  const metadata = {
    name,
    namespace,
    labels: { "app.kubernetes.io/name": "align", "app.kubernetes.io/part-of": "pipeline", sample: `s-${index}` },
    annotations: {
      "awsbatch.dev/location": `${account}/${region}`,
      "argocd.argoproj.io/tracking-id": `pipeline:awsbatch.dev/BatchJob:${namespace}/${name}`,
    },
    finalizers: ["awsbatch.dev/cleanup"],
  };
  return { apiVersion, kind: "BatchJob", metadata, spec };
}

/** The same in a list of the API server, with its status. */
export function listedJob(index: number, finished: boolean): object {
  const { metadata, ...manifest } = pipelineJob(index, "team");
  const uid = `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
  const intent = { uid, attempt: 1, by: "mihq3x1k-8f2k1m9z0a", queue: "team_queue", at };
  return {
    ...manifest,
    metadata: {
      ...metadata,
      uid,
      resourceVersion: String(100_000 + index),
      generation: 1,
      creationTimestamp: at,
      annotations: { ...metadata.annotations, "awsbatch.dev/submission": JSON.stringify(intent) },
      managedFields: [{ manager: "argocd-controller", operation: "Apply", fieldsV1: { "f:spec": { "f:tags": {} } } }],
    },
    status: jobStatus(`team_${metadata.name}`, uid, finished),
  };
}

/** What the operator has written of a job. @param name in AWS, without the uid */
export function jobStatus(name: string, uid: string, finished: boolean): BatchJobStatus {
  const jobId = uid;
  const jobName = `${name}_${uid}`;
  const jobArn = `${arn}:job/${jobId}`;
  const message = finished ? `job ${jobId} succeeded` : `job ${jobId} runs`;
  const stream = `align/default/${jobId.replaceAll("-", "")}`;
  const stamp = { lastTransitionTime: at, observedGeneration: 1 };
  return {
    observedGeneration: 1,
    accountId: account,
    region,
    plan: { action: "None", id: shortHash([uid, 1]), reason: finished ? "JobEnded" : "InSync", changes: [] },
    name: jobName,
    arn: jobArn,
    jobArn,
    jobId,
    status: finished ? "SUCCEEDED" : "RUNNING",
    jobQueue: "team_queue",
    jobDefinitionArn: `${arn}:job-definition/team_definition:7`,
    createdAt: at,
    startedAt: at,
    ...(finished
      ? {
          statusReason: "Essential container in task exited",
          stoppedAt: at,
          exitCode: 0,
          duration: "1h3m20s",
          attempts: [
            {
              startedAt: at,
              stoppedAt: at,
              exitCode: 0,
              statusReason: "Essential container in task exited",
              logStream: stream,
            },
          ],
        }
      : {}),
    logs: {
      group: "/aws/batch/job",
      stream,
      url: `https://console.aws.amazon.com/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/$252Faws$252Fbatch$252Fjob/log-events/${stream.replaceAll("/", "$252F")}`,
    },
    conditions: [
      {
        type: "Ready",
        status: finished ? "True" : "False",
        reason: finished ? "Succeeded" : "JobRunning",
        message,
        ...stamp,
      },
      { type: "Synced", status: "True", reason: "ReadFromAWS", message: "AWS was read", ...stamp },
      finished
        ? { type: "Complete", status: "True", reason: "Succeeded", message, ...stamp }
        : { type: "Reconciling", status: "True", reason: "JobRunning", message, ...stamp },
    ],
  };
}
