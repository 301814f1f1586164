import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { accessDenied } from "../../../src/simulator/faults.ts";
import { SimulatedCloud } from "../../../src/tools/simulated-cloud.ts";
import { type GivenOptions, MemorySource, phaseOf, quickstart, started, temporaryDirectory } from "./given.ts";

const job = (spec = "") => `
apiVersion: awsbatch.dev/v1alpha1
kind: BatchJob
metadata: {name: once}
spec:
  jobQueueRef: {name: high}
  jobDefinitionRef: {name: hello}
  containerOverrides: {command: [sleep, "60"]}
${spec}`;

/** A directory with a job, whose AWS refuses each submission if asked to. */
async function withJob({ spec = "", isRefused = false, flags = {} }: Partial<Given> = {}) {
  const clock = new VirtualClock();
  const cloud = new SimulatedCloud({ clock, random: seededRandom(1), region: "us-east-1" });
  const aws = cloud.world("us-east-1");
  if (isRefused) aws.faults.add({ on: "SubmitJob", fault: accessDenied("SubmitJob") });
  const source = new MemorySource({ ...quickstart, "job.yaml": job(spec) });
  const directory = temporaryDirectory();
  const given = { clock, cloud, source, directory, flags: { simulate: false, clusterName: "team", ...flags } };
  const session = await started(given);
  const jobs = () => aws.truth.jobs().map(({ status }) => status);
  return { ...session, aws, jobs, given, seconds: (count: number) => clock.advance(count * 1000) };
}

interface Given {
  readonly spec: string;
  readonly isRefused: boolean;
  readonly flags: GivenOptions["flags"];
}

type Session = Pick<Awaited<ReturnType<typeof started>>, "lines" | "stdout">;
const phase = ({ lines }: Session): unknown => phaseOf(lines(), "BatchJob", "once");
const text = ({ lines }: Session): string => JSON.stringify(lines());

describe("a job whose manifest was removed", () => {
  test.each<[string, Partial<Given>]>([
    ["while AWS refused it", { isRefused: true }],
    ["while AWS refused it, with --prune", { isRefused: true, flags: { prune: true } }],
    ["while it was suspended", { spec: "  suspend: true" }],
  ])("%s is forgotten and never submitted, and one with the manifest again is a new job", async (_when, given) => {
    const session = await withJob(given);
    await session.seconds(120);
    session.source.write("job.yaml", undefined);
    await session.seconds(120);
    expect([phase(session), session.jobs()]).toEqual(["gone", []]);
    expect(text(session)).not.toContain("still in AWS");
    session.aws.faults.clear();
    await session.seconds(3600);
    expect(session.jobs()).toEqual([]);
    session.source.write("job.yaml", job());
    await session.seconds(600);
    expect(session.jobs()).toEqual(["SUCCEEDED"]);
    session.interrupt();
    await session.end();
  });

  test("while local did not run is not submitted by the next start, and is forgotten", async () => {
    const session = await withJob({ isRefused: true });
    await session.seconds(120);
    session.interrupt();
    await session.end();
    session.aws.faults.clear();
    session.source.write("job.yaml", undefined);
    const next = await started(session.given);
    await session.seconds(600);
    expect([phase(next), session.jobs()]).toEqual(["gone", []]);
    expect(text(next)).not.toContain("still in AWS");
    next.interrupt();
    await next.end();
  });

  test("and came back within seconds is submitted once", async () => {
    const session = await withJob({ isRefused: true });
    await session.seconds(120);
    session.source.write("job.yaml", undefined);
    await session.seconds(3);
    session.source.write("job.yaml", job());
    session.aws.faults.clear();
    await session.seconds(900);
    expect([phase(session), session.jobs()]).toEqual(["ready", ["SUCCEEDED"]]);
    session.interrupt();
    await session.end();
  });

  test("while it ran goes on, says so, and is not run again when the manifest comes back", async () => {
    const session = await withJob();
    await session.clock.advanceUntil(() => session.jobs()[0] === "RUNNING", 600_000, "the job runs");
    session.source.write("job.yaml", undefined);
    await session.seconds(10);
    expect(text(session)).toContain("removed, but its job is still in AWS: start with --prune to end it");
    await session.seconds(600);
    expect(text(session)).toContain("removed: its job has ended, and its result is kept");
    session.source.write("job.yaml", job());
    await session.seconds(600);
    expect([phase(session), session.jobs()]).toEqual(["ready", ["SUCCEEDED"]]);
    session.interrupt();
    await session.end();
  });

  test("while the answer to its submission was lost is found, and not submitted again", async () => {
    const session = await withJob({ spec: "  suspend: true" });
    await session.seconds(120);
    session.aws.faults.add({ on: "SubmitJob", fault: { kind: "loseResponse" }, times: 1 });
    session.source.write("job.yaml", job());
    await session.clock.advanceUntil(() => session.jobs().length === 1, 60_000, "AWS has the job");
    session.source.write("job.yaml", undefined);
    await session.seconds(900);
    expect(session.jobs()).toEqual(["SUCCEEDED"]);
    expect(phase(session)).toBe("removed");
    session.interrupt();
    await session.end();
  });
});

test("a queue that was never made is forgotten with its manifest, and what was made stays", async () => {
  const session = await withJob();
  session.source.write("job.yaml", undefined);
  session.aws.faults.add({ on: "CreateJobQueue", fault: accessDenied("CreateJobQueue") });
  await session.seconds(120);
  for (const file of ["queue.yaml", "definition.yaml"]) session.source.write(file, undefined);
  await session.seconds(60);
  const message = (kind: string) =>
    session.ofType("status").findLast((line) => line["kind"] === kind && line["phase"] === "removed")?.["message"];
  expect(message("JobDefinition")).toMatch(/^removed, but still in AWS/);
  expect(message("JobQueue")).toMatch(/may have made a part of it in AWS/);
  session.interrupt();
  await session.end();
});
