import { type KubeObject, keyText } from "../../api/object.ts";
import { rolesAnnotation } from "../../api/v1alpha1/annotations.ts";

/** Of a status, whichever kind's. */
interface StatusShown {
  readonly arn?: string;
  readonly predecessors?: readonly { readonly name: string }[];
  /** Of a BatchNetwork. */
  readonly vpcId?: string;
  readonly securityGroup?: { readonly groupId: string };
  readonly endpoints?: readonly { readonly endpointId: string; readonly owner?: string }[];
}

/**
 * Names the AWS resources that remain when `awsbatch.dev/abandon` removes the finalizer, from status and annotations alone.
 * There may be thousands of roles, and the note of an event may be cut. Pure.
 */
export function leftInAws({ status, metadata }: KubeObject): string {
  const { annotations = {} } = metadata;
  const known = (status ?? {}) as StatusShown;
  const { predecessors = [], endpoints = [], securityGroup } = known;
  const { arn = `whatever ${known.vpcId ?? "AWS"} holds for it` } = known;
  const own = endpoints.filter(({ owner }) => owner === keyText(metadata)).map(({ endpointId }) => endpointId);
  const parts: readonly (readonly [what: string, names: string | undefined])[] = [
    ["predecessors", predecessors.map(({ name }) => name).join(",")],
    ["security group", securityGroup?.groupId],
    ["endpoints", own.join(",")],
    ["roles", annotations[rolesAnnotation]],
  ];
  const named = parts.flatMap(([what, names = ""]) => (names === "" ? [] : [`${what} ${names.replaceAll(",", ", ")}`]));
  return [arn, ...named].join("; ");
}
