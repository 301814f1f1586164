import { statSync } from "node:fs";
import { Command, Option } from "commander";
import { duration, logLevelOption, operatorOptions, positive } from "./flags.ts";
import { CommandError, type Ending, exitCodes, type Io } from "./io.ts";
import { directorySource } from "./local/directory.ts";
import { lockState } from "./local/lock.ts";
import { type LocalFlags, localOptions } from "./local/options.ts";
import { refuse, startLocal } from "./local/start.ts";
import { stateFile } from "./local/state.ts";

const afterHelp = `
What it made is remembered in DIR/.aws-batch-operator/, so a second start goes on where the first one ended, also
after a crash. Ctrl-C stops the operator and leaves AWS as it is; --delete removes what was made.

A file that changes is read again. A file that vanishes means that its objects are to be deleted: after 5 seconds,
and in AWS only with --prune.

Exit code: 0 when the goal of --until is reached, or after Ctrl-C; 1 when an object is stalled or something is
invalid; 3 when --timeout is over first.`;

/** @param run what is done with the flags; a test looks at them */
export function localCommand(io: Io, ending: Ending, run: typeof local = local): Command {
  const command = new Command("local")
    .summary("run the operator on a directory of manifests, without Kubernetes")
    .description(
      "Runs the operator on a directory of manifests, without Kubernetes: AWS is made as they say, and kept so.",
    )
    .option("-f, --filename <dir>", "directory of the manifests")
    .option("--simulate", "use a simulated AWS in this process: no account, no credentials, no cost")
    .option("--speed <n>", "with --simulate: how many times faster time passes", positive)
    .addOption(new Option("--until <goal>", "stop when all objects are so").choices(["ready", "absent"]))
    .option("--timeout <duration>", "with --until: give up after so long, e.g. 300 or 5m", duration)
    .option("--prune", "delete in AWS what has no manifest any more")
    .option("--delete", "delete everything that the manifests describe")
    .addOption(new Option("-o, --output <format>", "table, or one JSON line per change").choices(["table", "json"]));
  for (const option of [...operatorOptions(), logLevelOption("warn")]) command.addOption(option);
  command.addHelpText("after", afterHelp);
  return command.action(ending(() => run(command.opts<LocalFlags>(), io)));
}

async function local(flags: LocalFlags, io: Io): Promise<number> {
  const options = localOptions(flags);
  const { directory } = options;
  requireDirectory(directory);
  const source = directorySource(directory);
  const fingerprint = await source.fingerprint();
  const read = await source.read();
  if (read.problems.length > 0) {
    refuse(read, options, io);
    return exitCodes.failed;
  }
  if (read.manifests.length === 0) {
    throw new CommandError(`there is no object of awsbatch.dev in ${directory}: put a manifest there`);
  }
  const free = lockState(stateFile(directory, options.clusterName, options.simulate));
  try {
    return await startLocal({ flags, options, source, read, fingerprint, io });
  } finally {
    free();
  }
}

function requireDirectory(path: string): void {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (entry === undefined) throw new CommandError(`there is no directory ${path}`);
  if (!entry.isDirectory()) throw new CommandError(`${path} is a file: local wants the directory of the manifests`);
}
