import type { RetryStrategy, SubmitJobRequest } from "@aws-sdk/client-batch";
import type { DefinitionRevision, Environment, Queue } from "../aws/batch.ts";
import { hasServiceJobs } from "../aws/service-jobs.ts";
import { capabilityOf } from "./compute-environment-rules.ts";
import { checkFargateSize, checkRetries } from "./job-definition-rules.ts";
import { overridden } from "./job-overrides.ts";
import { invalid, refused } from "./refusals.ts";
import { checkTags } from "./tags.ts";

/** In the words of a report from a real account, misspelling included. */
const fifoOnly =
  "Job with shareIdentifier or schedulingPriority can onlybe submitted to job queue with fair share scheduling policy.";

/**
 * Checks of Batch before it accepts a job. Returns the definition that the job runs.
 * @param environmentsOf existing environments of a queue
 * @throws Refusal
 */
export function checkedSubmission(
  request: SubmitJobRequest,
  queue: Queue | undefined,
  definition: DefinitionRevision | undefined,
  environmentsOf: (queue: Queue) => readonly Environment[],
): { readonly queue: Queue; readonly definition: DefinitionRevision } {
  if (!/^[0-9A-Za-z][0-9A-Za-z_-]{0,127}$/.test(request.jobName ?? "")) {
    throw invalid("Job name should match valid pattern");
  }
  if (queue === undefined) throw invalid(`JobQueue ${request.jobQueue} not found.`);
  if (hasServiceJobs(queue)) {
    throw invalid(`JobQueue ${queue.jobQueueName} only accepts service jobs.`); // our words
  }
  if (queue.state !== "ENABLED" || queue.status === "DELETING") {
    throw invalid(`JobQueue ${queue.jobQueueName} is not in ENABLED state.`); // our words
  }
  if (definition === undefined) {
    throw invalid(`JobDefinition name ${request.jobDefinition} does not exist or is not in ACTIVE status`);
  }
  requireCapable(definition, environmentsOf(queue));
  const priority = request.schedulingPriorityOverride ?? definition.schedulingPriority;
  if (queue.schedulingPolicyArn !== undefined) {
    if (request.shareIdentifier === undefined) throw invalid("shareIdentifier is required."); // our words
    if (priority === undefined) {
      throw invalid("Either schedulingPriority in job definition or schedulingPriorityOverride should be specified.");
    }
  } else if (request.shareIdentifier !== undefined || request.schedulingPriorityOverride !== undefined) {
    throw refused(fifoOnly);
  }
  if (request.timeout !== undefined && (request.timeout.attemptDurationSeconds ?? 0) < 60) {
    throw invalid("AttemptDurationSeconds in Timeout must be at least 60 seconds.");
  }
  checkRetries(request.retryStrategy);
  checkTags(request.tags);
  if (request.propagateTags !== undefined && definition.containerOrchestrationType === "EKS") {
    throw invalid("propagateTags is not applicable for EKS."); // our words
  }
  const run = overridden(definition, request);
  checkFargateSize(run);
  return { queue, definition: run };
}

/** What AWS answers is known for EC2 on Fargate and the other way round; what cannot run elsewhere stays RUNNABLE. */
function requireCapable(
  { containerOrchestrationType: orchestration, platformCapabilities: [capability = "EC2"] = [] }: DefinitionRevision,
  environments: readonly Environment[],
): void {
  if (orchestration === "EKS" || (capability !== "EC2" && capability !== "FARGATE")) return;
  const other = capability === "EC2" ? "FARGATE" : "EC2";
  if (environments.some((one) => capabilityOf(one) === other)) {
    throw refused(`Job Queue is attached to Compute Environment that can not run Jobs with capability ${capability}`);
  }
}

/** vCPUs that a job asks for, all nodes together. @param definition as the job runs it */
export function vcpusOf(definition: DefinitionRevision): number {
  const { containerProperties, ecsProperties, eksProperties, nodeProperties } = definition;
  const required = (
    list: readonly { readonly type?: string | undefined; readonly value?: string | undefined }[] = [],
  ) => Number(list.find((one) => one.type === "VCPU")?.value ?? 0);
  if (nodeProperties !== undefined) {
    const first = nodeProperties.nodeRangeProperties?.[0]?.container;
    return (nodeProperties.numNodes ?? 1) * (required(first?.resourceRequirements) || 1);
  }
  if (ecsProperties !== undefined) {
    const containers = ecsProperties.taskProperties?.[0]?.containers ?? [];
    return containers.reduce((sum, container) => sum + required(container.resourceRequirements), 0);
  }
  if (eksProperties !== undefined) {
    const containers = eksProperties.podProperties?.containers ?? [];
    return containers.reduce((sum, { resources }) => sum + Number(resources?.limits?.["cpu"] ?? 1), 0);
  }
  return required(containerProperties?.resourceRequirements) || (containerProperties?.vcpus ?? 1);
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
