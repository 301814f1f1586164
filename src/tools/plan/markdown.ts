import { counted } from "../../api/words.ts";
import { tagPrefix } from "../../aws/names.ts";
import { code, joined, Markdown, markdown } from "../markdown.ts";
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
import type { WrittenField } from "./written.ts";

const nothing = new Markdown("");

/**
 * A plan as a comment on a pull request (GitHub's Markdown). Pure.
 * @param summary its first line, where `plan` is a part of what it is about
 */
export function planMarkdown(plan: Plan, summary = headline(plan)): string {
  const changed = plan.entries.filter((entry) => symbolOf(entry) !== "=" || entry.notes.length > 0);
  const unchanged = plan.entries.length - changed.length;
  const cost = costLine(plan);
  const warns = plan.entries.some((entry) => isDisruptive(entry) || isBlocked(entry));
  const lines = [
    markdown`### AWS Batch plan: ${warns ? new Markdown("⚠️ ") : nothing}${summary}`,
    "",
    ...plan.warnings.map((warning) => markdown`> ${warning}\n`),
    ...(changed.length === 0
      ? ["Nothing would change."]
      : [
          new Markdown("| | object | change | fields, queues, jobs |"),
          new Markdown("|---|---|---|---|"),
          ...changed.map(row),
        ]),
    ...(cost === undefined ? [] : ["", cost]),
    ...(unchanged > 0 && changed.length > 0 ? ["", `${unchanged} unchanged.`] : []),
    ...changed.flatMap(writesOf),
  ];
  return `${joined(lines, "\n").text}\n`;
}

function row(entry: Entry): Markdown {
  const { queues, jobs, blocked, notes, title } = entry;
  const fields = differences(entry);
  const common = commonReason(fields);
  const details = [
    ...(blocked === undefined ? [] : [markdown`**blocked:** ${blocked}`]),
    ...changedFields(entry).map((field) => markdown`${code(field.path)} ${writtenText(field)}`),
    ...fields.map((field) => {
      const why = common === undefined ? markdown`: ${field.why}` : nothing;
      return markdown`${code(shortPath(field.path))} ${valuesText(field)}${why}`;
    }),
    ...(common === undefined || common === "" ? [] : [common]),
    ...(queues.length === 0 ? [] : [markdown`queues: ${joined(queues.map(queueText), ", ")}`]),
    ...(jobs.kind === "none"
      ? []
      : [jobs.kind === "mayEnd" ? markdown`jobs: **${jobs.why}**` : markdown`jobs: ${jobs.why}`]),
    ...notes,
  ];
  return markdown`| ${code(symbolOf(entry))} | ${entryText(entry)} | ${title} | ${joined(details, "<br>")} |`;
}

/** What writes in place change, the operator's own tags aside: a reviewer has to see it without unfolding. */
function changedFields(entry: Entry): readonly WrittenField[] {
  if (entry.action !== "update" && entry.action !== "adopt") return [];
  return entry.steps
    .flatMap((step) => (step.kind === "write" ? step.fields : []))
    .filter(({ path }) => !path.startsWith(`tags.${tagPrefix}`));
}

/** The writes of an object, to unfold; each with its place among all writes. */
function writesOf(entry: Entry): readonly Markdown[] {
  const writes = entry.steps.filter((step) => step.kind === "write");
  if (writes.length === 0) return [];
  const count = counted(writes.length, "write");
  return [
    nothing,
    markdown`<details><summary>${entryText(entry)}: ${count}, in order</summary>`,
    nothing,
    new Markdown("| | write | reason | fields |"),
    new Markdown("|---|---|---|---|"),
    ...entry.steps.map((step) =>
      step.kind === "write" ? writeRow(step, entry) : markdown`| | *${waitText(step)}* | ${step.reason} | |`,
    ),
    nothing,
    new Markdown("</details>"),
  ];
}

function writeRow(step: WriteStep, entry: Entry): Markdown {
  const fields = shownFields(step, entry).map((field) => markdown`${field.path} ${writtenText(field)}`);
  return markdown`| ${step.number} | ${step.operation} ${step.subject} | ${step.reason} | ${joined(fields, "<br>")} |`;
}
