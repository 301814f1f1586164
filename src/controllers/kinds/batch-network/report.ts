/** `status` of a network. Pure. */

import { keyText } from "../../../api/object.ts";
import type { BatchNetwork, BatchNetworkStatus } from "../../../api/v1alpha1/batch-network.ts";
import { shortName } from "../../../network/needs.ts";
import { ownerOfEndpoint } from "../../parts/endpoints/ownership.ts";
import { usable } from "../../parts/security-group/plan.ts";
import { rememberedNow } from "../../parts/selection/report.ts";
import type { NetworkOfVpc, Seen } from "./seen.ts";
import { groupOf, placedIn } from "./spec.ts";

type Fields = Readonly<Record<string, unknown>>;
type Read = Extract<NetworkOfVpc, { kind: "read" }>;

/** What others may use stays the same while it is not known, not allowed or not possible, and in a deletion. */
export function report(
  network: BatchNetwork,
  { selection, allowed, network: vpc, identity }: Seen,
  now: number,
): Fields {
  const { spec, metadata, status } = network;
  const { vpcId } = spec;
  if (metadata.deletionTimestamp !== undefined) return { vpcId, ...before(status) };
  const selected = rememberedNow(selection.answers, now);
  if (vpc.kind === "unread" || allowed.kind !== "allowed" || vpc.misplaced.length > 0) {
    return { vpcId, ...before(status), ...selected };
  }
  return {
    vpcId,
    ...offered(network, vpc),
    ...selected,
    endpoints: vpc.endpoints.map((one) => {
      const owner = ownerOfEndpoint(one, identity.cluster);
      const { endpointId, state, serviceName } = one;
      return {
        service: shortName(serviceName),
        endpointId,
        ...(owner === undefined ? {} : { owner: keyText(owner) }),
        state,
      };
    }),
  };
}

function before(status: BatchNetworkStatus | undefined): Fields {
  const { subnets, securityGroupIds, securityGroup, resolvedSubnets, resolvedSecurityGroups, endpoints } = status ?? {};
  const kept = { subnets, securityGroupIds, securityGroup, resolvedSubnets, resolvedSecurityGroups, endpoints };
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
}

/** The subnets and groups that environments use from now on; the group that is in effect stays while another is created. */
function offered(network: BatchNetwork, { group: seen }: Read): Fields {
  const { subnets, securityGroupIds } = placedIn(network);
  const desired = groupOf(network.spec);
  const made = usable(seen);
  const group = desired === undefined ? undefined : made && { groupId: made.groupId, vpcId: made.vpcId };
  const securityGroup = desired === undefined ? undefined : (group ?? network.status?.securityGroup);
  const isComplete =
    subnets !== undefined && securityGroupIds !== undefined && (desired === undefined || securityGroup !== undefined);
  if (!isComplete) {
    const { subnets: known, securityGroupIds: knownGroups } = network.status ?? {};
    return {
      ...(known === undefined ? {} : { subnets: known }),
      ...(knownGroups === undefined ? {} : { securityGroupIds: knownGroups }),
      ...(securityGroup === undefined ? {} : { securityGroup }),
    };
  }
  return {
    subnets,
    securityGroupIds: [...securityGroupIds, ...(securityGroup === undefined ? [] : [securityGroup.groupId])],
    ...(securityGroup === undefined ? {} : { securityGroup }),
  };
}
