import { durationText } from "../../api/words.ts";
import { awsWords } from "../../diagnosis/words.ts";
import type { Column, Document } from "../document/document.ts";
import type { ListedJob } from "./list.ts";
import type { ListedJobs } from "./place.ts";

const columns: readonly Column[] = [
  // Names of an operator's jobs end with a UID, which says least.
  { head: "NAME", most: 32, cut: "end" },
  { head: "STATUS", most: 31 },
  { head: "EXIT", most: 4 },
  { head: "QUEUE", most: 32 },
  { head: "DURATION", most: 9 },
  { head: "AGE", most: 7 },
  { head: "JOB ID", most: 36 },
  { head: "REASON", cut: "end", least: 24 },
];

/** Jobs as a table, and what it leaves out. Pure. @param failed only those that failed were asked for */
export function jobsDocument({ jobs, more, arraysUnasked, now, none }: ListedJobs, failed = false): Document {
  if (jobs.length === 0) {
    return [{ kind: "paragraph", text: `${none.what}${failed ? " that failed" : ""}${none.where}.` }];
  }
  return [
    {
      kind: "table",
      columns,
      rows: jobs.map((job) => [...cellsOf(job, now), reasonIn(job)]),
      below: [
        ...(more ? ["There are older jobs, which are not shown."] : []),
        ...(arraysUnasked === undefined
          ? []
          : [
              `Which children of the ${arraysUnasked} oldest arrays failed is not shown: logs --failed reads those of one.`,
            ]),
      ],
    },
  ];
}

function cellsOf(job: ListedJob, now: number): string[] {
  const { name, exitCode, queue, startedAt, stoppedAt, createdAt, id } = job;
  const duration = startedAt === undefined ? "-" : durationText((stoppedAt ?? now) - startedAt);
  return [
    name,
    statusText(job),
    exitCode === undefined ? "-" : String(exitCode),
    queue,
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
  const which = indices === undefined ? [] : [`failed children: ${indices}`];
  const why = reason === undefined || status === "SUCCEEDED" ? [] : [awsWords(reason)];
  return [...which, ...why].join("; ");
}
