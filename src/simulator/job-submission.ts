import type { RetryStrategy, SubmitJobRequest } from "@aws-sdk/client-batch";
import type { DefinitionRevision, Queue } from "../aws/batch.ts";
import { checkRetries } from "./job-definition-rules.ts";
import type { JobPlan } from "./job-detail.ts";
import { invalid } from "./refusals.ts";
import { checkTags } from "./tags.ts";

/** What Batch checks before it takes a job. @throws Refusal */
export function checkedSubmission(
  request: SubmitJobRequest,
  queue: Queue | undefined,
  definition: DefinitionRevision | undefined,
): { readonly queue: Queue; readonly definition: DefinitionRevision } {
  if (!/^[0-9A-Za-z][0-9A-Za-z_-]{0,127}$/.test(request.jobName ?? "")) {
    throw invalid("Job name should match a valid pattern."); // our words
  }
  if (queue === undefined) throw invalid(`JobQueue ${request.jobQueue} not found.`);
  if (queue.state !== "ENABLED" || queue.status === "DELETING") {
    throw invalid(`JobQueue ${queue.jobQueueName} is not in ENABLED state.`); // our words
  }
  if (definition === undefined) {
    throw invalid(`JobDefinition name ${request.jobDefinition} does not exist or is not in ACTIVE status`);
  }
  const priority = request.schedulingPriorityOverride ?? definition.schedulingPriority;
  if (queue.schedulingPolicyArn !== undefined) {
    if (request.shareIdentifier === undefined) throw invalid("shareIdentifier is required."); // our words
    if (priority === undefined) {
      throw invalid("Either schedulingPriority in job definition or schedulingPriorityOverride should be specified.");
    }
  } else if (request.shareIdentifier !== undefined) {
    throw invalid("shareIdentifier is only applicable for fairshare queues."); // our words
  }
  if (request.timeout !== undefined && (request.timeout.attemptDurationSeconds ?? 0) < 60) {
    throw invalid("AttemptDurationSeconds in Timeout must be at least 60 seconds.");
  }
  checkRetries(request.retryStrategy);
  checkTags(request.tags);
  return { queue, definition };
}

/** vCPUs that the job asks for, all nodes together. */
export function vcpusOf(request: SubmitJobRequest, definition: DefinitionRevision): number {
  const { containerProperties, ecsProperties, eksProperties, nodeProperties } = definition;
  const required = (
    list: readonly { readonly type?: string | undefined; readonly value?: string | undefined }[] = [],
  ) => Number(list.find((one) => one.type === "VCPU")?.value ?? 0);
  if (nodeProperties !== undefined) {
    const first = nodeProperties.nodeRangeProperties?.[0]?.container;
    return (
      (request.nodeOverrides?.numNodes ?? nodeProperties.numNodes ?? 1) * (required(first?.resourceRequirements) || 1)
    );
  }
  if (ecsProperties !== undefined) {
    const containers = ecsProperties.taskProperties?.[0]?.containers ?? [];
    return containers.reduce((sum, container) => sum + required(container.resourceRequirements), 0);
  }
  if (eksProperties !== undefined) {
    const containers = eksProperties.podProperties?.containers ?? [];
    return containers.reduce((sum, { resources }) => sum + Number(resources?.limits?.["cpu"] ?? 1), 0);
  }
  const overrides = request.containerOverrides;
  return (
    required(overrides?.resourceRequirements) ||
    required(containerProperties?.resourceRequirements) ||
    (containerProperties?.vcpus ?? 1)
  );
}

/** A command `sleep N` runs N seconds; any other the default time. All end well. */
export function defaultPlan(request: SubmitJobRequest, definition: DefinitionRevision, durationMs: number): JobPlan {
  const command = request.containerOverrides?.command ?? definition.containerProperties?.command ?? [];
  const seconds = command[0] === "sleep" ? Number(command[1]) : Number.NaN;
  return { durationMs: Number.isFinite(seconds) ? seconds * 1000 : durationMs, exitCode: 0 };
}

/** Whether a failed attempt is tried again. @param failed how often the job has run, this attempt included */
export function isRetried(
  strategy: RetryStrategy | undefined,
  failed: number,
  end: { readonly exitCode: number | undefined; readonly reason: string | undefined; readonly statusReason: string },
): boolean {
  if (failed >= (strategy?.attempts ?? 1)) return false;
  const entry = (strategy?.evaluateOnExit ?? []).find(
    (one) =>
      matches(one.onExitCode, end.exitCode?.toString() ?? "") &&
      matches(one.onReason, end.reason ?? "") &&
      matches(one.onStatusReason, end.statusReason),
  );
  return entry?.action?.toLowerCase() !== "exit";
}

function matches(glob: string | undefined, text: string): boolean {
  if (glob === undefined) return true;
  return glob.endsWith("*") ? text.startsWith(glob.slice(0, -1)) : text === glob;
}
