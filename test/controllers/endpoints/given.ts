import type { Step } from "../../../src/controllers/agenda.ts";
import { endpointTags } from "../../../src/controllers/endpoints/ownership.ts";
import type { EndpointsSeen, NetworkOfEndpoints, VpcSeen } from "../../../src/controllers/endpoints/seen.ts";
import type { EndpointPlan } from "../../../src/network/endpoints.ts";
import { endpointName, group, rule, vpcId } from "../../network/networks.ts";
import { identity } from "../roles/given.ts";

export interface Own {
  readonly kind: "create" | "update";
}

const { cluster } = identity;

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
    kept: [],
    ingressFrom: ["10.0.0.0/16"],
    obstacles: [],
    needs: new Map(),
    unread: new Map(),
    ...other,
  };
}

export const ownTags = endpointTags(cluster, "ours");

/** The group of our endpoints, which allows `from`. */
export function letting(...from: readonly string[]) {
  return group("sg-ends", {
    tags: ownTags,
    ingress: [rule({ protocol: "tcp", ports: { from: 443, to: 443 }, cidrs: from })],
  });
}

/** A VPC with all requested endpoints and no other users. */
export function vpc(other: Partial<VpcSeen> = {}): VpcSeen {
  return {
    vpcId,
    plan: planned(),
    needs: ["ecs", "ecr.api", "s3"].map(endpointName),
    lacks: [],
    unread: undefined,
    ours: [],
    group: letting("10.0.0.0/16"),
    groupNamedBy: [],
    leftBehind: [],
    others: [],
    occupiedBy: [],
    connects: [],
    connectsLeaving: [],
    mayConnect: [],
    moving: [],
    justWritten: false,
    unproven: false,
    refused: new Map(),
    writer: undefined,
    ...other,
  };
}

/** An object that has noted that it requests endpoints in these VPCs. */
export function seen(vpcs: readonly VpcSeen[], other: Partial<EndpointsSeen> = {}): EndpointsSeen {
  const network: NetworkOfEndpoints = { kind: "read", placed: true, vpcIds: [vpcId], vpcs };
  const rank = "2026-01-02T00:00:00Z team/ce";
  return { identity, cluster, desired: true, claims: [vpcId], retain: false, rank, network, ...other };
}

export const creating: Step<Own> = {
  kind: "act",
  action: { kind: "create" },
  reason: "Creating",
  message: "creating it",
};

export const settled: Step<Own> = { kind: "serves", reason: "Available", message: "fine" };
export const waiting: Step<Own> = { kind: "wait", reason: "Updating", message: "it is being updated" };
