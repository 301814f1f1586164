import { isFinalized } from "../../controllers/pass/directives.ts";
import type { Output } from "../../operator/io.ts";
import { visible } from "../../runtime/visible.ts";
import { problemLines } from "../validation/problem.ts";
import { changedRows, endText, type ObjectRow, rowText, type Warning, warningText } from "./rows.ts";
import { afterwards, summaryLine } from "./summary.ts";
import { type Heading, headingText, jobText, type View } from "./view.ts";

/** For logs and pipes: one line per change. */
export function plainView(output: Output, stderr: Output, now: () => number, heading: Heading): View {
  let last: readonly ObjectRow[] = [];
  const shown = new Map<string, string>();
  const warned = new Map<string, readonly Warning[]>();
  const awaited = new Map<string, string>();
  const line = (text: string): void => output.write(`${timeText(now())} ${visible(text)}\n`);
  line(headingText(heading));
  return {
    objects(rows) {
      const { changed, gone } = changedRows(last, rows);
      last = rows;
      for (const row of changed) {
        const text = changeText(row);
        // A pending object is not reported.
        if (row.phase === "pending") continue;
        if (shown.get(rowText(row)) !== text) line(text);
        shown.set(rowText(row), text);
        const awaits = awaitsText(row);
        if (awaits !== undefined && awaited.get(rowText(row)) !== awaits) line(awaits);
        if (awaits === undefined) awaited.delete(rowText(row));
        else awaited.set(rowText(row), awaits);
        const before = warned.get(rowText(row)) ?? [];
        for (const warning of row.warnings) {
          if (!before.some((one) => warningText(one) === warningText(warning))) {
            line(`${rowText(row)} ${warningText(warning)}`);
          }
        }
        for (const { type } of before) {
          const end = row.warnings.some((one) => one.type === type) ? undefined : endText(row, type);
          if (end !== undefined) line(`${rowText(row)} ${end}`);
        }
        warned.set(rowText(row), row.warnings);
      }
      for (const row of gone) {
        const key = rowText(row);
        if (shown.delete(key)) line(`${key} ${goneText(row)}`);
        warned.delete(key);
        awaited.delete(key);
      }
    },
    awsWrite: () => undefined,
    // The changes of status say the same.
    event: () => undefined,
    awsChange(change) {
      const text = jobText(change);
      if (text !== undefined) line(text);
    },
    edit(problems) {
      for (const problem of problems) for (const text of problemLines(problem)) line(text);
      line(problems.length === 0 ? "read the manifests again" : keepsLast);
    },
    notice: line,
    log: (text) => stderr.write(text),
    end(ended) {
      const { warnings, next } = afterwards(ended);
      for (const text of [summaryLine(ended), ...warnings, ...(next === undefined ? [] : [next])]) line(text);
    },
    close: () => undefined,
  };
}

/** The line below the problems of an edit. */
export const keepsLast = "the edit is ignored; the previous manifests stay in effect";

function changeText(row: ObjectRow): string {
  const { phase, reason, message, awaits } = row;
  const where = awaits?.type === "Ready" ? whereToApprove : "";
  return `${rowText(row)} ${phase === "stalled" ? "Stalled " : ""}${reason}: ${message}${where}`;
}

/** Of a step that Ready says nothing about: the object is served, and something older waits for a person. */
function awaitsText(row: ObjectRow): string | undefined {
  if (row.awaits?.type !== "Retiring") return undefined;
  const { type, reason, message } = row.awaits;
  return `${rowText(row)} ${type} ${reason}: ${message}${whereToApprove}`;
}

/** The message of such a step ends with the annotation. */
const whereToApprove = " in metadata.annotations of its manifest";

/** AWS may have what such an object describes: as one that it was not allowed to adopt, or one that it was to keep. */
function goneText({ object }: ObjectRow): string {
  if (!isFinalized(object)) return "is forgotten: the operator has made nothing of it in AWS";
  const { deletionPolicy } = object.spec as { readonly deletionPolicy?: string };
  return deletionPolicy === "Retain" ? "is forgotten: AWS keeps what it has (deletionPolicy: Retain)" : "is deleted";
}

function timeText(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}
