/** What the preflight of an environment is about: from its spec, and from the job definitions that may run there. Pure. */

import { type KubeObject, keyText, type ObjectKey } from "../../../api/object.ts";
import type {
  BatchComputeEnvironment,
  BatchComputeEnvironmentSpec,
} from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { JobDefinition } from "../../../api/v1alpha1/job-definition.ts";
import { BatchComputeEnvironmentKind, JobDefinitionKind } from "../../../api/v1alpha1/kinds.ts";
import type { BatchSnapshot } from "../../../aws/region.ts";
import { type Described, templateReferences } from "../../../network/described.ts";
import type { JobNeeds, Workload } from "../../../network/needs.ts";
import type { SharedPart } from "../../../network/port.ts";
import { environmentName } from "../../draining/queue-order.ts";
import { perVersion } from "../../fields/per-version.ts";
import { type Cluster, isOfCluster, ownerIn, type Tags } from "../../ownership/ownership.ts";
import type { Objects } from "../../ports.ts";
import { placeText } from "../../references/object-region.ts";
import { placed } from "../network-reference/fill.ts";

type Spec = BatchComputeEnvironmentSpec;
type Template = NonNullable<NonNullable<Spec["computeResources"]>["launchTemplate"]>;

const bundles = new Set(["optimal", "default_x86_64", "default_arm64"]);

/** Undefined when nothing can be checked: no subnets of the user's own choice, or the check is off. */
export function describedBy(spec: Spec): Described | undefined {
  const resources = spec.computeResources;
  const subnetIds = resources?.subnets ?? [];
  if (resources === undefined || subnetIds.length === 0 || spec.network?.preflight === "Skip") return undefined;
  const { instanceTypes = [], launchTemplate, ec2Configuration = [], imageId } = resources;
  const images = [imageId, ...ec2Configuration.map(({ imageIdOverride }) => imageIdOverride)];
  return {
    platform: platformOf(spec),
    instanceTypes,
    request: {
      subnetIds,
      securityGroupIds: resources.securityGroupIds ?? [],
      instanceTypes: instanceTypes.filter((entry) => !bundles.has(entry)),
      launchTemplates: launchTemplate === undefined ? [] : templatesIn(launchTemplate),
      // A profile that the operator creates needs no check, and may not exist yet.
      instanceProfile: spec.iam?.instanceRole === undefined ? resources.instanceRole : undefined,
      imageIds: images.filter((id) => id !== undefined && id !== "").map(String),
      keyPairs: resources.ec2KeyPair === undefined ? [] : [resources.ec2KeyPair],
      placementGroups: resources.placementGroup === undefined ? [] : [resources.placementGroup],
      endpointServices: [],
    },
  };
}

/** What an environment names of a part of the network that is read for all together, as an index has it. */
export function requestTexts(part: SharedPart, object: KubeObject, defaultRegion: string): readonly string[] {
  if (object.kind !== BatchComputeEnvironmentKind.kind || object.metadata.deletionTimestamp !== undefined) return [];
  const environment = object as BatchComputeEnvironment;
  const ids = describedBy(placed(environment).spec)?.request[part] ?? [];
  return ids.map((id) => `${environment.spec.region ?? defaultRegion} ${id}`);
}

/** What all objects of a region name: read together it costs about what the first of them would. */
export function requestedIn(region: string, part: SharedPart, objects: Pick<Objects, "texts">): Iterable<string> {
  const prefix = `${region} `;
  return objects
    .texts(BatchComputeEnvironmentKind, part)
    .filter((text) => text.startsWith(prefix))
    .map((text) => text.slice(prefix.length));
}

/** Of a spec, or of what AWS has. */
export function platformOf({
  eksConfiguration,
  computeResources,
}: {
  readonly eksConfiguration?: unknown;
  readonly computeResources?: { readonly type?: string | undefined } | undefined;
}): Workload["platform"] {
  if (eksConfiguration !== undefined) return "eks";
  return computeResources?.type?.startsWith("FARGATE") === true ? "fargate" : "ecs";
}

function templatesIn({ launchTemplateId, launchTemplateName, version, overrides = [] }: Template) {
  const named = [{ launchTemplateId, launchTemplateName, version }, ...overrides];
  return named.flatMap(templateReferences);
}

/**
 * No object says which definitions run in which environment. Likely are those in its namespace, and in the namespace of a
 * queue that runs jobs on it, in its region.
 */
export interface LikelyJobs {
  readonly objects: Pick<Objects, "having">;
  /** By `namespace/name` of an environment's object: the namespaces of the queues that name an environment of it. */
  readonly namespaces: ReadonlyMap<string, ReadonlySet<string>>;
}

/** @param snapshot the queues as AWS has them: those refer only to what they may */
export function likelyJobs(
  objects: Pick<Objects, "having">,
  snapshot: Pick<BatchSnapshot, "computeEnvironments" | "jobQueues">,
  cluster: Cluster,
): LikelyJobs {
  const ownerOf = (tags: Tags | undefined): ObjectKey | undefined => {
    const owner = ownerIn(tags);
    return owner !== undefined && isOfCluster(owner, cluster) ? owner : undefined;
  };
  const namespaces = new Map<string, Set<string>>();
  for (const { tags, computeEnvironmentOrder = [] } of snapshot.jobQueues.values()) {
    const queue = ownerOf(tags);
    for (const { computeEnvironment = "" } of queue === undefined ? [] : computeEnvironmentOrder) {
      const environment = ownerOf(snapshot.computeEnvironments.get(environmentName(computeEnvironment))?.tags);
      if (queue === undefined || environment === undefined) continue;
      const key = keyText(environment);
      namespaces.set(key, (namespaces.get(key) ?? new Set<string>()).add(queue.namespace));
    }
  }
  return { objects, namespaces };
}

/** The namespaces of the definitions that may run in an environment. */
export function namespacesOf(
  { namespaces }: LikelyJobs,
  { namespace, name }: { readonly namespace: string; readonly name?: string },
): readonly string[] {
  const others = name === undefined ? undefined : namespaces.get(keyText({ namespace, name }));
  return [...new Set([namespace, ...(others ?? [])])];
}

/** @param environment its object; without a name: of no object */
export function jobsOf(
  likely: LikelyJobs,
  environment: { readonly namespace: string; readonly name?: string },
  region: string,
): readonly JobDefinition[] {
  const definitions = namespacesOf(likely, environment).flatMap(
    (one) => likely.objects.having(JobDefinitionKind, "place", placeText(region, one)) as readonly JobDefinition[],
  );
  return definitions.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

/**
 * What the jobs of these definitions need of the network of the environment; definitions of another platform have
 * no part in it. Order means nothing.
 */
export function workloadOf(
  spec: Parameters<typeof platformOf>[0],
  region: string,
  definitions: readonly JobDefinition[],
): Workload {
  const platform = platformOf(spec);
  const jobs = definitions
    .map((definition) => neededBy(definition))
    .filter((needed) => needed.platform === platform)
    .map(({ needs }) => needs)
    .toSorted((left, right) => (left.name < right.name ? -1 : 1));
  return { region, platform, jobs };
}

const neededBy = perVersion((object) => {
  const definition = object as JobDefinition;
  return { platform: platformIn(definition), needs: needsOfJob(definition) };
});

function platformIn({ spec }: JobDefinition): Workload["platform"] {
  const pods = spec.nodeProperties?.nodeRangeProperties.some((range) => range.eksProperties !== undefined);
  if (spec.eksProperties !== undefined || pods === true) return "eks";
  return spec.platformCapabilities?.includes("FARGATE") === true ? "fargate" : "ecs";
}

interface ContainerLike {
  readonly image?: string | undefined;
  readonly logConfiguration?: { readonly logDriver: string } | undefined;
  readonly secrets?: readonly { readonly valueFrom: string }[] | undefined;
}

interface BodyLike {
  readonly container?: ContainerLike | undefined;
  readonly containerProperties?: ContainerLike | undefined;
  readonly ecsProperties?: { readonly taskProperties: readonly TaskLike[] } | undefined;
  readonly eksProperties?: { readonly podProperties: PodLike } | undefined;
}

interface TaskLike {
  readonly containers: readonly ContainerLike[];
  readonly networkConfiguration?: { readonly assignPublicIp?: string | undefined } | undefined;
}

interface PodLike {
  readonly containers?: readonly ContainerLike[] | undefined;
  readonly initContainers?: readonly ContainerLike[] | undefined;
}

function needsOfJob({ metadata, spec }: JobDefinition): JobNeeds {
  const bodies: readonly BodyLike[] = [spec, ...(spec.nodeProperties?.nodeRangeProperties ?? [])];
  const tasks = bodies.flatMap((body) => body.ecsProperties?.taskProperties ?? []);
  const pods = bodies.flatMap((body) => (body.eksProperties === undefined ? [] : [body.eksProperties.podProperties]));
  const onEcs = [
    ...bodies.flatMap(({ container, containerProperties }) => [container, containerProperties]),
    ...tasks.flatMap(({ containers }) => containers),
  ].filter((one) => one !== undefined);
  const onEks = pods.flatMap(({ containers = [], initContainers = [] }) => [...containers, ...initContainers]);
  const images = [...onEcs, ...onEks].flatMap(({ image }) => (image === undefined ? [] : [image]));
  const drivers = onEcs.map(({ logConfiguration }) => logConfiguration?.logDriver ?? "awslogs");
  const publicIps = [spec.containerProperties, ...tasks].map((one) => one?.networkConfiguration?.assignPublicIp);
  return {
    name: `${metadata.namespace}/${metadata.name}`,
    images: [...new Set(images)],
    logDriver: drivers.includes("awslogs") ? "awslogs" : drivers[0],
    secrets: onEcs.flatMap(({ secrets = [] }) => secrets.map(({ valueFrom }) => valueFrom)),
    publicIp: publicIps.includes("ENABLED"),
  };
}
