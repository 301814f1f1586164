import type { Queue } from "../batch.ts";
import type { CallTable } from "../call-facts.ts";
import { type Effect, retagged } from "../effects.ts";
import type { Location } from "../names.ts";
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
export interface Writing<R, Batch> {
  readonly batch: Batch;
  readonly at: Location;
  /** Sends a write and records its effect. @throws AwsError, NotSent */
  readonly write: <Answer>(write: Write<R, Answer>) => Promise<void>;
}

/** A kind of resource of AWS Batch: its calls, and what is known of it. `R` is what is kept under one name. */
export interface Resource<R> {
  /** As ARNs name it, e.g. `compute-environment`. */
  readonly type: string;
  readonly calls: CallTable;
  /** The members of its requests that name the resource; a request has one of them. */
  readonly subjects: readonly string[];
  /** @param arn says which one is meant where a name has several */
  tags(record: R, arn: string): Readonly<Record<string, string>>;
  /** The effect of a change of tags. */
  retagged(arn: string, change: TagChange): Effect<R>;
}

/** A resource that has one record under its name. */
export interface DescribedResource<R> extends Resource<R> {
  /** Of a record. */
  arn(record: R): string;
}

/** A resource of which all are listed. */
export interface ListedResource<R, Batch, Writes = object> extends DescribedResource<R> {
  /**
   * All live records by name.
   * @param known the names of the listing before, if there was one
   * @throws AwsError
   */
  list(batch: Batch, known: Iterable<string> | undefined, signal: AbortSignal): Promise<ReadonlyMap<string, R>>;
  writes(writing: Writing<R, Batch>): Writes;
}

/** A read of some names. */
export interface Reading<Batch> {
  readonly batch: Batch;
  readonly at: Location;
  readonly names: ReadonlySet<string>;
  /** As last listed; undefined: they were not yet. */
  readonly queues?: ReadonlyMap<string, Queue> | undefined;
}

/** What one call of a list shows. */
export interface ListedPart<R> {
  /** What is as it was known, tags aside, with what the list shows of it. */
  readonly same: ReadonlyMap<string, R>;
  /** Names that are not there. */
  readonly absent: readonly string[];
}

/** A resource of which only the names are read that objects give; whoever has no such object makes no call for it. */
export interface AskedResource<R, Batch, Writes = object> extends DescribedResource<R> {
  /** How many names one call describes. */
  readonly namesPerCall: number;
  /**
   * Those of the names that there are.
   * @param reading of `namesPerCall` names at most
   * @throws AwsError
   */
  describe(reading: Reading<Batch>, signal: AbortSignal): Promise<ReadonlyMap<string, R>>;
  /**
   * What AWS lists of the names, a call at a time; left out: it lists nothing but ARNs. What no part shows has to be
   * described.
   * @param reading with what was read of a name before
   * @throws AwsError
   */
  list?(
    reading: Reading<Batch> & { readonly known: (name: string) => R | undefined },
    signal: AbortSignal,
  ): AsyncIterable<ListedPart<R>>;
  /**
   * The names of all that there are.
   * @param queues all of the region
   * @throws AwsError
   */
  names(batch: Batch, signal: AbortSignal, queues: Iterable<Queue>): Promise<ReadonlySet<string>>;
  writes(writing: Writing<R, Batch>): Writes;
}

/** The tags of a resource that has one record under its name. */
export const ownTags = {
  tags: ({ tags = {} }: { readonly tags?: Record<string, string> | undefined }) => tags,
  retagged: <R extends { tags?: Record<string, string> | undefined }>(_arn: string, change: TagChange): Effect<R> =>
    retagged(change),
};
