/** The environments that may need endpoints, by their descriptions in AWS. Pure. */

import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import { BatchComputeEnvironmentKind } from "../../../api/v1alpha1/kinds.ts";
import type { Environment } from "../../../aws/batch.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import type { Inhabitant } from "../../../network/dependence.ts";
import { subnetsOf } from "../../../network/described.ts";
import type { NetworkFacts } from "../../../network/facts.ts";
import type { Workload } from "../../../network/needs.ts";
import { perVersion } from "../../fields/per-version.ts";
import { identityOf, ownerIn, ownershipOf, retainedFromTag } from "../../ownership/ownership.ts";
import type { Ports } from "../../ports.ts";
import { describedBy, jobsOf, likelyJobs, namespacesOf, platformOf, workloadOf } from "../network/described.ts";
import { formerServices } from "../network-reference/former.ts";

/** An environment by its description in AWS. Our endpoints may connect it, whether it refers to a network or not. */
export interface Running {
  readonly name: string;
  readonly user: Inhabitant;
  /** Short names of services for which it asked itself, before there were networks. */
  readonly services: readonly string[];
  /** Its object is being deleted. */
  readonly leaving: boolean;
  /** AWS is updating it: it may keep running in the old subnets, while AWS reports only the new ones. */
  readonly moving: boolean;
}

type Region = Pick<BatchRegion, "region" | "snapshot">;
type Known = Pick<Ports, "objects" | "cluster">;

/** All environments of a region. */
export function runningIn(region: Region, { objects, cluster }: Known): readonly Running[] {
  const workloadIn = workloadsIn(region, { objects, cluster });
  return standingIn(region).flatMap((environment) => {
    const { computeEnvironmentName: name, type, computeResources, eksConfiguration, tags, status } = environment;
    const named = ownerObject(environment, objects);
    const isOwned = named !== undefined && ownershipOf(tags, identityOf(named, cluster)).kind === "ours";
    const object = isOwned ? named : undefined;
    // Both use the same names.
    const spec = { type, computeResources, eksConfiguration, network: {} } as BatchComputeEnvironment["spec"];
    const described = describedBy(spec);
    if (described === undefined) return [];
    return {
      name,
      user: { described, workload: workloadIn(environment, object?.metadata ?? ownerOf(environment)) },
      services: object === undefined ? [] : formerServices(object.spec),
      leaving: object?.metadata.deletionTimestamp !== undefined,
      moving: status === "UPDATING",
    };
  });
}

/** Those with a subnet in the VPC. */
export function environmentsIn(vpcId: string, running: readonly Running[], facts: NetworkFacts): readonly Running[] {
  return running.filter(({ user }) => subnetsOf(user.described, facts).some((one) => one.vpcId === vpcId));
}

/**
 * The same environments with their objects as a text. A decision for one set of them is not carried out for another, which may
 * have a new user of the endpoints.
 */
export function usersText(region: Region, { objects }: Pick<Ports, "objects">): string {
  const running = standingIn(region);
  const there = running.map(({ computeEnvironmentName, computeResources: own }) =>
    JSON.stringify(
      [computeEnvironmentName, own?.subnets, own?.securityGroupIds, own?.launchTemplate].map((part) => part ?? null),
    ),
  );
  const owners = new Set(running.flatMap((one) => ownerObject(one, objects) ?? []).map(versionOnce));
  return [...there, ...owners].toSorted().join(" ");
}

const versionOnce = perVersion(({ metadata: { uid, generation } }) => `${uid} ${generation}`);

function standingIn({ snapshot }: Region): readonly Environment[] {
  return [...snapshot().computeEnvironments.values()].filter(({ status }) => status !== "DELETED");
}

/** The object that the tags name. */
function ownerObject({ tags }: Environment, objects: Known["objects"]): BatchComputeEnvironment | undefined {
  const owner = ownerIn(tags);
  return owner && (objects.get(BatchComputeEnvironmentKind, owner) as BatchComputeEnvironment | undefined);
}

/** Without a name: of no object. */
interface NamedEnvironment {
  readonly namespace: string;
  readonly name?: string;
}

/** Jobs are of the namespace of the owner, or of the owner that left the environment. */
function ownerOf({ tags }: Environment): NamedEnvironment {
  const [, namespace = ""] = tags?.[retainedFromTag]?.split("/") ?? [];
  return ownerIn(tags) ?? { namespace };
}

/** The jobs of thousands of environments in one namespace are the same. */
function workloadsIn(region: Region, { objects, cluster }: Known) {
  const jobs = likelyJobs(objects, region.snapshot(), cluster);
  const known = new Map<string, Workload>();
  return (environment: Environment, owner: NamedEnvironment): Workload => {
    const key = [platformOf(environment), ...namespacesOf(jobs, owner)].join(" ");
    const found = known.get(key) ?? workloadOf(environment, region.region, jobsOf(jobs, owner, region.region));
    known.set(key, found);
    return found;
  };
}
