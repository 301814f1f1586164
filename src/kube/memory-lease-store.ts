import type { Clock } from "../runtime/clock.ts";
import type { Lease, LeaseRecord, LeaseStore } from "../runtime/leader.ts";
import { StoreError } from "../runtime/store.ts";
import { StoreFaults } from "./store-faults.ts";

/** One Lease in memory, shared by several electors. */
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

  /** Calls `listener` at each write, in the same turn. Returns a function that stops it. */
  onWrite(listener: (lease: Lease) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Deletes it, as a person may. */
  delete(): void {
    this.#lease = undefined;
  }

  get(signal: AbortSignal): Promise<Lease | undefined> {
    return this.faults.around("get", signal, () => this.#lease);
  }

  create(record: LeaseRecord, signal: AbortSignal): Promise<Lease> {
    return this.faults.around("create", signal, () => {
      if (this.#lease !== undefined) throw new StoreError("Conflict", "the lease already exists");
      return this.#put(record);
    });
  }

  update(lease: Lease, record: LeaseRecord, signal: AbortSignal): Promise<Lease> {
    return this.faults.around("update", signal, () => {
      if (this.#lease === undefined) throw new StoreError("NotFound", "the lease does not exist");
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
