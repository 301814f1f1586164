/** Users of the endpoints of a VPC: objects that request them, and environments that run although their spec moved. Pure. */

import type { BatchComputeEnvironment, BatchComputeEnvironmentSpec } from "../../api/v1alpha1/compute-environment.ts";
import type { Environment } from "../../aws/batch.ts";
import type { EndpointUser } from "../../network/endpoints.ts";
import { sameLaunchTemplate, sameSet } from "../compare.ts";
import { describedBy, jobsOf, type LikelyJobs, platformOf, workloadOf } from "../network/described.ts";
import { type Cluster, identityOf, ownerIn, ownershipOf, retainedFromTag } from "../ownership.ts";

type Spec = BatchComputeEnvironmentSpec;

/** What users depend on, in addition to the objects themselves. */
export interface Place {
  readonly region: string;
  readonly jobs: LikelyJobs;
}

/** Whether the spec of an object requests endpoints. */
export function asksForEndpoints({ spec }: BatchComputeEnvironment): boolean {
  return spec.network?.vpcEndpoints === "Ensure";
}

/** Whether an object keeps using endpoints. */
export function stays(object: BatchComputeEnvironment): boolean {
  return asksForEndpoints(object) && object.metadata.deletionTimestamp === undefined;
}

/** An object by its spec; undefined: its subnets or groups are not known yet. */
export function userOf({ metadata, spec }: BatchComputeEnvironment, place: Place): EndpointUser | undefined {
  return user(spec, metadata, place);
}

/** An environment by its description in AWS. */
export function userInAws(
  environment: Environment,
  { metadata, spec }: BatchComputeEnvironment,
  place: Place,
): EndpointUser | undefined {
  return user(asSpec(environment, spec), metadata, place);
}

/** All environments of an object in AWS. */
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
 * The environments of an object that run where its spec no longer is: predecessors in other subnets or groups, with
 * other launch templates, or of another platform. The spec itself represents an environment that matches it.
 *
 * @param speaks whether the spec takes effect: not for an object in deletion, paused or in a dry run
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

/** Whether everything that decides what it reaches and needs matches the spec, compared as an update does. */
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
 * Environments in AWS of none of these objects: of an object that never requested endpoints, left by Retain, or foreign.
 * Our endpoints may connect their closed subnets all the same.
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
 * The users of a region as a text: all environments in AWS, and all objects. A decision for one set of users is not
 * carried out for another, which may have a new user of the endpoints.
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

/** An environment of none of the objects. Its jobs are of the namespace of its owner, or of the owner that left it. */
export function userOfBystander(environment: Environment, place: Place): EndpointUser | undefined {
  const { tags } = environment;
  const [, namespace = ""] = tags?.[retainedFromTag]?.split("/") ?? [];
  return user(asSpec(environment, undefined), ownerIn(tags) ?? { namespace }, place);
}

function user(
  spec: Spec,
  environment: { readonly namespace: string; readonly name?: string },
  { region, jobs }: Place,
): EndpointUser | undefined {
  // Endpoints are for all that request them, also while the check of the network is off.
  const described = describedBy({ ...spec, network: { ...spec.network, preflight: "Warn" } });
  if (described === undefined) return undefined;
  const workload = workloadOf(spec, region, jobsOf(jobs, environment, region));
  return { described, workload, services: spec.network?.vpcEndpointServices };
}

/** The description of an environment in the shape of a spec; both use the same names. */
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
