import { addressesOf, covers } from "../network/addresses.ts";
import type {
  LaunchTemplateVersion,
  NetworkFacts,
  Part,
  PrefixList,
  SecurityGroup,
  Subnet,
  UnreadPrefixList,
  UnreadTemplate,
  Vpc,
} from "../network/facts.ts";
import type { NetworkReader, NetworkReading, NetworkRequest, SharedPart } from "../network/port.ts";
import { selectorText } from "../network/selection.ts";
import { abortable } from "../runtime/abort.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Ec2Api } from "./ec2.ts";
import type { IamAccount } from "./iam-account.ts";
import { KeptPart, unread } from "./kept-part.ts";
import { prefixListsIn, profileFact } from "./network-facts.ts";
import { type NetworkReads, networkReads, templateKey } from "./network-reads.ts";
import { type Selected, selectionReads } from "./selection-reads.ts";

export interface NetworkReaderOptions {
  /** Behind budget, lease, deadline and classification (`guardedEc2`). */
  readonly ec2: Ec2Api;
  readonly account: string;
  readonly region: string;
  readonly clock: Clock;
  readonly iam: (signal: AbortSignal, onBehalfOf: string | undefined) => Promise<IamAccount>;
  /** What all objects name of a kind, so that one read serves them all. */
  readonly everybody: (part: SharedPart) => Iterable<string>;
}

export interface CachedNetworkReader extends NetworkReader {
  /**
   * The same reader, which reads by these calls, for this namespace: what it finds is kept for all. Were the calls those of the
   * operator, a namespace with thousands of networks would stand in one line with all others.
   */
  calling(ec2: Ec2Api, onBehalfOf: string): NetworkReader;
  /** An endpoint, a group or a tag was written. */
  wrote(): void;
  /** What lies in VPCs, and was read before this monotonic time (ms), is read again when it is next asked for. */
  forget(beforeMs: number): void;
  /** So is all that ways through them lead over. */
  forgetWays(beforeMs: number): void;
}

/** DNS attributes change next to never, and each takes a call of its own. */
const dnsAgeFactor = 4;
const everything = "*";

/**
 * Facts from EC2 and IAM: by filter, whole VPCs in one call, kept by kind and shared. 50 environments in one VPC cost
 * about as many calls as one.
 */
export function createNetworkReader(options: NetworkReaderOptions): CachedNetworkReader {
  const { clock, region } = options;
  const parts: KeptParts = Object.fromEntries(partNames.map((name) => [name, new KeptPart(clock)])) as Record<
    PartName,
    KeptPart<never>
  >;
  // A call for each, and EC2 may refuse one and answer the others.
  const each = {
    dns: keptByKey<FactOf<"dns">>(clock),
    prefixLists: keptByKey<FactOf<"prefixLists">>(clock),
    templates: keptByKey<FactOf<"templates">>(clock),
  };
  const selected = { subnets: keptByKey<Selected>(clock), securityGroups: keptByKey<Selected>(clock) };

  async function gather(request: NetworkRequest, caller: Caller, reading: NetworkReading): Promise<NetworkFacts> {
    const { maxAgeMs } = reading;
    const ages: number[] = [];
    const readers: Readers = caller.reads;
    const read = async <Name extends PartName>(
      name: Name,
      keys: readonly string[],
      also: () => Iterable<string> = () => [],
    ): Promise<Part<readonly FactOf<Name>[]>> => {
      const { part, at } = await parts[name].of(keys, maxAgeMs, { read: readers[name], also });
      ages.push(at);
      return part;
    };
    const readOne = async <T>(parts: KeptByKey<T>, by: ReadKeys<T>, key: string, ageMs = maxAgeMs) => {
      const { part, at } = await parts.of(key).of([key], ageMs, { read: by });
      if (ageMs === maxAgeMs) ages.push(at);
      return part;
    };
    const readEach = async <T>(
      parts: KeptByKey<T>,
      by: ReadKeys<T>,
      keys: readonly string[],
      ageMs = maxAgeMs,
    ): Promise<Each<T>> => {
      const found = new Map<string, Part<readonly T[]>>();
      for (const key of keys) found.set(key, await readOne(parts, by, key, ageMs));
      return found;
    };
    const templates = async (): Promise<NetworkFacts["launchTemplates"]> => {
      const value: (LaunchTemplateVersion | UnreadTemplate)[] = [];
      for (const key of request.launchTemplates.map(templateKey)) {
        const part = await readOne(each.templates, caller.reads.templates, key);
        // The next one would fare the same.
        if (part.kind === "unread") return part;
        value.push(...part.value);
      }
      return { kind: "read", value };
    };
    const among = (part: SharedPart) => (): Iterable<string> => options.everybody(part);

    const asked = await read("subnetsById", request.subnetIds, among("subnetIds"));
    const vpcIds = [...new Set([...vpcsOf(asked, request.subnetIds), ...(request.vpcIds ?? [])])].toSorted();
    const others = vpcsOf(asked);
    const inVpcs = <Name extends PartName>(name: Name): Promise<Part<readonly FactOf<Name>[]>> =>
      read(name, vpcIds, () => others);

    const subnets = await inVpcs("subnetsOf");
    let vpcs = await inVpcs("vpcs");
    if (lagBehind(vpcs, joined(subnets, asked), vpcIds)) {
      parts.vpcs.forget(Number.POSITIVE_INFINITY);
      vpcs = await inVpcs("vpcs");
    }
    const dns = await readEach(each.dns, caller.reads.dns, vpcIds, maxAgeMs * dnsAgeFactor);
    const routeTables = await inVpcs("routeTables");
    const natGateways = await inVpcs("natGateways");
    const endpoints = await inVpcs("endpoints");
    const groupsOf = await inVpcs("groupsOf");
    const elsewhere = groupsElsewhere(request, groupsOf);
    const groupsById = await read("groupsById", elsewhere);
    const securityGroups = joined(groupsOf, groupsById);
    const tables = routeTables.kind === "read" ? routeTables.value : [];
    const toEgressOnly = tables.some(({ routes }) => routes.some(({ target }) => target.kind === "egressOnlyGateway"));
    const groups = securityGroups.kind === "read" ? securityGroups.value : [];
    const lists = prefixListsIn(tables, relevant(groups, [request]));
    return {
      region,
      subnets: asked.kind === "unread" ? asked : joined(subnets, { kind: "read", value: strays(asked.value, request) }),
      vpcs: withDns(vpcs, dns),
      routeTables,
      internetGateways: await inVpcs("internetGateways"),
      // Only a route makes one matter.
      egressOnlyGateways: await read("egressOnlyGateways", toEgressOnly ? [everything] : []),
      natGateways,
      endpoints,
      securityGroups,
      networkAcls: await inVpcs("acls"),
      prefixLists: { kind: "read", value: listsIn(await readEach(each.prefixLists, caller.reads.prefixLists, lists)) },
      offerings: await read("offerings", request.instanceTypes, among("instanceTypes")),
      launchTemplates: await templates(),
      images: await read("images", request.imageIds, among("imageIds")),
      keyPairs: await read("keyPairs", request.keyPairs, among("keyPairs")),
      placementGroups: await read("placementGroups", request.placementGroups, among("placementGroups")),
      endpointServices: await read("services", request.endpointServices),
      instanceProfile: await profileOf(request, caller, reading),
      gatheredAt: clock.now() - (clock.monotonic() - Math.min(clock.monotonic(), ...ages)),
    };
  }

  /** By who asks, and for what: each pass that waits for the same facts would otherwise hold its own. */
  const running = new Map<string, Running>();
  /** By namespace: all that are gathered, also those that nobody may join any more. */
  const gathering = new Map<string | undefined, Set<Promise<unknown>>>();

  async function gatherOnce(request: NetworkRequest, caller: Caller, reading: NetworkReading): Promise<NetworkFacts> {
    const { signal, maxAgeMs, patience = signal } = reading;
    const { namespace } = caller;
    const key = JSON.stringify([namespace, request]);
    const now = clock.monotonic();
    const known = running.get(key);
    if (known !== undefined && now - known.at <= maxAgeMs) {
      try {
        return await known.facts;
      } catch (error) {
        // Given up by whoever began it, not by us.
        if (!known.signal.aborted || signal.aborted) throw error;
      }
    }
    const ofNamespace = gathering.get(namespace) ?? new Set();
    gathering.set(namespace, ofNamespace);
    while (ofNamespace.size >= mostOfOne) await abortable(Promise.race(ofNamespace), patience);
    const mine: Running = { at: now, signal, facts: gather(request, caller, reading) };
    running.set(key, mine);
    const ended = mine.facts.then(
      () => undefined,
      () => undefined,
    );
    ofNamespace.add(ended);
    try {
      return await mine.facts;
    } finally {
      if (running.get(key) === mine) running.delete(key);
      ofNamespace.delete(ended);
    }
  }

  const forget = (beforeMs: number): void => {
    running.clear();
    for (const part of [parts.endpoints, parts.groupsOf, parts.groupsById, parts.routeTables]) part.forget(beforeMs);
  };
  const forgetWays = (beforeMs: number): void => {
    forget(beforeMs);
    each.dns.forget(beforeMs);
    const { subnetsById, subnetsOf, vpcs, acls, natGateways, internetGateways, egressOnlyGateways } = parts;
    for (const part of [subnetsById, subnetsOf, vpcs, acls, natGateways, internetGateways, egressOnlyGateways])
      part.forget(beforeMs);
  };
  const written: { at: number | undefined } = { at: undefined };
  const calling = (ec2: Ec2Api, onBehalfOf: string | undefined): NetworkReader => {
    const iam = (signal: AbortSignal): Promise<IamAccount> => options.iam(signal, onBehalfOf);
    const reads = networkReads(ec2, options.account);
    const caller: Caller = { namespace: onBehalfOf, reads, selects: selectionReads(ec2), iam };
    return {
      written,
      of: (request, reading) => abortable(gatherOnce(request, caller, reading), reading.patience ?? reading.signal),
      async select(what, selector, { signal, maxAgeMs }) {
        const key = selectorText(selector);
        const kept = selected[what].of(key);
        const { part } = await abortable(kept.of([key], maxAgeMs, { read: caller.selects[what] }), signal);
        if (part.kind === "unread") return part;
        return { kind: "read", value: part.value.filter((one) => one.selector === key) };
      },
    };
  };
  const all = calling(options.ec2, undefined);
  return {
    written,
    of: (request, reading) => all.of(request, reading),
    select: (what, selector, reading) => all.select(what, selector, reading),
    calling,
    wrote() {
      written.at = clock.monotonic();
      forget(Number.POSITIVE_INFINITY);
    },
    forget,
    forgetWays,
  };
}

/** Facts that are being gathered. */
interface Running {
  readonly at: number;
  readonly signal: AbortSignal;
  readonly facts: Promise<NetworkFacts>;
}

/**
 * Requests of one namespace that are gathered at a time. Each holds much until EC2 has answered its last call, and the
 * budget of calls lets few through.
 */
const mostOfOne = 8;

/** What is read for one namespace alone. */
interface Caller {
  /** Undefined: the operator itself. */
  readonly namespace: string | undefined;
  readonly reads: NetworkReads;
  readonly selects: ReturnType<typeof selectionReads>;
  readonly iam: (signal: AbortSignal) => Promise<IamAccount>;
}

type ReadKeys<T> = (keys: readonly string[]) => Promise<readonly T[]>;

/** What is read for many keys at once, and kept for all namespaces. */
const partNames = [
  "subnetsById",
  "subnetsOf",
  "vpcs",
  "routeTables",
  "internetGateways",
  "egressOnlyGateways",
  "natGateways",
  "endpoints",
  "groupsOf",
  "groupsById",
  "acls",
  "offerings",
  "images",
  "keyPairs",
  "placementGroups",
  "services",
] as const satisfies readonly (keyof NetworkReads)[];

type PartName = (typeof partNames)[number];
type FactOf<Name extends keyof NetworkReads> = Awaited<ReturnType<NetworkReads[Name]>>[number];
type KeptParts = { readonly [Name in PartName]: KeptPart<FactOf<Name>> };
type Readers = { readonly [Name in PartName]: ReadKeys<FactOf<Name>> };

/** More keys than anybody has; the one that was asked for longest ago is forgotten. */
const mostKeys = 2000;

interface KeptByKey<T> {
  of(key: string): KeptPart<T>;
  forget(beforeMs: number): void;
}

/** What takes a call of its own for each key: one that is read often, or refused, causes no other read. */
function keptByKey<T>(clock: Clock): KeptByKey<T> {
  const parts = new Map<string, KeptPart<T>>();
  return {
    of(key) {
      const part = parts.get(key) ?? new KeptPart<T>(clock);
      parts.delete(key);
      parts.set(key, part);
      const [oldest] = parts.keys();
      if (parts.size > mostKeys && oldest !== undefined) parts.delete(oldest);
      return part;
    },
    forget(beforeMs) {
      for (const part of parts.values()) part.forget(beforeMs);
    },
  };
}

/** By key: what was read of it, or why it could not be. */
type Each<T> = ReadonlyMap<string, Part<readonly T[]>>;

/** @param ids only of these subnets; all when left out */
function vpcsOf(subnets: Part<readonly Subnet[]>, ids?: readonly string[]): readonly string[] {
  if (subnets.kind === "unread") return [];
  const asked = new Set(ids);
  const wanted = subnets.value.filter(({ subnetId }) => ids === undefined || asked.has(subnetId));
  return [...new Set(wanted.map(({ vpcId }) => vpcId))].toSorted();
}

/** Whether there are subnets by now in VPCs, or in address ranges of VPCs, that were not there when VPCs were read. */
function lagBehind(
  vpcs: Part<readonly { readonly vpcId: string; readonly cidrs: readonly string[] }[]>,
  subnets: Part<readonly Subnet[]>,
  vpcIds: readonly string[],
): boolean {
  if (vpcs.kind === "unread" || subnets.kind === "unread") return false;
  const wanted = new Set(vpcIds);
  const ranges = new Map(
    vpcs.value.filter(({ vpcId }) => wanted.has(vpcId)).map(({ vpcId, cidrs }) => [vpcId, addressesOf(cidrs)]),
  );
  const asked = subnets.value.filter(({ vpcId }) => wanted.has(vpcId));
  return asked.some(({ vpcId, cidr, ipv6Cidrs }) => {
    const own = addressesOf(cidr === undefined ? ipv6Cidrs : [cidr, ...ipv6Cidrs]);
    return !covers(ranges.get(vpcId) ?? [], own);
  });
}

/** Subnets that were asked for; those of their VPCs come with these. */
function strays(asked: readonly Subnet[], { subnetIds }: NetworkRequest): readonly Subnet[] {
  const wanted = new Set(subnetIds);
  return asked.filter(({ subnetId }) => wanted.has(subnetId));
}

/** Groups that were asked for and lie in no VPC of the subnets. */
function groupsElsewhere(request: NetworkRequest, groups: Part<readonly SecurityGroup[]>): readonly string[] {
  if (groups.kind === "unread") return [];
  const known = new Set(groups.value.map(({ groupId }) => groupId));
  return request.securityGroupIds.filter((id) => !known.has(id));
}

/** Rules of the other groups of a VPC concern nobody here. */
function relevant(groups: readonly SecurityGroup[], requests: readonly NetworkRequest[]): readonly SecurityGroup[] {
  const named = new Set(requests.flatMap(({ securityGroupIds }) => securityGroupIds));
  return groups.filter(({ groupId }) => named.has(groupId));
}

/** Both together, each record once; unread when one of them is. */
function joined<T extends Subnet | SecurityGroup>(
  left: Part<readonly T[]>,
  right: Part<readonly T[]>,
): Part<readonly T[]> {
  if (left.kind === "unread") return left;
  if (right.kind === "unread") return right;
  const id = (one: T): string => ("subnetId" in one ? one.subnetId : one.groupId);
  return { kind: "read", value: [...new Map([...right.value, ...left.value].map((one) => [id(one), one])).values()] };
}

/** Only those that were asked for: of the others the settings were not read. */
function withDns(
  vpcs: Part<readonly Omit<Vpc, "dns">[]>,
  each: Each<{ readonly support: boolean; readonly hostnames: boolean }>,
): NetworkFacts["vpcs"] {
  if (vpcs.kind === "unread") return vpcs;
  const value = vpcs.value.flatMap((vpc): readonly Vpc[] => {
    const dns = each.get(vpc.vpcId);
    if (dns === undefined) return [];
    if (dns.kind === "unread") return [{ ...vpc, dns }];
    const [{ support, hostnames } = { support: false, hostnames: false }] = dns.value;
    return [{ ...vpc, dns: { kind: "read", value: { support, hostnames } } }];
  });
  return { kind: "read", value };
}

function listsIn(each: Each<PrefixList>): readonly (PrefixList | UnreadPrefixList)[] {
  return [...each].flatMap(([prefixListId, part]): readonly (PrefixList | UnreadPrefixList)[] =>
    part.kind === "read" ? part.value : [{ prefixListId, name: undefined, unread: part }],
  );
}

async function profileOf(
  { instanceProfile: reference }: NetworkRequest,
  { iam }: Caller,
  { maxAgeMs, signal }: NetworkReading,
): Promise<NetworkFacts["instanceProfile"]> {
  if (reference === undefined) return { kind: "read", value: undefined };
  const name = reference.slice(reference.lastIndexOf("/") + 1);
  try {
    const account = await iam(signal);
    const profile = await account.profile(name, { signal, maxAgeMs });
    if (profile === undefined) return { kind: "read", value: undefined };
    const [roleName] = profile.roleNames;
    const role = roleName === undefined ? undefined : await account.role(roleName, { signal, maxAgeMs });
    return { kind: "read", value: profileFact(profile, role) };
  } catch (error) {
    return unread(error);
  }
}
