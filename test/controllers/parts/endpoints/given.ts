import { endpointTags } from "../../../../src/controllers/parts/endpoints/ownership.ts";
import type {
  EndpointsSeen,
  Keeper,
  NetworkOfEndpoints,
  UsedVpc,
} from "../../../../src/controllers/parts/endpoints/seen.ts";
import type { Step } from "../../../../src/controllers/pass/agenda.ts";
import type { EndpointPlan } from "../../../../src/network/endpoints.ts";
import { endpointName, group, rule, vpcId } from "../../../network/networks.ts";
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

export const ownTags = endpointTags({ cluster }, "ours");

/** The group of our endpoints, which allows `from`. */
export function letting(...from: readonly string[]) {
  return group("sg-ends", {
    tags: ownTags,
    ingress: [rule({ protocol: "tcp", ports: { from: 443, to: 443 }, cidrs: from })],
  });
}

/** An object that requests endpoints, and keeps the record of its VPC. */
export const keeper: Keeper = { uid: "1", identity, part: "asks", retain: false, isHeld: false, isHere: true };

/** A VPC with all requested endpoints, kept by the only object that uses them. */
export function vpc(other: Partial<UsedVpc> = {}): UsedVpc {
  return {
    vpcId,
    owner: { cluster },
    keeper,
    isKeeper: true,
    plan: planned(),
    needs: ["ecs", "ecr.api", "s3"].map(endpointName),
    lacks: [],
    unread: undefined,
    outlived: [],
    ours: [],
    group: letting("10.0.0.0/16"),
    groupNamedBy: [],
    leftBehind: [],
    retag: new Map(),
    coming: [],
    occupiedBy: [],
    connects: [],
    connectsLeaving: [],
    mayConnect: [],
    moving: [],
    justWritten: false,
    unproven: false,
    refused: new Map(),
    ...other,
  };
}

/** A VPC in which no object requests endpoints any more. */
export function left(other: Partial<UsedVpc> = {}, of: Partial<Keeper> = {}): UsedVpc {
  return vpc({ keeper: { ...keeper, part: "leaves", ...of }, ...other });
}

/** An object that has noted that it requests endpoints in these VPCs. */
export function seen(vpcs: readonly UsedVpc[], other: Partial<EndpointsSeen> = {}): EndpointsSeen {
  const network: NetworkOfEndpoints = { kind: "read", placed: true, vpcIds: [vpcId], vpcs };
  return { desired: true, claims: [vpcId], network, ...other };
}

export const creating: Step<Own> = {
  kind: "act",
  action: { kind: "create" },
  reason: "Creating",
  message: "creating it",
};

export const settled: Step<Own> = { kind: "serves", reason: "Available", message: "fine" };
export const waiting: Step<Own> = { kind: "wait", reason: "Updating", message: "it is being updated" };
