import type {
  CreateComputeEnvironmentRequest,
  CreateComputeEnvironmentResponse,
  DescribeComputeEnvironmentsRequest,
  DescribeComputeEnvironmentsResponse,
  UpdateComputeEnvironmentRequest,
  UpdateComputeEnvironmentResponse,
} from "@aws-sdk/client-batch";
import type { Environment } from "../aws/batch.ts";
import type { Timer } from "../runtime/clock.ts";
import {
  checkCreation,
  checkUpdate,
  isFargate,
  isInfrastructureUpdate,
  mergeResources,
} from "./compute-environment-rules.ts";
import { filledResources, requireConsistentResources, requireFargateCounts } from "./compute-resource-rules.ts";
import type { Ec2 } from "./ec2.ts";
import type { Iam } from "./iam.ts";
import { requireOffered } from "./instance-offer.ts";
import type { QueueRelations } from "./queue-relations.ts";
import { pageOf, RecordTable } from "./records.ts";
import { alreadyExists, deleteWhileBusy, doesNotExist, refused, stillAttached, updateWhileBusy } from "./refusals.ts";
import type { Tagged } from "./tags.ts";
import { serviceLinkedRole, type World } from "./world.ts";

/** The jobs on an environment that its lifecycle depends on. */
export interface Tenants {
  /** Jobs in STARTING or RUNNING there. */
  count(environmentArn: string): number;
  /** Ends them as if their instances were terminated. */
  evict(environmentArn: string): void;
}

/** Returned by Describe only after an update has set one of its members. */
export const defaultUpdatePolicy = { terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 30 };
const healthy = "ComputeEnvironment Healthy";
/** Interval at which an infrastructure update checks whether the jobs that it waits for have ended. */
const jobCheckMs = 10_000;

/** Compute environments: their records and their asynchronous lifecycle. */
export class ComputeEnvironments {
  readonly #world: World;
  readonly #iam: Iam;
  readonly #ec2: Ec2;
  readonly #relations: QueueRelations;
  readonly #tenants: () => Tenants;
  /** By uuid, because a deleted and a live record may share a name. */
  readonly #records: RecordTable<Environment>;
  readonly #timers = new Map<string, Timer>();
  /** Reasons why environments are INVALID independent of roles and networks, by name. */
  readonly #condemned = new Map<string, string>();

  constructor(world: World, iam: Iam, ec2: Ec2, relations: QueueRelations, tenants: () => Tenants) {
    this.#world = world;
    this.#iam = iam;
    this.#ec2 = ec2;
    this.#relations = relations;
    this.#tenants = tenants;
    this.#records = new RecordTable(world.clock);
  }

  create(request: CreateComputeEnvironmentRequest): CreateComputeEnvironmentResponse {
    const { knobs } = this.#world;
    const linkedRole = serviceLinkedRole(this.#world);
    checkCreation(request, linkedRole);
    requireOffered(request.computeResources?.instanceTypes, this.#world);
    const name = request.computeEnvironmentName ?? "";
    if (this.find(name) !== undefined) throw alreadyExists();
    if (this.all().filter(({ status }) => status !== "DELETED").length >= knobs.maxComputeEnvironments) {
      // our words
      throw refused(`Compute environment limit of ${knobs.maxComputeEnvironments} exceeded (ServiceLimitExceeded).`);
    }
    // An empty or missing value means the service-linked role.
    const serviceRole = request.serviceRole || undefined;
    if (serviceRole === undefined) this.#iam.roles.ensureLinked("batch.amazonaws.com");
    const orchestration = request.eksConfiguration === undefined ? "ECS" : "EKS";
    const { computeResources: resources } = request;
    const environment: Environment = {
      computeEnvironmentName: name,
      computeEnvironmentArn: this.#world.arn("batch", `compute-environment/${name}`),
      type: request.type,
      state: "ENABLED",
      status: "CREATING",
      statusReason: "",
      serviceRole: serviceRole ?? linkedRole,
      containerOrchestrationType: orchestration,
      uuid: this.#world.uuid(),
      tags: { ...request.tags },
      ecsSettings: request.ecsSettings ?? { containerInsights: "DISABLED" },
      ...(request.unmanagedvCpus === undefined ? {} : { unmanagedvCpus: request.unmanagedvCpus }),
      ...(request.context === undefined ? {} : { context: request.context }),
      ...(request.eksConfiguration === undefined ? {} : { eksConfiguration: request.eksConfiguration }),
      ...(resources === undefined ? {} : { computeResources: filledResources(resources, orchestration) }),
    };
    this.#put(environment);
    const quick = resources === undefined || isFargate(resources);
    this.#later(environment, this.#world.takes(quick ? "fargateValidMs" : "ec2ValidMs"), () => this.#settle(name));
    return { computeEnvironmentName: name, computeEnvironmentArn: environment.computeEnvironmentArn };
  }

  update(request: UpdateComputeEnvironmentRequest): UpdateComputeEnvironmentResponse {
    const current = this.find(request.computeEnvironment ?? "");
    if (current === undefined) throw doesNotExist(this.#arnOf(request.computeEnvironment ?? ""));
    if (isBusy(current)) throw refused(updateWhileBusy);
    checkUpdate(current, request, serviceLinkedRole(this.#world), this.#world.partition);
    requireOffered(request.computeResources?.instanceTypes, this.#world);
    const updated = this.#updated(current, request);
    this.#put({ ...updated, status: "UPDATING" });
    // AWS checks an INVALID environment again only if the update contains a member that may have been the cause.
    const isRechecked = request.serviceRole !== undefined || request.computeResources !== undefined;
    const stays = current.status === "INVALID" && !isRechecked ? current.statusReason : undefined;
    if (!isFargate(current.computeResources) && isInfrastructureUpdate(request.computeResources)) {
      const newest = request.computeResources?.updateToLatestImageVersion === true;
      this.#replaceInstances(updated, newest);
    } else {
      this.#later(current, this.#world.takes("scalingUpdateMs"), () =>
        this.#settle(current.computeEnvironmentName, stays),
      );
    }
    return {
      computeEnvironmentName: current.computeEnvironmentName,
      computeEnvironmentArn: current.computeEnvironmentArn,
    };
  }

  delete(reference: string): void {
    const current = this.find(reference);
    if (current === undefined) return;
    if (isBusy(current)) throw refused(deleteWhileBusy);
    if (current.state !== "DISABLED") throw refused("Cannot delete, state should be DISABLED"); // our words
    if (this.#relations.holds(current.computeEnvironmentArn)) throw refused(stillAttached);
    this.#put({ ...current, status: "DELETING" });
    if (!isFargate(current.computeResources)) this.#tenants().evict(current.computeEnvironmentArn);
    this.#later(current, this.#world.takes("deleteEnvironmentMs"), () =>
      this.#finishDelete(current.computeEnvironmentName),
    );
  }

  describe(input: DescribeComputeEnvironmentsRequest, asOf: number): DescribeComputeEnvironmentsResponse {
    const requested = input.computeEnvironments ?? [];
    const named = new Set(requested.map((reference) => this.#arnOf(reference)));
    const seen = this.#records
      .asOf(asOf)
      .filter((environment) => named.size === 0 || named.has(environment.computeEnvironmentArn));
    const { page, ...rest } = pageOf(seen, input, this.#world.knobs.pageSize);
    return { computeEnvironments: page, ...rest };
  }

  /** The environment that is not DELETED, by name or ARN, as it is now. */
  find(reference: string): Environment | undefined {
    const arn = this.#arnOf(reference);
    return this.all().find((one) => one.computeEnvironmentArn === arn && one.status !== "DELETED");
  }

  /** All records as they are now, tombstones included. */
  all(): Environment[] {
    return this.#records.all();
  }

  /** Restores the records of an earlier process; transitions start again. */
  restore(environments: readonly Environment[]): void {
    for (const environment of environments) {
      const { computeEnvironmentName: name, computeResources: resources, status, uuid } = environment;
      this.#records.load(uuid ?? "", environment);
      if (status === "CREATING") {
        const quick = resources === undefined || isFargate(resources);
        this.#later(environment, this.#world.takes(quick ? "fargateValidMs" : "ec2ValidMs"), () => this.#settle(name));
      } else if (status === "UPDATING") {
        this.#later(environment, this.#world.takes("scalingUpdateMs"), () => this.#settle(name));
      } else if (status === "DELETING") {
        this.#later(environment, this.#world.takes("deleteEnvironmentMs"), () => this.#finishDelete(name));
      }
    }
  }

  tagged(arn: string): Tagged | undefined {
    const environment = this.find(arn);
    if (environment === undefined) return undefined;
    return {
      record: environment,
      tags: environment.tags ?? {},
      replaceTags: (tags) => this.#put({ ...environment, tags }),
    };
  }

  /** Sets the capacity for the jobs placed there, as Batch's scaling does. */
  scaleTo(environmentArn: string, vcpus: number): void {
    const environment = this.find(environmentArn);
    const resources = environment?.computeResources;
    if (environment === undefined || resources?.desiredvCpus === undefined) return;
    const desiredvCpus = Math.min(resources.maxvCpus ?? 0, Math.max(resources.minvCpus ?? 0, vcpus));
    if (desiredvCpus === resources.desiredvCpus) return;
    this.#put({ ...environment, computeResources: { ...resources, desiredvCpus } });
  }

  /** Makes an environment INVALID for this reason, now or when its transition ends. */
  condemn(name: string, statusReason: string): void {
    this.#condemned.set(name, statusReason);
    const environment = this.find(name);
    if (environment !== undefined && !isBusy(environment)) this.#settle(name);
  }

  /** Makes an environment INVALID until it is updated, and terminates its instances. */
  invalidateOnce(environmentArn: string, statusReason: string): void {
    const environment = this.find(environmentArn);
    if (environment === undefined || isBusy(environment)) return;
    const resources = environment.computeResources;
    const scaled = resources === undefined ? {} : { computeResources: { ...resources, desiredvCpus: 0 } };
    this.#put({ ...environment, ...scaled, status: "INVALID", statusReason });
  }

  /** Reverts `condemn`, and AWS checks the environment again. */
  pardon(name: string): void {
    this.#condemned.delete(name);
    const environment = this.find(name);
    if (environment !== undefined && !isBusy(environment)) this.#settle(name);
  }

  /** From now on AWS has a newer image of this type; applies to environments with AWS's default image. */
  outdate(imageType: string): void {
    for (const environment of this.all()) {
      const { computeResources: resources, status } = environment;
      if (resources === undefined || status === "DELETED" || hasOwnImage(resources)) continue;
      const images = resources.ec2Configuration ?? [];
      if (!images.some((image) => image.imageType === imageType)) continue;
      this.#put(withImages(environment, (image) => (image.imageType === imageType ? "UPDATE_AVAILABLE" : undefined)));
    }
  }

  #updated(current: Environment, request: UpdateComputeEnvironmentRequest): Environment {
    const { computeResources: update, state, serviceRole, unmanagedvCpus, ecsSettings, updatePolicy } = request;
    const updated: Environment = { ...current };
    if (state !== undefined) updated.state = state;
    if (serviceRole !== undefined) updated.serviceRole = serviceRole || serviceLinkedRole(this.#world);
    if (unmanagedvCpus !== undefined) updated.unmanagedvCpus = unmanagedvCpus;
    if (ecsSettings !== undefined) updated.ecsSettings = ecsSettings;
    if (updatePolicy !== undefined)
      updated.updatePolicy = { ...defaultUpdatePolicy, ...current.updatePolicy, ...updatePolicy };
    if (update === undefined || current.computeResources === undefined) return updated;
    const merged = mergeResources(current.computeResources, update);
    if (isFargate(merged)) {
      requireFargateCounts(merged);
      return { ...updated, computeResources: merged };
    }
    requireConsistentResources({ ...merged, desiredvCpus: update.desiredvCpus });
    const orchestration = current.containerOrchestrationType === "EKS" ? "EKS" : "ECS";
    return { ...updated, computeResources: filledResources(merged, orchestration) };
  }

  /** @param newest whether the new instances get the newest images */
  #replaceInstances(environment: Environment, newest: boolean): void {
    const { updatePolicy, computeEnvironmentArn: arn, computeEnvironmentName: name } = environment;
    const { knobs, clock } = this.#world;
    const ready = clock.monotonic() + knobs.infrastructureUpdateMs;
    const deadline =
      clock.monotonic() +
      (updatePolicy?.jobExecutionTimeoutMinutes ?? defaultUpdatePolicy.jobExecutionTimeoutMinutes) * 60_000;
    if (updatePolicy?.terminateJobsOnUpdate === true) this.#tenants().evict(arn);
    const step = (): void => {
      const now = clock.monotonic();
      if (now >= deadline) this.#tenants().evict(arn);
      if (now >= ready && this.#tenants().count(arn) === 0) {
        const current = this.find(name);
        if (newest && current !== undefined) {
          this.#put(withImages(current, (image) => (image.batchImageStatus === undefined ? undefined : "LATEST")));
        }
        this.#settle(name);
        return;
      }
      const next = now < ready ? ready - now : jobCheckMs;
      this.#later(environment, now < deadline ? Math.min(next, deadline - now) : next, step);
    };
    step();
  }

  /** Ends CREATING or UPDATING, or a health check. @param stays the reason if it stays INVALID */
  #settle(name: string, stays?: string): void {
    const environment = this.find(name);
    if (environment === undefined) return;
    const ill = stays ?? this.#illness(environment);
    if (ill === undefined) {
      const cluster =
        environment.containerOrchestrationType === "EKS" ? {} : { ecsClusterArn: this.#clusterOf(environment) };
      this.#put({ ...environment, ...cluster, status: "VALID", statusReason: healthy });
      return;
    }
    this.#put({ ...environment, status: "INVALID", statusReason: ill });
    const { invalidRecheckMs } = this.#world.knobs;
    if (invalidRecheckMs !== undefined) this.#later(environment, invalidRecheckMs, () => this.#settle(name));
  }

  #finishDelete(name: string): void {
    const environment = this.find(name);
    if (environment === undefined) return;
    const obstacle = this.#iam.whyServiceRoleUnusable(environment.serviceRole ?? "");
    if (obstacle !== undefined) {
      this.#put({ ...environment, status: "INVALID", statusReason: obstacle });
      return;
    }
    if (this.#tenants().count(environment.computeEnvironmentArn) > 0) {
      const statusReason = "CLIENT_ERROR - The compute environment has active jobs."; // our words
      this.#put({ ...environment, status: "INVALID", statusReason });
      return;
    }
    this.#put({ ...environment, status: "DELETED" });
    this.#later(environment, this.#world.knobs.tombstoneMs, () => this.#forget(environment));
  }

  #illness(environment: Environment): string | undefined {
    const condemned = this.#condemned.get(environment.computeEnvironmentName);
    if (condemned !== undefined) return condemned;
    const service = this.#iam.whyServiceRoleUnusable(environment.serviceRole ?? "");
    const resources = environment.computeResources;
    if (service !== undefined || resources === undefined) return service;
    const { spotIamFleetRole: spot, managedInstancesProvider: provider } = resources;
    const instances = provider?.instanceLaunchTemplate?.ec2InstanceProfileArn ?? resources.instanceRole;
    const infrastructure = provider?.infrastructureRoleArn;
    return (
      (spot === undefined ? undefined : this.#iam.whySpotFleetRoleUnusable(spot)) ??
      (infrastructure === undefined ? undefined : this.#iam.whyInfrastructureRoleUnusable(infrastructure)) ??
      (instances === undefined ? undefined : this.#iam.whyProfileUnusable(instances)) ??
      this.#ec2.whyUnusable(resources)
    );
  }

  #clusterOf({ computeEnvironmentName: name, uuid }: Environment): string {
    return this.#world.arn("ecs", `cluster/AWSBatch-${name}-${uuid}`);
  }

  #arnOf(reference: string): string {
    return reference.startsWith("arn:") ? reference : this.#world.arn("batch", `compute-environment/${reference}`);
  }

  #forget({ uuid, computeEnvironmentName: name, computeEnvironmentArn: arn }: Environment): void {
    this.#records.remove(uuid ?? "");
    this.#world.note({ kind: "computeEnvironment", name, arn, status: "GONE" });
  }

  #put(environment: Environment): void {
    this.#records.put(environment.uuid ?? "", environment);
    this.#world.note({
      kind: "computeEnvironment",
      name: environment.computeEnvironmentName,
      arn: environment.computeEnvironmentArn,
      state: environment.state,
      status: environment.status ?? "",
      statusReason: environment.statusReason,
    });
  }

  /** The next transition of an environment; a new one replaces an old one. */
  #later(environment: Environment, delayMs: number, task: () => void): void {
    const id = environment.uuid ?? "";
    this.#timers.get(id)?.cancel();
    this.#timers.set(id, this.#world.clock.schedule(delayMs, task));
  }
}

type Image = NonNullable<NonNullable<Environment["computeResources"]>["ec2Configuration"]>[number];

/** AWS compares only its default images. */
function hasOwnImage({ imageId, launchTemplate }: NonNullable<Environment["computeResources"]>): boolean {
  return imageId !== undefined || (launchTemplate?.overrides ?? []).length > 0;
}

/** @param status new status of an image; undefined: unchanged */
function withImages(environment: Environment, status: (image: Image) => string | undefined): Environment {
  const { computeResources: resources } = environment;
  if (resources?.ec2Configuration === undefined) return environment;
  const ec2Configuration = resources.ec2Configuration.map((image) => {
    const newStatus = image.imageIdOverride === undefined ? status(image) : undefined;
    return newStatus === undefined ? image : { ...image, batchImageStatus: newStatus };
  });
  return { ...environment, computeResources: { ...resources, ec2Configuration } };
}

function isBusy({ status }: Environment): boolean {
  return status === "CREATING" || status === "UPDATING" || status === "DELETING";
}
