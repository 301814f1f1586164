import type {
  CreateConsumableResourceRequest,
  CreateConsumableResourceResponse,
  DescribeConsumableResourceRequest,
  DescribeConsumableResourceResponse,
  ListConsumableResourcesRequest,
  ListConsumableResourcesResponse,
  UpdateConsumableResourceRequest,
  UpdateConsumableResourceResponse,
} from "@aws-sdk/client-batch";
import { lastPart } from "./job-course.ts";
import { needsOf } from "./job-needs.ts";
import { pageOf, RecordTable } from "./records.ts";
import { alreadyExists, doesNotExist, invalid } from "./refusals.ts";
import type { StoredJob } from "./stored-job.ts";
import { checkTags, type Tagged } from "./tags.ts";
import type { World } from "./world.ts";

/** A consumable resource in the simulator. */
export interface StoredConsumable {
  readonly consumableResourceName: string;
  readonly consumableResourceArn: string;
  readonly resourceType?: string | undefined;
  /** As AWS describes it. */
  readonly totalQuantity: number;
  /** What the total falls to as jobs end; default: the total. */
  readonly setQuantity?: number;
  /** Of a NON_REPLENISHABLE one: what jobs have used up since the quantity was set. */
  readonly usedUp?: number;
  /** What jobs hold that the simulator does not have. */
  readonly heldByOthers?: number;
  readonly createdAt?: number | undefined;
  readonly tags?: Record<string, string> | undefined;
}

/** What a job has of a consumable, from its placement on. */
interface Claim {
  readonly name: string;
  readonly quantity: number;
  /** Reserved until the job starts, then in use. */
  readonly isInUse: boolean;
}

/** How long AWS takes two updates with one `clientToken` for the same request. */
const clientTokenMs = 8 * 3_600_000;

/** Consumable resources: what jobs hold while they run. They have no states: every change is complete when the call returns. */
export class ConsumableResources {
  readonly #world: World;
  readonly #records: RecordTable<StoredConsumable>;
  readonly #claims = new Map<string, readonly Claim[]>();
  readonly #clientTokens = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
    this.#records = new RecordTable(world.clock);
  }

  create(request: CreateConsumableResourceRequest): CreateConsumableResourceResponse {
    const { consumableResourceName: name = "", totalQuantity = 0, resourceType = "REPLENISHABLE", tags } = request;
    if (!/^[0-9A-Za-z][0-9A-Za-z_-]{0,127}$/.test(name)) {
      throw invalid("Consumable resource name should match a valid pattern."); // our words
    }
    if (resourceType !== "REPLENISHABLE" && resourceType !== "NON_REPLENISHABLE") {
      throw invalid("Resource type must be one of [REPLENISHABLE, NON_REPLENISHABLE]."); // our words
    }
    checkTags(tags);
    const arn = this.#arn(name);
    if (this.#records.get(arn) !== undefined) throw alreadyExists();
    const createdAt = this.#world.clock.now();
    this.#put({
      consumableResourceName: name,
      consumableResourceArn: arn,
      resourceType,
      totalQuantity,
      createdAt,
      tags: { ...tags },
    });
    return { consumableResourceName: name, consumableResourceArn: arn };
  }

  describe(
    { consumableResource = "" }: DescribeConsumableResourceRequest,
    asOf: number,
  ): DescribeConsumableResourceResponse {
    const found = this.#records.getAsOf(this.#arn(lastPart(consumableResource)), asOf);
    if (found === undefined) throw doesNotExist(this.#arn(lastPart(consumableResource)));
    return {
      ...this.#summary(found),
      availableQuantity: this.#available(found),
      createdAt: found.createdAt,
      tags: found.tags,
    };
  }

  list(input: ListConsumableResourcesRequest, asOf: number): ListConsumableResourcesResponse {
    const prefixes = (input.filters ?? []).flatMap(({ values = [] }) =>
      values.map((value) => value.replace(/\*$/, "")),
    );
    const matching = this.#records
      .asOf(asOf)
      .filter(
        ({ consumableResourceName: name }) => prefixes.length === 0 || prefixes.some((one) => name.startsWith(one)),
      );
    const { page, ...rest } = pageOf(matching, input, this.#world.knobs.pageSize);
    return { consumableResources: page.map((one) => this.#summary(one)), ...rest };
  }

  update(request: UpdateConsumableResourceRequest): UpdateConsumableResourceResponse {
    const current = this.#required(request.consumableResource ?? "");
    const { consumableResourceName, consumableResourceArn } = current;
    if (!this.#isRepeated(request)) this.#put(this.#settled({ ...current, ...this.#changed(current, request) }));
    const { totalQuantity } = this.#required(consumableResourceArn);
    return { consumableResourceName, consumableResourceArn, totalQuantity };
  }

  delete(consumableResource: string): void {
    const { consumableResourceName: name, consumableResourceArn: arn } = this.#required(consumableResource);
    this.#records.remove(arn);
    this.#world.note({ kind: "consumableResource", name, arn, status: "GONE" });
  }

  /** @throws Refusal if there is none of that name */
  require(consumableResource: string): void {
    this.#required(consumableResource);
  }

  tagged(arn: string): Tagged | undefined {
    const found = this.#records.get(arn);
    if (found === undefined) return undefined;
    return { record: found, tags: found.tags ?? {}, replaceTags: (tags) => this.#put({ ...found, tags }) };
  }

  /** All records as they are now. */
  all(): readonly StoredConsumable[] {
    return this.#records.all();
  }

  /** Restores the records of an earlier process. */
  restore(records: readonly StoredConsumable[]): void {
    for (const record of records) this.#records.load(record.consumableResourceArn, record);
  }

  /** Jobs that the simulator does not have hold so much. */
  hold(name: string, quantity: number): void {
    this.#put(this.#settled({ ...this.#required(name), heldByOthers: quantity }));
  }

  /** Whether there is enough of everything that a job needs; a name without a resource has nothing. */
  hasFor(job: StoredJob): boolean {
    return needsOf(job).every(({ name, quantity }) => {
      const found = this.#records.get(this.#arn(name));
      return found !== undefined && quantity <= this.#available(found) - this.#claimed(name, false);
    });
  }

  /** Keeps what a job needs until it starts. */
  reserve(job: StoredJob): void {
    this.#claim(job, false);
  }

  /** A job of a snapshot goes on with what it has. */
  resume(job: StoredJob): void {
    this.#claim(job, true);
  }

  /** A job that starts has what it needs until it ends; of a NON_REPLENISHABLE one for good. */
  take(job: StoredJob): void {
    for (const { name, quantity } of this.#claim(job, true)) {
      const found = this.#records.get(this.#arn(name));
      if (found?.resourceType !== "NON_REPLENISHABLE") continue;
      const { usedUpLowersTotal } = this.#world.knobs;
      const totalQuantity = Math.max(0, found.totalQuantity - (usedUpLowersTotal ? quantity : 0));
      this.#put({ ...found, totalQuantity, usedUp: (found.usedUp ?? 0) + quantity });
    }
  }

  /** The job has ended, or will start elsewhere. */
  release(jobId: string): void {
    const claims = this.#claims.get(jobId) ?? [];
    this.#claims.delete(jobId);
    for (const { name } of claims) {
      const found = this.#records.get(this.#arn(name));
      if (found?.setQuantity !== undefined) this.#put(this.#settled(found));
    }
  }

  #claim(job: StoredJob, isInUse: boolean): readonly Claim[] {
    const claims = needsOf(job).map((need): Claim => ({ ...need, isInUse }));
    if (claims.length > 0) this.#claims.set(job.id, claims);
    return claims;
  }

  #changed(
    { totalQuantity, setQuantity = totalQuantity }: StoredConsumable,
    { operation, quantity = 0 }: UpdateConsumableResourceRequest,
  ): Partial<StoredConsumable> {
    switch (operation) {
      case undefined:
      case "SET":
        return { setQuantity: quantity, usedUp: 0 };
      case "ADD":
        return { setQuantity: setQuantity + quantity };
      case "REMOVE":
        return { setQuantity: Math.max(0, setQuantity - quantity) };
      default:
        throw invalid("Operation must be one of [SET, ADD, REMOVE]."); // our words
    }
  }

  /** The total is what was set, or while more is in use, what is. */
  #settled(record: StoredConsumable): StoredConsumable {
    const { setQuantity, ...rest } = record;
    if (setQuantity === undefined) return record;
    const inUse = this.#inUse(record);
    if (record.resourceType === "NON_REPLENISHABLE" || inUse <= setQuantity) {
      return { ...rest, totalQuantity: setQuantity };
    }
    return { ...record, totalQuantity: Math.max(setQuantity, Math.min(record.totalQuantity, inUse)) };
  }

  #isRepeated({ consumableResource, operation, quantity, clientToken }: UpdateConsumableResourceRequest): boolean {
    if (clientToken === undefined) return false;
    const request = JSON.stringify([lastPart(consumableResource ?? ""), operation, quantity, clientToken]);
    const now = this.#world.clock.monotonic();
    const before = this.#clientTokens.get(request);
    this.#clientTokens.set(request, before ?? now);
    if (before !== undefined && now - before < clientTokenMs) return true;
    this.#clientTokens.set(request, now);
    return false;
  }

  #summary(record: StoredConsumable) {
    const { consumableResourceArn, consumableResourceName, resourceType, totalQuantity } = record;
    return {
      consumableResourceArn,
      consumableResourceName,
      resourceType,
      totalQuantity,
      inUseQuantity: this.#inUse(record),
    };
  }

  #inUse({ consumableResourceName: name, heldByOthers = 0 }: StoredConsumable): number {
    return this.#claimed(name, true) + heldByOthers;
  }

  #available(record: StoredConsumable): number {
    const { totalQuantity, setQuantity = totalQuantity, resourceType, usedUp = 0, heldByOthers = 0 } = record;
    if (resourceType === "NON_REPLENISHABLE") {
      const used = this.#world.knobs.usedUpLowersTotal ? 0 : usedUp;
      return Math.max(0, totalQuantity - used - heldByOthers);
    }
    return Math.max(0, setQuantity - this.#inUse(record));
  }

  #claimed(name: string, isInUse: boolean): number {
    let sum = 0;
    for (const claims of this.#claims.values()) {
      for (const one of claims) if (one.name === name && one.isInUse === isInUse) sum += one.quantity;
    }
    return sum;
  }

  #required(nameOrArn: string): StoredConsumable {
    const arn = this.#arn(lastPart(nameOrArn));
    const found = this.#records.get(arn);
    if (found === undefined) throw doesNotExist(arn);
    return found;
  }

  #arn(name: string): string {
    return this.#world.arn("batch", `consumable-resource/${name}`);
  }

  #put(record: StoredConsumable): void {
    const { consumableResourceName: name, consumableResourceArn: arn } = record;
    this.#records.put(arn, record);
    this.#world.note({ kind: "consumableResource", name, arn, status: "ACTIVE" });
  }
}
