import type { ReasonPlace } from "../../src/api/reasons/table.ts";
import { type ReasonEntry, reasonsOf, worded } from "../../src/api/reasons.ts";
import type { OperatorKind } from "../../src/api/v1alpha1/kinds.ts";
import { code } from "./type-text.ts";

/**
 * The reasons of a kind in one place, as a Markdown table in alphabetical order. Reasons with the same meaning share a row.
 *
 * @param status only those with this status of the condition; without it, each row has its status if the entry has one
 */
export function reasonsTable(kind: OperatorKind, place: ReasonPlace, status?: string): string {
  const entries = reasonsOf(kind.kind)
    .filter((entry) => entry.place === place && (status === undefined || (entry.status ?? "False") === status))
    .map((entry) => worded(entry, kind))
    .toSorted((a, b) => (a.reason < b.reason ? -1 : 1));
  if (entries.length === 0) throw new Error(`${kind.kind} has no reason in ${place} ${status ?? ""}`.trimEnd());
  const rows = Map.groupBy(entries, ({ means, todo, status: of }) => JSON.stringify([means, todo, of]));
  const isInformative = place === "event" || place === "plan";
  const head = isInformative
    ? ["| reason | means |", "|---|---|"]
    : ["| reason | means | what to do |", "|---|---|---|"];
  return [
    ...head,
    ...[...rows.values()].map((same) => {
      const [{ means, todo = "", ...entry }] = same as [ReasonEntry];
      const text = status === undefined ? withStatus({ ...entry, means }) : means;
      const cells = [same.map(({ reason }) => code(reason)).join(", "), text, ...(isInformative ? [] : [todo])];
      return `|${cells.map((cell) => (cell === "" ? " " : ` ${cell} `)).join("|")}|`;
    }),
  ].join("\n");
}

/** Its meaning, with the status of the condition. */
export function withStatus({ status, means }: Pick<ReasonEntry, "status" | "means">): string {
  return status === undefined ? means : `${status}: ${means}`;
}
