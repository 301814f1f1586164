import { Command, Option } from "commander";
import { CommandError, type Ending, exitCodes, type Io } from "../operator/io.ts";
import { jsonLine, visible } from "../runtime/visible.ts";
import { openPlace } from "./jobs/open-place.ts";
import { addJobOptions, clusterNameOption, type DirectoryFlags, defaultReason, nameMissing } from "./jobs/options.ts";

interface CancelFlags extends DirectoryFlags {
  readonly reason: string;
}

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
  return command.action(ending(() => cancel(command.args[0] ?? "", command.opts<CancelFlags>(), io)));
}

async function cancel(name: string, flags: CancelFlags, io: Io): Promise<number> {
  if (name === "") throw new CommandError(nameMissing);
  const { filename, reason, ...others } = flags;
  const place = openPlace(others, filename, "aws-batch-operator-cancel", io);
  try {
    const cancelled = await place.cancel(name, reason === defaultReason ? undefined : reason);
    if ("exitCode" in cancelled) return cancelled.exitCode;
    const { text, ...record } = cancelled;
    io.stdout.write(flags.output === "json" ? jsonLine(record) : visible(`${record.jobName} ${text}`).concat("\n"));
    return exitCodes.done;
  } finally {
    await place.close();
  }
}
