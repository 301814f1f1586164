import { Command, Option } from "commander";
import type { KubeObject } from "../api/object.ts";
import { type CloudWithLogs, realCloud } from "../operator/cloud.ts";
import {
  accountIds,
  clusterName,
  ListOption,
  logLevelOption,
  type OperatorFlags,
  port,
  positive,
  regionName,
} from "../operator/flags.ts";
import { CommandError, type Ending, exitCodes, type Io } from "../operator/io.ts";
import { apiServer } from "../operator/kubernetes.ts";
import { namespaceNames } from "../operator/run/options.ts";
import { systemClock } from "../runtime/clock.ts";
import { pinoLog } from "../runtime/log.ts";
import type { LocalParts } from "../tools/local/start.ts";
import { local } from "../tools/local.ts";
import { ApiSilence } from "./server/api-silence.ts";
import { AwsReader, unreadAws } from "./server/aws-reader.ts";
import { openCluster } from "./server/cluster-world.ts";
import { localWorld } from "./server/local-world.ts";
import { questions } from "./server/questions.ts";
import { Regions } from "./server/regions.ts";
import { type ServedPage, servePage } from "./server/serve.ts";
import type { World } from "./server/world.ts";

export interface UiFlags extends OperatorFlags {
  readonly filename?: string;
  readonly simulate?: boolean;
  readonly speed?: number;
  readonly kubeconfig?: string;
  readonly namespace?: readonly string[];
  /** False: `--no-aws`. */
  readonly aws: boolean;
  readonly port: number;
}

const afterHelp = (program: string): string => `
The page shows which queue uses which environment, what a replacement does at the moment, and what a person has to
approve. It only reads: a cluster by a watch, AWS Batch with at most two calls a second while the page is open. Only this
machine reaches it, at the address that the command prints, which contains a random token. Ctrl-C ends it.

With -f DIR --simulate it runs the operator on a directory of manifests and a simulated AWS, as local does.

Examples:
  $ ${program} ui --kubeconfig ~/.kube/config
  $ ${program} ui -f examples/blue-green-story/1-first --simulate --speed 10

Exit code: 0 after Ctrl-C; 1 if a manifest or a flag is invalid; 2 if the cluster cannot be read.`;

/** @param run gets the flags; replaced in tests */
export function uiCommand(io: Io, ending: Ending, run: typeof ui = ui): Command {
  const command = new Command("ui")
    .summary("show queues, environments and replacements on a page in the browser")
    .description("Serves a page for the browser, with the objects of a cluster or of a directory. Changes nothing.")
    .option("--kubeconfig <file>", "kubeconfig of the cluster (default: KUBECONFIG, then the pod's ServiceAccount)")
    .addOption(new ListOption("-n, --namespace <names>", "namespaces of the objects (default: all)", namespaceNames))
    .option("-f, --filename <dir>", "with --simulate: directory of the manifests")
    .option("--simulate", "run the operator on the directory, with a simulated AWS in this process")
    .option("--speed <n>", "with --simulate: how many times faster time passes", positive)
    .addOption(new Option("--cluster-name <name>", "with --simulate: cluster name").argParser(clusterName))
    .addOption(
      new Option(
        "--region <region>",
        "region of objects without spec.region (default: from the AWS SDK's configuration)",
      ).argParser(regionName),
    )
    .addOption(
      new ListOption("--allowed-account-ids <ids>", "exit if the credentials belong to another account", accountIds),
    )
    .option("--no-aws", "do not read AWS: only what the objects report")
    .option("--port <port>", "port to listen on; 0 = any free port", port, 0)
    .addOption(logLevelOption("warn"));
  command.addHelpText("after", afterHelp(io.program));
  return command.action(ending(() => run(command.opts<UiFlags>(), io)));
}

async function ui(flags: UiFlags, io: Io): Promise<number> {
  const { filename, simulate = false, kubeconfig, namespace, speed } = flags;
  if (filename === undefined && !simulate) {
    if (speed !== undefined)
      throw new CommandError("--speed needs -f DIR --simulate, because the speed of AWS is fixed");
    return await ofCluster(flags, io);
  }
  if (filename === undefined || !simulate) throw new CommandError("give both -f DIR and --simulate, or a --kubeconfig");
  if (kubeconfig !== undefined || namespace !== undefined) {
    throw new CommandError("--kubeconfig and -n are for a cluster: leave them out with -f DIR --simulate");
  }
  return await local(flags, io, (parts) => ofDirectory(parts, flags));
}

/** Real time: a person waits for the page. */
const realClock = systemClock();

async function ofDirectory(parts: LocalParts, { port }: UiFlags): Promise<ServedPage> {
  const { cloud, store, clock } = parts;
  const { account, region } = cloud;
  const regions = new Regions(cloud, { clock: realClock, requestsPerSecond: 200 });
  const asked = { account, with: regions.with, now: () => clock.now() };
  const aws = new AwsReader({ ...asked, region, objects: () => store.objects(), pauseMs: 500 });
  const world = localWorld(parts, aws, questions(asked));
  return await servePage(world, { clock: realClock, port });
}

/** Two calls a second are a fifth of what AWS grants an account. */
function readingOf(cloud: CloudWithLogs, objects: () => readonly KubeObject[]): Pick<World, "aws" | "questions"> {
  const { account, region } = cloud;
  const regions = new Regions(cloud, { clock: realClock, requestsPerSecond: 2 });
  const asked = { account, with: regions.with, now: () => realClock.now() };
  return { aws: new AwsReader({ ...asked, region, objects, pauseMs: 10_000 }), questions: questions(asked) };
}

async function ofCluster(flags: UiFlags, io: Io): Promise<number> {
  const { interrupted: signal } = io;
  const level = flags.logLevel ?? "warn";
  const log = pinoLog({ clock: realClock, level, destination: { write: (line) => io.stderr.write(line) } });
  const silence = new ApiSilence(() => realClock.now());
  const onAnswer = (_method: string, status: number | undefined) => silence.onAnswer(status);
  const server = apiServer(flags.kubeconfig, io.env, { clock: realClock, onAnswer });
  try {
    const { api, context } = server;
    const { namespace: namespaces } = flags;
    const cluster = await openCluster({ api, namespaces, clock: realClock, random: Math.random, log }, signal);
    const cloud = flags.aws ? await realCloud(flags, io.env, signal) : undefined;
    const objects = () => cluster.objects();
    const world: World = {
      about: {
        source: context,
        aws: cloud === undefined ? undefined : `${cloud.label}, ${cloud.region}`,
        speed: 1,
        hasKubectl: true,
      },
      problems: () => silence.problems,
      objects,
      eventsOf: (object, inner) => cluster.eventsOf(object, inner),
      eventsOfKind: (kind, inner) => cluster.eventsOfKind(kind, inner),
      ...(cloud === undefined ? { aws: unreadAws, questions: undefined } : readingOf(cloud, objects)),
    };
    const served = await servePage(world, { clock: realClock, port: flags.port });
    io.stdout.write(`open ${served.url}\n`);
    await cluster.follow(signal);
    await served.close();
    return exitCodes.done;
  } finally {
    await server.close();
  }
}
