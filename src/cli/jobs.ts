import { Command } from "commander";
import { nameIn } from "../aws/names.ts";
import { systemClock } from "../runtime/clock.ts";
import { jsonLine } from "../runtime/visible.ts";
import { type Ending, exitCodes, type Io } from "./io.ts";
import { type JobsAccount, openAccount } from "./jobs/account.ts";
import { openCluster } from "./jobs/cluster.ts";
import { listedObject } from "./jobs/job-object.ts";
import { type JobList, listJobs } from "./jobs/list.ts";
import { addDirectoryOptions, addJobOptions, type JobFlags } from "./jobs/options.ts";
import { isInCluster } from "./jobs/place.ts";
import { SavedAccount } from "./jobs/saved-account.ts";
import { jobsTable } from "./jobs/table.ts";

interface JobsFlags extends JobFlags {
  readonly failed?: boolean;
}

const afterHelp = (program: string): string => `
Lists the newest 100 jobs of each queue in AWS, or up to 1,000 that failed, by one call for each queue. AWS forgets a job
seven days after its end. With -n it lists the BatchJob objects of a namespace, with --kubeconfig alone those of a cluster,
and with -f the jobs in the account of local --simulate.

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
  if (isInCluster(flags)) {
    const objects = openCluster(flags, "aws-batch-operator-jobs", io);
    try {
      const all = (await objects.list(flags.namespace === undefined)).map(listedObject);
      const chosen = all.filter((job) => !flags.failed || job.status === "FAILED");
      const ofQueue = chosen.filter(({ queue }) => flags.queue === undefined || queue === nameIn(flags.queue));
      const sorted = ofQueue.toSorted((left, right) => right.createdAt - left.createdAt);
      show({ jobs: sorted, more: false }, systemClock().now(), flags, io);
    } finally {
      await objects.close();
    }
    return exitCodes.done;
  }
  const account = await accountOf(flags, io);
  try {
    const list = await listJobs(account, { queue: flags.queue, failed: flags.failed ?? false });
    show(list, account.now(), flags, io);
  } finally {
    account.close();
  }
  return exitCodes.done;
}

async function accountOf(flags: JobsFlags, io: Io): Promise<JobsAccount> {
  if (flags.filename !== undefined) return new SavedAccount(flags.filename, flags, io);
  return await openAccount(flags, [flags.queue], io);
}

function show(list: JobList, now: number, { output }: JobsFlags, io: Io): void {
  const columns = io.stdout.isTerminal ? io.stdout.size().columns : undefined;
  io.stdout.write(output === "json" ? jsonLine(list) : jobsTable(list, now, columns));
}
