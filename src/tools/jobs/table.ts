import { awsWords } from "../../diagnosis/words.ts";
import { visible } from "../../runtime/visible.ts";
import { cut, cutMiddle, durationText, inColumns, neededWidths } from "../terminal/layout.ts";
import type { JobList, ListedJob } from "./list.ts";

const heads = ["NAME", "STATUS", "EXIT", "QUEUE", "DURATION", "AGE", "JOB ID"] as const;
/** On a terminal; elsewhere nothing is cut. */
const widest = [32, 31, 4, 32, 9, 7, 36];
const unbounded = heads.map(() => Number.POSITIVE_INFINITY);
/** The last column has at least so many. */
const reasonMin = 24;

/** Jobs as a table. Pure. @param now wall time (ms) @param columns of the terminal; undefined: as wide as needed */
export function jobsTable({ jobs, more, arraysUnasked }: JobList, now: number, columns: number | undefined): string {
  const rows = jobs.map((job) => ({ cells: cellsOf(job, now), reason: reasonIn(job) }));
  const widths = neededWidths([heads, ...rows.map(({ cells }) => cells)], columns === undefined ? unbounded : widest);
  const used = widths.reduce((sum, width) => sum + width + 2, 0);
  const last = columns === undefined ? Number.POSITIVE_INFINITY : Math.max(reasonMin, columns - used);
  const lines = inColumns(
    [
      { cells: heads, last: ["REASON"] },
      ...rows.map(({ cells, reason }) => ({
        // Names of an operator's jobs end with a UID, which says least.
        cells: cells.map((cell, index) => (index === 0 ? cut : cutMiddle)(cell, widths[index] ?? 0)),
        last: [cut(reason, last)],
      })),
    ],
    widths,
  );
  const older = more ? ["There are older jobs, which are not shown."] : [];
  const unasked =
    arraysUnasked === undefined
      ? []
      : [`Which children of the ${arraysUnasked} oldest arrays failed is not shown: logs --failed reads those of one.`];
  return [...lines, ...older, ...unasked].map((line) => `${line}\n`).join("");
}

function cellsOf(job: ListedJob, now: number): string[] {
  const { name, exitCode, queue, startedAt, stoppedAt, createdAt, id } = job;
  const duration = startedAt === undefined ? "-" : durationText((stoppedAt ?? now) - startedAt);
  return [
    visible(name),
    statusText(job),
    exitCode === undefined ? "-" : String(exitCode),
    visible(queue),
    duration,
    durationText(now - createdAt),
    id,
  ];
}

/** `RUNNING`; of an array also how many children have succeeded. */
function statusText({ status, children }: ListedJob): string {
  if (children === undefined) return status;
  const size = Object.values(children).reduce((sum, count) => sum + count, 0);
  const { SUCCEEDED: succeeded = 0, FAILED: failed = 0 } = children;
  return `${status} ${succeeded}/${size}${failed === 0 ? "" : `, ${failed} failed`}`;
}

function reasonIn({ status, reason, failedIndices, failedIndicesUnread }: ListedJob): string {
  const indices = failedIndicesUnread === undefined ? failedIndices : "not read";
  const which = indices === undefined ? [] : [`failed children: ${visible(indices)}`];
  const why = reason === undefined || status === "SUCCEEDED" ? [] : [visible(awsWords(reason))];
  return [...which, ...why].join("; ");
}
