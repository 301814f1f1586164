import { keyText, type ObjectKey } from "../../api/object.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { BatchJobKind, JobQueueKind } from "../../api/v1alpha1/kinds.ts";
import { nameIn } from "../../aws/names.ts";
import { intentOf } from "../../controllers/kinds/batch-job/intent.ts";
import { awsNameOf } from "../../controllers/ownership/naming.ts";
import { queuesThere } from "../../diagnosis/words.ts";
import { CommandError } from "../../operator/io.ts";
import { sleep } from "../../runtime/clock.ts";
import { newestId } from "./find.ts";
import { courseOf, isInQueue, listedObject } from "./job-object.ts";
import { type JobList, type ListedJob, listJobs, queueNames } from "./list.ts";
import { onTheWay } from "./on-the-way.ts";
import type { AskedJobs } from "./place.ts";
import type { SavedAccount } from "./saved-account.ts";

/** The jobs that `local --simulate` keeps. */

/**
 * The newest jobs of an account, under the names of their objects, and the objects without a job.
 *
 * @throws AwsError, CommandError if there is no such queue
 */
export async function jobsInDirectory(
  account: SavedAccount,
  { queue, failed, namespace }: AskedJobs & { readonly namespace: string | undefined },
): Promise<JobList> {
  const objects = (await account.objects(BatchJobKind, namespace)) as readonly BatchJob[];
  const byName = new Map(objects.map((object) => [awsNameOf(BatchJobKind, object), object]));
  const { jobs: inAws, ...list } = await listJobs(account, { queue: undefined, failed });
  const isAsked = (job: ListedJob): boolean => {
    const object = byName.get(job.name);
    if (object === undefined && namespace !== undefined) return false;
    const isItsQueue = queue === undefined || job.queue === nameIn(queue);
    return isItsQueue || (object !== undefined && isInQueue(object, queue));
  };
  const submitted = inAws.filter(isAsked).map((job) => {
    const object = byName.get(job.name);
    return object === undefined ? job : { ...job, name: keyText(object.metadata) };
  });
  const shown = new Set(inAws.map(({ name }) => name));
  const others = [...byName]
    .filter(([name, object]) => !shown.has(name) && isInQueue(object, queue))
    // Of one without a status the job may be one of the older ones.
    .filter(([, { status }]) => !list.more || status !== undefined)
    .map(([, object]) => listedObject(object))
    .filter(({ status }) => !failed || status === "FAILED");
  const jobs = [...submitted, ...others];
  if (jobs.length === 0 && queue !== undefined) await requireQueue(queue, account);
  return { jobs: jobs.toSorted((left, right) => right.createdAt - left.createdAt), ...list };
}

async function requireQueue(queue: string, account: SavedAccount): Promise<void> {
  const objects = (await account.objects(JobQueueKind, undefined)).map(({ metadata }) => metadata.name);
  const names = [...new Set([...objects, ...(await queueNames(account))])];
  if (names.includes(nameIn(queue))) return;
  throw new CommandError(`${account.directory} has no job queue ${queue}: ${queuesThere(names)}`);
}

/** Time between two reads of what is saved. */
const readMs = 500;

/**
 * Waits until the job of an object is submitted.
 *
 * @param check called before each read; throws what ends the wait
 * @returns its ID
 * @throws CommandError if the job is not submitted until a person does something
 */
export async function submittedId(account: SavedAccount, key: ObjectKey, check: () => void): Promise<string> {
  let before: BatchJob | undefined;
  for (;;) {
    check();
    const object = await account.job(key);
    const id = object === undefined ? undefined : await savedId(object, account);
    if (id !== undefined) return id;
    // Until local has read a new manifest there is no object.
    const isKnown = object !== undefined || before !== undefined;
    const { text, end } = await onTheWay(courseOf(object, before), object, (kind, at) => account.object(kind, at));
    if (isKnown && end !== undefined) throw new CommandError(`${keyText(key)} is not submitted: ${text}`);
    before = object;
    await sleep(account.clock, readMs, account.signal);
  }
}

/** The ID of the job of an object; undefined: AWS does not show one. @throws AwsError */
export async function savedId(object: BatchJob, account: SavedAccount): Promise<string | undefined> {
  if (object.status?.jobId !== undefined) return object.status.jobId;
  const intent = intentOf(object);
  return intent === undefined
    ? undefined
    : await newestId(awsNameOf(BatchJobKind, object), intent.queue, account.of(object));
}
