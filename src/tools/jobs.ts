import { Command } from "commander";
import { JobQueueKind } from "../api/v1alpha1/kinds.ts";
import { counted } from "../api/words.ts";
import { queuesThere } from "../diagnosis/words.ts";
import { CommandError, type Ending, exitCodes, type Io } from "../operator/io.ts";
import { systemClock } from "../runtime/clock.ts";
import { jsonLine, visible } from "../runtime/visible.ts";
import { openAccount } from "./jobs/account.ts";
import { type JobObjects, openCluster } from "./jobs/cluster.ts";
import { isInQueue, listedObject } from "./jobs/job-object.ts";
import { type JobList, type ListedJob, listJobs } from "./jobs/list.ts";
import { addDirectoryOptions, addJobOptions, type DirectoryFlags } from "./jobs/options.ts";
import { placeOf } from "./jobs/place.ts";
import { SavedAccount } from "./jobs/saved-account.ts";
import { jobsInDirectory } from "./jobs/saved-jobs.ts";
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
  const place = placeOf(flags, flags.filename);
  switch (place.kind) {
    case "directory": {
      const account = new SavedAccount(place.directory, flags, io);
      show(await jobsInDirectory(account, flags), account.now(), flags, io);
      break;
    }
    case "cluster":
      show({ jobs: await jobsInCluster(flags, io), more: false }, systemClock().now(), flags, io);
      break;
    case "aws": {
      const account = await openAccount(flags, [flags.queue], io);
      try {
        const list = await listJobs(account, { queue: flags.queue, failed: flags.failed ?? false });
        show(list, account.now(), flags, io);
      } finally {
        account.close();
      }
    }
  }
  return exitCodes.done;
}

async function jobsInCluster(flags: JobsFlags, io: Io): Promise<readonly ListedJob[]> {
  const objects = openCluster(flags, "aws-batch-operator-jobs", io);
  try {
    const all = await objects.list(flags.namespace);
    const listed = all.filter((object) => isInQueue(object, flags.queue)).map(listedObject);
    if (listed.length === 0) await requireQueue(flags, objects);
    const chosen = listed.filter(({ status }) => !flags.failed || status === "FAILED");
    return chosen.toSorted((left, right) => right.createdAt - left.createdAt);
  } finally {
    await objects.close();
  }
}

/** @throws CommandError if the cluster has no JobQueue of that name */
async function requireQueue({ queue, namespace }: JobsFlags, objects: JobObjects): Promise<void> {
  if (queue === undefined) return;
  const names = (await objects.objects(JobQueueKind, namespace)).map(({ metadata }) => metadata.name);
  if (names.includes(queue)) return;
  throw new CommandError(
    `${clusterPart(namespace)} has no JobQueue ${queue}, and no BatchJob in a queue of that name: ${queuesThere(names)}`,
  );
}

function clusterPart(namespace: string | undefined): string {
  return namespace === undefined ? "the cluster" : `namespace ${namespace}`;
}

function show(list: JobList, now: number, flags: JobsFlags, io: Io): void {
  const columns = io.stdout.isTerminal ? io.stdout.size().columns : undefined;
  if (flags.output === "json") io.stdout.write(jsonLine(list));
  else io.stdout.write(list.jobs.length === 0 ? noJobs(flags) : jobsTable(list, now, columns));
  const [unread, ...others] = list.jobs.flatMap(({ failedIndicesUnread }) => failedIndicesUnread ?? []);
  if (unread === undefined) return;
  const arrays = counted(others.length + 1, "array");
  io.stderr.write(visible(`warning: AWS did not say which children of ${arrays} failed: ${unread}`).concat("\n"));
}

function noJobs(flags: JobsFlags): string {
  const which = flags.failed === true ? " that failed" : "";
  return placeOf(flags, flags.filename).kind === "cluster"
    ? `No BatchJobs${which} in ${clusterPart(flags.namespace)}.\n`
    : `No jobs${which}. AWS forgets a job seven days after its end.\n`;
}
