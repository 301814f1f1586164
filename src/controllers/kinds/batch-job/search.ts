/** What AWS is asked by name about the jobs of an object, and since when it has been in doubt. */

import type { BatchJob } from "../../../api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../../api/v1alpha1/kinds.ts";
import type { JobRecord } from "../../../aws/job-record.ts";
import type { JobsOfObjects, NamedJob } from "../../../aws/jobs-of-objects.ts";
import { searchAgainMs } from "../../intervals.ts";
import { awsNameOf } from "../../ownership/naming.ts";
import { identityOf, ownerIn, ownershipOf } from "../../ownership/ownership.ts";
import type { Intent } from "./intent.ts";
import { type NameSearch, remember, rememberedOf, type Search } from "./memory.ts";
import type { Observing } from "./observing.ts";

/** What the names of the jobs of all objects of this namespace and name begin with. */
export function namePrefix({ metadata: { namespace, name }, spec }: BatchJob): string {
  return `${awsNameOf(BatchJobKind, { metadata: { namespace, name }, spec })}_`;
}

/**
 * Since when it has been unknown to this process whether AWS has a job of the object, monotonic ms. Before that, another
 * process may have sent a request under the note.
 */
export function doubtfulSince({ metadata: { uid } }: BatchJob, intent: Intent | undefined, around: Observing): number {
  const { memory, ports } = around;
  const note = intent === undefined ? "" : `${intent.by} ${intent.attempt}`;
  const before = rememberedOf(memory, uid).doubt;
  if (before?.note === note) return before.since;
  const since = ports.clock.monotonic();
  remember(memory, uid, { doubt: { note, since } });
  return since;
}

/** For how long what a search has found is used, monotonic ms, if it began since then; in any case for a few seconds. */
export interface Use {
  readonly since: number;
  readonly until: number;
}

const usedOnce: Use = { since: Number.POSITIVE_INFINITY, until: Number.NEGATIVE_INFINITY };

function isUsable({ begunAt }: { readonly begunAt: number }, { since, until }: Use, now: number): boolean {
  return now - begunAt < searchAgainMs || (begunAt >= since && now < until);
}

/** The jobs of the object's name in these queues. */
export async function search(
  object: BatchJob,
  queues: readonly string[],
  around: Observing,
  use: Use = usedOnce,
): Promise<NameSearch> {
  const { region, ports, memory, searches, signal } = around;
  const { uid } = object.metadata;
  const before = rememberedOf(memory, uid).searched;
  const isSame = before !== undefined && queues.join() === before.queues.join();
  if (isSame && isUsable(before, use, ports.clock.monotonic())) return before;
  return await searches.run(object.metadata.namespace, signal, async () => {
    const begunAt = ports.clock.monotonic();
    const name = awsNameOf(BatchJobKind, object);
    const jobs: NamedJob[] = [];
    const gone: string[] = [];
    for (const queue of queues) {
      const found = await region.jobsOfObjects.named(queue, name, "exactly", signal);
      if (found === undefined) gone.push(queue);
      else jobs.push(...found);
    }
    const searched = { begunAt, queues, gone, jobs: jobs.toSorted((left, right) => left.createdAt - right.createdAt) };
    remember(memory, uid, { searched });
    return searched;
  });
}

/** What a lost cluster has left of the jobs of the object's namespace and name. */
export async function searchLeft(
  object: BatchJob,
  queue: string,
  takeOverUid: string,
  around: Observing,
  use: Use,
): Promise<Search<JobRecord>> {
  const { region, ports, memory, searches, signal } = around;
  const { uid } = object.metadata;
  const before = rememberedOf(memory, uid).searchedLeft;
  if (before !== undefined && isUsable(before, use, ports.clock.monotonic())) return before;
  return await searches.run(object.metadata.namespace, signal, async () => {
    const begunAt = ports.clock.monotonic();
    const identity = identityOf(object, ports.cluster);
    const named = (await region.jobsOfObjects.named(queue, namePrefix(object), "prefix", signal)) ?? [];
    const described = await describedOf(region.jobsOfObjects, named, signal);
    const jobs = described.filter(
      ({ tags }) => ownershipOf(tags, identity).kind === "ours" && isLeft(ownerIn(tags), takeOverUid, uid),
    );
    const searchedLeft = { begunAt, jobs };
    remember(memory, uid, { searchedLeft });
    return searchedLeft;
  });
}

/** The lost cluster has left the job, or a process that took it over for this very object died before it reported that. */
function isLeft(owner: ReturnType<typeof ownerIn>, takeOverUid: string, uid: string): boolean {
  return owner?.clusterUid === takeOverUid || owner?.uid === uid;
}

async function describedOf(
  jobs: JobsOfObjects,
  named: readonly NamedJob[],
  signal: AbortSignal,
): Promise<readonly JobRecord[]> {
  // The newest hundred: a name that has been used more often has been used since.
  const ids = named.slice(-100).map(({ jobId }) => jobId);
  return ids.length === 0 ? [] : await jobs.described(ids, signal);
}
