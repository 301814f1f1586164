import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../api/v1alpha1/kinds.ts";
import { CommandError, type Io } from "../io.ts";
import { type JobsAccount, openAccount } from "./account.ts";
import { openCluster } from "./cluster.ts";
import { findJob, jobIdIn } from "./find.ts";
import { jobOf } from "./job-object.ts";
import type { JobFlags } from "./options.ts";
import { SavedAccount } from "./saved-account.ts";

/** A job that a command line names, and where it is. */
export interface NamedJob {
  readonly account: JobsAccount;
  readonly id: string;
  /** Of a name in a cluster or a directory. */
  readonly object: BatchJob | undefined;
}

/** Whether names are those of BatchJob objects of a cluster. */
export function isInCluster({ kubeconfig, namespace }: JobFlags): boolean {
  return kubeconfig !== undefined || namespace !== undefined;
}

/**
 * The job of a name: of an object in a cluster or in the directory of `local --simulate`, else in AWS.
 *
 * @throws CommandError if there is none, AwsError
 */
export async function openNamed(name: string, flags: JobFlags, io: Io): Promise<NamedJob> {
  if (flags.filename !== undefined) return await inDirectory(name, flags.filename, flags, io);
  if (isInCluster(flags)) return await inCluster(name, flags, io);
  const account = await openAccount(flags, [name, flags.queue], io);
  const { jobId = "" } = await orClose(account, () => findJob(name, flags.queue, account));
  return { account, id: jobId, object: undefined };
}

async function inCluster(name: string, flags: JobFlags, io: Io): Promise<NamedJob> {
  const objects = openCluster(flags, "aws-batch-operator-jobs", io);
  try {
    const object = await objects.get(name);
    const job = jobOf(object);
    const region = object.status?.region ?? object.spec.region ?? flags.region;
    const account = await openAccount(region === undefined ? flags : { ...flags, region }, [], io);
    return { account, id: await orClose(account, () => idOf(job, account)), object };
  } finally {
    await objects.close();
  }
}

async function inDirectory(name: string, directory: string, flags: JobFlags, io: Io): Promise<NamedJob> {
  const account = new SavedAccount(directory, flags, io);
  const id = jobIdIn(name);
  if (id !== undefined) return { account, id, object: undefined };
  const [namespace = "", ofNamespace] = name.includes("/") ? name.split("/") : ["default", name];
  const object = account
    .objects()
    .find(
      ({ kind, metadata }) =>
        kind === BatchJobKind.kind && metadata.namespace === namespace && metadata.name === ofNamespace,
    );
  if (object === undefined) {
    throw new CommandError(`${directory} has no BatchJob ${name} that local --simulate has applied`);
  }
  const job = object as BatchJob;
  return { account, id: await idOf(jobOf(job), account), object: job };
}

async function idOf(job: ReturnType<typeof jobOf>, account: JobsAccount): Promise<string> {
  if (job.kind === "id") return job.id;
  const { jobId = "" } = await findJob(job.name, job.queue, account);
  return jobId;
}

async function orClose<T>(account: JobsAccount, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    account.close();
    throw error;
  }
}
