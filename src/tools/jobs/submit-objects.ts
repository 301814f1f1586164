import { keyText, type ObjectKey } from "../../api/object.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../api/v1alpha1/kinds.ts";
import { AwsError } from "../../aws/errors.ts";
import type { AppliedManifest } from "../../kube/client.ts";
import { CommandError, exitCodes, type Io } from "../../operator/io.ts";
import { systemClock } from "../../runtime/clock.ts";
import { jsonLine, visible } from "../../runtime/visible.ts";
import { sourcesIn } from "../manifest-options.ts";
import { manifestOf, type ReadManifests, readManifests } from "../manifests.ts";
import { refuseManifests, warn } from "../validate.ts";
import type { Problem } from "../validation/problem.ts";
import type { ValidManifest } from "../validation/validate.ts";
import { openAccount, requireAccount, type WritableAccount } from "./account.ts";
import { type JobObjects, openCluster } from "./cluster.ts";
import { ClusterWarnings } from "./cluster-warnings.ts";
import { followJob } from "./follow.ts";
import { followObjects, type SubmittedStatus } from "./follow-objects.ts";
import { courseOf, submittedText } from "./job-object.ts";
import { makeWay } from "./make-way.ts";
import type { SubmitFlags } from "./options.ts";
import type { LogLine } from "./read-log.ts";
import { writeLines } from "./show-log.ts";
import type { SubmissionFlags } from "./to-its-end.ts";

/** Submission by BatchJob objects of a cluster, whose operator submits their jobs. */

/**
 * Creates the BatchJobs of manifests, all or none: nothing is created if one is invalid, or refused by the API server.
 *
 * @returns the exit code
 * @throws CommandError
 */
export async function submitManifests(flags: SubmitFlags, io: Io): Promise<number> {
  const sources = sourcesIn(flags);
  const objects = openCluster(flags, "aws-batch-operator-submit", io);
  try {
    const read = await checked(await readManifests(sources, io, { defaultNamespace: objects.namespace }), objects);
    if (read.problems.length > 0) return refuseManifests(read, io);
    warn(read.notes, io);
    const submitted: BatchJob[] = [];
    const warnings = new ClusterWarnings(objects);
    for (const manifest of read.manifests) {
      await warnOf(manifestOf(manifest) as AppliedManifest, warnings, io);
      const object = await objects.apply(manifestOf(manifest) as AppliedManifest, { dryRun: false });
      show(object, "applied", flags, io);
      submitted.push(object);
    }
    return await toTheirEnds(submitted, objects, flags, io);
  } finally {
    await objects.close();
  }
}

/**
 * Creates one BatchJob. An object of its name is an error: the result of an earlier job is not that of this command.
 *
 * @returns the exit code
 * @throws CommandError
 */
export async function submitManifest(
  manifest: AppliedManifest,
  objects: JobObjects,
  flags: SubmissionFlags,
  io: Io,
): Promise<number> {
  await warnOf(manifest, new ClusterWarnings(objects), io);
  if (flags.rerun === true) await makeWay(manifest.metadata, objects, io);
  const object = await objects.create(manifest);
  if (object === undefined) throw new CommandError(await inUseText(manifest.metadata, objects));
  show(object, "created", flags, io);
  return await toTheirEnds([object], objects, flags, io);
}

async function warnOf(
  { metadata, spec }: AppliedManifest & { readonly spec?: unknown },
  warnings: ClusterWarnings,
  io: Io,
): Promise<void> {
  for (const text of await warnings.of(metadata.namespace, metadata.name, spec)) {
    io.stderr.write(`${visible(`warning: BatchJob ${keyText(metadata)}: ${text}`)}\n`);
  }
}

async function inUseText(key: ObjectKey, objects: JobObjects): Promise<string> {
  const { text } = courseOf(await objects.find(key));
  return `BatchJob ${keyText(key)} is there already (${text}), so no job is submitted: give another --name, or --rerun to end and delete that one first`;
}

/** The manifests with what this command and the API server have against them. */
async function checked(read: ReadManifests, objects: JobObjects): Promise<ReadManifests> {
  const others = read.manifests
    .filter(({ object }) => object.kind !== BatchJobKind.kind)
    .map((manifest) => problemOf(manifest, "submit takes BatchJobs only: apply the others with kubectl"));
  const problems = [...read.problems, ...others];
  if (problems.length > 0) return { ...read, problems };
  const refused: Problem[] = [];
  for (const manifest of read.manifests) {
    try {
      const object = await objects.apply(manifestOf(manifest) as AppliedManifest, { dryRun: true });
      if (object.metadata.deletionTimestamp !== undefined) refused.push(problemOf(manifest, beingDeleted));
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      refused.push(problemOf(manifest, error.message));
    }
  }
  return { ...read, problems: refused };
}

const beingDeleted = "is being deleted, so its job is not submitted: apply it again once it is gone";

function problemOf({ object, key, document }: ValidManifest, message: string): Problem {
  const { file } = document;
  return { file, ...document.placeOf([]), object: `${object.kind} ${keyText(key)}`, field: "", message };
}

function show(object: BatchJob, verb: "applied" | "created", { wait, logs, output }: SubmissionFlags, io: Io): void {
  const { metadata, status } = object;
  const { namespace, name } = metadata;
  if (output === "text") io.stderr.write(`${visible(`${keyText(metadata)} ${submittedText(object, verb)}`)}\n`);
  if (output === "json") io.stdout.write(jsonLine({ type: "applied", namespace, name, status: status?.status }));
  else if (wait !== true && logs !== true) io.stdout.write(`${name}\n`);
}

async function toTheirEnds(
  submitted: readonly BatchJob[],
  objects: JobObjects,
  flags: SubmissionFlags,
  io: Io,
): Promise<number> {
  if (flags.wait !== true && flags.logs !== true) return exitCodes.done;
  const keys = submitted.map(({ metadata }) => metadata);
  return await followAll(keys, objects, flags, io);
}

/** Shows how the jobs go on until all have ended. @returns the exit code */
async function followAll(
  keys: readonly ObjectKey[],
  objects: JobObjects,
  flags: SubmissionFlags,
  io: Io,
): Promise<number> {
  const isOne = keys.length === 1;
  const logs = new ObjectLogs(flags, io, isOne);
  try {
    const following = { objects, clock: systemClock(), signal: io.interrupted };
    const ends = await followObjects(keys, following, {
      course(key, { text, end }, object) {
        io.stderr.write(`${visible(`${keyText(key)}: ${text}`)}\n`);
        if (end === undefined || flags.output !== "json") return;
        const { jobId, exitCode, status = end === "failed" ? "FAILED" : undefined } = object?.status ?? {};
        const { namespace, name } = key;
        io.stdout.write(jsonLine({ type: "ended", namespace, name, end, jobId, status, exitCode, message: text }));
      },
      waits: (why) => io.stderr.write(visible(why).concat("\n")),
      log: flags.logs === true ? (key, status) => logs.print(key, status) : undefined,
    });
    const succeeded = ends.filter((end) => end === "succeeded").length;
    if (!isOne && flags.output === "text") io.stderr.write(`${succeeded} of ${keys.length} jobs succeeded\n`);
    return succeeded === keys.length && !logs.isMissing ? exitCodes.done : exitCodes.failed;
  } finally {
    logs.close();
  }
}

/** Prints the logs of the jobs of objects, by the person's own AWS credentials. */
class ObjectLogs {
  readonly #flags: SubmissionFlags;
  readonly #io: Io;
  readonly #isOne: boolean;
  readonly #accounts = new Map<string | undefined, Promise<WritableAccount>>();
  readonly #open: WritableAccount[] = [];
  /** Whether one could not be read. */
  isMissing = false;

  constructor(flags: SubmissionFlags, io: Io, isOne: boolean) {
    this.#flags = flags;
    this.#io = io;
    this.#isOne = isOne;
  }

  /** What keeps a log from being read does not keep the command from following the jobs. */
  async print(key: ObjectKey, { jobId, accountId, region = this.#flags.region }: SubmittedStatus): Promise<void> {
    const { stdout, stderr, interrupted } = this.#io;
    const job = this.#isOne ? undefined : keyText(key);
    try {
      const view = {
        status: () => undefined,
        waits: (why: string) => stderr.write(visible(`${keyText(key)}: log: ${why}`).concat("\n")),
        lines: (lines: readonly LogLine[], attempt: number) =>
          writeLines(stdout, this.#flags.output, lines, { attempt, job }),
      };
      const account = await this.#account(region);
      requireAccount(`BatchJob ${keyText(key)}`, accountId, account.account);
      const options = { name: keyText(key), attempt: undefined, tail: undefined };
      const found = await followJob(jobId, account, view, options);
      if (found === undefined) throw new CommandError(`AWS has not shown job ${jobId} for a minute`);
    } catch (error) {
      if (interrupted.aborted || !(error instanceof CommandError || error instanceof AwsError)) throw error;
      this.isMissing = true;
      stderr.write(`${visible(`${keyText(key)}: no log: ${error.message}`)}\n`);
    }
  }

  close(): void {
    for (const account of this.#open) account.close();
  }

  async #account(region: string | undefined): Promise<WritableAccount> {
    const flags = region === undefined ? this.#flags : { ...this.#flags, region };
    const known = this.#accounts.get(region) ?? openAccount(flags, [], this.#io);
    this.#accounts.set(region, known);
    const account = await known;
    if (!this.#open.includes(account)) this.#open.push(account);
    return account;
  }
}
