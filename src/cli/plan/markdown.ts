import { costLine } from "./cost.ts";
import { type Entry, entryText, headline, isBlocked, isDisruptive, type Plan, symbolOf } from "./entry.ts";
import type { WriteStep } from "./steps.ts";
import {
  commonReason,
  differences,
  queueText,
  shortPath,
  shownFields,
  valuesText,
  waitText,
  writtenText,
} from "./text.ts";

/** A plan as a comment on a pull request (GitHub's Markdown). Pure. */
export function planMarkdown(plan: Plan): string {
  const changed = plan.entries.filter((entry) => symbolOf(entry) !== "=" || entry.notes.length > 0);
  const unchanged = plan.entries.length - changed.length;
  const cost = costLine(plan);
  const warns = plan.entries.some((entry) => isDisruptive(entry) || isBlocked(entry));
  const lines = [
    `### AWS Batch plan: ${warns ? "⚠️ " : ""}${escaped(headline(plan))}`,
    "",
    ...plan.warnings.map((warning) => `> ${escaped(warning)}\n`),
    ...(changed.length === 0
      ? ["Nothing would change."]
      : ["| | object | change | fields, queues, jobs |", "|---|---|---|---|", ...changed.map(row)]),
    ...(cost === undefined ? [] : ["", escaped(cost)]),
    ...(unchanged > 0 && changed.length > 0 ? ["", `${unchanged} unchanged.`] : []),
    ...changed.flatMap(writesOf),
  ];
  return `${lines.join("\n")}\n`;
}

function row(entry: Entry): string {
  const { queues, jobs, blocked, notes, title } = entry;
  const fields = differences(entry);
  const common = commonReason(fields);
  const details = [
    ...(blocked === undefined ? [] : [`**blocked:** ${escaped(blocked)}`]),
    ...fields.map((field) => {
      const why = common === undefined ? `: ${escaped(field.why)}` : "";
      return `\`${shortPath(field.path)}\` ${escaped(valuesText(field))}${why}`;
    }),
    ...(common === undefined || common === "" ? [] : [escaped(common)]),
    ...(queues.length === 0 ? [] : [`queues: ${queues.map((queue) => escaped(queueText(queue))).join(", ")}`]),
    ...(jobs.kind === "none"
      ? []
      : [`jobs: ${jobs.kind === "mayEnd" ? `**${escaped(jobs.why)}**` : escaped(jobs.why)}`]),
    ...notes.map(escaped),
  ];
  return `| \`${symbolOf(entry)}\` | ${escaped(entryText(entry))} | ${escaped(title)} | ${details.join("<br>")} |`;
}

/** The writes of an object, to unfold; each with its place among all writes. */
function writesOf(entry: Entry): string[] {
  const writes = entry.steps.filter((step) => step.kind === "write");
  if (writes.length === 0) return [];
  const count = writes.length === 1 ? "1 write" : `${writes.length} writes`;
  return [
    "",
    `<details><summary>${escaped(entryText(entry))}: ${count}, in order</summary>`,
    "",
    "| | write | reason | fields |",
    "|---|---|---|---|",
    ...entry.steps.map((step) =>
      step.kind === "write" ? writeRow(step, entry) : `| | *${escaped(waitText(step))}* | ${escaped(step.reason)} | |`,
    ),
    "",
    "</details>",
  ];
}

function writeRow(step: WriteStep, entry: Entry): string {
  const fields = shownFields(step, entry).map((field) => `${escaped(field.path)} ${escaped(writtenText(field))}`);
  return `| ${step.number} | ${step.operation} ${escaped(step.subject)} | ${escaped(step.reason)} | ${fields.join("<br>")} |`;
}

/** Nothing of a value may become markup or end a cell. */
export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replace(/[\\`*_{}[\]#|~@]/g, "\\$&")
    .replace(/\s*\n\s*/g, " ");
}
