import type { CallRecord } from "../src/simulator/wire.ts";

/** Whether a call changes something. */
export function isWrite(call: Pick<CallRecord, "operation">): boolean {
  // To take a message, or to send a heartbeat, changes no resource.
  return !/^(Describe|List|Get|ReceiveMessage$|DeleteMessageBatch$|PutEvents$)/.test(call.operation);
}

/** A write in one line: the operation, its subject, its other input, and the exception if AWS rejected it. */
export function describeWrite(call: CallRecord): string {
  const input = call.input as Readonly<Record<string, unknown>>;
  const subject =
    input["computeEnvironmentName"] ??
    input["computeEnvironment"] ??
    input["serviceEnvironmentName"] ??
    (input["serviceEnvironment"] && lastSegment(input["serviceEnvironment"])) ??
    input["quotaShareName"] ??
    input["quotaShareArn"] ??
    input["consumableResourceName"] ??
    input["consumableResource"] ??
    input["jobQueueName"] ??
    input["jobQueue"] ??
    input["jobDefinitionName"] ??
    input["jobDefinition"] ??
    input["RoleName"] ??
    input["InstanceProfileName"] ??
    input["ServiceName"] ??
    input["GroupName"] ??
    input["GroupId"] ??
    input["VpcEndpointId"] ??
    input["VpcEndpointIds"] ??
    input["Resources"] ??
    lastSegment(input["resourceArn"]) ??
    input["name"] ??
    lastSegment(input["arn"]);
  const outcome =
    call.outcome.kind === "refused"
      ? ` -> ${call.outcome.exception}`
      : call.outcome.kind === "lost"
        ? " -> no answer"
        : "";
  return `${call.operation} ${text(subject)}${details(call.operation, input)}${outcome}`;
}

function details(operation: string, input: Readonly<Record<string, unknown>>): string {
  const order = input["computeEnvironmentOrder"] as readonly { readonly computeEnvironment?: string }[] | undefined;
  const parts: string[] = [];
  if (order !== undefined) parts.push(`[${order.map((entry) => lastSegment(entry.computeEnvironment)).join(", ")}]`);
  const services = input["serviceEnvironmentOrder"] as readonly { readonly serviceEnvironment?: string }[] | undefined;
  if (services !== undefined)
    parts.push(`[${services.map((entry) => lastSegment(entry.serviceEnvironment)).join(", ")}]`);
  for (const key of ["PolicyArn", "PolicyName", "PermissionsBoundary"]) {
    if (input[key] !== undefined) parts.push(lastSegment(input[key]));
  }
  if (input["InstanceProfileName"] !== undefined && input["RoleName"] !== undefined) {
    parts.push(`(profile ${text(input["InstanceProfileName"])})`);
  }
  for (const key of ["SubnetIds", "AddSubnetIds", "RouteTableIds", "AddRouteTableIds", "SecurityGroupIds"]) {
    if (input[key] !== undefined) parts.push(`${key}=${text(input[key])}`);
  }
  if (input["IpPermissions"] !== undefined) parts.push(peersOf(input["IpPermissions"]));
  if (operation === "TagResource") parts.push(tagText(input["tags"]));
  if (operation === "UntagResource") parts.push(text(input["tagKeys"]));
  if (/^Update(ComputeEnvironment|JobQueue|QuotaShare|ServiceEnvironment)$/.test(operation)) {
    for (const key of ["state", "priority", "capacityLimits", "computeResources", "updatePolicy", "serviceRole"]) {
      if (input[key] !== undefined) parts.push(`${key}=${JSON.stringify(input[key])}`);
    }
  }
  if (operation === "UpdateConsumableResource") parts.push(`${text(input["operation"])} ${String(input["quantity"])}`);
  return parts.length === 0 ? "" : ` ${parts.join(" ")}`;
}

/** Who the rules of a security group are about, and on which port. */
function peersOf(permissions: unknown): string {
  const rules = permissions as readonly {
    readonly FromPort?: number;
    readonly UserIdGroupPairs?: readonly { readonly GroupId?: string }[];
    readonly IpRanges?: readonly { readonly CidrIp?: string }[];
    readonly Ipv6Ranges?: readonly { readonly CidrIpv6?: string }[];
    readonly PrefixListIds?: readonly { readonly PrefixListId?: string }[];
  }[];
  return rules
    .map(({ FromPort = "all", UserIdGroupPairs = [], IpRanges = [], Ipv6Ranges = [], PrefixListIds = [] }) => {
      const peers = [
        ...UserIdGroupPairs.map(({ GroupId }) => GroupId),
        ...IpRanges.map(({ CidrIp }) => CidrIp),
        ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6),
        ...PrefixListIds.map(({ PrefixListId }) => PrefixListId),
      ];
      return `${FromPort}: ${peers.join(" ")}`;
    })
    .join(", ");
}

/** Tag keys without their times, which are in the transcript already. */
function tagText(tags: unknown): string {
  return Object.entries((tags ?? {}) as Readonly<Record<string, string>>)
    .map(([key, value]) => (/^\d{4}-/.test(value) ? key : `${key}=${value}`))
    .join(" ");
}

function lastSegment(arn: unknown): string {
  const name = text(arn);
  return name.slice(name.lastIndexOf("/") + 1);
}

function text(value: unknown): string {
  return Array.isArray(value) ? value.join(" ") : typeof value === "string" ? value : "";
}
