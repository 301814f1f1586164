import { keyText } from "../../api/object.ts";
import type { JobDetail } from "../../aws/batch.ts";
import type { AppliedManifest } from "../../kube/client.ts";
import { CommandError, exitCodes, type Io } from "../../operator/io.ts";
import { shellCommand } from "../../runtime/shell.ts";
import { jsonLine, visible } from "../../runtime/visible.ts";
import { directoryWords } from "../local/state.ts";
import { refuseManifests, warn } from "../validate.ts";
import type { JobsAccount } from "./account.ts";
import { addManifest, localRuns } from "./directory.ts";
import { followJob } from "./follow.ts";
import type { SubmitFlags } from "./options.ts";
import { SavedAccount } from "./saved-account.ts";
import { submittedId } from "./saved-jobs.ts";
import { writeLines } from "./show-log.ts";
import { exitCodeOf, resultText } from "./words.ts";

/** What a command that submits shows, and for how long. */
export type SubmissionFlags = Omit<SubmitFlags, "filename">;

/**
 * Writes the manifest of a BatchJob, which `local` reads and submits.
 *
 * @returns the exit code
 * @throws CommandError
 */
export async function submitInDirectory(
  manifest: AppliedManifest,
  directory: string,
  flags: SubmissionFlags,
  io: Io,
): Promise<number> {
  const { wait = false, logs = false, output, namespace } = flags;
  const isFollowed = wait || logs;
  const account = isFollowed ? new SavedAccount(directory, flags, io) : undefined;
  account?.requireProgress();
  const { metadata } = manifest;
  const { name } = metadata;
  const next = localRuns(directory)
    ? "local submits its job"
    : `${shellCommand(["local", ...directoryWords(directory, flags)])} submits its job when you start it`;
  const written = await addManifest(directory, {
    ...manifest,
    metadata: namespace === undefined ? { name } : { name, namespace },
  });
  if (written.kind === "invalid") return refuseManifests(written.read, io);
  const { file, notes } = written;
  warn(notes, io);
  if (output === "text") io.stderr.write(`${keyText(metadata)} is in ${file}: ${next}\n`);
  if (output === "json") io.stdout.write(jsonLine({ type: "written", ...metadata, file }));
  else if (!isFollowed) io.stdout.write(`${name}\n`);
  if (account === undefined) return exitCodes.done;
  const jobId = await submittedId(account, metadata, () => account.requireProgress());
  return await toItsEnd(jobId, keyText(metadata), flags, account.of(await account.get(metadata)), io);
}

/** Shows how a job goes on until it has ended. @returns the exit code. @throws CommandError, AwsError */
export async function toItsEnd(
  jobId: string,
  name: string,
  { output, logs = false }: SubmissionFlags,
  account: JobsAccount,
  io: Io,
): Promise<number> {
  const job = await followJob(
    jobId,
    account,
    {
      status: (seen) => io.stderr.write(visible(`${seen.jobName}: ${resultText(seen)}`).concat("\n")),
      waits: (why) => io.stderr.write(visible(`${name}: ${why}`).concat("\n")),
      lines: logs ? (lines, attempt) => writeLines(io.stdout, output, lines, { attempt }) : undefined,
    },
    { name },
  );
  if (job === undefined) throw new CommandError(`AWS has not shown job ${jobId} for a minute`);
  if (output === "json") io.stdout.write(jsonLine(ended(job)));
  return job.status === "SUCCEEDED" ? exitCodes.done : exitCodes.failed;
}

function ended(job: JobDetail): object {
  const { jobId, jobName, status, statusReason } = job;
  return { type: "ended", jobId, jobName, status, statusReason, exitCode: exitCodeOf(job) };
}
