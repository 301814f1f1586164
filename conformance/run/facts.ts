/** Tries the facts of a plan. */

import { changedBy, type Key } from "../names/references.ts";
import { copiesFor, placedFor, placedName, placeFor } from "../plan/parts.ts";
import type { Plan, PlannedRow } from "../plan/plan.ts";
import type { Progress } from "../progress.ts";
import type { Judged, Verdict } from "../report/verdict.ts";
import { sideBySide } from "../side-by-side.ts";
import { build, type Missing } from "../stage/build.ts";
import { Interrupted } from "./interrupted.ts";
import { isRead, type Stage, tried } from "./trial.ts";

/** A call of one fact waits for its turn behind so many others: AWS must not be at rest again before it. */
const atOnce = 8;

/**
 * Facts that need no time are tried one after the other, the others then side by side, each on copies of what it changes.
 *
 * @param missing what could not be made of the stage
 * @param judged gets each fact as soon as it has been tried: what is known when a run is interrupted
 * @param say what is tried now
 */
export async function tryFacts(
  { rows }: Plan,
  stage: Stage & { readonly missing: Missing },
  judged: Judged[],
  say: (progress: Progress) => void,
): Promise<void> {
  const spoiled = new Set<Key>();
  const judge = async (planned: PlannedRow): Promise<void> => {
    const { row, whyNot } = planned;
    say({ part: "facts", done: judged.length, of: rows.length, doing: row.id });
    const verdict =
      whyNot === undefined ? await tryOne(planned, stage, spoiled) : ({ kind: "not tried", why: whyNot } as const);
    judged.push({ row, verdict });
  };
  const [slow, quick] = [rows.filter(takesTime), rows.filter((one) => !takesTime(one))];
  for (const planned of quick) await judge(planned);
  await sideBySide(slow, atOnce, judge);
}

/** Whether AWS has to come to rest before the fact can be tried. What may spoil the stage for others is tried alone. */
function takesTime({ row, at, whyNot }: PlannedRow): boolean {
  if (whyNot !== undefined || row.first.every(({ next }) => next === "at once")) return false;
  const changed = isRead(row.call) ? undefined : changedBy(row.call);
  return changed === undefined || placeFor(row, at, copiesFor(row, new Set()))(changed) !== "";
}

async function tryOne(
  { row, at }: PlannedRow,
  stage: Stage & { readonly missing: Missing },
  spoiled: Set<Key>,
): Promise<Verdict> {
  try {
    const copies = copiesFor(row, new Set());
    const used = placedFor(row, at, spoiled);
    const isPlanned = new Set(placedFor(row, at).map((one) => placedName(one)));
    const lacking = await build(
      used.filter((one) => !isPlanned.has(placedName(one))),
      stage,
    );
    for (const one of used) {
      const why = lacking.get(placedName(one)) ?? stage.missing.get(placedName(one));
      if (why !== undefined) {
        const what = copies.has(one.part.key) ? "a copy of " : "";
        return { kind: "failed", why: `the stage lacks ${what}${one.part.key}: ${why}` };
      }
    }
    const place = placeFor(row, at, copiesFor(row, spoiled));
    const { verdict, wasCarriedOut } = await tried(row, { ...stage, place });
    const changed = changedBy(row.call);
    if (row.expected.kind === "refused" && wasCarriedOut && !isRead(row.call) && changed !== undefined)
      spoiled.add(changed);
    return verdict;
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    return { kind: "failed", why: error instanceof Error ? error.message : String(error) };
  }
}
