import { countText } from "../../aws/queue-jobs.ts";
import { type CauseKind, causeKind, type Finding } from "../../diagnosis/causes.ts";
import type { CapacityFact } from "../../diagnosis/service-queue.ts";
import { needsText } from "../../diagnosis/words.ts";
import { visibleIn } from "../../runtime/visible.ts";
import { cutMiddle, durationText, inColumns, neededWidths, wrapped } from "../terminal/layout.ts";
import type { Colour, Paint } from "../terminal/paint.ts";
import { isHealthy, type JobCounts, type QueueReport } from "./report.ts";

/** A diagnosis for the terminal: the answer first, then the facts. Pure. */

const widest = 100;
const mostLines = 20;

/** The terminal that it is for. */
export interface Layout {
  readonly paint: Paint;
  readonly columns: number;
}

export function diagnosisText(read: QueueReport, layout: Layout): string {
  const report = visibleIn(read);
  const { paint } = layout;
  const width = widthFor(layout);
  return blocksText([
    [paint(isHealthy(report) ? "green" : "red", headline(report))],
    ...report.findings.map((finding) => findingLines(finding, width, paint)),
    factLines(report, width, paint),
    environmentLines(report, paint),
    ...[...report.networks].map(([name, { picture }]) =>
      picture.length === 0 ? [] : [paint("bold", `network of ${name}`), ...picture.map((line) => `  ${line}`)],
    ),
  ]);
}

/** Columns of running text. */
export function widthFor({ columns }: Layout): number {
  return Math.max(40, Math.min(widest, columns));
}

/** Blocks of lines with an empty line between two, without those that are empty. */
export function blocksText(blocks: readonly (readonly string[])[]): string {
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
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

function findingLines({ code, sentence, fix }: Finding, width: number, paint: Paint): string[] {
  const page = `docs/jobs-not-starting.md#${code.toLowerCase()}`;
  return findingText({ code, sentence, fix, page, colour: colours[causeKind(code)] }, width, paint);
}

/** A finding as lines: its code, the sentence, the fix, and the page about it. */
export function findingText(
  {
    code,
    sentence,
    fix,
    page,
    colour,
  }: Readonly<Record<"code" | "sentence" | "fix" | "page", string>> & { readonly colour: Colour },
  width: number,
  paint: Paint,
): string[] {
  const indent = "  ";
  const body = (text: string): string[] => wrapped(text, width - indent.length, mostLines).map((line) => indent + line);
  return [
    paint(colour, code),
    ...body(`${capital(sentence)}.`),
    ...(fix === "" ? [] : body(`Fix: ${fix}.`)),
    paint("dim", `${indent}${page}`),
  ];
}

function capital(text: string): string {
  // A name keeps its letters.
  return /^[a-z]+ /.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

function factLines(
  { facts, counts, object, account, region, now, capacity = [] }: QueueReport,
  width: number,
  paint: Paint,
): string[] {
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
  rows.push(...capacity.map((one): [string, string] => ["capacity", capacityText(one)]));
  return rowLines(rows, width, paint);
}

/** `quota share team, ENABLED and VALID: 3 of 4 ml.m5.large used`. */
function capacityText({ of, name, state, status, limits }: CapacityFact): string {
  const texts = limits.map(
    ({ unit, limit, used }) => `${used} of ${limit} ${unit === "NUM_INSTANCES" ? "instances" : unit} used`,
  );
  return `${of} ${name}, ${state} and ${status}${texts.length === 0 ? "" : `: ${texts.join(", ")}`}`;
}

/** Facts with their labels. */
export function rowLines(
  rows: readonly (readonly [label: string, text: string])[],
  width: number,
  paint: Paint,
): string[] {
  return rows.flatMap(([label, text]) => {
    const lines = wrapped(text, width - 11, mostLines);
    return lines.map((line, index) => `${paint("dim", (index === 0 ? label : "").padEnd(9))}  ${line}`);
  });
}

function countsText(counts: JobCounts): string {
  const order = ["submitted", "pending", "runnable", "starting", "running"] as const;
  return order.map((state) => `${countText(counts[state])} ${state.toUpperCase()}`).join(", ");
}

const nameLimit = 44;

export function environmentLines({ facts, networks }: QueueReport, paint: Paint): string[] {
  if (facts.environments.length === 0) return [];
  const networkCell = (cell: string): string[] => (networks.size === 0 ? [] : [cell]);
  const rows = facts.environments.map(({ name, environment }, index) => {
    const resources = environment?.computeResources;
    const { desiredvCpus, maxvCpus = "?" } = resources ?? {};
    const cells = [
      `${index + 1}`,
      cutMiddle(name, nameLimit),
      environment === undefined ? "gone" : (resources?.type ?? environment.type ?? ""),
      environment?.state ?? "",
      environment?.status ?? "",
      resources === undefined ? "" : desiredvCpus === undefined ? `max ${maxvCpus}` : `${desiredvCpus} of ${maxvCpus}`,
      ...networkCell(networks.get(name)?.fact.state ?? "not read"),
    ];
    return { cells, last: [(resources?.instanceTypes ?? []).join(", ")] };
  });
  const head = {
    cells: ["#", "ENVIRONMENT", "TYPE", "STATE", "STATUS", "VCPUS", ...networkCell("NETWORK")],
    last: ["INSTANCE TYPES"],
  };
  const widths = neededWidths(
    [head, ...rows].map(({ cells }) => cells),
    head.cells.map(() => nameLimit),
  );
  const [title = "", ...lines] = inColumns([head, ...rows], widths);
  return [paint("bold", title), ...lines];
}
