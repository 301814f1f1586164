import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import { AwsError } from "../../../aws/errors.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import type { Described } from "../../../network/described.ts";
import type { NetworkFacts } from "../../../network/facts.ts";
import type { NetworkReader, NetworkRequest } from "../../../network/port.ts";
import { type Preflight, preflight } from "../../../network/preflight.ts";
import { DeadlineExceeded, withDeadline } from "../../../runtime/abort.ts";
import {
  answerSoonForMs,
  ec2PatienceMs,
  lateAnswerCheckMs,
  preflightFixingForMs,
  preflightInEffectMs,
  preflightRestMs,
  preflightTogetherMs,
  preflightTurnMs,
  restCheckMs,
  settleCheckMs,
  soonestCheckMs,
  unwatchedCheckMs,
} from "../../intervals.ts";
import { requestedAtOf } from "../../pass/circumstances.ts";
import type { Ports } from "../../ports.ts";
import { describedBy, jobsOf, likelyJobs, workloadOf } from "./described.ts";
import type { NetworkSeen } from "./seen.ts";

/**
 * Observes the network of an environment. EC2 may be slow, throttled or out of reach, and none of that may keep the
 * environment waiting: a pass requests facts, and a later pass uses them when they have arrived. Only where the next step
 * depends on them (`Enforce`) the pass waits for them, two seconds at most.
 */

/** What this process remembers of the network of one environment; a restart reads it again. */
interface NetworkMemory {
  /** What was requested; another request needs other facts. */
  readonly key: string;
  /** Since when newer facts are needed, monotonic ms; undefined: they are fresh enough. */
  neededSince: number | undefined;
  /** How old facts may have been when they became needed (ms). */
  oldest: number;
  facts: NetworkFacts | undefined;
  readAt: number;
  /** Since when these facts had been needed: they may lack what was written later. */
  factsSince: number;
  /** Of the region, and all that is kept of its reader: that of a namespace is large. */
  written: NetworkReader["written"] | undefined;
  result: Preflight | undefined;
  judgedAt: number;
  /** Since when something has been wrong, monotonic ms. */
  wrongSince: number | undefined;
  /** When it is its turn to be read again, monotonic ms; undefined: it has no turn. */
  turnAt: number | undefined;
}

/** By uid of the object. */
export type NetworkMemories = Map<string, NetworkMemory>;

/** @returns undefined when there is nothing to check */
export async function observeNetwork(
  object: BatchComputeEnvironment,
  region: BatchRegion,
  ports: Ports,
  memories: NetworkMemories,
  signal: AbortSignal,
): Promise<NetworkSeen | undefined> {
  const { uid, deletionTimestamp } = object.metadata;
  const described = deletionTimestamp === undefined ? describedBy(object.spec) : undefined;
  if (described === undefined) {
    memories.delete(uid);
    return undefined;
  }
  // Ages within this process: with a wall clock that is set back it would read again each second until it has caught up.
  const now = ports.clock.monotonic();
  const key = JSON.stringify([described, requestedAtOf(object)]);
  const before = memories.get(uid);
  const memory =
    before?.key === key ? before : begun(key, now, before === undefined ? preflightRestMs / 2 : preflightTogetherMs);
  memories.set(uid, memory);
  if (memory.neededSince === undefined && now >= dueAt(memory, memories, now)) {
    memory.neededSince = now;
    memory.oldest = (now - memory.readAt) / 2;
  }
  if (memory.neededSince !== undefined) {
    const reading = {
      maxAgeMs: now - memory.neededSince + memory.oldest,
      patienceMs: patienceFor(object, memory, now),
    };
    const read = await gathered(described.request, object, ports, reading, signal);
    if (read.kind === "unread") {
      memory.turnAt = nextTurnAt(memories, now + unwatchedCheckMs);
      return { ...read, checkInMs: memory.turnAt - now };
    }
    if (read.kind === "facts") keep(memory, read, now);
  }
  const { facts } = memory;
  if (facts === undefined) return { kind: "pending", checkInMs: comingInMs(memory, now) };
  const result = judged(memory, { facts, described }, { object, region, ports }, now);
  const dueInMs = memory.neededSince === undefined ? dueAt(memory, memories, now) - now : comingInMs(memory, now);
  const checkInMs = Math.max(soonestCheckMs, Math.min(dueInMs, memory.judgedAt + restCheckMs - now));
  return { kind: "checked", preflight: result, checkInMs };
}

function begun(key: string, now: number, oldest: number): NetworkMemory {
  return {
    key,
    neededSince: now,
    oldest,
    facts: undefined,
    readAt: now,
    factsSince: now,
    written: undefined,
    result: undefined,
    judgedAt: now,
    wrongSince: undefined,
    turnAt: undefined,
  };
}

function keep(memory: NetworkMemory, { facts, written }: Extract<Gathered, { kind: "facts" }>, now: number): void {
  memory.facts = facts;
  memory.written = written;
  memory.factsSince = memory.neededSince ?? now;
  memory.neededSince = undefined;
  memory.readAt = now;
  memory.turnAt = undefined;
  memory.result = undefined;
}

function patienceFor({ spec }: BatchComputeEnvironment, memory: NetworkMemory, now: number): number {
  return spec.network?.preflight === "Enforce" && memory.neededSince === now ? ec2PatienceMs : 0;
}

/** When to check whether the requested facts have arrived. */
function comingInMs({ neededSince }: NetworkMemory, now: number): number {
  return now - (neededSince ?? now) < answerSoonForMs ? settleCheckMs : lateAnswerCheckMs;
}

/** When newer facts are needed, monotonic ms. */
function dueAt(memory: NetworkMemory, memories: NetworkMemories, now: number): number {
  const rested = restedAt(memory, memories, now);
  const writtenAt = memory.written?.at ?? Number.NEGATIVE_INFINITY;
  return writtenAt >= memory.factsSince ? Math.min(rested, writtenAt + preflightInEffectMs) : rested;
}

/** Until when these facts are believed while nothing changes, monotonic ms. */
function restedAt(memory: NetworkMemory, memories: NetworkMemories, now: number): number {
  const { readAt, wrongSince } = memory;
  if (wrongSince === undefined) {
    memory.turnAt = undefined;
    return readAt + preflightRestMs;
  }
  memory.turnAt ??= nextTurnAt(
    memories,
    readAt + (now - wrongSince < preflightFixingForMs ? unwatchedCheckMs : restCheckMs),
  );
  return memory.turnAt;
}

/** The first turn at or after `earliest` that comes after all turns that others have (monotonic ms). */
function nextTurnAt(memories: NetworkMemories, earliest: number): number {
  let last = Number.NEGATIVE_INFINITY;
  for (const { turnAt } of memories.values()) if (turnAt !== undefined) last = Math.max(last, turnAt);
  return Math.max(earliest, last + preflightTurnMs);
}

type Gathered =
  | { readonly kind: "facts"; readonly facts: NetworkFacts; readonly written: NetworkReader["written"] }
  | { readonly kind: "pending" }
  | { readonly kind: "unread"; readonly message: string };

/** How old facts may be, and how long a pass waits for them (ms). */
export interface Patience {
  readonly maxAgeMs: number;
  readonly patienceMs: number;
}

/** Facts of EC2 for an environment; pending: they are not there yet, and are kept for a later pass. */
export async function gathered(
  request: NetworkRequest,
  { spec, metadata }: BatchComputeEnvironment,
  { regions, clock }: Ports,
  { maxAgeMs, patienceMs }: Patience,
  signal: AbortSignal,
): Promise<Gathered> {
  try {
    // Only the waiting ends with the patience: the result of the read is kept for the next pass.
    return await withDeadline(clock, patienceMs, signal, "EC2", async (patience) => {
      const { network: reader } = await regions.ec2(spec.region, signal, metadata.namespace);
      const facts = await reader.of(request, { signal, maxAgeMs, patience });
      return { kind: "facts", facts, written: reader.written };
    });
  } catch (error) {
    if (error instanceof DeadlineExceeded) return { kind: "pending" };
    if (error instanceof AwsError) return { kind: "unread", message: `${error.operation}: ${error.message}` };
    throw error;
  }
}

/** The object that owns the network, and where to find the jobs that have to run in it. */
interface Asking {
  readonly object: BatchComputeEnvironment;
  readonly region: BatchRegion;
  readonly ports: Ports;
}

function judged(
  memory: NetworkMemory,
  { facts, described }: { readonly facts: NetworkFacts; readonly described: Described },
  { object, region, ports }: Asking,
  now: number,
): Preflight {
  const { objects, cluster } = ports;
  if (memory.result === undefined || now - memory.judgedAt >= restCheckMs) {
    const jobs = likelyJobs(objects, region.snapshot(), cluster);
    const here = jobsOf(jobs, object.metadata, region.region);
    memory.result = preflight(described, workloadOf(object.spec, region.region, here), facts);
    memory.judgedAt = now;
    memory.wrongSince = memory.result.state === "Reachable" ? undefined : (memory.wrongSince ?? now);
  }
  return memory.result;
}
