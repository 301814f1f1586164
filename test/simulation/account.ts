import type { KubeObject } from "../../src/api/object.ts";
import { kindOf } from "../../src/api/v1alpha1/kinds.ts";
import type {
  DefinitionRevision,
  Environment,
  Policy,
  Queue,
  QuotaShareRecord,
  ServiceEnvironmentRecord,
} from "../../src/aws/batch.ts";
import { tagPrefix } from "../../src/aws/names.ts";
import { policyForm } from "../../src/aws/resources/scheduling-policies.ts";
import { limitsOf } from "../../src/aws/resources/service-environments.ts";
import { canonicalJson } from "../../src/controllers/fields/fingerprint.ts";
import {
  type Cluster,
  ownerIn,
  registeredAtTag,
  sharedRoleTag,
  type Tags,
} from "../../src/controllers/ownership/ownership.ts";
import type { MemoryStore } from "../../src/kube/memory-store.ts";
import { defaultUpdatePolicy } from "../../src/simulator/compute-environments.ts";
import type { StoredConsumable } from "../../src/simulator/consumable-resources.ts";
import type { SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { groupNames, type Line, leftByLostCluster, networkLines } from "./account-network.ts";

/**
 * What the operator has made in an account, in a form in which two accounts can be compared: names that contain
 * chance, times and everything that AWS alone decides are taken out.
 */

/** @returns one line for each thing of ours */
export function accountOf(aws: SimulatedAws, store: MemoryStore, cluster: Cluster): readonly Line[] {
  const { name: clusterName } = cluster;
  const { truth } = aws;
  const objectOf = (kind: string, tags: Tags | undefined): KubeObject | undefined => {
    const owner = ownerIn(tags);
    return owner === undefined ? undefined : store.object(kindOf(kind), owner);
  };
  const ours = (tags: Tags | undefined): boolean => ownerIn(tags)?.cluster === clusterName;
  const environments = truth.computeEnvironments().filter(({ status, tags }) => status !== "DELETED" && ours(tags));
  const queues = truth.jobQueues().filter(({ status, tags }) => status !== "DELETED" && ours(tags));
  // An environment that was taken from us goes on with its role (promise 3), and nobody needs that in a fresh account.
  const strangersUse = (role: string): boolean => {
    const live = truth.computeEnvironments().filter(({ status }) => status !== "DELETED");
    const users = live.filter((one) => namesRole(one, role));
    return users.length > 0 && users.every(({ tags }) => !ours(tags));
  };
  const groups = groupNames(aws, clusterName);
  const active = truth.jobDefinitions().filter(({ status }) => status === "ACTIVE");
  const names = new Set(active.filter(({ tags }) => ours(tags)).map((one) => one.jobDefinitionName));
  const line = (kind: string, tags: Tags | undefined, text: string): Line => ({
    owner: `${kind} ${ownerText(tags)}`,
    text,
  });
  return [
    ...environments.map((one) =>
      line(
        "BatchComputeEnvironment",
        one.tags,
        environmentLine(one, objectOf("BatchComputeEnvironment", one.tags), groups),
      ),
    ),
    ...queues.map((one) => line("JobQueue", one.tags, queueLine(one, environments, objectOf("JobQueue", one.tags)))),
    ...truth
      .schedulingPolicies()
      .filter(({ tags }) => ours(tags))
      .map((one) => line("SchedulingPolicy", one.tags, policyLine(one))),
    ...truth
      .consumableResources()
      .filter(({ tags }) => ours(tags))
      .map((one) => line("ConsumableResource", one.tags, consumableLine(one))),
    ...truth
      .serviceEnvironments()
      .filter(({ status, tags }) => status !== "DELETED" && ours(tags))
      .map((one) => line("ServiceEnvironment", one.tags, serviceLine(one, objectOf("ServiceEnvironment", one.tags)))),
    ...truth
      .quotaShares()
      .filter(({ tags }) => ours(tags))
      .map((one) => line("QuotaShare", one.tags, shareLine(one, objectOf("QuotaShare", one.tags)))),
    ...[...names].flatMap((name) => {
      const named = active.filter((one) => one.jobDefinitionName === name).sort(highestFirst);
      // Whose the highest of ours is: below it may lie revisions of a claimant that had the name before.
      const tags = named.find((one) => ours(one.tags))?.tags;
      const byUs = (one: DefinitionRevision): boolean => ours(one.tags) && registeredByUs(one, truth.jobDefinitions());
      return definitionLines(named, byUs).map((text) => line("JobDefinition", tags, text));
    }),
    ...truth
      .roles()
      .filter(({ tags }) => ours(tags) && !leftByLostCluster(tags, cluster))
      // An older revision that is kept can still be submitted, and keeps its role; a BatchRole has it anyway.
      .filter(({ arn, tags }) => tags[sharedRoleTag] !== undefined || !olderUses(active, arn))
      .filter(({ name }) => !strangersUse(name))
      .map(({ name, attached, trust, tags }) => ({
        owner: roleOwner(name, tags),
        text: `role ${name} with ${[...attached].sort().join(", ")} for ${trust}`,
      })),
    ...truth
      .instanceProfiles()
      .filter(({ tags, name }) => ours(tags) && !leftByLostCluster(tags, cluster) && !strangersUse(name))
      .map(({ name, role, tags }) => ({ owner: roleOwner(name, tags), text: `instance profile ${name} of ${role}` })),
    ...networkLines(aws, store, cluster),
  ];
}

function namesRole({ serviceRole, computeResources }: Environment, role: string): boolean {
  const { instanceRole, spotIamFleetRole } = computeResources ?? {};
  return [serviceRole, instanceRole, spotIamFleetRole].some((arn) => arn?.endsWith(`/${role}`) === true);
}

/** Whether older revisions name a role, and none that jobs by name run. */
function olderUses(active: readonly DefinitionRevision[], arn: string): boolean {
  const highest = new Map<string, number>();
  for (const { jobDefinitionName: name, revision } of active) {
    highest.set(name, Math.max(highest.get(name) ?? 0, revision));
  }
  const users = active.filter(({ containerProperties: body }) => body?.jobRoleArn === arn);
  return users.length > 0 && users.every(({ jobDefinitionName: name, revision }) => revision !== highest.get(name));
}

function roleOwner(name: string, tags: Tags): string {
  return `${tags[sharedRoleTag] === undefined ? kindOfRole(name) : "BatchRole"} ${ownerText(tags)}`;
}

/** The kind of the object for which a role of this name is made. */
export function kindOfRole(name: string): "JobDefinition" | "BatchComputeEnvironment" {
  return /_(job|execution)_/.test(name) ? "JobDefinition" : "BatchComputeEnvironment";
}

/** What the spec leaves as AWS has it: equal in both accounts only by chance. */
function keptOut(spec: Readonly<Record<string, unknown>>, keys: readonly string[]): ReadonlySet<string> {
  return new Set(keys.filter((key) => spec[key] === undefined));
}

function environmentLine(
  environment: Environment,
  object: KubeObject | undefined,
  groups: ReadonlyMap<string, string>,
): string {
  const spec = (object?.spec ?? {}) as Readonly<Record<string, unknown>>;
  const kept = keptOut(spec, ["state", "updatePolicy", "ecsSettings"]);
  const { type, state, status, serviceRole, computeResources, updatePolicy, ecsSettings, tags } = environment;
  const { desiredvCpus: _scaler, ec2Configuration: _image, ...resources } = computeResources ?? { type: undefined };
  // AWS describes its default policy only where an update has once set another.
  const shown = { state, updatePolicy: { ...defaultUpdatePolicy, ...updatePolicy }, ecsSettings };
  const desired = Object.fromEntries(Object.entries(shown).filter(([key]) => !kept.has(key)));
  const bare = Object.fromEntries(
    Object.entries(resources)
      .filter(([, value]) => !isNothing(value))
      .map(([key, value]) => [key, sorted(named(value, groups))]),
  );
  return `environment of ${ownerText(tags)} ${canonicalJson({ type, status, serviceRole, ...desired, computeResources: bare, tags: userTags(tags) })}`;
}

function queueLine(queue: Queue, environments: readonly Environment[], object: KubeObject | undefined): string {
  const spec = (object?.spec ?? {}) as Readonly<Record<string, unknown>>;
  const kept = keptOut(spec, ["state"]);
  const { jobQueueName, state, status, priority, schedulingPolicyArn, jobStateTimeLimitActions, tags } = queue;
  const order = [...(queue.computeEnvironmentOrder ?? [])]
    .sort((left, right) => (left.order ?? 0) - (right.order ?? 0))
    .map(({ computeEnvironment }) => {
      const found = environments.find((one) => one.computeEnvironmentArn === computeEnvironment);
      return found === undefined ? computeEnvironment : ownerText(found.tags);
    })
    .concat((queue.serviceEnvironmentOrder ?? []).map(({ serviceEnvironment }) => serviceEnvironment));
  const limits = jobStateTimeLimitActions ?? [];
  return `queue ${jobQueueName} of ${ownerText(tags)} ${canonicalJson({ ...(kept.has("state") ? {} : { state }), status, priority, order, schedulingPolicyArn, limits, tags: userTags(tags) })}`;
}

function policyLine(policy: Policy): string {
  const { name, tags } = policy;
  return `policy ${name} of ${ownerText(tags)} ${canonicalJson({ ...policyForm(policy), tags: userTags(tags) })}`;
}

/** Jobs use up a NON_REPLENISHABLE one: how much is left, a fresh account does not show. */
function consumableLine(consumable: StoredConsumable): string {
  const { consumableResourceName: name, resourceType: type, totalQuantity, setQuantity, tags } = consumable;
  const total = type === "NON_REPLENISHABLE" ? undefined : (setQuantity ?? totalQuantity);
  return `consumable ${name} of ${ownerText(tags)} ${canonicalJson({ type, total, tags: userTags(tags) })}`;
}

function serviceLine(service: ServiceEnvironmentRecord, object: KubeObject | undefined): string {
  const spec = (object?.spec ?? {}) as Readonly<Record<string, unknown>>;
  const { serviceEnvironmentName: name, state, status, capacityLimits, tags } = service;
  const kept = spec["state"] === undefined ? {} : { state };
  return `service environment ${name} of ${ownerText(tags)} ${canonicalJson({ ...kept, status, limits: limitsOf(capacityLimits), tags: userTags(tags) })}`;
}

function shareLine(share: QuotaShareRecord, object: KubeObject | undefined): string {
  const spec = (object?.spec ?? {}) as Readonly<Record<string, unknown>>;
  const { quotaShareName: name, jobQueueArn, state, status, capacityLimits, tags } = share;
  const { preemptionConfiguration: preemption, resourceSharingConfiguration } = share;
  const kept = spec["state"] === undefined ? {} : { state };
  // A limit that the spec leaves out is what AWS had.
  const { borrowLimit } = (spec["resourceSharingConfiguration"] ?? {}) as { readonly borrowLimit?: number };
  const sharing = { ...resourceSharingConfiguration, borrowLimit };
  return `quota share ${name} in ${jobQueueArn} of ${ownerText(tags)} ${canonicalJson({ ...kept, status, limits: limitsOf(capacityLimits), sharing, preemption, tags: userTags(tags) })}`;
}

export function highestFirst(left: DefinitionRevision, right: DefinitionRevision): number {
  return right.revision - left.revision;
}

/**
 * The highest revision, which is what jobs run, and whether a body that we registered for one object lies there twice
 * (promise 4).
 *
 * @param down all that are ACTIVE of one name, the highest first
 */
function definitionLines(
  down: readonly DefinitionRevision[],
  byUs: (one: DefinitionRevision) => boolean,
): readonly string[] {
  const [top] = down;
  if (top === undefined) return [];
  const doubled = down.filter((one, index) => {
    const next = down[index + 1];
    const adjacent = next !== undefined && one.revision - next.revision === 1;
    const ofOne = adjacent && ownerText(one.tags) === ownerText(next.tags);
    return ofOne && byUs(one) && byUs(next) && bodyOf(one) === bodyOf(next);
  });
  return [
    `definition ${top.jobDefinitionName} of ${ownerText(top.tags)} ${bodyOf(top)} ${canonicalJson(userTags(top.tags))}`,
    ...doubled.map(({ jobDefinitionName, revision }) => `definition ${jobDefinitionName}:${revision} is there twice`),
  ];
}

/** Ours bear the time of it. One with the time of an older one, or with none, was registered by hand with its tags. */
function registeredByUs(
  { jobDefinitionName, revision, tags }: DefinitionRevision,
  all: readonly DefinitionRevision[],
): boolean {
  const registeredAt = tags?.[registeredAtTag];
  const older = all.filter((one) => one.jobDefinitionName === jobDefinitionName && one.revision < revision);
  return registeredAt !== undefined && older.every((one) => one.tags?.[registeredAtTag] !== registeredAt);
}

function bodyOf(revision: DefinitionRevision): string {
  const { jobDefinitionArn: _arn, revision: _number, tags: _tags, status: _status, ...body } = revision;
  const container = body.containerProperties;
  const requirements = [...(container?.resourceRequirements ?? [])].sort((left, right) =>
    (left.type ?? "") < (right.type ?? "") ? -1 : 1,
  );
  // The order of both means nothing to AWS.
  const held = (body.consumableResourceProperties?.consumableResourceList ?? []).toSorted((left, right) =>
    (left.consumableResource ?? "") < (right.consumableResource ?? "") ? -1 : 1,
  );
  return canonicalJson({
    ...body,
    containerProperties: { ...container, resourceRequirements: requirements },
    ...(held.length === 0 ? {} : { consumableResourceProperties: { consumableResourceList: held } }),
  });
}

function ownerText(tags: Tags | undefined): string {
  const owner = ownerIn(tags);
  return owner === undefined ? "nobody" : `${owner.namespace}/${owner.name}`;
}

function userTags(tags: Tags | undefined): Tags {
  return Object.fromEntries(Object.entries(tags ?? {}).filter(([key]) => !key.startsWith(tagPrefix)));
}

function named(value: unknown, names: ReadonlyMap<string, string>): unknown {
  return Array.isArray(value) ? value.map((one) => names.get(one) ?? one) : value;
}

function sorted(value: unknown): unknown {
  return Array.isArray(value) && value.every((one) => typeof one === "string") ? value.map(String).sort() : value;
}

/** AWS may describe a cleared field as empty or not at all. */
function isNothing(value: unknown): boolean {
  if (value === undefined || value === "" || value === 0) return true;
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
