import type { Clock } from "../runtime/clock.ts";
import type { Lease, LeaseRecord, LeaseStore } from "../runtime/leader.ts";
import { StoreError } from "../runtime/store.ts";
import { StoreFaults } from "./store-faults.ts";

/** One Lease in memory, shared by all electors that are given it. */
export class MemoryLeaseStore implements LeaseStore {
  readonly faults: StoreFaults<"get" | "create" | "update">;
  readonly #listeners = new Set<(lease: Lease) => void>();
  #lease: Lease | undefined;
  #revision = 0;

  constructor(clock: Clock) {
    this.faults = new StoreFaults(clock);
  }

  get lease(): Lease | undefined {
    return this.#lease;
  }

  /** Calls `listener` at each write, in the same turn. Returns how to stop that. */
  onWrite(listener: (lease: Lease) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Removes it, as a person may. */
  delete(): void {
    this.#lease = undefined;
  }

  get(signal: AbortSignal): Promise<Lease | undefined> {
    return this.faults.around("get", signal, () => this.#lease);
  }

  create(record: LeaseRecord, signal: AbortSignal): Promise<Lease> {
    return this.faults.around("create", signal, () => {
      if (this.#lease !== undefined) throw new StoreError("Conflict", "the lease exists already");
      return this.#put(record);
    });
  }

  update(lease: Lease, record: LeaseRecord, signal: AbortSignal): Promise<Lease> {
    return this.faults.around("update", signal, () => {
      if (this.#lease === undefined) throw new StoreError("NotFound", "there is no such lease");
      if (this.#lease.resourceVersion !== lease.resourceVersion) {
        throw new StoreError("Conflict", "the lease has been modified; read it again");
      }
      return this.#put(record);
    });
  }

  #put(record: LeaseRecord): Lease {
    this.#lease = { ...record, resourceVersion: String(++this.#revision) };
    for (const listener of this.#listeners) listener(this.#lease);
    return this.#lease;
  }
}
