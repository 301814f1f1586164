import type { Environment, Queue } from "../aws/batch.ts";
import { capabilityOf, isFargate, isManagedInstances } from "./compute-environment-rules.ts";
import { fitsAnInstance } from "./instance-fit.ts";
import type { StoredJob } from "./stored-job.ts";

export interface Capacity {
  /** vCPUs of the jobs placed on an environment. */
  used(environmentArn: string): number;
  /** Whether EC2 or Fargate has no capacity for this environment now. */
  short(environmentArn: string): boolean;
}

export type Choice =
  | { readonly kind: "place"; readonly environment: Environment }
  /** `code` is the reason in time limit actions; undefined if the job only waits for others to end. */
  | { readonly kind: "wait"; readonly code?: string; readonly statusReason?: string };

/** Whether the scheduler may place new jobs there. */
export function isOpen(environment: Environment): boolean {
  return environment.state === "ENABLED" && environment.status === "VALID";
}

/** The first environment, in the queue's order, that can run the job now; or why none can. */
export function choose(job: StoredJob, environments: readonly Environment[], capacity: Capacity): Choice {
  const open = environments.filter(isOpen);
  if (environments.every(({ status }) => status === "INVALID")) {
    return blocked("ACTION_REQUIRED", "CE(s) associated with the job queue are invalid.");
  }
  if (open.length === 0) return blocked("UNDETERMINED", "Batch job is blocked, root cause is undetermined.");
  const suitable = open.filter((environment) => isSuitable(job, environment));
  const wide = suitable.filter((one) => job.vcpus <= (one.computeResources?.maxvCpus ?? Number.POSITIVE_INFINITY));
  if (wide.length === 0) {
    return blocked(
      "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
      "CE(s) associated with the job queue cannot meet the CPU requirement of the job.",
    );
  }
  const fitting = wide.filter((environment) => fits(job, environment));
  if (fitting.length === 0) {
    return blocked(
      "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
      "The job resource requirement (vCPU/memory/GPU) is higher than that can be met by the CE(s) attached to the job queue.",
    );
  }
  const supplied = fitting.filter((environment) => !capacity.short(environment.computeEnvironmentArn));
  if (supplied.length === 0) {
    const type = fitting[0]?.computeResources?.instanceTypes?.[0] ?? "FARGATE";
    return blocked(
      "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
      `Service cannot fulfill the capacity requested for instance type [${type}]`,
    );
  }
  const environment = supplied.find((one) => {
    const most = one.computeResources?.maxvCpus ?? Number.POSITIVE_INFINITY;
    return capacity.used(one.computeEnvironmentArn) + job.vcpus <= most;
  });
  return environment === undefined ? { kind: "wait" } : { kind: "place", environment };
}

/** Queues that share an environment are served by priority. */
export function inOrder(queues: readonly Queue[]): Queue[] {
  return queues.toSorted((a, b) => (b.priority ?? 0) - (a.priority ?? 0));
}

function isSuitable({ definition }: StoredJob, environment: Environment): boolean {
  if (definition.containerOrchestrationType !== environment.containerOrchestrationType) return false;
  if (environment.containerOrchestrationType === "EKS") return true;
  // AWS runs multi-node jobs on EC2 only.
  const type = environment.computeResources?.type;
  if (definition.nodeProperties !== undefined && type !== undefined && type !== "EC2") return false;
  return (definition.platformCapabilities?.[0] ?? "EC2") === capabilityOf(environment);
}

function fits(job: StoredJob, { computeResources: resources }: Environment): boolean {
  // Managed instances have the type that the job needs.
  if (resources === undefined || isFargate(resources) || isManagedInstances(resources)) return true;
  if (job.definition.nodeProperties !== undefined) return true;
  return fitsAnInstance(job, resources);
}

function blocked(code: string, explanation: string): Choice {
  return { kind: "wait", code, statusReason: `${code} - ${explanation}` };
}
