/**
 * The door of `diagnose`: reads a queue or a job (`diagnose/read.ts`, `read-job.ts`), lets `src/diagnosis` find the cause, and
 * prints it as text or JSON.
 */

import { Command, Option } from "commander";
import { type Kind, keyText } from "../api/object.ts";
import type { BatchJob } from "../api/v1alpha1/batch-job.ts";
import type { JobQueue } from "../api/v1alpha1/job-queue.ts";
import { BatchJobKind, JobQueueKind } from "../api/v1alpha1/kinds.ts";
import { queueNameOf } from "../controllers/ownership/naming.ts";
import { conditionsOf } from "../controllers/pass/conditions.ts";
import { realCloud } from "../operator/cloud.ts";
import { accountIds, ListOption, regionName } from "../operator/flags.ts";
import { CommandError, type Ending, exitCodes, type Io } from "../operator/io.ts";
import { defaultRequestsPerSecond } from "../operator/settings.ts";
import { systemClock } from "../runtime/clock.ts";
import { shellCommand } from "../runtime/shell.ts";
import { queueNameOrArn, regionOfQueue } from "./batch-arns.ts";
import { jobDocument } from "./diagnose/job-document.ts";
import { jobJson } from "./diagnose/job-json.ts";
import { isJobHealthy } from "./diagnose/job-report.ts";
import { diagnosisJson } from "./diagnose/json.ts";
import { readNetwork } from "./diagnose/network.ts";
import { queueDocument } from "./diagnose/queue-document.ts";
import { type QueueReading, readQueue } from "./diagnose/read.ts";
import { readJob } from "./diagnose/read-job.ts";
import { isHealthy } from "./diagnose/report.ts";
import { type Format, formatOption, type Shown, show } from "./document/show.ts";
import { requireAccount } from "./jobs/account.ts";
import { chainFix, chainFrom, chainText } from "./jobs/chain.ts";
import { openCluster } from "./jobs/cluster.ts";
import type { SeenObjects } from "./jobs/objects.ts";
import { placeOf } from "./jobs/open-place.ts";
import { clusterNameOption, type DirectoryFlags } from "./jobs/options.ts";
import { SavedAccount } from "./jobs/saved-account.ts";
import { readOnlyRegion } from "./read-only-region.ts";

interface DiagnoseFlags extends Omit<DirectoryFlags, "output"> {
  readonly output: Format;
  /** False: `--no-network`. */
  readonly network?: boolean;
}

const afterHelp = (program: string): string => `
The command only reads: AWS Batch with about ten calls, however many jobs the queue has, and EC2 and IAM for the path
from the subnets of its environments to AWS. With NAME it reads a JobQueue object from a cluster (--kubeconfig,
KUBECONFIG, or the pod's ServiceAccount), with bj/NAME a BatchJob object: why it does not start, or why it failed. With
--queue it reads any queue that the AWS credentials may see. With -f the objects and the account are those that local --simulate
has saved with a directory.

Examples:
  $ ${program} diagnose --namespace team main
  $ ${program} diagnose --namespace team bj/train-42
  $ ${program} diagnose -f examples/jobs bj/array
  $ ${program} diagnose --queue arn:aws:batch:eu-west-1:123456789012:job-queue/team_main

Exit code: 0 if jobs start, or wait for an expected reason, and for a job that runs or has succeeded; 1 if a person has to
fix something, and for a job that failed; 2 if the queue or object does not exist or cannot be read.`;

export function diagnoseCommand(io: Io, ending: Ending): Command {
  const command = new Command("diagnose")
    .summary("explain why the jobs of a queue do not start, or a job failed, and how to fix it")
    .description(
      "Explains why the jobs of a queue do not start, or why a job failed, and how to fix it. Writes nothing.",
    )
    .argument("[object...]", "NAME of a JobQueue, or TYPE/NAME or TYPE NAME, with bjq or bj (BatchJob) as type")
    .option("-n, --namespace <name>", "namespace of the object (default: the kubeconfig's)")
    .addOption(
      new Option("--queue <name or arn>", "a queue in AWS, with or without an object").argParser(queueNameOrArn),
    )
    .option("--kubeconfig <file>", "kubeconfig of the object's cluster")
    .addOption(new Option("-f, --filename <dir>", "directory of local --simulate with the manifest of the object"))
    .addOption(clusterNameOption("-f"))
    .addOption(
      new Option(
        "--region <region>",
        "region of --queue by name (default: from the AWS SDK's configuration)",
      ).argParser(regionName),
    )
    .addOption(
      new ListOption("--allowed-account-ids <ids>", "exit if the credentials belong to another account", accountIds),
    )
    .option("--no-network", "do not read EC2 and the path from the subnets to AWS")
    .addOption(formatOption("report"));
  command.addHelpText("after", afterHelp(io.program));
  return command.action(ending(() => run(command.args, command.opts<DiagnoseFlags>(), io)));
}

async function run(args: readonly string[], flags: DiagnoseFlags, io: Io): Promise<number> {
  const subject = subjectIn(args);
  if ((subject === undefined) === (flags.queue === undefined)) {
    throw new CommandError(nothingNamed);
  }
  const report = subject === undefined ? await ofAws(flags, io) : await ofObject(subject, flags, io);
  show(report, flags.output, io);
  return report.isHealthy ? exitCodes.done : exitCodes.failed;
}

const nothingNamed = "give either NAME (a JobQueue object) or bj/NAME (a BatchJob), or --queue (a queue in AWS)";

interface Report extends Shown {
  readonly isHealthy: boolean;
}

interface Subject {
  readonly kind: typeof JobQueueKind | typeof BatchJobKind;
  readonly name: string;
}

/** @throws CommandError if it names an object of another kind */
function subjectIn(args: readonly string[]): Subject | undefined {
  if (args.length > 2 || args.filter((arg) => arg.includes("/")).length > 1) {
    throw new CommandError(`diagnose explains one object at a time: give one of ${args.join(", ")}`);
  }
  const [first, ...others] = args.flatMap((arg) => arg.split("/"));
  if (first === undefined) return undefined;
  const [name, ...more] = others;
  if (first === "" || name === "") throw new CommandError(nothingNamed);
  if (name === undefined) return { kind: JobQueueKind, name: first };
  const kind = more.length > 0 ? undefined : [JobQueueKind, BatchJobKind].find((one) => isCalled(one, first));
  if (kind !== undefined) return { kind, name };
  throw new CommandError(
    `${args.join(" ")} is neither a JobQueue nor a BatchJob: give the name of a JobQueue, or bj/NAME for a BatchJob`,
  );
}

function isCalled({ kind, plural, shortNames }: Kind, type: string): boolean {
  return [kind.toLowerCase(), plural, ...shortNames].includes(type.toLowerCase());
}

/** That of a directory; undefined: the flags name none. */
function savedAccount(flags: DiagnoseFlags, io: Io): SavedAccount | undefined {
  const { filename } = flags;
  placeOf(flags, filename);
  return filename === undefined ? undefined : new SavedAccount(filename, flags, io, exitCodes.unread);
}

async function ofAws(flags: DiagnoseFlags, io: Io): Promise<Report> {
  const { queue = "" } = flags;
  const account = savedAccount(flags, io);
  const reading = await readingIn(regionOfQueue(queue) ?? flags.region, account, flags, io);
  return await ofQueue(queue, { ...reading, object: undefined });
}

async function ofQueue(queue: string, reading: QueueReading): Promise<Report> {
  const report = await readQueue(queue, reading);
  return {
    isHealthy: isHealthy(report),
    json: () => diagnosisJson(report),
    document: () => queueDocument(report),
  };
}

async function ofObject({ kind, name }: Subject, flags: DiagnoseFlags, io: Io): Promise<Report> {
  const account = savedAccount(flags, io);
  const objects: SeenObjects = account ?? openCluster(flags, "aws-batch-operator-diagnose", io, exitCodes.unread);
  try {
    const key = { namespace: objects.namespace, name };
    const found = await objects.object(kind, key);
    if (found === undefined) throw noObject({ kind, name }, objects);
    const { spec, status } = found as JobQueue | BatchJob;
    const reading = await readingIn(spec.region ?? status?.region ?? flags.region, account, flags, io);
    requireAccount(`${kind.kind} ${keyText(key)}`, status?.accountId, reading.account, exitCodes.unread);
    if (kind === JobQueueKind) {
      const queue = status?.arn ?? queueNameOf(found as JobQueue);
      const whyMissing = async () => await whyNotInAws(found as JobQueue, objects);
      return await ofQueue(queue, { ...reading, object: keyText(key), whyMissing });
    }
    const where = [...objects.words, "-n", key.namespace];
    const report = await readJob(found as BatchJob, { ...reading, objects, where });
    return { isHealthy: isJobHealthy(report), json: () => jobJson(report), document: () => jobDocument(report) };
  } finally {
    await objects.close();
  }
}

/** Why AWS does not have the queue of an object, as the operator reports it: from object to object, to the cause. */
async function whyNotInAws(queue: JobQueue, objects: SeenObjects): Promise<string | undefined> {
  const chain = await chainFrom(queue, JobQueueKind, (kind, key) => objects.object(kind, key));
  const ready = conditionsOf(queue).find(({ type }) => type === "Ready");
  // What the operator has seen there does not say why it is missing: which queues there are says more.
  if (ready?.status === "True") return undefined;
  if (chain.length === 0) return ready === undefined ? "the operator has reported nothing about it" : ready.message;
  const fix = chainFix(chain);
  return `${chainText("it", chain)}${fix === "" ? "" : `. Fix: ${fix}`}`;
}

function noObject({ kind, name }: Subject, objects: SeenObjects): CommandError {
  const other = kind === JobQueueKind ? `. To diagnose a BatchJob give bj/${name}` : "";
  const what = `${kind.kind} ${keyText({ namespace: objects.namespace, name })}`;
  const text =
    objects instanceof SavedAccount
      ? `${objects.directory} has no ${what} that local --simulate has applied: correct the name, or give its namespace with -n${other}`
      : `${what} does not exist; ${shellCommand(["kubectl", "get", kind.plural, "-A", ...objects.words])} lists the existing ones${other}`;
  return new CommandError(text, { exitCode: exitCodes.unread });
}

/**
 * What reads AWS in a region; undefined: that of the SDK's configuration.
 * @param account that of a directory; undefined: AWS, by the person's credentials
 */
async function readingIn(
  given: string | undefined,
  account: SavedAccount | undefined,
  flags: DiagnoseFlags,
  io: Io,
): Promise<Omit<QueueReading, "object">> {
  const { interrupted: signal } = io;
  const clock = systemClock();
  const cloud =
    account?.cloud(given) ??
    (await realCloud(given === undefined ? flags : { ...flags, region: given }, io.env, signal));
  const { region } = cloud;
  const options = { clock, requestsPerSecond: defaultRequestsPerSecond, why: "diagnose only reads" };
  const aws = await readOnlyRegion(cloud, region, options, signal);
  return {
    batch: aws.batch,
    account: cloud.account,
    region,
    now: () => cloud.now(),
    async networkOf(environment, job) {
      if (flags.network === false) return undefined;
      return await readNetwork(environment, job, { network: await aws.network(), region, signal });
    },
    signal,
  };
}
