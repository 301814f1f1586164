/**
 * `npm run bench:cluster [-- --objects N --speed N | --jobs N --speed N | --take-over | --attack KIND|all --objects N]`: the
 * cost of the bundled operator in a cluster. A real API server, the simulator behind HTTP, and `dist/main.js` as a separate process, with the permissions of
 * manifests/install.yaml. With `--jobs` it measures BatchJob objects instead, of which nine of ten have ended before; with
 * `--take-over` only how soon a standby writes; with `--attack` what one tenant notices of another, who has so many objects of
 * a kind (5,000 each, unless given) and changes 50 a second.
 */

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { heapPercentage, nodeOptions, smallYoungGeneration } from "../scripts/install/workload.ts";
import { kinds } from "../src/api/v1alpha1/kinds.ts";
import { type ControlPlane, startControlPlane } from "../test/integration/control-plane/control-plane.ts";
import { sleep } from "../test/integration/control-plane/wait.ts";
import { OperatorProcess } from "../test/integration/operator/operator-process.ts";
import { Account } from "../test/integration/stories/account.ts";
import { install, newIdentity } from "../test/integration/stories/installed.ts";
import { isReady, Team } from "../test/integration/stories/team.ts";
import { computeEnvironment, ec2, jobDefinition, jobQueue } from "../test/manifests.ts";
import { measureAttack } from "./cluster/attack.ts";
import { measureJobs } from "./cluster/jobs.ts";
import { type Reading, read, seconds } from "./cluster/reading.ts";
import { measureTakeOver } from "./cluster/take-over.ts";
import { table } from "./table.ts";

const { values } = parseArgs({
  options: {
    objects: { type: "string" },
    attack: { type: "string" },
    jobs: { type: "string" },
    speed: { type: "string", default: "10" },
    "take-over": { type: "boolean", default: false },
  },
});
const objects = Number(values.objects ?? (values.attack === undefined ? 1000 : 5000));
const speed = Number(values.speed);
const program = fileURLToPath(new URL("../dist/main.js", import.meta.url));
/** As in manifests/install.yaml, where V8 takes the percentage of the container's memory: a process without a container has none. */
const environment = { [nodeOptions.name]: smallYoungGeneration };
/** What V8 takes at most in the chart's container of 256 MiB. */
const containerHeapMiB = Math.floor((256 * heapPercentage) / 100);
/** Duration of the measurement at rest, and of the pause before it. */
const restMs = 60_000;

/** At most 25 environments and 25 queues, because AWS allows 50 of each; the rest are job definitions. */
function manifests() {
  const pairs = Math.min(25, Math.floor(objects / 4));
  const range = (length: number): number[] => Array.from({ length }, (_, index) => index);
  return [
    ...range(pairs).map((index) => computeEnvironment(`ce-${index}`, ec2)),
    ...range(pairs).map((index) => jobQueue(`q-${index}`, [`ce-${index}`])),
    ...range(objects - 2 * pairs).map((index) => jobDefinition(`jd-${index}`)),
  ];
}

function row(what: string, took: number, before: Reading, after: Reading): string[] {
  const each = (count: number): string => (count / objects).toFixed(2);
  return [
    what,
    took.toFixed(0),
    each(after.objectWrites - before.objectWrites),
    each(after.events - before.events),
    String(after.awsWrites - before.awsWrites),
    String(after.awsCalls - before.awsCalls),
    (after.cpuSeconds - before.cpuSeconds).toFixed(1),
    after.memoryMiB.toFixed(0),
  ];
}

async function measure(cluster: ControlPlane, account: Account): Promise<void> {
  await install(cluster);
  const front = await account.front();
  const { kubeconfig } = await newIdentity(cluster);
  const { directory } = cluster.access;
  const began = performance.now();
  const operator = await OperatorProcess.start({ kubeconfig, directory, awsUrl: front.url, program, environment });
  const reading = () => read(cluster, front, operator);
  try {
    await operator.untilReady();
    const startMs = performance.now() - began;
    await sleep(restMs / 2);
    const idle = await reading();

    const team = await Team.in(cluster, "bench");
    const applied = performance.now();
    // As concurrently as a GitOps controller, unlike kubectl.
    await Promise.all(manifests().map((manifest) => team.apply(manifest)));
    const applySeconds = (performance.now() - applied) / 1000;
    const allReady = async (): Promise<boolean> => {
      const list = await team.objects();
      return list.length === objects && list.every(isReady);
    };
    const readySeconds = applySeconds + (await seconds(allReady, "all objects being Ready"));
    const ready = await reading();
    await sleep(restMs);
    const settled = await reading();
    await sleep(restMs);
    const rested = await reading();

    await Promise.all(kinds.map(({ kind }) => team.deleteAll(kind)));
    const goneSeconds = await seconds(async () => (await team.objects()).length === 0, "all objects being gone");
    const gone = await reading();
    if (!account.isClean) throw new Error("AWS still has resources");
    if (account.violations.length > 0) throw new Error(account.violations.join("\n"));

    table(
      `dist/main.js with ${objects} objects; AWS ${speed} times faster than in life, 10 AWS calls a second allowed`,
      ["", "s", "writes/object", "events/object", "AWS writes", "AWS calls", "CPU s", "resident MiB"],
      [
        row("apply to all Ready", readySeconds, idle, ready),
        row("at rest", restMs / 1000, settled, rested),
        row("delete to all gone", goneSeconds, rested, gone),
      ],
    );
    table(
      "The process",
      ["start to ready ms", "idle MiB", "with all objects MiB"],
      [[startMs.toFixed(0), idle.memoryMiB.toFixed(0), rested.memoryMiB.toFixed(0)]],
    );
  } finally {
    await operator.stop();
  }
}

execFileSync(process.execPath, [fileURLToPath(new URL("../scripts/build.ts", import.meta.url))], { stdio: "inherit" });
if (values.attack === undefined) await inCluster(measureAsked);
else await measureAttacks(values.attack);

async function measureAsked(cluster: ControlPlane, account: Account): Promise<void> {
  if (values.jobs !== undefined)
    await measureJobs(cluster, account, { jobs: Number(values.jobs), start: starter(cluster, containerHeapMiB) });
  else {
    if (!values["take-over"]) await measure(cluster, account);
    await measureTakeOver(cluster, account, starter(cluster));
  }
}

/** Each kind in a cluster and an account of its own. */
async function measureAttacks(which: string): Promise<void> {
  const attacking = kinds.map(({ kind }) => kind).filter((kind) => which === "all" || which === kind);
  if (attacking.length === 0) throw new Error(`--attack takes a kind, or all: ${which} is neither`);
  const rows: string[][] = [];
  for (const kind of attacking) {
    const attacked = await inCluster((cluster, account) =>
      measureAttack(cluster, account, {
        kind,
        objects,
        changesPerSecond: 50,
        start: starter(cluster, containerHeapMiB),
      }),
    );
    const { worst, quietSeconds, attackedSeconds, restartSeconds, memoryMiB, ends } = attacked;
    const figures = [quietSeconds, attackedSeconds, attackedSeconds / quietSeconds, restartSeconds];
    rows.push([kind, worst, ...figures.map((one) => one.toFixed(1)), memoryMiB.toFixed(0), String(ends)]);
    table(
      `What another tenant notices of ${objects} hostile objects of a kind, and 50 changes of them a second`,
      ["attacking", "put back most", "quiet s", "attacked s", "ratio", "restart s", "resident MiB", "ended"],
      rows,
    );
  }
}

function starter({ access: { directory } }: ControlPlane, heapMiB?: number) {
  const limit = heapMiB === undefined ? "" : ` --max-old-space-size=${heapMiB}`;
  const limited = { ...environment, [nodeOptions.name]: `${smallYoungGeneration}${limit}` };
  return (kubeconfig: string, awsUrl: string) =>
    OperatorProcess.start({ kubeconfig, directory, awsUrl, program, environment: limited });
}

async function inCluster<T>(work: (cluster: ControlPlane, account: Account) => Promise<T>): Promise<T> {
  const cluster = await startControlPlane();
  const account = new Account({ speed });
  try {
    return await work(cluster, account);
  } finally {
    await account.close();
    await cluster.stop();
  }
}
