/** What an account has of runs. */

import { type Account, unreadable } from "../account/account.ts";
import { instanceRole, lateRole, roleNames, tagKey } from "../names/renaming.ts";
import type { Ask } from "../rest.ts";

export type FoundKind =
  | "JobQueue"
  | "ComputeEnvironment"
  | "ServiceEnvironment"
  | "SchedulingPolicy"
  | "JobDefinition"
  | "QuotaShare"
  | "InstanceProfile"
  | "Role"
  | "Subnet"
  | "RouteTable"
  | "InternetGateway"
  | "Vpc";

/** A resource whose name begins as those of runs do. */
export interface Found {
  readonly kind: FoundKind;
  readonly name: string;
  /** How calls name it. */
  readonly reference: string;
  /** The run by its tag; undefined: it has no such tag. */
  readonly taggedRun: string | undefined;
  readonly state?: string;
  readonly status?: string;
  /** Of a quota share: its queue. */
  readonly queue?: string;
  /** Of an environment: its roles, each by a name or an ARN. */
  readonly roles?: readonly string[];
  /** Of an internet gateway: the VPC that it is attached to. */
  readonly vpc?: string;
}

type Item = Readonly<Record<string, unknown>> & { readonly tags?: Readonly<Record<string, string>> };

const listings = [
  ["JobQueue", "DescribeJobQueues", {}, "jobQueues", "jobQueueName", "jobQueueArn"],
  [
    "ComputeEnvironment",
    "DescribeComputeEnvironments",
    {},
    "computeEnvironments",
    "computeEnvironmentName",
    "computeEnvironmentArn",
  ],
  [
    "ServiceEnvironment",
    "DescribeServiceEnvironments",
    {},
    "serviceEnvironments",
    "serviceEnvironmentName",
    "serviceEnvironmentArn",
  ],
  [
    "JobDefinition",
    "DescribeJobDefinitions",
    { status: "ACTIVE" },
    "jobDefinitions",
    "jobDefinitionName",
    "jobDefinitionArn",
  ],
] as const;

/** Everything of AWS Batch in the region whose name begins as those of runs do, except what is DELETED. */
export async function foundInBatch({ batch }: Account): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const [kind, operation, input, member, nameMember, arnMember] of listings) {
    for (const item of await pagesOf(batch, operation, input, member)) {
      const name = textOf(item[nameMember]);
      if (!isOfRuns(name) || item["status"] === "DELETED") continue;
      const one = foundOf(kind, name, textOf(item[arnMember]), item);
      found.push(one);
      if (item["jobQueueType"] === "SAGEMAKER_TRAINING") found.push(...(await sharesOf(batch, one)));
    }
  }
  for (const { arn } of await pagesOf(batch, "ListSchedulingPolicies", {}, "schedulingPolicies")) {
    const reference = textOf(arn);
    const name = reference.slice(reference.lastIndexOf("/") + 1);
    if (!isOfRuns(name)) continue;
    const tags = await tagsOf(batch, reference);
    if (tags !== undefined) found.push(foundOf("SchedulingPolicy", name, reference, { tags }));
  }
  return found;
}

/** The roles and the instance profile of a run. */
export async function foundInIam({ iam }: Account, prefix: string): Promise<readonly Found[]> {
  const found: Found[] = [];
  const add = async (kind: "Role" | "InstanceProfile", name: string, input: object): Promise<void> => {
    const { error, answer } = await iam(`Get${kind}`, input);
    if (error !== undefined) {
      if (error.status === 404) return;
      throw new Error(`Get${kind}: ${error.name}: ${error.message}`);
    }
    const { Tags = [] } =
      (answer as Readonly<Record<string, { Tags?: { Key?: string; Value?: string }[] }>>)[kind] ?? {};
    const taggedRun = Tags.find(({ Key }) => Key === tagKey)?.Value;
    found.push({ kind, name, reference: name, taggedRun });
  };
  await add("InstanceProfile", prefix + instanceRole, { InstanceProfileName: prefix + instanceRole });
  for (const name of [...roleNames, lateRole]) await add("Role", prefix + name, { RoleName: prefix + name });
  return found;
}

const networkListings = [
  ["Subnet", "DescribeSubnets", "Subnets", "SubnetId"],
  ["RouteTable", "DescribeRouteTables", "RouteTables", "RouteTableId"],
  ["InternetGateway", "DescribeInternetGateways", "InternetGateways", "InternetGatewayId"],
  ["Vpc", "DescribeVpcs", "Vpcs", "VpcId"],
] as const;

interface NetworkItem extends Readonly<Record<string, unknown>> {
  readonly Tags?: readonly { readonly Key?: string; readonly Value?: string }[];
  readonly Attachments?: readonly { readonly VpcId?: string }[];
}

/** The network of a run. */
export async function foundInEc2({ ec2 }: Account, name: string): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const [kind, operation, member, idMember] of networkListings) {
    const { error, answer } = await ec2(operation, { Filters: [{ Name: "tag:Name", Values: [name] }] });
    if (error?.name === unreadable) continue;
    if (error !== undefined) throw new Error(`${operation}: ${error.name}: ${error.message}`);
    const items = (answer as Readonly<Record<string, readonly NetworkItem[] | undefined>>)[member] ?? [];
    for (const { [idMember]: id, Tags = [], Attachments = [] } of items) {
      const taggedRun = Tags.find(({ Key }) => Key === tagKey)?.Value;
      const [vpc] = Attachments.map(({ VpcId }) => VpcId);
      found.push({ kind, name, reference: textOf(id), taggedRun, ...(vpc === undefined ? {} : { vpc }) });
    }
  }
  return found;
}

/** How a person finds it: parts of a network have one name. */
export function calledIn({ kind, name, reference }: Found): string {
  const isOfNetwork = networkListings.some(([one]) => one === kind);
  return isOfNetwork ? `${kind} ${name} (${reference})` : `${kind} ${name}`;
}

/** The ID of the run that has given a name, by the name. */
export function runInName(name: string): string | undefined {
  return new RegExp(`^${tagKey}-([a-z0-9]+)-`).exec(name)?.[1];
}

async function sharesOf(batch: Ask, queue: Found): Promise<readonly Found[]> {
  const shares: Found[] = [];
  for (const item of await pagesOf(batch, "ListQuotaShares", { jobQueue: queue.reference }, "quotaShares")) {
    const name = textOf(item["quotaShareName"]);
    if (!isOfRuns(name)) continue;
    const reference = textOf(item["quotaShareArn"]);
    const tags = await tagsOf(batch, reference);
    if (tags === undefined) continue;
    shares.push({ ...foundOf("QuotaShare", name, reference, { ...item, tags }), queue: queue.reference });
  }
  return shares;
}

/** Undefined: what a listing had is gone by now. */
async function tagsOf(batch: Ask, resourceArn: string): Promise<Readonly<Record<string, string>> | undefined> {
  const { error, answer } = await batch("ListTagsForResource", { resourceArn });
  if (error !== undefined && isGone(error.message)) return undefined;
  if (error !== undefined) throw new Error(`ListTagsForResource: ${error.name}: ${error.message}`);
  return (answer as Item).tags ?? {};
}

function isGone(message: string): boolean {
  return /not found|does not exist/.test(message);
}

function foundOf(kind: FoundKind, name: string, reference: string, item: Item): Found {
  const { tags = {}, state, status, serviceRole, computeResources } = item;
  const { instanceRole: ofInstances } = (computeResources ?? {}) as { instanceRole?: string };
  return {
    kind,
    name,
    reference,
    taggedRun: tags[tagKey],
    ...(typeof state === "string" ? { state } : {}),
    ...(typeof status === "string" ? { status } : {}),
    ...(kind === "ComputeEnvironment" ? { roles: [textOf(serviceRole), ofInstances ?? ""] } : {}),
  };
}

/** All that a listing has, of all its pages. @throws Error with AWS's words */
export async function pagesOf(batch: Ask, operation: string, input: object, member: string): Promise<readonly Item[]> {
  const items: Item[] = [];
  let nextToken: string | undefined;
  do {
    const page: object = nextToken === undefined ? input : { ...input, nextToken };
    const { error, answer: found = {} } = await batch(operation, page);
    // The queue whose shares are listed may be gone by now, and then they are too.
    if (error !== undefined && (isGone(error.message) || error.name === unreadable)) return items;
    if (error !== undefined) throw new Error(`${operation}: ${error.name}: ${error.message}`);
    const answer = found as Readonly<Record<string, unknown>>;
    items.push(...((answer[member] as readonly Item[] | undefined) ?? []));
    nextToken = answer["nextToken"] as string | undefined;
  } while (nextToken !== undefined);
  return items;
}

function isOfRuns(name: string): boolean {
  return runInName(name) !== undefined;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
