import type {
  ComputeResource,
  ComputeResourceUpdate,
  CreateComputeEnvironmentRequest,
  ManagedInstancesProvider,
  PlatformCapability,
  UpdateComputeEnvironmentRequest,
  UpdateManagedInstancesProviderConfiguration,
} from "@aws-sdk/client-batch";
import type { Environment } from "../aws/batch.ts";
import { requireLegalResources } from "./compute-resource-rules.ts";
import { invalid, refused } from "./refusals.ts";
import { checkTags } from "./tags.ts";

const namePattern = /^[0-9A-Za-z][0-9A-Za-z_-]{0,127}$/;

/** Strategies that allow instances to be replaced in place. */
export const updatableStrategies: ReadonlySet<string> = new Set([
  "BEST_FIT_PROGRESSIVE",
  "BEST_FIT_PROGRESSIVE_ORDERED",
  "SPOT_CAPACITY_OPTIMIZED",
  "SPOT_PRICE_CAPACITY_OPTIMIZED",
  "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED",
]);

/** Members of an update of EC2 or SPOT resources that replace instances; all others only change capacity. */
const infrastructureFields = [
  "subnets",
  "securityGroupIds",
  "allocationStrategy",
  "instanceTypes",
  "ec2KeyPair",
  "instanceRole",
  "tags",
  "placementGroup",
  "bidPercentage",
  "launchTemplate",
  "ec2Configuration",
  "updateToLatestImageVersion",
  "type",
  "imageId",
] as const satisfies readonly (keyof ComputeResourceUpdate)[];

export function isFargate(resources: { readonly type?: string | undefined } | undefined): boolean {
  return resources?.type === "FARGATE" || resources?.type === "FARGATE_SPOT";
}

export function isManagedInstances(resources: { readonly type?: string | undefined } | undefined): boolean {
  return resources?.type === "ECS_MANAGED_INSTANCES";
}

/** The platform of the job definitions that run there; undefined on EKS, where definitions have none. */
export function capabilityOf({
  computeResources,
  containerOrchestrationType,
}: Environment): PlatformCapability | undefined {
  if (containerOrchestrationType === "EKS") return undefined;
  if (isManagedInstances(computeResources)) return "MANAGED_INSTANCES";
  return isFargate(computeResources) ? "FARGATE" : "EC2";
}

/** Ids of the subnets and security groups of instances or tasks. */
export function networkOf({ subnets = [], securityGroupIds = [], managedInstancesProvider }: ComputeResource): {
  readonly subnets: readonly string[];
  readonly groups: readonly string[];
} {
  const own = managedInstancesProvider?.instanceLaunchTemplate?.networkConfiguration;
  return own === undefined
    ? { subnets, groups: securityGroupIds }
    : { subnets: own.subnets ?? [], groups: own.securityGroups ?? [] };
}

export function isInfrastructureUpdate(resources: ComputeResourceUpdate | undefined): boolean {
  return resources !== undefined && infrastructureFields.some((field) => resources[field] !== undefined);
}

/** Checks of Batch before it answers a creation; it checks roles, profiles and EC2 ids later. */
export function checkCreation(request: CreateComputeEnvironmentRequest, serviceLinkedRole: string): void {
  if (!namePattern.test(request.computeEnvironmentName ?? "")) {
    throw invalid("Compute Environment name should match a valid pattern.");
  }
  if (request.state === "DISABLED") throw invalid("Compute Environment must be created in ENABLED state.");
  checkTags(request.tags);
  if (request.type === "UNMANAGED") {
    if (!request.serviceRole) throw invalid("ServiceRole is required.");
    if (request.serviceRole === serviceLinkedRole) {
      throw invalid("Service Linked Role cannot be used with UNMANAGED Compute Environment");
    }
    if (request.computeResources !== undefined) throw resourcesOnUnmanaged();
    return;
  }
  if (request.unmanagedvCpus !== undefined) throw unmanagedOnly();
  if (request.computeResources === undefined) {
    throw invalid("computeResources must be provided for a MANAGED compute environment");
  }
  if (request.eksConfiguration !== undefined) {
    if (isFargate(request.computeResources) || isManagedInstances(request.computeResources)) {
      throw invalid("Supported compute types for EKS compute environments are [EC2, SPOT]");
    }
    if (request.computeResources.allocationStrategy === undefined) {
      throw invalid("Resource allocationStrategy is required."); // our words
    }
  }
  requireLegalResources(request.computeResources);
}

/** Checks of Batch before it answers an update of `current`, which is neither busy nor deleted. */
export function checkUpdate(
  current: Environment,
  request: UpdateComputeEnvironmentRequest,
  serviceLinkedRole: string,
  partition: string,
): void {
  const resources = request.computeResources;
  if (current.type === "UNMANAGED") {
    if (resources !== undefined || request.updatePolicy !== undefined) throw resourcesOnUnmanaged();
  } else if (request.unmanagedvCpus !== undefined) throw unmanagedOnly();
  if (resources !== undefined && !Object.values(resources).some((value) => value !== undefined)) {
    throw nothingGiven();
  }
  const { state, serviceRole, unmanagedvCpus, ecsSettings, updatePolicy } = request;
  // An update policy alone is accepted everywhere except in GovCloud.
  const enough: unknown[] = [state, serviceRole, unmanagedvCpus, ecsSettings, resources];
  if (partition !== "aws-us-gov") enough.push(updatePolicy);
  if (enough.every((value) => value === undefined)) {
    throw refused("One of [state | compute-resources | service-role | unmanaged-vcpus] is required.");
  }
  if (
    serviceRole !== undefined &&
    ((serviceRole || serviceLinkedRole) === serviceLinkedRole) !== (current.serviceRole === serviceLinkedRole)
  ) {
    // our words
    throw refused("A compute environment cannot change between a service-linked role and another service role.");
  }
  if (isFargate(current.computeResources)) requireUpdatableOnFargate(request);
  if (resources !== undefined) checkResourceUpdate(current, resources, serviceLinkedRole);
}

/** Members that AWS never updates on Fargate, whatever the value. */
function requireUpdatableOnFargate({ computeResources, updatePolicy }: UpdateComputeEnvironmentRequest): void {
  const given = infrastructureFields.filter(
    (field) => field !== "subnets" && field !== "securityGroupIds" && computeResources?.[field] !== undefined,
  );
  const fields = [...given, ...(updatePolicy === undefined ? [] : ["updatePolicy"])];
  if (fields.length === 0) return;
  throw invalid(
    `The following parameters can't be updated for Fargate compute environment: ${fields.toSorted().join(", ")}.`,
  );
}

function checkResourceUpdate(current: Environment, update: ComputeResourceUpdate, serviceLinkedRole: string): void {
  const now = current.computeResources;
  if (now === undefined) throw resourcesOnUnmanaged();
  if (isFargate(now)) {
    const allowed = new Set(["maxvCpus", "subnets", "securityGroupIds"]);
    const extra = Object.entries(update).find(([field, value]) => value !== undefined && !allowed.has(field));
    if (extra !== undefined) throw invalid(`${extra[0]} is not applicable for Fargate.`);
    return;
  }
  if (isManagedInstances(now)) {
    // our words
    const extra = infrastructureFields.find((one) => update[one] !== undefined);
    if (extra !== undefined) throw invalid(`${extra} cannot be updated for ECS_MANAGED_INSTANCES.`);
    return;
  }
  const foreign = (["managedInstancesProvider", "capacityTags"] as const).find((one) => update[one] !== undefined);
  if (foreign !== undefined) throw invalid(`${foreign} is applicable for ECS_MANAGED_INSTANCES only.`); // our words
  if (update.type !== undefined && update.type !== "EC2" && update.type !== "SPOT") {
    throw typeIsFixed(now.type, update.type);
  }
  if (isInfrastructureUpdate(update)) {
    const given = infrastructureFields.filter((one) => update[one] !== undefined);
    if (current.serviceRole !== serviceLinkedRole) {
      throw invalid(
        `Following fields [${given.join(", ")}] can be updated only for Non-fargate Compute Environment having a Batch Service Linked Role`,
      );
    }
    // AWS refuses these two; its message is not recorded: our words.
    if (!updatableStrategies.has(now.allocationStrategy ?? "BEST_FIT")) {
      throw refused(`${given.join(", ")} cannot be updated with allocation strategy BEST_FIT.`);
    }
    if (update.allocationStrategy !== undefined && !updatableStrategies.has(update.allocationStrategy)) {
      throw refused(`A compute environment cannot be updated to allocation strategy ${update.allocationStrategy}.`);
    }
  }
  if (update.desiredvCpus !== undefined && update.desiredvCpus < (now.desiredvCpus ?? 0)) {
    throw invalid(
      "Manually scaling down compute environment is not supported. Disconnecting job queues from compute " +
        "environment will cause it to scale-down to minvCpus.",
    );
  }
  if (update.desiredvCpus !== undefined && current.eksConfiguration !== undefined) {
    throw invalid("desiredvCpus is not supported for EKS compute environments."); // our words
  }
}

/** `resources` merged with an update: omitted members stay, empty values remove. */
export function mergeResources(resources: ComputeResource, update: ComputeResourceUpdate): ComputeResource {
  const { updateToLatestImageVersion: _once, managedInstancesProvider: provider, ...fields } = update;
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const merged: ComputeResource = { ...resources, ...given };
  if (isFargate(resources)) {
    if (update.subnets?.length === 0) merged.subnets = resources.subnets;
    if (update.securityGroupIds?.length === 0) merged.securityGroupIds = resources.securityGroupIds;
    return merged;
  }
  if (provider !== undefined && resources.managedInstancesProvider !== undefined) {
    merged.managedInstancesProvider = mergeProvider(resources.managedInstancesProvider, provider);
  }
  for (const field of ["ec2KeyPair", "imageId", "placementGroup"] as const) {
    if (merged[field] === "") delete merged[field];
  }
  if (update.scalingPolicy?.minScaleDownDelayMinutes === 0) delete merged.scalingPolicy;
  const template = update.launchTemplate;
  if (template?.launchTemplateId === "" || template?.launchTemplateName === "") delete merged.launchTemplate;
  return merged;
}

/** Omitted members stay, also of the launch template. */
function mergeProvider(
  provider: ManagedInstancesProvider,
  { instanceLaunchTemplate: template, ...update }: UpdateManagedInstancesProviderConfiguration,
): ManagedInstancesProvider {
  const given = Object.fromEntries(Object.entries(update).filter(([, value]) => value !== undefined));
  const launch = Object.fromEntries(Object.entries(template ?? {}).filter(([, value]) => value !== undefined));
  const before = provider.instanceLaunchTemplate;
  const merged = before === undefined ? {} : { instanceLaunchTemplate: { ...before, ...launch } };
  return { ...provider, ...given, ...merged };
}

function nothingGiven(): Error {
  return refused("At least one compute-resources attribute must be specified");
}

function resourcesOnUnmanaged(): Error {
  return invalid("computeResources is not applicable for unmanaged Compute Environments"); // our words
}

function unmanagedOnly(): Error {
  return invalid("unmanagedvCpus is not applicable for managed Compute Environments");
}

function typeIsFixed(from: string | undefined, to: string): Error {
  return refused(`Compute resource type cannot be updated from ${from} to ${to}.`); // our words
}
