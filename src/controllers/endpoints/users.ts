/** Users of the endpoints of a region: objects that request them, and environments that run although their spec moved. Pure. */

import { keyText } from "../../api/object.ts";
import type { BatchComputeEnvironment, BatchComputeEnvironmentSpec } from "../../api/v1alpha1/compute-environment.ts";
import type { Environment } from "../../aws/batch.ts";
import type { BatchRegion } from "../../aws/region.ts";
import type { EndpointUser } from "../../network/endpoints.ts";
import { sameLaunchTemplate, sameSet } from "../compare.ts";
import { directivesOf } from "../directives.ts";
import { misplacement } from "../holds.ts";
import {
  describedBy,
  environmentObjects,
  jobsOf,
  type LikelyJobs,
  likelyJobs,
  platformOf,
  workloadOf,
} from "../network/described.ts";
import { identityOf, ownerIn, ownershipOf, retainedFromTag } from "../ownership.ts";
import type { Ports } from "../ports.ts";
import { placed } from "../security-group/fill.ts";
import { vpcClaims } from "./claims.ts";

type Spec = BatchComputeEnvironmentSpec;

/** The users of a region. */
export interface Users {
  /** Objects that request endpoints, or have requested some before. */
  readonly neighbours: readonly Neighbour[];
  /** All environments in AWS. */
  readonly environments: readonly Running[];
}

export interface Neighbour {
  readonly object: BatchComputeEnvironment;
  /** By its spec; undefined: its subnets or groups are not known yet. */
  readonly user: EndpointUser | undefined;
  /** Nothing is written for it: paused, a dry run, created in another account or region, or not allowed. */
  readonly isHeld: boolean;
}

/** An environment by its description in AWS. Endpoints of ours may connect it whether it requests any or not. */
export interface Running {
  readonly name: string;
  readonly user: EndpointUser;
  /** Undefined: its object never requested endpoints, or it is left by Retain, or foreign. */
  readonly owner: Neighbour | undefined;
  /** No spec represents it: it has no owner, or runs where the owner's spec no longer is. */
  readonly isOutlived: boolean;
  /** Its object is being deleted. */
  readonly leaving: boolean;
  /**
   * AWS is updating it: it may keep running in the old subnets, while AWS reports only the new ones. One of an object that
   * requests endpoints moves by replacement.
   */
  readonly moving: boolean;
}

type Region = Pick<BatchRegion, "account" | "region" | "snapshot">;

interface Who {
  readonly ports: Pick<Ports, "objects" | "settings" | "cluster">;
  /** An object as it was read live; undefined: all are as the watch shows them. */
  readonly self: BatchComputeEnvironment | undefined;
  /** By uid: objects that may use what they name; unknown of those that came since. */
  readonly allowed: ReadonlySet<string>;
}

export function usersIn(region: Region, { ports, self, allowed }: Who): Users {
  const { objects, settings, cluster } = ports;
  const place = { region: region.region, jobs: likelyJobs(objects, region.snapshot(), cluster) };
  const others = environmentObjects(objects).filter(({ metadata }) => metadata.uid !== self?.metadata.uid);
  const all = [...others.map(placed), ...(self === undefined ? [] : [self])];
  const byKey = new Map(all.map((object) => [keyText(object.metadata), object]));
  const neighbours = all
    .filter(
      (one) =>
        (one.spec.region ?? settings.region) === region.region && (asksForEndpoints(one) || vpcClaims(one).length > 0),
    )
    .map((object) => ({
      object,
      user: userOf(object.spec, object.metadata, place),
      isHeld: isHeldBack(object, region, ports) || (stays(object) && !allowed.has(object.metadata.uid)),
    }));
  const environments = [...region.snapshot().environments.values()].filter(({ status }) => status !== "DELETED");
  return {
    neighbours,
    environments: environments.flatMap((environment) => {
      const named = byKey.get(keyText(ownerIn(environment.tags) ?? nobody));
      const isOwned = named !== undefined && ownershipOf(environment.tags, identityOf(named, cluster)).kind === "ours";
      const object = isOwned ? named : undefined;
      const owner = neighbours.find((one) => one.object === object);
      const user = userOf(asSpec(environment, owner?.object.spec), object?.metadata ?? ownerOf(environment), place);
      if (user === undefined) return [];
      return {
        name: environment.computeEnvironmentName,
        user,
        owner,
        isOutlived: owner === undefined || isOutlived(environment, owner),
        leaving: object?.metadata.deletionTimestamp !== undefined,
        moving: owner === undefined && environment.status === "UPDATING",
      };
    }),
  };
}

const nobody = { namespace: "", name: "" };

/** Whether nothing is written for an object: it is paused, a dry run, or was created in another account or region. */
export function isHeldBack(
  object: BatchComputeEnvironment,
  region: Pick<BatchRegion, "account" | "region">,
  { settings }: Pick<Ports, "settings">,
): boolean {
  const directives = directivesOf(object, settings);
  return directives.paused || directives.dryRun || misplacement(directives, region) !== undefined;
}

/** What users depend on, in addition to the objects themselves. */
interface Place {
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

/**
 * Whether an environment runs where the spec of its object no longer is: a predecessor in other subnets or groups, with
 * other launch templates, or of another platform. Nor does a spec represent it that takes no effect, in deletion or while
 * an annotation holds it.
 */
export function isOutlived(
  environment: Environment,
  { object, isHeld }: Pick<Neighbour, "object" | "isHeld">,
): boolean {
  return object.metadata.deletionTimestamp !== undefined || isHeld || !isWhereSaid(environment, object.spec);
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
 * The users of a region as a text: all environments in AWS, and all objects. A decision for one set of users is not
 * carried out for another, which may have a new user of the endpoints.
 */
export function usersText({ snapshot }: Pick<BatchRegion, "snapshot">, { objects }: Pick<Ports, "objects">): string {
  const there = [...snapshot().environments.values()]
    .filter(({ status }) => status !== "DELETED")
    .map(({ computeEnvironmentName, computeResources: own }) =>
      [computeEnvironmentName, own?.subnets, own?.securityGroupIds, own?.launchTemplate].map((part) => part ?? null),
    );
  const desired = environmentObjects(objects).map(({ metadata: { uid, generation } }) => [uid, generation ?? 0]);
  return [...there, ...desired]
    .map((one) => JSON.stringify(one))
    .toSorted()
    .join(" ");
}

/** Jobs are of the namespace of the owner, or of the owner that left the environment. */
function ownerOf({ tags }: Environment): { readonly namespace: string; readonly name?: string } {
  const [, namespace = ""] = tags?.[retainedFromTag]?.split("/") ?? [];
  return ownerIn(tags) ?? { namespace };
}

function userOf(
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
