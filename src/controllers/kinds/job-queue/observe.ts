import type { JobQueue } from "../../../api/v1alpha1/job-queue.ts";
import { JobQueueKind, SchedulingPolicyKind, ServiceEnvironmentKind } from "../../../api/v1alpha1/kinds.ts";
import type { Environment, Queue } from "../../../aws/batch.ts";
import { nameIn } from "../../../aws/names.ts";
import type { BatchRegion, BatchSnapshot } from "../../../aws/region.ts";
import { type EnvironmentType, environmentName, orderOf } from "../../draining/queue-order.ts";
import { queueNameOf, referenceKey, referredKey } from "../../ownership/naming.ts";
import { namedOwner } from "../../ownership/ownership.ts";
import type { Ports } from "../../ports.ts";
import type { Sharing } from "../../references/access.ts";
import { namesReferred } from "../../references/asked-names.ts";
import { labelsAskedFor, ownerOfName } from "../../references/reference.ts";
import { resourceSeen } from "../resource/observe.ts";
import { type JobsMemory, jobsIn, progressSeen, sharesIn } from "./jobs-seen.ts";
import { environmentObject, isToBeEnabled, type Owned } from "./keepers.ts";
import { entrySeen, leavingEntries, type OrderReading, policySeen, serviceSeen } from "./order-seen.ts";
import type { Places } from "./places.ts";
import type { Seen } from "./seen.ts";

/** What this process remembers between passes: ages only. They are empty after a restart. */
export interface Memory extends JobsMemory {
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
