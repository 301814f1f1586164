import type { Kind, KubeObject } from "../api/object.ts";
import type { BatchRegion } from "../aws/region.ts";
import type { ObjectEvent } from "../kube/store.ts";
import type { Decision, Failure, News } from "./decision.ts";
import type { Failing } from "./failures.ts";
import type { Ports } from "./ports.ts";

/** What differs between kinds in one pass over one object: observe, plan, act, report. */
export interface Steps<O extends KubeObject, Seen, Action> {
  readonly kind: Kind;
  /** Every read the decision needs, and nothing but reads. */
  observe(object: O, region: BatchRegion, ports: Ports, signal: AbortSignal): Promise<Seen>;
  /**
   * Makes the next `observe` read from AWS what it takes from a cache, except what this pass has read itself: one pass
   * reads a thing once.
   *
   * @param sinceMs monotonic time at which this pass began: what was read since then is live
   */
  refresh(object: O, region: BatchRegion, sinceMs: number, signal: AbortSignal): Promise<void>;
  /**
   * Why what `observe` took from the cache may be older than at rest; undefined: it is not. What cannot be undone goes on,
   * for `refresh` reads AWS live for just this object, although the listing of all fails; nothing else is done or told.
   */
  outdated?(region: BatchRegion): Failing | undefined;
  /** Pure. */
  plan(object: O, seen: Seen, now: number): Decision<Action>;
  act(action: Action, object: O, region: BatchRegion, ports: Ports, signal: AbortSignal): Promise<void>;
  /** The fields of status that only this kind has. Pure. */
  report(object: O, seen: Seen, decision: Decision<Action>, now: number): Readonly<Record<string, unknown>>;
  /** What an action that succeeded is told as. Pure. */
  events(action: Action): readonly ObjectEvent[];
  /** Annotations that are written together with the finalizer, before the first write to AWS. Pure. */
  marks?(object: O, seen: Seen): Readonly<Record<string, string>>;
  /** News about an action that was refused; it stands in place of news of the same type. Pure. */
  newsOfFailure?(action: Action, failure: Failure, seen: Seen): readonly News[];
}
