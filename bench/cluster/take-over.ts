import type { ControlPlane } from "../../test/integration/control-plane/control-plane.ts";
import { sleep } from "../../test/integration/control-plane/wait.ts";
import type { OperatorProcess } from "../../test/integration/operator/operator-process.ts";
import type { Account, Front } from "../../test/integration/stories/account.ts";
import { install, newIdentity } from "../../test/integration/stories/installed.ts";
import { Team } from "../../test/integration/stories/team.ts";
import { computeEnvironment, ec2, jobQueue } from "../../test/manifests.ts";
import { table } from "../table.ts";

interface Replica {
  readonly operator: OperatorProcess;
  readonly front: Front;
}

/** As in the Lease: longer than the time for which a read may not show a write. */
const quietMs = 12_000;
const limitMs = 60_000;
const rows: readonly { readonly what: string; readonly signal: NodeJS.Signals; readonly times: number }[] = [
  { what: "graceful end (SIGTERM)", signal: "SIGTERM", times: 5 },
  { what: "crash (SIGKILL)", signal: "SIGKILL", times: 2 },
];

/**
 * The time from the end of the leader to the first write of the standby: a change of a queue's priority that is applied
 * when the leader has ended, which had written nothing for a while.
 */
export async function measureTakeOver(
  cluster: ControlPlane,
  account: Account,
  start: (kubeconfig: string, awsUrl: string) => Promise<OperatorProcess>,
): Promise<void> {
  await install(cluster);
  const replica = async (): Promise<Replica> => {
    const [front, { kubeconfig }] = await Promise.all([account.front(), newIdentity(cluster)]);
    const operator = await start(kubeconfig, front.url);
    await operator.untilReady();
    return { operator, front };
  };
  let leader = await replica();
  let standby = await replica();
  try {
    const team = await Team.in(cluster, "bench");
    await team.apply(computeEnvironment("ce", ec2), jobQueue("q", ["ce"]));
    await team.untilReady();
    let priority = 1;
    const measured: string[][] = [];
    for (const { what, signal, times } of rows) {
      const tookMs: number[] = [];
      for (let time = 0; time < times; time++) {
        await sleep(quietMs);
        const how = await leader.operator.stop(signal);
        if (signal === "SIGTERM" && how !== "ended with code 0") throw new Error(`the leader ${how}`);
        const endedAt = performance.now();
        await team.apply(jobQueue("q", ["ce"], { priority: ++priority }));
        tookMs.push((await firstWrite(standby)) - endedAt);
        leader = standby;
        standby = await replica();
        await team.untilReady();
      }
      const sorted = tookMs.toSorted((left, right) => left - right).map((ms) => (ms / 1000).toFixed(1));
      measured.push([what, String(times), sorted[Math.floor(times / 2)] ?? "", sorted.at(-1) ?? ""]);
    }
    table(
      "From the end of the leader to the standby's first write to AWS",
      ["", "times", "median s", "longest s"],
      measured,
    );
  } finally {
    await Promise.all([leader, standby].map(({ operator }) => operator.stop()));
  }
}

/** When its first write came in, `performance.now()`. */
async function firstWrite({ front }: Replica): Promise<number> {
  const began = performance.now();
  for (;;) {
    const [write] = front.writes();
    if (write !== undefined) return write.atMs;
    if (performance.now() - began > limitMs) throw new Error(`the standby wrote nothing within ${limitMs / 1000} s`);
    await sleep(10);
  }
}
