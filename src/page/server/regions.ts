import type { CloudWithLogs } from "../../operator/cloud.ts";
import { CommandError } from "../../operator/io.ts";
import { type ReadOnlyRegion, type ReadOnlyRegionOptions, readOnlyRegion } from "../../tools/read-only-region.ts";

/** So many regions are open at most, as in the operator: objects and jobs name them, and each has its own connections. */
export const mostRegions = 40;
/** A region that nobody used this long is closed. */
const unusedMs = 600_000;

/** Does something with a region, which stays open meanwhile. */
export type WithRegion = <T>(
  region: string,
  signal: AbortSignal,
  work: (aws: ReadOnlyRegion) => Promise<T>,
) => Promise<T>;

interface Opened {
  readonly region: Promise<ReadOnlyRegion>;
  /** How many use it at the moment. */
  users: number;
  /** When it was used last (monotonic ms). */
  usedAt: number;
}

/** Regions for the rounds and for what a person asks: each has one budget and one set of connections. */
export class Regions {
  readonly #cloud: CloudWithLogs;
  readonly #options: Omit<ReadOnlyRegionOptions, "why">;
  /** The one that was used last is the last. */
  readonly #open = new Map<string, Opened>();

  constructor(cloud: CloudWithLogs, options: Omit<ReadOnlyRegionOptions, "why">) {
    this.#cloud = cloud;
    this.#options = options;
  }

  /** Names of those that are open. */
  get names(): readonly string[] {
    return [...this.#open.keys()];
  }

  /** @throws CommandError if too many are in use, or the region is not of the account's partition; AwsError */
  readonly with: WithRegion = async (name, signal, work) => {
    const opened = this.#open.get(name) ?? this.#opening(name, signal);
    opened.users++;
    try {
      return await work(await opened.region);
    } finally {
      opened.users--;
      opened.usedAt = this.#options.clock.monotonic();
      if (this.#open.delete(name)) this.#open.set(name, opened);
    }
  };

  #opening(name: string, signal: AbortSignal): Opened {
    this.#makeRoom(name);
    const region = readOnlyRegion(this.#cloud, name, { ...this.#options, why: "ui only reads" }, signal);
    const opened: Opened = { region, users: 0, usedAt: 0 };
    this.#open.set(name, opened);
    region.catch(() => this.#open.delete(name));
    return opened;
  }

  /** Closes what is not used any more, and the one that was used before all others if there are too many. */
  #makeRoom(name: string): void {
    const now = this.#options.clock.monotonic();
    for (const [other, { region, users, usedAt }] of this.#open) {
      const isFull = this.#open.size >= mostRegions;
      if (users > 0 || (!isFull && now - usedAt < unusedMs)) continue;
      this.#open.delete(other);
      void region.then((one) => one.close());
    }
    if (this.#open.size < mostRegions) return;
    throw new CommandError(
      `region ${name} is not read, because ${mostRegions} others are being read, which is the most`,
    );
  }
}
