/** A whole run: what it will do, the stage, the facts, the removal, the report. The door of `conformance`. */

import { defaultKnobs } from "../../src/simulator/knobs.ts";
import type { Account } from "../account/account.ts";
import { type Pace, paced } from "../account/paced.ts";
import { clean, leftovers } from "../clean/clean.ts";
import { calledIn } from "../clean/listing.ts";
import type { Row } from "../facts/row.ts";
import type { Run } from "../names/renaming.ts";
import { placedName } from "../plan/parts.ts";
import { type Plan, planOf } from "../plan/plan.ts";
import type { Progress } from "../progress.ts";
import { pageOf } from "../report/page.ts";
import { fileName, type Result, resultOf } from "../report/result.ts";
import { nothingDiffers, tableOf } from "../report/table.ts";
import type { Judged } from "../report/verdict.ts";
import { Settling, type Time } from "../rest.ts";
import { build, disableIdle } from "../stage/build.ts";
import { Measuring } from "../times/measure.ts";
import { type MeasureId, spreadsOf, timesTable } from "../times/spread.ts";
import { begin, type NetworkChoice, readyRun } from "./begin.ts";
import { tryFacts } from "./facts.ts";
import { Interrupted } from "./interrupted.ts";
import { callerOf } from "./ready.ts";

export interface Request {
  readonly table: readonly Row[];
  readonly region: string;
  readonly network: NetworkChoice;
  /** Only facts with this text in their name. */
  readonly only: string;
  /** Whether the run may start one small instance. */
  readonly instances: boolean;
  /** Of the run, e.g. `k3f9x2`. */
  readonly id: string;
  /** e.g. `2026-11-30`. */
  readonly date: string;
}

/** What a run needs of its surroundings. */
export interface Ports {
  readonly account: Account;
  /** Who has answered. */
  readonly of: () => Result["of"];
  /** Its pauses reject with `Interrupted` when the run is to end. */
  readonly time: Time;
  /** Of the removal, which is not interrupted. */
  readonly timeToClean: Time;
  readonly print: (text: string) => void;
  /** What it does now. */
  readonly say: (progress: Progress) => void;
  readonly confirm: () => Promise<boolean>;
  /** The command that removes what is left of a run. */
  readonly cleaning: (id: string) => string;
  readonly write: (name: string, text: string) => Promise<void>;
}

export const exitCodes = { agrees: 0, differs: 1, notStarted: 2 } as const;

/** What a run has found until now. */
interface Seen {
  readonly judged: Judged[];
  readonly durations: Map<MeasureId, number[]>;
  /** In words for a person. */
  readonly problems: string[];
}

/** IAM shows a new role to other services some seconds later. */
export const rolesKnownAfterMs = 20_000;

/** @throws Error before the first write if the account cannot take the run, in words for a person */
export async function conform(request: Request, ports: Ports): Promise<number> {
  const pace: Pace = { nextAt: Number.NEGATIVE_INFINITY };
  const account = paced(ports.account, ports.time, pace);
  const plan = planOf(request.table, request.only, request.instances);
  if (plan.rows.length === 0) throw new Error(`no fact has ${request.only} in its name`);
  const { run: unplaced, network } = await readyRun(account, request, plan.needs);
  ports.print(pageOf(plan, unplaced, network, request.instances, await leftovers(account), ports.cleaning));
  if (!(await ports.confirm())) return exitCodes.notStarted;

  const seen: Seen = { judged: [], durations: new Map(), problems: [] };
  let run: Run | undefined;
  const ended = await endedBy(async () => {
    run = await begin(account, unplaced, network, ports.time);
    await carryOut(plan, run, account, ports, seen, { ...request, isTimed: request.only === "" });
  });
  const isClean = await cleanUp(unplaced, ports, pace);
  if (ended !== undefined) ports.print(`${ended}\n`);
  if (run === undefined) return exitCodes.differs;
  for (const problem of seen.problems) ports.print(`${problem}\n`);
  const times = spreadsOf(seen.durations, defaultKnobs);
  const order = new Map(request.table.map((row, at) => [row, at]));
  const judged = seen.judged.toSorted((one, other) => (order.get(one.row) ?? 0) - (order.get(other.row) ?? 0));
  const result = resultOf(judged, times, run, { of: ports.of(), date: request.date });
  ports.print(tableOf(judged));
  if (times.length > 0) ports.print(`\n${timesTable(times)}`);
  await ports.write(fileName(result), `${JSON.stringify(result, undefined, 2)}\n`);
  const isDone = ended === undefined && seen.problems.length === 0 && isClean;
  const agrees = nothingDiffers(seen.judged) && times.every(({ verdict }) => verdict === "agrees");
  return isDone && agrees ? exitCodes.agrees : exitCodes.differs;
}

/** Removes what is left of a run that was killed. */
export async function cleanRun(id: string, ports: Ports): Promise<number> {
  return (await cleanUp({ ...(await callerOf(ports.account)), id }, ports)) ? exitCodes.agrees : exitCodes.differs;
}

async function carryOut(
  plan: Plan,
  run: Run,
  account: Account,
  ports: Ports,
  { judged, durations, problems }: Seen,
  { isTimed, instances }: { readonly isTimed: boolean; readonly instances: boolean },
): Promise<void> {
  const { time, say } = ports;
  const rolesKnownAt = time.now() + rolesKnownAfterMs;
  const measuring = new Measuring({ account, run, time, durations, say, mayStart: instances });
  if (isTimed) await orProblem(() => measuring.role(), problems);
  await time.pause(Math.max(0, rolesKnownAt - time.now()));
  if (isTimed) await orProblem(() => measuring.others(), problems);
  const stage = { account, run, time, settling: new Settling(account.batch, time) };
  const missing = await build(plan.stage, stage, (done, doing) =>
    say({ part: "stage", done, of: plan.stage.length, doing }),
  );
  await disableIdle(
    plan.stage.filter((one) => !missing.has(placedName(one))),
    stage,
  );
  if (isTimed && instances) await orProblem(() => measuring.instance(), problems);
  await tryFacts(plan, { ...stage, missing }, judged, say);
}

/** The facts are tried also if the times could not be taken. */
async function orProblem(work: () => Promise<void>, problems: string[]): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    problems.push(`Not all times were taken: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Why the run ended early; undefined: it did not. */
export async function endedBy(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof Interrupted) return "The run was interrupted.";
    return `The run ended early: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** @returns whether nothing is left */
export async function cleanUp(run: Pick<Run, "id" | "partition">, ports: Ports, pace?: Pace): Promise<boolean> {
  const again = `  ${ports.cleaning(run.id)}`;
  try {
    const account = paced(ports.account, ports.timeToClean, pace);
    const { left, untouched } = await clean(account, run, ports.timeToClean, (progress) => ports.say(progress));
    for (const found of untouched) {
      ports.print(`${calledIn(found)} has a name of the run and not its tag: it stays as it is.`);
    }
    for (const { found, words } of left) ports.print(`${calledIn(found)} is still there. ${words}`);
    ports.print(left.length === 0 ? `Nothing of the run ${run.id} is left.\n` : `To go on:\n${again}\n`);
    return left.length === 0 && untouched.length === 0;
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    ports.print(`The run ${run.id} could not be removed: ${words}\nOnce the cause is gone:\n${again}\n`);
    return false;
  }
}
