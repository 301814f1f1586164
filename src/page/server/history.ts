import type { EventLine, PastReplacement, Step } from "./model.ts";
import { stepTitles, titlesOfFirst, verify } from "./replacement.ts";

const putBack = "Put back into service";

/** The events of an environment that are about a step of a replacement: the step, and the environment in AWS. */
const stepOfReason: Readonly<Record<string, { readonly title: string; readonly name?: RegExp }>> = {
  Created: { title: "Create", name: /^creating (\S+)$/ },
  Reactivated: { title: putBack, name: /^put (\S+) back/ },
  Available: { title: "Validate" },
  Invalid: { title: "Validate" },
  Verified: { title: verify },
  VerificationFailed: { title: verify },
  QueuesSwitched: { title: "Switch queues", name: /^(\S+) serves all queues$/ },
  RolledBack: { title: "Roll back" },
  Disabled: { title: "Retire", name: /^took (\S+) out/ },
  JobsTerminated: { title: "Terminate jobs", name: / on (\S+)$/ },
  Deleting: { title: "Delete", name: /^deleting (\S+)$/ },
};

const begins: readonly string[] = ["Created", "Reactivated"];
const removes: readonly string[] = ["Disabled", "JobsTerminated", "Deleting"];

/** One replacement, as far as the events go back. */
interface ReplacementHistory {
  /** The environment in AWS that serves then; undefined: its creation is older than the events. */
  readonly created: string | undefined;
  /** Those that are removed. */
  readonly removed: Set<string>;
  readonly steps: Step[];
}

/**
 * What the events of an environment say of its creations and replacements, newest first. Pure.
 *
 * @param events in any order
 * @param underWay the environment in AWS whose replacement has not ended yet
 */
export function pastReplacements(
  events: readonly EventLine[],
  underWay: string | undefined,
): readonly PastReplacement[] {
  const entries: ReplacementHistory[] = [];
  for (const event of events.toSorted((left, right) => (left.at < right.at ? -1 : 1))) {
    const step = stepOfReason[event.reason];
    if (step === undefined) continue;
    const name = step.name?.exec(event.note)?.[1];
    // Its other meaning: the spec says DISABLED, which removes nothing.
    if (removes.includes(event.reason) && name === undefined) continue;
    const of = entryOf(entries, event.reason, name);
    if (of === undefined) continue;
    if (removes.includes(event.reason) && name !== undefined) of.removed.add(name);
    const { at, type, note: text } = event;
    add(of, { title: step.title, state: type === "Warning" ? "failed" : "done", at, text });
  }
  return entries
    .filter(({ created }) => underWay === undefined || created !== underWay)
    .map((one) => ({ summary: summaryOf(one), isFirst: isFirst(one), steps: one.steps }))
    .toReversed();
}

/** The replacement that an event is about; undefined: no event reports its beginning, or anything else. */
function entryOf(
  entries: ReplacementHistory[],
  reason: string,
  name: string | undefined,
): ReplacementHistory | undefined {
  const last = entries.at(-1);
  const isNew = begins.includes(reason) || (reason === "QueuesSwitched" && last === undefined && name !== undefined);
  if (isNew) return begun(entries, name);
  if (!removes.includes(reason)) return last;
  // What is removed gave way to the environment that was created after it, or came to nothing itself.
  const index = entries.findLastIndex(({ created }) => created === name);
  const [own, next] = [entries[index], entries[index + 1]];
  if (own !== undefined && !wasReady(own) && next !== undefined && !wasReady(next)) return own;
  return next ?? own ?? begun(entries, undefined);
}

/**
 * Whether the environment could serve by then. One that goes before this, and before the next one could, was an attempt, e.g. one that
 * AWS found INVALID. Both count, because an event that comes again, e.g. "Available", remains only with its last time.
 */
function wasReady({ steps }: ReplacementHistory): boolean {
  return steps.some(({ title, state }) => state === "done" && ["Validate", "Switch queues", putBack].includes(title));
}

function begun(entries: ReplacementHistory[], created: string | undefined): ReplacementHistory {
  const one: ReplacementHistory = { created, removed: new Set(), steps: [] };
  entries.push(one);
  return one;
}

/** Adds a step, and before it the steps without an event that must have been. */
function add({ created, removed, steps }: ReplacementHistory, step: Step): void {
  const position = stepTitles.indexOf(step.title);
  const known = steps.findIndex(({ title }) => title === step.title);
  if (known >= 0) {
    // Of several queues the last one counts, and a success after a failure.
    if (step.title === "Switch queues" || steps[known]?.state === "failed") steps[known] = step;
    return;
  }
  const latest = Math.max(-1, ...steps.map(({ title }) => stepTitles.indexOf(title)));
  if (position >= 0 && position < latest && step.state === "done") return;
  const wentWell = steps.every(({ state }) => state === "done") && !(created !== undefined && removed.has(created));
  if (wentWell && latest >= 0 && position > latest) {
    // That there was a verification only an event says.
    const between = stepTitles.slice(latest + 1, position).filter((title) => title !== verify);
    for (const title of between) steps.push({ title, state: "done" });
  }
  steps.push(step);
}

function isFirst({ created, removed, steps }: ReplacementHistory): boolean {
  return created !== undefined && removed.size === 0 && steps.every(({ title }) => titlesOfFirst.includes(title));
}

function summaryOf({ created, removed, steps }: ReplacementHistory): string {
  const older = [...removed].join(", ");
  if (created === undefined) return `${older} was removed`;
  if (removed.has(created)) return `${created} was created and removed again`;
  if (removed.size > 0) return `${created} replaced ${older}`;
  if (steps[0]?.title === "Create") return `${created} was created`;
  const isBack = steps.some(({ title }) => title === putBack);
  return isBack ? `${created} was put back into service` : `${created} serves all queues`;
}
