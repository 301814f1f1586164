/**
 * The one rule of all waits that mean "this is not sent again now": a new generation, a new reconcile request, or another
 * cause than before ends them at once. Pure.
 */

import type { KubeObject } from "../../api/object.ts";
import { reconcileRequestedAtAnnotation } from "../../api/v1alpha1/annotations.ts";

/** What a write was sent, or refused, under. */
export interface Circumstances {
  readonly generation: number;
  /** The last request of a person to have the object reconciled; undefined: there is none. */
  readonly requestedAt: string | undefined;
  /** The number of changes of the cause, as the kind counts them; 0 where it sees none. */
  readonly cause: number;
}

/** The last request of a person to have the object reconciled; undefined: there is none. */
export function requestedAtOf({ metadata }: Pick<KubeObject, "metadata">): string | undefined {
  return metadata.annotations?.[reconcileRequestedAtAnnotation];
}

export function circumstancesOf(object: KubeObject, cause = 0): Circumstances {
  return { generation: object.metadata.generation, requestedAt: requestedAtOf(object), cause };
}

/** Whether what was held back under `before` is worth sending again under `now`. A request that is taken back asks nothing. */
export function haveChanged(before: Circumstances, now: Circumstances): boolean {
  const isNewRequest = now.requestedAt !== undefined && now.requestedAt !== before.requestedAt;
  return isNewRequest || now.generation !== before.generation || now.cause !== before.cause;
}
