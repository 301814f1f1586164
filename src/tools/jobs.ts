import { Command } from "commander";
import { counted } from "../api/words.ts";
import { type Ending, exitCodes, type Io } from "../operator/io.ts";
import { jsonLine, visible } from "../runtime/visible.ts";
import { openPlace } from "./jobs/open-place.ts";
import { addDirectoryOptions, addJobOptions, type DirectoryFlags } from "./jobs/options.ts";
import type { ListedJobs } from "./jobs/place.ts";
import { jobsTable } from "./jobs/table.ts";

interface JobsFlags extends DirectoryFlags {
  readonly failed?: boolean;
}

const afterHelp = (program: string): string => `
Lists the newest 100 jobs of each queue in AWS, or up to 1,000 that failed, by one call for each queue. AWS forgets a job
seven days after its end. With -n it lists the BatchJob objects of a namespace, with --kubeconfig alone those of a cluster,
and with -f the BatchJobs and other jobs in the account of local --simulate; --queue may then be the name of a JobQueue.

Examples:
  $ ${program} jobs --queue main
  $ ${program} jobs -n team --failed -o json

Exit code: 0 if the jobs were listed; 1 otherwise.`;

export function jobsCommand(io: Io, ending: Ending): Command {
  const command = new Command("jobs")
    .summary("list jobs with their status, exit code and reason")
    .description("Lists the jobs of AWS Batch with their status, exit code and reason. Writes nothing.");
  addDirectoryOptions(addJobOptions(command, "only jobs of this queue (default: all queues of the region)"))
    .option("--failed", "only jobs that failed")
    .addHelpText("after", afterHelp(io.program));
  return command.action(ending(() => jobs(command.opts<JobsFlags>(), io)));
}

async function jobs(flags: JobsFlags, io: Io): Promise<number> {
  const { filename, failed = false, queue, ...others } = flags;
  const place = openPlace(others, filename, "aws-batch-operator-jobs", io);
  try {
    show(await place.list({ queue, failed }), flags, io);
    return exitCodes.done;
  } finally {
    await place.close();
  }
}

function show({ now, none, ...list }: ListedJobs, { output, failed }: JobsFlags, { stdout, stderr }: Io): void {
  const columns = stdout.isTerminal ? stdout.size().columns : undefined;
  const nothing = `${none.what}${failed === true ? " that failed" : ""}${none.where}.\n`;
  if (output === "json") stdout.write(jsonLine(list));
  else stdout.write(list.jobs.length === 0 ? nothing : jobsTable(list, now, columns));
  const [unread, ...others] = list.jobs.flatMap(({ failedIndicesUnread }) => failedIndicesUnread ?? []);
  if (unread === undefined) return;
  const arrays = counted(others.length + 1, "array");
  stderr.write(visible(`warning: AWS did not say which children of ${arrays} failed: ${unread}`).concat("\n"));
}
