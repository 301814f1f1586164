/** Users of the endpoints of a region: objects that request them, and environments that run although their spec moved. Pure. */

import { keyText, type ObjectKey } from "../../../api/object.ts";
import type {
  BatchComputeEnvironment,
  BatchComputeEnvironmentSpec,
} from "../../../api/v1alpha1/batch-compute-environment.ts";
import { BatchComputeEnvironmentKind } from "../../../api/v1alpha1/kinds.ts";
import type { Environment } from "../../../aws/batch.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import type { Described } from "../../../network/described.ts";
import type { EndpointUser } from "../../../network/endpoints.ts";
import type { Workload } from "../../../network/needs.ts";
import { sameLaunchTemplate, sameSet } from "../../fields/compare.ts";
import { perVersion } from "../../fields/per-version.ts";
import { identityOf, ownerIn, ownershipOf, retainedFromTag } from "../../ownership/ownership.ts";
import { directivesOf } from "../../pass/directives.ts";
import { misplacement } from "../../pass/holds.ts";
import type { Ports } from "../../ports.ts";
import { describedBy, jobsOf, likelyJobs, namespacesOf, platformOf, workloadOf } from "../network/described.ts";
import { placed } from "../security-group/fill.ts";
import { asksForEndpoints, usesEndpoints } from "./claims.ts";

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
  const place = { workloadOf: workloadsIn(region, ports) };
  const others = endpointUsers(region.region, objects).filter(({ metadata }) => metadata.uid !== self?.metadata.uid);
  const isHere = self !== undefined && usesEndpoints(self) && (self.spec.region ?? settings.region) === region.region;
  const neighbours = [...others.map(placedOnce), ...(isHere ? [self] : [])].map((object) => ({
    object,
    user: userOf(describedOnce(object), object, place),
    isHeld: isHeldBack(object, region, ports) || (stays(object) && !allowed.has(object.metadata.uid)),
  }));
  const byKey = new Map(neighbours.map((one) => [keyText(one.object.metadata), one]));
  const objectAt = (key: ObjectKey): BatchComputeEnvironment | undefined =>
    self !== undefined && keyText(self.metadata) === keyText(key)
      ? self
      : (objects.get(BatchComputeEnvironmentKind, key) as BatchComputeEnvironment | undefined);
  const environments = [...region.snapshot().computeEnvironments.values()].filter(({ status }) => status !== "DELETED");
  return {
    neighbours,
    environments: environments.flatMap((environment) => {
      const tagged = ownerIn(environment.tags);
      const named = tagged && objectAt(tagged);
      const isOwned = named !== undefined && ownershipOf(environment.tags, identityOf(named, cluster)).kind === "ours";
      const object = isOwned ? named : undefined;
      const owner = object && byKey.get(keyText(object.metadata));
      const spec = asSpec(environment, owner?.object.spec);
      const user = userOf(describedFor(spec), { spec, metadata: object?.metadata ?? ownerOf(environment) }, place);
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

/** The objects of a region that request endpoints, or have requested some before. */
export function endpointUsers(
  region: string,
  objects: Pick<Ports["objects"], "having">,
): readonly BatchComputeEnvironment[] {
  return objects.having(BatchComputeEnvironmentKind, "endpoints", region) as readonly BatchComputeEnvironment[];
}

const placedOnce = perVersion((object) => placed(object as BatchComputeEnvironment));

const describedOnce = perVersion((object) => describedFor((object as BatchComputeEnvironment).spec));

/** Endpoints are for all that request them, also while the check of the network is off. */
function describedFor(spec: Spec): Described | undefined {
  return describedBy({ ...spec, network: { ...spec.network, preflight: "Warn" } });
}

/** The jobs of thousands of environments in one namespace are the same. */
function workloadsIn(region: Region, { objects, cluster }: Pick<Ports, "objects" | "cluster">): Place["workloadOf"] {
  const jobs = likelyJobs(objects, region.snapshot(), cluster);
  const known = new Map<string, Workload>();
  return (spec, environment) => {
    const namespaces = namespacesOf(jobs, environment);
    const key = [platformOf(spec), ...namespaces].join(" ");
    const found = known.get(key) ?? workloadOf(spec, region.region, jobsOf(jobs, environment, region.region));
    known.set(key, found);
    return found;
  };
}

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
  readonly workloadOf: (spec: Spec, environment: NamedEnvironment) => Workload;
}

/** Without a name: of no object. */
interface NamedEnvironment {
  readonly namespace: string;
  readonly name?: string;
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
 * The users of a region as a text: all environments in AWS with their objects, and all objects that use endpoints. A decision for
 * one set of users is not carried out for another, which may have a new user of the endpoints.
 */
export function usersText(
  { region, snapshot }: Pick<BatchRegion, "region" | "snapshot">,
  { objects }: Pick<Ports, "objects">,
): string {
  const running = [...snapshot().computeEnvironments.values()].filter(({ status }) => status !== "DELETED");
  const there = running.map(({ computeEnvironmentName, computeResources: own }) =>
    [computeEnvironmentName, own?.subnets, own?.securityGroupIds, own?.launchTemplate].map((part) => part ?? null),
  );
  const owners = running.flatMap(({ tags }) => {
    const owner = ownerIn(tags);
    return owner === undefined ? [] : (objects.get(BatchComputeEnvironmentKind, owner) ?? []);
  });
  const desired = new Set([...owners, ...endpointUsers(region, objects)].map(versionOnce));
  return [...there.map((one) => JSON.stringify(one)), ...desired].toSorted().join(" ");
}

const versionOnce = perVersion(({ metadata: { uid, generation } }) => `${uid} ${generation}`);

/** Jobs are of the namespace of the owner, or of the owner that left the environment. */
function ownerOf({ tags }: Environment): NamedEnvironment {
  const [, namespace = ""] = tags?.[retainedFromTag]?.split("/") ?? [];
  return ownerIn(tags) ?? { namespace };
}

function userOf(
  described: Described | undefined,
  { spec, metadata }: { readonly spec: Spec; readonly metadata: NamedEnvironment },
  place: Place,
): EndpointUser | undefined {
  if (described === undefined) return undefined;
  return { described, workload: place.workloadOf(spec, metadata), services: spec.network?.vpcEndpointServices };
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
