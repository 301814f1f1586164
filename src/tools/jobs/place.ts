/**
 * The door of what `submit`, `jobs`, `logs`, `cancel` and `retry` share: where the jobs are that a command line names. That is a
 * cluster (`cluster.ts`), the directory of `local` (`directory.ts`, `saved-account.ts`) or AWS (`account.ts`).
 */

import { keyText, type ObjectKey } from "../../api/object.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { CommandError, exitCodes, type Io } from "../../operator/io.ts";
import { requireDirectory } from "../local/directory.ts";
import { type JobsAccount, openAccount } from "./account.ts";
import { openCluster } from "./cluster.ts";
import { findJob, jobIdIn } from "./find.ts";
import { jobOf } from "./job-object.ts";
import { type DirectoryFlags, defaultNamespace, type JobFlags } from "./options.ts";
import { SavedAccount } from "./saved-account.ts";

/** A job that a command line names, and where it is. */
export interface NamedJob {
  readonly account: JobsAccount;
  readonly id: string;
  /** Of a name in a cluster or a directory. */
  readonly object: BatchJob | undefined;
}

/** Where the jobs are that a command line is about. */
export type Place =
  /** BatchJob objects in the directory of `local`. */
  | { readonly kind: "directory"; readonly directory: string }
  /** BatchJob objects of a cluster. */
  | { readonly kind: "cluster" }
  /** Jobs in AWS, with or without an object. */
  | { readonly kind: "aws" };

/** @param directory that of `local`. @throws CommandError if it is none, or the flags say a cluster too */
export function placeOf({ kubeconfig, namespace }: JobFlags, directory: string | undefined): Place {
  if (directory !== undefined) {
    if (kubeconfig !== undefined) {
      throw new CommandError("-f DIR and --kubeconfig exclude each other: a directory has no cluster");
    }
    requireDirectory(directory);
    return { kind: "directory", directory };
  }
  return { kind: kubeconfig === undefined && namespace === undefined ? "aws" : "cluster" };
}

/** The name of an object, which may be given as `namespace/name`, as `jobs` shows it. A name has no slash itself. */
export function keyIn(name: string, { namespace = defaultNamespace }: Pick<JobFlags, "namespace">): ObjectKey {
  const end = name.indexOf("/");
  return end === -1 ? { namespace, name } : { namespace: name.slice(0, end), name: name.slice(end + 1) };
}

/**
 * The job of a name: of an object in a cluster or in the directory of `local --simulate`, else in AWS.
 *
 * @throws CommandError if there is none, AwsError
 */
export async function openNamed(name: string, flags: DirectoryFlags, io: Io): Promise<NamedJob> {
  const place = placeOf(flags, flags.filename);
  switch (place.kind) {
    case "directory":
      return await inDirectory(name, place.directory, flags, io);
    case "cluster":
      return await inCluster(name, flags, io);
    case "aws": {
      const account = await openAccount(flags, [name, flags.queue], io);
      const { jobId = "" } = await orClose(account, () => findJob(name, flags.queue, account));
      return { account, id: jobId, object: undefined };
    }
  }
}

async function inCluster(name: string, flags: JobFlags, io: Io): Promise<NamedJob> {
  const objects = openCluster(flags, "aws-batch-operator-jobs", io);
  try {
    const object = await objects.get(keyIn(name, objects));
    const job = jobOf(object);
    const region = object.status?.region ?? object.spec.region ?? flags.region;
    const account = await openAccount(region === undefined ? flags : { ...flags, region }, [], io);
    const id = await orClose(account, async () => {
      requireAccount(`BatchJob ${keyText(object.metadata)}`, object.status?.accountId, account.account);
      return await idOf(job, account);
    });
    return { account, id, object };
  } finally {
    await objects.close();
  }
}

/**
 * What another account does not have proves nothing about an object.
 *
 * @param what the object
 * @param accountId where the operator has it, as its status says
 * @param account that of the credentials
 * @throws CommandError if they are not the same
 */
export function requireAccount(
  what: string,
  accountId: string | undefined,
  account: string,
  exitCode: number = exitCodes.failed,
): void {
  if (accountId === undefined || accountId === account) return;
  throw new CommandError(
    `${what} is in account ${accountId}, and the credentials belong to account ${account}: use credentials of ${accountId}, e.g. by AWS_PROFILE`,
    { exitCode },
  );
}

async function inDirectory(name: string, directory: string, flags: JobFlags, io: Io): Promise<NamedJob> {
  const account = new SavedAccount(directory, flags, io);
  const id = jobIdIn(name);
  if (id !== undefined) return { account, id, object: undefined };
  const job = await account.get(keyIn(name, account));
  const there = account.of(job);
  return { account: there, id: await idOf(jobOf(job), there), object: job };
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
