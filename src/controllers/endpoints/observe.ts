import type { BatchComputeEnvironment } from "../../api/v1alpha1/compute-environment.ts";
import type { Environment } from "../../aws/batch.ts";
import type { BatchRegion } from "../../aws/region.ts";
import type { EndpointUser } from "../../network/endpoints.ts";
import type { NetworkFacts } from "../../network/facts.ts";
import { isPresent } from "../../network/lookups.ts";
import { endpointServiceOf } from "../../network/needs.ts";
import type { NetworkRequest } from "../../network/port.ts";
import { directivesOf } from "../directives.ts";
import { type Ec2Memory, factsMaxAgeMs, removedLately, taken } from "../ec2-memory.ts";
import { lackingMaxAgeMs, lackingToOthersMaxAgeMs } from "../intervals.ts";
import { environmentObjects, likelyJobs } from "../network/described.ts";
import { identityOf, ownershipOf } from "../ownership.ts";
import type { Ports } from "../ports.ts";
import { placed } from "../security-group/fill.ts";
import { unreadBy } from "../unread.ts";
import { lackOfAny, lackOfItsOwn } from "./lacking.ts";
import type { EndpointsSeen, NetworkOfEndpoints, VpcSeen } from "./seen.ts";
import {
  asksForEndpoints,
  bystanders,
  companyOf,
  environmentsOf,
  outlived,
  stays,
  userInAws,
  userOf,
  userOfBystander,
} from "./users.ts";
import { mayWrite, type Running, rankOf, type Users, type VpcsSeen, vpcClaims, vpcsSeen } from "./vpcs.ts";

/** Reads what the plan of the endpoints needs. An object without endpoints causes no read. */
export async function observeEndpoints(
  object: BatchComputeEnvironment,
  region: BatchRegion,
  ports: Ports,
  memory: Ec2Memory,
  signal: AbortSignal,
): Promise<EndpointsSeen> {
  const directives = directivesOf(object, ports.settings);
  const claims = vpcClaims(object);
  const desired = asksForEndpoints(object);
  return {
    identity: identityOf(object, ports.cluster),
    cluster: ports.cluster,
    desired,
    claims,
    retain: directives.deleting && directives.retain,
    rank: rankOf(object),
    network:
      desired || claims.length > 0 ? await networkOf(object, region, { ports, memory }, signal) : { kind: "unneeded" },
  };
}

async function networkOf(
  object: BatchComputeEnvironment,
  region: BatchRegion,
  { ports, memory }: { readonly ports: Ports; readonly memory: Ec2Memory },
  signal: AbortSignal,
): Promise<NetworkOfEndpoints> {
  const claims = vpcClaims(object);
  try {
    const ec2 = await ports.regions.ec2(object.spec.region, signal);
    const maxAgeMs = factsMaxAgeMs(object, memory);
    const readAfterMs = taken(memory.readAfter, object);
    if (readAfterMs !== undefined) ec2.forget(readAfterMs);
    const readVpcs = async (): Promise<VpcsSeen> => {
      const reading = { signal, maxAgeMs };
      const request = together(usersIn(object, region, ports), claims, region.region);
      const facts = await ec2.network.of(request, reading);
      // Users that appeared during the read count as well.
      const users = usersIn(object, region, ports);
      if (JSON.stringify(together(users, claims, region.region)) !== JSON.stringify(request)) return await readVpcs();
      memory.company.set(object.metadata.uid, companyIn(region, ports));
      const shown = withoutGoing(facts, memory, ports.clock.monotonic());
      return vpcsSeen({ object, users, facts: shown, ports, memory, now: ports.clock.monotonic() });
    };
    const usedIn = (seen: VpcsSeen): readonly string[] => (stays(object) ? seen.vpcIds : []);
    let seen = await readVpcs();
    const liveSinceMs = taken(memory.live, object);
    if (liveSinceMs !== undefined && takesAway(seen, usedIn(seen))) {
      ec2.forgetWays(liveSinceMs);
      seen = await readVpcs();
    }
    const used = usedIn(seen);
    if (!takesAway(seen, used)) memory.company.delete(object.metadata.uid);
    if (seen.vpcs.some((vpc) => isBusy(vpc, used.includes(vpc.vpcId))))
      memory.readAfter.set(object.metadata.uid, Number.POSITIVE_INFINITY);
    // A person, or the writer in another process, may add what is reported as missing at any time.
    const here = seen.vpcs.filter((vpc) => used.includes(vpc.vpcId));
    const isAnyLacking = here.some((vpc) => lackOfAny(vpc, []) !== undefined);
    const isOwnLacking = here.some((vpc) => lackOfItsOwn(vpc, []) !== undefined);
    if (isAnyLacking) memory.lacking.set(object.metadata.uid, isOwnLacking ? lackingMaxAgeMs : lackingToOthersMaxAgeMs);
    return seen;
  } catch (error) {
    return unreadBy(error, "EC2 cannot be read");
  }
}

/** The users of a region, as far as this process knows. */
export function companyIn(region: Pick<BatchRegion, "snapshot">, { objects }: Pick<Ports, "objects">): string {
  return companyOf(region.snapshot().environments.values(), environmentObjects(objects));
}

/** The facts with recently deleted endpoints in the state `deleting`, whatever EC2 still shows. */
function withoutGoing(facts: NetworkFacts, memory: Ec2Memory, now: number): NetworkFacts {
  const { endpoints } = facts;
  if (endpoints.kind === "unread" || memory.removedAt.size === 0) return facts;
  const value = endpoints.value.map((one) =>
    removedLately(memory, one.endpointId, now) ? { ...one, state: "deleting" } : one,
  );
  return { ...facts, endpoints: { kind: "read", value } };
}

/** Whether the plan may delete an endpoint that an environment needs, because its other route ended meanwhile. */
function takesAway({ vpcs }: VpcsSeen, used: readonly string[]): boolean {
  return vpcs.some(
    ({ vpcId, plan, ours }) => plan.remove.length > 0 || (!used.includes(vpcId) && ours.some(isPresent)),
  );
}

/** Whether something is being created or deleted, so that the next pass reads EC2 again. */
function isBusy({ plan, ours, writer, justWritten }: VpcSeen, isUsed: boolean): boolean {
  if (justWritten) return true;
  const moving = ours.some(({ state }) => /^(?:pending|deleting)/.test(state));
  const changes = plan.create.length + plan.extend.length + plan.remove.length + plan.awaited.length > 0;
  return writer === undefined && (moving || (isUsed && changes));
}

function usersIn(object: BatchComputeEnvironment, region: BatchRegion, ports: Ports): Users {
  const { objects, settings, cluster } = ports;
  const place = { region: region.region, jobs: likelyJobs(objects, settings, region.snapshot(), cluster) };
  const regionOf = ({ spec }: BatchComputeEnvironment): string => spec.region ?? settings.region;
  const all = environmentObjects(objects);
  const cached = all.filter(({ metadata }) => metadata.uid !== object.metadata.uid);
  const neighbours = [...cached.map(placed), object].filter(
    (one) => regionOf(one) === regionOf(object) && (asksForEndpoints(one) || vpcClaims(one).length > 0),
  );
  const going = all.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  const isLeaving = ({ tags }: Environment): boolean =>
    going.some((one) => ownershipOf(tags, identityOf(one, cluster)).kind === "ours");
  const speaks = (one: BatchComputeEnvironment): boolean =>
    one.metadata.deletionTimestamp === undefined && mayWrite(one, ports);
  const environments = [...region.snapshot().environments.values()];
  const running = (environment: Environment, user: EndpointUser | undefined): readonly Running[] =>
    user === undefined ? [] : [{ name: environment.computeEnvironmentName, user }];
  return {
    neighbours: neighbours.map((one) => {
      const ofIt = (some: readonly Environment[]): readonly Running[] =>
        some.flatMap((environment) => running(environment, userInAws(environment, one, place)));
      return {
        object: one,
        user: userOf(one, place),
        environments: ofIt(environmentsOf(one, environments, cluster)),
        outlived: ofIt(outlived(one, environments, cluster, speaks(one))),
      };
    }),
    bystanders: bystanders(environments, neighbours, cluster).flatMap((environment) =>
      running(environment, userOfBystander(environment, place)).map((one) => ({
        ...one,
        leaving: isLeaving(environment),
        moving: environment.status === "UPDATING",
      })),
    ),
  };
}

/** All services that may be needed: EC2's offer of them is read once. */
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

function together(all: Users, vpcIds: readonly string[], region: string): NetworkRequest {
  const asking = [...all.neighbours, ...all.neighbours.flatMap(({ outlived: some }) => some)];
  const users = asking.flatMap(({ user }) => (user === undefined ? [] : [user]));
  const requests = users.map(({ described }) => described.request);
  // The VPCs of these users show the rest of what the bystanders need.
  const ofBystanders = all.bystanders.map(({ user }) => user.described.request);
  const every = <T>(pick: (one: NetworkRequest) => readonly T[]): readonly T[] => [...new Set(requests.flatMap(pick))];
  const services = new Set([...candidates, ...users.flatMap((one) => one.services ?? [])]);
  return {
    subnetIds: every(({ subnetIds }) => subnetIds),
    vpcIds,
    securityGroupIds: [...requests, ...ofBystanders].flatMap(({ securityGroupIds }) => securityGroupIds),
    instanceTypes: [],
    launchTemplates: [...requests, ...ofBystanders].flatMap(({ launchTemplates }) => launchTemplates),
    instanceProfile: undefined,
    imageIds: [],
    keyPairs: [],
    placementGroups: [],
    endpointServices: [...services].map((service) => endpointServiceOf(service, region)),
  };
}
