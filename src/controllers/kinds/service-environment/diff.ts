/** The differences between the spec of a service environment and AWS, without tags. Pure. */

import type { ServiceEnvironmentSpec } from "../../../api/v1alpha1/service-environment.ts";
import type { ServiceEnvironmentRecord, UpdateServiceEnvironmentRequest } from "../../../aws/batch.ts";
import { limitsOf } from "../../../aws/resources/service-environments.ts";
import { jsonEqual } from "../../../runtime/json-equal.ts";
import type { Blocked, FieldChange } from "../../pass/agenda.ts";

/** A difference, and what changes it. */
export interface ServiceEnvironmentDifference extends FieldChange {
  readonly send: Partial<UpdateServiceEnvironmentRequest>;
}

/** `state` left out is not managed; limits are compared by their unit. */
export function serviceEnvironmentDifferences(
  spec: ServiceEnvironmentSpec,
  record: ServiceEnvironmentRecord,
): readonly ServiceEnvironmentDifference[] {
  const found: ServiceEnvironmentDifference[] = [];
  const differ = (path: string, from: unknown, to: unknown, send: Partial<UpdateServiceEnvironmentRequest>): void => {
    const [before, after] = [JSON.stringify(from ?? null), JSON.stringify(to)];
    found.push({ path, kind: "update", why: "changed in place", from: before, to: after, send });
  };
  if (spec.state !== undefined && spec.state !== record.state) {
    differ("spec.state", record.state, spec.state, { state: spec.state });
  }
  const [desired, seen] = [limitsOf(spec.capacityLimits), limitsOf(record.capacityLimits)];
  if (!jsonEqual(desired, seen)) {
    differ("spec.capacityLimits", seen, desired, { capacityLimits: [...spec.capacityLimits] });
  }
  return found;
}

/** A service environment of another type, which AWS never changes. */
export function otherType(
  { serviceEnvironmentType: desired }: ServiceEnvironmentSpec,
  { serviceEnvironmentName: name, serviceEnvironmentType: found }: ServiceEnvironmentRecord,
): (Blocked & { readonly paths: readonly string[] }) | undefined {
  if (desired === found) return undefined;
  return {
    kind: "blocked",
    reason: "ServiceEnvironmentTypeFixed",
    message: `${name} is of serviceEnvironmentType ${found}, which cannot be changed to ${desired}: restore it, or create another object with another spec.serviceEnvironmentName`,
    paths: ["spec.serviceEnvironmentType"],
  };
}
