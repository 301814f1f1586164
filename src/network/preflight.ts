/**
 * The door of `network`: whether the instances of an environment reach what they need. Facts of EC2 go in (`facts.ts`), findings
 * with fixes come out (`verdict.ts`, `remedies.ts`). `path.ts` follows the traffic of a subnet to where it ends, `needs.ts` says
 * which services an environment needs. Pure.
 */

import { type Defect, type Described, groupIdsOf, subnetsOf, templatesOf } from "./described.ts";
import { defectsOf } from "./environment.ts";
import type { NetworkFacts, Subnet } from "./facts.ts";
import { isUnreadCause, type Lookups, lookupsOf, orUnread, read, UnreadPart, unreadStop } from "./lookups.ts";
import { needsOf, type ServiceNeed, type Workload } from "./needs.ts";
import { trace } from "./path.ts";
import type { Remedy } from "./remedies.ts";
import type { Source } from "./source.ts";
import type { Stop, Verdict } from "./verdict.ts";
import { waysOut } from "./ways-out.ts";

/** Unreachable: at least some connections do not get through, or instances cannot start. */
export type State = "Reachable" | "Unreachable" | "Unknown";

export interface Preflight {
  readonly state: State;
  readonly subnets: readonly SubnetResult[];
  /** The most severe first. */
  readonly findings: readonly Finding[];
}

export interface SubnetResult {
  readonly subnetId: string;
  readonly zone: string | undefined;
  readonly state: State;
  readonly paths: readonly Path[];
}

export interface Path {
  readonly need: ServiceNeed;
  readonly verdict: Verdict;
}

/** One problem, with everything that it affects. */
export interface Finding {
  readonly state: "Unreachable" | "Unknown";
  readonly cause: Stop["cause"];
  readonly message: string;
  /** Whether instances fail to join, or only some jobs fail. */
  readonly neededBy: ServiceNeed["neededBy"];
  readonly subnetIds: readonly string[];
  /** The services that cannot be reached; empty if the problem is not a path. */
  readonly needs: readonly ServiceNeed[];
  readonly objects: readonly string[];
  readonly remedies: readonly Remedy[];
}

export function preflight(described: Described, workload: Workload, facts: NetworkFacts): Preflight {
  const lookups = lookupsOf(facts);
  const needs = needsOf(workload);
  const defects = defectsOf(described, facts);
  const traced = tracedSubnets(described, needs, facts, lookups);
  const findings = [...defects.map(findingOf), ...pathFindings(described, traced, facts, lookups)].toSorted(
    (left, right) => gravity(left) - gravity(right),
  );
  const subnets = described.request.subnetIds.map((subnetId): SubnetResult => {
    const found = traced.find(({ subnet }) => subnet.subnetId === subnetId);
    const about = findings.filter(({ subnetIds }) => subnetIds.includes(subnetId) || subnetIds.length === 0);
    const state = worst(about);
    return { subnetId, zone: found?.subnet.zone, state, paths: found?.paths ?? [] };
  });
  return { state: worst(findings), subnets, findings };
}

/** Whether a subnet reaches a service. */
export interface Trace {
  readonly subnet: Subnet;
  /** Index of the kind of instances, which launch templates distinguish. */
  readonly source: number;
  readonly need: ServiceNeed;
  readonly verdict: Verdict;
}

/**
 * The paths of an environment to its needs, even if its instances cannot start.
 * @throws UnreadPart when subnets were not read
 */
export function traces(described: Described, needs: readonly ServiceNeed[], facts: NetworkFacts): readonly Trace[] {
  const lookups = lookupsOf(facts);
  return subnetsOf(described, facts).flatMap((subnet) =>
    verdictsFrom(subnet, described, needs, facts, lookups).flatMap(({ need, verdicts }) =>
      verdicts.map((verdict, source): Trace => ({ subnet, source, need, verdict })),
    ),
  );
}

/** Verdicts by need, one for each kind of instance in a subnet; none if no instance can start. */
function verdictsFrom(
  subnet: Subnet,
  described: Described,
  needs: readonly ServiceNeed[],
  facts: NetworkFacts,
  lookups: Lookups,
): readonly { readonly need: ServiceNeed; readonly verdicts: readonly Verdict[] }[] {
  const sources = orUnread(() => sourcesIn(subnet, described, facts));
  if (sources instanceof UnreadPart) {
    const verdict: Verdict = { kind: "unknown", hops: [], stop: unreadStop(sources) };
    return needs.map((need) => ({ need, verdicts: [verdict] }));
  }
  return needs.map((need) => ({ need, verdicts: sources.map((source) => trace(source, need, lookups)) }));
}

interface Traced {
  readonly subnet: Subnet;
  readonly paths: readonly Path[];
}

function tracedSubnets(
  described: Described,
  needs: readonly ServiceNeed[],
  facts: NetworkFacts,
  lookups: Lookups,
): readonly Traced[] {
  const subnets = orUnread(() => subnetsOf(described, facts));
  if (subnets instanceof UnreadPart) return [];
  return subnets.map((subnet) => {
    const paths = verdictsFrom(subnet, described, needs, facts, lookups).flatMap(
      ({ need, verdicts }): readonly Path[] => {
        const verdict =
          verdicts.find(({ kind }) => kind === "unreachable") ??
          verdicts.find(({ kind }) => kind === "unknown") ??
          verdicts[0];
        return verdict === undefined ? [] : [{ need, verdict }];
      },
    );
    return { subnet, paths };
  });
}

/** The distinct kinds of instances that launch templates define; none if no security group exists. */
function sourcesIn(subnet: Subnet, described: Described, facts: NetworkFacts): readonly Source[] {
  const groupIds = groupIdsOf(described, facts);
  const groups = read("security groups", facts.securityGroups).filter(({ groupId }) => groupIds.includes(groupId));
  if (groups.length === 0) return [];
  const templates = templatesOf(described, facts);
  const inner = templates.map(({ networkInterfaces }) =>
    networkInterfaces.find(({ deviceIndex }) => deviceIndex === 0),
  );
  const various = inner.length === 0 ? [undefined] : inner;
  const sources = various.map(
    (template): Source => ({
      subnet,
      groupIds: groups.map(({ groupId }) => groupId),
      publicIp: template?.publicIp ?? subnet.mapPublicIp,
      ipv6: subnet.assignIpv6 || (template?.ipv6AddressCount ?? 0) > 0,
    }),
  );
  return sources.filter(
    (one, index) => sources.findIndex((other) => other.publicIp === one.publicIp && other.ipv6 === one.ipv6) === index,
  );
}

function findingOf({ stop, subnetIds }: Defect): Finding {
  const { cause, message, objects, remedies } = stop;
  const state = isUnreadCause(cause) ? "Unknown" : "Unreachable";
  return { state, cause, message, neededBy: "environment", subnetIds, needs: [], objects, remedies };
}

interface End {
  readonly subnet: Subnet;
  readonly need: ServiceNeed;
}

/** Equal ends of paths are reported once, with all subnets and services. */
function pathFindings(
  described: Described,
  traced: readonly Traced[],
  facts: NetworkFacts,
  lookups: Lookups,
): readonly Finding[] {
  const ends = new Map<string, { stop: Stop; kind: Verdict["kind"]; objects: string[]; at: End[] }>();
  for (const { subnet, paths } of traced) {
    for (const { need, verdict } of paths) {
      if (verdict.kind === "reachable") continue;
      const { stop, kind } = verdict;
      // Services without an AWS endpoint are separate, because not every remedy helps them.
      const outside = need.service === "registry";
      const key = `${kind} ${stop.cause} ${need.neededBy} ${outside} ${stop.message} ${subnet.vpcId}`;
      const known = ends.get(key) ?? { stop, kind, objects: [], at: [] };
      known.at.push({ subnet, need });
      known.objects.push(...stop.objects);
      ends.set(key, known);
    }
  }
  return [...ends.values()].map(({ stop, kind, objects, at }): Finding => {
    const subnets = [...new Set(at.map(({ subnet }) => subnet))];
    const needs = [...new Set(at.map(({ need }) => need))];
    const ways =
      stop.wayOut && kind === "unreachable" ? waysOut(stranded(described, subnets, needs, facts), lookups) : [];
    return {
      state: kind === "unreachable" ? "Unreachable" : "Unknown",
      cause: stop.cause,
      message: stop.message,
      neededBy: needs[0]?.neededBy ?? "environment",
      subnetIds: subnets.map(({ subnetId }) => subnetId),
      needs,
      objects: [...new Set(objects)],
      remedies: [...stop.remedies, ...ways],
    };
  });
}

function stranded(
  described: Described,
  subnets: readonly Subnet[],
  needs: readonly ServiceNeed[],
  facts: NetworkFacts,
) {
  const templates = orUnread(() => templatesOf(described, facts));
  const closed =
    templates instanceof UnreadPart
      ? []
      : templates.filter(({ networkInterfaces }) => networkInterfaces.some(({ publicIp }) => publicIp === false));
  return {
    subnets,
    needs,
    launchTemplates: closed.map(({ reference }) => reference),
    byJobDefinition: described.platform === "fargate",
  };
}

function worst(findings: readonly Finding[]): State {
  if (findings.some(({ state }) => state === "Unreachable")) return "Unreachable";
  return findings.length > 0 ? "Unknown" : "Reachable";
}

function gravity({ state, neededBy }: Finding): number {
  return (state === "Unreachable" ? 0 : 2) + (neededBy === "environment" ? 0 : 1);
}
