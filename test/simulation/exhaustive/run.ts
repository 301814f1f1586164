import { StoreError } from "../../../src/runtime/store.ts";
import { accessDenied, type Fault, throttled } from "../../../src/simulator/faults.ts";
import type { CallRecord } from "../../../src/simulator/wire.ts";
import { isWrite } from "../../transcript.ts";
import { accountOf } from "../account.ts";
import { goOn, type Point, type Verdict } from "../gate.ts";
import type { OracleFactory, Violation } from "../oracle.ts";
import type { Beginning, Simulation } from "../world.ts";
import { isOver, type Story, worldOf } from "./story.ts";

export const failureKinds = ["refused", "throttled", "timed out", "applied, answer lost"] as const;
export type FailureKind = (typeof failureKinds)[number];

/**
 * A call of AWS in a story: `after` so many changes in AWS, the `nth` of its operation since the last of them (from 1).
 * So it can be found again where something has gone wrong before it, and there are more or fewer calls.
 */
export interface Call {
  readonly operation: string;
  readonly after: number;
  readonly nth: number;
}

export interface FailingCall extends Call {
  readonly how: FailureKind;
}

/** What goes wrong in one run of a story. Points are counted from 1, from the user's first step on. */
export type Disturbance =
  /** The process dies at this await; a second number: the one that follows dies at so many awaits of its own. */
  | { readonly kind: "kill"; readonly at: number; readonly again?: number }
  /** The process freezes at this await until its lease has expired, and continues from there. */
  | { readonly kind: "freeze"; readonly at: number }
  /** The process gets SIGTERM at this await, releases its lease, and a standby takes over at once. */
  | { readonly kind: "stop"; readonly at: number }
  /** Each of these calls fails. */
  | { readonly kind: "fail"; readonly calls: readonly FailingCall[] }
  /** No watch shows this change of an object; `gone`: and every watch breaks, too old to be taken up again. */
  | { readonly kind: "drop"; readonly change: number; readonly gone: boolean };

/** A place in a story at which something may go wrong. */
export interface Place {
  /** e.g. `asks aws UpdateJobQueue`. */
  readonly what: string;
  /** The same for two places between which nothing outside of the process has changed. */
  readonly state: string;
}

export interface StoryRun {
  readonly violations: readonly Violation[];
  /** Where the process may die: each await that leads to the store or to AWS. */
  readonly points: readonly Place[];
  /** Calls of AWS. */
  readonly calls: readonly (Call & Pick<Place, "state">)[];
  /** Changes of objects in the store: of the spec by a user, or of the status by the operator. */
  readonly changes: readonly ("spec" | "status")[];
  /** The writes of AWS, as they were answered. */
  readonly writes: readonly CallRecord[];
  /** What is there in the end, on both sides, one line each. */
  readonly end: readonly string[];
  /** Awaits of the processes that came after the one that died, until the story was over. */
  readonly recovery: number;
  readonly trace: () => string;
}

/** From the last step of the user, with whatever goes wrong on the way. */
const limitSeconds = 2 * 3600;
const restSeconds = 100;

/** In which a process that has just started leads, has read everything, and believes it. */
const readSeconds = 20;

/** Longer than the lease. */
const frozenMs = 20_000;

function frozen(passed: number, { at }: { readonly at: number }): Verdict {
  return passed === at ? { kind: "freeze", forMs: frozenMs, asleep: false } : goOn;
}

function stopped(world: Simulation, name: string): void {
  world.disturb("fault", `${name} gets SIGTERM`);
  world.replicas.find(({ process }) => process?.name === name)?.process?.terminate();
}

/** Where a story begins: what it does before anything may go wrong, once for all runs. */
export async function beginningOf(story: Story): Promise<Beginning | undefined> {
  if (story.before === undefined) return undefined;
  const world = worldOf(story);
  try {
    await begun(story, world);
    return world.violations.length === 0 ? world.beginning : undefined;
  } finally {
    await world.stop();
  }
}

async function begun(story: Story, world: Simulation): Promise<void> {
  // The first process leads, and has seen that there is nothing.
  await world.seconds(12);
  await story.before?.(world);
  await world.seconds(15);
}

export interface RunOptions {
  readonly oracles?: readonly OracleFactory[] | undefined;
  /** Left out: from what the story does before anything may go wrong. */
  readonly from?: Beginning | undefined;
}

/** Runs a story once. */
export async function runStory(
  story: Story,
  disturbance?: Disturbance,
  { oracles, from }: RunOptions = {},
): Promise<StoryRun> {
  const points: Place[] = [];
  const calls: (Call & Pick<Place, "state">)[] = [];
  /** Whether places count: from the user's first step to the end of the story. */
  let counts = false;
  const changes: ("spec" | "status")[] = [];
  let died: string | undefined;
  let recovery = 0;
  const stateOf = ({ aws, store }: Simulation): string => {
    const { length, at } = { length: aws.history.length, at: aws.history.at(-1) };
    return `${length} ${at?.at ?? ""} ${sent} ${store.snapshot().resourceVersion}`;
  };
  let sent = 0;
  const judge = ({ process, phase, what }: Point) => {
    // A renewal of the lease decides nothing: what lies between two awaits of the work is the same place.
    if (!counts || what.startsWith("lease")) return goOn;
    if (phase === "sends") sent++;
    points.push({ what: `${phase} ${what}`, state: stateOf(world) });
    if (disturbance?.kind === "stop" && points.length === disturbance.at) stopped(world, process);
    if (disturbance?.kind !== "kill") return disturbance?.kind === "freeze" ? frozen(points.length, disturbance) : goOn;
    if (died !== undefined && process !== died) recovery++;
    const now =
      died === undefined ? points.length === disturbance.at : process !== died && recovery === disturbance.again;
    if (!now) return goOn;
    died ??= process;
    return { kind: "die" } as const;
  };
  const world = worldOf(story, { judge, from, ...(oracles && { oracles }) });
  try {
    if (from === undefined) await begun(story, world);
    else await world.seconds(readSeconds);
    counts = true;
    const { faults, history } = world.aws;
    faults.add({
      fault: throttled,
      on: ({ operation }) => {
        const after = history.length;
        const before = calls.filter((call) => call.operation === operation && call.after === after);
        if (counts) calls.push({ operation, after, nth: before.length + 1, state: stateOf(world) });
        return false;
      },
    });
    for (const call of disturbance?.kind === "fail" ? disturbance.calls : []) {
      faults.add({ fault: faultOf(call.how), times: 1, on: () => counts && isSameCall(call, calls.at(-1)) });
    }
    const called = world.aws.log.length;
    world.store.onChange((before, after) => {
      if (!counts) return;
      changes.push(before?.metadata.generation === after?.metadata.generation ? "status" : "spec");
      if (disturbance?.kind !== "drop" || changes.length !== disturbance.change) return;
      world.disturb("fault", `no watch shows change ${changes.length}`);
      world.store.faults.dropEvents(1);
      world.clock.schedule(0, () => (disturbance.gone ? breakWatches(world) : world.store.bookmarkWatches()));
    });
    await acted(story, world);
    const over = await world.until(() => isOver(story, world), limitSeconds);
    if (!over && world.violations.length === 0) {
      world.violate("the story ends", `not within ${limitSeconds / 60} minutes`);
    }
    counts = false;
    await rest(story, world);
    const { violations, trace } = world;
    const writes = world.aws.log.slice(called).filter((call) => call.by === "operator" && isWrite(call));
    return { violations, points, calls, changes, writes, end: endOf(world), recovery, trace: () => trace.text() };
  } finally {
    await world.stop();
  }
}

export function isSameCall(one: Call, other: Call | undefined): boolean {
  return one.operation === other?.operation && one.after === other.after && one.nth === other.nth;
}

/** A world with a violation stops, so the next step of the user may fail. */
async function acted(story: Story, world: Simulation): Promise<void> {
  try {
    await story.act(world);
  } catch (error) {
    if (world.violations.length === 0) throw error;
  }
}

function breakWatches({ store }: Simulation): void {
  store.compact();
  store.cutWatches(new StoreError("Unavailable", "connection reset"));
}

/** What could not be read for a moment is read again within a minute or two, and reported. */
const restsAllowed = 3;

/** The end stays as it is, and nothing is written any more. */
async function rest(story: Story, world: Simulation): Promise<void> {
  await world.seconds(10);
  for (let rests = 1; world.violations.length === 0; rests++) {
    const [calls, versions] = [world.aws.log.length, versionsOf(world)];
    await world.seconds(restSeconds);
    const written = world.aws.log.slice(calls).filter((call) => call.by === "operator" && isWrite(call));
    const silent = versionsOf(world) === versions;
    if (written[0] !== undefined) {
      world.violate("6 at rest it is silent", `${written[0].operation} ${JSON.stringify(written[0].input)}`);
    } else if (!silent && rests === restsAllowed) {
      world.violate("6 at rest it is silent", `${versions} became ${versionsOf(world)}`);
    } else if (silent && !isOver(story, world)) {
      world.violate("the story ends", "and does not begin again");
    }
    if (silent) return;
  }
}

const versionsOf = ({ store }: Simulation): string =>
  store
    .objects()
    .map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`)
    .join(" ");

/** The account as it is in the end, how much was made on the way to it, and the objects. */
function endOf(world: Simulation): readonly string[] {
  const { aws, store, cluster } = world;
  const live = ({ status }: { readonly status?: string | undefined }): boolean =>
    status !== "DELETED" && status !== "INACTIVE";
  const { truth } = aws;
  return [
    ...accountOf(aws, store, cluster).map(({ text }) => text),
    `${truth.computeEnvironments().filter(live).length} environments`,
    `${truth.jobQueues().filter(live).length} queues`,
    `${truth.jobDefinitions().filter(live).length} ACTIVE revisions of ${truth.jobDefinitions().length} ever registered`,
    ...truth.jobs().map(({ status }) => `a job ${status}`),
    ...store.objects().map(({ kind, metadata }) => `${kind} ${metadata.name}`),
  ].sort();
}

function faultOf(how: FailureKind): Fault {
  switch (how) {
    case "refused":
      return accessDenied("Something");
    case "throttled":
      return throttled;
    case "timed out":
      return { kind: "loseRequest" };
    case "applied, answer lost":
      return { kind: "loseResponse" };
  }
}
