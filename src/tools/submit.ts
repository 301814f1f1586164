import { Command, Option } from "commander";
import { CommandError, type Ending, type Io } from "../operator/io.ts";
import { definitionNameOrArn } from "./batch-arns.ts";
import type { Submission } from "./jobs/job-manifest.ts";
import { addSettingOptions, hasSettings } from "./jobs/job-settings.ts";
import { openPlace, placeOf } from "./jobs/open-place.ts";
import { addJobOptions, clusterNameOption, type SubmitFlags } from "./jobs/options.ts";
import { submitManifests } from "./jobs/submit-objects.ts";
import { addManifestOptions } from "./manifest-options.ts";

const afterHelp = (program: string): string => `
-f without --job-definition creates the BatchJobs of manifests in a cluster, all or none. Otherwise the command line describes
one job. With --kubeconfig or -n it becomes a BatchJob in the cluster, and with -f DIR a manifest in the directory of local:
queue and definition are objects of the namespace. Without any of them the command submits the job itself, with the person's
own AWS credentials.

A BatchJob is one job. One that has --name already is an error, whether its job runs or has ended: --rerun ends that job, deletes
the object with its result, and creates another one. -f applies manifests, so a second time it changes and submits nothing.

What follows -- takes the place of the command in the definition, --env adds to its environment, and --vcpus, --memory, --timeout
and --retries take the place of its own values. With --array-size each child has its number in AWS_BATCH_JOB_ARRAY_INDEX. A job without an object is submitted by one call: AWS has no
way to repeat a submission safely, so after a lost answer the command does not try again, and says how to find the job.

Examples:
  $ ${program} submit -f hello.yaml -f more/ --kubeconfig FILE --logs
  $ ${program} submit -n team --job-definition hello --queue main --wait
  $ ${program} submit -f examples/quickstart --job-definition hello --queue quickstart --logs -- echo again
  $ ${program} submit --job-definition hello --queue main --logs -- echo "hello world"
  $ ${program} submit -n team --job-definition train --queue main --array-size 50 --memory 16384 --env EPOCHS=3 --after prepare

Exit code: 0 if the jobs were submitted, or with --wait or --logs have succeeded; 1 otherwise, also if --name is in use.`;

export function submitCommand(io: Io, ending: Ending): Command {
  const command = new Command("submit")
    .summary("submit jobs, and follow them to their end")
    .description("Submits jobs. With --wait or --logs it follows them to their end.")
    .argument("[command...]", "after --: the command of the container (default: the definition's)");
  addManifestOptions(command).addOption(
    new Option("--job-definition <name>", "name, name:revision or ARN of a job definition").argParser(
      definitionNameOrArn,
    ),
  );
  addSettingOptions(addJobOptions(command, "queue that gets the job"))
    .addOption(clusterNameOption("-f DIR and --wait"))
    .option("--name <name>", "name of the job or BatchJob (default: from the definition's)")
    .option("--rerun", "end and delete the BatchJob that has --name already, and create it again")
    .option("--wait", "wait until the jobs have ended")
    .option("--logs", "the same, and print what they print")
    .addHelpText("after", afterHelp(io.program));
  return command.action(ending(() => submit(command.args, command.opts<SubmitFlags>(), io)));
}

async function submit(words: readonly string[], flags: SubmitFlags, io: Io): Promise<number> {
  try {
    return await submitTo(words, flags, io);
  } catch (error) {
    const isFollowed = flags.wait === true || flags.logs === true;
    if (isFollowed && io.interrupted.aborted) {
      io.stderr.write(
        "What is submitted goes on without this command: logs --follow shows a job again, cancel ends it\n",
      );
    }
    throw error;
  }
}

/** Submits to AWS, a cluster or a directory. @returns the exit code */
async function submitTo(words: readonly string[], flags: SubmitFlags, io: Io): Promise<number> {
  const { filename = [], kustomize, jobDefinition, queue, name, rerun = false, ...others } = flags;
  const isDescribed = filename.length === 0 && kustomize === undefined;
  const isInAws = isDescribed && placeOf(flags, undefined) === "aws";
  if (rerun && (!isDescribed || isInAws || name === undefined)) {
    throw new CommandError(
      "--rerun is for a BatchJob of a cluster that the command line describes: give --name, with --kubeconfig or -n, and no -f",
    );
  }
  if (!isDescribed && jobDefinition === undefined) {
    if (queue !== undefined || name !== undefined || words.length > 0 || hasSettings(flags)) {
      throw new CommandError(
        "--queue, --name, a command, and all that changes a job describe one job, together with --job-definition: manifests have their own",
      );
    }
    return await submitManifests(flags, io);
  }
  const job = described(words, flags);
  const directory = isDescribed ? undefined : directoryIn(flags);
  const place = openPlace({ ...others, rerun }, directory, "aws-batch-operator-submit", io);
  try {
    return await place.submit(job);
  } finally {
    await place.close();
  }
}

/** The job that the command line describes. @throws CommandError if queue or definition is missing */
function described(command: readonly string[], flags: SubmitFlags): Submission {
  const { jobDefinition, queue, name, region } = flags;
  if (jobDefinition !== undefined && queue !== undefined)
    return { jobDefinition, queue, name, command, region, settings: flags };
  throw new CommandError("give --job-definition NAME and --queue NAME, or -f FILE with BatchJobs");
}

/** The directory of `local` in -f. @throws CommandError if -f is something else too */
function directoryIn({ filename = [], kustomize }: SubmitFlags): string {
  const [directory, ...others] = filename;
  if (directory !== undefined && others.length === 0 && kustomize === undefined) return directory;
  throw new CommandError(
    "with --job-definition -f is the directory of local, which gets the manifest: give one directory",
  );
}
