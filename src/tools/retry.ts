import { Command, Option } from "commander";
import { keyText } from "../api/object.ts";
import type { BatchJob } from "../api/v1alpha1/batch-job.ts";
import { recordedResult } from "../controllers/kinds/batch-job/result.ts";
import { CommandError, type Ending, type Io } from "../operator/io.ts";
import { newSuffix } from "./jobs/job-manifest.ts";
import { openObjects } from "./jobs/open-place.ts";
import { addJobOptions, clusterNameOption } from "./jobs/options.ts";
import { type FailedChildren, indicesIn, retryManifest, variableFor } from "./jobs/retry-manifest.ts";
import type { SubmissionFlags } from "./jobs/to-its-end.ts";

interface RetryFlags extends SubmissionFlags {
  /** The directory of `local`. */
  readonly filename?: string;
  readonly failedOnly?: boolean;
  readonly indicesIn?: string;
}

const afterHelp = (program: string): string => `
NAME is a BatchJob of a cluster that has failed, or with -f one of the directory of local --simulate, which gets the manifest of the
new one. The new BatchJob has its spec, without its dependencies, which have succeeded. The old object stays, with its result.

AWS has no way to run chosen children of an array. With --failed-only the new job is an array of as many children as have failed,
and an environment variable has their indices, e.g. ARRAY_INDICES=3,17,40: child 1 of the new array takes the second one, 17.
The container has to read it, so the command asks for --indices-in unless the job sets ARRAY_INDICES itself. Of one child that
failed the new job is a plain one.

Examples:
  $ ${program} retry -n team train --wait
  $ ${program} retry -n team array --failed-only --indices-in ARRAY_INDICES
  $ ${program} retry -f examples/jobs array

Exit code: 0 if the job was submitted, or with --wait or --logs has succeeded; 1 otherwise.`;

export function retryCommand(io: Io, ending: Ending): Command {
  const command = new Command("retry")
    .summary("run a failed BatchJob again, or only the children of an array that failed")
    .description("Creates a BatchJob that does the work of a failed one again.")
    .argument("[name]", "a BatchJob that has failed");
  addJobOptions(command, "JobQueue that gets the new job (default: that of the failed one)")
    .addOption(new Option("-f, --filename <dir>", "directory of local --simulate, with the manifest of the job"))
    .addOption(clusterNameOption("-f"))
    .option("--failed-only", "only the children of an array that failed")
    .addOption(new Option("--indices-in <variable>", "environment variable in which the container finds its indices"))
    .option("--name <name>", "name of the new BatchJob (default: that of the old one with a suffix)")
    .option("--wait", "wait until the job has ended")
    .option("--logs", "the same, and print what it prints")
    .addHelpText("after", afterHelp(io.program));
  return command.action(ending(() => retry(command.args[0] ?? "", command.opts<RetryFlags>(), io)));
}

async function retry(name: string, flags: RetryFlags, io: Io): Promise<number> {
  if (name === "") throw new CommandError("give NAME, a BatchJob that has failed");
  const { filename, queue, ...others } = flags;
  const place = openObjects(others, filename, "aws-batch-operator-submit", io);
  try {
    const object = await place.get(name);
    requireFailure(object);
    const children = flags.failedOnly === true ? childrenOf(object, flags, place.words) : undefined;
    const { name: newName = `${object.metadata.name.slice(0, 240)}-${newSuffix(Math.random)}` } = flags;
    return await place.create(retryManifest(object, { name: newName, queue, children }));
  } finally {
    await place.close();
  }
}

/** @throws CommandError unless the job has failed in AWS */
function requireFailure(object: BatchJob): void {
  const key = keyText(object.metadata);
  // A restarted local has read none of its jobs yet.
  if (object.status === undefined) {
    throw new CommandError(
      `the operator has not reported the status of BatchJob ${key} yet: wait, then run this again`,
    );
  }
  const result = recordedResult(object);
  if (result === undefined) throw new CommandError(`BatchJob ${key} has not ended: cancel it first, or wait`);
  if (result.kind === "complete") throw new CommandError(`BatchJob ${key} has succeeded: there is nothing to retry`);
  if (object.status?.jobId !== undefined) return;
  throw new CommandError(`BatchJob ${key} was never submitted (${result.message}): submit it again as a new job`);
}

/** @throws CommandError if the job is not an array, or its status does not list all that failed */
function childrenOf(object: BatchJob, { indicesIn: named }: RetryFlags, words: readonly string[]): FailedChildren {
  const key = keyText(object.metadata);
  const { array } = object.status ?? {};
  if (array === undefined) throw new CommandError(`BatchJob ${key} is not an array: leave out --failed-only`);
  const indices = indicesIn(array.failedIndices ?? "");
  const failed = array.counts?.find(({ status }) => status === "FAILED")?.count ?? 0;
  if (indices === undefined || indices.length < failed) {
    throw new CommandError(
      `the status of BatchJob ${key} does not list all ${failed} children that failed (status.array.failedIndices): retry it as a whole`,
    );
  }
  return { indices, variable: variableFor(object, named, words) };
}
