/** Who uses the endpoints of a VPC: the objects that wish them, and what runs in AWS although its spec has moved on. Pure. */

import type { BatchComputeEnvironment, BatchComputeEnvironmentSpec } from "../../api/v1alpha1/compute-environment.ts";
import type { Environment } from "../../aws/batch.ts";
import type { EndpointUser } from "../../network/endpoints.ts";
import { sameLaunchTemplate, sameSet } from "../compare.ts";
import { describedBy, jobsOf, type LikelyJobs, platformOf, workloadOf } from "../network/described.ts";
import { type Cluster, identityOf, ownerIn, ownershipOf, retainedFromTag } from "../ownership.ts";

type Spec = BatchComputeEnvironmentSpec;

/** What users are made from, besides the objects themselves. */
export interface Place {
  readonly region: string;
  readonly jobs: LikelyJobs;
}

/** Whether the spec of an object asks for endpoints. */
export function asksForEndpoints({ spec }: BatchComputeEnvironment): boolean {
  return spec.network?.vpcEndpoints === "Ensure";
}

/** It goes on using endpoints. */
export function stays(object: BatchComputeEnvironment): boolean {
  return asksForEndpoints(object) && object.metadata.deletionTimestamp === undefined;
}

/** An object as its spec says it; undefined: where it lives is not known yet. */
export function userOf({ metadata, spec }: BatchComputeEnvironment, place: Place): EndpointUser | undefined {
  return user(spec, metadata, place);
}

/** An environment as AWS has it. */
export function userInAws(
  environment: Environment,
  { metadata, spec }: BatchComputeEnvironment,
  place: Place,
): EndpointUser | undefined {
  return user(asSpec(environment, spec), metadata, place);
}

/** All that AWS has of an object. */
export function environmentsOf(
  object: BatchComputeEnvironment,
  environments: Iterable<Environment>,
  cluster: Cluster,
): readonly Environment[] {
  const identity = identityOf(object, cluster);
  return [...environments].filter(
    ({ status, tags }) => status !== "DELETED" && ownershipOf(tags, identity).kind === "ours",
  );
}

/**
 * The environments of an object that run where its spec is no more: predecessors in other subnets or groups, with other
 * launch templates, or of another platform. One that is as the spec says is what the spec itself speaks for.
 *
 * @param speaks whether the spec has its way: not of an object that is being deleted, paused or a dry run
 */
export function outlived(
  object: BatchComputeEnvironment,
  environments: Iterable<Environment>,
  cluster: Cluster,
  speaks: boolean,
): readonly Environment[] {
  return environmentsOf(object, environments, cluster).filter(
    (environment) => !speaks || !isWhereSaid(environment, object.spec),
  );
}

/** All that decides what it reaches and what it needs is as the spec says, as the differences of an update tell it. */
function isWhereSaid(environment: Environment, spec: Spec): boolean {
  const [desired, own] = [spec.computeResources, environment.computeResources];
  return (
    platformOf(spec) === platformOf(environment) &&
    sameSet(desired?.subnets, own?.subnets) &&
    sameSet(desired?.securityGroupIds, own?.securityGroupIds) &&
    sameLaunchTemplate(desired?.launchTemplate, own?.launchTemplate)
  );
}

/**
 * What runs in AWS without any of these objects: of an object that never asked for endpoints, left by Retain, or of
 * somebody else. A closed subnet may be connected by our endpoints all the same.
 */
export function bystanders(
  environments: Iterable<Environment>,
  objects: readonly BatchComputeEnvironment[],
  cluster: Cluster,
): readonly Environment[] {
  const identities = objects.map((object) => identityOf(object, cluster));
  return [...environments].filter(
    ({ status, tags }) =>
      status !== "DELETED" && !identities.some((identity) => ownershipOf(tags, identity).kind === "ours"),
  );
}

/**
 * Who is in a region, and as what: all that AWS has there, and all objects. What was decided for one company is not done
 * to another, into which somebody may have come who runs by the endpoints.
 */
export function companyOf(environments: Iterable<Environment>, objects: readonly BatchComputeEnvironment[]): string {
  const there = [...environments]
    .filter(({ status }) => status !== "DELETED")
    .map(({ computeEnvironmentName, computeResources: own }) =>
      [computeEnvironmentName, own?.subnets, own?.securityGroupIds, own?.launchTemplate].map((part) => part ?? null),
    );
  const desired = objects.map(({ metadata: { uid, generation } }) => [uid, generation ?? 0]);
  return [...there, ...desired]
    .map((one) => JSON.stringify(one))
    .toSorted()
    .join(" ");
}

/** An environment of none of the objects; its jobs are of the namespace of its owner, or of whom it was left by. */
export function userBeside(environment: Environment, place: Place): EndpointUser | undefined {
  const { tags } = environment;
  const [, namespace = ""] = tags?.[retainedFromTag]?.split("/") ?? [];
  return user(asSpec(environment, undefined), ownerIn(tags) ?? { namespace }, place);
}

function user(
  spec: Spec,
  environment: { readonly namespace: string; readonly name?: string },
  { region, jobs }: Place,
): EndpointUser | undefined {
  // Endpoints are for all who asked, also while the check of the network is off.
  const described = describedBy({ ...spec, network: { ...spec.network, preflight: "Warn" } });
  if (described === undefined) return undefined;
  const workload = workloadOf(spec, region, jobsOf(jobs, environment, region));
  return { described, workload, services: spec.network?.vpcEndpointServices };
}

/** What AWS has of an environment under the names of a spec, in which both mean the same. */
function asSpec({ type, computeResources, eksConfiguration }: Environment, spec: Spec | undefined): Spec {
  const { network, ...rest } = spec ?? {};
  const services = network?.vpcEndpointServices;
  return {
    ...rest,
    type,
    computeResources,
    eksConfiguration,
    network: services === undefined ? {} : { vpcEndpointServices: services },
  } as Spec;
}
