import {
  ConsumableResourceKind,
  JobQueueKind,
  QuotaShareKind,
  SchedulingPolicyKind,
  ServiceEnvironmentKind,
} from "../../src/api/v1alpha1/kinds.ts";
import type {
  Environment,
  Policy,
  Queue,
  ServiceEnvironmentRecord,
  UpdateServiceEnvironmentRequest,
} from "../../src/aws/batch.ts";
import {
  clusterTag,
  fingerprintTag,
  namespaceTag,
  nameTag,
  uidTag,
  verifiesTag,
} from "../../src/controllers/ownership/ownership.ts";
import type { MemoryStore } from "../../src/kube/memory-store.ts";
import type { SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { type NetworkDoing, networkDoings, type ToolDoing } from "./story.ts";
import type { Done, Undo } from "./tool-done.ts";
import { doInNetwork } from "./tool-network.ts";

/** The account, and the objects as a person knows them. */
export interface Account {
  readonly aws: SimulatedAws;
  readonly store: MemoryStore;
}

const isVerifying = (jobName = ""): boolean => jobName.startsWith("verify-");
const isEnded = (status: string): boolean => status === "SUCCEEDED" || status === "FAILED";
const nothing: Done = { what: undefined };

/** Another tool, or a person in the console, who edits AWS behind the operator's back. */
export async function doTool({ aws, store }: Account, doing: ToolDoing, pick: number): Promise<Done> {
  if (isInNetwork(doing)) return await doInNetwork(aws, doing, pick);
  const { outside, truth } = aws;
  const one = <T>(list: readonly T[]): T | undefined => list[pick % Math.max(1, list.length)];
  const environment = one(truth.computeEnvironments().filter(isSettled));
  const queue = one(truth.jobQueues().filter(isSettled));
  const policy = one(truth.schedulingPolicies());
  const service = one(truth.serviceEnvironments().filter(isSettled));
  const share = one(truth.quotaShares().filter(isSettled));
  const consumable = one(truth.consumableResources());
  const consumableName = consumable?.consumableResourceName ?? "";
  const revision = one(truth.jobDefinitions().filter(({ status }) => status === "ACTIVE"));
  // Not one that a tool has made again by hand: nobody but its undo makes that once more.
  const made = one(truth.roles().filter(({ tags }) => tags[clusterTag] !== undefined));
  const role = `arn:aws:iam::${aws.account}:${one(["role/batch-a", "role/batch-b", "instance-profile/ecsInstanceRole"]) ?? ""}`;
  const name = environment?.computeEnvironmentName ?? "";
  const queueName = queue?.jobQueueName ?? "";
  const did = (what: string, undo?: Undo): Done => ({ what, ...(undo === undefined ? {} : { undo }) });

  switch (doing) {
    case "disableEnvironment":
    case "enableEnvironment": {
      if (environment === undefined) return nothing;
      const state = doing === "disableEnvironment" ? "DISABLED" : "ENABLED";
      if (environment.state === state) return nothing;
      await outside.updateComputeEnvironment({ computeEnvironment: name, state });
      return did(`sets ${name} ${state}`);
    }
    case "scaleEnvironment":
      if (environment?.computeResources === undefined) return nothing;
      await outside.updateComputeEnvironment({ computeEnvironment: name, computeResources: { maxvCpus: 8 + pick } });
      return did(`gives ${name} ${8 + pick} vCPUs`);
    case "deleteEnvironment": {
      if (environment?.state !== "DISABLED") return nothing;
      await outside.deleteComputeEnvironment({ computeEnvironment: name });
      return did(`deletes ${name}`);
    }
    case "retagEnvironment":
      if (environment === undefined) return nothing;
      await outside.tagResource({
        resourceArn: environment.computeEnvironmentArn,
        tags: { team: "theirs", other: "x" },
      });
      return did(`tags ${name}`);
    case "untagEnvironment":
      return environment === undefined
        ? nothing
        : await disown({ aws, store }, environment.computeEnvironmentArn, environment.tags, name);
    case "disableQueue":
    case "enableQueue": {
      const state = doing === "disableQueue" ? "DISABLED" : "ENABLED";
      if (queue === undefined || queue.state === state) return nothing;
      await outside.updateJobQueue({ jobQueue: queueName, state, ...policyOf(queue) });
      return did(`sets ${queueName} ${state}`);
    }
    case "prioritiseQueue":
      if (queue === undefined) return nothing;
      await outside.updateJobQueue({ jobQueue: queueName, priority: pick, ...policyOf(queue) });
      return did(`gives ${queueName} priority ${pick}`);
    case "retagQueue":
      if (queue === undefined) return nothing;
      await outside.tagResource({ resourceArn: queue.jobQueueArn, tags: { team: "theirs", other: "x" } });
      return did(`tags ${queueName}`);
    case "untagQueue":
      return queue === undefined ? nothing : await disown({ aws, store }, queue.jobQueueArn, queue.tags, queueName);
    case "deleteQueue":
      if (queue?.state !== "DISABLED") return nothing;
      await outside.deleteJobQueue({ jobQueue: queueName });
      return did(`deletes ${queueName}`);
    case "dropFromQueue": {
      const order = queue?.computeEnvironmentOrder ?? [];
      if (queue === undefined || order.length < 2) return nothing;
      const rest = order.filter((_entry, index) => index !== pick % order.length);
      await outside.updateJobQueue({ jobQueue: queueName, computeEnvironmentOrder: rest, ...policyOf(queue) });
      return did(`takes an environment out of ${queueName}`);
    }
    case "endVerifying": {
      const job = one(truth.jobs().filter(({ request, status }) => isVerifying(request.jobName) && !isEnded(status)));
      if (job === undefined) return nothing;
      await outside.terminateJob({ jobId: job.id, reason: "by hand" });
      return did(`ends ${job.request.jobName}`);
    }
    case "disableVerifying": {
      const own = one(truth.jobQueues().filter((each) => isSettled(each) && each.tags?.[verifiesTag] !== undefined));
      if (own?.state !== "ENABLED") return nothing;
      await outside.updateJobQueue({ jobQueue: own.jobQueueName, state: "DISABLED" });
      return did(`sets ${own.jobQueueName} DISABLED`);
    }
    case "releaseImage":
      outside.releaseImage("ECS_AL2023");
      return did("releases a newer image");
    case "failImage":
      outside.imageMissing("public.ecr.aws/docker/library/alpine:3", pick % 2 === 0);
      return did("takes an image away, or brings it back", async () => {
        outside.imageMissing("public.ecr.aws/docker/library/alpine:3", false);
        return true;
      });
    case "foreignQueue":
      return environment?.status === "VALID" ? await foreignQueue(aws, name, pick) : nothing;
    case "foreignRevision": {
      if (revision === undefined) return nothing;
      const { jobDefinitionName, type, containerProperties, platformCapabilities } = revision;
      const changed = { ...containerProperties, command: ["by", "hand"] };
      const request = {
        jobDefinitionName,
        type: type as "container",
        containerProperties: changed,
        platformCapabilities,
      };
      await outside.registerJobDefinition(pick % 2 === 0 ? request : { ...request, tags: revision.tags });
      return did(`registers a revision of ${jobDefinitionName}`);
    }
    case "deregister":
      if (revision === undefined) return nothing;
      await outside.deregisterJobDefinition({ jobDefinition: revision.jobDefinitionArn });
      return did(`deregisters ${revision.jobDefinitionName}:${revision.revision}`);
    case "retagRevision":
      if (revision === undefined) return nothing;
      await outside.tagResource({
        resourceArn: revision.jobDefinitionArn,
        tags: { team: "theirs", ...(pick % 2 === 0 ? {} : { [fingerprintTag]: "v1:nonsense" }) },
      });
      return did(`tags ${revision.jobDefinitionName}:${revision.revision}`);
    case "editPolicy":
      if (policy?.fairsharePolicy === undefined) return nothing;
      await outside.updateSchedulingPolicy({ arn: policy.arn, fairsharePolicy: { shareDecaySeconds: pick } });
      return did(`gives ${policy.name} a decay of ${pick} s`);
    case "retagPolicy":
      if (policy === undefined) return nothing;
      await outside.tagResource({ resourceArn: policy.arn, tags: { team: "theirs", other: "x" } });
      return did(`tags ${policy.name}`);
    case "untagPolicy":
      return policy === undefined ? nothing : await disown({ aws, store }, policy.arn, policy.tags, policy.name);
    case "editService":
    case "disableService":
    case "enableService": {
      if (service === undefined) return nothing;
      const change = serviceChange(service, doing, pick);
      await outside.updateServiceEnvironment({ serviceEnvironment: service.serviceEnvironmentArn, ...change });
      return did(`gives ${service.serviceEnvironmentName} ${JSON.stringify(change)}`);
    }
    case "retagService":
      if (service === undefined) return nothing;
      await outside.tagResource({
        resourceArn: service.serviceEnvironmentArn,
        tags: { team: "theirs", other: "x" },
      });
      return did(`tags ${service.serviceEnvironmentName}`);
    case "untagService": {
      if (service === undefined) return nothing;
      const { serviceEnvironmentArn: arn, serviceEnvironmentName, tags } = service;
      return await disown({ aws, store }, arn, tags, serviceEnvironmentName);
    }
    case "lowerShare":
    case "disableShare":
    case "enableShare": {
      if (share === undefined) return nothing;
      const capacityLimits = (share.capacityLimits ?? []).map((limit) => ({ ...limit, maxCapacity: pick % 3 }));
      const state = doing === "disableShare" ? ("DISABLED" as const) : ("ENABLED" as const);
      const change = doing === "lowerShare" ? { capacityLimits } : { state };
      await outside.updateQuotaShare({ quotaShareArn: share.quotaShareArn, ...change });
      return did(`gives ${share.quotaShareName} ${JSON.stringify(change)}`);
    }
    case "deleteShare":
      if (share?.state !== "DISABLED") return nothing;
      await outside.deleteQuotaShare({ quotaShareArn: share.quotaShareArn });
      return did(`deletes ${share.quotaShareName}`);
    case "retagShare":
      if (share === undefined) return nothing;
      await outside.tagResource({ resourceArn: share.quotaShareArn, tags: { team: "theirs", other: "x" } });
      return did(`tags ${share.quotaShareName}`);
    case "untagShare":
      if (share === undefined) return nothing;
      return await disown({ aws, store }, share.quotaShareArn, share.tags, share.quotaShareName);
    case "setConsumable":
      if (consumable === undefined) return nothing;
      await outside.updateConsumableResource({
        consumableResource: consumableName,
        operation: "SET",
        quantity: pick % 20,
      });
      return did(`sets ${consumableName} to ${pick % 20}`);
    case "holdConsumable":
      if (consumable === undefined) return nothing;
      outside.holdConsumable(consumableName, pick % 6);
      return did(`holds ${pick % 6} of ${consumableName}`, async () => {
        const isThere = truth.consumableResources().some((one) => one.consumableResourceName === consumableName);
        if (isThere) outside.holdConsumable(consumableName, 0);
        return true;
      });
    case "deleteConsumable":
      if (consumable === undefined) return nothing;
      await outside.deleteConsumableResource({ consumableResource: consumableName });
      return did(`deletes ${consumableName}`);
    case "retagConsumable":
      if (consumable === undefined) return nothing;
      await outside.tagResource({
        resourceArn: consumable.consumableResourceArn,
        tags: { team: "theirs", other: "x" },
      });
      return did(`tags ${consumableName}`);
    case "untagConsumable":
      if (consumable === undefined) return nothing;
      return await disown({ aws, store }, consumable.consumableResourceArn, consumable.tags, consumableName);
    case "removeRole":
      // One that the operator made is its own to make again.
      if (made !== undefined && pick % 3 === 0) {
        outside.removeRole(made.arn);
        return did(`removes ${made.arn}`);
      }
      outside.removeRole(role);
      return did(`removes ${role}`, async () => {
        outside.restoreRole(role);
        return true;
      });
    case "restoreRole":
      outside.restoreRole(role);
      return did(`makes ${role} again`);
    case "condemn":
      if (environment === undefined) return nothing;
      outside.invalidate(name, "CLIENT_ERROR - The AMI does not exist");
      return did(`breaks ${name}`, async () => {
        outside.heal(name);
        return true;
      });
    case "pardon":
      for (const one of truth.computeEnvironments()) outside.heal(one.computeEnvironmentName);
      return did("fixes what was broken");
    case "shortage":
    case "plenty":
      if (environment === undefined) return nothing;
      outside.shortage(name, doing === "shortage");
      return did(`${doing} of ${name}`, async () => {
        outside.shortage(name, false);
        return true;
      });
  }
}

function isInNetwork(doing: ToolDoing): doing is NetworkDoing {
  return (networkDoings as readonly string[]).includes(doing);
}

function isSettled({ status }: { readonly status?: string | undefined }): boolean {
  return status === "VALID" || status === "INVALID";
}

function policyOf({ schedulingPolicyArn }: Queue): object {
  return schedulingPolicyArn === undefined ? {} : { schedulingPolicyArn };
}

function serviceChange(
  { capacityLimits = [] }: ServiceEnvironmentRecord,
  doing: "editService" | "disableService" | "enableService",
  pick: number,
): Pick<UpdateServiceEnvironmentRequest, "state" | "capacityLimits"> {
  if (doing !== "editService") return { state: doing === "disableService" ? "DISABLED" : "ENABLED" };
  return { capacityLimits: capacityLimits.map((limit) => ({ ...limit, maxCapacity: pick })) };
}

/** What is known of a resource that gets its owner back in the end, for nobody else can give its name free. */
const named = [
  { part: "/quota-share/", kind: QuotaShareKind },
  { part: ":job-queue/", kind: JobQueueKind },
  { part: ":scheduling-policy/", kind: SchedulingPolicyKind },
  { part: ":service-environment/", kind: ServiceEnvironmentKind },
  { part: ":consumable-resource/", kind: ConsumableResourceKind },
];

/** Takes the owner off. */
async function disown({ aws, store }: Account, arn: string, tags: Environment["tags"], name: string): Promise<Done> {
  const owner = Object.fromEntries(Object.entries(tags ?? {}).filter(([key]) => key.startsWith("awsbatch.dev/")));
  if (owner[clusterTag] === undefined) return nothing;
  await aws.outside.untagResource({ resourceArn: arn, tagKeys: Object.keys(owner) });
  const what = `takes our tags off ${name}`;
  const kind = named.find(({ part }) => arn.includes(part))?.kind;
  if (kind === undefined) return { what };
  const undo: Undo = async () => {
    const found = tagsByArn(aws).find((one) => one.arn === arn);
    // Without the object, with another one of its name, or with one that is letting it go it has become the tool's own.
    const object = store.object(kind, {
      namespace: owner[namespaceTag] ?? "",
      name: owner[nameTag] ?? "",
    });
    const isOwner = object?.metadata.uid === owner[uidTag] && object?.metadata.deletionTimestamp === undefined;
    if (isOwner && found !== undefined && found.tags?.[clusterTag] === undefined) {
      await aws.outside.tagResource({ resourceArn: arn, tags: owner });
    }
    return true;
  };
  return { what, undo };
}

function tagsByArn({ truth }: SimulatedAws): readonly Pick<Policy, "arn" | "tags">[] {
  const isThere = ({ status }: { readonly status?: string | undefined }): boolean => status !== "DELETED";
  return [
    ...truth.schedulingPolicies(),
    ...truth.quotaShares().map(({ quotaShareArn: arn, tags }) => ({ arn, tags })),
    ...truth.consumableResources().map(({ consumableResourceArn: arn, tags }) => ({ arn, tags })),
    ...truth
      .jobQueues()
      .filter(isThere)
      .map(({ jobQueueArn: arn, tags }) => ({ arn, tags })),
    ...truth
      .serviceEnvironments()
      .filter(isThere)
      .map(({ serviceEnvironmentArn: arn, tags }) => ({ arn, tags })),
  ];
}

async function foreignQueue(aws: SimulatedAws, environment: string, pick: number): Promise<Done> {
  const { outside, truth } = aws;
  const jobQueueName = `theirs-${pick}`;
  const find = (): Queue | undefined =>
    truth.jobQueues().find((one) => one.jobQueueName === jobQueueName && one.status !== "DELETED");
  if (find() !== undefined) return nothing;
  const order = [{ order: 1, computeEnvironment: environment }];
  await outside.createJobQueue({ jobQueueName, priority: 1, state: "ENABLED", computeEnvironmentOrder: order });
  const undo: Undo = async () => {
    const queue = find();
    if (queue === undefined) return true;
    if (!isSettled(queue)) return false;
    if (queue.state === "ENABLED") await outside.updateJobQueue({ jobQueue: jobQueueName, state: "DISABLED" });
    else await outside.deleteJobQueue({ jobQueue: jobQueueName });
    return false;
  };
  return { what: `makes a queue ${jobQueueName} on ${environment}`, undo };
}
