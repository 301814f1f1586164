import { BatchJobKind } from "../../src/api/v1alpha1/kinds.ts";
import type { ControlPlane } from "../../test/integration/control-plane/control-plane.ts";
import { sleep } from "../../test/integration/control-plane/wait.ts";
import type { OperatorProcess } from "../../test/integration/operator/operator-process.ts";
import type { Account } from "../../test/integration/stories/account.ts";
import { auditOfOperator, install, newIdentity } from "../../test/integration/stories/installed.ts";
import { Team } from "../../test/integration/stories/team.ts";
import { batchJob } from "../../test/manifests.ts";
import { jobStatus, pipelineJob } from "../jobs/objects.ts";
import { place } from "../jobs/place.ts";
import { table } from "../table.ts";
import { type Reading, read, seconds } from "./reading.ts";

/** How long a job runs, in seconds of the simulated AWS. */
const runsSeconds = 3000;
const restMs = 60_000;
const { group, version, plural } = BatchJobKind;

/** Starts the bundle with the options of the chart. */
type Start = (kubeconfig: string, awsUrl: string) => Promise<OperatorProcess>;

/** Memory, writes and calls with BatchJob objects of which nine of ten have ended before the operator starts. */
export async function measureJobs(
  cluster: ControlPlane,
  account: Account,
  { jobs, start }: { readonly jobs: number; readonly start: Start },
): Promise<void> {
  const active = Math.ceil(jobs / 10);
  await install(cluster);
  const front = await account.front();
  const { kubeconfig } = await newIdentity(cluster);
  const team = await Team.in(cluster, "bench");
  const preparing = await start(kubeconfig, front.url);
  await preparing.untilReady();
  await team.apply(...place);
  await team.untilReady();
  const prepared = { ...(await read(cluster, front, preparing)), cpuSeconds: 0 };
  await preparing.stop();
  await finishedJobs(cluster, team.namespace, jobs - active);

  const operator = await start(kubeconfig, front.url);
  const reading = () => read(cluster, front, operator);
  try {
    await operator.untilReady();
    await sleep(restMs / 2);
    const started = await reading();
    const before = front.calls.length;
    const submissions = () => front.calls.slice(before).filter(({ operation }) => operation === "submitJob");
    const applied = performance.now();
    const command = ["sleep", String(runsSeconds)];
    await inParallel(active, (index) => team.apply(batchJob(`job-${index}`, { containerOverrides: { command } })));
    await seconds(async () => submissions().length === active, "all jobs being submitted");
    const submittedSeconds = (performance.now() - applied) / 1000;
    const submitted = await reading();
    await seconds(async () => (await jobsIn(operator, "RUNNING")) === active, "all jobs running");
    const running = await reading();
    await sleep(restMs);
    const rested = await reading();
    const endSeconds = await seconds(async () => (await jobsIn(operator, "SUCCEEDED")) === jobs, "all jobs complete");
    const ended = await reading();
    const writes = await statusWrites(cluster);
    const row = (what: string, took: number, from: Reading, to: Reading): string[] => [
      what,
      took.toFixed(0),
      ((to.objectWrites - from.objectWrites) / active).toFixed(2),
      String(to.awsCalls - from.awsCalls),
      (to.cpuSeconds - from.cpuSeconds).toFixed(1),
      to.memoryMiB.toFixed(0),
    ];
    table(
      `dist/main.js with ${jobs - active} BatchJobs that have ended and ${active} applied at once`,
      ["", "s", "writes/job", "AWS calls", "CPU s", "resident MiB"],
      [
        row("started with those that have ended", restMs / 2000, prepared, started),
        row("apply to all submitted", submittedSeconds, started, submitted),
        row("at rest, all running", restMs / 1000, running, rested),
        row("to all complete", endSeconds, rested, ended),
      ],
    );
    table("Status writes of a job, at most", ["", "writes"], [["applied to complete", String(Math.max(...writes))]]);
  } finally {
    await operator.stop();
  }
}

/** Creates objects with the status of jobs that have ended, as another operator has left them. */
async function finishedJobs(cluster: ControlPlane, namespace: string, count: number): Promise<void> {
  const path = `/apis/${group}/${version}/namespaces/${namespace}/${plural}`;
  await inParallel(count, async (index) => {
    const body = pipelineJob(index, namespace);
    const created = await cluster.request("POST", path, { body });
    if (created.status !== 201) throw new Error(JSON.stringify(created.body));
    const { uid } = (created.body as { readonly metadata: { readonly uid: string } }).metadata;
    const status = jobStatus(`${namespace}_${body.metadata.name}`, uid, true);
    const { apiVersion, kind, metadata } = body;
    const patched = await cluster.request(
      "PATCH",
      `${path}/${metadata.name}/status?fieldManager=aws-batch-operator&force=true`,
      {
        body: { apiVersion, kind, metadata: { name: metadata.name, namespace }, status },
        contentType: "application/apply-patch+yaml",
      },
    );
    if (patched.status !== 200) throw new Error(JSON.stringify(patched.body));
  });
}

/** As concurrently as a GitOps controller, unlike kubectl. */
async function inParallel(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

/** BatchJob objects whose job has the status, as the operator's metric counts them. */
async function jobsIn(operator: OperatorProcess, status: string): Promise<number> {
  const lines = (await (await fetch(operator.metricsUrl)).text()).split("\n");
  const values = lines.filter((line) => line.startsWith("awsbatch_jobs{") && line.includes(`status="${status}"`));
  return values.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}

/** How often the status of each job was written. */
async function statusWrites(cluster: ControlPlane): Promise<readonly number[]> {
  const events = (await auditOfOperator(cluster)).filter(
    ({ objectRef, verb }) => verb === "patch" && objectRef?.resource === plural && objectRef.subresource === "status",
  );
  const byName = Map.groupBy(events, ({ objectRef }) => objectRef?.name);
  return [...byName.values()].map((list) => list.length);
}
