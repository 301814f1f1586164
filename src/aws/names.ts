/** Tags with this prefix are the operator's own. */
export const tagPrefix = "awsbatch.dev/";

/** Whether a tag key belongs to AWS or the operator. IAM's keys have no case, so its spelling does not matter. */
export function isReservedTag(key: string): boolean {
  const lower = key.toLowerCase();
  return lower.startsWith("aws:") || lower.startsWith(tagPrefix);
}

/** One account and region. */
export interface Location {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/** The resources of AWS Batch that the operator keeps, as ARNs name their types. */
export const resourceTypes = [
  "compute-environment",
  "job-queue",
  "job-definition",
  "scheduling-policy",
  "service-environment",
  "consumable-resource",
  "quota-share",
] as const;
export type ResourceType = (typeof resourceTypes)[number];

/** @param name of a quota share `queue/share`, as everywhere: its own name is unique only in its queue */
export function resourceArn({ partition, region, account }: Location, type: ResourceType, name: string): string {
  const path = type === "quota-share" ? `job-queue/${name.replace("/", "/quota-share/")}` : `${type}/${name}`;
  return `arn:${partition}:batch:${region}:${account}:${path}`;
}

export function environmentArn(at: Location, name: string): string {
  return resourceArn(at, "compute-environment", name);
}

export function definitionArn(at: Location, name: string, revision: number): string {
  return resourceArn(at, "job-definition", `${name}:${revision}`);
}

/** The beginnings of the names of the regions outside partition `aws`, as AWS's SDK lists them. */
const partitionsByPrefix = {
  "cn-": "aws-cn",
  "us-gov-": "aws-us-gov",
  "us-iso-": "aws-iso",
  "us-isob-": "aws-iso-b",
  "eu-isoe-": "aws-iso-e",
  "us-isof-": "aws-iso-f",
  "eu-isof-": "aws-iso-f",
  "eusc-": "aws-eusc",
} as const;

/** The partition of a region: each has its own accounts and endpoints. */
export function partitionOfRegion(region: string): string {
  return Object.entries(partitionsByPrefix).find(([prefix]) => region.startsWith(prefix))?.[1] ?? "aws";
}

/** Of the console and its links. */
export function consoleDomain(partition: string): string {
  if (partition === "aws-cn") return "amazonaws.cn";
  return partition === "aws-us-gov" ? "amazonaws-us-gov.com" : "aws.amazon.com";
}

/** The name in an ARN, or the name itself. */
export function nameIn(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf("/") + 1);
}

/** `name:revision`, also as an ARN. */
export function revisionIn(nameOrArn: string): { readonly name: string; readonly revision: number } | undefined {
  const match = /^(.+):(\d+)$/.exec(nameIn(nameOrArn));
  return match?.[1] === undefined ? undefined : { name: match[1], revision: Number(match[2]) };
}

const shareArn = /^arn:[^:]+:batch:[^:]*:[^:]*:job-queue\/([^/]+)\/quota-share\/([^/]+)$/;
const batchArn = new RegExp(`^arn:[^:]+:batch:[^:]*:[^:]*:(${resourceTypes.join("|")})/([^/]+)$`);

/** The type and name in an ARN of AWS Batch; undefined when it is of no resource that the operator keeps. */
export function resourceIn(arn: string): { readonly type: ResourceType; readonly name: string } | undefined {
  const [, queue, share] = shareArn.exec(arn) ?? [];
  if (queue !== undefined) return { type: "quota-share", name: `${queue}/${share}` };
  const [, type, last = ""] = batchArn.exec(arn) ?? [];
  if (!isResourceType(type)) return undefined;
  const name = type === "job-definition" ? revisionIn(last)?.name : last;
  return name === undefined || type === "quota-share" ? undefined : { type, name };
}

function isResourceType(text: string | undefined): text is ResourceType {
  return resourceTypes.some((type) => type === text);
}

const arnParts = 5;

/** The ECS cluster's name in the ARN of a task or container instance; undefined in the old format without one. */
export function ecsClusterIn(arn: string | undefined): string | undefined {
  const parts = arn?.split(":").slice(arnParts).join(":").split("/") ?? [];
  return parts.length === 3 && /^(task|container-instance)$/.test(parts[0] ?? "") ? parts[1] : undefined;
}
