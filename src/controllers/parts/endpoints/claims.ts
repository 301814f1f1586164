/** In which VPCs objects have noted that they request endpoints. Pure. */

import type { Kind, KubeObject, ObjectKey } from "../../../api/object.ts";
import { endpointsAnnotation } from "../../../api/v1alpha1/annotations.ts";
import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import { BatchComputeEnvironmentKind } from "../../../api/v1alpha1/kinds.ts";
import type { Objects, Settings } from "../../ports.ts";
import { notedVpcs } from "../noted-vpcs.ts";

/** Names the reconciler of VPCs in logs and metrics; the API server knows no such kind. */
export const VpcKind: Kind = {
  group: "awsbatch.dev",
  version: "v1alpha1",
  kind: "VpcEndpoints",
  plural: "vpcendpoints",
  shortNames: [],
};

/** The VPCs in which an object has requested endpoints so far. */
export function vpcClaims({ metadata }: KubeObject): readonly string[] {
  return notedVpcs(metadata.annotations?.[endpointsAnnotation]);
}

/** Whether the spec of an object requests endpoints that its network does not have. */
export function asksForEndpoints({ spec }: BatchComputeEnvironment): boolean {
  return spec.computeResources?.networkRef === undefined && spec.network?.vpcEndpoints === "Ensure";
}

/** Whether an object requests endpoints, or has requested some before. */
export function usesEndpoints(object: KubeObject): boolean {
  if (object.kind !== BatchComputeEnvironmentKind.kind) return false;
  return asksForEndpoints(object as BatchComputeEnvironment) || vpcClaims(object).length > 0;
}

/** The keys of the VPCs that an object has noted: region and id. */
export function vpcKeysOf(object: KubeObject, settings: Pick<Settings, "region">): readonly ObjectKey[] {
  const { region = settings.region } = object.spec as { readonly region?: string | undefined };
  return vpcClaims(object).map((vpcId) => ({ namespace: region, name: vpcId }));
}

/** The objects that have noted a VPC. */
export function notedIn(
  { namespace: region, name: vpcId }: ObjectKey,
  objects: Pick<Objects, "having">,
): readonly BatchComputeEnvironment[] {
  const found = objects.having(BatchComputeEnvironmentKind, "vpc", vpcText(region, vpcId));
  return found as readonly BatchComputeEnvironment[];
}

export function vpcText(region: string, vpcId: string): string {
  return `${region} ${vpcId}`;
}

/** The key of the VPC that a text is about. */
export function vpcKeyIn(text: string): ObjectKey {
  const [namespace = "", name = ""] = text.split(" ");
  return { namespace, name };
}
