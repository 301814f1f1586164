import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import type { NetworkFacts } from "../../../network/facts.ts";
import { isPresent } from "../../../network/lookups.ts";
import { endpointServiceOf } from "../../../network/needs.ts";
import { emptyRequest, type NetworkRequest } from "../../../network/port.ts";
import { isAskedFor } from "../../pass/directives.ts";
import { type NotRead, unreadBy } from "../../pass/unread.ts";
import type { Ports } from "../../ports.ts";
import { type Ec2Memory, factsMaxAgeMs, removedLately, taken } from "../ec2-memory.ts";
import { asksForEndpoints, vpcClaims } from "./claims.ts";
import { lackOfAny } from "./lacking.ts";
import type { EndpointsSeen, NetworkOfEndpoints, VpcSeen } from "./seen.ts";
import { endpointUsers, type Users, usersIn, usersText } from "./users.ts";
import { type RegionGiven, usedVpc, vpcSeen, vpcsOf } from "./vpc.ts";

/** What an observation reads with. */
export interface EndpointsReading {
  readonly region: BatchRegion;
  readonly ports: Ports;
  readonly memory: Ec2Memory;
  /** Whether the namespace of an object may use what its spec names. */
  readonly isAllowed: (object: BatchComputeEnvironment, signal: AbortSignal) => Promise<boolean>;
}

/** Reads what the plan of an object's endpoints needs. An object without endpoints causes no read. */
export async function observeEndpoints(
  object: BatchComputeEnvironment,
  reading: EndpointsReading,
  signal: AbortSignal,
): Promise<EndpointsSeen> {
  const claims = vpcClaims(object);
  const desired = asksForEndpoints(object);
  const isNeeded = desired || claims.length > 0;
  return { desired, claims, network: isNeeded ? await networkOf(object, reading, signal) : { kind: "unneeded" } };
}

async function networkOf(
  object: BatchComputeEnvironment,
  reading: EndpointsReading,
  signal: AbortSignal,
): Promise<NetworkOfEndpoints> {
  const { memory } = reading;
  const { uid } = object.metadata;
  const ask: Ask = {
    vpcIds: vpcClaims(object),
    self: object,
    maxAgeMs: factsMaxAgeMs(uid, isAskedFor(object), memory),
    readAfterMs: taken(memory.readAfter, uid),
  };
  try {
    const given = await readRegion(ask, reading, signal);
    const self = given.users.neighbours.find((one) => one.object === object);
    if (self === undefined) throw new Error("an object is a user of the endpoints that it requests");
    const vpcIds = vpcsOf(self.user, given.facts);
    const all = [...new Set([...vpcIds, ...ask.vpcIds])].toSorted();
    const vpcs = all.map((vpcId) => usedVpc(vpcId, self, given));
    return { kind: "read", placed: self.user !== undefined, vpcIds, vpcs };
  } catch (error) {
    return unreadBy(error, "EC2 cannot be read");
  }
}

/** A VPC as it is seen at one instant. */
export interface VpcNow {
  readonly kind: "read";
  readonly vpc: VpcSeen;
  /** The users of the region at that instant. */
  readonly users: string;
}

/** Reads what the plan of a VPC needs. */
export async function observeVpc(
  vpcId: string,
  objects: readonly BatchComputeEnvironment[],
  reading: EndpointsReading,
  signal: AbortSignal,
): Promise<VpcNow | NotRead> {
  const { memory } = reading;
  const maxAgeMs = factsMaxAgeMs(vpcId, objects.some(isAskedFor), memory);
  const readAfterMs = taken(memory.readAfter, vpcId);
  try {
    const given = await readRegion({ vpcIds: [vpcId], maxAgeMs, readAfterMs }, reading, signal);
    const vpc = vpcSeen(vpcId, given);
    if (isBusy(vpc)) memory.readAfter.set(vpcId, Number.POSITIVE_INFINITY);
    // A person, or the operator of another shard, may add what is missing at any time.
    if (lackOfAny(vpc, []) !== undefined) memory.lacking.add(vpcId);
    return { kind: "read", vpc, users: given.usersText };
  } catch (error) {
    return unreadBy(error, "EC2 cannot be read");
  }
}

/** Whether something is being created or deleted, so that the next pass reads EC2 again. */
function isBusy({ plan, ours, keeper, justWritten }: VpcSeen): boolean {
  if (justWritten) return true;
  if (keeper?.isHere !== true) return false;
  const changes = plan.create.length + plan.extend.length + plan.remove.length + plan.awaited.length > 0;
  return ours.some(({ state }) => /^(?:pending|deleting)/.test(state)) || (keeper.part === "asks" && changes);
}

interface Ask {
  readonly vpcIds: readonly string[];
  readonly self?: BatchComputeEnvironment;
  readonly maxAgeMs: number;
  /** What lies in VPCs counts only when it was read at or after this monotonic time (ms). */
  readonly readAfterMs: number | undefined;
}

/** Reads until the users are the same before and after. */
async function readRegion(
  { vpcIds, self, maxAgeMs, readAfterMs }: Ask,
  { region, ports, memory, isAllowed }: EndpointsReading,
  signal: AbortSignal,
): Promise<RegionGiven & { readonly usersText: string }> {
  const ec2 = await ports.regions.ec2(region.region, signal);
  if (readAfterMs !== undefined) ec2.forget(readAfterMs);
  const allowed = new Set<string>();
  const who = { ports, self, allowed };
  for (const one of [...endpointUsers(region.region, ports.objects), ...(self === undefined ? [] : [self])]) {
    if (asksForEndpoints(one) && (await isAllowed(one, signal))) allowed.add(one.metadata.uid);
  }
  let users = usersIn(region, who);
  for (;;) {
    const request = together(users, vpcIds, region.region);
    const facts = await ec2.network.of(request, { signal, maxAgeMs });
    // Users that appeared during the read count as well.
    users = usersIn(region, who);
    if (JSON.stringify(together(users, vpcIds, region.region)) !== JSON.stringify(request)) continue;
    const now = ports.clock.monotonic();
    const shown = withoutGoing(facts, memory, now);
    const whole = { users, facts: shown, ports, memory, now, usersText: usersText(region, ports) };
    return self === undefined ? whole : { ...whole, self };
  }
}

/** The facts with recently deleted endpoints in the state `deleting`, whatever EC2 still shows. */
export function withoutGoing(facts: NetworkFacts, memory: Ec2Memory, now: number): NetworkFacts {
  const { endpoints } = facts;
  if (endpoints.kind === "unread" || memory.removedAt.size === 0) return facts;
  const value = endpoints.value.map((one) =>
    removedLately(memory, one.endpointId, now) ? { ...one, state: "deleting" } : one,
  );
  return { ...facts, endpoints: { kind: "read", value } };
}

/** Whether an endpoint may go that an environment needs, because its other route ended meanwhile. */
export function takesAway({ plan, ours, keeper }: VpcSeen): boolean {
  return plan.remove.length > 0 || (keeper?.part === "leaves" && ours.some(isPresent));
}

/** All services that may be needed: EC2's offer of them is read once. */
export const candidates = [
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

function together({ neighbours, environments }: Users, vpcIds: readonly string[], region: string): NetworkRequest {
  const outlived = environments.filter((one) => one.owner !== undefined && one.isOutlived);
  const asking = [...neighbours, ...outlived].flatMap(({ user }) => user ?? []);
  const requests = asking.map(({ described }) => described.request);
  // The VPCs of these users show the rest of what the other environments need.
  const others = environments.filter(({ owner }) => owner === undefined).map(({ user }) => user.described.request);
  const services = new Set([...candidates, ...asking.flatMap((one) => one.services ?? [])]);
  return {
    ...emptyRequest,
    subnetIds: [...new Set(requests.flatMap(({ subnetIds }) => subnetIds))],
    vpcIds,
    securityGroupIds: [...requests, ...others].flatMap(({ securityGroupIds }) => securityGroupIds),
    launchTemplates: [...requests, ...others].flatMap(({ launchTemplates }) => launchTemplates),
    endpointServices: [...services].map((service) => endpointServiceOf(service, region)),
  };
}
