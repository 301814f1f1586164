import { keyText, type ObjectKey } from "../../api/object.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import type { JobDetail } from "../../aws/batch.ts";
import { recordedResult } from "../../controllers/kinds/batch-job/result.ts";
import type { AppliedManifest } from "../../kube/client.ts";
import { exitCodes, type Io } from "../../operator/io.ts";
import { shellCommand } from "../../runtime/shell.ts";
import { jsonLine } from "../../runtime/visible.ts";
import { isLocked } from "../local/lock.ts";
import { defaultClusterName, directoryWords, isRunAgainstAws, readState, stateFile } from "../local/state.ts";
import { refuseManifests, warn } from "../validate.ts";
import { addManifest, cancelInManifest, localRuns } from "./directory.ts";
import { describeJob, idOf, jobIdIn } from "./find.ts";
import { forgotten } from "./in-aws.ts";
import { jobManifest, type NewManifest, type Submission } from "./job-manifest.ts";
import { jobOf, keyIn, refuseReason } from "./job-object.ts";
import { defaultNamespace } from "./options.ts";
import type { AskedJobs, Cancelled, ListedJobs, NamedJob, ObjectsPlace, Refused } from "./place.ts";
import { SavedAccount } from "./saved-account.ts";
import { jobsInDirectory, savedId, submittedId } from "./saved-jobs.ts";
import { type SubmissionFlags, toItsEnd } from "./to-its-end.ts";
import { hasEnded, resultText } from "./words.ts";

/** BatchJobs in the directory of `local`: their manifests, and what `local --simulate` keeps of their jobs. */
export class JobsInDirectory implements ObjectsPlace {
  readonly words: readonly string[];
  readonly #directory: string;
  readonly #flags: SubmissionFlags;
  readonly #io: Io;

  constructor(directory: string, flags: SubmissionFlags, io: Io) {
    this.words = directoryWords(directory, flags);
    this.#directory = directory;
    this.#flags = flags;
    this.#io = io;
  }

  async list({ queue, failed }: AskedJobs): Promise<ListedJobs> {
    const account = this.#saved();
    const { namespace } = this.#flags;
    const list = await jobsInDirectory(account, { queue, failed, namespace });
    return { ...list, now: account.now(), none: forgotten };
  }

  async find(name: string): Promise<NamedJob> {
    const saved = this.#saved();
    const id = jobIdIn(name);
    if (id !== undefined) return { account: saved, id, object: undefined };
    const object = await saved.get(keyIn(name, saved));
    const account = saved.of(object);
    return { account, id: await idOf(jobOf(object), account), object };
  }

  async get(name: string): Promise<BatchJob> {
    const saved = this.#saved();
    const object = await saved.get(keyIn(name, saved));
    if (recordedResult(object) === undefined) saved.requireProgress();
    return object;
  }

  /** Writes `cancel: true` into the manifest. */
  async cancel(name: string, reason: string | undefined): Promise<Cancelled | Refused> {
    refuseReason(reason);
    const key = keyIn(name, this.#flags);
    const [jobName, ended] = [keyText(key), await this.#ended(key)];
    if (ended !== undefined) {
      const { jobId, status } = ended;
      return { jobName, jobId, status, requested: false, text: `has already ended: ${resultText(ended)}` };
    }
    const next = this.#next("ends its job");
    // Of a job in a real AWS nothing is kept with the directory.
    const unless = isRunAgainstAws(this.#directory) ? ", unless it has ended" : "";
    const written = await cancelInManifest(this.#directory, key, this.#io.interrupted);
    if (written.kind === "invalid") return { exitCode: refuseManifests(written.read, this.#io) };
    const { file, isChanged } = written;
    const text = `${isChanged ? "now" : "already"} has cancel: true in ${file}: ${next}${unless}`;
    return { jobName, jobId: undefined, status: undefined, requested: isChanged, text };
  }

  async submit(job: Submission): Promise<number> {
    return await this.create(jobManifest(job, this.#flags.namespace ?? defaultNamespace, Math.random));
  }

  /** Writes the manifest, which `local` reads. */
  async create(manifest: AppliedManifest & NewManifest): Promise<number> {
    const { wait = false, logs = false, output } = this.#flags;
    const { stdout, stderr } = this.#io;
    const isFollowed = wait || logs;
    const account = isFollowed ? this.#saved() : undefined;
    account?.requireProgress();
    const { metadata } = manifest;
    const { name, namespace } = metadata;
    const next = this.#next("submits its job");
    const added = { ...manifest, metadata: namespace === defaultNamespace ? { name } : { name, namespace } };
    const written = await addManifest(this.#directory, added, this.#io.interrupted);
    if (written.kind === "invalid") return refuseManifests(written.read, this.#io);
    const { file, notes } = written;
    warn(notes, this.#io);
    if (output === "text") stderr.write(`${keyText(metadata)} is in ${file}: ${next}\n`);
    if (output === "json") stdout.write(jsonLine({ type: "written", ...metadata, file }));
    else if (!isFollowed) stdout.write(`${name}\n`);
    if (account === undefined) return exitCodes.done;
    const jobId = await submittedId(account, metadata, () => account.requireProgress());
    return await toItsEnd(jobId, keyText(metadata), this.#flags, account.of(await account.get(metadata)), this.#io);
  }

  close(): void {
    // Files have no connection.
  }

  /** @throws CommandError if `local --simulate` has saved nothing */
  #saved(): SavedAccount {
    return new SavedAccount(this.#directory, this.#flags, this.#io);
  }

  #next(what: string): string {
    if (localRuns(this.#directory)) return `local ${what}`;
    return `${shellCommand(["local", ...this.words])} ${what} when you start it`;
  }

  /**
   * The job of an object, if it has ended in the simulation that runs on the directory, or was the last to run there: a
   * `local` against AWS may have a job of the same object that runs.
   */
  async #ended(key: ObjectKey): Promise<JobDetail | undefined> {
    const file = stateFile(this.#directory, this.#flags.clusterName ?? defaultClusterName, true);
    if (!isLocked(file) && (isRunAgainstAws(this.#directory) || readState(file)?.aws === undefined)) return undefined;
    const account = this.#saved();
    const object = await account.job(key);
    if (object === undefined) return undefined;
    const id = await savedId(object, account);
    const job = id === undefined ? undefined : await describeJob(id, account.of(object));
    return hasEnded(job?.status) ? job : undefined;
  }
}
