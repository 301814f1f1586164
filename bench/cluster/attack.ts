import process from "node:process";
import type { KindName } from "../../src/api/v1alpha1/kinds.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { hostile, place, victims } from "../../test/attacks.ts";
import type { ControlPlane } from "../../test/integration/control-plane/control-plane.ts";
import { sleep } from "../../test/integration/control-plane/wait.ts";
import type { OperatorProcess } from "../../test/integration/operator/operator-process.ts";
import type { Account } from "../../test/integration/stories/account.ts";
import { install, newIdentity } from "../../test/integration/stories/installed.ts";
import { isReady, Team } from "../../test/integration/stories/team.ts";

export interface Attack {
  /** Of the objects that the attacker has. */
  readonly kind: KindName;
  readonly objects: number;
  readonly changesPerSecond: number;
  readonly start: (kubeconfig: string, awsUrl: string) => Promise<OperatorProcess>;
}

/** What another tenant notices of an attack. Seconds are those of this machine. */
export interface Attacked {
  /** The kind of the other tenant's object that was put back most, as a ratio. */
  readonly worst: KindName;
  readonly quietSeconds: number;
  readonly attackedSeconds: number;
  /** From the start of a new process until a change of each kind is Ready. */
  readonly restartSeconds: number;
  readonly memoryMiB: number;
  /** How often the process ended by itself, e.g. for want of memory or of its lease. */
  readonly ends: number;
}

/** Each is measured so often; the median counts. */
const times = 3;
/** A longer wait counts as this. */
const limitMs = 180_000;
const inFlight = 16;

/** Runs one attack in a cluster and an account of its own. */
export async function measureAttack(cluster: ControlPlane, account: Account, attack: Attack): Promise<Attacked> {
  await install(cluster);
  const front = await account.front();
  const { kubeconfig } = await newIdentity(cluster);
  const operator = new Kept(() => attack.start(kubeconfig, front.url));
  await operator.start();
  try {
    await operator.untilReady();
    const team = await Team.in(cluster, "team");
    await team.apply(...place);
    await readyWithin(() => allReady(team), limitMs);
    let turn = 0;
    const measured = async (): Promise<ReadonlyMap<KindName, number>> => {
      const medians = new Map<KindName, number>();
      for (const kind of Object.keys(victims) as KindName[]) {
        const took: number[] = [];
        for (let time = 0; time < times; time++) took.push(await secondsOf(team, victims[kind](++turn)));
        medians.set(kind, took.toSorted((left, right) => left - right)[Math.floor(times / 2)] ?? Number.NaN);
        process.stderr.write(`${kind}: ${took.map((one) => one.toFixed(1)).join(", ")} s\n`);
      }
      return medians;
    };
    const quiet = await measured();

    const mallory = await Team.in(cluster, "mallory");
    const given = (index: number, change: number): Manifest => hostile[attack.kind](index, change, team.namespace);
    await inParallel(attack.objects, (index) => mallory.apply(given(index, 0)));
    const stop = churn(attack, (index, change) => mallory.apply(given(index, change)));
    let memory = Number.NaN;
    try {
      await sleep(10_000);
      const attacked = await measured();
      memory = await operator.residentMiB();
      await operator.stop();
      await operator.start();
      const began = performance.now();
      const changes = Object.values(victims).map((change) => secondsOf(team, change(++turn)));
      await Promise.all(changes);
      const restartSeconds = (performance.now() - began) / 1000;
      memory = Math.max(memory, await operator.residentMiB());
      const ratio = (kind: KindName): number => (attacked.get(kind) ?? 0) / (quiet.get(kind) ?? 1);
      const [worst] = [...quiet.keys()].toSorted((left, right) => ratio(right) - ratio(left));
      if (worst === undefined) throw new Error("nothing was measured");
      const [quietSeconds = 0, attackedSeconds = 0] = [quiet.get(worst), attacked.get(worst)];
      return { worst, quietSeconds, attackedSeconds, restartSeconds, memoryMiB: memory, ends: operator.ends };
    } finally {
      await stop();
    }
  } finally {
    await operator.stop();
  }
}

/** A process that is started again when it ends, as a Deployment does. */
class Kept {
  /** How often it ended by itself. */
  ends = 0;
  readonly #begin: () => Promise<OperatorProcess>;
  #current: OperatorProcess | undefined;

  constructor(begin: () => Promise<OperatorProcess>) {
    this.#begin = begin;
  }

  async start(): Promise<void> {
    const started = await this.#begin();
    this.#current = started;
    started.child.ended
      .then(async () => {
        if (this.#current !== started) return;
        this.ends++;
        process.stderr.write(`the operator ended:\n${await started.child.lastWords()}\n`);
        await this.start();
      })
      .catch((error: unknown) => console.error(error));
  }

  async untilReady(): Promise<void> {
    await this.#current?.untilReady();
  }

  async residentMiB(): Promise<number> {
    const bytes = await this.#current?.metric("process_resident_memory_bytes").catch(() => undefined);
    return (bytes ?? Number.NaN) / 2 ** 20;
  }

  async stop(): Promise<void> {
    const running = this.#current;
    this.#current = undefined;
    await running?.stop("SIGKILL");
  }
}

/** Seconds from the change until the object is Ready at it, or its job is submitted. */
async function secondsOf(team: Team, manifest: Manifest): Promise<number> {
  const began = performance.now();
  await team.apply(manifest);
  await readyWithin(async () => {
    const object = await team.object(manifest.kind, manifest.metadata.name);
    if (object === undefined) return false;
    return manifest.kind === "BatchJob" ? object.status?.["jobId"] !== undefined : isReady(object);
  }, limitMs);
  return (performance.now() - began) / 1000;
}

async function allReady(team: Team): Promise<boolean> {
  return (await team.objects()).every(isReady);
}

/** Returns once it is done, or the limit has passed: a figure that is at the limit says enough. */
async function readyWithin(done: () => Promise<boolean>, atMostMs: number): Promise<void> {
  const began = performance.now();
  while (!(await done()) && performance.now() - began < atMostMs) await sleep(100);
}

/** Changes objects in turn until it is stopped. */
function churn(
  { objects, changesPerSecond }: Attack,
  change: (index: number, turn: number) => Promise<void>,
): () => Promise<void> {
  const running = new Set<Promise<void>>();
  let turn = 0;
  const timer = setInterval(() => {
    if (running.size >= inFlight) return;
    const at = ++turn;
    const one = change(at % objects, at).finally(() => running.delete(one));
    running.add(one);
  }, 1000 / changesPerSecond);
  return async () => {
    clearInterval(timer);
    await Promise.allSettled(running);
  };
}

async function inParallel(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}
