/** Asks EC2 what `$Latest` and `$Default` are: a call for each template, kept for all who name it. */

import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import { templateReferences } from "../../../network/described.ts";
import type { NetworkFacts } from "../../../network/facts.ts";
import { emptyRequest, type LaunchTemplateReference } from "../../../network/port.ts";
import { ec2PatienceMs, settleCheckMs, templateMaxAgeMs } from "../../intervals.ts";
import { requestedAtOf } from "../../pass/circumstances.ts";
import type { Ports } from "../../ports.ts";
import { gathered, type Patience } from "../network/observe.ts";
import type { TemplateSeen } from "./seen.ts";

type Spec = BatchComputeEnvironment["spec"];

interface TemplateMemory {
  /** What was asked for. */
  readonly key: string;
  /** An answer must not be older than this, monotonic ms: what was asked for has changed, or somebody has asked again. */
  readonly from: number;
  /** The last one. */
  readonly answer: Resolved | undefined;
}

type Resolved = Pick<TemplateSeen, "version" | "why">;

/** By uid of the object. */
export type TemplateMemories = Map<string, TemplateMemory>;

/** All versions that a spec names, where at least one is not a number. */
function followed({ computeResources }: Spec): readonly LaunchTemplateReference[] {
  const { launchTemplate } = computeResources ?? {};
  if (launchTemplate === undefined) return [];
  const { overrides = [], ...template } = launchTemplate;
  const all = [template, ...overrides].flatMap(templateReferences);
  return all.some(isFollowed) ? all : [];
}

function isFollowed({ version }: Pick<LaunchTemplateReference, "version">): boolean {
  return !/^[0-9]+$/.test(version);
}

/** @returns undefined where there is nothing to follow */
export async function observeTemplates(
  object: BatchComputeEnvironment,
  ports: Ports,
  memories: TemplateMemories,
  signal: AbortSignal,
): Promise<TemplateSeen | undefined> {
  const { uid, deletionTimestamp } = object.metadata;
  const references = deletionTimestamp === undefined ? followed(object.spec) : [];
  if (references.length === 0) {
    memories.delete(uid);
    return undefined;
  }
  const now = ports.clock.monotonic();
  const key = JSON.stringify([object.spec.region, references, requestedAtOf(object)]);
  const before = memories.get(uid);
  const same = before?.key === key ? before : undefined;
  // The first one may be what another object has read.
  const from = same?.from ?? (before === undefined ? Number.NEGATIVE_INFINITY : now);
  const reading = {
    maxAgeMs: Math.min(templateMaxAgeMs, now - from),
    patienceMs: same === undefined ? ec2PatienceMs : 0,
  };
  const read = await versionsOf(references, object, ports, reading, signal);
  const { checkInMs, ...answer } = read ?? { version: undefined, ...same?.answer, checkInMs: settleCheckMs };
  memories.set(uid, { key, from, answer: read === undefined ? same?.answer : answer });
  return { ...answer, checkInMs };
}

/** @returns undefined when EC2 has not answered yet */
async function versionsOf(
  references: readonly LaunchTemplateReference[],
  object: BatchComputeEnvironment,
  ports: Ports,
  reading: Patience,
  signal: AbortSignal,
): Promise<TemplateSeen | undefined> {
  const request = { ...emptyRequest, launchTemplates: references.filter(isFollowed) };
  const read = await gathered(request, object, ports, reading, signal);
  if (read.kind === "pending") return undefined;
  if (read.kind === "unread") return { version: undefined, why: read.message, checkInMs: templateMaxAgeMs };
  const { launchTemplates, gatheredAt } = read.facts;
  const ageMs = ports.clock.now() - gatheredAt;
  return {
    ...resolved(references, launchTemplates),
    checkInMs: Math.max(settleCheckMs, templateMaxAgeMs - ageMs + settleCheckMs),
  };
}

function resolved(references: readonly LaunchTemplateReference[], read: NetworkFacts["launchTemplates"]): Resolved {
  if (read.kind === "unread") return { version: undefined, why: read.message };
  const numbers: string[] = [];
  for (const { by, reference, version } of references) {
    const found = read.value.find((one) => one.by === by && one.reference === reference && one.requested === version);
    if (!isFollowed({ version })) numbers.push(version);
    else if (found === undefined) return { version: undefined, why: `EC2 has no launch template ${reference}` };
    else if ("unread" in found) return { version: undefined, why: found.unread.message };
    else if (found.version === undefined) {
      return { version: undefined, why: `launch template ${reference} has no version ${version}` };
    } else numbers.push(String(found.version));
  }
  return { version: numbers.join("/") };
}
