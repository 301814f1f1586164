import { keyText, type ObjectKey } from "../../../api/object.ts";
import type { Reason } from "../../../api/reasons.ts";
import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { BatchNetwork } from "../../../api/v1alpha1/batch-network.ts";
import { BatchComputeEnvironmentKind, BatchNetworkKind } from "../../../api/v1alpha1/kinds.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import { read } from "../../../network/lookups.ts";
import { emptyRequest } from "../../../network/port.ts";
import { DeadlineExceeded, withDeadline } from "../../../runtime/abort.ts";
import { askedForMaxAgeMs, ec2PatienceMs } from "../../intervals.ts";
import { referredKey } from "../../ownership/naming.ts";
import { identityOf } from "../../ownership/ownership.ts";
import { readyOf } from "../../pass/conditions.ts";
import { unreadBy } from "../../pass/unread.ts";
import type { Ports } from "../../ports.ts";
import { labelsAskedFor, objectAt } from "../../references/reference.ts";
import { type AllowedSeen, type Named, namedIds } from "../allowed/limits.ts";
import { allowedSeen } from "../allowed/observe.ts";
import { groupOwnership } from "../security-group/ownership.ts";
import { givenTo } from "./former.ts";
import type { NetworkReferenceSeen } from "./seen.ts";

/**
 * Where the network of an environment is, and what it gives.
 *
 * @throws StoreError when the labels of the namespace cannot be read for now
 */
export async function observeNetworkReference(
  { spec, metadata }: BatchComputeEnvironment,
  region: BatchRegion,
  ports: Ports,
  signal: AbortSignal,
): Promise<NetworkReferenceSeen> {
  const key = referredKey(spec.computeResources?.networkRef, { metadata });
  if (key === undefined || metadata.deletionTimestamp !== undefined) return { kind: "none" };
  const { namespace } = metadata;
  const known = ports.objects.get(BatchNetworkKind, key) as BatchNetwork | undefined;
  const labels = await labelsAskedFor(namespace, [known], ports, signal);
  const referring = { namespace, noun: BatchComputeEnvironmentKind.noun, region, ports, labels };
  const found = objectAt<BatchNetwork>(BatchNetworkKind, key, referring);
  if (found.kind === "unresolved") return found;
  const { object } = found;
  const name = `${BatchNetworkKind.kind} ${keyText(key)}`;
  if (object.metadata.deletionTimestamp !== undefined) return { kind: "awaited", message: `${name} is being deleted` };
  const { ready, isReady } = readyOf(object);
  const { subnets = [], securityGroupIds = [] } = object.status ?? {};
  if (isReady && subnets.length > 0) return { kind: "ready", name, given: { subnets, securityGroupIds } };
  const why = ready?.status === "False" ? `: ${ready.message}` : "";
  return { kind: "awaited", message: `${name} is not Ready${why}` };
}

/**
 * Whether an environment may have what it names, and what its network gave it. The latter is in the status of both, which may come
 * from somebody else than the operator, so it is judged by what the network's namespace may use. The group that the network has made
 * is no matter of a list: EC2 shows whose it is.
 */
export async function networkAllowed(
  object: BatchComputeEnvironment,
  own: readonly Named[],
  ports: Ports,
  signal: AbortSignal,
): Promise<AllowedSeen> {
  const ownSeen = await allowedSeen(object.metadata, own, ports, signal);
  if (ownSeen.kind !== "allowed") return ownSeen;
  const key = referredKey(object.spec.computeResources?.networkRef, object);
  const given = key === undefined ? undefined : givenTo(object);
  if (key === undefined || given === undefined) return { kind: "allowed" };
  const field = `${BatchNetworkKind.kind} ${keyText(key)}`;
  const seenWith = async (groups: readonly string[]): Promise<AllowedSeen> => {
    const named = [...namedIds(field, "subnet", given.subnets), ...namedIds(field, "security-group", groups)];
    return await allowedSeen(key, named, ports, signal);
  };
  const seen = await seenWith(given.securityGroupIds);
  if (seen.kind !== "refused") return seen;
  try {
    const made = await madeBy(key, object.spec.region, given.securityGroupIds, ports, signal);
    return await seenWith(given.securityGroupIds.filter((id) => !made.includes(id)));
  } catch (error) {
    return { ...unreadGroups(error, `the security groups of ${field} cannot be read`), kind: "unproven" };
  }
}

function unreadGroups(error: unknown, what: string): { readonly reason: Reason; readonly message: string } {
  if (!(error instanceof DeadlineExceeded)) return unreadBy(error, what);
  return { reason: "NotReadable", message: `${what} yet: ${error.message}` };
}

/** Those of the groups that the operator made for a network. @throws UnreadPart, AwsError, or when EC2 takes too long */
async function madeBy(
  key: ObjectKey,
  inRegion: string | undefined,
  securityGroupIds: readonly string[],
  { objects, cluster, regions, clock }: Ports,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const network = objects.get(BatchNetworkKind, key);
  if (network === undefined || securityGroupIds.length === 0) return [];
  const identity = identityOf(network, cluster);
  const facts = await withDeadline(clock, ec2PatienceMs, signal, "EC2", async () => {
    const region = await regions.ec2(inRegion, signal, key.namespace);
    return await region.network.of({ ...emptyRequest, securityGroupIds }, { signal, maxAgeMs: askedForMaxAgeMs });
  });
  return read("security groups", facts.securityGroups)
    .filter((group) => groupOwnership(group, identity) === "ours")
    .map(({ groupId }) => groupId);
}
