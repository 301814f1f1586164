import { type KubeObject, keyText } from "../../../src/api/object.ts";
import { kinds } from "../../../src/api/v1alpha1/kinds.ts";
import {
  clusterTag,
  clusterUidTag,
  namespaceTag,
  nameTag,
  ownerIn,
  registeredAtTag,
  retainedFromTag,
  type Tags,
  verifiesTag,
} from "../../../src/controllers/ownership/ownership.ts";
import type { CallRecord } from "../../../src/simulator/wire.ts";
import type { OracleFactory, Watched } from "../oracle.ts";
import { SpecsOfLate } from "./lately.ts";
import { driftSeenMs, isOperatorWrite, nameOf, unseenMs } from "./reading.ts";

/**
 * Promise 3. No AWS object without our ownership is updated, retagged or deleted, unless adopted by policy, or a
 * queue's order under `foreignQueues: Repoint` where the operator's flag allows it. Judged by the tags that AWS has
 * at the instant of the write.
 *
 * "Two objects that claim one name: one owner": the owner's tags are never written over those of another object that
 * is still there, nor is a revision registered above such an object's.
 *
 * Not against it: tags that somebody took off within `unseenMs`, for what cannot be undone (disable, detach, delete,
 * deregister, end a job, replace instances) is read live before; within the time in which drift is seen for what can.
 * A policy of adoption that the spec had within `unseenMs` counts, too. All count until the write was released: what is on
 * the wire when its process is stopped cannot be called back.
 */
export const notOurs: OracleFactory = (watched) => {
  /** By ARN: when it was ours last. */
  const oursAt = new Map<string, number>();
  const specs = new SpecsOfLate(watched);
  return {
    name: "3 what is not ours is not touched",
    onObject(before, after) {
      specs.note(before, after);
      return undefined;
    },
    onEffect(call, phase) {
      if (phase === "after") return undefined;
      const now = watched.clock.monotonic();
      for (const one of everything(watched)) if (isOurs(watched, one.tags)) oursAt.set(one.arn, now);
      if (!isOperatorWrite(call)) return undefined;
      if (call.operation === "RegisterJobDefinition") return overAnother(watched, call);
      const target = targetOf(watched, call);
      if (target === undefined) return undefined;
      if (isOurs(watched, target.tags)) return stolen(watched, call, target);
      const lastOurs = oursAt.get(target.arn);
      const unseen = isIrreversible(watched, call) ? unseenMs : driftSeenMs;
      if (lastOurs !== undefined && watched.releasedAt(call) - lastOurs <= unseen) return undefined;
      if (isAdoption(watched, call, target, specs) || isRepoint(watched, call)) return undefined;
      return `${call.operation} of ${watched.callerOf(call)?.name} wrote to ${target.arn}, whose tags are ${JSON.stringify(target.tags)}: ${JSON.stringify(call.input)}`;
    },
  };
};

function isIrreversible(watched: Watched, call: CallRecord): boolean {
  if (/^(Delete|Deregister|Terminate)/.test(call.operation)) return true;
  return (call.input as { readonly state?: string }).state === "DISABLED" || replacesInstances(watched, call);
}

/** What AWS changes without touching an instance. */
const capacity = ["minvCpus", "maxvCpus", "desiredvCpus", "scalingPolicy"];

/** Fargate has no instances: what else changes there holds for the tasks to come. */
function replacesInstances({ aws }: Watched, call: CallRecord): boolean {
  if (call.operation !== "UpdateComputeEnvironment") return false;
  const input = call.input as { readonly computeEnvironment?: string; readonly computeResources?: object };
  const name = nameOf(input.computeEnvironment);
  const target = aws.truth.computeEnvironments().find((one) => one.computeEnvironmentName === name);
  if (target?.computeResources?.type?.startsWith("FARGATE") === true) return false;
  return Object.keys(input.computeResources ?? {}).some((field) => !capacity.includes(field));
}

/** A resource of AWS Batch. */
interface Thing {
  readonly arn: string;
  readonly name: string;
  readonly kind:
    | "BatchComputeEnvironment"
    | "JobQueue"
    | "JobDefinition"
    | "SchedulingPolicy"
    | "ServiceEnvironment"
    | "QuotaShare"
    | "ConsumableResource";
  readonly tags: Tags | undefined;
}

/** All that AWS Batch has, also revisions that are INACTIVE. */
export function everything({ aws }: Watched): readonly Thing[] {
  const { truth } = aws;
  return [
    ...truth
      .computeEnvironments()
      .filter(({ status }) => status !== "DELETED")
      .map((one) => ({
        arn: one.computeEnvironmentArn,
        name: one.computeEnvironmentName,
        kind: "BatchComputeEnvironment" as const,
        tags: one.tags,
      })),
    ...truth
      .jobQueues()
      .filter(({ status }) => status !== "DELETED")
      .map((one) => ({ arn: one.jobQueueArn, name: one.jobQueueName, kind: "JobQueue" as const, tags: one.tags })),
    ...truth.consumableResources().map((one) => ({
      arn: one.consumableResourceArn,
      name: one.consumableResourceName,
      kind: "ConsumableResource" as const,
      tags: one.tags,
    })),
    ...truth
      .schedulingPolicies()
      .map(({ arn, name, tags }) => ({ arn, name, kind: "SchedulingPolicy" as const, tags })),
    ...truth
      .serviceEnvironments()
      .filter(({ status }) => status !== "DELETED")
      .map(({ serviceEnvironmentArn: arn, serviceEnvironmentName: name, tags }) => {
        return { arn, name, kind: "ServiceEnvironment" as const, tags };
      }),
    ...truth.quotaShares().map(({ quotaShareArn: arn, quotaShareName: name, tags }) => {
      return { arn, name, kind: "QuotaShare" as const, tags };
    }),
    ...truth.jobDefinitions().map((one) => ({
      arn: one.jobDefinitionArn,
      name: one.jobDefinitionName,
      kind: "JobDefinition" as const,
      tags: one.tags,
    })),
  ];
}

/** The resource of AWS Batch that a write changes; of TerminateJob, the queue of the job. */
export function targetOf(watched: Watched, call: CallRecord): Thing | undefined {
  const input = call.input as Readonly<Record<string, string | undefined>>;
  const all = everything(watched);
  switch (call.operation) {
    case "UpdateComputeEnvironment":
    case "DeleteComputeEnvironment": {
      const name = nameOf(input["computeEnvironment"]);
      return all.find((one) => one.kind === "BatchComputeEnvironment" && one.name === name);
    }
    case "UpdateJobQueue":
    case "DeleteJobQueue": {
      const name = nameOf(input["jobQueue"]);
      return all.find((one) => one.kind === "JobQueue" && one.name === name);
    }
    case "DeregisterJobDefinition":
      return all.find((one) => one.arn.endsWith(`job-definition/${nameOf(input["jobDefinition"])}`));
    case "UpdateConsumableResource":
    case "DeleteConsumableResource":
      return all.find((one) => one.kind === "ConsumableResource" && one.name === nameOf(input["consumableResource"]));
    case "UpdateSchedulingPolicy":
    case "DeleteSchedulingPolicy":
      return all.find((one) => one.arn === input["arn"]);
    case "UpdateServiceEnvironment":
    case "DeleteServiceEnvironment":
      return all.find((one) => one.arn === input["serviceEnvironment"]);
    case "UpdateQuotaShare":
    case "DeleteQuotaShare":
      return all.find((one) => one.arn === input["quotaShareArn"]);
    case "TerminateServiceJob": {
      const job = watched.aws.truth.serviceJobs().find(({ id }) => id === input["jobId"]);
      return all.find((one) => one.arn === job?.queueArn);
    }
    case "TagResource":
    case "UntagResource":
      return all.find((one) => one.arn === input["resourceArn"]);
    case "TerminateJob": {
      const job = watched.aws.truth.jobs().find(({ id }) => id === input["jobId"]);
      return all.find((one) => one.arn === job?.queueArn);
    }
    default:
      return undefined;
  }
}

function isOurs(watched: Watched, tags: Tags | undefined): boolean {
  const verified = tags?.[verifiesTag];
  // A queue of the operator's own is as much its own as the environment that it names.
  if (verified !== undefined && ownerIn(tags) === undefined) {
    const environments = watched.aws.truth.computeEnvironments();
    return isOurs(watched, environments.find(({ computeEnvironmentName: name }) => name === verified)?.tags);
  }
  const owner = ownerIn(tags);
  const cluster = watched.cluster();
  if (owner?.cluster !== cluster.name) return false;
  return owner.clusterUid === cluster.uid || owner.clusterUid === cluster.takeOverUid;
}

/** Whether the call gives to one object what belongs to another that is still there. */
function stolen(watched: Watched, call: CallRecord, target: Thing): string | undefined {
  if (call.operation !== "TagResource") return undefined;
  const { tags: written = {} } = call.input as { tags?: Tags };
  const [namespace, name] = [written[namespaceTag], written[nameTag]];
  const before = ownerIn(target.tags);
  if (namespace === undefined || name === undefined || before === undefined) return undefined;
  if (before.namespace === namespace && before.name === name) return undefined;
  const owner = objectOf(watched, target.kind, before);
  if (owner === undefined) return undefined;
  return `${target.arn} belongs to ${before.namespace}/${before.name}, which is still there, and was given to ${namespace}/${name}`;
}

/** Whether a revision is registered for one object above that of another that is still there: jobs by name run it. */
function overAnother(watched: Watched, call: CallRecord): string | undefined {
  const { jobDefinitionName: awsName, tags } = call.input as { jobDefinitionName?: string; tags?: Tags };
  const [highest] = watched.aws.truth
    .jobDefinitions()
    .filter((one) => one.jobDefinitionName === awsName && one.status === "ACTIVE" && isOurs(watched, one.tags))
    .sort((left, right) => right.revision - left.revision);
  const [before, after] = [ownerIn(highest?.tags), ownerIn(tags)];
  if (highest === undefined || before === undefined || after === undefined) return undefined;
  if (keyText(before) === keyText(after) || objectOf(watched, "JobDefinition", before) === undefined) return undefined;
  const registeredAt = Date.parse(highest.tags?.[registeredAtTag] ?? "");
  // Two may register at once, when neither has seen the other's yet.
  if (!(watched.clock.now() - registeredAt > Math.max(unseenMs, watched.shownWithinMs()))) return undefined;
  return `${awsName}:${highest.revision} belongs to ${keyText(before)}, which is still there, and one for ${keyText(after)} was registered above it`;
}

function isAdoption(watched: Watched, call: CallRecord, target: Thing, specs: SpecsOfLate): boolean {
  const input = call.input as { tags?: Tags; tagKeys?: readonly string[] };
  // The mark of Retain goes in the act that takes the thing back.
  if (call.operation === "UntagResource") return input.tagKeys?.every((key) => key === retainedFromTag) === true;
  const { name: cluster, uid, takeOverUid } = watched.cluster();
  if (call.operation !== "TagResource" || input.tags?.[clusterTag] !== cluster) return false;
  if (takeOverUid !== undefined && input.tags[clusterUidTag] === takeOverUid) {
    // On the wire as the cluster was lost; the object whose policy allowed it went with the cluster.
    return watched.callerOf(call)?.ended === true && ownerIn(target.tags) === undefined;
  }
  if (input.tags[clusterUidTag] !== uid) return false;
  const [namespace = "", name = ""] = [input.tags[namespaceTag], input.tags[nameTag]];
  if (target.tags?.[retainedFromTag] === `${cluster}/${namespace}/${name}`) return true;
  const object = objectOf(watched, target.kind, { namespace, name });
  if (object === undefined || ownerIn(target.tags) !== undefined) return false;
  const given = specs.of(object) as readonly { readonly adoptionPolicy?: string }[];
  return given.some(({ adoptionPolicy: policy }) => policy === "IfExists" || policy === "IfMatching");
}

function isRepoint({ settings, store }: Watched, call: CallRecord): boolean {
  if (call.operation !== "UpdateJobQueue" || !settings.allowForeignRepoint) return false;
  const others = Object.keys(call.input as object).filter(
    (key) => !["jobQueue", "computeEnvironmentOrder", "schedulingPolicyArn"].includes(key),
  );
  return (
    others.length === 0 &&
    store
      .objects()
      .some(
        ({ spec }) => (spec as { replacement?: { foreignQueues?: string } }).replacement?.foreignQueues === "Repoint",
      )
  );
}

function objectOf(
  { store }: Watched,
  kind: string,
  key: { readonly namespace: string; readonly name: string },
): KubeObject | undefined {
  const found = kinds.find((one) => one.kind === kind);
  return found === undefined ? undefined : store.object(found, key);
}
