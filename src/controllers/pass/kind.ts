import type { Kind, KubeObject } from "../../api/object.ts";
import type { BatchRegion } from "../../aws/region.ts";
import type { Again } from "../../runtime/controller.ts";
import type { ObjectEvent } from "../../runtime/store.ts";
import type { ConditionDraft, Failure, Plan, Refusal } from "./agenda.ts";
import type { Choice } from "./choose.ts";
import type { Failing } from "./failures.ts";

/** What differs between kinds in one pass over one object: observe, plan, act, report. */
export interface KindModule<O extends KubeObject, Seen, Action> {
  readonly kind: Kind;
  /** Every read that the plan needs, and nothing but reads. */
  observe(object: O, region: BatchRegion, signal: AbortSignal): Promise<Seen>;
  /**
   * Makes the next `observe` read from AWS what it takes from a cache, except what this pass has read itself: one pass
   * reads a thing once.
   *
   * @param sinceMs monotonic time at which this pass began: what was read since then is live
   */
  refresh(object: O, region: BatchRegion, sinceMs: number, signal: AbortSignal): Promise<void>;
  /**
   * Whether what `observe` takes from the cache has been read since this process began, or cannot be. Until then it is asked
   * for, which wakes the object, and nothing is reported, for nothing is known.
   */
  isRead?(object: O, region: BatchRegion): boolean;
  /** When the object is reconciled, because now is the turn of others: nothing is read for it. Undefined: now. */
  notYet?(object: O, region: BatchRegion, signal: AbortSignal): Promise<Again | undefined>;
  /**
   * Why what `observe` took from the cache may be older than at rest; undefined: it is not. An act goes on, for `refresh`
   * reads AWS live for just this object although the listing of all fails; nothing else is decided or reported.
   */
  outdated?(region: BatchRegion): Failing | undefined;
  /**
   * Pure.
   *
   * @param refusals by `independentName`: what AWS said to actions that it refused when they were tried last
   */
  plan(object: O, seen: Seen, now: number, refusals: ReadonlyMap<string, Refusal>): Plan<Action>;
  /**
   * Key under which a refusal of this action is remembered, the same for each try. Only actions on which nothing else depends, but
   * what follows with the same resource, have one. Pure.
   */
  independentName?(action: Action): string | undefined;
  /** @throws AwsError at the first refusal; what was done before it stays done */
  act(action: Action, object: O, region: BatchRegion, signal: AbortSignal): Promise<void>;
  /** The fields of status that only this kind has. Pure. */
  status(object: O, seen: Seen, choice: Choice<Action>, now: number): Readonly<Record<string, unknown>>;
  /** The events of an action that succeeded. Pure. */
  events(action: Action): readonly ObjectEvent[];
  /**
   * Within how many ms more is seen, where the first status would be written again for it at once: until then none is. Pure.
   */
  moreInMs?(seen: Seen): number | undefined;
  /** Whether AWS has something of the object's own, which nobody would find again without the object. Pure. */
  hasOwn?(seen: Seen): boolean;
  /** Annotations that are written together with the finalizer, before the first write to AWS. Pure. */
  annotations?(object: O, seen: Seen): Readonly<Record<string, string>>;
  /** Conditions that report an action that was refused, in place of those of the same types. Pure. */
  conditionsOfFailure?(action: Action, failure: Failure, seen: Seen): readonly ConditionDraft[];
}
