import { AwsError } from "../../aws/errors.ts";
import { nameIn } from "../../aws/names.ts";
import { CommandError, exitCodes, type Io } from "../../operator/io.ts";
import { shell } from "../../runtime/shell.ts";
import { jsonLine, visible } from "../../runtime/visible.ts";
import { openAccount, type WritableAccount } from "./account.ts";
import { findJob, jobIdIn } from "./find.ts";
import type { Submission } from "./job-manifest.ts";
import { containerChange, requestPart } from "./job-settings.ts";
import { listJobs } from "./list.ts";
import { defaultReason } from "./options.ts";
import { activeRevision, containerOverride } from "./override.ts";
import type { AskedJobs, Cancelled, JobsPlace, ListedJobs, NamedJob } from "./place.ts";
import { type SubmissionFlags, toItsEnd } from "./to-its-end.ts";
import { hasEnded, resultText } from "./words.ts";

/** Jobs in AWS, with or without an object, by the person's own credentials. */
export class JobsInAws implements JobsPlace {
  readonly #flags: SubmissionFlags;
  readonly #io: Io;
  readonly #accounts: WritableAccount[] = [];

  constructor(flags: SubmissionFlags, io: Io) {
    this.#flags = flags;
    this.#io = io;
  }

  async list(asked: AskedJobs): Promise<ListedJobs> {
    const account = await this.#account(asked.queue);
    const list = await listJobs(account, asked);
    return { ...list, now: account.now(), none: forgotten };
  }

  async find(name: string): Promise<NamedJob> {
    const { queue } = this.#flags;
    const account = await this.#account(name, queue);
    const { jobId = "" } = await findJob(name, queue, account);
    return { account, id: jobId, object: undefined };
  }

  async cancel(name: string, reason = defaultReason): Promise<Cancelled> {
    const { queue } = this.#flags;
    const account = await this.#account(name, queue);
    const job = await findJob(name, queue, account);
    const { jobId = "", jobName = "", status } = job;
    const requested = !hasEnded(status);
    if (requested) await account.batch.terminateJob({ jobId, reason }, { signal: account.signal });
    const later = status === "PENDING" ? "; it ends after the jobs that it depends on, or its children" : "";
    const text = requested ? `(${jobId}) is asked to end${later}` : `has already ended: ${resultText(job)}`;
    return { jobName, jobId, status, requested, text };
  }

  async submit(job: Submission): Promise<number> {
    const { wait = false, logs = false, output } = this.#flags;
    const { jobDefinition, queue, name } = job;
    const { stdout, stderr } = this.#io;
    const account = await this.#account(queue, jobDefinition);
    const jobName = name ?? nameIn(jobDefinition).replace(/:\d+$/, "");
    const jobId = await this.#send(job, jobName, account);
    if (output === "text") stderr.write(visible(`${jobName} is submitted to ${queue}: ${jobId}`).concat("\n"));
    if (wait || logs) return await toItsEnd(jobId, jobName, this.#flags, account, this.#io);
    stdout.write(output === "json" ? jsonLine({ type: "submitted", jobId, jobName }) : `${jobId}\n`);
    return exitCodes.done;
  }

  close(): void {
    for (const account of this.#accounts) account.close();
  }

  async #account(...named: readonly (string | undefined)[]): Promise<WritableAccount> {
    const account = await openAccount(this.#flags, named, this.#io);
    this.#accounts.push(account);
    return account;
  }

  /** @throws CommandError with the way to find the job if the answer was lost, AwsError */
  async #send(
    { command, jobDefinition, queue, settings }: Submission,
    jobName: string,
    { batch, region, signal }: WritableAccount,
  ): Promise<string> {
    const change = containerChange(command, settings);
    const request = {
      jobName,
      jobQueue: queue,
      jobDefinition,
      ...requestPart(settings),
      ...(settings.after === undefined ? {} : { dependsOn: settings.after.map((job) => ({ jobId: idIn(job) })) }),
      ...(change === undefined ? {} : containerOverride(await activeRevision(batch, jobDefinition, signal), change)),
    };
    try {
      const { jobId = "" } = await batch.submitJob(request, { signal });
      return jobId;
    } catch (error) {
      if (!(error instanceof AwsError) || error.kind !== "unavailable") throw error;
      throw new CommandError(
        `AWS gave no answer, so it may have accepted the job (${error.message}): before you submit it again, search with ${this.#io.program} ${shell`jobs --queue ${queue} --region ${region}`}`,
        { cause: error },
      );
    }
  }
}

/** Why a list of jobs in AWS may lack some. */
export const forgotten = { what: "No jobs", where: ". AWS forgets a job seven days after its end" };

/** @throws CommandError: in AWS a name is that of many jobs */
function idIn(job: string): string {
  const id = jobIdIn(job);
  if (id !== undefined) return id;
  throw new CommandError(
    `${job} in --after is not the ID of a job in AWS: with -n, --kubeconfig or -f it names a BatchJob`,
  );
}
