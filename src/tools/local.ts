import { Command, InvalidArgumentError, Option } from "commander";
import { duration, eventsQueueOption, logLevelOption, operatorOptions, positive } from "../operator/flags.ts";
import { CommandError, type Ending, exitCodes, type Io } from "../operator/io.ts";
import { directorySource, requireDirectory } from "./local/directory.ts";
import { lockState } from "./local/lock.ts";
import { type LocalFlags, localOptions } from "./local/options.ts";
import { type LocalStart, refuse, startLocal } from "./local/start.ts";
import { stateFile } from "./local/state.ts";

const afterHelp = `
The state is stored in DIR/.aws-batch-operator/, so a second start continues where the first one ended, also after a
crash. Ctrl-C stops the operator and changes nothing in AWS; --delete deletes what the operator created.

Changed files are read again; submit -f DIR and cancel -f DIR write them for jobs. A removed file
deletes its objects in AWS after 5 seconds, but only with --prune. The job of a removed file is not submitted any more, with or
without it; what AWS has nothing of is forgotten.

Exit code: 0 if the goal of --until is reached, or after Ctrl-C (of a command under npm, npm itself makes that 130); 1 if an
object is Stalled or a manifest is invalid; 3 if --timeout is reached first.`;

/** @param run gets the flags; replaced in tests */
export function localCommand(
  io: Io,
  ending: Ending,
  run: (flags: LocalFlags, io: Io) => Promise<number> = local,
): Command {
  const command = new Command("local")
    .summary("run the operator on a directory of manifests, without Kubernetes")
    .description(
      "Runs the operator on a directory of manifests, without Kubernetes: it makes AWS match them, and keeps it matching.",
    )
    .addOption(new Option("-f, --filename <dir>", "directory of the manifests").argParser(onlyOne))
    .option("--simulate", "use a simulated AWS in this process: no account, no credentials, no cost")
    .option("--speed <n>", "with --simulate: how many times faster AWS's clock runs", positive)
    .option("--fresh", "with --simulate: begin with an empty account, and forget what an earlier run left")
    .addOption(new Option("--until <goal>", "exit when all objects are ready, or absent").choices(["ready", "absent"]))
    .option("--timeout <duration>", "with --until: time limit, e.g. 300 or 5m", duration)
    .option("--prune", "delete AWS resources of objects without a manifest")
    .option("--delete", "delete all objects of the manifests")
    .addOption(new Option("-o, --output <format>", "table, or one line of JSON per change").choices(["table", "json"]));
  for (const option of [...operatorOptions(), eventsQueueOption(), logLevelOption("warn")]) command.addOption(option);
  command.addHelpText("after", afterHelp);
  return command.action(ending(() => run(command.opts<LocalFlags>(), io)));
}

/**
 * Runs the operator on a directory until its goal, or Ctrl-C.
 *
 * @param serve shows the session in another way too
 * @returns the exit code
 * @throws CommandError if flags or directory cannot be used
 */
export async function local(flags: LocalFlags, io: Io, serve?: LocalStart["serve"]): Promise<number> {
  const options = localOptions(flags);
  const { directory } = options;
  requireDirectory(directory);
  const source = directorySource(directory);
  const fingerprint = await source.fingerprint();
  const read = await source.read(io.interrupted);
  if (read.problems.length > 0) {
    refuse(read, options, io);
    return exitCodes.failed;
  }
  if (read.manifests.length === 0) {
    throw new CommandError(`${directory} contains no object of awsbatch.dev: add a manifest`);
  }
  const free = lockState(stateFile(directory, options.clusterName, options.simulate));
  try {
    return await startLocal({ flags, options, source, read, fingerprint, io, serve });
  } finally {
    free();
  }
}

/** The state of `local` is in the directory, so a second one would be ignored. */
function onlyOne(directory: string, before: string | undefined): string {
  if (before === undefined) return directory;
  throw new InvalidArgumentError("Give one directory: local keeps its state there. Its subdirectories are read too.");
}
