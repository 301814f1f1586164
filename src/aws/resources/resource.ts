import type { BatchApi, Queue } from "../batch.ts";
import type { CallTable } from "../call-facts.ts";
import { type Effect, retagged } from "../effects.ts";
import type { Location, ResourceType } from "../names.ts";
import type { TagChange } from "../tag-calls.ts";

/** One write to one resource. */
export interface Write<R, Answer> {
  readonly name: string;
  readonly call: () => Promise<Answer>;
  /** What AWS shows of the resource after it has accepted the write. */
  readonly effect: (answer: Answer) => Effect<R>;
  /** Believed while the write is under way, and until AWS can be believed when no answer came. */
  readonly meanwhile?: Effect<R>;
  /** Believed until AWS can be believed, when no answer came. */
  readonly ifUnknown?: Effect<R>;
  /** The compute environments that it puts into an order. */
  readonly environments?: readonly string[];
}

/** What the writes of a resource are made with. */
export interface Writing<R> {
  readonly batch: BatchApi;
  readonly at: Location;
  /** Sends a write and records its effect. @throws AwsError, NotSent */
  readonly write: <Answer>(write: Write<R, Answer>) => Promise<void>;
}

/** A kind of resource of AWS Batch: its calls, and what is known of it. `R` is what is kept under one name. */
export interface Resource<R> {
  readonly type: ResourceType;
  readonly calls: CallTable;
  /** @param arn says which one is meant where a name has several */
  tags(record: R, arn: string): Readonly<Record<string, string>>;
  /** The effect of a change of tags. */
  retagged(arn: string, change: TagChange): Effect<R>;
}

/** A resource that `ListsObserver` keeps up to date. */
export interface ListedResource<R, Writes = object> extends Resource<R> {
  /**
   * All live records by name.
   * @param known the names of the listing before, if there was one
   * @throws AwsError
   */
  list(batch: BatchApi, known: Iterable<string> | undefined, signal: AbortSignal): Promise<ReadonlyMap<string, R>>;
  writes(writing: Writing<R>): Writes;
}

/** A read of some names. */
export interface Reading<R> {
  readonly batch: BatchApi;
  readonly at: Location;
  readonly names: ReadonlySet<string>;
  /** What was read of a name before, where a listing may do to say that nothing else has changed; default: nothing. */
  readonly known?: (name: string) => R | undefined;
  /** How many reads were before. */
  readonly turn?: number;
  /** As last listed; default: none is known. */
  readonly queues?: ReadonlyMap<string, Queue>;
}

/** A resource of which only the names are read that objects give; whoever has no such object makes no call for it. */
export interface AskedResource<R, Writes = object> extends Resource<R> {
  /**
   * Those of the names that there are.
   * @throws AwsError
   */
  read(reading: Reading<R>, signal: AbortSignal): Promise<ReadonlyMap<string, R>>;
  /**
   * The names of all that there are.
   * @param queues all of the region
   * @throws AwsError
   */
  names(batch: BatchApi, signal: AbortSignal, queues: Iterable<Queue>): Promise<ReadonlySet<string>>;
  writes(writing: Writing<R>): Writes;
}

/** The tags of a resource that has one record under its name. */
export const ownTags = {
  tags: ({ tags = {} }: { readonly tags?: Record<string, string> | undefined }) => tags,
  retagged: <R extends { tags?: Record<string, string> | undefined }>(_arn: string, change: TagChange): Effect<R> =>
    retagged(change),
};
