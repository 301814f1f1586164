import { type Entry, entryText, headline, isDisruptive, type Plan, symbolOf } from "./entry.ts";
import { commonReason, queueText, shortPath, valuesText } from "./text.ts";

/** A plan as a comment on a pull request (GitHub's Markdown). Pure. */
export function planMarkdown(plan: Plan): string {
  const changed = plan.entries.filter((entry) => symbolOf(entry) !== "=" || entry.notes.length > 0);
  const unchanged = plan.entries.length - changed.length;
  const lines = [
    `### AWS Batch plan: ${plan.entries.some(isDisruptive) ? "⚠️ " : ""}${escaped(headline(plan))}`,
    "",
    ...plan.warnings.map((warning) => `> ${escaped(warning)}\n`),
    ...(changed.length === 0
      ? ["Nothing would change."]
      : ["| | object | change | fields, queues, jobs |", "|---|---|---|---|", ...changed.map(row)]),
    ...(unchanged > 0 && changed.length > 0 ? ["", `${unchanged} unchanged.`] : []),
  ];
  return `${lines.join("\n")}\n`;
}

function row(entry: Entry): string {
  const { fields, queues, jobs, blocked, notes, title } = entry;
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

/** Nothing of a value may become markup or end a cell. */
function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replace(/[\\`*_{}[\]#|~@]/g, "\\$&")
    .replace(/\s*\n\s*/g, " ");
}
