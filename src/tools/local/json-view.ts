import type { Output } from "../../operator/io.ts";
import { jsonLine } from "../../runtime/visible.ts";
import { changedRows, type ObjectRow, rowText } from "./rows.ts";
import { afterwards, summaryLine } from "./summary.ts";
import type { Heading, View } from "./view.ts";

/**
 * One line of JSON per change of a status, per AWS write and, with a simulated AWS, per change of state, in
 * chronological order. `time` is from the clock of operator and AWS.
 */
export function jsonView(output: Output, stderr: Output, now: () => number, heading: Heading): View {
  let last: readonly ObjectRow[] = [];
  const shown = new Map<string, string>();
  const line = (type: string, fields: object): void => {
    output.write(jsonLine({ time: new Date(now()).toISOString(), type, ...fields }));
  };
  line("start", heading);
  return {
    objects(rows) {
      const { changed, gone } = changedRows(last, rows);
      last = rows;
      for (const row of changed) {
        const status = statusOf(row);
        const text = JSON.stringify(status);
        if (shown.get(rowText(row)) === text) continue;
        shown.set(rowText(row), text);
        line("status", status);
      }
      for (const row of gone) {
        shown.delete(rowText(row));
        line("status", { kind: row.kind, namespace: row.namespace, name: row.name, phase: "gone" });
      }
    },
    awsWrite: (write) => line("awsWrite", write),
    // The changes of status say the same.
    event: () => undefined,
    awsChange: ({ kind, name, arn, state, status, statusReason, order }) =>
      line("aws", { kind, name, arn, state, status, statusReason, order: order?.map(nameIn) }),
    edit: (problems) => line("edit", { valid: problems.length === 0, problems }),
    notice: (message) => line("notice", { message }),
    log: (text) => stderr.write(text),
    end: (ended) =>
      line("end", { outcome: ended.outcome.kind, summary: summaryLine(ended), warnings: afterwards(ended).warnings }),
    close: () => undefined,
  };
}

function statusOf({ kind, namespace, name, phase, reason, message, deleting, object }: ObjectRow) {
  const { generation } = object.metadata;
  return { kind, namespace, name, generation, deleting, phase, reason, message, status: object.status ?? null };
}

function nameIn(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
