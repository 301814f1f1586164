/** Whether the caller may make the calls of a run, found without a write: AWS denies before it checks what is asked. */

import type { Account, Service } from "../account/account.ts";
import type { Call } from "../facts/row.ts";
import { type NewRun, prefixOf, rolePath, tagKey } from "../names/renaming.ts";
import { isDenied } from "../report/verdict.ts";
import type { Network } from "../stage/network.ts";
import { networkBlock, networkTags } from "../stage/own-network.ts";

type Probe = Call & { readonly service: Service };

/** Calls that change nothing, whoever may make them: about what is not there, or without what they need. */
export function probesOf(run: NewRun, network: Network | undefined): readonly Probe[] {
  const absent = `${prefixOf(run)}absent`;
  const tags = { [tagKey]: run.id };
  const arn = (resource: string): string => `arn:${run.partition}:batch:${run.region}:${run.account}:${resource}`;
  const share = `${arn(`job-queue/${absent}`)}/quota-share/${absent}`;
  const changes = ["Update", "Delete"].flatMap((verb) => [
    batch(`${verb}ComputeEnvironment`, { computeEnvironment: absent, ...stateIn(verb) }),
    batch(`${verb}JobQueue`, { jobQueue: absent, ...stateIn(verb) }),
    batch(`${verb}ServiceEnvironment`, { serviceEnvironment: absent, ...stateIn(verb) }),
    batch(`${verb}QuotaShare`, { quotaShareArn: share, ...stateIn(verb) }),
  ]);
  return [
    batch("CreateComputeEnvironment", { computeEnvironmentName: absent, type: "MANAGED", tags }),
    batch("CreateJobQueue", {
      jobQueueName: absent,
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: absent }],
      tags,
    }),
    batch("CreateServiceEnvironment", {
      serviceEnvironmentName: absent,
      serviceEnvironmentType: "SAGEMAKER_TRAINING",
      capacityLimits: [],
      tags,
    }),
    batch("CreateSchedulingPolicy", {
      name: absent,
      fairsharePolicy: {},
      quotaSharePolicy: { idleResourceAssignmentStrategy: "FIFO" },
      tags,
    }),
    batch("RegisterJobDefinition", { jobDefinitionName: absent, type: "container", tags }),
    batch("SubmitJob", { jobName: absent, jobQueue: absent, jobDefinition: absent, tags }),
    ...changes,
    batch("DeleteSchedulingPolicy", { arn: arn(`scheduling-policy/${absent}`) }),
    batch("DeregisterJobDefinition", { jobDefinition: `${absent}:1` }),
    batch("ListJobs", { jobQueue: absent }),
    iam("GetRole", { RoleName: absent }),
    iam("GetInstanceProfile", { InstanceProfileName: absent }),
    iam("CreateRole", {
      RoleName: absent,
      Path: rolePath,
      AssumeRolePolicyDocument: "{}",
      Tags: [{ Key: tagKey, Value: run.id }],
    }),
    ...(network === undefined ? networkProbes(run) : []),
  ];
}

/** EC2 says of a dry run whether it would be allowed. Other calls of a network name what is not there yet. */
function networkProbes(run: NewRun): readonly Probe[] {
  const made = ["Vpc", "InternetGateway"] as const;
  return made.map((what) => ({
    service: "ec2",
    operation: `Create${what}`,
    input: {
      ...(what === "Vpc" ? { CidrBlock: networkBlock } : {}),
      ...networkTags(run, what === "Vpc" ? "vpc" : "internet-gateway"),
      DryRun: true,
    },
  }));
}

/** @throws Error that names each call that the caller may not make */
export async function requirePermissions(account: Account, run: NewRun, network: Network | undefined): Promise<void> {
  const denied: string[] = [];
  let words = "";
  for (const { service, operation, input } of probesOf(run, network)) {
    const { error } = await account[service](operation, input);
    if (error === undefined || !isDenied(error)) continue;
    denied.push(`${service}:${operation}`);
    words = error.message;
  }
  if (denied.length === 0) return;
  throw new Error(
    `the caller may not call ${denied.join(", ")}.\nAWS: ${words}\n--print-policy prints all permissions of a run.`,
  );
}

function stateIn(verb: string): object {
  return verb === "Update" ? { state: "DISABLED" } : {};
}

function batch(operation: string, input: object): Probe {
  return { service: "batch", operation, input };
}

function iam(operation: string, input: object): Probe {
  return { service: "iam", operation, input };
}
