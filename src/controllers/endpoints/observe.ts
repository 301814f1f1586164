import type { Kind, KubeObject } from "../../api/object.ts";
import { keyText } from "../../api/object.ts";
import { endpointsAnnotation } from "../../api/v1alpha1/annotations.ts";
import type { BatchComputeEnvironment } from "../../api/v1alpha1/compute-environment.ts";
import type { JobDefinition } from "../../api/v1alpha1/job-definition.ts";
import { BatchComputeEnvironmentKind, JobDefinitionKind } from "../../api/v1alpha1/kinds.ts";
import { subnetsOf } from "../../network/described.ts";
import { type EndpointUser, endpointPlans } from "../../network/endpoints.ts";
import type { NetworkFacts } from "../../network/facts.ts";
import { read } from "../../network/lookups.ts";
import { endpointServiceOf } from "../../network/needs.ts";
import type { NetworkRequest } from "../../network/port.ts";
import { describedBy, workloadOf } from "../compute-environment/network-wish.ts";
import { identityOf } from "../ownership.ts";
import type { Ports } from "../ports.ts";
import { placed } from "../security-group/fill.ts";
import { unreadBy } from "../unread.ts";
import { wishOf } from "../wish.ts";
import { groupName, isOurs } from "./ownership.ts";
import type { EndpointsSeen, NetworkOfEndpoints, OtherUser, VpcSeen } from "./seen.ts";

/** EC2 shows a write within this time, nearly always. */
const shownWithinMs = 5000;
/** How long facts are believed while nothing changes. */
const restMs = 2 * 3_600_000;

/** What this process remembers of endpoints between passes. */
export interface EndpointsMemory {
  /** Objects, by uid, that are in the middle of something: what lies in their VPC is read anew. */
  readonly busy: Set<string>;
  /** By VPC: when this process last wrote there, wall ms. */
  readonly wroteAt: Map<string, number>;
}

/** Whether the spec of an object asks for endpoints. */
export function wishesEndpoints({ spec }: BatchComputeEnvironment): boolean {
  return spec.network?.vpcEndpoints === "Ensure";
}

/** The VPCs in which an object has asked for endpoints so far. */
export function vpcClaims({ metadata }: KubeObject): readonly string[] {
  return (metadata.annotations?.[endpointsAnnotation] ?? "").split(",").filter((id) => id !== "");
}

/** Every read that the plan of the endpoints needs. An object without them costs none. */
export async function observeEndpoints(
  object: BatchComputeEnvironment,
  region: string,
  ports: Ports,
  memory: EndpointsMemory,
  signal: AbortSignal,
): Promise<EndpointsSeen> {
  const wish = wishOf(object, ports.settings);
  const claims = vpcClaims(object);
  const wished = wishesEndpoints(object);
  return {
    identity: identityOf(object, ports.cluster),
    cluster: ports.cluster,
    wished,
    claims,
    retain: wish.deleting && wish.retain,
    rank: rankOf(object),
    network:
      wished || claims.length > 0
        ? await networkOf(object, region, claims, ports, memory, signal)
        : { kind: "unneeded" },
  };
}

async function networkOf(
  object: BatchComputeEnvironment,
  region: string,
  claims: readonly string[],
  ports: Ports,
  memory: EndpointsMemory,
  signal: AbortSignal,
): Promise<NetworkOfEndpoints> {
  const neighbours = usersIn(object, ports);
  const users = neighbours.filter(stays).map((one) => ({ object: one, user: userOf(one, region, ports) }));
  try {
    const ec2 = await ports.regions.ec2(object.spec.region, signal);
    if (memory.busy.delete(object.metadata.uid)) ec2.wrote();
    const request = together(
      [...users.map(({ user }) => user), userOf(object, region, ports)].filter((user) => user !== undefined),
      claims,
      region,
    );
    const facts = await ec2.network.of(request, { signal, maxAgeMs: restMs });
    const seen = vpcsSeen(object, claims, users, neighbours, facts, ports, memory);
    if (seen.vpcs.some(isBusy)) memory.busy.add(object.metadata.uid);
    return seen;
  } catch (error) {
    return unreadBy(error, "EC2 cannot be read");
  }
}

function isBusy({ plan, ours, writer, justWritten }: VpcSeen): boolean {
  if (justWritten) return true;
  const moving = ours.some(({ state }) => state !== "available");
  const wanted = plan.create.length + plan.extend.length + plan.remove.length > 0;
  return writer === undefined && (moving || wanted);
}

interface User {
  readonly object: BatchComputeEnvironment;
  readonly user: EndpointUser | undefined;
}

function vpcsSeen(
  object: BatchComputeEnvironment,
  claims: readonly string[],
  users: readonly User[],
  neighbours: readonly BatchComputeEnvironment[],
  facts: NetworkFacts,
  ports: Ports,
  { wroteAt }: EndpointsMemory,
): Extract<NetworkOfEndpoints, { kind: "read" }> {
  const { cluster, clock } = ports;
  const plans = endpointPlans(
    users.flatMap(({ user }) => user ?? []),
    facts,
    (endpoint) => isOurs(endpoint, cluster),
  );
  const endpoints = read("VPC endpoints", facts.endpoints).filter((one) => isOurs(one, cluster));
  const groups = read("security groups", facts.securityGroups).filter((one) => isOurs(one, cluster));
  const vpcIds = vpcsOf(object, facts);
  const vpcs = [...new Set([...vpcIds, ...claims])].toSorted().map((vpcId): VpcSeen => {
    const here = neighbours.filter((one) => vpcClaims(one).includes(vpcId) || vpcsOf(one, facts).includes(vpcId));
    const staying = here.filter((one) => stays(one) && vpcsOf(one, facts).includes(vpcId)).toSorted(byRank);
    const [first] = staying.filter((one) => mayWrite(one, ports));
    const plan = plans.find((one) => one.vpcId === vpcId) ?? nothing(vpcId);
    return {
      vpcId,
      plan,
      ours: endpoints.filter((one) => one.vpcId === vpcId),
      group: groups.find((one) => one.vpcId === vpcId && one.groupName === groupName(cluster)),
      others: here
        .filter(({ metadata }) => metadata.uid !== object.metadata.uid)
        .map((one) => otherUser(one, vpcId, facts)),
      justWritten: clock.now() - (wroteAt.get(vpcId) ?? Number.NEGATIVE_INFINITY) < shownWithinMs,
      writer: first === undefined || first.metadata.uid === object.metadata.uid ? undefined : keyText(first.metadata),
    };
  });
  return { kind: "read", vpcIds, vpcs };
}

function nothing(vpcId: string): VpcSeen["plan"] {
  return { vpcId, services: [], create: [], extend: [], remove: [], ingressFrom: [], obstacles: [] };
}

function otherUser(one: BatchComputeEnvironment, vpcId: string, facts: NetworkFacts): OtherUser {
  const leaving = !stays(one) || !vpcsOf(one, facts).includes(vpcId);
  return { key: keyText(one.metadata), rank: rankOf(one), leaving };
}

function vpcsOf({ spec }: BatchComputeEnvironment, facts: NetworkFacts): readonly string[] {
  const described = describedBy(withCheck(spec));
  if (described === undefined) return [];
  return [...new Set(subnetsOf(described, facts).map(({ vpcId }) => vpcId))];
}

/** Endpoints are for all who asked, also while the check of the network is off. */
function withCheck(spec: BatchComputeEnvironment["spec"]): BatchComputeEnvironment["spec"] {
  return { ...spec, network: { ...spec.network, preflight: "Warn" } };
}

/** Those in the same region that wish endpoints, or have asked for some before; this object among them. */
function usersIn(object: BatchComputeEnvironment, { objects, settings }: Ports): readonly BatchComputeEnvironment[] {
  const regionOf = ({ spec }: BatchComputeEnvironment): string => spec.region ?? settings.region;
  const all = objects.list(BatchComputeEnvironmentKind as Kind) as readonly BatchComputeEnvironment[];
  const cached = all.filter(({ metadata }) => metadata.uid !== object.metadata.uid);
  return [...cached.map(placed), object].filter(
    (one) => regionOf(one) === regionOf(object) && (wishesEndpoints(one) || vpcClaims(one).length > 0),
  );
}

/** One that is held by annotation leaves the work to the next. */
function mayWrite(object: BatchComputeEnvironment, { settings }: Ports): boolean {
  const { paused, dryRun } = wishOf(object, settings);
  return !paused && !dryRun;
}

/** It goes on using endpoints. */
function stays(object: BatchComputeEnvironment): boolean {
  return wishesEndpoints(object) && object.metadata.deletionTimestamp === undefined;
}

function userOf(object: BatchComputeEnvironment, region: string, { objects }: Ports): EndpointUser | undefined {
  const described = describedBy(withCheck(object.spec));
  if (described === undefined) return undefined;
  const definitions = objects.list(JobDefinitionKind as Kind) as readonly JobDefinition[];
  const here = definitions.filter(
    ({ metadata, spec }) =>
      metadata.deletionTimestamp === undefined &&
      metadata.namespace === object.metadata.namespace &&
      spec.region === object.spec.region,
  );
  const { vpcEndpointServices: services } = object.spec.network ?? {};
  return { described, workload: workloadOf(object.spec, region, here), services };
}

/** Of all services that might be needed the offer is read once. */
const candidates = [
  "ecs",
  "ecs-agent",
  "ecs-telemetry",
  "ecr.api",
  "ecr.dkr",
  "s3",
  "logs",
  "secretsmanager",
  "ssm",
  "sts",
  "ec2",
];

function together(users: readonly EndpointUser[], vpcIds: readonly string[], region: string): NetworkRequest {
  const requests = users.map(({ described }) => described.request);
  const all = <T>(pick: (one: NetworkRequest) => readonly T[]): readonly T[] => [...new Set(requests.flatMap(pick))];
  const services = new Set([...candidates, ...users.flatMap((one) => one.services ?? [])]);
  return {
    subnetIds: all(({ subnetIds }) => subnetIds),
    vpcIds,
    securityGroupIds: all(({ securityGroupIds }) => securityGroupIds),
    instanceTypes: [],
    launchTemplates: all(({ launchTemplates }) => launchTemplates),
    instanceProfile: undefined,
    imageIds: [],
    keyPairs: [],
    placementGroups: [],
    endpointServices: [...services].map((service) => endpointServiceOf(service, region)),
  };
}

function byRank(left: BatchComputeEnvironment, right: BatchComputeEnvironment): number {
  return rankOf(left) < rankOf(right) ? -1 : 1;
}

function rankOf({ metadata }: BatchComputeEnvironment): string {
  return `${metadata.creationTimestamp} ${keyText(metadata)}`;
}
