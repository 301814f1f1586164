/** Whose the jobs are that a job names by their IDs: AWS waits for any job of the account, and so shows how it ended. */

import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { namedJobAgainMs } from "../intervals.ts";
import { namedOwner } from "../ownership.ts";
import type { Around } from "./around.ts";
import { remember, rememberedOf } from "./memory.ts";
import type { NamedJobHold } from "./seen.ts";

/**
 * The first job that `dependsOn.jobId` names and that is not of the namespace, or whose tags AWS does not show. Asks AWS once;
 * while AWS does not show a job less and less often, for thousands of objects may name jobs that never were.
 *
 * @throws AwsError
 */
export async function namedJobHold(object: BatchJob, around: Around): Promise<NamedJobHold | undefined> {
  const { memory, ports } = around;
  const ids = (object.spec.dependsOn ?? []).flatMap(({ jobId }) => jobId ?? []);
  if (ids.length === 0 || ports.settings.allowForeignDependencies) return undefined;
  const { uid } = object.metadata;
  const now = ports.clock.monotonic();
  const { named } = rememberedOf(memory, uid);
  if (named !== undefined && named.hold?.kind !== "unseen") return named.hold;
  if (named?.hold?.kind === "unseen") {
    const checkInMs = named.at + Math.max(namedJobAgainMs, named.at - named.firstAt) - now;
    if (checkInMs > 0) return { ...named.hold, checkInMs };
  }
  const hold = await askedHold(object, ids, around);
  remember(memory, uid, { named: { firstAt: named?.firstAt ?? now, at: now, hold } });
  return hold;
}

async function askedHold(
  { metadata: { namespace } }: BatchJob,
  ids: readonly string[],
  { region, ports, signal }: Around,
): Promise<NamedJobHold | undefined> {
  const shown = new Map((await region.jobsOfObjects.described(ids, signal)).map((record) => [record.jobId, record]));
  for (const jobId of ids) {
    const record = shown.get(jobId);
    if (record === undefined) return { kind: "unseen", jobId, checkInMs: namedJobAgainMs };
    if (namedOwner(record.tags, ports.cluster)?.namespace !== namespace) return { kind: "notOurs", jobId };
  }
  return undefined;
}
