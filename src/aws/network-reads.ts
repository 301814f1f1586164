import type { Filter } from "@aws-sdk/client-ec2";
import type {
  EndpointService,
  Image,
  InternetGateway,
  LaunchTemplateVersion,
  NatGateway,
  NetworkAcl,
  Offering,
  PlacementGroup,
  PrefixList,
  RouteTable,
  SecurityGroup,
  UnreadTemplate,
  VpcEndpoint,
} from "../network/facts.ts";
import type { LaunchTemplateReference } from "../network/port.ts";
import type { Ec2Api } from "./ec2.ts";
import { AwsError, needsPerson, passesByItself } from "./errors.ts";
import { keysPerCall, unread } from "./kept-part.ts";
import { everyPage } from "./listing.ts";
import {
  aclFact,
  endpointFact,
  endpointServiceFact,
  gatewayFact,
  groupFact,
  imageFact,
  natFact,
  placementGroupFact,
  routeTableFact,
  subnetFact,
  templateFact,
  vpcCidrs,
} from "./network-facts.ts";

export interface Paged {
  readonly NextToken?: string | undefined;
}

/** The records of all pages of a call. */
export async function everyRecord<Answer extends Paged, T>(
  call: (page: { NextToken?: string }) => Promise<Answer>,
  records: (answer: Answer) => readonly T[] | undefined,
): Promise<readonly T[]> {
  const all: T[] = [];
  const read = (token: string | undefined) => call(token === undefined ? {} : { NextToken: token });
  for await (const answer of everyPage("ec2:Describe*", read, ({ NextToken }) => NextToken)) {
    all.push(...(records(answer) ?? []));
  }
  return all;
}

/** What has one of the values, whatever their number. */
async function byFilter<T>(
  name: string,
  values: readonly string[],
  read: (filters: Filter[]) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const found: T[] = [];
  for (let at = 0; at < values.length; at += keysPerCall) {
    found.push(...(await read([{ Name: name, Values: values.slice(at, at + keysPerCall) }])));
  }
  return found;
}

/** The reads of the network reader, each for many ids at once and by filter, so that a missing id is not an error. */
export function networkReads(ec2: Ec2Api, account: string) {
  const inVpcs =
    <Answer extends Paged, Raw, Fact>(
      call: (input: { Filters?: Filter[]; NextToken?: string }) => Promise<Answer>,
      records: (answer: Answer) => readonly Raw[] | undefined,
      fact: (raw: Raw) => Fact,
      filter = "vpc-id",
    ) =>
    async (vpcIds: readonly string[]): Promise<readonly Fact[]> => {
      const found = await byFilter(filter, vpcIds, (Filters) =>
        everyRecord((page) => call({ Filters, ...page }), records),
      );
      return found.map(fact);
    };

  return {
    subnetsOf: inVpcs(
      (input) => ec2.describeSubnets(input),
      (answer) => answer.Subnets,
      subnetFact,
    ),
    subnetsById: inVpcs(
      (input) => ec2.describeSubnets(input),
      (answer) => answer.Subnets,
      subnetFact,
      "subnet-id",
    ),
    vpcs: inVpcs(
      (input) => ec2.describeVpcs(input),
      (answer) => answer.Vpcs,
      ({ OwnerId = account, ...vpc }) => ({
        vpcId: vpc.VpcId ?? "",
        cidrs: vpcCidrs(vpc),
        shared: OwnerId !== account,
      }),
    ),
    /** Two calls for each VPC: EC2 gives one attribute at a time. */
    dns: async (vpcIds: readonly string[]) => {
      const found: { vpcId: string; support: boolean; hostnames: boolean }[] = [];
      for (const VpcId of vpcIds) {
        // One that somebody has deleted keeps nobody from the others.
        const both = await ifThere(async () => {
          const { EnableDnsSupport: support } = await ec2.describeVpcAttribute({
            VpcId,
            Attribute: "enableDnsSupport",
          });
          const { EnableDnsHostnames: hostnames } = await ec2.describeVpcAttribute({
            VpcId,
            Attribute: "enableDnsHostnames",
          });
          return { support: support?.Value ?? false, hostnames: hostnames?.Value ?? false };
        });
        if (both !== undefined) found.push({ vpcId: VpcId, ...both });
      }
      return found;
    },
    routeTables: inVpcs(
      (input) => ec2.describeRouteTables(input),
      (answer) => answer.RouteTables,
      (one): RouteTable => routeTableFact(one),
    ),
    internetGateways: inVpcs(
      (input) => ec2.describeInternetGateways(input),
      (answer) => answer.InternetGateways,
      (one): InternetGateway => gatewayFact(one.InternetGatewayId, one.Attachments),
      "attachment.vpc-id",
    ),
    /** EC2 has no filter for their VPC; there are few of them. */
    egressOnlyGateways: async (): Promise<readonly InternetGateway[]> => {
      const found = await everyRecord(
        (page) => ec2.describeEgressOnlyInternetGateways(page),
        (answer) => answer.EgressOnlyInternetGateways,
      );
      return found.map((one) => gatewayFact(one.EgressOnlyInternetGatewayId, one.Attachments));
    },
    natGateways: async (vpcIds: readonly string[]): Promise<readonly NatGateway[]> => {
      const found = await byFilter("vpc-id", vpcIds, (Filter) =>
        everyRecord(
          (page) => ec2.describeNatGateways({ Filter, ...page }),
          (answer) => answer.NatGateways,
        ),
      );
      return found.map(natFact);
    },
    endpoints: inVpcs(
      (input) => ec2.describeVpcEndpoints(input),
      (answer) => answer.VpcEndpoints,
      (one): VpcEndpoint => endpointFact(one),
    ),
    groupsOf: inVpcs(
      (input) => ec2.describeSecurityGroups(input),
      (answer) => answer.SecurityGroups,
      (one): SecurityGroup => groupFact(one),
    ),
    groupsById: inVpcs(
      (input) => ec2.describeSecurityGroups(input),
      (answer) => answer.SecurityGroups,
      (one): SecurityGroup => groupFact(one),
      "group-id",
    ),
    acls: inVpcs(
      (input) => ec2.describeNetworkAcls(input),
      (answer) => answer.NetworkAcls,
      (one): NetworkAcl => aclFact(one),
    ),
    /** A call for each list. */
    prefixLists: async (ids: readonly string[]): Promise<readonly PrefixList[]> => {
      const lists: PrefixList[] = [];
      for (const id of ids) {
        const entries = await ifThere(() =>
          everyRecord(
            (page) => ec2.getManagedPrefixListEntries({ PrefixListId: id, ...page }),
            (answer) => answer.Entries,
          ),
        );
        if (entries === undefined) continue;
        lists.push({ prefixListId: id, name: undefined, cidrs: entries.flatMap(({ Cidr }) => Cidr ?? []) });
      }
      return lists;
    },
    /** @param types instance types, or families, meaning all their sizes */
    offerings: async (types: readonly string[]): Promise<readonly Offering[]> => {
      const patterns = types.map((type) => (type.includes(".") ? type : `${type}.*`));
      const found = await byFilter("instance-type", patterns, (Filters) =>
        everyRecord(
          (page) => ec2.describeInstanceTypeOfferings({ LocationType: "availability-zone", Filters, ...page }),
          (answer) => answer.InstanceTypeOfferings,
        ),
      );
      return found.map((one) => ({ instanceType: one.InstanceType ?? "", zone: one.Location ?? "" }));
    },
    images: async (ids: readonly string[]): Promise<readonly Image[]> => {
      const found = await byFilter("image-id", ids, (Filters) =>
        everyRecord(
          (page) => ec2.describeImages({ Filters, ...page }),
          (answer) => answer.Images,
        ),
      );
      return found.map(imageFact);
    },
    keyPairs: async (names: readonly string[]): Promise<readonly string[]> => {
      const found = await byFilter("key-name", names, async (Filters) => {
        return (await ec2.describeKeyPairs({ Filters })).KeyPairs ?? [];
      });
      return found.flatMap(({ KeyName }) => KeyName ?? []);
    },
    placementGroups: async (names: readonly string[]): Promise<readonly PlacementGroup[]> => {
      const found = await byFilter("group-name", names, async (Filters) => {
        return (await ec2.describePlacementGroups({ Filters })).PlacementGroups ?? [];
      });
      return found.map(placementGroupFact);
    },
    services: async (names: readonly string[]): Promise<readonly EndpointService[]> => {
      const found = await byFilter("service-name", names, (Filters) =>
        everyRecord(
          (page) => ec2.describeVpcEndpointServices({ Filters, ...page }),
          (answer) => answer.ServiceDetails,
        ),
      );
      return found.map(endpointServiceFact);
    },
    /** @param keys references, as `templateKey` writes them; a call for each */
    templates: async (keys: readonly string[]): Promise<readonly (LaunchTemplateVersion | UnreadTemplate)[]> => {
      const found: (LaunchTemplateVersion | UnreadTemplate)[] = [];
      for (const key of keys) {
        const one = await templateVersion(ec2, templateOf(key));
        if (one !== undefined) found.push(one);
      }
      return found;
    },
  };
}

export type NetworkReads = ReturnType<typeof networkReads>;

/** Undefined when there is no such template. */
async function templateVersion(
  ec2: Ec2Api,
  wanted: LaunchTemplateReference,
): Promise<LaunchTemplateVersion | UnreadTemplate | undefined> {
  const { by, reference, version } = wanted;
  try {
    const { LaunchTemplateVersions: [one] = [] } = await ec2.describeLaunchTemplateVersions({
      [by === "id" ? "LaunchTemplateId" : "LaunchTemplateName"]: reference,
      Versions: [version],
    });
    return templateFact(wanted, one);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    // The template is there, and the version is not: that is a fact.
    if (/VersionNotFound/.test(error.exception)) return templateFact(wanted, undefined);
    if (isAbsence(error)) return undefined;
    // The next one would fare the same.
    if (needsPerson(error.kind) || passesByItself(error.kind)) throw error;
    return { by, reference, requested: version, unread: unread(error) };
  }
}

/** What EC2 says is not there is no failure. */
async function ifThere<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof AwsError && isAbsence(error)) return undefined;
    throw error;
  }
}

/** Nothing has an id or a name that EC2 finds malformed. */
function isAbsence({ kind, exception }: AwsError): boolean {
  return kind === "notFound" || /\.Malformed/.test(exception);
}

export function templateKey({ by, reference, version }: LaunchTemplateReference): string {
  return `${by} ${reference} ${version}`;
}

function templateOf(key: string): LaunchTemplateReference {
  const [by, reference = "", version = ""] = key.split(" ");
  return { by: by === "id" ? "id" : "name", reference, version };
}
