/**
 * The mark that a compute or service environment has before it is disabled for a deletion or a replacement: in AWS, where
 * every process and every shard sees it. No queue comes to name what has it, and whoever has set it disables only what no
 * queue names once all that was written before is sure to show. Pure.
 */

import { markHoldsMs, markSettlesMs } from "../intervals.ts";
import { retiredAtTag, type Tags } from "../ownership/ownership.ts";

interface Tagged {
  readonly tags?: Tags | undefined;
}

export function isRetired({ tags }: Tagged): boolean {
  return tags?.[retiredAtTag] !== undefined;
}

/**
 * In how many ms the mark has settled; at most 0: it has; undefined: it has to be set, for the first time or again because
 * it is too old.
 *
 * @param shownForMs for how long this process has seen it; undefined: it had settled when it was seen first
 * @param holds however old it is: AWS refuses to disable the environment, and status would go to and fro with each mark
 */
export function settlesInMs(
  { tags }: Tagged,
  shownForMs: number | undefined,
  now: number,
  holds = false,
): number | undefined {
  const markedForMs = now - Date.parse(tags?.[retiredAtTag] ?? "");
  if (!(markedForMs >= 0 && (holds || markedForMs <= markHoldsMs))) return undefined;
  return markSettlesMs - Math.min(markedForMs, shownForMs ?? Number.POSITIVE_INFINITY);
}
