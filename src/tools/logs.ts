import { Command } from "commander";
import { keyText } from "../api/object.ts";
import { failedChildren } from "../aws/job-calls.ts";
import { count } from "../operator/flags.ts";
import { CommandError, type Ending, exitCodes, type Io, refuse } from "../operator/io.ts";
import { shell } from "../runtime/shell.ts";
import { visible } from "../runtime/visible.ts";
import { describeJob, findJob } from "./jobs/find.ts";
import { followJob } from "./jobs/follow.ts";
import { recordedStream } from "./jobs/job-object.ts";
import { type LogStream, latestAttempt, logStreamsOf, refuseNoLog, requireAttempt } from "./jobs/log-streams.ts";
import { openPlace } from "./jobs/open-place.ts";
import { addDirectoryOptions, addJobOptions, type DirectoryFlags, index, nameMissing } from "./jobs/options.ts";
import type { NamedJob } from "./jobs/place.ts";
import { LogReader } from "./jobs/read-log.ts";
import { writeLines } from "./jobs/show-log.ts";
import { named, resultText } from "./jobs/words.ts";

interface LogsFlags extends DirectoryFlags {
  readonly follow?: boolean;
  readonly tail?: number;
  readonly attempt?: number;
  readonly index?: number;
  readonly failed?: boolean;
  readonly raw?: boolean;
}

const afterHelp = (program: string): string => `
NAME is the ID or ARN of a job in AWS; with --queue it may be the name of a job, of which the newest counts. With --kubeconfig
or -n it is a BatchJob object of a cluster, and with -f one of the directory of local --simulate. The log is read from
CloudWatch Logs (logs:GetLogEvents), by the person's own AWS credentials.

Examples:
  $ ${program} logs -n team hello
  $ ${program} logs --queue main hello
  $ ${program} logs --follow --tail 20 1b7ed9d5-9f4f-4f5c-8c5d-0b0f6f8f9a3e
  $ ${program} logs -n team array --failed --tail 5
  $ ${program} logs --index 17 --attempt 2 1b7ed9d5-9f4f-4f5c-8c5d-0b0f6f8f9a3e

Exit code: 0 if the log was read; with --follow, when the job has ended, whatever its result; 1 otherwise.`;

export function logsCommand(io: Io, ending: Ending): Command {
  const command = new Command("logs")
    .summary("print what a job printed")
    .description("Prints what the containers of a job printed, from CloudWatch Logs.")
    .argument("[name]", "ID or ARN of a job, or with --queue its name");
  addDirectoryOptions(addJobOptions(command, "queue in which NAME is the name of a job"))
    .option("-F, --follow", "go on until the job has ended, over its attempts")
    .option("--tail <n>", "only the last lines, so many (default: all)", count)
    .option(
      "--raw",
      "print the text as the job wrote it, with its colours and all else that a terminal or a pipeline obeys",
    )
    .option("--attempt <n>", "attempt from 1 (default: the latest)", count)
    .option("--index <i>", "child of an array, or node of a job with several, from 0", index)
    .option("--failed", "the logs of all children of an array that failed, each line after the index of its child")
    .addHelpText("after", afterHelp(io.program));
  return command.action(ending(() => logs(command.args[0] ?? "", command.opts<LogsFlags>(), io)));
}

async function logs(name: string, flags: LogsFlags, io: Io): Promise<number> {
  refuse([
    name === "" && withFollowing(nameMissing, flags.filename),
    flags.failed === true &&
      (flags.follow === true || flags.index !== undefined) &&
      "--failed is for all children that have failed: leave out --index and --follow",
  ]);
  const { filename, ...others } = flags;
  const place = openPlace(others, filename, "aws-batch-operator-jobs", io);
  try {
    const given = await place.find(name);
    if (flags.failed === true) await readFailed(given, flags, io);
    else if (flags.follow === true) await follow(given, flags, io);
    else await readOnce(given, flags, io);
    return exitCodes.done;
  } finally {
    await place.close();
  }
}

/** Elsewhere `-f` follows: what it has here is probably the name of the job. */
function withFollowing(message: string, name: string | undefined): string {
  return name === undefined
    ? message
    : `${message}. -f is the directory of local; to follow a job: ${shell`logs -F ${name}`}`;
}

/** The ID of the job, or of its child or node. */
async function childOf({ account, id, object }: NamedJob, { index }: LogsFlags): Promise<string> {
  if (index === undefined) return id;
  const job = await findJob(id, undefined, account);
  const { jobName, nodeProperties, arrayProperties } = named(job, nameOf(object));
  const size = arrayProperties?.size ?? nodeProperties?.numNodes;
  if (size === undefined) throw new CommandError(`${jobName} has no children and one node: leave out --index`);
  if (index >= size) throw new CommandError(`${jobName} has indices from 0 to ${size - 1}, not ${index}`);
  return `${id}${arrayProperties === undefined ? "#" : ":"}${index}`;
}

/** The logs of the children of an array that have failed, one after the other. */
async function readFailed(given: NamedJob, flags: LogsFlags, io: Io): Promise<void> {
  const { account, id, object } = given;
  const parent = named(await findJob(id, undefined, account), nameOf(object));
  if (parent.arrayProperties?.size === undefined) {
    throw new CommandError(`${parent.jobName} is not an array: leave out --failed`);
  }
  const indices = await failedChildren(account.batch, id, account.signal);
  if (indices.length === 0) io.stderr.write(visible(`no child of ${parent.jobName} has failed`).concat("\n"));
  for (const index of indices) {
    try {
      await readOnce(given, { ...flags, index }, io, String(index));
    } catch (error) {
      // One child may never have started: its log is not there, and those of the others are.
      if (!(error instanceof CommandError)) throw error;
      io.stderr.write(visible(`${index}: no log: ${error.message}`).concat("\n"));
    }
  }
}

/** @param job begins each line */
async function readOnce(given: NamedJob, flags: LogsFlags, io: Io, job?: string): Promise<void> {
  const { account } = given;
  const { tail } = flags;
  const { streams, attempt } = await streamsOf(given, flags);
  const parts = await Promise.all(
    streams.map(async (stream) => {
      const reader = new LogReader(await account.logs(stream.region ?? account.region), stream, account.signal);
      return tail === undefined ? reader.next() : reader.last(tail);
    }),
  );
  const lines = parts.flat().toSorted((left, right) => left.at - right.at);
  writeLines(io.stdout, flags.output, tail === undefined ? lines : lines.slice(-tail), {
    attempt,
    job,
    isRaw: flags.raw,
  });
}

/** The log streams of the attempt that is asked for. @throws CommandError if it has none */
async function streamsOf(
  given: NamedJob,
  flags: LogsFlags,
): Promise<{ readonly streams: readonly LogStream[]; readonly attempt: number }> {
  const { account, object } = given;
  const recorded =
    object === undefined || flags.index !== undefined ? undefined : recordedStream(object, flags.attempt);
  if (recorded !== undefined && (await describeJob(given.id, account)) === undefined) {
    return { streams: [recorded], attempt: flags.attempt ?? object?.status?.attempts?.length ?? 1 };
  }
  const job = named(await findJob(await childOf(given, flags), undefined, account), nameOf(object));
  const latest = Math.max(1, latestAttempt(job));
  const { attempt = latest } = flags;
  requireAttempt(job, attempt);
  const streams = logStreamsOf(job, attempt);
  if (streams.length === 0) refuseNoLog(job, attempt);
  return { streams, attempt };
}

async function follow(given: NamedJob, flags: LogsFlags, io: Io): Promise<void> {
  const id = await childOf(given, flags);
  const job = await followJob(
    id,
    given.account,
    {
      status: (seen) => io.stderr.write(visible(`${seen.jobName}: ${resultText(seen)}`).concat("\n")),
      waits: (why) => io.stderr.write(visible(why).concat("\n")),
      lines: (lines, attempt) => writeLines(io.stdout, flags.output, lines, { attempt, isRaw: flags.raw }),
    },
    { attempt: flags.attempt, tail: flags.tail, name: nameOf(given.object) },
  );
  if (job === undefined) throw new CommandError(`AWS does not know job ${id} any more`);
}

function nameOf(object: NamedJob["object"]): string | undefined {
  return object === undefined ? undefined : keyText(object.metadata);
}
