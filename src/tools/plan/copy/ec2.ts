import type { ComputeResource } from "../../../aws/batch.ts";
import { eachCall } from "../../../aws/calls.ts";
import type { Ec2Api } from "../../../aws/ec2.ts";
import { ec2Calls } from "../../../aws/ec2-calls.ts";
import { AwsError } from "../../../aws/errors.ts";
import { everyRecord, networkReads, type Paged } from "../../../aws/network-reads.ts";
import { isKnownInstanceType } from "../../../simulator/ec2-instance-types.ts";
import type { Ec2Snapshot } from "../../../simulator/ec2-state.ts";
import type { SimulatedAws } from "../../../simulator/simulated-aws.ts";
import type { AccountReads } from "./reads.ts";

export interface CopiedEc2Options {
  readonly copy: SimulatedAws;
  /** EC2 of the account in this region, for reads only. */
  readonly real: () => Promise<Ec2Api>;
  readonly reads: AccountReads;
}

export interface CopiedEc2 {
  readonly api: Ec2Api;
  /** What a request of AWS Batch refers to is in the copy; what cannot be read is taken to exist. */
  provide(resources: Referring | undefined): Promise<void>;
}

type Referring = Pick<ComputeResource, "subnets" | "securityGroupIds" | "instanceTypes">;

interface Raw extends Paged {
  readonly [member: string]: unknown;
}
type Row = Readonly<Record<string, unknown>>;

/** Reads of what the operator's writes change, or what the simulator's rules refer to: where its answer has the records. */
const tables: Partial<
  Record<keyof Ec2Api, { readonly table: keyof Ec2Snapshot; readonly list: string; readonly id: string }>
> = {
  describeVpcs: { table: "vpcs", list: "Vpcs", id: "VpcId" },
  describeSubnets: { table: "subnets", list: "Subnets", id: "SubnetId" },
  describeRouteTables: { table: "routeTables", list: "RouteTables", id: "RouteTableId" },
  describeSecurityGroups: { table: "groups", list: "SecurityGroups", id: "GroupId" },
  describeNetworkAcls: { table: "acls", list: "NetworkAcls", id: "NetworkAclId" },
  describeInternetGateways: { table: "internetGateways", list: "InternetGateways", id: "InternetGatewayId" },
  describeEgressOnlyInternetGateways: {
    table: "egressOnlyGateways",
    list: "EgressOnlyInternetGateways",
    id: "EgressOnlyInternetGatewayId",
  },
  describeNatGateways: { table: "natGateways", list: "NatGateways", id: "NatGatewayId" },
  describeVpcEndpoints: { table: "endpoints", list: "VpcEndpoints", id: "VpcEndpointId" },
};

/**
 * EC2 of the copy: records are read from the account when they are first asked for, and from then on the copy answers.
 * What nobody changes (offerings, images, templates ...) the account answers.
 */
export function copiedEc2(options: CopiedEc2Options): CopiedEc2 {
  const { copy, real, reads } = options;
  const known = new Set<string>();
  const asked = <T>(name: keyof Ec2Api, input: object, ask: (call: (more: object) => Promise<Raw>) => Promise<T>) =>
    reads.of(`${copy.region} ${name} ${JSON.stringify(input)}`, async () => {
      const api = await real();
      return await ask((more) => api[name]({ ...input, ...more } as never) as unknown as Promise<Raw>);
    });
  const load = async (name: keyof Ec2Api, input: object): Promise<void> => {
    const of = tables[name];
    if (of === undefined) return;
    const rows = await asked(name, withoutPage(input as Raw), (call) =>
      everyRecord(call, (answer) => answer[of.list] as readonly Row[] | undefined),
    );
    for (const row of rows) {
      const id = String(row[of.id]);
      // What the operator has changed or deleted meanwhile stays so.
      if (known.has(id)) continue;
      known.add(id);
      const record = of.table === "vpcs" ? { vpc: row, dnsSupport: true, dnsHostnames: true } : row;
      copy.add({ ec2: { [of.table]: [[id, record]] } });
    }
  };
  const api = eachCall<Ec2Api>(copy.ec2, ec2Calls, (name, kind, call) => {
    if (kind === "write") return call;
    return async (input: object, callOptions) => {
      if (tables[name] !== undefined) {
        await load(name, input);
        return await call(input as never, callOptions);
      }
      try {
        return await asked(name, input, (ask) => ask({}));
      } catch (error) {
        // The simulator's own prefix lists are behind the routes of endpoints that the plan creates.
        const isOwn = name === "getManagedPrefixListEntries" && error instanceof AwsError && error.kind === "notFound";
        if (!isOwn) throw error;
        return await call(input as never, callOptions);
      }
    };
  });
  /** Whether EC2 offers a type, or any of a family, in no zone. */
  const isMissing = async (type: string): Promise<boolean> => {
    try {
      return (await networkReads(api, copy.account).offerings([type])).length === 0;
    } catch (error) {
      if (error instanceof AwsError) return false;
      throw error;
    }
  };
  return {
    api,
    async provide(resources) {
      for (const type of resources?.instanceTypes ?? []) {
        if (isKnownInstanceType(type) || (await isMissing(type))) continue;
        copy.knobs.otherInstanceTypes = new Set([...copy.knobs.otherInstanceTypes, type]);
      }
      const subnets = resources?.subnets ?? [];
      const groups = resources?.securityGroupIds ?? [];
      const readable =
        (await isRead(load("describeSubnets", byId("subnet-id", subnets)))) &&
        (await isRead(load("describeSecurityGroups", byId("group-id", groups))));
      if (readable) return;
      const VpcId = "vpc-unread";
      copy.add({
        ec2: {
          subnets: subnets.map((SubnetId) => [SubnetId, { SubnetId, VpcId, AvailableIpAddressCount: 1 }]),
          groups: groups.map((GroupId) => [GroupId, { GroupId, VpcId }]),
        },
      });
    },
  };
}

function byId(name: string, ids: readonly string[]): object {
  return { Filters: [{ Name: name, Values: [...new Set(ids)].toSorted() }] };
}

function withoutPage({
  NextToken: _token,
  MaxResults: _most,
  ...input
}: Raw & { readonly MaxResults?: number }): object {
  return input;
}

async function isRead(reading: Promise<void>): Promise<boolean> {
  try {
    await reading;
    return true;
  } catch (error) {
    if (error instanceof AwsError) return false;
    throw error;
  }
}
