import { Command } from "commander";
import { counted } from "../api/words.ts";
import { type Ending, exitCodes, type Io } from "../operator/io.ts";
import { jsonLine, visible } from "../runtime/visible.ts";
import { type Format, formats, show } from "./document/show.ts";
import { jobsDocument } from "./jobs/list-document.ts";
import { openPlace } from "./jobs/open-place.ts";
import { addDirectoryOptions, addJobOptions, type DirectoryFlags } from "./jobs/options.ts";
import type { ListedJobs } from "./jobs/place.ts";

interface JobsFlags extends Omit<DirectoryFlags, "output"> {
  readonly output: Format;
  readonly failed?: boolean;
}

const afterHelp = (program: string): string => `
Lists the newest 100 jobs of each queue in AWS, or up to 1,000 that failed, by one call for each queue. AWS forgets a job
seven days after its end. With -n it lists the BatchJob objects of a namespace, with --kubeconfig alone those of a cluster,
and with -f the BatchJobs and other jobs in the account of local --simulate; --queue may then be the name of a JobQueue.

Examples:
  $ ${program} jobs --queue main
  $ ${program} jobs -n team --failed -o markdown

Exit code: 0 if the jobs were listed; 1 otherwise.`;

export function jobsCommand(io: Io, ending: Ending): Command {
  const command = new Command("jobs")
    .summary("list jobs with their status, exit code and reason")
    .description("Lists the jobs of AWS Batch with their status, exit code and reason. Writes nothing.");
  addDirectoryOptions(addJobOptions(command, "only jobs of this queue (default: all queues of the region)", formats))
    .option("--failed", "only jobs that failed")
    .addHelpText("after", afterHelp(io.program));
  return command.action(ending(() => jobs(command.opts<JobsFlags>(), io)));
}

async function jobs(flags: JobsFlags, io: Io): Promise<number> {
  const { filename, failed = false, queue, output, ...others } = flags;
  const place = openPlace({ ...others, output: "text" }, filename, "aws-batch-operator-jobs", io);
  try {
    const listed = await place.list({ queue, failed });
    const { now: _now, none: _none, ...list } = listed;
    show({ document: () => jobsDocument(listed, failed), json: () => jsonLine(list) }, output, io);
    warnOfUnread(listed, io);
    return exitCodes.done;
  } finally {
    await place.close();
  }
}

function warnOfUnread({ jobs }: ListedJobs, { stderr }: Io): void {
  const [unread, ...others] = jobs.flatMap(({ failedIndicesUnread }) => failedIndicesUnread ?? []);
  if (unread === undefined) return;
  const arrays = counted(others.length + 1, "array");
  stderr.write(visible(`warning: AWS did not say which children of ${arrays} failed: ${unread}`).concat("\n"));
}
