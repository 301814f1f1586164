import { Command, Option } from "commander";
import { keyText } from "../api/object.ts";
import { BatchJobKind } from "../api/v1alpha1/kinds.ts";
import type { JobDetail } from "../aws/batch.ts";
import { AwsError } from "../aws/errors.ts";
import { nameIn } from "../aws/names.ts";
import type { AppliedManifest } from "../kube/client.ts";
import { systemClock } from "../runtime/clock.ts";
import { jsonLine, visible } from "../runtime/visible.ts";
import { CommandError, type Ending, exitCodes, type Io } from "./io.ts";
import { type JobsAccount, openAccount, type WritableAccount } from "./jobs/account.ts";
import { openCluster } from "./jobs/cluster.ts";
import { followJob } from "./jobs/follow.ts";
import { addJobOptions, type JobFlags } from "./jobs/options.ts";
import { activeRevision, commandOverride } from "./jobs/override.ts";
import { isInCluster } from "./jobs/place.ts";
import { writeLines } from "./jobs/show-log.ts";
import { jobManifest, submittedObject } from "./jobs/submit-object.ts";
import { exitCodeOf, resultText } from "./jobs/words.ts";
import { readManifests } from "./manifests.ts";
import { problemText } from "./validation/problem.ts";

interface SubmitFlags extends JobFlags {
  readonly jobDefinition?: string;
  readonly filename?: string;
  readonly name?: string;
  readonly wait?: boolean;
  readonly logs?: boolean;
}

const afterHelp = (program: string): string => `
With --kubeconfig or -n the command creates a BatchJob in a cluster, whose operator submits its job: queue and definition are
objects of the namespace. Without them it submits the job itself, with the person's own AWS credentials.

What follows -- takes the place of the command in the definition. The job is submitted by one call: AWS has no way to repeat
a submission safely, so after a lost answer the command does not try again, and says how to find the job. A BatchJob is safe.

Examples:
  $ ${program} submit -f hello.yaml --kubeconfig FILE --logs
  $ ${program} submit -n team --job-definition hello --queue main --wait
  $ ${program} submit --job-definition hello --queue main
  $ ${program} submit --job-definition hello --queue main --logs -- echo "hello world"

Exit code: 0 if the job was submitted, or with --wait or --logs has succeeded; 1 otherwise.`;

export function submitCommand(io: Io, ending: Ending): Command {
  const command = new Command("submit")
    .summary("submit a job, and follow it to its end")
    .description("Submits a job of a job definition to a queue. With --wait or --logs it follows the job to its end.")
    .argument("[command...]", "after --: the command of the container (default: the definition's)")
    .addOption(new Option("-f, --filename <file>", "file with a BatchJob, or - for standard input; into a cluster"))
    .addOption(new Option("--job-definition <name>", "name, name:revision or ARN of a job definition"));
  addJobOptions(command, "queue that gets the job")
    .option("--name <name>", "name of the job or BatchJob (default: from the definition's)")
    .option("--wait", "wait until the job has ended")
    .option("--logs", "the same, and print what it prints")
    .addHelpText("after", afterHelp(io.program));
  return command.action(ending(() => submit(command.args, command.opts<SubmitFlags>(), io)));
}

async function submit(words: readonly string[], flags: SubmitFlags, io: Io): Promise<number> {
  if (flags.filename !== undefined || isInCluster(flags)) return await submitObject(words, flags, io);
  const { wait = false, logs = false } = flags;
  const { jobDefinition, queue } = required(flags);
  const account = await openAccount(flags, [queue, jobDefinition], io);
  try {
    const jobName = flags.name ?? nameIn(jobDefinition).replace(/:\d+$/, "");
    const jobId = await send(words, { jobDefinition, queue, jobName }, account, io);
    if (flags.output === "text") io.stderr.write(visible(`${jobName} is submitted to ${queue}: ${jobId}`).concat("\n"));
    if (!wait && !logs) {
      io.stdout.write(flags.output === "json" ? jsonLine({ type: "submitted", jobId, jobName }) : `${jobId}\n`);
      return exitCodes.done;
    }
    return await toItsEnd(jobId, logs, flags, account, io);
  } finally {
    account.close();
  }
}

/** @throws CommandError if queue or definition is missing */
function required({ jobDefinition, queue }: SubmitFlags): { readonly jobDefinition: string; readonly queue: string } {
  if (jobDefinition !== undefined && queue !== undefined) return { jobDefinition, queue };
  throw new CommandError("give --job-definition NAME and --queue NAME, or -f FILE with a BatchJob");
}

/** Creates a BatchJob in a cluster, whose operator submits its job. */
async function submitObject(words: readonly string[], flags: SubmitFlags, io: Io): Promise<number> {
  const { wait = false, logs = false } = flags;
  const objects = openCluster(flags, "aws-batch-operator-submit", io);
  try {
    const manifest =
      flags.filename === undefined
        ? jobManifest({ ...required(flags), name: flags.name, command: words }, objects.namespace, Math.random)
        : await jobInFile(flags.filename, objects.namespace, io);
    const { metadata } = await objects.apply(manifest);
    const key = keyText(metadata);
    if (flags.output === "text") io.stderr.write(`${key} is applied: the operator submits its job\n`);
    if (!wait && !logs) {
      const { namespace, name } = metadata;
      io.stdout.write(flags.output === "json" ? jsonLine({ type: "applied", namespace, name }) : `${name}\n`);
      return exitCodes.done;
    }
    const following = { clock: systemClock(), signal: io.interrupted };
    const object = await submittedObject(objects, metadata, following, (reason) =>
      io.stderr.write(`${visible(`${key}: ${reason}`)}\n`),
    );
    const region = object.status?.region ?? flags.region;
    const account = await openAccount(region === undefined ? flags : { ...flags, region }, [], io);
    try {
      return await toItsEnd(object.status?.jobId ?? "", logs, flags, account, io);
    } finally {
      account.close();
    }
  } finally {
    await objects.close();
  }
}

/** The one BatchJob of a file. @throws CommandError if there is another object, or a mistake */
async function jobInFile(file: string, defaultNamespace: string, io: Io): Promise<AppliedManifest> {
  const sources = { paths: [file], kustomization: undefined, allowEmpty: false };
  const { manifests, problems } = await readManifests(sources, io, { defaultNamespace });
  const [problem] = problems;
  if (problem !== undefined) throw new CommandError(problemText(problem));
  const [first, ...others] = manifests;
  const other = manifests.find(({ object }) => object.kind !== BatchJobKind.kind);
  if (other !== undefined) {
    throw new CommandError(
      `${file} has a ${other.object.kind}: submit takes one BatchJob; apply the others with kubectl`,
    );
  }
  if (first === undefined || others.length > 0) {
    throw new CommandError(`${file} has ${manifests.length} BatchJobs: submit takes one; apply several with kubectl`);
  }
  return { ...first.object, metadata: first.key } as AppliedManifest;
}

/** @throws CommandError with the way to find the job if the answer was lost, AwsError */
async function send(
  words: readonly string[],
  {
    jobDefinition,
    queue,
    jobName,
  }: { readonly jobDefinition: string; readonly queue: string; readonly jobName: string },
  { batch, signal }: WritableAccount,
  io: Io,
): Promise<string> {
  const override = words.length === 0 ? {} : commandOverride(await activeRevision(batch, jobDefinition, signal), words);
  try {
    const { jobId = "" } = await batch.submitJob({ jobName, jobQueue: queue, jobDefinition, ...override }, { signal });
    return jobId;
  } catch (error) {
    if (!(error instanceof AwsError) || error.kind !== "unavailable") throw error;
    throw new CommandError(
      `AWS gave no answer, so it may have accepted the job (${error.message}): before you submit it again, search with ${io.program} jobs --queue ${queue}`,
      { cause: error },
    );
  }
}

async function toItsEnd(
  jobId: string,
  logs: boolean,
  { output }: SubmitFlags,
  account: JobsAccount,
  io: Io,
): Promise<number> {
  const job = await followJob(jobId, account, {
    status: (seen) => io.stderr.write(visible(`${seen.jobName}: ${resultText(seen)}`).concat("\n")),
    lines: logs ? (lines, attempt) => writeLines(io.stdout, output, lines, attempt) : undefined,
  });
  if (job === undefined) throw new CommandError(`AWS has not shown job ${jobId} for a minute`);
  if (output === "json") io.stdout.write(jsonLine(ended(job)));
  return job.status === "SUCCEEDED" ? exitCodes.done : exitCodes.failed;
}

function ended(job: JobDetail): object {
  const { jobId, jobName, status, statusReason } = job;
  return { type: "ended", jobId, jobName, status, statusReason, exitCode: exitCodeOf(job) };
}
