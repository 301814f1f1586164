import { durationText } from "../../api/words.ts";
import { countText } from "../../aws/queue-jobs.ts";
import { type CauseKind, causeKind } from "../../diagnosis/causes.ts";
import type { CapacityFact } from "../../diagnosis/service-queue.ts";
import { needsText } from "../../diagnosis/words.ts";
import type { Document, TableBlock } from "../document/document.ts";
import type { Colour } from "../terminal/paint.ts";
import { isHealthy, type JobCounts, type QueueReport } from "./report.ts";

/** A diagnosis for people: the answer first, then the facts. Pure. */
export function queueDocument(report: QueueReport): Document {
  return [
    { kind: "heading", text: headline(report), tone: isHealthy(report) ? "green" : "red" },
    ...report.findings.map(({ code, sentence, fix }) => {
      const page = `docs/jobs-not-starting.md#${code.toLowerCase()}`;
      return { kind: "finding", code, sentence, fix, page, tone: colours[causeKind(code)] } as const;
    }),
    { kind: "facts", rows: factRows(report) },
    environmentTable(report),
    ...[...report.networks].map(
      ([name, { picture }]) => ({ kind: "drawing", title: `network of ${name}`, lines: picture }) as const,
    ),
  ];
}

/** The answer in one line. */
export function headline(report: QueueReport): string {
  const { facts, diagnosis, counts, now } = report;
  const name = facts.queue.jobQueueName;
  const head = facts.jobs?.head;
  const wait = head === undefined ? "" : durationText(now - head.since);
  switch (diagnosis.verdict) {
    case "blocked":
      return `${name} is blocked: ${runnable(report)}, the first for ${wait}; no job can start until this is fixed`;
    case "waiting":
      return `${name}: ${runnable(report)}, the first for ${wait}, for an expected reason`;
    case "progressing":
      return `${name} progresses: ${runnable(report)}, the first for ${wait}`;
    case "idle": {
      const jobs = counts === undefined ? "its jobs could not be read" : "no jobs are waiting";
      return isHealthy(report) ? `${name} is healthy: ${jobs}` : `${name}: ${jobs}, but there are problems`;
    }
  }
}

function runnable({ facts: { jobs } }: QueueReport): string {
  if (jobs === undefined) return "no jobs are waiting";
  const { runnable: count } = jobs;
  return `${countText(count)} ${count.count === 1 ? "job waits" : "jobs wait"}`;
}

const colours: Readonly<Record<CauseKind, Colour>> = { blocked: "red", other: "yellow", waiting: "cyan" };

function factRows({
  facts,
  counts,
  object,
  account,
  region,
  now,
  capacity = [],
}: QueueReport): readonly (readonly [string, string])[] {
  const { queue, jobs } = facts;
  const of = object === undefined ? "" : `, JobQueue ${object}`;
  const rows: [string, string][] = [
    [
      "queue",
      `${queue.jobQueueName}, ${queue.state} and ${queue.status}, priority ${queue.priority}${queue.schedulingPolicyArn === undefined ? "" : `, scheduling policy ${queue.schedulingPolicyArn.split("/").at(-1)}`}`,
    ],
    ["where", `account ${account}, ${region}${of}`],
  ];
  if (counts !== undefined) rows.push(["jobs", countsText(counts)]);
  const head = jobs?.head;
  if (head !== undefined) {
    const { described } = head;
    const age = described?.createdAt === undefined ? "" : `; submitted ${durationText(now - described.createdAt)} ago`;
    const what = described === undefined ? "" : ` "${described.name}" (${described.definition})`;
    rows.push(["first job", `${head.jobId}${what}, first for ${durationText(now - head.since)}${age}`]);
    if (described !== undefined) {
      rows.push(["it needs", needsText(described.needs)]);
      rows.push(["AWS says", described.statusReason ?? "no reason yet"]);
    }
  }
  for (const { name, environment } of facts.environments) {
    const images = environment?.computeResources?.ec2Configuration ?? [];
    const older = images.filter(({ batchImageStatus }) => batchImageStatus === "UPDATE_AVAILABLE");
    if (older.length === 0) continue;
    rows.push(["newer image", `${name}: AWS has one for ${older.map(({ imageType }) => imageType).join(", ")}`]);
  }
  rows.push(...capacity.map((one): [string, string] => ["capacity", capacityText(one)]));
  return rows;
}

/** `quota share team, ENABLED and VALID: 3 of 4 ml.m5.large used`. */
function capacityText({ of, name, state, status, limits }: CapacityFact): string {
  const texts = limits.map(
    ({ unit, limit, used }) => `${used} of ${limit} ${unit === "NUM_INSTANCES" ? "instances" : unit} used`,
  );
  return `${of} ${name}, ${state} and ${status}${texts.length === 0 ? "" : `: ${texts.join(", ")}`}`;
}

function countsText(counts: JobCounts): string {
  const order = ["submitted", "pending", "runnable", "starting", "running"] as const;
  return order.map((state) => `${countText(counts[state])} ${state.toUpperCase()}`).join(", ");
}

export function environmentTable({ facts, networks }: QueueReport): TableBlock {
  const network = (cell: string): string[] => (networks.size === 0 ? [] : [cell]);
  const heads = ["#", "ENVIRONMENT", "TYPE", "STATE", "STATUS", "VCPUS", ...network("NETWORK"), "INSTANCE TYPES"];
  return {
    kind: "table",
    columns: heads.map((head) => (head === "ENVIRONMENT" ? { head, most: 44 } : { head })),
    rows: facts.environments.map(({ name, environment }, index) => {
      const resources = environment?.computeResources;
      const { desiredvCpus, maxvCpus = "?" } = resources ?? {};
      return [
        `${index + 1}`,
        name,
        environment === undefined ? "gone" : (resources?.type ?? environment.type ?? ""),
        environment?.state ?? "",
        environment?.status ?? "",
        resources === undefined
          ? ""
          : desiredvCpus === undefined
            ? `max ${maxvCpus}`
            : `${desiredvCpus} of ${maxvCpus}`,
        ...network(networks.get(name)?.fact.state ?? "not read"),
        (resources?.instanceTypes ?? []).join(", "),
      ];
    }),
  };
}
