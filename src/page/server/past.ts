import type { KubeObject } from "../../api/object.ts";
import { pastReplacements } from "./history.ts";
import type { EventLine, PastList, PastOfObject } from "./model.ts";
import { targetUnderWay } from "./replacement.ts";
import { idOf } from "./snapshot.ts";

/** A page shows so many; older ones are on the open object. */
const mostPast = 30;

/**
 * The past replacements of all environments that events report, the newest first. Pure.
 * @param events by ID of the object
 */
export function pastList(objects: readonly KubeObject[], events: ReadonlyMap<string, readonly EventLine[]>): PastList {
  const underWay = new Map(objects.map((object) => [idOf(object), targetUnderWay(object)]));
  const all = [...events].flatMap(([of, lines]): readonly PastOfObject[] =>
    pastReplacements(lines, underWay.get(of))
      .filter(({ isFirst }) => !isFirst)
      .map((one) => ({ ...one, of })),
  );
  const sorted = all.toSorted((left, right) => (endOf(left) > endOf(right) ? -1 : 1));
  return { replacements: sorted.slice(0, mostPast), more: Math.max(0, sorted.length - mostPast) };
}

function endOf({ steps }: PastOfObject): string {
  return steps.findLast(({ at }) => at !== undefined)?.at ?? "";
}
