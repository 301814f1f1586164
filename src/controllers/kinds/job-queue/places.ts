/** Where the jobs of a queue can start, and whether an order would take that away: asked for the plan, and again as it is sent. Pure. */

import type { Environment, ServiceEnvironmentRecord } from "../../../aws/batch.ts";
import type { EnvironmentType } from "../../draining/queue-order.ts";

/** What is known of environments. */
export interface Places {
  /** Every compute environment of the region but DELETED tombstones, by name. */
  readonly environments: ReadonlyMap<string, Environment>;
  /** Names of compute environments that this process has seen INVALID and not VALID since. */
  readonly foundInvalid: ReadonlySet<string>;
  /** By name, the service environments that were read. */
  readonly serviceEnvironments: ReadonlyMap<string, ServiceEnvironmentRecord>;
  /**
   * Names of environments, of the type that the queue has, that are DISABLED although the objects that keep them say ENABLED:
   * their controller is about to enable them, in this process or in another one.
   */
  readonly enabling: ReadonlySet<string>;
}

/** An order as it is and as it is to be: the names of environments of one type. */
export interface Reordering {
  readonly type: EnvironmentType;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/**
 * Whether jobs can start in what the queue names, or can again by themselves, and in nothing that it is to name: for as long
 * as that is so the order stays.
 */
export function strands({ type, before, after }: Reordering, places: Places): boolean {
  return anyPlaceServing(type, before, places) && !anyPlaceUsable(type, after, places);
}

function anyPlaceServing(type: EnvironmentType, names: readonly string[], places: Places): boolean {
  if (names.some((name) => places.enabling.has(name))) return true;
  if (type === "compute-environment") return anyServing(names, places);
  return names.some((name) => serviceServes(places.serviceEnvironments.get(name)));
}

function anyPlaceUsable(type: EnvironmentType, names: readonly string[], places: Places): boolean {
  return anyUsable(names, type === "compute-environment" ? places.environments : places.serviceEnvironments);
}

/**
 * Whether jobs can start on one of these compute environments, or can again when AWS has carried out an update. What AWS had
 * found INVALID is UPDATING while AWS validates again: that proves nothing before it is VALID.
 */
export function anyServing(
  names: readonly string[],
  { environments, foundInvalid }: Pick<Places, "environments" | "foundInvalid">,
): boolean {
  return names.some((name) => {
    const { state, status } = environments.get(name) ?? {};
    return state === "ENABLED" && (status === "VALID" || (status === "UPDATING" && !foundInvalid.has(name)));
  });
}

/** Whether jobs can start on one of these environments now. */
export function anyUsable(names: readonly string[], environments: ReadonlyMap<string, Served>): boolean {
  return names.some((name) => {
    const environment = environments.get(name);
    return environment?.status === "VALID" && environment.state === "ENABLED";
  });
}

/** Jobs can start in it, or can again when AWS has carried out an update. What no object names is not read, and may serve. */
export function serviceServes(record: Served | undefined): boolean {
  return record === undefined || (record.state !== "DISABLED" && record.status !== "INVALID");
}

type Served = Pick<Environment, "state" | "status">;
