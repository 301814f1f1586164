/** The results of a draw as a page: a table of all planted bugs, and what each of them was noticed by. */

import { hasSurvived, type Verdict } from "./judge.ts";

const cell = (text: string): string => text.replaceAll(/\s+/gu, " ").replaceAll("|", "\\|").trim();

export function plantedPage(seed: number, verdicts: readonly Verdict[]): string {
  const survived = verdicts.filter(hasSurvived).length;
  const rows = verdicts.map(({ mutation: { path, line, kind, text }, by, failure }) => {
    const change = text.length > 60 ? `${text.slice(0, 60)}…` : text;
    return `| ${path}:${line} | ${kind} | \`${cell(change).replaceAll("`", "'")}\` | ${by} | ${failure ? cell(failure.test) : ""} |`;
  });
  return [
    `# Planted by seed ${seed}`,
    "",
    `${verdicts.length} planted, ${survived} survived.`,
    "",
    "| place | kind | put there | noticed by | test |",
    "|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}
