import { beforeAll, expect, test, vi } from "vitest";
import { type Random, seededRandom } from "../../../src/runtime/random.ts";
import type { Cluster } from "../control-plane/cluster.ts";
import { describeOnCluster } from "../control-plane/shared.ts";
import { sleep } from "../control-plane/wait.ts";
import { OperatorProcess } from "../operator/operator-process.ts";
import { Account, type Front } from "./account.ts";
import { install, installElsewhere, newIdentity } from "./installed.ts";
import { stack, untilSettled, withInstances } from "./stack.ts";
import { Team } from "./team.ts";

const runs = [1, 2, 3, 4];
const killsOfARun = 5;
/** A process begins with about 5 calls, and a replacement that nobody disturbs takes about 80. */
const mostCalls = 14;
/** For one that waits and calls nobody. */
const longestLifeMs = 4000;

vi.setConfig({ maxConcurrency: runs.length });

/** Waits for a random moment in the life of a process: some calls from now, and then a little. */
async function randomMoment(front: Front, random: Random): Promise<void> {
  const calls = front.calls.length + 1 + Math.floor(random() * mostCalls);
  const began = performance.now();
  while (front.calls.length < calls && performance.now() - began < longestLifeMs) await sleep(2);
  await sleep(random() * 50);
}

/** @returns starts the only replica, again and again */
async function replica(cluster: Cluster, { url }: Front, namespace: string) {
  const { kubeconfig } = await newIdentity(cluster, await installElsewhere(cluster));
  return () =>
    OperatorProcess.start({
      kubeconfig,
      directory: cluster.access.directory,
      awsUrl: url,
      namespaces: [namespace],
      // Its lease would be in its own way for 15 s after each kill.
      flags: ["--no-leader-elect"],
    });
}

describeOnCluster("the only replica is killed again and again in the middle of a replacement", (cluster) => {
  beforeAll(() => install(cluster));

  test.concurrent.for(runs)(
    `and comes to the same end after ${killsOfARun} kills at random moments (seed %i)`,
    async (seed, { onTestFinished, annotate }) => {
      const random = seededRandom(seed);
      const account = new Account();
      onTestFinished(() => account.close());
      const front = await account.front();
      const team = await Team.in(cluster, "crashes");
      const start = await replica(cluster, front, team.namespace);
      let operator = await start();
      onTestFinished(async () => {
        await operator.stop("SIGKILL");
      });
      await team.apply(...stack);
      await team.untilReady();
      const [before] = account.environments();

      await team.apply(withInstances("m5.large"));
      const moments: string[] = [];
      for (let kill = 0; kill < killsOfARun; kill++) {
        await randomMoment(front, random);
        await operator.stop("SIGKILL");
        moments.push(
          account.aws.truth
            .computeEnvironments()
            .map(({ state, status }) => `${state} ${status}`)
            .join(", "),
        );
        operator = await start();
      }
      await annotate(`killed when AWS had: ${moments.join(" | ")}`);
      await untilSettled(team, account);

      const [after] = account.environments();
      expect(after).not.toBe(before);
      // No attempt was forgotten on the way: there never was a third one.
      const names = account.aws.history.filter(({ kind }) => kind === "computeEnvironment").map(({ name }) => name);
      expect(new Set(names)).toEqual(new Set([before, after]));
      expect(account.aws.truth.jobDefinitions()).toHaveLength(1);
    },
  );
});
