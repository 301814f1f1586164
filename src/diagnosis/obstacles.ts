import { largestFargateSize, nextFargateSize } from "../api/fargate-sizes.ts";
import { counted } from "../api/words.ts";
import type { Environment } from "../aws/batch.ts";
import type { JobNeeds } from "../aws/job-needs.ts";
import type { Cause } from "./causes.ts";
import type { EnvironmentFacts, QueueFacts } from "./facts.ts";
import { misfit } from "./fit.ts";
import { awsWords, editedEnvironment, editedQueue, memoryText, needsText } from "./words.ts";

/** Why one environment cannot run a job. Pure. */

/** How close an environment is to running the job: a higher step is closer. */
export interface Obstacle extends Cause {
  readonly step: number;
}

/** The queue whose environment it is. */
type Around = Pick<QueueFacts, "queue" | "instanceTypes">;

/**
 * The first obstacle, in the order in which a person would fix them. Undefined: no known obstacle.
 *
 * @param needs of the job; undefined: for any job
 */
export function obstacle(
  { name, environment, network }: EnvironmentFacts,
  needs: JobNeeds | undefined,
  around: Around,
): Obstacle | undefined {
  const found =
    existence(name, environment, around) ??
    (environment === undefined ? undefined : usability(name, environment, network)) ??
    (environment === undefined || needs === undefined ? undefined : suitability(name, environment, needs, around));
  if (found !== undefined) return found;
  if (network?.state !== "Unreachable") return undefined;
  const what = isFargate(environment)
    ? `jobs on ${name} cannot start`
    : `instances of ${name} cannot join their cluster`;
  return {
    step: 9,
    code: "NetworkUnreachable",
    sentence: `${what}: ${network.sentence}`,
    fix: network.fix,
  };
}

function isFargate(environment: Environment | undefined): boolean {
  return environment?.computeResources?.type?.startsWith("FARGATE") ?? false;
}

/** Whether AWS is changing it, so that an obstacle may pass. */
export function isChanging(environment: Environment | undefined): boolean {
  return environment?.status === "CREATING" || environment?.status === "UPDATING";
}

function existence(name: string, environment: Environment | undefined, { queue }: Around): Obstacle | undefined {
  const status = environment?.status;
  if (environment !== undefined && status !== "DELETING" && status !== "DELETED") return undefined;
  return {
    step: 1,
    code: "NoEnvironment",
    sentence:
      environment === undefined
        ? `the queue references the compute environment ${name}, which does not exist`
        : `the compute environment ${name} is ${status}`,
    fix: `use another one in computeEnvironmentOrder of ${editedQueue(queue)}`,
  };
}

const neverJoined = /none of the (instances|nodes) joined/i;
const noPermission = /not authorized to perform|AssumeRole/i;
const quota = /limit (was )?exceeded|LimitExceeded|vCPU limit|quota/i;

function usability(name: string, environment: Environment, network: EnvironmentFacts["network"]): Obstacle | undefined {
  const object = editedEnvironment({ name, environment });
  if (environment.status === "INVALID") return { step: 3, ...invalid(name, environment, network) };
  if (environment.state === "DISABLED") {
    return {
      step: 2,
      code: "EnvironmentDisabled",
      sentence: `the compute environment ${name} is DISABLED: AWS starts no jobs on it`,
      fix: `set the state of ${object} to ENABLED, or use another environment`,
    };
  }
  if (environment.computeResources?.maxvCpus === 0) {
    return {
      step: 4,
      code: "MaxVcpusTooSmall",
      sentence: `maxvCpus of ${name} is 0: it never has room for a job`,
      fix: `raise computeResources.maxvCpus of ${object}`,
    };
  }
  return undefined;
}

function invalid(name: string, environment: Environment, network: EnvironmentFacts["network"]): Cause {
  const why = awsWords(environment.statusReason ?? "AWS gives no reason");
  const object = editedEnvironment({ name, environment });
  const sentence = `AWS marked the compute environment ${name} as INVALID: ${why}`;
  if (neverJoined.test(why)) {
    const path = network?.state === "Unreachable" ? `. The network: ${network.sentence}` : "";
    const fix =
      network?.state === "Unreachable" && network.fix !== ""
        ? network.fix
        : `give the subnets of ${object} a path to the ECS endpoints, its instance role the policy AmazonEC2ContainerServiceforEC2Role, and a custom AMI a running ECS agent; then update it`;
    return { code: path === "" ? "InstancesDoNotJoin" : "NetworkUnreachable", sentence: `${sentence}${path}`, fix };
  }
  if (noPermission.test(why)) {
    return {
      code: "ServiceRolePermissions",
      sentence,
      fix: serviceRoleFix(object),
    };
  }
  if (quota.test(why)) return { code: "QuotaReached", sentence, fix: "ask AWS for a higher quota, or use less" };
  return {
    code: "EnvironmentInvalid",
    sentence,
    fix: `fix what AWS names in ${object}; AWS validates again at the next update`,
  };
}

/** @param what has the role */
export function serviceRoleFix(what: string): string {
  return `remove serviceRole of ${what} to use the service-linked role, or give the role trust in batch.amazonaws.com and the policy AWSBatchServiceRole`;
}

function suitability(
  name: string,
  environment: Environment,
  needs: JobNeeds,
  { queue, instanceTypes }: Around,
): Obstacle | undefined {
  const resources = environment.computeResources;
  const fargate = isFargate(environment);
  const eks = environment.containerOrchestrationType === "EKS";
  const platform = eks ? "EKS" : fargate ? "FARGATE" : "EC2";
  if (platform !== needs.platform) {
    return {
      step: 5,
      code: "PlatformMismatch",
      sentence: `the job is for ${needs.platform}, but ${name} is ${platform}`,
      fix: `submit it to a queue with ${needs.platform}, or change its job definition to ${platform}`,
    };
  }
  if (resources === undefined) return undefined;
  if (needs.nodes > 1 && resources.type !== "EC2") {
    return {
      step: 6,
      code: "MultiNodeUnsupported",
      sentence: `the job has ${needs.nodes} nodes, but ${name} is ${resources.type}: AWS runs multi-node jobs only on EC2`,
      fix: `add an environment of type EC2 to ${editedQueue(queue)}`,
    };
  }
  if (fargate && nextFargateSize(needs.vcpus, needs.memoryMib) === undefined) {
    const { vcpus, memory } = largestFargateSize;
    return {
      step: 6,
      code: "NoInstanceTypeFits",
      sentence: `the job needs ${needsText(needs)}, but the largest task of Fargate has ${counted(vcpus, "vCPU")} and ${memoryText(memory)}`,
      fix: `request less, or change the job definition to EC2, and submit the job to a queue with an environment of type EC2 or SPOT`,
    };
  }
  const vcpus = needs.vcpus * needs.nodes;
  const most = resources.maxvCpus;
  if (most !== undefined && vcpus > most) {
    return {
      step: 7,
      code: "MaxVcpusTooSmall",
      sentence: `the job needs ${counted(vcpus, "vCPU")}${needs.nodes > 1 ? ` on ${needs.nodes} nodes` : ""}, but ${name} is limited to ${most} (maxvCpus)`,
      fix: `raise computeResources.maxvCpus of ${editedEnvironment({ name, environment })} to at least ${Math.ceil(vcpus)}, or request less in the job definition`,
    };
  }
  if (platform !== "EC2" && platform !== "EKS") return undefined;
  const unfit = misfit(needs, name, environment, instanceTypes);
  return unfit === undefined ? undefined : { step: 8, ...unfit };
}
