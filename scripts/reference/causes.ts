import { type Cause, causeCodes, causeTable } from "../../src/diagnosis/causes.ts";
import { code } from "./type-text.ts";

const statuses: Readonly<Record<Cause["kind"], string>> = { blocked: "False", waiting: "True", beside: "Unknown" };
/** Told by `diagnose` only, or by other conditions. */
const elsewhere: readonly string[] = ["QueueDisabled", "Dependencies"];

/** Why jobs wait, from the table that the diagnosis uses, as rows of a Markdown table. */
export function causesTable(): string {
  return causeCodes
    .filter((name) => !elsewhere.includes(name))
    .map((name) => {
      const { kind, means, fix } = causeTable[name];
      return `| ${code(name)} | ${statuses[kind]}: ${means} | ${fix} |`;
    })
    .join("\n");
}
