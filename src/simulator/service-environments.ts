import type {
  CapacityLimit,
  CreateServiceEnvironmentRequest,
  CreateServiceEnvironmentResponse,
  DescribeServiceEnvironmentsRequest,
  DescribeServiceEnvironmentsResponse,
  UpdateServiceEnvironmentRequest,
  UpdateServiceEnvironmentResponse,
} from "@aws-sdk/client-batch";
import type { ServiceEnvironmentRecord } from "../aws/batch.ts";
import type { Timer } from "../runtime/clock.ts";
import type { Iam } from "./iam.ts";
import type { QueueRelations } from "./queue-relations.ts";
import { pageOf, RecordTable } from "./records.ts";
import {
  alreadyExists,
  deleteWhileBusy,
  doesNotExist,
  invalid,
  refused,
  stillAttached,
  updateWhileBusy,
} from "./refusals.ts";
import { checkTags, type Tagged } from "./tags.ts";
import type { World } from "./world.ts";

interface Stored {
  readonly id: string;
  readonly detail: ServiceEnvironmentRecord;
}

/** Service environments: their records and their asynchronous lifecycle. They have a status, and no reason for it. */
export class ServiceEnvironments {
  readonly #world: World;
  readonly #iam: Iam;
  readonly #relations: QueueRelations;
  /** By id, because a deleted and a live record may share a name. */
  readonly #records: RecordTable<Stored>;
  readonly #timers = new Map<string, Timer>();
  /** Names of those that AWS finds INVALID. */
  readonly #condemned = new Set<string>();

  constructor(world: World, iam: Iam, relations: QueueRelations) {
    this.#world = world;
    this.#iam = iam;
    this.#relations = relations;
    this.#records = new RecordTable(world.clock);
  }

  create(request: CreateServiceEnvironmentRequest): CreateServiceEnvironmentResponse {
    const { serviceEnvironmentName: name = "", serviceEnvironmentType, capacityLimits = [] } = request;
    const { knobs } = this.#world;
    if (!/^[0-9A-Za-z][0-9A-Za-z_-]{0,127}$/.test(name)) {
      throw invalid("Service Environment name should match a valid pattern."); // our words
    }
    checkTags(request.tags);
    checkLimits(capacityLimits);
    if (this.find(name) !== undefined) throw alreadyExists();
    if (this.all().filter(({ status }) => status !== "DELETED").length >= knobs.maxServiceEnvironments) {
      // our words
      throw refused(`Service environment limit of ${knobs.maxServiceEnvironments} exceeded (ServiceLimitExceeded).`);
    }
    this.#iam.roles.ensureLinked("sagemaker-queuing.batch.amazonaws.com");
    const arn = this.#world.arn("batch", `service-environment/${name}`);
    const stored: Stored = {
      id: this.#world.uuid(),
      detail: {
        serviceEnvironmentName: name,
        serviceEnvironmentArn: arn,
        serviceEnvironmentType,
        state: request.state ?? "ENABLED",
        status: "CREATING",
        capacityLimits,
        tags: { ...request.tags },
      },
    };
    this.#put(stored);
    this.#later(stored.id, knobs.serviceEnvironmentValidMs, () => this.#settle(stored.id));
    return { serviceEnvironmentName: name, serviceEnvironmentArn: arn };
  }

  describe(input: DescribeServiceEnvironmentsRequest, asOf: number): DescribeServiceEnvironmentsResponse {
    const named = new Set((input.serviceEnvironments ?? []).map((reference) => this.#arnOf(reference)));
    const seen = this.#records
      .asOf(asOf)
      .map(({ detail }) => detail)
      .filter(({ serviceEnvironmentArn: arn }) => named.size === 0 || named.has(arn));
    const { page, ...rest } = pageOf(seen, input, this.#world.knobs.pageSize);
    return { serviceEnvironments: page, ...rest };
  }

  update(request: UpdateServiceEnvironmentRequest): UpdateServiceEnvironmentResponse {
    const { serviceEnvironment: reference = "", state, capacityLimits } = request;
    const current = this.#live(reference);
    if (current === undefined) throw doesNotExist(this.#arnOf(reference));
    const { id, detail } = current;
    if (isBusy(detail)) throw refused(updateWhileBusy);
    if (capacityLimits !== undefined) {
      checkLimits(capacityLimits);
      const kindChanges = countsTypes(capacityLimits) !== countsTypes(detail.capacityLimits);
      if (kindChanges && this.#world.knobs.capacityUnitsFixed) {
        throw invalid("The capacity units of a service environment cannot be changed."); // our words
      }
    }
    const changed = {
      ...(state === undefined ? {} : { state }),
      ...(capacityLimits === undefined ? {} : { capacityLimits }),
    };
    this.#put({ id, detail: { ...detail, ...changed, status: "UPDATING" } });
    this.#later(id, this.#world.knobs.serviceEnvironmentValidMs, () => this.#settle(id));
    const { serviceEnvironmentName, serviceEnvironmentArn } = detail;
    return { serviceEnvironmentName, serviceEnvironmentArn };
  }

  delete(reference: string): void {
    const current = this.#live(reference);
    if (current === undefined) throw doesNotExist(this.#arnOf(reference));
    const { id, detail } = current;
    if (isBusy(detail)) throw refused(deleteWhileBusy);
    if (detail.state !== "DISABLED") throw refused("Cannot delete, state should be DISABLED"); // our words
    if (this.#relations.holds(detail.serviceEnvironmentArn)) throw refused(stillAttached);
    this.#put({ id, detail: { ...detail, status: "DELETING" } });
    this.#later(id, this.#world.knobs.deleteServiceEnvironmentMs, () => this.#finishDelete(id));
  }

  /** The one that is not DELETED, by name or ARN, as it is now. */
  find(reference: string): ServiceEnvironmentRecord | undefined {
    return this.#live(reference)?.detail;
  }

  /** All records as they are now, tombstones included. */
  all(): readonly ServiceEnvironmentRecord[] {
    return this.#records.all().map(({ detail }) => detail);
  }

  /** Restores the records of an earlier process; transitions start again. */
  restore(records: readonly ServiceEnvironmentRecord[]): void {
    const { serviceEnvironmentValidMs, deleteServiceEnvironmentMs } = this.#world.knobs;
    for (const detail of records) {
      const id = detail.serviceEnvironmentArn;
      this.#records.load(id, { id, detail });
      if (detail.status === "DELETING") this.#later(id, deleteServiceEnvironmentMs, () => this.#finishDelete(id));
      else if (isBusy(detail)) this.#later(id, serviceEnvironmentValidMs, () => this.#settle(id));
    }
  }

  tagged(arn: string): Tagged | undefined {
    const stored = this.#live(arn);
    if (stored === undefined) return undefined;
    return {
      record: stored.detail,
      tags: stored.detail.tags ?? {},
      replaceTags: (tags) => this.#put({ ...stored, detail: { ...stored.detail, tags } }),
    };
  }

  /** Makes one INVALID, now or when its transition ends, or VALID again. */
  condemn(name: string, condemned: boolean): void {
    if (condemned) this.#condemned.add(name);
    else this.#condemned.delete(name);
    const stored = this.#live(name);
    if (stored !== undefined && !isBusy(stored.detail)) this.#settle(stored.id);
  }

  #settle(id: string): void {
    const stored = this.#records.get(id);
    if (stored === undefined) return;
    const status = this.#condemned.has(stored.detail.serviceEnvironmentName) ? "INVALID" : "VALID";
    this.#put({ id, detail: { ...stored.detail, status } });
  }

  #finishDelete(id: string): void {
    const stored = this.#records.get(id);
    if (stored === undefined) return;
    this.#put({ id, detail: { ...stored.detail, status: "DELETED" } });
    this.#later(id, this.#world.knobs.tombstoneMs, () => {
      this.#records.remove(id);
      const { serviceEnvironmentName: name, serviceEnvironmentArn: arn } = stored.detail;
      this.#world.note({ kind: "serviceEnvironment", name, arn, status: "GONE" });
    });
  }

  #live(reference: string): Stored | undefined {
    const arn = this.#arnOf(reference);
    return this.#records
      .all()
      .find(({ detail }) => detail.serviceEnvironmentArn === arn && detail.status !== "DELETED");
  }

  #arnOf(reference: string): string {
    return reference.startsWith("arn:") ? reference : this.#world.arn("batch", `service-environment/${reference}`);
  }

  #put(stored: Stored): void {
    const { serviceEnvironmentName: name, serviceEnvironmentArn: arn, state, status = "" } = stored.detail;
    this.#records.put(stored.id, stored);
    this.#world.note({ kind: "serviceEnvironment", name, arn, state, status });
  }

  /** The next transition; a new one replaces an old one. */
  #later(id: string, delayMs: number, task: () => void): void {
    this.#timers.get(id)?.cancel();
    this.#timers.set(id, this.#world.clock.schedule(delayMs, task));
  }
}

/** Whether limits are for instance types, which makes quota shares possible. */
export function countsTypes(limits: readonly CapacityLimit[] | undefined): boolean {
  return (limits ?? []).some(({ capacityUnit }) => capacityUnit !== "NUM_INSTANCES");
}

function checkLimits(limits: readonly CapacityLimit[]): void {
  if (limits.length < 1 || limits.length > 5) throw invalid("capacityLimits must have 1 to 5 entries."); // our words
  const units = limits.map(({ capacityUnit }) => capacityUnit);
  if (new Set(units).size < units.length) throw invalid("Duplicate capacity units."); // our words
  if (units.length > 1 && units.includes("NUM_INSTANCES")) {
    throw invalid("NUM_INSTANCES cannot be combined with instance types."); // our words
  }
}

function isBusy({ status }: ServiceEnvironmentRecord): boolean {
  return status === "CREATING" || status === "UPDATING" || status === "DELETING";
}
