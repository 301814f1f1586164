/**
 * What `$Latest` and `$Default` of the launch templates of an environment are. AWS Batch resolves them when it makes an
 * environment or replaces its instances, and shows the result nowhere: EC2 is asked, and a tag keeps the answer (`rollout.ts`).
 */

import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../aws/batch.ts";
import { AwsError } from "../../../aws/errors.ts";
import { templateReferences } from "../../../network/described.ts";
import type { NetworkFacts } from "../../../network/facts.ts";
import { emptyRequest, type LaunchTemplateReference } from "../../../network/port.ts";
import { DeadlineExceeded, withDeadline } from "../../../runtime/abort.ts";
import { sameLaunchTemplate } from "../../fields/compare.ts";
import { ec2PatienceMs, settleCheckMs, templateMaxAgeMs } from "../../intervals.ts";
import { requestedAtOf } from "../../pass/circumstances.ts";
import type { Ports } from "../../ports.ts";
import { rolledOut } from "./rollout.ts";

type Spec = BatchComputeEnvironment["spec"];

export interface TemplateSeen {
  /** The numbers of the versions, of the template and then of its overrides: `7`, or `7/3`; undefined: not known. */
  readonly version: string | undefined;
  /** Why not. */
  readonly why?: string;
  readonly checkInMs: number;
}

interface TemplateMemory {
  /** What was asked for. */
  readonly key: string;
  /** Since when an answer is needed, monotonic ms. */
  readonly neededSince: number;
  readonly answer: Pick<TemplateSeen, "version" | "why"> | undefined;
  readonly readAt: number;
}

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

function isFollowed({ version }: LaunchTemplateReference): boolean {
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
  const known = before?.key === key ? before : undefined;
  if (known?.answer !== undefined && now - known.readAt < templateMaxAgeMs) {
    return { ...known.answer, checkInMs: known.readAt + templateMaxAgeMs - now };
  }
  const neededSince = known?.answer === undefined ? (known?.neededSince ?? now) : now;
  // Whoever asks for a new reading gets one; the first one may be what another object has read.
  const maxAgeMs = before === undefined ? templateMaxAgeMs : now - neededSince;
  const patienceMs = known === undefined ? ec2PatienceMs : 0;
  const answer = await versionsOf(references, object, ports, { maxAgeMs, patienceMs }, signal);
  if (answer === undefined) {
    memories.set(uid, { key, neededSince, answer: known?.answer, readAt: known?.readAt ?? now });
    return { version: undefined, ...known?.answer, checkInMs: settleCheckMs };
  }
  memories.set(uid, { key, neededSince, answer, readAt: now });
  return { ...answer, checkInMs: templateMaxAgeMs };
}

/** @returns undefined when EC2 has not answered yet */
async function versionsOf(
  references: readonly LaunchTemplateReference[],
  { spec, metadata }: BatchComputeEnvironment,
  { regions, clock }: Ports,
  { maxAgeMs, patienceMs }: { readonly maxAgeMs: number; readonly patienceMs: number },
  signal: AbortSignal,
): Promise<Pick<TemplateSeen, "version" | "why"> | undefined> {
  const launchTemplates = references.filter(isFollowed);
  try {
    const { launchTemplates: read } = await withDeadline(clock, patienceMs, signal, "EC2", async (patience) => {
      const { network: reader } = await regions.ec2(spec.region, signal, metadata.namespace);
      return await reader.of({ ...emptyRequest, launchTemplates }, { signal, maxAgeMs, patience });
    });
    return resolved(references, read);
  } catch (error) {
    if (error instanceof DeadlineExceeded) return undefined;
    if (error instanceof AwsError) return { version: undefined, why: `${error.operation}: ${error.message}` };
    throw error;
  }
}

function resolved(
  references: readonly LaunchTemplateReference[],
  read: NetworkFacts["launchTemplates"],
): Pick<TemplateSeen, "version" | "why"> {
  if (read.kind === "unread") return { version: undefined, why: read.message };
  const numbers: string[] = [];
  for (const { by, reference, version } of references) {
    const found = read.value.find((one) => one.by === by && one.reference === reference && one.requested === version);
    if (/^[0-9]+$/.test(version)) numbers.push(version);
    else if (found === undefined) return { version: undefined, why: `EC2 has no launch template ${reference}` };
    else if ("unread" in found) return { version: undefined, why: found.unread.message };
    else if (found.version === undefined) {
      return { version: undefined, why: `launch template ${reference} has no version ${version}` };
    } else numbers.push(String(found.version));
  }
  return { version: numbers.join("/") };
}

/** The version that an environment has its instances for; undefined: of this template none is noted. */
export function templateVersionOf({ computeResources }: Spec, environment: Environment): string | undefined {
  const { launchTemplate } = computeResources ?? {};
  return launchTemplate !== undefined &&
    sameLaunchTemplate(launchTemplate, environment.computeResources?.launchTemplate)
    ? rolledOut(environment.tags).templateVersion
    : undefined;
}

/**
 * Whether the instances may get newer versions. An older one, as when `$Default` was set back, is not taken: an environment
 * that is being made would else be given up for the one that it replaces.
 */
export function isOlderVersion(has: string, current: string): boolean {
  const parts = current.split("/").map(Number);
  return has.split("/").some((part, index) => Number(part) < (parts[index] ?? 0));
}
