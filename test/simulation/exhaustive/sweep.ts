import { seededRandom } from "../../../src/runtime/random.ts";
import { describeWrite } from "../../transcript.ts";
import type { OracleFactory } from "../oracle.ts";
import {
  beginningOf,
  type Call,
  type Disturbance,
  type FailingCall,
  type FailureKind,
  failureKinds,
  isSameCall,
  type Place,
  runStory,
  type StoryRun,
} from "./run.ts";
import type { Story } from "./story.ts";

/** Which of all the places of a story are taken. */
export interface Extent {
  /**
   * True: every one. False: of the places between which nothing outside of the process has changed, the first. A
   * process that dies at either leaves the same world behind.
   */
  readonly all: boolean;
  /**
   * True: each run is of the whole story. False: what was done before anything may go wrong is done once, and each
   * run goes on from there, with a process that has just started.
   */
  readonly whole: boolean;
  /** How many calls of AWS fail in one run, far from one another; fewer where a story has few. */
  readonly together: number;
  /** How many pairs of two deaths, drawn by chance; or every pair. */
  readonly pairs: number | "all";
  /** One in so many runs, from one that the seed says: so many seeds in a row have them all. 1: each. */
  readonly every: number;
  /** Which pairs, which calls fail together, and which runs. */
  readonly seed: number;
}

export interface SweepOptions {
  readonly oracles?: readonly OracleFactory[];
  /** Ends at the first run that fails. */
  readonly stopsAtFirst?: boolean;
  /** Only this goes wrong; `none`: nothing does. */
  readonly only?: Disturbance["kind"] | "none" | undefined;
}

/** One row of the table. */
export interface Row {
  readonly story: string;
  readonly points: number;
  readonly kills: number;
  readonly pairs: number;
  readonly calls: number;
  /** Awaits at which the process froze until its lease had run out: those of writes. */
  readonly freezes: number;
  /** Changes of objects that no watch showed. */
  readonly drops: number;
  /** Calls that failed, each failure kind counted. */
  readonly faults: number;
  readonly failures: readonly string[];
}

/** Runs a story undisturbed, then once with each single fault, and compares every end with the first. */
export async function sweep(story: Story, extent: Extent, options: SweepOptions = {}): Promise<Row> {
  const { oracles } = options;
  const whole = await runStory(story, undefined, { oracles });
  const failures = [...findings(story, undefined, whole, whole), ...wasted(story, whole)];
  const from = extent.whole ? undefined : await beginningOf(story);
  const undisturbed = from === undefined ? whole : await runStory(story, undefined, { oracles, from });
  failures.push(...findings(story, undefined, undisturbed, whole), ...wasted(story, undisturbed));
  const { points, calls, changes } = undisturbed;
  const kills = places(points, extent, ({ what, state }) => (what.startsWith("sends") ? `${what} ${state}` : state));
  const failing = places(calls, extent, ({ operation, state }) => `${operation} ${state}`);
  const row = { story: story.name, points: points.length, calls: calls.length };
  const counted = { kills: 0, pairs: 0, freezes: 0, faults: 0, drops: 0 };
  const result = (): Row => ({ ...row, ...counted, failures });
  const one = async (disturbance: Disturbance): Promise<StoryRun> => {
    const run = await runStory(story, disturbance, { oracles, from });
    failures.push(...findings(story, disturbance, run, undisturbed));
    return run;
  };
  /** Those that did not come to pass when others failed too, and those of which one does harm, are run one by one. */
  const allOf = async (failingCalls: readonly FailingCall[]): Promise<void> => {
    const known = failures.length;
    const { calls: made } = await one({ kind: "fail", calls: failingCalls });
    counted.faults += failingCalls.length;
    if (failingCalls.length === 1) return;
    const harmless = failures.length === known;
    for (const call of failingCalls) {
      if (harmless && made.some((other) => isSameCall(call, other))) continue;
      await one({ kind: "fail", calls: [call] });
    }
  };
  const enough = (): boolean => options.stopsAtFirst === true && failures.length > 0;
  const { only } = options;
  const taken = <T>(kind: Disturbance["kind"], all: readonly T[]): readonly T[] =>
    only === undefined || only === kind ? sampleOf(all, extent) : [];

  const recoveries: { readonly at: number; readonly length: number }[] = [];
  for (const at of taken("kill", kills)) {
    if (enough()) return result();
    const { recovery } = await one({ kind: "kill", at });
    recoveries.push({ at, length: recovery });
    counted.kills++;
  }
  const failingCalls = failing.flatMap((number) => failuresOf(calls[number - 1] as Call));
  for (const group of taken("fail", apart(failingCalls, extent))) {
    if (enough()) return result();
    await allOf(group);
  }
  for (const at of taken(
    "freeze",
    kills.filter((at) => isOfWrite(points[at - 1])),
  )) {
    if (enough()) return result();
    await one({ kind: "freeze", at });
    counted.freezes++;
  }
  for (const at of (story.replicas ?? 1) > 1 ? taken("stop", kills) : []) {
    if (enough()) return result();
    await one({ kind: "stop", at });
    counted.kills++;
  }
  for (const [index, what] of taken("drop", [...changes.entries()])) {
    // A list that follows at once, or after a quarter of an hour: where nobody else changed it, there is nothing to miss.
    for (const gone of what === "spec" ? [true, false] : [true]) {
      if (enough()) return result();
      await one({ kind: "drop", change: index + 1, gone });
      counted.drops++;
    }
  }
  for (const { at, again } of pairsOf(recoveries, extent)) {
    if (enough()) return result();
    await one({ kind: "kill", at, again });
    counted.pairs++;
  }
  return result();
}

function sampleOf<T>(all: readonly T[], { every, seed }: Extent): readonly T[] {
  return all.filter((_one, index) => index % every === seed % every);
}

/** The numbers, from 1, of the places that are taken. */
function places<T>(all: readonly T[], { all: every }: Extent, keyOf: (place: T) => string): readonly number[] {
  const seen = new Set<string>();
  return all.flatMap((place, index) => {
    const key = every ? String(index) : keyOf(place);
    if (seen.has(key)) return [];
    seen.add(key);
    return [index + 1];
  });
}

function isOfWrite(place: Place | undefined): boolean {
  return place?.what.startsWith("sends") === true;
}

/** A read changes nothing, so its lost answer is a time-out. */
function failuresOf({ operation, after, nth }: Call): readonly FailingCall[] {
  const reads = /^(Describe|List|Get)/.test(operation);
  const kinds = failureKinds.filter((kind: FailureKind) => !reads || kind !== "applied, answer lost");
  return kinds.map((how) => ({ operation, after, nth, how }));
}

/** Four calls or more: what one of them has done is made good before the next one fails. */
const leastApart = 12;

/** Each in one group of at most `together`, whose members lie as far from one another as they can. */
function apart<T>(all: readonly T[], { together, seed }: Extent): readonly (readonly T[])[] {
  if (together === 1) return all.map((one) => [one]);
  const distance = Math.max(leastApart, Math.ceil(all.length / together)) + (seed % 5);
  return Array.from({ length: Math.min(distance, all.length) }, (_, first) =>
    all.filter((_one, index) => index % distance === first),
  );
}

function pairsOf(
  recoveries: readonly { readonly at: number; readonly length: number }[],
  { pairs, seed }: Extent,
): readonly { readonly at: number; readonly again: number }[] {
  const all = recoveries.flatMap(({ at, length }) => Array.from({ length }, (_, index) => ({ at, again: index + 1 })));
  if (pairs === "all" || all.length === 0) return all;
  const random = seededRandom(seed);
  return Array.from({ length: pairs }, () => all[Math.floor(random() * all.length)] as (typeof all)[number]);
}

function findings(
  story: Story,
  disturbance: Disturbance | undefined,
  run: StoryRun,
  undisturbed: StoryRun,
): readonly string[] {
  const where = `${story.name}, ${disturbance === undefined ? "undisturbed" : JSON.stringify(disturbance)}`;
  const [violation] = run.violations;
  if (violation !== undefined) return [`${where}: ${violation.oracle} at ${violation.at} s: ${violation.message}`];
  const more = run.end.filter((line) => !undisturbed.end.includes(line));
  const less = undisturbed.end.filter((line) => !run.end.includes(line));
  if (more.length + less.length === 0) return [];
  return [`${where}: the end is another one: there is ${JSON.stringify(more)} and not ${JSON.stringify(less)}`];
}

/** Undisturbed, a story takes as many writes as it needs, and AWS refuses none. */
function wasted(story: Story, { writes, violations }: StoryRun): readonly string[] {
  if (violations.length > 0) return [];
  const refused = writes.filter(({ outcome }) => outcome.kind !== "answered");
  const reported = `${story.name}, undisturbed: ${writes.length} writes, ${refused.length} of them refused: ${writes.map(describeWrite).join("; ")}`;
  const { writes: most, refused: mostRefused = 0 } = story;
  return writes.length - refused.length === most && refused.length <= mostRefused
    ? []
    : [`${reported}; should be ${most} and ${mostRefused}`];
}

/** The rows as a table in Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const total = (of: (row: Row) => number): number => rows.reduce((sum, row) => sum + of(row), 0);
  const line = (name: string, of: (pick: (row: Row) => number) => number): string =>
    `| ${[name, of((row) => row.points), of((row) => row.kills), of((row) => row.pairs), of((row) => row.freezes), of((row) => row.calls), of((row) => row.faults), of((row) => row.drops), of((row) => row.failures.length)].join(" | ")} |`;
  return [
    "| story | awaits | killed at | killed again | frozen at | AWS calls | wrong answers | events lost | failures |",
    "|---|---|---|---|---|---|---|---|---|",
    ...rows.map((row) => line(row.story, (pick) => pick(row))),
    line(`${rows.length} ${rows.length === 1 ? "story" : "stories"}`, total),
  ].join("\n");
}
