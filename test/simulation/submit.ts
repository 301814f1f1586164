import type { DefinitionRevision, Environment, Queue } from "../../src/aws/batch.ts";
import { hasServiceJobs } from "../../src/aws/service-jobs.ts";
import { capabilityOf } from "../../src/simulator/compute-environment-rules.ts";
import { trainingJob } from "../manifests.ts";
import type { Act } from "./story.ts";
import type { Simulation } from "./world.ts";

function environmentsOn({ aws }: Simulation, queue: Queue | undefined): Environment[] {
  const arns = (queue?.computeEnvironmentOrder ?? []).map(({ computeEnvironment }) => computeEnvironment);
  return aws.truth.computeEnvironments().filter((one) => arns.includes(one.computeEnvironmentArn));
}

/** As `capabilityOf` says it of environments. */
function platformOf({ containerOrchestrationType: kind, platformCapabilities }: DefinitionRevision) {
  return kind === "EKS" ? undefined : (platformCapabilities?.[0] ?? "EC2");
}

/** Submits a job to a queue that runs what its definition asks for; AWS refuses any other. */
export function submit(world: Simulation, act: Extract<Act, { kind: "submit" }>): void {
  const { aws } = world;
  const queues = aws.truth.jobQueues().filter(({ status, state }) => status === "VALID" && state === "ENABLED");
  const queue = queues[act.pick % Math.max(1, queues.length)];
  if (queue !== undefined && hasServiceJobs(queue)) {
    submitTraining(world, queue, act);
    return;
  }
  const platforms = new Set(environmentsOn(world, queue).map(capabilityOf));
  const definitions = aws.truth
    .jobDefinitions()
    .filter((one) => one.status === "ACTIVE" && platforms.has(platformOf(one)));
  const definition = definitions[act.pick % Math.max(1, definitions.length)];
  if (queue === undefined || definition === undefined) return;
  aws.outside.submitPlannedJob(
    {
      jobName: `job-${act.pick}`,
      jobQueue: queue.jobQueueName,
      jobDefinition: definition.jobDefinitionName,
      ...(queue.schedulingPolicyArn === undefined ? {} : { shareIdentifier: "red", schedulingPriorityOverride: 1 }),
      ...(act.size === undefined ? {} : { arrayProperties: { size: act.size } }),
    },
    { durationMs: act.durationMs, exitCode: 0 },
  );
  world.disturb("user", `submits a job of ${act.durationMs / 1000} s to ${queue.jobQueueName}`);
}

function submitTraining(
  world: Simulation,
  { jobQueueName: jobQueue, jobQueueArn, schedulingPolicyArn }: Queue,
  { pick, durationMs }: Extract<Act, { kind: "submit" }>,
): void {
  const seconds = durationMs / 1000;
  const shares = world.aws.truth
    .quotaShares()
    .filter((one) => one.jobQueueArn === jobQueueArn && one.state === "ENABLED" && one.status !== "DELETING");
  const share = shares[pick % Math.max(1, shares.length)];
  // Only a queue with quota management has a policy here.
  if (schedulingPolicyArn !== undefined && share === undefined) return;
  const inShare = share === undefined ? {} : { quotaShareName: share.quotaShareName };
  void world.aws.outside.submitServiceJob(trainingJob(jobQueue, seconds, inShare));
  const where = share === undefined ? jobQueue : `${share.quotaShareName} of ${jobQueue}`;
  world.disturb("user", `submits a training job of ${seconds} s to ${where}`);
}
