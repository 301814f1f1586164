import { type KubeObject, keyText } from "../../../api/object.ts";
import type { OperatorKind } from "../../../api/v1alpha1/kinds.ts";
import type { Described } from "../../../aws/effects.ts";
import { resourceArn } from "../../../aws/names.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import { type AskedKey, askedResources, type ResourceType } from "../../../aws/resources/index.ts";
import { shortHash } from "../../fields/fingerprint.ts";
import { liveReadMaxAgeMs } from "../../intervals.ts";
import { claimantNamedBy, claimantOf, rivalsOf } from "../../ownership/claims.ts";
import { nameSeen } from "../../ownership/names-seen.ts";
import { awsNameOf, recordNameOf } from "../../ownership/naming.ts";
import { identityOf, isOurs } from "../../ownership/ownership.ts";
import { directivesOf } from "../../pass/directives.ts";
import type { Failing } from "../../pass/failures.ts";
import type { Ports } from "../../ports.ts";
import type { ResourceSeen } from "./seen.ts";

/** An object with one resource in AWS, and where it is. */
interface Observed<O extends KubeObject> {
  readonly object: O;
  readonly kind: OperatorKind & Required<Pick<OperatorKind, "records">>;
  readonly type: Exclude<ResourceType, "job-definition">;
  readonly region: BatchRegion;
  /** Reads AWS now, as far as the plan relies on it; default: what is listed as a whole. */
  readonly refresh?: (signal: AbortSignal) => Promise<unknown>;
  /** Of other objects of the kind those that may have the name where the object has it; default: all. */
  readonly claiming?: (rivals: readonly O[]) => Promise<readonly O[]>;
}

/**
 * What is observed of the resource with an object's name, and of whether the object may have it.
 *
 * @param begunAt when the reads of Kubernetes for the object began, monotonic ms: AWS is read again after long ones
 */
export async function resourceSeen<R extends Described, O extends KubeObject>(
  {
    object,
    kind,
    type,
    region,
    refresh = (inner) => region.refresh(inner),
    claiming = async (rivals) => rivals,
  }: Observed<O>,
  ports: Ports,
  signal: AbortSignal,
  begunAt = ports.clock.monotonic(),
): Promise<ResourceSeen<R>> {
  const allowed = await nameSeen(object, kind, ports, signal);
  const rivals = rivalsOf(object, kind, ports);
  const first = await claimantOf(object, await claiming(rivals), { kind, hasResource: () => false }, ports, signal);
  // The wait comes before the read of AWS: what the plan relies on may have left service meanwhile.
  if (ports.clock.monotonic() - begunAt > liveReadMaxAgeMs) await refresh(signal);
  const snapshot = region.snapshot();
  const identity = identityOf(object, ports.cluster);
  const known = recordNameOf(kind, object, ports.objects);
  const name = known ?? awsNameOf(kind, object);
  const live = snapshot[kind.records]?.get(name) as R | undefined;
  const record = live?.status === "DELETED" ? undefined : live;
  const absent = known !== undefined && snapshot.isAbsent(type, name);
  const claimant = claimantNamedBy(record?.tags, [object, ...rivals], ports.cluster) ?? first;
  if (record === undefined && known !== undefined && !absent) region.expectAbsence(type, name);
  return {
    identity,
    directives: directivesOf(object, ports.settings),
    settings: ports.settings,
    name,
    arn: resourceArn(region, type, name),
    planId: shortHash([identity.cluster.name, identity.namespace, identity.name, object.spec]),
    lostIn: known === undefined ? kind.awsName.within : undefined,
    record,
    absent,
    isSettled: snapshot.isSettled(type, name),
    nameSeen: allowed,
    claimedBy: claimant === undefined || claimant === object ? undefined : keyText(claimant.metadata),
  };
}

/** Whether AWS has the resource, and it is the object's own. Pure. */
export function hasOwn({ record, identity }: ResourceSeen): boolean {
  return isOurs(record?.tags, identity);
}

/**
 * Whether what is known of these resources, which are read by name, is what this process has read, or cannot read. Those
 * that were never read are asked for.
 */
export function isReadAsked(
  key: AskedKey,
  names: readonly string[],
  region: Pick<BatchRegion, "snapshot" | "expectAbsence">,
): boolean {
  const snapshot = region.snapshot();
  if (snapshot.failureOf(key) !== undefined) return true;
  const unread = names.filter((name) => !snapshot.hasRead(key, name));
  for (const name of unread) region.expectAbsence(askedResources[key].type, name);
  return unread.length === 0;
}

/** Why what is known of resources that are read by name may be older than at rest. */
export function outdated(key: AskedKey, region: Pick<BatchRegion, "snapshot">): Failing | undefined {
  const failure = region.snapshot().failureOf(key);
  return failure === undefined ? undefined : { kind: "failing", error: failure.error, since: failure.since };
}
