import type { BatchNetwork, BatchNetworkSpec } from "../../../../src/api/v1alpha1/batch-network.ts";
import type { NetworkOfVpc, Seen } from "../../../../src/controllers/kinds/batch-network/seen.ts";
import { groupOf } from "../../../../src/controllers/kinds/batch-network/spec.ts";
import { groupNameOf, groupTags } from "../../../../src/controllers/parts/security-group/ownership.ts";
import type { GroupFound, GroupSeen } from "../../../../src/controllers/parts/security-group/seen.ts";
import { endpoint, group, rule, vpcId } from "../../../network/networks.ts";
import { ownTags, planned, vpc } from "../../parts/endpoints/given.ts";
import { identity } from "../../parts/roles/given.ts";

export function network(
  spec: Partial<BatchNetworkSpec> = {},
  status: Partial<BatchNetwork["status"]> = {},
  metadata: object = {},
): BatchNetwork {
  const { namespace, name } = identity;
  const full: BatchNetworkSpec = { vpcId, subnets: ["subnet-a"], ...spec };
  return { metadata: { namespace, name, generation: 1, ...metadata }, spec: full, status } as never;
}

export const leaving = { deletionTimestamp: "2026-01-01T00:00:00Z" };

/** The group of the network, with the default rules. */
export const ours: GroupFound = {
  group: group("sg-made", {
    vpcId,
    groupName: groupNameOf(identity),
    egress: [rule({ protocol: "tcp", ports: { from: 443, to: 443 }, cidrs: ["0.0.0.0/0", "::/0"] })],
    tags: groupTags(identity),
  }),
  retained: false,
  retag: undefined,
  usedBy: [],
  strangers: [],
  namedBy: [],
};

/** What EC2 shows of the group that the spec asks for. */
export function groupSeen(of: BatchNetwork, found?: GroupFound): GroupSeen {
  return {
    identity,
    vpcId,
    desired: groupOf(of.spec),
    retain: false,
    known: of.status?.securityGroup?.groupId,
    found,
    inTheWay: undefined,
    justWritten: false,
    unproven: false,
    refused: new Map(),
  };
}

type Read = Extract<NetworkOfVpc, { kind: "read" }>;

export const ecs = endpoint("ecs", { endpointId: "vpce-ecs", tags: ownTags });

/** A VPC in which nothing is left to do. */
export function read(of: BatchNetwork, other: Partial<Read> = {}): Read {
  return {
    kind: "read",
    misplaced: [],
    group: groupSeen(of),
    vpc: vpc({ plan: planned({ services: [ecs.serviceName] }), ours: [ecs] }),
    keptFor: new Map(),
    endpoints: [ecs],
    ...other,
  };
}

/** A VPC whose endpoints and their group go with the network. */
export const going = vpc({ leaves: true, plan: planned({ services: [] }), ours: [ecs] });

export function seen(of: BatchNetwork, network: Partial<Read> | NetworkOfVpc = {}, other: Partial<Seen> = {}): Seen {
  return {
    identity,
    selection: { answers: [] },
    allowed: { kind: "allowed" },
    network: network.kind === "unread" ? network : read(of, network),
    referring: [],
    ...other,
  };
}
