import type { BatchComputeEnvironment } from "../../api/v1alpha1/compute-environment.ts";
import { AwsError } from "../../aws/errors.ts";
import type { BatchRegion } from "../../aws/region.ts";
import type { Described } from "../../network/described.ts";
import type { NetworkFacts } from "../../network/facts.ts";
import type { NetworkReader } from "../../network/port.ts";
import { type Preflight, preflight } from "../../network/preflight.ts";
import { DeadlineExceeded, withDeadline } from "../../runtime/abort.ts";
import { requestedAtOf } from "../circumstances.ts";
import type { Ports } from "../ports.ts";
import { describedBy, jobsOf, likelyJobs, workloadOf } from "./described.ts";
import type { NetworkSeen } from "./seen.ts";

/**
 * Looks at the network of an environment. EC2 may be slow, throttled or out of reach, and none of that may keep the
 * environment waiting: facts are asked for, and taken by a later pass when they have come. Only where `Enforce` makes
 * the next step hang on them they are waited for, two seconds at most.
 */

/** How long facts are believed while nothing is wrong. */
const restMs = 3 * 3_600_000;
/** Something is wrong, and for the first ten minutes a person may be mending it. */
const mendingMs = 60_000;
const mendingLastsMs = 10 * 60_000;
const brokenMs = 10 * 60_000;
/**
 * Networks that are not known to be ready are read again in turn, this long after each other. Each costs up to ten calls
 * of its own (the instance profile with its role, DNS settings, launch templates), so that a hundred of them would use up
 * the calls that the account has. Who changes the spec, or asks for a reconcile, waits for no turn.
 */
const turnMs = 6000;
/** Job definitions come and go; taking them into account again costs no call. */
const judgeMs = 10 * 60_000;
/** Environments that are changed together share what they read. */
const togetherMs = 3000;
/** What we wrote in the network ourselves is in effect by then: ways may lead elsewhere, also for those who asked for nothing. */
const inEffectMs = 5 * 60_000;
const patienceMs = 2000;
const askedOnceMs = 30_000;
const soonMs = 1000;
const soonLastsMs = 10_000;
const lateMs = 10_000;

/** What this process remembers of the network of one environment; a restart looks anew. */
interface Look {
  /** What was asked; something else needs other facts. */
  readonly key: string;
  /** Since when facts that are newer are wanted, monotonic ms; undefined: they are fresh enough. */
  wantedSince: number | undefined;
  /** How old facts may have been when they were wanted (ms). */
  oldest: number;
  facts: NetworkFacts | undefined;
  readAt: number;
  /** Since when these facts had been wanted: what was written later they may lack. */
  factsSince: number;
  reader: Pick<NetworkReader, "writtenAt"> | undefined;
  result: Preflight | undefined;
  judgedAt: number;
  /** Since when something has been wrong, monotonic ms. */
  wrongSince: number | undefined;
  /** When it is its turn to be read again, monotonic ms; undefined: it has no turn. */
  turnAt: number | undefined;
}

/** By uid of the object. */
export type Looks = Map<string, Look>;

/** @returns undefined when there is nothing to check */
export async function lookAtNetwork(
  object: BatchComputeEnvironment,
  region: BatchRegion,
  ports: Ports,
  looks: Looks,
  signal: AbortSignal,
): Promise<NetworkSeen | undefined> {
  const { uid, deletionTimestamp } = object.metadata;
  const described = deletionTimestamp === undefined ? describedBy(object.spec) : undefined;
  if (described === undefined) {
    looks.delete(uid);
    return undefined;
  }
  // Ages within this process: a wall clock that is put back would ask anew each second until it has caught up.
  const now = ports.clock.monotonic();
  const key = JSON.stringify([described, requestedAtOf(object)]);
  const before = looks.get(uid);
  const look = before?.key === key ? before : begun(key, now, before === undefined ? restMs / 2 : togetherMs);
  looks.set(uid, look);
  if (look.wantedSince === undefined && now >= dueAt(look, looks, now)) {
    look.wantedSince = now;
    look.oldest = (now - look.readAt) / 2;
  }
  if (look.wantedSince !== undefined) {
    const reading = { maxAgeMs: now - look.wantedSince + look.oldest, patienceMs: patienceFor(object, look, now) };
    const read = await gathered(described, object, ports, reading, signal);
    if (read.kind === "unread") {
      look.turnAt = nextTurnAt(looks, now + mendingMs);
      return { ...read, checkInMs: look.turnAt - now };
    }
    if (read.kind === "facts") take(look, read, now);
  }
  const { facts } = look;
  if (facts === undefined) return { kind: "pending", checkInMs: comingInMs(look, now) };
  const result = judged(look, { facts, described }, { object, region, ports }, now);
  const dueInMs = look.wantedSince === undefined ? dueAt(look, looks, now) - now : comingInMs(look, now);
  const checkInMs = Math.max(1000, Math.min(dueInMs, look.judgedAt + judgeMs - now));
  return { kind: "checked", preflight: result, checkInMs };
}

/**
 * What the network is like now, for somebody who asks once and waits for it.
 *
 * @returns undefined when there is nothing to check, or EC2 does not answer
 */
export async function networkNow(
  object: BatchComputeEnvironment,
  region: BatchRegion,
  ports: Ports,
  signal: AbortSignal,
): Promise<NetworkSeen | undefined> {
  const described = describedBy(object.spec);
  if (described === undefined) return undefined;
  const read = await gathered(described, object, ports, { maxAgeMs: restMs, patienceMs: askedOnceMs }, signal);
  if (read.kind !== "facts") return undefined;
  const now = ports.clock.monotonic();
  const result = judged(begun("", now, 0), { facts: read.facts, described }, { object, region, ports }, now);
  return { kind: "checked", preflight: result, checkInMs: restMs };
}

function begun(key: string, now: number, oldest: number): Look {
  return {
    key,
    wantedSince: now,
    oldest,
    facts: undefined,
    readAt: now,
    factsSince: now,
    reader: undefined,
    result: undefined,
    judgedAt: now,
    wrongSince: undefined,
    turnAt: undefined,
  };
}

function take(look: Look, { facts, reader }: Extract<Gathered, { kind: "facts" }>, now: number): void {
  look.facts = facts;
  look.reader = reader;
  look.factsSince = look.wantedSince ?? now;
  look.wantedSince = undefined;
  look.readAt = now;
  look.turnAt = undefined;
  look.result = undefined;
}

function patienceFor({ spec }: BatchComputeEnvironment, look: Look, now: number): number {
  return spec.network?.preflight === "Enforce" && look.wantedSince === now ? patienceMs : 0;
}

/** When to look whether the facts that are wanted have come. */
function comingInMs({ wantedSince }: Look, now: number): number {
  return now - (wantedSince ?? now) < soonLastsMs ? soonMs : lateMs;
}

/** When newer facts are wanted, monotonic ms. */
function dueAt(look: Look, looks: Looks, now: number): number {
  const rested = restedAt(look, looks, now);
  const writtenAt = look.reader?.writtenAt ?? Number.NEGATIVE_INFINITY;
  return writtenAt >= look.factsSince ? Math.min(rested, writtenAt + inEffectMs) : rested;
}

/** Until when the facts of this look are believed while nothing changes, monotonic ms. */
function restedAt(look: Look, looks: Looks, now: number): number {
  const { readAt, wrongSince } = look;
  if (wrongSince === undefined) {
    look.turnAt = undefined;
    return readAt + restMs;
  }
  look.turnAt ??= nextTurnAt(looks, readAt + (now - wrongSince < mendingLastsMs ? mendingMs : brokenMs));
  return look.turnAt;
}

/** The first turn at or after `earliest` that comes after all turns that others have (monotonic ms). */
function nextTurnAt(looks: Looks, earliest: number): number {
  let last = Number.NEGATIVE_INFINITY;
  for (const { turnAt } of looks.values()) if (turnAt !== undefined) last = Math.max(last, turnAt);
  return Math.max(earliest, last + turnMs);
}

type Gathered =
  | { readonly kind: "facts"; readonly facts: NetworkFacts; readonly reader: Pick<NetworkReader, "writtenAt"> }
  | { readonly kind: "pending" }
  | { readonly kind: "unread"; readonly message: string };

async function gathered(
  { request }: Described,
  { spec }: BatchComputeEnvironment,
  { regions, clock }: Ports,
  reading: { readonly maxAgeMs: number; readonly patienceMs: number },
  signal: AbortSignal,
): Promise<Gathered> {
  const { maxAgeMs } = reading;
  try {
    // Only the waiting ends with our patience: what was asked for is kept for the pass that asks again.
    return await withDeadline(clock, reading.patienceMs, signal, "EC2", async () => {
      const { network: reader } = await regions.ec2(spec.region, signal);
      return { kind: "facts", facts: await reader.of(request, { signal, maxAgeMs }), reader };
    });
  } catch (error) {
    if (error instanceof DeadlineExceeded) return { kind: "pending" };
    if (error instanceof AwsError) return { kind: "unread", message: `${error.operation}: ${error.message}` };
    throw error;
  }
}

/** Whose network it is, and where the jobs are that have to run in it. */
interface Asking {
  readonly object: BatchComputeEnvironment;
  readonly region: BatchRegion;
  readonly ports: Ports;
}

function judged(
  look: Look,
  { facts, described }: { readonly facts: NetworkFacts; readonly described: Described },
  { object, region, ports }: Asking,
  now: number,
): Preflight {
  const { objects, settings, cluster } = ports;
  if (look.result === undefined || now - look.judgedAt >= judgeMs) {
    const jobs = likelyJobs(objects, settings, region.snapshot(), cluster);
    const here = jobsOf(jobs, object.metadata, object.spec.region ?? settings.region);
    look.result = preflight(described, workloadOf(object.spec, region.region, here), facts);
    look.judgedAt = now;
    look.wrongSince = look.result.state === "Reachable" ? undefined : (look.wrongSince ?? now);
  }
  return look.result;
}
