import { keyText, type ObjectKey } from "../../../api/object.ts";
import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { JobQueue } from "../../../api/v1alpha1/job-queue.ts";
import {
  BatchComputeEnvironmentKind,
  JobQueueKind,
  SchedulingPolicyKind,
  ServiceEnvironmentKind,
} from "../../../api/v1alpha1/kinds.ts";
import type { ServiceEnvironment } from "../../../api/v1alpha1/service-environment.ts";
import { adviceFor } from "../../../aws/advice.ts";
import type { Environment, Queue, ServiceEnvironmentRecord } from "../../../aws/batch.ts";
import { knownInstanceTypes } from "../../../aws/instance-types.ts";
import type { ConsumableNeed } from "../../../aws/job-needs.ts";
import { nameIn } from "../../../aws/names.ts";
import type { BatchRegion, BatchSnapshot, UnfinishedJob } from "../../../aws/region.ts";
import { hasServiceJobs } from "../../../aws/service-jobs.ts";
import { type ConsumableFact, type NetworkFact, queueFacts } from "../../../diagnosis/facts.ts";
import { type CountedJobs, countedJobs } from "../../draining/counted-jobs.ts";
import type { JobsSeen } from "../../draining/drain.ts";
import { type EnvironmentType, environmentName, orderOf } from "../../draining/queue-order.ts";
import { isRetired } from "../../draining/retired.ts";
import {
  baseNameOf,
  memoryKey,
  type OrderEntry,
  queueNameOf,
  referenceKey,
  referredKey,
} from "../../ownership/naming.ts";
import { identityOf, isNamedBy, isOfCluster, namedOwner, ownerIn, ownershipOf } from "../../ownership/ownership.ts";
import { placed } from "../../parts/network-reference/fill.ts";
import { filledObject } from "../../parts/roles/with-roles.ts";
import { conditionsOf } from "../../pass/conditions.ts";
import { directivesOf } from "../../pass/directives.ts";
import { orUnread } from "../../pass/unread.ts";
import type { Ports } from "../../ports.ts";
import type { Labels, Sharing } from "../../references/access.ts";
import { namesReferred } from "../../references/asked-names.ts";
import {
  isUnread,
  labelsAskedFor,
  type NamedThing,
  objectAt,
  ownerOfName,
  type RecordedThing,
  type Referring,
  type ResourceReference,
  refusalOfName,
  resourceAt,
  resourceNamed,
} from "../../references/reference.ts";
import { environmentSetOf, isTriedAgain, withBegun } from "../compute-environment/environment-set.ts";
import { withImageUpdate } from "../compute-environment/image-updates.ts";
import { provenFor } from "../compute-environment/ownership.ts";
import { isHeld } from "../compute-environment/replacement.ts";
import { planId as environmentPlanId } from "../compute-environment/request.ts";
import { environmentRoleUser } from "../compute-environment/roles.ts";
import { resourceSeen } from "../resource/observe.ts";
import type { Places } from "./places.ts";
import { networkFactIn } from "./progress.ts";
import type { EntrySeen, ProgressSeen, Seen, ServiceSeen } from "./seen.ts";

/**
 * What this process remembers between passes, by region and queue name (`memoryKey`): ages only. They are empty
 * after a restart.
 */
export interface Memory {
  /** Since when every count of its unfinished jobs was zero, monotonic ms. */
  readonly zeroSince: CountedJobs;
  /** When its jobs were last ended, wall ms. */
  readonly terminatedAt: Map<string, number>;
  /** By region: names of environments that were INVALID, and have not been VALID since. */
  readonly foundInvalid: Map<string, ReadonlySet<string>>;
}

export function newMemory(): Memory {
  return { zeroSince: new Map(), terminatedAt: new Map(), foundInvalid: new Map() };
}

export async function observe(
  object: JobQueue,
  region: BatchRegion,
  ports: Ports,
  memory: Memory,
  signal: AbortSignal,
): Promise<Seen> {
  const begunAt = ports.clock.monotonic();
  const { namespace } = object.metadata;
  const labels = await labelsAskedFor(namespace, targetsOf(object, region.snapshot(), ports), ports, signal);
  const refresh = (inner: AbortSignal) => refreshed(object, region, ports, inner);
  const observed = { object, kind: JobQueueKind, type: "job-queue", region, refresh } as const;
  const seen = await resourceSeen<Queue, JobQueue>(observed, ports, signal, begunAt);
  const { record: queue } = seen;
  const shares = await sharesIn(object, queue, region, signal);
  const places = placesSeen(object, region, ports, memory);
  const { environments } = places;
  const named = new Set(orderOf(queue));
  const desired = [...(object.spec.computeEnvironmentOrder ?? [])].sort((left, right) => left.order - right.order);
  const around: OrderReading = { named, environments: [...environments.values()], region, ports, labels };
  const entries = [...desired, ...leavingEntries(object, named, environments, ports)].map((entry) =>
    entrySeen(entry, object, around),
  );
  return {
    ...seen,
    entries: entries.slice(0, desired.length),
    leaving: entries.slice(desired.length),
    policy: policySeen(object, around),
    service: serviceSeen(object, around),
    environments,
    foundInvalid: places.foundInvalid,
    enabling: places.enabling,
    shares,
    jobs: await jobsIn(object, queue, shares, { region, ports, memory }, signal),
    progress: progressSeen(object, queue, environments, region, ports),
  };
}

/** Reads queues and environments now, of the type that the queue has. @throws AwsError */
export async function refreshed(
  object: JobQueue,
  region: BatchRegion,
  ports: Ports,
  signal: AbortSignal,
): Promise<void> {
  const { jobQueues: queues, serviceEnvironments } = await region.refresh(signal);
  if (object.spec.serviceEnvironmentOrder === undefined) return;
  const inAws = queues.get(queueNameOf(object))?.serviceEnvironmentOrder ?? [];
  // What no object names is not kept.
  const kept = inAws
    .map((entry) => nameIn(entry.serviceEnvironment ?? ""))
    .filter((name) => serviceEnvironments.has(name));
  const names = new Set([...servicesOf(object, ports), ...kept]);
  await region.refreshAsked("serviceEnvironments", [...names], signal);
}

/** The names of the service environments that the spec leads to. */
export function servicesOf(object: JobQueue, { objects }: Pick<Ports, "objects">): readonly string[] {
  return namesReferred(JobQueueKind, ServiceEnvironmentKind, object, objects);
}

/** What is known of environments now. */
export function placesSeen(object: JobQueue, region: BatchRegion, ports: Ports, memory: Memory): Places {
  const snapshot = region.snapshot();
  const { serviceEnvironments } = snapshot;
  // What AWS may still refuse is reported once it exists: otherwise status would change with each try.
  const environments = new Map(
    [...snapshot.computeEnvironments].filter(
      ([name, { status }]) => status !== "DELETED" && !snapshot.isAsked("compute-environment", name),
    ),
  );
  const type = typeOf(object);
  const ofType: ReadonlyMap<string, Owned> = type === "compute-environment" ? environments : serviceEnvironments;
  const enabling = new Set([...ofType].flatMap(([name, one]) => (isToBeEnabled(type, one, ports) ? [name] : [])));
  const foundInvalid = foundInvalidIn(region.region, environments, memory);
  return { environments, foundInvalid, serviceEnvironments, enabling };
}

function typeOf({ spec }: JobQueue): EnvironmentType {
  return spec.serviceEnvironmentOrder === undefined ? "compute-environment" : "service-environment";
}

function foundInvalidIn(
  region: string,
  environments: ReadonlyMap<string, Environment>,
  { foundInvalid }: Memory,
): ReadonlySet<string> {
  const before = foundInvalid.get(region);
  const stays = ({ computeEnvironmentName: name, status }: Environment): boolean =>
    status === "INVALID" || (status !== "VALID" && before?.has(name) === true);
  const found = new Set([...environments.values()].filter(stays).map((one) => one.computeEnvironmentName));
  foundInvalid.set(region, found);
  return found;
}

/** Environments of objects of this cluster that the order in AWS names, but no entry refers to. */
function leavingEntries(
  object: JobQueue,
  named: ReadonlySet<string>,
  environments: ReadonlyMap<string, Environment>,
  ports: Ports,
): readonly OrderEntry[] {
  const desired = object.spec.computeEnvironmentOrder ?? [];
  const referred = desired.flatMap((entry) => referenceKey(entry, object) ?? []).map(keyText);
  const owners = [...named].flatMap((name) => ownerObject(environments.get(name), ports)?.metadata ?? []);
  const left = new Map(owners.map((owner) => [keyText(owner), owner]));
  for (const path of referred) left.delete(path);
  return [...left.values()].map(({ namespace, name }, index) => ({
    order: desired.length + index + 1,
    computeEnvironmentRef: { namespace, name },
  }));
}

/** The environments among which the entries of an order are found. */
interface OrderReading {
  /** What the order in AWS names. */
  readonly named: ReadonlySet<string>;
  readonly environments: readonly Environment[];
  readonly region: BatchRegion;
  readonly ports: Ports;
  readonly labels: Labels;
}

function entrySeen(entry: OrderEntry, object: JobQueue, around: OrderReading): EntrySeen {
  const { named, environments, region, ports } = around;
  const { order } = entry;
  const key = referenceKey(entry, object);
  if (key === undefined) return namedSeen(entry, object, around);
  const target = objectAt<BatchComputeEnvironment>(BatchComputeEnvironmentKind, key, referringOf(object, around));
  if (target.kind === "unresolved") return { ...target, order, key };
  const environment = withImageUpdate(placed(target.object), ports.clock.now());
  const found = filledObject(environment, environmentRoleUser, region, ports);
  const identity = identityOf(found, ports.cluster);
  const planId = environmentPlanId(found.spec, identity);
  const directives = directivesOf(found, ports.settings);
  const ours = environmentsOf(found, named, environments, ports);
  const spec = withBegun(found.spec, ours);
  const set = environmentSetOf(spec, ours, planId);
  const triedAgain = isTriedAgain(directives.approved, planId, set.target);
  const held =
    set.target !== undefined && isHeld(found.spec, { planId, directives }, "Repoint", set.target) && !triedAgain;
  return {
    kind: "reference",
    order,
    key,
    spec,
    set: { ...set, returned: set.returned && !triedAgain },
    handover: !held && !directives.paused && !directives.dryRun && !directives.deleting,
    deleting: directives.deleting,
  };
}

/**
 * The environments of an object. Among those that the queue names already, tags that are about to become the object's
 * own, or were until now, count too: otherwise the order in which tags and objects change could cost the queue an environment.
 */
function environmentsOf(
  object: BatchComputeEnvironment,
  named: ReadonlySet<string>,
  environments: readonly Environment[],
  { cluster, settings }: Ports,
): readonly Environment[] {
  const identity = identityOf(object, cluster);
  const baseName = baseNameOf(object);
  const proven = environments.map((environment) => provenFor(environment, identity, baseName));
  const own = proven.filter(({ computeEnvironmentName: name, tags }) =>
    named.has(name) ? isNamedBy(tags, identity) : ownershipOf(tags, identity).kind === "ours",
  );
  if (own.length > 0 || directivesOf(object, settings).adoptionPolicy === "Never") return own;
  return proven.filter(
    ({ computeEnvironmentName: name, tags }) =>
      named.has(name) && name === baseName && ownershipOf(tags, identity).kind === "foreign",
  );
}

const environmentThing: NamedThing = {
  type: "compute-environment",
  kind: BatchComputeEnvironmentKind,
  called: "compute environment",
  oneOf: "an environment",
};

const policyThing: RecordedThing = {
  type: "scheduling-policy",
  records: "schedulingPolicies",
  kind: SchedulingPolicyKind,
  called: "scheduling policy",
  oneOf: "a policy",
};

const serviceThing: RecordedThing = {
  type: "service-environment",
  records: "serviceEnvironments",
  kind: ServiceEnvironmentKind,
  called: "service environment",
  oneOf: "a service environment",
};

function namedSeen(
  { order, computeEnvironment: nameOrArn = "" }: OrderEntry,
  object: JobQueue,
  around: OrderReading,
): EntrySeen {
  const name = environmentName(nameOrArn);
  const environment = around.environments.find(({ computeEnvironmentName }) => computeEnvironmentName === name);
  const refusal = refusalOfName(nameOrArn, environment, environmentThing, referringOf(object, around));
  if (refusal !== undefined) return { ...refusal, order, name };
  return { kind: "named", order, name, owner: whereIsOwner("compute-environment", environment, around.ports) };
}

function policySeen(object: JobQueue, around: OrderReading): ResourceReference | undefined {
  const { schedulingPolicyArn: arn, schedulingPolicyRef } = object.spec;
  const referring = referringOf(object, around);
  const key = referredKey(schedulingPolicyRef, object);
  if (key !== undefined) return resourceAt(key, policyThing, referring);
  if (arn === undefined) return undefined;
  return resourceNamed(arn, policyThing, referring);
}

function serviceSeen(object: JobQueue, around: OrderReading): ServiceSeen | undefined {
  const [entry] = object.spec.serviceEnvironmentOrder ?? [];
  if (entry === undefined) return undefined;
  const snapshot = around.region.snapshot();
  const { serviceEnvironments: environments } = snapshot;
  const referring = referringOf(object, around);
  const key = referredKey(entry.serviceEnvironmentRef, object);
  const reference =
    key === undefined
      ? resourceNamed(entry.serviceEnvironment ?? "", serviceThing, referring)
      : resourceAt(key, serviceThing, referring);
  const name = reference.kind === "unresolved" ? undefined : nameIn(reference.arn);
  const unread =
    name !== undefined && isUnread(name, serviceThing, around.region)
      ? { name, isRefused: snapshot.failureOf(serviceThing.records) !== undefined }
      : undefined;
  const target = name === undefined ? undefined : environments.get(name);
  // Where its object is gone, nobody disables it any more.
  const retiring =
    target !== undefined &&
    isRetired(target) &&
    whereIsOwner("service-environment", target, around.ports) !== "nowhere";
  return { order: entry.order, reference, retiring, environments, unread };
}

function referringOf({ metadata: { namespace } }: JobQueue, { region, ports, labels }: OrderReading): Referring {
  return { namespace, noun: JobQueueKind.noun, region, ports, labels };
}

function whereIsOwner(
  type: EnvironmentType,
  environment: Owned | undefined,
  ports: Ports,
): Extract<EntrySeen, { kind: "named" }>["owner"] {
  const owner = ownerIn(environment?.tags);
  if (owner === undefined) return "nowhere";
  const { uid, takeOverUid } = ports.cluster;
  const isOurs = isOfCluster(owner, ports.cluster) && (owner.clusterUid === uid || owner.clusterUid === takeOverUid);
  if (!isOurs || !ports.objects.watches(owner.namespace)) return "elsewhere";
  if (environment !== undefined && isGoing(type, environment, ports)) return "deleting";
  const kind = type === "compute-environment" ? BatchComputeEnvironmentKind : ServiceEnvironmentKind;
  return ports.objects.get(kind, owner) === undefined ? "nowhere" : "here";
}

/** The object of this cluster that an environment belongs to by its tags, when there is one. */
function ownerObject(environment: Environment | undefined, ports: Ports): BatchComputeEnvironment | undefined {
  const owner = ownerIn(environment?.tags);
  if (owner === undefined || !isOfCluster(owner, ports.cluster)) return undefined;
  return environmentObject(owner, ports);
}

/** Whether the object that an environment belongs to is being deleted, as far as this cluster has it. */
export function isGoing(type: EnvironmentType, environment: Owned, ports: Ports): boolean {
  return keeperOf(type, environment, ports)?.metadata.deletionTimestamp !== undefined;
}

/**
 * DISABLED, while its object says ENABLED: its controller puts that right, whichever process has it. One that is being taken
 * out of service stays DISABLED, and what is INVALID takes no jobs.
 */
function isToBeEnabled(type: EnvironmentType, environment: Owned, ports: Ports): boolean {
  const { state, status } = environment;
  if (state !== "DISABLED" || status === "INVALID" || status === "DELETING" || isRetired(environment)) return false;
  const keeper = keeperOf(type, environment, ports);
  return keeper?.spec.state === "ENABLED" && keeper.metadata.deletionTimestamp === undefined;
}

/** An environment of either type in AWS, as far as it matters whose it is and whether it serves. */
export type Owned = Environment | ServiceEnvironmentRecord;
type Keeper = BatchComputeEnvironment | ServiceEnvironment;

/** The object of this cluster that an environment is of, and that keeps it. */
function keeperOf(type: EnvironmentType, environment: Owned, { objects, cluster }: Ports): Keeper | undefined {
  const owner = ownerIn(environment.tags);
  if (owner === undefined || !isOfCluster(owner, cluster)) return undefined;
  const kind = type === "compute-environment" ? BatchComputeEnvironmentKind : ServiceEnvironmentKind;
  const object = objects.get(kind, owner) as Keeper | undefined;
  if (object === undefined) return undefined;
  const identity = identityOf(object, cluster);
  const proven =
    "computeEnvironmentName" in environment
      ? provenFor(environment, identity, baseNameOf(object as BatchComputeEnvironment))
      : environment;
  return ownershipOf(proven.tags, identity).kind === "ours" ? object : undefined;
}

function environmentObject(key: ObjectKey, { objects }: Ports): BatchComputeEnvironment | undefined {
  return objects.get(BatchComputeEnvironmentKind, key) as BatchComputeEnvironment | undefined;
}

/** The objects of what a queue may come to name. */
function targetsOf(
  object: JobQueue,
  {
    computeEnvironments: environments,
    schedulingPolicies: policies,
    jobQueues: queues,
    serviceEnvironments,
  }: BatchSnapshot,
  ports: Ports,
): readonly (Sharing | undefined)[] {
  const { computeEnvironmentOrder: desired = [], schedulingPolicyArn, schedulingPolicyRef } = object.spec;
  const literal = desired.flatMap(({ computeEnvironment }) => computeEnvironment ?? []).map(environmentName);
  const named = [...literal, ...orderOf(queues.get(queueNameOf(object)))];
  const policyName = nameIn(schedulingPolicyArn ?? "");
  const policyOwner = ownerOfName(policyName, policies.get(policyName), SchedulingPolicyKind, ports);
  const serviceKeys = (object.spec.serviceEnvironmentOrder ?? []).flatMap(
    ({ serviceEnvironment = "", serviceEnvironmentRef }) => {
      const name = nameIn(serviceEnvironment);
      const owner = () => ownerOfName(name, serviceEnvironments.get(name), ServiceEnvironmentKind, ports);
      return referredKey(serviceEnvironmentRef, object) ?? owner() ?? [];
    },
  );
  const policyKeys = [policyOwner, referredKey(schedulingPolicyRef, object)].filter((key) => key !== undefined);
  return [
    ...named.flatMap((name) => namedOwner(environments.get(name)?.tags, ports.cluster) ?? []),
    ...desired.flatMap((entry) => referenceKey(entry, object) ?? []),
  ]
    .map((key): Sharing | undefined => environmentObject(key, ports))
    .concat(policyKeys.map((key) => ports.objects.get(SchedulingPolicyKind, key) as Sharing | undefined))
    .concat(serviceKeys.map((key) => ports.objects.get(ServiceEnvironmentKind, key) as Sharing | undefined));
}

/** The last read of its jobs, with the facts that explain it. */
function progressSeen(
  object: JobQueue,
  queue: Queue | undefined,
  environments: ReadonlyMap<string, Environment>,
  region: BatchRegion,
  ports: Ports,
): ProgressSeen | undefined {
  const seen = queue === undefined ? undefined : region.jobsSeen(queue.jobQueueName);
  if (queue === undefined || seen === undefined || object.metadata.deletionTimestamp !== undefined) return undefined;
  if (seen.kind === "unread") {
    const { error } = seen;
    return {
      kind: "unread",
      why: `the jobs cannot be read (${error.operation}): ${error.message}. ${adviceFor(error)}`,
    };
  }
  const networkOf = (environment: Environment): NetworkFact | undefined => {
    const owner = ownerObject(environment, ports);
    if (owner === undefined) return undefined;
    const condition = conditionsOf(owner).find(({ type }) => type === "NetworkReady");
    return networkFactIn(condition, `${owner.metadata.namespace}/${owner.metadata.name}`);
  };
  const queues = region.snapshot().jobQueues.values();
  const consumableOf = (need: ConsumableNeed): ConsumableFact | undefined => consumableFact(need, region.snapshot());
  const around = { environments, queues, networkOf, instanceTypes: knownInstanceTypes, consumableOf };
  return { kind: "read", facts: queueFacts(queue, around, seen.jobs) };
}

/** What the last listing shows of a consumable; of one that jobs use up it does not show how much is left. */
function consumableFact(
  { name, quantity: needed }: ConsumableNeed,
  snapshot: BatchSnapshot,
): ConsumableFact | undefined {
  const found = snapshot.consumableResources.get(name);
  if (found === undefined) {
    return snapshot.isAbsent("consumable-resource", name) ? { name, needed, quantity: undefined } : undefined;
  }
  if (found.resourceType === "NON_REPLENISHABLE") return undefined;
  const { totalQuantity: total, inUseQuantity, tags } = found;
  return { name, needed, tags, quantity: { total, available: Math.max(0, total - inUseQuantity), isUsedUp: false } };
}

/** Listed only once the queue is being deleted; only queues of SageMaker have any. */
async function sharesIn(
  { metadata: { deletionTimestamp } }: JobQueue,
  queue: Queue | undefined,
  region: BatchRegion,
  signal: AbortSignal,
): Promise<Seen["shares"]> {
  if (deletionTimestamp === undefined || queue?.state !== "DISABLED" || !hasServiceJobs(queue)) return undefined;
  if (queue.status === "DELETING") return undefined;
  const names = await orUnread(region.sharesOf(queue.jobQueueName, signal));
  return "kind" in names ? names : { kind: "read", names: names.toSorted() };
}

/** Counted only in a deletion, once the queue takes no new jobs, and has no quota share for which it waits first. */
async function jobsIn(
  object: JobQueue,
  queue: Queue | undefined,
  shares: Seen["shares"],
  { region, ports, memory }: { readonly region: BatchRegion; readonly ports: Ports; readonly memory: Memory },
  signal: AbortSignal,
): Promise<JobsSeen<UnfinishedJob> | undefined> {
  const leaving = object.metadata.deletionTimestamp !== undefined && queue?.state === "DISABLED";
  const name = queueNameOf(object);
  const key = memoryKey(region, name);
  const { zeroSince, terminatedAt } = memory;
  if (queue === undefined) terminatedAt.delete(key);
  const waits = shares !== undefined && (shares.kind === "unread" || shares.names.length > 0);
  if (!leaving || queue.status === "DELETING" || waits) {
    zeroSince.delete(key);
    return undefined;
  }
  const jobs = await countedJobs(key, zeroSince, (from) => region.jobs(name, from, signal), ports.clock);
  return jobs.kind === "read" ? { ...jobs, terminatedAt: terminatedAt.get(key) } : jobs;
}
