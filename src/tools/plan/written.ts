import { isDeepStrictEqual } from "node:util";
import type { IpPermission } from "@aws-sdk/client-ec2";
import { partitionOfRegion, resourceArn, tagPrefix } from "../../aws/names.ts";
import { resourceOf, resources } from "../../aws/resources/index.ts";
import { sameSet } from "../../controllers/fields/compare.ts";
import {
  clusterUidTag,
  createdAtTag,
  fingerprintTag,
  registeredAtTag,
  retiredAtTag,
  returnedAtTag,
  servingSinceTag,
  uidTag,
  verificationTag,
} from "../../controllers/ownership/ownership.ts";
import type { SimulatedAws } from "../../simulator/simulated-aws.ts";
import { subjectMembers } from "../local/writes.ts";
import { hasSecret } from "../validation/secrets.ts";
import { isTagging } from "./effects.ts";

/** A field that a write sets, with its values as JSON text. */
export interface WrittenField {
  readonly path: string;
  /** Undefined: it has no value before. */
  readonly from?: string;
  /** Undefined: it has no value afterwards. */
  readonly to?: string;
}

/** For the value of a tag that is probably a secret: a plan is in pull requests and logs. */
const probableSecret = "(probably a secret, not shown)";

/** For a value that only AWS or the cluster decides. */
export const decidedLater = "(known after apply)";

/** Tags that have other values each time. */
const volatileTags: ReadonlySet<string> = new Set([
  uidTag,
  clusterUidTag,
  createdAtTag,
  registeredAtTag,
  servingSinceTag,
  retiredAtTag,
  returnedAtTag,
  fingerprintTag,
  verificationTag,
]);

/** Members that name what a write is about, or are about the request itself. */
const silent: ReadonlySet<string> = new Set([
  ...subjectMembers,
  "VpcEndpointIds",
  "operation",
  "clientToken",
  "ClientToken",
  "reason",
]);

/**
 * The fields that a write changes, as the copy has them before it.
 * @param input of the call, without values that may be secret
 */
export function changedFields(operation: string, input: object, copy: SimulatedAws): readonly WrittenField[] {
  const tags = tagFields(operation, input, copy);
  if (tags !== undefined) return tags;
  const before = new Map(leaves(beforeOf(operation, input, copy)));
  return leaves(input).flatMap(([path, value]): readonly WrittenField[] => {
    const old = before.get(path);
    if (isDeepStrictEqual(old, value) || (isOrderless(path) && sameSet(old, value))) return [];
    const shown = (one: unknown): string => (isTag(path) ? userTagText(String(one)) : textOf(one));
    return [{ path, ...(old === undefined ? {} : { from: shown(old) }), to: shown(value) }];
  });
}

/** What of a description of the whole differs from an existing one, with the values of both. */
export function differing(fields: readonly WrittenField[], existing: object): readonly WrittenField[] {
  const before = new Map(leaves(existing));
  return fields.flatMap((field) => {
    const old = before.get(field.path);
    if (old === undefined) return [field];
    const from = textOf(old);
    if (from === field.to || (isOrderless(field.path) && sameSet(old, JSON.parse(field.to ?? "[]")))) return [];
    return [{ ...field, from }];
  });
}

/** Whether a list has no order for AWS. Of instance types only some strategies read one, and a change of it is shown. */
function isOrderless(path: string): boolean {
  return path === "computeResources.subnets" || path === "computeResources.securityGroupIds";
}

interface Tagging {
  readonly resourceArn?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly tagKeys?: readonly string[];
  readonly RoleName?: string;
  readonly InstanceProfileName?: string;
  readonly Resources?: readonly string[];
  readonly Tags?: readonly { readonly Key?: string; readonly Value?: string }[];
  readonly TagKeys?: readonly string[];
}

/** Of a write of tags alone; undefined: it is another one. */
function tagFields(operation: string, input: Tagging, copy: SimulatedAws): readonly WrittenField[] | undefined {
  if (!isTagging(operation)) return undefined;
  const before = tagsBefore(input, copy);
  const isRemoval = /^Untag|^DeleteTags$/.test(operation);
  const given = {
    ...input.tags,
    ...Object.fromEntries((input.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value])),
  };
  const keys = isRemoval
    ? [...(input.tagKeys ?? []), ...(input.TagKeys ?? []), ...Object.keys(given)]
    : Object.keys(given);
  return keys.map((key) => {
    const from = before[key] === undefined ? {} : { from: tagText(key, before[key]) };
    return { path: `tags.${key}`, ...from, ...(isRemoval ? {} : { to: tagText(key, given[key] ?? "") }) };
  });
}

function tagsBefore(input: Tagging, { truth }: SimulatedAws): Readonly<Record<string, string>> {
  const { resourceArn: arn, RoleName: role, InstanceProfileName: profile, Resources: [id] = [] } = input;
  if (role !== undefined) return truth.roles().find(({ name }) => name === role)?.tags ?? {};
  if (profile !== undefined) return truth.instanceProfiles().find(({ name }) => name === profile)?.tags ?? {};
  if (id !== undefined) {
    const group = truth.securityGroups().find(({ GroupId }) => GroupId === id);
    const endpoint = truth.vpcEndpoints().find(({ VpcEndpointId }) => VpcEndpointId === id);
    return Object.fromEntries(((group ?? endpoint)?.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
  }
  return truth.resource(arn ?? "")?.tags ?? {};
}

/** What AWS describes of what the write updates; nothing of what it creates. */
function beforeOf(operation: string, input: object, copy: SimulatedAws): object {
  const { truth } = copy;
  if (operation === "UpdateAssumeRolePolicy") {
    const { RoleName: role } = input as Tagging;
    return { PolicyDocument: truth.roles().find(({ name }) => name === role)?.trust };
  }
  const key = operation.startsWith("Update") ? resourceOf(operation) : undefined;
  if (key === undefined) return {};
  const { subjects, type } = resources[key];
  const subject = subjects.map((member) => (input as Readonly<Record<string, unknown>>)[member]).find(isText) ?? "";
  const at = { ...copy, partition: partitionOfRegion(copy.region) };
  const record = truth.resource(subject.startsWith("arn:") ? subject : resourceArn(at, type, subject))?.record;
  // UpdateConsumableResource calls the total otherwise than its description.
  const { totalQuantity: quantity } = (record ?? {}) as { readonly totalQuantity?: number };
  return { ...record, ...(quantity === undefined ? {} : { quantity }) };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** Members with their values; of maps their members, of lists the list. Tags of ownership are on everything. */
function leaves(value: object, path = ""): (readonly [string, unknown])[] {
  return Object.entries(value).flatMap(([member, inner]): (readonly [string, unknown])[] => {
    const at = path === "" ? member : `${path}.${member}`;
    if (member === "IpPermissions") return [["rules", (inner as readonly IpPermission[]).flatMap(ruleTexts)]];
    if (inner === undefined || (path === "" && isSilent(member, value)) || at.startsWith("tags.awsbatch.dev/"))
      return [];
    if (member === "Tags" || member === "TagSpecifications") return [];
    if (typeof inner === "object" && inner !== null && !Array.isArray(inner)) return leaves(inner, at);
    return [[at, inner]];
  });
}

/** `tcp 443 10.0.0.0/8`, for each peer. */
function ruleTexts({ IpProtocol: protocol, FromPort: from, ToPort: to, ...peers }: IpPermission): readonly string[] {
  const ports = from === undefined ? "" : from === to ? ` ${from}` : ` ${from}-${to}`;
  const { IpRanges = [], Ipv6Ranges = [], PrefixListIds = [], UserIdGroupPairs = [] } = peers;
  const names = [
    ...IpRanges.map(({ CidrIp }) => CidrIp),
    ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6),
    ...PrefixListIds.map(({ PrefixListId }) => PrefixListId),
    ...UserIdGroupPairs.map(({ GroupId }) => GroupId),
  ];
  return names.map((name) => `${protocol === "-1" ? "all" : protocol}${ports} ${name}`);
}

/** A profile names the role that is put into it, and a job the definition by which it runs. */
function isSilent(member: string, input: object): boolean {
  if (member === "RoleName") return !("InstanceProfileName" in input);
  return silent.has(member) && !(member === "jobDefinition" && "jobName" in input);
}

function isTag(path: string): boolean {
  return /(?:^|\.)tags\./.test(path);
}

/** The value of a tag that is not the operator's. */
export function userTagText(value: string): string {
  return hasSecret(value) ? probableSecret : JSON.stringify(value);
}

function tagText(key: string, value: string): string {
  if (!key.startsWith(tagPrefix)) return userTagText(value);
  return volatileTags.has(key) ? decidedLater : JSON.stringify(value);
}

/** The names of an order of environments, the first one first; undefined: it is none. */
function namesInOrder(value: unknown): readonly unknown[] | undefined {
  if (!Array.isArray(value) || !value.every((one) => typeof one?.order === "number")) return undefined;
  return value
    .toSorted((left, right) => left.order - right.order)
    .map(({ order: _order, ...named }) => Object.values(named)[0]);
}

/** Documents of policies are JSON in themselves, and say nothing by their version. */
function textOf(value: unknown): string {
  if (typeof value === "string" && value.startsWith("{")) {
    const { Version: _version, ...document } = JSON.parse(value) as Readonly<Record<string, unknown>>;
    return JSON.stringify(document["Statement"] ?? document);
  }
  return (
    JSON.stringify(namesInOrder(value) ?? value)?.replace(
      /"arn:aws[a-z-]*:batch:[^"]*:(?:compute|service)-environment\/([^"]*)"/g,
      '"$1"',
    ) ?? ""
  );
}
