import type { NamedThing } from "./region.ts";

/** Tags with this prefix are the operator's own. */
export const tagPrefix = "awsbatch.dev/";

/** One account and region. */
export interface Location {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

export function environmentArn(at: Location, name: string): string {
  return batchArn(at, `compute-environment/${name}`);
}

export function queueArn(at: Location, name: string): string {
  return batchArn(at, `job-queue/${name}`);
}

export function definitionArn(at: Location, name: string, revision: number): string {
  return batchArn(at, `job-definition/${name}:${revision}`);
}

function batchArn({ partition, region, account }: Location, resource: string): string {
  return `arn:${partition}:batch:${region}:${account}:${resource}`;
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

/** What a Batch ARN means; undefined when it is none of the kinds that the operator keeps. */
export function thingIn(arn: string): { readonly thing: NamedThing; readonly name: string } | undefined {
  const match = /^arn:[^:]+:batch:[^:]*:[^:]*:(compute-environment|job-queue|job-definition)\/(.+)$/.exec(arn);
  const [, thing, name] = match ?? [];
  if (name === undefined) return undefined;
  if (thing === "job-definition") {
    const revision = revisionIn(name);
    return revision === undefined ? undefined : { thing, name: revision.name };
  }
  return thing === "compute-environment" || thing === "job-queue" ? { thing, name } : undefined;
}

const arnParts = 5;

/** The ECS cluster's name in the ARN of a task or container instance; undefined in the old format without one. */
export function ecsClusterIn(arn: string | undefined): string | undefined {
  const parts = arn?.split(":").slice(arnParts).join(":").split("/") ?? [];
  return parts.length === 3 && /^(task|container-instance)$/.test(parts[0] ?? "") ? parts[1] : undefined;
}
