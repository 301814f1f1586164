import { beforeAll, expect, test, vi } from "vitest";
import type { Cluster } from "../control-plane/cluster.ts";
import { describeOnCluster } from "../control-plane/shared.ts";
import { type Check, sleep, until } from "../control-plane/wait.ts";
import { OperatorProcess } from "../operator/operator-process.ts";
import { Account, type Front } from "./account.ts";
import {
  auditOfOperator,
  type Identity,
  install,
  installElsewhere,
  isBy,
  isKubernetesWrite,
  newIdentity,
} from "./installed.ts";
import { stack, untilSettled, withInstances } from "./stack.ts";
import { Team } from "./team.ts";

type AtEnd = (task: () => Promise<void>) => void;

/** A process of the operator with a way to AWS and a token that nobody else has. */
interface Replica {
  readonly operator: OperatorProcess;
  readonly front: Front;
  readonly identity: Identity;
}

interface Pair {
  readonly account: Account;
  readonly team: Team;
  readonly leader: Replica;
  readonly standby: Replica;
  /** Where the operator is installed. */
  readonly home: string;
}

const leads = ({ operator }: Replica): Promise<Check> => operator.hasSaid('"this replica leads"');

/** Two replicas, the stack Ready, and a replacement of its environment just begun. */
async function inTheMiddle(cluster: Cluster, atEnd: AtEnd): Promise<Pair> {
  const account = new Account();
  atEnd(() => account.close());
  const home = await installElsewhere(cluster);
  const team = await Team.in(cluster, "replicas");
  const start = async (): Promise<Replica> => {
    const [front, identity] = await Promise.all([account.front(), newIdentity(cluster, home)]);
    const operator = await OperatorProcess.start({
      kubeconfig: identity.kubeconfig,
      directory: cluster.access.directory,
      awsUrl: front.url,
      namespaces: [team.namespace],
      flags: ["--lease-namespace", home],
    });
    atEnd(async () => {
      await operator.stop("SIGKILL");
    });
    return { operator, front, identity };
  };
  const leader = await start();
  await until(() => leads(leader), "the first replica to lead");
  const standby = await start();
  await team.apply(...stack);
  await Promise.all([standby.operator.untilReady(), team.untilReady()]);
  expect(await leads(standby)).not.toBe(true);
  expect(standby.front.writes()).toEqual([]);
  await team.apply(withInstances("m5.large"));
  await until(async () => everMade(account).size === 2 || (await team.summary()), "a second environment in AWS");
  return { account, team, leader, standby, home };
}

/** Names of all environments that there ever were. */
function everMade({ aws }: Account): ReadonlySet<string> {
  return new Set(aws.history.flatMap(({ kind, name }) => (kind === "computeEnvironment" ? [name] : [])));
}

/** How long this may take is tested with a virtual clock (`test/runtime/leader.test.ts`). @returns the milliseconds */
async function takeOver({ standby }: Pair): Promise<number> {
  const began = performance.now();
  await until(() => leads(standby), "the standby to lead");
  return Math.round(performance.now() - began);
}

/**
 * For a second nothing but the lease was written: what is on its way when a process is stopped cannot be called back,
 * and an event of the step that has just begun would land when it goes on.
 */
async function untilQuiet(cluster: Cluster, { leader, home }: Pair): Promise<void> {
  const writes = async (): Promise<number> => {
    const audit = await auditOfOperator(cluster, home);
    return audit.filter(
      (event) => isBy(event, leader.identity) && isKubernetesWrite(event) && event.objectRef?.resource !== "leases",
    ).length;
  };
  const isQuiet = async (): Promise<Check> => {
    const before = await writes();
    await sleep(1000);
    const after = await writes();
    return after === before || `${after - before} writes`;
  };
  await until(isQuiet, "a second without a write");
}

/** The replacement has gone on to its end, without a gap and without anything left over. */
async function expectTheEnd({ account, team }: Pair): Promise<void> {
  await untilSettled(team, account);
  expect(everMade(account).size).toBe(2);
  expect(
    account.aws.truth.computeEnvironments().find(({ status }) => status === "VALID")?.computeResources?.instanceTypes,
  ).toEqual(["m5.large"]);
}

vi.setConfig({ maxConcurrency: 3 });

describeOnCluster("two replicas in the middle of a replacement", (cluster) => {
  beforeAll(() => install(cluster));

  test.concurrent("the leader gets SIGKILL: the other one leads when its lease has expired", async ({
    onTestFinished,
    annotate,
  }) => {
    const pair = await inTheMiddle(cluster, onTestFinished);
    await pair.leader.operator.stop("SIGKILL");
    await annotate(`led after ${await takeOver(pair)} ms`);
    await expectTheEnd(pair);
  });

  test.concurrent("the leader gets SIGTERM: the other one leads at once, because the lease is released", async ({
    onTestFinished,
    annotate,
  }) => {
    const pair = await inTheMiddle(cluster, onTestFinished);
    const took = takeOver(pair);
    expect(await pair.leader.operator.stop("SIGTERM")).toBe("ended with code 0");
    expect(await pair.leader.operator.said()).toContain("the lease is released");
    await annotate(`led after ${await took} ms`);
    await expectTheEnd(pair);
  });

  test.concurrent("the leader is frozen past its lease: it writes nothing when it goes on", async ({
    onTestFinished,
  }) => {
    const pair = await inTheMiddle(cluster, onTestFinished);
    const { leader, standby, team, home } = pair;
    await untilQuiet(cluster, pair);
    leader.operator.child.freeze();
    await takeOver(pair);
    // Work for whoever believes to lead.
    await team.apply(withInstances("c6i.large"));
    await until(
      async () => standby.front.writes().length > 0 || (await standby.operator.child.lastWords()),
      "a write of the new leader",
    );
    const before = { writes: leader.front.writes().length, at: new Date().toISOString() };

    leader.operator.child.thaw();
    expect(await leader.operator.child.untilEnded()).toBe("ended with code 1");
    expect(await leader.operator.said()).toContain("leadership is lost");
    expect(leader.front.writes().slice(before.writes)).toEqual([]);
    // The audit log is written after the answer.
    await sleep(1000);
    const written = (await auditOfOperator(cluster, home)).filter(
      (event) =>
        isBy(event, leader.identity) && isKubernetesWrite(event) && event.requestReceivedTimestamp >= before.at,
    );
    // It tries to give its lease back, on condition that nobody has it: that is refused.
    const landed = written.filter(({ responseStatus }) => responseStatus?.code !== 409);
    expect(landed).toEqual([]);
    expect(written.map(({ objectRef }) => objectRef?.resource).filter((resource) => resource !== "leases")).toEqual([]);
    await team.untilReady();
    expect(pair.account.violations).toEqual([]);
  });
});
