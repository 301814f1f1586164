/** Removes what a run has made, and nothing else. */

import type { Account } from "../account/account.ts";
import { isMarker, prefixOf, type Run } from "../names/renaming.ts";
import type { Progress } from "../progress.ts";
import type { Time } from "../rest.ts";
import { networkName } from "../stage/own-network.ts";
import { policiesOf } from "../stage/roles.ts";
import { type Found, foundInBatch, foundInEc2, foundInIam, runInName } from "./listing.ts";
import { belongsTo, nextCalls } from "./steps.ts";

export interface Cleaned {
  /** What is still there, with AWS's last words. */
  readonly left: readonly { readonly found: Found; readonly words: string }[];
  /** What has the name of the run and not its tag: nobody touches it. */
  readonly untouched: readonly Found[];
}

const betweenMs = 10_000;
/** A read may come from before the last write: an empty listing counts once it is so old. */
const steadyMs = 15_000;
/** What AWS still refuses then, while nothing else moves, stays refused, e.g. because a queue of others refers to it. */
const stuckMs = 5 * 60_000;
/** An environment or a queue takes minutes to go. */
const longestMs = 30 * 60_000;

/** @param say what is being done now */
export async function clean(
  account: Account,
  run: Pick<Run, "id" | "partition">,
  time: Time,
  say: (progress: Progress) => void,
): Promise<Cleaned> {
  const start = time.now();
  let most = 0;
  let same = { text: "", since: start };
  const words = new Map<string, string>();
  for (;;) {
    const named = [
      ...(await foundInBatch(account)),
      ...(await foundInIam(account, prefixOf(run))),
      ...(await foundInEc2(account, networkName(run))),
    ].filter(({ name }) => name.startsWith(prefixOf(run)));
    const all = named.filter((found) => belongsTo(found, run));
    const untouched = named.filter((found) => !belongsTo(found, run));
    const now = time.now();
    const text = all
      .map(({ reference, state, status, vpc }) => `${reference} ${state} ${status} ${vpc}`)
      .toSorted()
      .join();
    if (text !== same.text) same = { text, since: now };
    const isMoving = all.some(({ status = "" }) => status.endsWith("ING"));
    if (all.length === 0 && now - same.since >= steadyMs) return { left: [], untouched };
    if (now - start >= longestMs || (!isMoving && now - same.since >= stuckMs)) {
      return { left: all.map((found) => ({ found, words: wordsFor(found, words.get(found.reference)) })), untouched };
    }
    most = Math.max(most, all.length);
    say({ part: "removal", done: most - all.length, of: most, doing: `removing the run ${run.id}` });
    for (const { service, operation, input } of nextCalls(all, untouched, policiesOf(run))) {
      const { error } = await account[service](operation, input);
      const about = all.find(({ reference }) => Object.values(input).includes(reference));
      if (error !== undefined && about !== undefined)
        words.set(about.reference, `${operation}: ${error.name}: ${error.message}`);
    }
    await time.pause(betweenMs);
  }
}

function wordsFor({ name, status = "" }: Found, refusal: string | undefined): string {
  if (status.endsWith("ING")) return `AWS still says ${status}.`;
  if (isMarker(name)) return "It goes last: by it a later run finds the others.";
  return refusal ?? "It can go once what uses it is gone.";
}

/** The runs that have left something in the region, by tag and name. */
export async function leftovers(account: Account): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const { name, taggedRun } of await foundInBatch(account)) {
    const id = runInName(name);
    if (id !== undefined && id === taggedRun) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}
