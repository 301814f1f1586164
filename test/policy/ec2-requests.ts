import type { SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { type Context, type Input, requestTags, resourceTags, type Tags, tagsIn, text } from "./arns.ts";
import type { Request } from "./evaluator.ts";

/** @returns undefined when the call is about something that is not there */
export function ec2Requests(aws: SimulatedAws, operation: string, input: Input): readonly Request[] | undefined {
  const arn = (type: string, id: unknown): string => `arn:aws:ec2:${aws.region}:${aws.account}:${type}/${text(id)}`;
  const on = (action: string, resource: string, context: Context = {}): Request => {
    return { action: `ec2:${action}`, resource, context };
  };
  const specifications = (input["TagSpecifications"] ?? []) as readonly { readonly Tags?: unknown }[];
  const tags = Object.assign({}, ...specifications.map((one) => tagsIn(one.Tags))) as Tags;
  const created = (type: string): readonly Request[] => {
    // The id is not known yet.
    const resource = arn(type, "new");
    const given = requestTags(tags);
    const tagging =
      Object.keys(tags).length === 0 ? [] : [on("CreateTags", resource, { ...given, "ec2:CreateAction": operation })];
    return [on(operation, resource, given), ...tagging];
  };
  const all = (type: string, ...members: readonly string[]): readonly Request[] =>
    members
      .flatMap((member) => (input[member] ?? []) as string | readonly string[])
      .map((id) => on(operation, arn(type, id), resourceTags(tagsOf(aws, id) ?? {})));
  const placed = [
    ...all("vpc", "VpcId"),
    ...all("subnet", "SubnetIds", "AddSubnetIds", "RemoveSubnetIds"),
    ...all("security-group", "SecurityGroupIds", "AddSecurityGroupIds", "RemoveSecurityGroupIds"),
    ...all("route-table", "RouteTableIds", "AddRouteTableIds", "RemoveRouteTableIds"),
  ];
  const names: readonly Request[] =
    input["PrivateDnsEnabled"] === true
      ? [{ action: "route53:AssociateVPCWithHostedZone", resource: "arn:aws:route53:::hostedzone/new", context: {} }]
      : [];
  const existing = (type: string, ids: unknown): readonly Request[] | undefined => {
    const found = [ids].flat().map((id) => ({ id, tags: tagsOf(aws, text(id)) }));
    if (found.some((one) => one.tags === undefined)) return undefined;
    return found.map((one) => on(operation, arn(type, one.id), resourceTags(one.tags ?? {})));
  };

  const changed = changes[operation]?.map(([type, member]) => existing(type, input[member]));
  if (changed !== undefined)
    return changed.some((one) => one === undefined) ? undefined : changed.flatMap((one) => one ?? []);

  switch (operation) {
    case "CreateVpc":
      return created("vpc");
    case "CreateInternetGateway":
      return created("internet-gateway");
    case "CreateSubnet":
      return [...created("subnet"), ...placed];
    case "CreateRouteTable":
      return [...created("route-table"), ...placed];
    case "DescribeVpcAttribute":
      return [on(operation, arn("vpc", input["VpcId"]))];
    case "GetManagedPrefixListEntries":
      return [on(operation, arn("prefix-list", input["PrefixListId"]))];
    case "CreateVpcEndpoint":
      return [...created("vpc-endpoint"), ...placed, ...names];
    case "CreateSecurityGroup":
      return [...created("security-group"), ...placed];
    case "ModifyVpcEndpoint": {
      const endpoint = existing("vpc-endpoint", input["VpcEndpointId"]);
      return endpoint === undefined ? undefined : [...endpoint, ...placed, ...names];
    }
    case "CreateTags":
    case "DeleteTags": {
      const ids = input["Resources"] as readonly string[];
      const given = requestTags(tagsIn(input["Tags"]));
      const found = ids.map((id) => existing(id.startsWith("vpce-") ? "vpc-endpoint" : "security-group", id));
      if (found.some((one) => one === undefined)) return undefined;
      return found.flatMap((one) => one ?? []).map((one) => ({ ...one, context: { ...one.context, ...given } }));
    }
    default:
      if (!operation.startsWith("Describe")) throw new Error(`nothing is known of ec2:${operation}`);
      return [on(operation, "*")];
  }
}

const group = [["security-group", "GroupId"]] as const;
const gateway = ["internet-gateway", "InternetGatewayId"] as const;
const subnet = ["subnet", "SubnetId"] as const;
const table = ["route-table", "RouteTableId"] as const;
const vpc = ["vpc", "VpcId"] as const;

/** By the operation, the types of the existing resources that it is about, and the members that name them. */
const changes: Readonly<Record<string, readonly (readonly [type: string, member: string])[]>> = {
  AssociateRouteTable: [table, subnet],
  AttachInternetGateway: [gateway, vpc],
  AuthorizeSecurityGroupEgress: group,
  AuthorizeSecurityGroupIngress: group,
  CreateRoute: [table],
  DeleteInternetGateway: [gateway],
  DeleteRouteTable: [table],
  DeleteSecurityGroup: group,
  DeleteSubnet: [subnet],
  DeleteVpc: [vpc],
  DeleteVpcEndpoints: [["vpc-endpoint", "VpcEndpointIds"]],
  DetachInternetGateway: [gateway, vpc],
  ModifySubnetAttribute: [subnet],
  RevokeSecurityGroupEgress: group,
  RevokeSecurityGroupIngress: group,
};

/** Tags of a resource of EC2 by its id, wherever in the account it is; undefined: it is not there. */
function tagsOf(aws: SimulatedAws, id: string): Tags | undefined {
  const found = resourceWith(aws.snapshot().ec2, id);
  return found === undefined ? undefined : tagsIn(found["Tags"]);
}

/** The VPC last: what is in one names it. */
const idMembers = ["VpcEndpointId", "GroupId", "SubnetId", "RouteTableId", "InternetGatewayId", "VpcId"];

/** The first tagged object with this id in its first member of these names; others only reference it. */
function resourceWith(value: unknown, id: string): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const record = value as Readonly<Record<string, unknown>>;
  const own = idMembers.find((member) => typeof record[member] === "string");
  if (own !== undefined && record[own] === id && "Tags" in record) return record;
  for (const member of Object.values(record)) {
    const found = resourceWith(member, id);
    if (found !== undefined) return found;
  }
  return undefined;
}
