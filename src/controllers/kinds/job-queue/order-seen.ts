import { keyText } from "../../../api/object.ts";
import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { JobQueue } from "../../../api/v1alpha1/job-queue.ts";
import {
  BatchComputeEnvironmentKind,
  JobQueueKind,
  SchedulingPolicyKind,
  ServiceEnvironmentKind,
} from "../../../api/v1alpha1/kinds.ts";
import type { Environment } from "../../../aws/batch.ts";
import { nameIn } from "../../../aws/names.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import { environmentName } from "../../draining/queue-order.ts";
import { isRetired } from "../../draining/retired.ts";
import { baseNameOf, type OrderEntry, referenceKey, referredKey } from "../../ownership/naming.ts";
import { identityOf, isNamedBy, ownershipOf } from "../../ownership/ownership.ts";
import { placed } from "../../parts/network-reference/fill.ts";
import { filledObject } from "../../parts/roles/with-roles.ts";
import { directivesOf } from "../../pass/directives.ts";
import type { Ports } from "../../ports.ts";
import type { Labels } from "../../references/access.ts";
import {
  isUnread,
  type NamedThing,
  objectAt,
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
import { ownerObject, whereIsOwner } from "./keepers.ts";
import type { EntrySeen, ServiceSeen } from "./seen.ts";

/** What the order of a queue refers to, in its spec and in AWS, and its policy. */

/** The environments among which the entries of an order are found. */
export interface OrderReading {
  /** What the order in AWS names. */
  readonly named: ReadonlySet<string>;
  readonly environments: readonly Environment[];
  readonly region: BatchRegion;
  readonly ports: Ports;
  readonly labels: Labels;
}

export function entrySeen(entry: OrderEntry, object: JobQueue, around: OrderReading): EntrySeen {
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

/** Environments of objects of this cluster that the order in AWS names, but no entry refers to. */
export function leavingEntries(
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

export function policySeen(object: JobQueue, around: OrderReading): ResourceReference | undefined {
  const { schedulingPolicyArn: arn, schedulingPolicyRef } = object.spec;
  const referring = referringOf(object, around);
  const key = referredKey(schedulingPolicyRef, object);
  if (key !== undefined) return resourceAt(key, policyThing, referring);
  if (arn === undefined) return undefined;
  return resourceNamed(arn, policyThing, referring);
}

export function serviceSeen(object: JobQueue, around: OrderReading): ServiceSeen | undefined {
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
