import { counted } from "../../api/words.ts";
import { tagPrefix } from "../../aws/names.ts";
import type { FieldChange } from "../../controllers/pass/agenda.ts";
import type { Document, ShownChange } from "../document/document.ts";
import { cutMiddle, inColumns, neededWidths } from "../terminal/layout.ts";
import type { Colour } from "../terminal/paint.ts";
import { costLine } from "./cost.ts";
import {
  type AffectedQueue,
  type Entry,
  entryText,
  headline,
  isBlocked,
  isDisruptive,
  type Plan,
  symbolOf,
} from "./entry.ts";
import type { WrittenField } from "./written.ts";

/** A plan for a person: what must not be missed first, what stays as it is last and short. Pure. */

const valueColumns = 60;
/** Of what a write sends. */
const writtenColumns = 100;

/** @param summary its first line, where the plan is a part of what it is about */
export function planDocument(plan: Plan, summary?: string): Document {
  const { entries, warnings } = plan;
  const tone = entries.some((entry) => isDisruptive(entry) || isBlocked(entry)) ? "red" : "bold";
  const cost = costLine(plan);
  const changed = entries.filter((entry) => !isQuiet(entry));
  return [
    summary === undefined
      ? { kind: "heading", of: "AWS Batch plan", text: headline(plan), tone }
      : { kind: "heading", text: summary, tone },
    ...warnings.map((warning) => ({ kind: "paragraph", text: `warning: ${warning}`, tone: "yellow" }) as const),
    ...(cost === undefined ? [] : [{ kind: "paragraph", text: cost } as const]),
    {
      kind: "changes",
      changes: changed.toSorted((left, right) => weight(right) - weight(left)).map(changeOf),
      unchanged: entries.filter(isQuiet).map((entry) => `${entryText(entry)} ${entry.title}`),
    },
  ];
}

/** Unchanged, with nothing to report. */
function isQuiet({ action, blocked, notes }: Entry): boolean {
  return action === "none" && blocked === undefined && notes.length === 0;
}

function weight(entry: Entry): number {
  if (isDisruptive(entry)) return 3;
  if (isBlocked(entry)) return 2;
  return entry.action === "none" || entry.action === "finish" ? 0 : 1;
}

const colours: Readonly<Record<string, Colour>> = {
  "+": "green",
  "~": "yellow",
  "±": "red",
  "-": "red",
  ".": "yellow",
  "!": "red",
};

function changeOf(entry: Entry): ShownChange {
  const { title, file, blocked, queues, jobs, notes } = entry;
  const fields = differences(entry);
  const reasons = new Set(fields.map(({ why }) => why));
  const sign = symbolOf(entry);
  return {
    sign,
    tone: colours[sign] ?? "dim",
    object: entryText(entry),
    title,
    place: file,
    remarks: [
      // What all fields share is said once.
      ...(reasons.size === 1 ? [...reasons] : []).map((text) => ({ label: "why", text })),
      ...(blocked === undefined ? [] : [{ label: "blocked", text: blocked, isLoud: true }]),
      ...(queues.length === 0 ? [] : [{ label: "queues", text: queues.map(queueText).join(", ") }]),
      ...(jobs.kind === "none" ? [] : [{ label: "jobs", text: jobs.why, isLoud: jobs.kind === "mayEnd" }]),
      ...notes.map((text) => ({ label: "note", text })),
    ],
    lines: [
      ...columns(
        fields.map(({ path, from, to, why }) => {
          const last = reasons.size === 1 ? "" : `  (${why})`;
          return [path.replace(/^spec\./, ""), `${changeText(from, to, valueColumns)}${last}`];
        }),
      ),
      ...stepLines(entry),
    ],
    isFolded: fields.length === 0 && !changesInPlace(entry),
  };
}

/** The differences that no write shows: where writes describe the whole, or where there are none. */
function differences({ action, fields, steps }: Entry): readonly FieldChange[] {
  const writes = steps.filter(({ kind }) => kind === "write");
  return writes.length === 0 || action === "replace" || action === "register" ? fields : [];
}

/** Whether writes in place change anything but the operator's own tags: a reviewer has to see that. */
function changesInPlace({ action, steps }: Entry): boolean {
  if (action !== "update" && action !== "adopt") return false;
  const fields = steps.flatMap((step) => (step.kind === "write" ? step.fields : []));
  return fields.some(({ path }) => !path.startsWith(`tags.${tagPrefix}`));
}

function queueText({ name, jobs }: AffectedQueue): string {
  if (jobs === undefined) return `${name} (its jobs cannot be counted)`;
  return jobs === 0 ? `${name} (no jobs)` : `${name} (${counted(jobs, "job")} now)`;
}

function stepLines({ steps, action }: Entry): readonly string[] {
  const width = Math.max(0, ...steps.map((step) => (step.kind === "write" ? String(step.number).length : 0)));
  const gap = " ".repeat(width);
  return steps.flatMap((step) => {
    if (step.kind === "wait") {
      const assumed = step.assumed === true ? ". What follows is planned as if these jobs had ended" : "";
      return [`${gap}… ${step.why}${assumed}`];
    }
    const { number, operation, subject, reason, fields } = step;
    // Of a further revision the differences are shown above.
    const shown = action === "register" && operation === "RegisterJobDefinition" ? [] : fields;
    return [
      `${String(number).padStart(width)}. ${operation} ${subject}  (${reason})`,
      ...columns(shown.map((field) => [field.path, writtenText(field)])).map((line) => `${gap}    ${line}`),
    ];
  });
}

/** `value`, `from → to`, or that the field is removed. */
function writtenText({ from, to }: WrittenField): string {
  if (from === undefined) return to === undefined ? "(removed)" : cutMiddle(to, writtenColumns);
  return changeText(from, to, writtenColumns);
}

/** `from → to`. */
function changeText(from: string | undefined, to: string | undefined, width: number): string {
  if (from === undefined && to === undefined) return "(changed)";
  return `${cutMiddle(from ?? "nothing", width)} → ${cutMiddle(to ?? "nothing", width)}`;
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const cells = rows.map(([first, last]) => ({ cells: [first], last: [last] }));
  return inColumns(cells, neededWidths(rows, [Number.POSITIVE_INFINITY]));
}
