import { beforeAll, expect, test } from "vitest";
import { cleanupFinalizer } from "../../../src/api/v1alpha1/annotations.ts";
import { type Cluster, messageOf } from "../control-plane/cluster.ts";
import { startControlPlane } from "../control-plane/control-plane.ts";
import { describeOnCluster } from "../control-plane/shared.ts";
import { sleep, until } from "../control-plane/wait.ts";
import { OperatorProcess } from "../operator/operator-process.ts";
import { Account, type Front } from "./account.ts";
import { type Identity, install, installElsewhere, newIdentity } from "./installed.ts";
import { stack } from "./stack.ts";
import { Team } from "./team.ts";

type AtEnd = (task: () => Promise<void>) => void;

/** The only replica of a cluster; ended with the test at the latest. */
async function started(
  cluster: Cluster,
  { kubeconfig }: Identity,
  { url }: Front,
  atEnd: AtEnd,
  options: { readonly flags?: readonly string[]; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<(signal?: NodeJS.Signals) => Promise<string>> {
  const { flags = [], environment = {} } = options;
  const operator = await OperatorProcess.start({
    kubeconfig,
    directory: cluster.access.directory,
    awsUrl: url,
    flags: ["--no-leader-elect", ...flags],
    environment,
  });
  atEnd(async () => {
    await operator.stop("SIGKILL");
  });
  await operator.untilReady();
  return (signal) => operator.stop(signal);
}

/** Until all objects are Stalled for this reason. @returns their messages */
async function untilStalled(team: Team, reason: string): Promise<readonly string[]> {
  let messages: readonly string[] = [];
  const allAre = async (): Promise<true | string> => {
    const objects = await team.objects();
    const stalled = objects.flatMap(({ status }) =>
      (status?.conditions ?? []).filter(({ type }) => type === "Stalled"),
    );
    messages = stalled.filter((condition) => condition.reason === reason).map(({ message }) => message);
    return (objects.length > 0 && messages.length === objects.length) || (await team.summary());
  };
  await until(allAre, `all objects to be Stalled, ${reason}`);
  return messages;
}

async function uidOf(cluster: Cluster): Promise<string> {
  const { body } = await cluster.request("GET", "/api/v1/namespaces/kube-system");
  return (body as { readonly metadata: { readonly uid: string } }).metadata.uid;
}

/** Long enough for whoever wants to write: it believes what it sees after 5 s. */
const patienceMs = 8000;

describeOnCluster("an operator that finds itself elsewhere", (cluster) => {
  beforeAll(() => install(cluster));

  test.concurrent("in a rebuilt cluster takes what the lost one left only when a flag says so, and only by tags", async ({
    onTestFinished,
  }) => {
    const account = new Account();
    onTestFinished(() => account.close());
    const lost = await Team.in(cluster, "lost");
    const watching = { flags: ["--watch-namespace", lost.namespace] };
    const before = await account.front();
    const identity = await newIdentity(cluster, await installElsewhere(cluster));
    const stop = await started(cluster, identity, before, onTestFinished, watching);
    await lost.apply(...stack);
    await lost.untilReady();
    await stop("SIGKILL");
    const left = { environments: account.environments(), queues: account.queues(), definitions: account.definitions() };

    const rebuilt = await startControlPlane();
    onTestFinished(() => rebuilt.stop());
    await install(rebuilt);
    const { status, body } = await rebuilt.request("POST", "/api/v1/namespaces", {
      body: { apiVersion: "v1", kind: "Namespace", metadata: { name: lost.namespace } },
    });
    if (status !== 201) throw new Error(messageOf(body));
    const team = new Team(rebuilt, lost.namespace);
    await team.apply(...stack);

    const unflagged = await account.front();
    const stopUnflagged = await started(rebuilt, await newIdentity(rebuilt), unflagged, onTestFinished);
    const flag = `--take-over-cluster-uid=${await uidOf(cluster)}`;
    for (const message of await untilStalled(team, "OwnedByOtherCluster")) expect(message).toContain(flag);
    await sleep(patienceMs);
    expect(unflagged.writes()).toEqual([]);
    await stopUnflagged();

    const flagged = await account.front();
    await started(rebuilt, await newIdentity(rebuilt), flagged, onTestFinished, { flags: [flag] });
    await team.untilReady();
    await sleep(patienceMs);
    expect(new Set(flagged.writes().map(({ operation }) => operation))).toEqual(new Set(["tagResource"]));
    expect(flagged.writes().length).toBeLessThanOrEqual(2 * stack.length);
    expect({
      environments: account.environments(),
      queues: account.queues(),
      definitions: account.definitions(),
    }).toEqual(left);
    expect(account.violations).toEqual([]);
  });

  test.concurrent("in another account or region leaves AWS and the finalizers alone, and goes on when it is back", async ({
    onTestFinished,
  }) => {
    const here = new Account();
    const otherAccount = new Account({ id: "210987654321" });
    const otherRegion = new Account({ region: "eu-west-1" });
    for (const account of [here, otherAccount, otherRegion]) onTestFinished(() => account.close());
    const team = await Team.in(cluster, "elsewhere");
    const identity = await newIdentity(cluster, await installElsewhere(cluster));
    const start = (front: Front, environment: Readonly<Record<string, string>> = {}) =>
      started(cluster, identity, front, onTestFinished, { flags: ["--watch-namespace", team.namespace], environment });

    const stop = await start(await here.front());
    await team.apply(...stack);
    await team.untilReady();
    await stop();
    const [environment] = here.environments();

    for (const [account, variables] of [
      [otherAccount, {}],
      [otherRegion, { AWS_REGION: "eu-west-1" }],
    ] as const) {
      const front = await account.front();
      const stopAway = await start(front, variables);
      await untilStalled(team, "LocationMismatch");
      if (account === otherAccount) await team.delete("JobDefinition", "app");
      await sleep(patienceMs);
      expect(front.writes()).toEqual([]);
      const finalizers = (await team.objects()).map(({ metadata }) => metadata.finalizers);
      expect(finalizers).toEqual(stack.map(() => [cleanupFinalizer]));
      await stopAway();
    }

    await start(await here.front());
    await until(
      async () => (await team.object("JobDefinition", "app")) === undefined || (await team.summary()),
      "the definition to be gone",
    );
    await team.untilReady();
    expect(here.environments()).toEqual([environment]);
    expect(here.definitions()).toEqual([]);
    expect(here.violations).toEqual([]);
  });
});
