/** Where calls of AWS Batch name resources. Pure. */

import type { Call } from "../facts/row.ts";

/** A resource as the facts name it, e.g. `compute-environment/ec2` or `quota-share/team`. */
export type Key = `${Kind}/${string}`;

export type Kind =
  | "compute-environment"
  | "job-queue"
  | "job-definition"
  | "scheduling-policy"
  | "service-environment"
  | "quota-share";

/** What a name, and any other text of a call, becomes. */
export interface Rewriting {
  readonly name: (kind: Kind, name: string) => string;
  readonly text: (text: string) => string;
}

/** The account and region that the facts are written for. */
export const written = { account: "123456789012", region: "us-east-1", partition: "aws" };

const kindOfMember: Readonly<Record<string, Kind>> = {
  computeEnvironment: "compute-environment",
  computeEnvironmentName: "compute-environment",
  computeEnvironments: "compute-environment",
  jobQueue: "job-queue",
  jobQueueName: "job-queue",
  jobQueues: "job-queue",
  jobDefinition: "job-definition",
  jobDefinitionName: "job-definition",
  jobDefinitions: "job-definition",
  serviceEnvironment: "service-environment",
  serviceEnvironmentName: "service-environment",
  quotaShareName: "quota-share",
};
const kinds: ReadonlySet<string> = new Set([...Object.values(kindOfMember), "scheduling-policy"]);
/** In the order in which a call has them: the first one that is there is what the call is about. */
const subjectMembers = ["quotaShareArn", "resourceArn", "arn", "computeEnvironment", "jobQueue", "jobDefinition"];
const arnOfBatch = `arn:${written.partition}:batch:${written.region}:${written.account}:`;

/** The same call with each name of a resource, also in an ARN, and each other text rewritten. */
export function rewritten({ operation, input }: Call, rewriting: Rewriting): Call {
  const inside = (value: unknown, kind: Kind | undefined): unknown => {
    if (typeof value === "string") return inText(value, kind, rewriting);
    if (Array.isArray(value)) return value.map((one) => inside(one, kind));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, inside(inner, kindOf(member))]));
  };
  const kindOf = (member: string): Kind | undefined =>
    Object.hasOwn(kindOfMember, member) ? kindOfMember[member] : undefined;
  const name = (input as Readonly<Record<string, unknown>>)["name"];
  const named = operation === "CreateSchedulingPolicy" && typeof name === "string";
  const all = inside(input, undefined) as object;
  return { operation, input: named ? { ...all, name: rewriting.name("scheduling-policy", name) } : all };
}

function inText(text: string, kind: Kind | undefined, { name, text: other }: Rewriting): string {
  if (text.startsWith(arnOfBatch)) {
    const parts = text.slice(arnOfBatch.length).split("/");
    const renamed = parts.map((part, at) => {
      const before = parts[at - 1] ?? "";
      return at % 2 === 1 && kinds.has(before) ? withRevision(part, (one) => name(before as Kind, one)) : part;
    });
    return other(arnOfBatch) + renamed.join("/");
  }
  return kind === undefined ? other(text) : withRevision(text, (one) => name(kind, one));
}

function withRevision(text: string, rename: (name: string) => string): string {
  const [, name = text, revision = ""] = /^([^:]*)(:\d+)$/.exec(text) ?? [];
  return rename(name) + revision;
}

/** All that a call names. */
export function keysIn(call: Call): ReadonlySet<Key> {
  const keys = new Set<Key>();
  rewritten(call, {
    name: (kind, name) => {
      keys.add(`${kind}/${name}`);
      return name;
    },
    text: (text) => text,
  });
  return keys;
}

/** What a call changes in addition to what it makes; undefined: nothing. */
export function changedBy({ operation, input }: Call): Key | undefined {
  if (!/^(?:Update|Delete|Deregister|Tag|Untag|CreateQuotaShare)/.test(operation)) return undefined;
  const given = input as Readonly<Record<string, unknown>>;
  const member = subjectMembers.find((one) => typeof given[one] === "string");
  return member === undefined ? undefined : [...keysIn({ operation, input: { [member]: given[member] } })].at(-1);
}
