import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../aws/batch.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import { type MarksSeen, markShownForMs, newMarksSeen } from "../../draining/retirement-marks.ts";
import { vCpusMaxAgeMs } from "../../intervals.ts";
import { memoryKey } from "../../ownership/naming.ts";
import { retiredAtTag } from "../../ownership/ownership.ts";
import type { TemplateMemories } from "../../parts/launch-template/observe.ts";
import type { NetworkMemories } from "../../parts/network/observe.ts";
import { type Circumstances, haveChanged } from "../../pass/circumstances.ts";
import type { Ports } from "../../ports.ts";
import { type RoleCauses, roleWritten } from "./causes.ts";
import { forgetCounts, type JobMemory, newJobMemory } from "./draining.ts";
import { nameOf } from "./environment-set.ts";
import type { RolloutKnown } from "./seen.ts";
import { newVerificationMemory, type VerificationMemory } from "./verification-observe.ts";

/** When something was asked of AWS (wall ms), and what it was asked under. */
export interface Tried {
  readonly at: number;
  readonly under: Circumstances;
}

/**
 * What this process remembers between passes, by region and environment (`memoryKey`): ages, and which jobs were counted
 * last. A restart begins again without them.
 */
export interface Memory extends JobMemory {
  readonly marks: MarksSeen;
  /** When its deletion was last asked for. */
  readonly deleteTried: Map<string, Tried>;
  /** The vCPUs that were last shown, and when that was. */
  readonly shownvCpus: Map<string, { readonly count: number; readonly at: number }>;
  /** Since when it has been INVALID without a change, or when AWS was last asked to check it again. */
  readonly invalidSince: Map<string, Tried>;
  /** The circumstances when it was first observed: for one that this process created, those of its creation. */
  readonly foundUnder: Map<string, Circumstances>;
  readonly roleCauses: RoleCauses;
  /** Environments that AWS reported as INVALID once more, since they were VALID or a role was fixed. */
  readonly askedAgain: Set<string>;
  /** The last rollout that was requested; none where it is unknown whether AWS accepted it. */
  readonly rollouts: Map<string, RolloutKnown>;
  /** By the uid of an object: how many environments the region had when the limits on their number were last checked. */
  readonly counted: Map<string, number>;
  /** By the uid of an object: the keys of its environments in the maps above. */
  readonly names: Map<string, ReadonlySet<string>>;
  /** What was observed of the network of each object, and when to check again. */
  readonly networks: NetworkMemories;
  /** What the launch templates of each object were last. */
  readonly templates: TemplateMemories;
  readonly verification: VerificationMemory;
}

export function newMemory(): Memory {
  return {
    ...newJobMemory(),
    marks: newMarksSeen(),
    deleteTried: new Map(),
    shownvCpus: new Map(),
    invalidSince: new Map(),
    foundUnder: new Map(),
    roleCauses: new Map(),
    askedAgain: new Set(),
    rollouts: new Map(),
    counted: new Map(),
    names: new Map(),
    networks: new Map(),
    templates: new Map(),
    verification: newVerificationMemory(),
  };
}

/** By name, what is remembered of the environments of one region. */
export function rememberedIn<T>(region: BatchRegion, memory: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  const prefix = memoryKey(region, "");
  const here = [...memory].filter(([key]) => key.startsWith(prefix));
  return new Map(here.map(([key, value]) => [key.slice(prefix.length), value]));
}

/** Forgets the environments of an object that no longer exist. */
export function forgetGone(memory: Memory, uid: string, region: BatchRegion, ours: readonly Environment[]): void {
  const keys = new Set(ours.map(({ computeEnvironmentName }) => memoryKey(region, computeEnvironmentName)));
  const { deleteTried, terminatedAt, shownvCpus, invalidSince, rollouts, verification } = memory;
  const { written, shown } = memory.marks;
  const { counts, endedAt, submitted } = verification;
  const ages = [written, shown, deleteTried, terminatedAt, shownvCpus, invalidSince, rollouts];
  for (const key of memory.names.get(uid) ?? []) {
    if (keys.has(key)) continue;
    for (const known of [...ages, counts, endedAt, submitted]) known.delete(key);
    forgetCounts(memory, key);
    memory.askedAgain.delete(key);
    memory.foundUnder.delete(key);
  }
  if (keys.size === 0) memory.roleCauses.delete(uid);
  if (keys.size === 0) verification.failed.delete(uid);
  if (keys.size === 0) memory.names.delete(uid);
  else memory.names.set(uid, keys);
}

/** AWS's scaler changes them at any time; the status shows a change at most once a minute, or it would never rest. */
export function sampledvCpus(
  ours: readonly Environment[],
  region: BatchRegion,
  memory: Memory,
  now: number,
): ReadonlyMap<string, number> {
  for (const environment of ours) {
    const key = memoryKey(region, environment.computeEnvironmentName);
    const shown = memory.shownvCpus.get(key);
    const count = environment.computeResources?.desiredvCpus;
    if (count === undefined) memory.shownvCpus.delete(key);
    else if (shown === undefined || now - shown.at >= vCpusMaxAgeMs) memory.shownvCpus.set(key, { count, at: now });
  }
  return new Map([...rememberedIn(region, memory.shownvCpus)].map(([name, { count }]) => [name, count]));
}

/** For how long each mark has been seen that may not have settled when it was seen first. */
export function marksShown(
  ours: readonly Environment[],
  region: BatchRegion,
  { clock }: Ports,
  { marks }: Memory,
): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { computeEnvironmentName: name, tags } of ours) {
    const shownForMs = markShownForMs(marks, memoryKey(region, name), tags?.[retiredAtTag], clock);
    if (shownForMs !== undefined) found.set(name, shownForMs);
  }
  return found;
}

/** When each was asked for, without what was asked for under other circumstances: that may be asked for again. */
export function triedUnder(under: Circumstances, tried: ReadonlyMap<string, Tried>): ReadonlyMap<string, number> {
  const current = [...tried].filter(([, one]) => !haveChanged(one.under, under));
  return new Map(current.map(([name, { at }]) => [name, at]));
}

/** Environments that were first seen under other circumstances. */
export function madeBefore(
  ours: readonly Environment[],
  region: BatchRegion,
  under: Circumstances,
  { foundUnder }: Memory,
): ReadonlySet<string> {
  const before = ours.map(nameOf).filter((name) => {
    const key = memoryKey(region, name);
    const found = foundUnder.get(key) ?? under;
    foundUnder.set(key, found);
    return haveChanged(found, under);
  });
  return new Set(before);
}

export function invalidSince(
  ours: readonly Environment[],
  region: BatchRegion,
  under: Circumstances,
  ports: Ports,
  memory: Memory,
): ReadonlyMap<string, number> {
  for (const { computeEnvironmentName, status } of ours) {
    const key = memoryKey(region, computeEnvironmentName);
    if (status === "VALID") memory.askedAgain.delete(key);
    if (status !== "INVALID") memory.invalidSince.delete(key);
    else if (!memory.invalidSince.has(key)) memory.invalidSince.set(key, { at: ports.clock.now(), under });
  }
  const since = [...rememberedIn(region, memory.invalidSince)];
  return new Map(since.map(([name, one]) => [name, haveChanged(one.under, under) ? Number.NEGATIVE_INFINITY : one.at]));
}

/** Discards what AWS said of the environments of an object before one of their roles was written. */
export function roleFixed(memory: Memory, object: BatchComputeEnvironment, clock: Ports["clock"]): void {
  roleWritten(memory.roleCauses, object, clock);
  for (const key of memory.names.get(object.metadata.uid) ?? []) memory.askedAgain.delete(key);
}
