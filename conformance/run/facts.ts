/** Tries the facts of a plan one after the other. */

import type { Account } from "../account/account.ts";
import { changedBy, type Key } from "../names/references.ts";
import type { Run } from "../names/renaming.ts";
import { copiesFor, idleKeys, partsOf, placeFor, submitsJobs, withNeeds } from "../plan/parts.ts";
import type { Plan, PlannedRow } from "../plan/plan.ts";
import type { Judged, Verdict } from "../report/verdict.ts";
import type { Time } from "../rest.ts";
import { build, type Missing } from "../stage/build.ts";
import { Interrupted } from "./interrupted.ts";
import { isRead, tried } from "./trial.ts";

export interface Stage {
  readonly account: Account;
  readonly run: Run;
  readonly time: Time;
  readonly missing: { readonly shared: Missing; readonly idle: Missing };
}

/**
 * @param judged gets each fact as soon as it has been tried: what is known when a run is interrupted
 * @param say what is tried now
 */
export async function tryFacts(
  { rows }: Plan,
  stage: Stage,
  judged: Judged[],
  say: (text: string) => void,
): Promise<void> {
  const spoiled = new Set<Key>();
  for (const planned of rows) {
    const { row, whyNot } = planned;
    say(`${judged.length + 1} of ${rows.length}: ${row.id}`);
    const verdict =
      whyNot === undefined ? await tryOne(planned, stage, spoiled) : ({ kind: "not tried", why: whyNot } as const);
    judged.push({ row, verdict });
  }
}

async function tryOne({ row, at }: PlannedRow, stage: Stage, spoiled: Set<Key>): Promise<Verdict> {
  const { account, run, time } = stage;
  const copies = copiesFor(row, spoiled);
  const place = placeFor(row, at, copies);
  const used = withNeeds([...partsOf(row), ...copies]);
  for (const { key } of used) {
    const missing = submitsJobs(row) && idleKeys.has(key) ? stage.missing.idle : stage.missing.shared;
    const why = copies.has(key) ? undefined : missing.get(key);
    if (why !== undefined) return { kind: "failed", why: `the stage lacks ${key}: ${why}` };
  }
  try {
    const lacking = await build(
      used.filter(({ key }) => copies.has(key)),
      { account, run, time, place },
    );
    for (const [key, why] of lacking) return { kind: "failed", why: `no copy of ${key}: ${why}` };
    const { verdict, wasCarriedOut } = await tried(row, { account, run, time, place });
    const changed = changedBy(row.call);
    if (row.expected.kind === "refused" && wasCarriedOut && !isRead(row.call) && changed !== undefined)
      spoiled.add(changed);
    return verdict;
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    return { kind: "failed", why: error instanceof Error ? error.message : String(error) };
  }
}
