/** Tags with this prefix are the operator's own. */
export const tagPrefix = "awsbatch.dev/";

/** `source` of the heartbeats that the operator sends through EventBridge. */
export const heartbeatSource = "awsbatch.dev";

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

/**
 * The ARN of a resource of AWS Batch.
 *
 * @param type as `ResourceType`
 * @param name of a quota share `queue/share`, as everywhere: its own name is unique only in its queue
 */
export function resourceArn({ partition, region, account }: Location, type: string, name: string): string {
  const path = type === "quota-share" ? `job-queue/${name.replace("/", "/quota-share/")}` : `${type}/${name}`;
  return `arn:${partition}:batch:${region}:${account}:${path}`;
}

export function environmentArn(at: Location, name: string): string {
  return resourceArn(at, "compute-environment", name);
}

export function definitionArn(at: Location, name: string, revision: number): string {
  return resourceArn(at, "job-definition", `${name}:${revision}`);
}

/** The region in the URL of a queue of SQS; undefined: the URL is of another endpoint. */
export function regionOfQueueUrl(url: string): string | undefined {
  return /^https:\/\/sqs(?:-fips)?\.([a-z0-9-]+)\./.exec(url)?.[1];
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

const shareArn = /^arn:[^:]+:batch:[^:]*:[^:]*:job-queue\/([^/]+)\/quota-share\/([^/]+)$/;

/** `queue/share` in the ARN of a quota share; undefined: it is of none. */
export function shareNameIn(arn: string): string | undefined {
  const [, queue, share] = shareArn.exec(arn) ?? [];
  return queue === undefined ? undefined : `${queue}/${share}`;
}

/** `name:revision`, also as an ARN. */
export function revisionIn(nameOrArn: string): { readonly name: string; readonly revision: number } | undefined {
  const match = /^(.+):(\d+)$/.exec(nameIn(nameOrArn));
  return match?.[1] === undefined ? undefined : { name: match[1], revision: Number(match[2]) };
}

const arnParts = 5;

/** The ECS cluster's name in the ARN of a task or container instance; undefined in the old format without one. */
export function ecsClusterIn(arn: string | undefined): string | undefined {
  const parts = arn?.split(":").slice(arnParts).join(":").split("/") ?? [];
  return parts.length === 3 && /^(task|container-instance)$/.test(parts[0] ?? "") ? parts[1] : undefined;
}
