import { Command, Option } from "commander";
import { keyText } from "../api/object.ts";
import type { JobQueue } from "../api/v1alpha1/job-queue.ts";
import { JobQueueKind } from "../api/v1alpha1/kinds.ts";
import { queueNameOf } from "../controllers/naming.ts";
import { kubeStore } from "../kube/client.ts";
import { systemClock } from "../runtime/clock.ts";
import { realCloud } from "./cloud.ts";
import { diagnosisJson } from "./diagnose/json.ts";
import { readNetwork } from "./diagnose/network.ts";
import { readQueue } from "./diagnose/read.ts";
import { isHealthy, type QueueReport } from "./diagnose/report.ts";
import { diagnosisText } from "./diagnose/text.ts";
import { accountIds, ListOption, type OperatorFlags } from "./flags.ts";
import { CommandError, type Ending, exitCodes, type Io, styleOf } from "./io.ts";
import { apiServer, orCommandError } from "./kubernetes.ts";
import { readOnlyRegion } from "./read-only-region.ts";
import { defaultRequestsPerSecond } from "./settings.ts";
import { asciiOutput } from "./terminal/ascii.ts";
import { paintFor } from "./terminal/paint.ts";

interface DiagnoseFlags extends OperatorFlags {
  readonly namespace?: string;
  readonly kubeconfig?: string;
  readonly queue?: string;
  /** False: `--no-network`. */
  readonly network?: boolean;
  readonly output: "text" | "json";
}

const afterHelp = (program: string): string => `
The command only reads: AWS Batch with about ten calls, however many jobs the queue has, and EC2 and IAM for the path
from the subnets of its environments to AWS. With NAME it reads a JobQueue object from a cluster (--kubeconfig,
KUBECONFIG, or the pod's ServiceAccount). With --queue it reads any queue that the AWS credentials may see.

Examples:
  $ ${program} diagnose --namespace team main
  $ ${program} diagnose --queue arn:aws:batch:eu-west-1:123456789012:job-queue/team_main

Exit code: 0 if jobs start, or wait for an expected reason; 1 if a person has to fix something; 2 if the queue does not
exist or cannot be read.`;

export function diagnoseCommand(io: Io, ending: Ending): Command {
  const command = new Command("diagnose")
    .summary("explain why the jobs of a queue do not start, and how to fix it")
    .description("Explains why the jobs of a queue do not start, and how to fix it. Writes nothing.")
    .argument("[name]", "name of a JobQueue object")
    .option("-n, --namespace <name>", "namespace of the object (default: the kubeconfig's)")
    .option("--queue <name or arn>", "a queue in AWS, with or without an object")
    .option("--kubeconfig <file>", "kubeconfig of the object's cluster")
    .addOption(new Option("--region <region>", "region of --queue by name (default: from the AWS SDK's configuration)"))
    .addOption(
      new ListOption("--allowed-account-ids <ids>", "exit if the credentials belong to another account", accountIds),
    )
    .option("--no-network", "do not read EC2 and the path from the subnets to AWS")
    .addOption(new Option("-o, --output <format>", "format of the report").choices(["text", "json"]).default("text"));
  command.addHelpText("after", afterHelp(io.program));
  return command.action(ending(() => run(command.args[0], command.opts<DiagnoseFlags>(), io)));
}

async function run(name: string | undefined, flags: DiagnoseFlags, io: Io): Promise<number> {
  if ((name === undefined) === (flags.queue === undefined)) {
    throw new CommandError("give either NAME (a JobQueue object) or --queue (a queue in AWS)");
  }
  const report = name === undefined ? await ofAws(flags, io) : await ofObject(name, flags, io);
  show(report, flags, io);
  return isHealthy(report) ? exitCodes.done : exitCodes.failed;
}

interface Target {
  /** Name or ARN. */
  readonly queue: string;
  readonly region: string | undefined;
  readonly object?: string;
}

async function ofAws(flags: DiagnoseFlags, io: Io): Promise<QueueReport> {
  const { queue = "" } = flags;
  const region = regionIn(queue) ?? flags.region;
  return await reported({ queue, region }, flags, io);
}

/** @throws CommandError if it is the ARN of another resource */
function regionIn(queue: string): string | undefined {
  if (!queue.startsWith("arn:")) return undefined;
  const region = /^arn:[^:]+:batch:([^:]+):\d{12}:job-queue\/.+$/.exec(queue)?.[1];
  if (region === undefined)
    throw new CommandError(`${queue} is not the ARN of a job queue (arn:aws:batch:REGION:ACCOUNT:job-queue/NAME)`);
  return region;
}

async function ofObject(name: string, flags: DiagnoseFlags, io: Io): Promise<QueueReport> {
  const { interrupted: signal } = io;
  const server = apiServer(flags.kubeconfig, io.env, { clock: systemClock() });
  try {
    const store = kubeStore({
      api: server.api,
      random: Math.random,
      fieldManager: manager,
      reporter: { controller: manager, instance: manager },
      mayWrite() {
        throw new Error(onlyReads);
      },
    });
    const key = { namespace: flags.namespace ?? server.defaultNamespace, name };
    const found = await orCommandError(() => store.get(JobQueueKind, key, signal), exitCodes.unread, signal);
    if (found === undefined) {
      throw new CommandError(
        `JobQueue ${keyText(key)} does not exist; kubectl get jobqueues -A lists the existing ones`,
        {
          exitCode: exitCodes.unread,
        },
      );
    }
    const object = found as JobQueue;
    const target: Target = {
      queue: object.status?.arn ?? queueNameOf(object),
      region: object.spec.region ?? object.status?.region ?? flags.region,
      object: keyText(key),
    };
    return await reported(target, flags, io);
  } finally {
    await server.close();
  }
}

const manager = "aws-batch-operator-diagnose";
const onlyReads = "diagnose only reads";

async function reported(target: Target, flags: DiagnoseFlags, io: Io): Promise<QueueReport> {
  const { interrupted: signal } = io;
  const clock = systemClock();
  const cloud = await realCloud(
    target.region === undefined ? flags : { ...flags, region: target.region },
    io.env,
    signal,
  );
  const { account, region } = cloud;
  const options = { clock, requestsPerSecond: defaultRequestsPerSecond, why: onlyReads };
  const aws = await readOnlyRegion(cloud, region, options, signal);
  return await readQueue(target.queue, {
    batch: aws.batch,
    account,
    region,
    now: () => clock.now(),
    object: target.object,
    async networkOf(environment, job) {
      if (flags.network === false) return undefined;
      return await readNetwork(environment, job, { network: await aws.network(), region, signal });
    },
    signal,
  });
}

function show(report: QueueReport, { output }: DiagnoseFlags, io: Io): void {
  if (output === "json") {
    io.stdout.write(diagnosisJson(report));
    return;
  }
  const style = styleOf(io.stdout, io.env);
  const stream = style.unicode ? io.stdout : asciiOutput(io.stdout);
  const columns = io.stdout.isTerminal ? io.stdout.size().columns : 100;
  stream.write(diagnosisText(report, { paint: paintFor(style), columns }));
}
