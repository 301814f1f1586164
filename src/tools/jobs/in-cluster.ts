import { keyText, type ObjectKey } from "../../api/object.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import type { JobQueue } from "../../api/v1alpha1/job-queue.ts";
import { JobQueueKind } from "../../api/v1alpha1/kinds.ts";
import { queuesThere } from "../../diagnosis/words.ts";
import type { AppliedManifest } from "../../kube/client.ts";
import { CommandError, type Io } from "../../operator/io.ts";
import { systemClock } from "../../runtime/clock.ts";
import { openAccount, requireAccount, type WritableAccount } from "./account.ts";
import { type JobObjects, openCluster } from "./cluster.ts";
import { idOf } from "./find.ts";
import { inRegionOfQueue, jobManifest, type NewManifest, type Submission } from "./job-manifest.ts";
import { isInQueue, jobOf, keyIn, listedObject, refuseReason } from "./job-object.ts";
import type { AskedJobs, Cancelled, ListedJobs, NamedJob, ObjectsPlace } from "./place.ts";
import { submitManifest } from "./submit-objects.ts";
import type { SubmissionFlags } from "./to-its-end.ts";
import { hasEnded } from "./words.ts";

/** BatchJob objects of a cluster, whose operator submits and ends their jobs. */
export class JobsInCluster implements ObjectsPlace {
  readonly #flags: SubmissionFlags;
  readonly #io: Io;
  readonly #objects: JobObjects;
  readonly #accounts: WritableAccount[] = [];

  /** @param manager field manager of what is written. @throws CommandError when there is no usable kubeconfig */
  constructor(flags: SubmissionFlags, manager: string, io: Io) {
    this.#flags = flags;
    this.#io = io;
    this.#objects = openCluster(flags, manager, io);
  }

  get words(): readonly string[] {
    return this.#objects.words;
  }

  async list({ queue, failed }: AskedJobs): Promise<ListedJobs> {
    const all = await this.#objects.list(this.#flags.namespace);
    const listed = all.filter((object) => isInQueue(object, queue)).map(listedObject);
    if (listed.length === 0 && queue !== undefined) await this.#requireQueue(queue);
    const jobs = listed
      .filter(({ status }) => !failed || status === "FAILED")
      .toSorted((left, right) => right.createdAt - left.createdAt);
    const none = { what: "No BatchJobs", where: ` in ${this.#part()}` };
    return { jobs, more: false, now: systemClock().now(), none };
  }

  async find(name: string): Promise<NamedJob> {
    const object = await this.get(name);
    const job = jobOf(object);
    const region = object.status?.region ?? object.spec.region ?? this.#flags.region;
    const account = await openAccount(region === undefined ? this.#flags : { ...this.#flags, region }, [], this.#io);
    this.#accounts.push(account);
    requireAccount(`BatchJob ${keyText(object.metadata)}`, object.status?.accountId, account.account);
    return { account, id: await idOf(job, account), object };
  }

  /** The operator ends the job of the object, also one that it has not submitted yet. */
  async cancel(name: string, reason: string | undefined): Promise<Cancelled> {
    refuseReason(reason);
    const { metadata, status } = await this.get(name);
    const requested = !hasEnded(status?.status);
    if (requested) await this.#objects.cancel(metadata);
    const text = requested ? "is asked to end; its object and its result stay" : `has already ended: ${status?.status}`;
    return { jobName: keyText(metadata), jobId: status?.jobId, status: status?.status, requested, text };
  }

  async submit(job: Submission): Promise<number> {
    return await this.create(jobManifest(job, this.#objects.namespace, Math.random));
  }

  async create(manifest: AppliedManifest & NewManifest): Promise<number> {
    const placed = await inRegionOfQueue(manifest, (key) => this.#queueAt(key));
    return await submitManifest(placed, this.#objects, this.#flags, this.#io);
  }

  get(name: string): Promise<BatchJob> {
    return this.#objects.get(keyIn(name, this.#objects));
  }

  async close(): Promise<void> {
    for (const account of this.#accounts) account.close();
    await this.#objects.close();
  }

  /** Who may create jobs and read nothing else gets none: the operator then says what is wrong with the region. */
  async #queueAt(key: ObjectKey): Promise<JobQueue | undefined> {
    try {
      return (await this.#objects.object(JobQueueKind, key)) as JobQueue | undefined;
    } catch (error) {
      if (error instanceof CommandError) return undefined;
      throw error;
    }
  }

  /** @throws CommandError if the cluster has no JobQueue of that name */
  async #requireQueue(queue: string): Promise<void> {
    const objects = await this.#objects.objects(JobQueueKind, this.#flags.namespace);
    const names = objects.map(({ metadata }) => metadata.name);
    if (names.includes(queue)) return;
    throw new CommandError(
      `${this.#part()} has no JobQueue ${queue}, and no BatchJob in a queue of that name: ${queuesThere(names)}`,
    );
  }

  #part(): string {
    const { namespace } = this.#flags;
    return namespace === undefined ? "the cluster" : `namespace ${namespace}`;
  }
}
