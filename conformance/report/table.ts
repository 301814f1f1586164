/** The end of a run, for a person. Pure. */

import type { Judged, Verdict } from "./verdict.ts";

const kinds = ["agrees", "words now known", "differs", "not tried", "failed"] as const;

/** Whether AWS is as the facts say, as far as they were tried. */
export function nothingDiffers(all: readonly Judged[]): boolean {
  return all.every(({ verdict }) => verdict.kind !== "differs" && verdict.kind !== "failed");
}

export function tableOf(all: readonly Judged[]): string {
  const lines = kinds.map((kind) => {
    const count = all.filter(({ verdict }) => verdict.kind === kind).length;
    return `${String(count).padStart(5)}  ${kind}`;
  });
  const sections = [
    ["differs", all.flatMap((one) => (one.verdict.kind === "differs" ? [differing(one, one.verdict)] : []))],
    [
      "failed",
      all.flatMap(({ row, verdict }) => (verdict.kind === "failed" ? [`  ${row.id}\n    ${verdict.why}`] : [])),
    ],
    [
      "words now known",
      all.flatMap(({ row, verdict }) =>
        verdict.kind === "words now known" ? [`  ${row.id}\n    AWS says: ${verdict.words}`] : [],
      ),
    ],
    ["not tried", [...reasonsIn(all)].map(([why, ids]) => `  ${why}\n${ids.map((id) => `    ${id}`).join("\n")}`)],
  ] as const;
  const shown = sections.filter(([, entries]) => entries.length > 0);
  return [...lines, ...shown.map(([title, entries]) => `\n${title}:\n${entries.join("\n")}`)].join("\n");
}

function differing({ row }: Judged, { differences }: Verdict & { kind: "differs" }): string {
  const lines = differences.map(({ where, expected, seen }) => `    ${where}: believed ${expected}, AWS: ${seen}`);
  return [`  ${row.id}  (${row.source})`, ...lines].join("\n");
}

function reasonsIn(all: readonly Judged[]): ReadonlyMap<string, readonly string[]> {
  const reasons = new Map<string, string[]>();
  for (const { row, verdict } of all) {
    if (verdict.kind !== "not tried") continue;
    reasons.set(verdict.why, [...(reasons.get(verdict.why) ?? []), row.id]);
  }
  return reasons;
}
