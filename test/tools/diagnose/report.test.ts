import { describe, expect, it } from "vitest";
import { diagnose } from "../../../src/diagnosis/diagnose.ts";
import type { QueueFacts } from "../../../src/diagnosis/facts.ts";
import { diagnosisJson } from "../../../src/tools/diagnose/json.ts";
import { queueDocument } from "../../../src/tools/diagnose/queue-document.ts";
import type { NetworkReport } from "../../../src/tools/diagnose/report.ts";
import { isHealthy, type JobCounts, type QueueReport } from "../../../src/tools/diagnose/report.ts";
import { documentMarkdown } from "../../../src/tools/document/markdown.ts";
import { documentText, type Layout } from "../../../src/tools/document/text.ts";
import { paintFor, widthOf } from "../../../src/tools/terminal/paint.ts";
import { environment, facts, job, jobs, now } from "../../diagnosis/given.ts";

const counts: JobCounts = {
  submitted: { count: 0, more: false },
  pending: { count: 2, more: false },
  runnable: { count: 3, more: false },
  starting: { count: 0, more: false },
  running: { count: 1000, more: true },
};

const none = { count: 0, more: false };
const noJobs: JobCounts = { submitted: none, pending: none, runnable: none, starting: none, running: none };

function reportOf(given: QueueFacts, change: Partial<QueueReport> = {}): QueueReport {
  const diagnosis = diagnose(given, 0);
  return {
    account: "123456789012",
    region: "us-east-1",
    object: undefined,
    facts: given,
    counts,
    diagnosis,
    findings: diagnosis.findings,
    networks: new Map(),
    now,
    ...change,
  };
}

const plain = { paint: paintFor({ colour: false, unicode: true }), columns: 100 };
const idle = { ...jobs(undefined), head: undefined, runnable: { count: 0, more: false } };
const blocked = facts({
  environments: [environment("small", {}, { maxvCpus: 8 }), environment("off", { state: "DISABLED" })],
  jobs: jobs(job({ vcpus: 16, memoryMib: 32_768 }), { minutes: 133 }),
});

const nothingFound: NetworkReport["found"] = { state: "Unreachable", subnets: [], findings: [] };

const diagnosisText = (report: QueueReport, layout: Layout): string => documentText(queueDocument(report), layout);

describe("a diagnosis in text", () => {
  it("gives the answer first, then the fix, then the facts", async () => {
    await expect(diagnosisText(reportOf(blocked, { object: "team/main" }), plain)).toMatchFileSnapshot(
      "../../golden/diagnose/blocked.txt",
    );
  });

  it("shows controls that AWS or an image registry wrote into its reasons", () => {
    const evil = environment("ce", { status: "INVALID", statusReason: "\u001b[2Jno\nq is healthy\u202e" });
    const text = diagnosisText(reportOf(facts({ environments: [evil], jobs: jobs(job(), { minutes: 133 }) })), plain);
    expect(text).toContain("\\u001b[2Jno\\nq is healthy");
    expect(text).toMatch(/^[\n\P{Cc}]*$/u);
  });

  it("reports a healthy queue in few words", async () => {
    await expect(diagnosisText(reportOf(facts({ jobs: idle }), { counts: noJobs }), plain)).toMatchFileSnapshot(
      "../../golden/diagnose/healthy.txt",
    );
  });

  it("names each environment for which AWS has a newer image", () => {
    const images = [
      { imageType: "ECS_AL2023", batchImageStatus: "UPDATE_AVAILABLE" },
      { imageType: "ECS_AL2023_NVIDIA", batchImageStatus: "LATEST" },
    ];
    const environments = [environment("old", {}, { ec2Configuration: images }), environment("new")];
    const text = diagnosisText(reportOf(facts({ environments, jobs: idle }), { counts: noJobs }), plain);
    expect(text).toMatch(/newer image +old: AWS has one for ECS_AL2023\n/);
    expect(text.match(/newer image/g)).toHaveLength(1);
  });

  it("shows the network where it was read", async () => {
    const fact = { state: "Unreachable" as const, sentence: "subnet-1 leads nowhere", fix: "add a NAT gateway" };
    const picture = ["subnet-1 ── rtb-1 ── ✗ no route to 0.0.0.0/0"];
    const given = facts({ environments: [environment("ce", {}, {}, fact)], jobs: jobs(job(), { minutes: 1 }) });
    const text = diagnosisText(
      reportOf(given, { networks: new Map([["ce", { fact, found: nothingFound, picture, others: [] }]]) }),
      plain,
    );
    await expect(text).toMatchFileSnapshot("../../golden/diagnose/network.txt");
  });

  it.each([
    [
      "waits for a good reason",
      facts({ environments: [environment("ce", {}, { desiredvCpus: 64 })], jobs: jobs(job(), { running: 9 }) }),
      true,
    ],
    ["is idle and DISABLED", facts({ queue: { state: "DISABLED" }, jobs: idle }), false],
    ["is blocked", blocked, false],
  ])("is about a queue that %s", (_what, given, healthy) => {
    expect(isHealthy(reportOf(given))).toBe(healthy);
  });

  it("reports the jobs as unread if AWS denies reading them", () => {
    const text = diagnosisText(reportOf(facts({ jobs: undefined }), { counts: undefined }), plain);
    expect(text).toContain("its jobs could not be read");
    expect(text).not.toContain("RUNNABLE");
  });

  it.each([40, 60, 80, 200])("is no wider than a terminal of %d columns, but for the table", (columns) => {
    const lines = diagnosisText(reportOf(blocked), { ...plain, columns }).split("\n");
    const table = lines.findIndex((line) => line.includes("ENVIRONMENT"));
    // An address is not broken.
    const shown = lines.slice(1, table).filter((line) => !line.includes("docs/"));
    expect(Math.max(...shown.map(widthOf))).toBeLessThanOrEqual(Math.min(columns, 100));
  });
});

describe("a diagnosis in Markdown", () => {
  it("says the same, with the network to unfold", async () => {
    const fact = { state: "Unreachable" as const, sentence: "subnet-1 leads nowhere", fix: "add a NAT gateway" };
    const picture = ["subnet-1 ── rtb-1 ── ✗ no route to 0.0.0.0/0"];
    const given = facts({ environments: [environment("ce", {}, {}, fact)], jobs: jobs(job(), { minutes: 1 }) });
    const networks = new Map([["ce", { fact, found: nothingFound, picture, others: [] }]]);
    await expect(documentMarkdown(queueDocument(reportOf(given, { networks })))).toMatchFileSnapshot(
      "../../golden/diagnose/network.md",
    );
  });
});

describe("a diagnosis in JSON", () => {
  it("has these members, with the network of an environment where it was read", async () => {
    const fact = { state: "Unreachable" as const, sentence: "subnet-1 leads nowhere", fix: "add a NAT gateway" };
    const network = {
      fact,
      found: { state: "Unreachable" as const, subnets: [], findings: [] },
      picture: ["subnet-1 ── ✗"],
      others: [],
    };
    const environments = [environment("ce", {}, {}, fact), environment("off", { state: "DISABLED" })];
    const given = facts({ environments, jobs: jobs(job(), { minutes: 1 }) });
    const report = reportOf(given, { object: "team/main", networks: new Map([["ce", network]]) });
    await expect(`${JSON.stringify(JSON.parse(diagnosisJson(report)), undefined, 2)}\n`).toMatchFileSnapshot(
      "../../golden/diagnose/network.json",
    );
  });

  it("leaves out what nobody knows", () => {
    const report = reportOf(facts({ jobs: undefined }), { counts: undefined });
    expect(Object.keys(JSON.parse(diagnosisJson(report)) as object)).toEqual([
      "headline",
      "healthy",
      "verdict",
      "account",
      "region",
      "queue",
      "findings",
      "environments",
    ]);
  });

  it("is one line with verdict, counts, first job, findings and environments", () => {
    const text = diagnosisJson(reportOf(blocked));
    expect(text.split("\n")).toHaveLength(2);
    expect(JSON.parse(text)).toMatchObject({
      healthy: false,
      verdict: "blocked",
      queue: { name: "q", state: "ENABLED", status: "VALID" },
      jobs: { runnable: { count: 3, more: false }, running: { count: 1000, more: true } },
      firstJob: { name: "train", definition: "train:3", needs: { vcpus: 16 }, since: "2026-01-01T09:47:00.000Z" },
      findings: [{ code: "MaxVcpusTooSmall" }],
      environments: [
        { name: "small", exists: true, maxvCpus: 8 },
        { name: "off", exists: true, state: "DISABLED" },
      ],
    });
  });
});
