import { expect, test } from "vitest";
import { startControlPlane } from "../control-plane/control-plane.ts";
import { describeOnCluster } from "../control-plane/shared.ts";
import { sleep } from "../control-plane/wait.ts";
import type { OperatorProcess } from "../operator/operator-process.ts";
import { install } from "./installed.ts";
import { Place } from "./place.ts";

/** Longer than the minute after which a silent connection counts as dead, and than a lease. */
const frozenMs = 90_000;

/** Starts a replica again whenever it ends, as a kubelet does. */
class Kubelet {
  /** How each ended so far. */
  readonly endings: string[] = [];
  readonly #start: () => Promise<OperatorProcess>;
  #running: OperatorProcess | undefined;
  #stopped = false;

  constructor(start: () => Promise<OperatorProcess>) {
    this.#start = start;
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      this.#running = await this.#start();
      this.endings.push(await this.#running.child.ended);
      if (!this.#stopped) await sleep(1000);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running?.stop();
  }
}

describeOnCluster("an API server that does not answer for longer than a minute", () => {
  test("the next change is seen, also by the one that lost its lease meanwhile", async ({
    annotate,
    onTestFinished,
  }) => {
    const cluster = await startControlPlane();
    onTestFinished(() => cluster.stop());
    await install(cluster);
    const [plain, leased] = await Promise.all([Place.in(cluster, false), Place.in(cluster, true)]);
    for (const { account } of [plain, leased]) onTestFinished(() => account.close());
    const operator = await plain.start();
    onTestFinished(async () => {
      await operator.stop("SIGKILL");
    });
    const kubelet = new Kubelet(leased.start);
    const kept = kubelet.run();
    onTestFinished(async () => {
      await kubelet.stop();
      await kept;
    });
    await Promise.all([plain.begin(), leased.begin()]);

    cluster.freezeApiServer();
    await sleep(frozenMs);
    // What the test kept open was idle for so long that the server closes it as it goes on.
    cluster.disconnect();
    cluster.thawApiServer();
    const waits = [await plain.change(), await leased.change()];
    const [withoutLeaseMs, withLeaseMs] = await Promise.all(waits.map((seen) => seen()));
    await annotate(`in AWS and Ready after ${withoutLeaseMs} ms; by the one with a lease after ${withLeaseMs} ms`);

    expect(operator.child.running).toBe(true);
    // It stopped because it could not renew, and the next ones because nobody answered.
    const [first, ...others] = kubelet.endings;
    expect(first).toBe("ended with code 1");
    expect(new Set([...others, "ended with code 2"])).toEqual(new Set(["ended with code 2"]));
    for (const { account } of [plain, leased]) expect(account.violations).toEqual([]);
  });
});
