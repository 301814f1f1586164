import { keyText } from "../../../api/object.ts";
import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { BatchNetwork } from "../../../api/v1alpha1/batch-network.ts";
import { BatchComputeEnvironmentKind, BatchNetworkKind } from "../../../api/v1alpha1/kinds.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import { readyOf } from "../../pass/conditions.ts";
import type { Ports } from "../../ports.ts";
import { labelsAskedFor, objectAt } from "../../references/reference.ts";
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
  const reference = spec.computeResources?.networkRef;
  if (reference === undefined || metadata.deletionTimestamp !== undefined) return { kind: "none" };
  const { namespace } = metadata;
  const key = { namespace: reference.namespace ?? namespace, name: reference.name };
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
