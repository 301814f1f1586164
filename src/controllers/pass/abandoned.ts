import { type KubeObject, keyText } from "../../api/object.ts";
import { endpointsAnnotation, rolesAnnotation, securityGroupAnnotation } from "../../api/v1alpha1/annotations.ts";

/** Of a status, whichever kind's. */
interface StatusShown {
  readonly arn?: string;
  readonly predecessors?: readonly { readonly name: string }[];
  readonly network?: { readonly securityGroup?: MadeGroup };
  /** Of a BatchNetwork. */
  readonly vpcId?: string;
  readonly securityGroup?: MadeGroup;
  readonly endpoints?: readonly { readonly endpointId: string; readonly owner?: string }[];
}

interface MadeGroup {
  readonly groupId: string;
  readonly vpcId: string;
}

/**
 * Names the AWS resources that remain when `awsbatch.dev/abandon` removes the finalizer, from status and annotations alone.
 * There may be thousands of roles, and the note of an event may be cut. Pure.
 */
export function leftInAws({ status, metadata }: KubeObject): string {
  const { annotations = {} } = metadata;
  const known = (status ?? {}) as StatusShown;
  const { predecessors = [], network, endpoints = [], securityGroup = network?.securityGroup } = known;
  const { arn = `whatever ${known.vpcId ?? "AWS"} holds for it` } = known;
  const { groupId, vpcId } = securityGroup ?? {};
  const own = endpoints.filter(({ owner }) => owner === keyText(metadata)).map(({ endpointId }) => endpointId);
  // That of a lost status, or of subnets before.
  const elsewhere = annotations[securityGroupAnnotation]?.split(",").filter((id) => id !== vpcId);
  const parts: readonly (readonly [what: string, names: string | undefined])[] = [
    ["predecessors", predecessors.map(({ name }) => name).join(",")],
    ["security group", groupId],
    ["security groups created for it in", elsewhere?.join(",")],
    ["endpoints", own.join(",")],
    ["endpoints in", annotations[endpointsAnnotation]],
    ["roles", annotations[rolesAnnotation]],
  ];
  const named = parts.flatMap(([what, names = ""]) => (names === "" ? [] : [`${what} ${names.replaceAll(",", ", ")}`]));
  return [arn, ...named].join("; ");
}
