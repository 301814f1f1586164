/** Whose the jobs are that a job depends on: AWS waits for any job of the account, and so shows how it ended. */

import type { BatchJob } from "../../../api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../../api/v1alpha1/kinds.ts";
import { namedJobAgainMs } from "../../intervals.ts";
import { awsNameOf } from "../../ownership/naming.ts";
import { namedOwner } from "../../ownership/ownership.ts";
import { remember, rememberedOf } from "./memory.ts";
import type { Observing } from "./observing.ts";
import type { DependencySeen, NamedJobHold } from "./seen.ts";

/**
 * The first job that AWS is to wait for and that is not of the namespace, or whose tags AWS does not show: a job that
 * `dependsOn.jobId` names, or that only the status of another object says is its own, which others may write. Asks AWS once;
 * while AWS does not show a job less and less often, for thousands of objects may name jobs that never were.
 *
 * @throws AwsError
 */
export async function namedJobHold(
  object: BatchJob,
  dependencies: readonly DependencySeen[],
  around: Observing,
): Promise<NamedJobHold | undefined> {
  const { memory, ports } = around;
  if (ports.settings.allowForeignDependencies) return undefined;
  const others = referredJobs(object, around);
  const known = new Set(others.map(({ metadata }) => rememberedOf(memory, metadata.uid).submitted?.jobId));
  const ids = dependencies.flatMap((one) => (one.kind === "id" && !known.has(one.jobId) ? (one.jobId ?? []) : []));
  if (ids.length === 0) return undefined;
  const { uid } = object.metadata;
  const now = ports.clock.monotonic();
  const before = rememberedOf(memory, uid).named;
  const named = before?.ids.join() === ids.join() ? before : undefined;
  if (named !== undefined && named.hold?.kind !== "unseen") return named.hold;
  if (named?.hold?.kind === "unseen") {
    const checkInMs = named.at + Math.max(namedJobAgainMs, named.at - named.firstAt) - now;
    if (checkInMs > 0) return { ...named.hold, checkInMs };
  }
  const names = new Set(others.map((other) => awsNameOf(BatchJobKind, other)));
  const hold = await askedHold(object, { ids, names }, around);
  remember(memory, uid, { named: { ids, firstAt: named?.firstAt ?? now, at: now, hold } });
  return hold;
}

/** The objects that `dependsOn.jobRef` leads to. */
function referredJobs({ metadata: { namespace }, spec }: BatchJob, { ports }: Observing): readonly BatchJob[] {
  return (spec.dependsOn ?? []).flatMap(({ jobRef }) => {
    if (jobRef === undefined) return [];
    return (ports.objects.get(BatchJobKind, { namespace, name: jobRef.name }) as BatchJob | undefined) ?? [];
  });
}

/** @param names in AWS of the jobs of objects, which nobody else's have */
async function askedHold(
  { metadata: { namespace } }: BatchJob,
  { ids, names }: { readonly ids: readonly string[]; readonly names: ReadonlySet<string> },
  { region, ports, signal }: Observing,
): Promise<NamedJobHold | undefined> {
  const shown = new Map((await region.jobsOfObjects.described(ids, signal)).map((record) => [record.jobId, record]));
  for (const jobId of ids) {
    const record = shown.get(jobId);
    if (record === undefined) return { kind: "unseen", jobId, checkInMs: namedJobAgainMs };
    const isOurs = namedOwner(record.tags, ports.cluster)?.namespace === namespace || names.has(record.jobName);
    if (!isOurs) return { kind: "notOurs", jobId };
  }
  return undefined;
}
