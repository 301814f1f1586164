import type { SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import type { Request } from "./evaluator.ts";

/** The input of a call, as it came over the wire. */
export type Input = Readonly<Record<string, unknown>>;
export type Context = Readonly<Record<string, string | readonly string[]>>;
export type Tags = Readonly<Record<string, string>>;

export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function batchArn({ account, region }: SimulatedAws, resource: string): string {
  return `arn:aws:batch:${region}:${account}:${resource}`;
}

export function iamArn({ account }: SimulatedAws, resource: string): string {
  return `arn:aws:iam::${account}:${resource}`;
}

/** The tags that the resource bears now. */
export function resourceTags(tags: Tags): Context {
  return prefixed("aws:ResourceTag/", tags);
}

/** The tags that the request gives. */
export function requestTags(tags: Tags): Context {
  const keys = Object.keys(tags);
  return keys.length === 0 ? {} : { ...prefixed("aws:RequestTag/", tags), "aws:TagKeys": keys };
}

/** @param role ARN or name */
export function passRole(aws: SimulatedAws, role: string, service: string): Request {
  const resource = role.startsWith("arn:") ? role : iamArn(aws, `role/${role}`);
  return { action: "iam:PassRole", resource, context: { "iam:PassedToService": service } };
}

export function linkedRole(aws: SimulatedAws, service: string, name: string): Request {
  return {
    action: "iam:CreateServiceLinkedRole",
    resource: iamArn(aws, `role/aws-service-role/${service}/${name}`),
    context: { "iam:AWSServiceName": service },
  };
}

/** The tags of a list of `Key` and `Value`. */
export function tagsIn(list: unknown): Tags {
  const tags = (list ?? []) as readonly { readonly Key: string; readonly Value: string }[];
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}

function prefixed(prefix: string, tags: Tags): Context {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`${prefix}${key}`, value]));
}
