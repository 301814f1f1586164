import type {
  ComputeEnvironmentOrder,
  JobQueueType,
  JobStateTimeLimitAction,
  ServiceEnvironmentOrder,
} from "@aws-sdk/client-batch";
import type { Environment, ServiceEnvironmentRecord } from "../aws/batch.ts";
import { isFargate, isManagedInstances } from "./compute-environment-rules.ts";
import { isArm } from "./ec2-instance-types.ts";
import { invalid, notReadyToAttach } from "./refusals.ts";

export const queueNamePattern = /^[0-9A-Za-z][0-9A-Za-z_-]{0,127}$/;

const timeLimitReasons = new Set([
  "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
  "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
  "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
]);
const serviceTimeLimitReasons = new Set([
  "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
  "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE",
  "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED",
]);

/**
 * Checks the order of a queue as Batch does at the call, those already attached included, and returns it with ARNs.
 *
 * @param find the environment of a name or ARN that is not DELETED
 * @throws Refusal
 */
export function checkedOrder(
  order: readonly ComputeEnvironmentOrder[],
  find: (reference: string) => Environment | undefined,
): { order: ComputeEnvironmentOrder[]; environments: Environment[] } {
  if (order.length === 0) throw invalid("computeEnvironmentOrder is required.");
  if (order.length > 3) throw invalid("Only 3 environments are allowed in job queue request.");
  const environments = order.map(({ computeEnvironment }) => {
    const environment = find(computeEnvironment ?? "");
    if (environment?.status !== "VALID") throw invalid(notReadyToAttach);
    return environment;
  });
  if (new Set(environments).size < environments.length) {
    throw invalid("Duplicate ComputeEnvironments within order list.");
  }
  if (new Set(order.map((entry) => entry.order)).size < order.length) {
    throw invalid("Duplicate ComputeEnvironment order values.");
  }
  const fargate = environments.filter((one) => isFargate(one.computeResources));
  if (fargate.length > 0 && fargate.length < environments.length) {
    throw invalid("Fargate and EC2 compute environments can not be mixed.");
  }
  const managed = environments.filter((one) => isManagedInstances(one.computeResources));
  if (managed.length > 0 && managed.length < environments.length) {
    throw invalid("ECS_MANAGED_INSTANCES compute environments can not be mixed with others."); // our words
  }
  const kinds = new Set(environments.map((one) => one.containerOrchestrationType));
  if (kinds.size > 1) throw invalid("EKS and ECS compute environments can not be mixed."); // our words
  const arm = environments.filter((one) => (one.computeResources?.instanceTypes ?? []).some(isArm));
  if (arm.length > 0 && arm.length < environments.length) {
    throw invalid("Compute environments of a job queue must share one architecture."); // our words
  }
  return {
    environments,
    order: order.map((entry, index) => ({
      order: entry.order,
      computeEnvironment: environments[index]?.computeEnvironmentArn,
    })),
  };
}

/** The type of a queue over these environments, which {@link checkedOrder} has found to be of one kind. */
export function queueTypeOf(environments: readonly Environment[]): JobQueueType {
  const first = environments[0];
  if (first?.containerOrchestrationType === "EKS") return "EKS";
  if (isManagedInstances(first?.computeResources)) return "ECS_MANAGED_INSTANCES";
  return isFargate(first?.computeResources) ? "ECS_FARGATE" : "ECS";
}

export function requireQueueType(type: JobQueueType, environments: readonly Environment[]): void {
  if (queueTypeOf(environments) !== type) {
    throw invalid(`${type} job queue type must have ${type} compute environment.`);
  }
}

/** The service environments of a queue of SageMaker, checked as Batch does at the call, with ARNs. @throws Refusal */
export function checkedServiceOrder(
  order: readonly ServiceEnvironmentOrder[],
  find: (reference: string) => ServiceEnvironmentRecord | undefined,
): ServiceEnvironmentOrder[] {
  if (order.length === 0) throw invalid("Job queues of type SAGEMAKER_TRAINING must have serviceEnvironmentOrder.");
  if (order.length > 1) throw invalid("Only 1 service environment is allowed in job queue request."); // our words
  return order.map((entry) => {
    const environment = find(entry.serviceEnvironment ?? "");
    if (environment?.status !== "VALID") {
      throw invalid("Service environments must be created and valid before attaching them to a job queue.");
    }
    return { order: entry.order, serviceEnvironment: environment.serviceEnvironmentArn };
  });
}

/** The rules for `jobStateTimeLimitActions`. @throws Refusal */
export function checkTimeLimitActions(
  actions: readonly JobStateTimeLimitAction[] | undefined,
  isOfSageMaker: boolean,
): void {
  const [allowed, reasons] = isOfSageMaker ? ["TERMINATE", serviceTimeLimitReasons] : ["CANCEL", timeLimitReasons];
  const seen = new Set<string>();
  for (const { action, reason = "" } of actions ?? []) {
    if (action !== allowed) throw invalid(`Invalid job action. Valid job actions: [${allowed}]`);
    if (!reasons.has(reason)) throw invalid(`Invalid job state limit reason: ${reason}`); // our words
    if (seen.has(reason)) throw invalid("Duplicate job state limit actions are not allowed.");
    seen.add(reason);
  }
}
