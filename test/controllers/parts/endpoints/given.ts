import { endpointTags } from "../../../../src/controllers/parts/endpoints/ownership.ts";
import type { VpcSeen } from "../../../../src/controllers/parts/endpoints/seen.ts";
import type { EndpointPlan } from "../../../../src/network/endpoints.ts";
import { endpointName, group, rule, vpcId } from "../../../network/networks.ts";
import { identity } from "../roles/given.ts";

const { cluster, namespace, name } = identity;
const owner = { cluster, object: { namespace, name } };

/** The plan of a VPC with all its endpoints. */
export function planned(other: Partial<EndpointPlan> = {}): EndpointPlan {
  const services = [endpointName("ecs"), endpointName("ecr.api")];
  return {
    vpcId,
    services,
    create: [],
    awaited: [],
    extend: [],
    remove: [],
    ingressFrom: ["10.0.0.0/16"],
    obstacles: [],
    ...other,
  };
}

export const ownTags = endpointTags(owner, "ours");

/** The group of our endpoints, which allows `from`. */
export function letting(...from: readonly string[]) {
  return group("sg-ends", {
    tags: ownTags,
    ingress: [rule({ protocol: "tcp", ports: { from: 443, to: 443 }, cidrs: from })],
  });
}

/** The VPC of a network that has all its endpoints. */
export function vpc(other: Partial<VpcSeen> = {}): VpcSeen {
  return {
    vpcId,
    owner,
    identity,
    leaves: false,
    retain: false,
    plan: planned(),
    ours: [],
    group: letting("10.0.0.0/16"),
    groupNamedBy: [],
    leftBehind: [],
    retag: new Map(),
    connects: [],
    connectsLeaving: [],
    mayConnect: [],
    moving: [],
    justWritten: false,
    refused: new Map(),
    ...other,
  };
}
