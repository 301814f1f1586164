import { counted } from "../../api/words.ts";
import type { FieldChange } from "../../controllers/pass/agenda.ts";
import { cutMiddle } from "../terminal/layout.ts";
import { type Colour, type Paint, padded, widthOf } from "../terminal/paint.ts";
import { costLine } from "./cost.ts";
import { type AffectedQueue, type Entry, entryText, headline, isDisruptive, type Plan, symbolOf } from "./entry.ts";
import type { Step, WriteStep } from "./steps.ts";
import type { WrittenField } from "./written.ts";

/** A plan for a person at a terminal: what must not be missed first, what stays as it is last and short. Pure. */

const valueColumns = 60;
/** Of what a write sends. */
const writtenColumns = 100;

/** @param summary its first line, where `plan` is a part of what it is about */
export function planText(plan: Plan, paint: Paint, summary = headline(plan)): string {
  const changed = plan.entries.filter((entry) => !isQuiet(entry));
  const quiet = plan.entries.filter(isQuiet);
  const loud = plan.entries.some(isDisruptive);
  const cost = costLine(plan);
  const blocks = [
    [paint(loud ? "red" : "bold", summary)],
    ...plan.warnings.map((warning) => [paint("yellow", `warning: ${warning}`)]),
    ...(cost === undefined ? [] : [[cost]]),
    ...[...changed].sort(byWeight).map((entry) => entryLines(entry, paint)),
    ...(quiet.length === 0 ? [] : [quietLines(quiet).map((line) => paint("dim", line))]),
  ];
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

/** More are only counted: what changes must not hide among hundreds of lines. */
const mostQuietLines = 12;

function quietLines(quiet: readonly Entry[]): readonly string[] {
  if (quiet.length > mostQuietLines) return [`= ${quiet.length} objects stay as they are (-o json has each)`];
  return quiet.map((entry) => `= ${entryText(entry)} ${entry.title}`);
}

/** Unchanged, with nothing to report. */
function isQuiet({ action, blocked, notes }: Entry): boolean {
  return action === "none" && blocked === undefined && notes.length === 0;
}

function byWeight(left: Entry, right: Entry): number {
  return weight(right) - weight(left);
}

function weight(entry: Entry): number {
  if (isDisruptive(entry)) return 3;
  if (entry.blocked !== undefined) return 2;
  return entry.action === "none" || entry.action === "finish" ? 0 : 1;
}

const colours: Readonly<Record<string, Colour>> = {
  "+": "green",
  "~": "yellow",
  "±": "red",
  "-": "red",
  ".": "yellow",
  ">": "dim",
  "!": "red",
  "=": "dim",
};

function entryLines(entry: Entry, paint: Paint): string[] {
  const symbol = symbolOf(entry);
  const place = entry.file === undefined ? "" : paint("dim", `  ${entry.file}`);
  const head = `${paint(colours[symbol] ?? "bold", symbol)} ${paint("bold", entryText(entry))} ${entry.title}${place}`;
  const jobs =
    entry.jobs.kind === "none" ? [] : [labelled("jobs", entry.jobs.why, entry.jobs.kind === "mayEnd", paint)];
  return [
    head,
    ...fieldLines(differences(entry), paint),
    ...(entry.blocked === undefined ? [] : [labelled("blocked", entry.blocked, true, paint)]),
    ...(entry.queues.length === 0 ? [] : [labelled("queues", entry.queues.map(queueText).join(", "), false, paint)]),
    ...jobs,
    ...entry.notes.map((note) => labelled("note", note, false, paint)),
    ...stepLines(entry, paint),
  ];
}

/** The differences that no write shows: where writes describe the whole, or where there are none. */
export function differences({ action, fields, steps }: Entry): readonly FieldChange[] {
  const writes = steps.filter(({ kind }) => kind === "write");
  return writes.length === 0 || action === "replace" || action === "register" ? fields : [];
}

function fieldLines(fields: readonly FieldChange[], paint: Paint): string[] {
  const width = Math.max(0, ...fields.map(({ path }) => widthOf(shortPath(path))));
  const common = commonReason(fields);
  const lines = fields.map((field) => {
    const why = common === undefined ? paint("dim", `  (${field.why})`) : "";
    return `    ${padded(shortPath(field.path), width)}  ${valuesText(field)}${why}`;
  });
  return common === undefined || common === "" ? lines : [...lines, labelled("why", common, false, paint)];
}

/** The reason that all fields share, printed once; empty when it says no more than that they change in place. */
export function commonReason(fields: readonly FieldChange[]): string | undefined {
  const [first, ...others] = new Set(fields.map(({ why }) => why));
  if (others.length > 0) return undefined;
  return first === undefined || first.startsWith("changed in place") ? "" : first;
}

export function shortPath(path: string): string {
  return path.replace(/^spec\./, "");
}

/** `from → to`. */
export function valuesText({ from, to }: FieldChange): string {
  if (from === undefined && to === undefined) return "(changed)";
  return `${cutMiddle(from ?? "nothing", valueColumns)} → ${cutMiddle(to ?? "nothing", valueColumns)}`;
}

export function queueText({ name, jobs }: AffectedQueue): string {
  if (jobs === undefined) return `${name} (its jobs cannot be counted)`;
  return jobs === 0 ? `${name} (no jobs)` : `${name} (${counted(jobs, "job")} now)`;
}

function stepLines(entry: Entry, paint: Paint): string[] {
  const width = Math.max(0, ...entry.steps.map((step) => (step.kind === "write" ? String(step.number).length : 0)));
  return entry.steps.flatMap((step) => linesOf(step, entry, { width, paint }));
}

function linesOf(
  step: Step,
  entry: Entry,
  { width, paint }: { readonly width: number; readonly paint: Paint },
): string[] {
  const gap = " ".repeat(width);
  if (step.kind === "wait") return [paint("dim", `    ${gap}… ${waitText(step)}`)];
  const number = String(step.number).padStart(width);
  const fields = shownFields(step, entry);
  const columns = Math.max(0, ...fields.map(({ path }) => widthOf(path)));
  return [
    `    ${number}. ${step.operation} ${step.subject}  ${paint("dim", `(${step.reason})`)}`,
    ...fields.map((field) => `    ${gap}    ${paint("dim", padded(field.path, columns))}  ${writtenText(field)}`),
  ];
}

/** What a plan says of a wait: the operator's own words. */
export function waitText({ why, assumed }: Extract<Step, { readonly kind: "wait" }>): string {
  return assumed === true ? `${why}. What follows is planned as if these jobs had ended` : why;
}

/** Of a further revision the differences are shown with the object. */
export function shownFields({ operation, fields }: WriteStep, { action }: Entry): readonly WrittenField[] {
  return action === "register" && operation === "RegisterJobDefinition" ? [] : fields;
}

/** `value`, `from → to`, or that the field is removed. */
export function writtenText({ from, to }: WrittenField): string {
  const [before, after] = [from, to].map((value) => value && cutMiddle(value, writtenColumns));
  if (before === undefined) return after ?? "(removed)";
  return `${before} → ${after ?? "nothing"}`;
}

function labelled(label: string, text: string, loud: boolean, paint: Paint): string {
  return `    ${paint("dim", `${label}:`)} ${loud ? paint("red", text) : text}`;
}
