import type { ObjectKey } from "../../../api/object.ts";
import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import { BatchComputeEnvironmentKind, ServiceEnvironmentKind } from "../../../api/v1alpha1/kinds.ts";
import type { ServiceEnvironment } from "../../../api/v1alpha1/service-environment.ts";
import type { Environment, ServiceEnvironmentRecord } from "../../../aws/batch.ts";
import type { EnvironmentType } from "../../draining/queue-order.ts";
import { isRetired } from "../../draining/retired.ts";
import { baseNameOf } from "../../ownership/naming.ts";
import { identityOf, isOfCluster, ownerIn, ownershipOf } from "../../ownership/ownership.ts";
import type { Ports } from "../../ports.ts";
import { provenFor } from "../compute-environment/ownership.ts";
import type { EntrySeen } from "./seen.ts";

/** Whose an environment in AWS is, of either type, and what its object means for it. */

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

/** The object of this cluster that an environment belongs to by its tags, when there is one. */
export function ownerObject(environment: Environment | undefined, ports: Ports): BatchComputeEnvironment | undefined {
  const owner = ownerIn(environment?.tags);
  if (owner === undefined || !isOfCluster(owner, ports.cluster)) return undefined;
  return environmentObject(owner, ports);
}

export function environmentObject(key: ObjectKey, { objects }: Ports): BatchComputeEnvironment | undefined {
  return objects.get(BatchComputeEnvironmentKind, key) as BatchComputeEnvironment | undefined;
}

export function whereIsOwner(
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

/** Whether the object that an environment belongs to is being deleted, as far as this cluster has it. */
export function isGoing(type: EnvironmentType, environment: Owned, ports: Ports): boolean {
  return keeperOf(type, environment, ports)?.metadata.deletionTimestamp !== undefined;
}

/**
 * DISABLED, while its object says ENABLED: its controller puts that right, whichever process has it. One that is being taken
 * out of service stays DISABLED, and what is INVALID takes no jobs.
 */
export function isToBeEnabled(type: EnvironmentType, environment: Owned, ports: Ports): boolean {
  const { state, status } = environment;
  if (state !== "DISABLED" || status === "INVALID" || status === "DELETING" || isRetired(environment)) return false;
  const keeper = keeperOf(type, environment, ports);
  return keeper?.spec.state === "ENABLED" && keeper.metadata.deletionTimestamp === undefined;
}
