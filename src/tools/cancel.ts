import { Command, Option } from "commander";
import { keyText, type ObjectKey } from "../api/object.ts";
import type { JobDetail } from "../aws/batch.ts";
import { CommandError, type Ending, exitCodes, type Io } from "../operator/io.ts";
import { shellCommand } from "../runtime/shell.ts";
import { jsonLine, visible } from "../runtime/visible.ts";
import { openAccount } from "./jobs/account.ts";
import { openCluster } from "./jobs/cluster.ts";
import { cancelInManifest, localRuns } from "./jobs/directory.ts";
import { describeJob, findJob } from "./jobs/find.ts";
import { addJobOptions, clusterNameOption, type DirectoryFlags, nameMissing } from "./jobs/options.ts";
import { keyIn, placeOf } from "./jobs/place.ts";
import { SavedAccount } from "./jobs/saved-account.ts";
import { savedId } from "./jobs/saved-jobs.ts";
import { hasEnded, resultText } from "./jobs/words.ts";
import { isLocked } from "./local/lock.ts";
import { defaultClusterName, directoryWords, isRunAgainstAws, readState, stateFile } from "./local/state.ts";
import { refuseManifests } from "./validate.ts";

interface CancelFlags extends DirectoryFlags {
  readonly reason: string;
}

const defaultReason = "Ended by aws-batch-operator cancel";

const afterHelp = (program: string): string => `
NAME is the ID or ARN of a job in AWS; with --queue it may be the name of a job, of which the newest counts. With --kubeconfig
or -n it is a BatchJob object of a cluster, and with -f one in the directory of local, whose file is changed. It gets
spec.cancel: true, and the operator ends its job.

A job that runs gets SIGTERM, and SIGKILL after 30 seconds; it is not tried again. All children of an array end. A job in
PENDING ends only after the jobs that it depends on.

Examples:
  $ ${program} cancel -n team hello
  $ ${program} cancel -f examples/jobs array
  $ ${program} cancel --queue main hello
  $ ${program} cancel --reason "wrong input" 1b7ed9d5-9f4f-4f5c-8c5d-0b0f6f8f9a3e

Exit code: 0 if the job is asked to end, or the job has already ended; 1 otherwise.`;

export function cancelCommand(io: Io, ending: Ending): Command {
  const command = new Command("cancel")
    .summary("end a job")
    .description("Ends a job, in whatever state it is.")
    .argument("[name]", "ID or ARN of a job, or with --queue its name")
    .addOption(new Option("-f, --filename <dir>", "directory of local, with the manifest of the job"));
  addJobOptions(command, "queue in which NAME is the name of a job")
    .addOption(clusterNameOption("-f"))
    .option("--reason <text>", "reason that AWS shows in the status", defaultReason)
    .addHelpText("after", afterHelp(io.program));
  return command.action(ending(() => cancel(command.args[0], command.opts<CancelFlags>(), io)));
}

async function cancel(name: string | undefined, flags: CancelFlags, io: Io): Promise<number> {
  if (name === undefined) throw new CommandError(nameMissing);
  const place = placeOf(flags, flags.filename);
  if (place.kind === "aws") {
    await cancelJob(name, flags, io);
    return exitCodes.done;
  }
  if (flags.reason !== defaultReason) {
    throw new CommandError(
      "--reason is for jobs in AWS: the operator gives the reason when it ends the job of an object",
    );
  }
  if (place.kind === "directory") return await cancelInDirectory(name, place.directory, flags, io);
  await cancelObject(name, flags, io);
  return exitCodes.done;
}

async function cancelInDirectory(name: string, directory: string, flags: CancelFlags, io: Io): Promise<number> {
  const key = keyIn(name, flags);
  const ended = await endInDirectory(directory, key, flags, io);
  if (ended !== undefined) {
    const { jobId, status } = ended;
    show(
      { jobName: keyText(key), jobId, status, requested: false },
      `has already ended: ${resultText(ended)}`,
      flags,
      io,
    );
    return exitCodes.done;
  }
  const end = localRuns(directory)
    ? "local ends its job"
    : `${shellCommand(["local", ...directoryWords(directory, flags)])} ends its job when you start it`;
  // Of a job in a real AWS nothing is kept with the directory.
  const unless = isRunAgainstAws(directory) ? ", unless it has ended" : "";
  const written = await cancelInManifest(directory, key);
  if (written.kind === "invalid") return refuseManifests(written.read, io);
  const { file, isChanged } = written;
  const begin = isChanged ? `now has cancel: true in ${file}` : `already has cancel: true in ${file}`;
  show(
    { jobName: keyText(key), jobId: undefined, status: undefined, requested: isChanged },
    `${begin}: ${end}${unless}`,
    flags,
    io,
  );
  return exitCodes.done;
}

/**
 * The job of an object, if it has ended in the simulation that runs on the directory, or was the last to run there: a
 * `local` against AWS may have a job of the same object that runs.
 */
async function endInDirectory(
  directory: string,
  key: ObjectKey,
  flags: CancelFlags,
  io: Io,
): Promise<JobDetail | undefined> {
  const file = stateFile(directory, flags.clusterName ?? defaultClusterName, true);
  if (!isLocked(file) && (isRunAgainstAws(directory) || readState(file)?.aws === undefined)) return undefined;
  const account = new SavedAccount(directory, flags, io);
  const object = await account.job(key);
  if (object === undefined) return undefined;
  const id = await savedId(object, account);
  const job = id === undefined ? undefined : await describeJob(id, account.of(object));
  return hasEnded(job?.status) ? job : undefined;
}

/** The operator ends the job of the object, also one that it has not submitted yet. */
async function cancelObject(name: string, flags: CancelFlags, io: Io): Promise<void> {
  const objects = openCluster(flags, "aws-batch-operator-cancel", io);
  try {
    const key = keyIn(name, objects);
    const { status } = await objects.get(key);
    const isOver = hasEnded(status?.status);
    if (!isOver) await objects.cancel(key);
    const text = isOver ? `has already ended: ${status?.status}` : "is asked to end; its object and its result stay";
    show({ jobName: keyText(key), jobId: status?.jobId, status: status?.status, requested: !isOver }, text, flags, io);
  } finally {
    await objects.close();
  }
}

async function cancelJob(name: string, flags: CancelFlags, io: Io): Promise<void> {
  const account = await openAccount(flags, [name, flags.queue], io);
  try {
    const job = await findJob(name, flags.queue, account);
    const { jobId = "", jobName = "", status } = job;
    const isOver = hasEnded(status);
    if (!isOver) await account.batch.terminateJob({ jobId, reason: flags.reason }, { signal: account.signal });
    const later = status === "PENDING" ? "; it ends after the jobs that it depends on, or its children" : "";
    const text = isOver ? `has already ended: ${resultText(job)}` : `(${jobId}) is asked to end${later}`;
    show({ jobId, jobName, status, requested: !isOver }, text, flags, io);
  } finally {
    account.close();
  }
}

interface Cancelled {
  readonly jobId: string | undefined;
  readonly jobName: string;
  readonly status: string | undefined;
  /** Whether the job was asked to end now. */
  readonly requested: boolean;
}

function show(cancelled: Cancelled, text: string, { output }: CancelFlags, io: Io): void {
  io.stdout.write(output === "json" ? jsonLine(cancelled) : `${visible(`${cancelled.jobName} ${text}`)}\n`);
}
