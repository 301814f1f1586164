/**
 * `npm run conformance`: tries what this project believes of AWS Batch in an account, and removes what it has made. Exit 0 when
 * nothing differs, 1 when something does or is left, 2 when it did not begin.
 */

import { writeFile } from "node:fs/promises";
import process from "node:process";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError } from "commander";
import { sleep, systemClock } from "../src/runtime/clock.ts";
import { shellCommand } from "../src/runtime/shell.ts";
import { acceptFile } from "./accept-file.ts";
import { policyFor } from "./account/policy.ts";
import { isOfAws, type SdkSettings, sdkAccount } from "./account/sdk.ts";
import { semantics } from "./facts/table.ts";
import { isForLog, type Progress, progressLine } from "./progress.ts";
import { cleanRun, conform, exitCodes, type Ports, type Request } from "./run/conform.ts";
import { Interrupted } from "./run/interrupted.ts";
import { callerOf } from "./run/ready.ts";
import { runStories } from "./run/stories.ts";
import { forwardTo } from "./stories/forward.ts";
import { machineHere } from "./stories/machine.ts";

interface Options {
  readonly region?: string;
  readonly profile?: string;
  readonly endpointUrl?: string;
  readonly subnet?: string;
  readonly securityGroup?: string;
  readonly makeNetwork?: boolean;
  readonly instances?: boolean;
  readonly speed?: number;
  readonly only?: string;
  readonly stories?: boolean;
  readonly yes?: boolean;
  readonly printPolicy?: boolean;
  readonly clean?: string;
  readonly accept?: string;
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("It is not a number above 0.");
}

const options: Options = new Command("npm run conformance --")
  .description("Tries what this project believes of AWS Batch in an account, and removes what it has made.")
  .option("--region <region>", "of AWS, e.g. eu-west-1; all but --accept need it")
  .option("--profile <name>", "of the AWS CLI's files, for the credentials")
  .option("--endpoint-url <url>", "of all services, e.g. the simulator's; without it AWS itself")
  .option("--speed <n>", "of the simulator at the endpoint, as its own --speed", positive)
  .option("--subnet <id>", "that the environments name (one of the default VPC)")
  .option("--security-group <id>", "that the environments name (the default group of the subnet's VPC)")
  .option("--make-network", "make a VPC with a subnet and an internet gateway for the run, and no NAT gateway")
  .option("--instances", "try what needs an instance, too: one small one starts, for less than 10 cents")
  .option("--only <text>", "only facts, or stories, with this text in their name")
  .option(
    "--stories",
    "run the operator itself on the account, instead of trying facts: jobs run, for less than a cent",
  )
  .option("--yes", "do not ask before the first write")
  .option("--print-policy", "print the permissions that a run with the same options needs, and do nothing else")
  .option("--clean <run>", "remove what is left of a run that was killed, and do nothing else")
  .option("--accept <file>", "take a result into the facts and the simulator's durations, and do nothing else")
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? exitCodes.agrees : exitCodes.notStarted))
  .parse()
  .opts();

const speed = options.speed ?? 1;
if (speed !== 1 && options.endpointUrl === undefined) {
  process.stderr.write("--speed is of a simulator at --endpoint-url: AWS has one speed\n");
  process.exit(exitCodes.notStarted);
}
const clock = systemClock(speed);
const interrupt = new AbortController();
const timeUntil = (signal?: AbortSignal): Ports["time"] => ({
  now: () => clock.monotonic(),
  pause: (milliseconds) => sleep(clock, milliseconds, signal),
});

let shown: Progress | undefined;
const hosts = new Set<string>();
const sdkSettings = (region: string): SdkSettings => ({
  region,
  asked: (host) => void hosts.add(host),
  ...(options.profile === undefined ? {} : { profile: options.profile }),
  ...(options.endpointUrl === undefined ? {} : { endpoint: options.endpointUrl }),
});
const portsIn = (region: string): Ports => ({
  account: sdkAccount(sdkSettings(region)),
  of: () => ([...hosts].every(isOfAws) ? "AWS" : "another endpoint"),
  time: timeUntil(interrupt.signal),
  timeToClean: timeUntil(),
  print(text) {
    if (process.stderr.isTTY && shown !== undefined) process.stderr.write("\r\u001b[K");
    process.stdout.write(`${text}\n`);
  },
  say(progress) {
    const columns = (process.stderr.columns || 80) - 1;
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${progressLine(progress, columns)}`);
    else if (isForLog(progress, shown)) process.stderr.write(`${progressLine(progress, 200)}\n`);
    shown = progress;
  },
  async confirm() {
    if (options.yes === true) return true;
    if (!process.stdin.isTTY) throw new Error("nobody is there to ask: read the page above, then give --yes");
    const line = createInterface({ input: process.stdin, output: process.stdout });
    // A terminal that is read by lines does not send Ctrl-C to the process.
    line.once("SIGINT", () => interrupt.abort(new Interrupted()));
    try {
      const answer = await line.question("Go on? Type yes: ", { signal: interrupt.signal });
      return answer.trim() === "yes";
    } finally {
      line.close();
    }
  },
  cleaning(id) {
    const { profile, endpointUrl } = options;
    const flags = [
      "--region",
      region,
      ...(endpointUrl === undefined ? [] : ["--endpoint-url", endpointUrl]),
      ...(speed === 1 ? [] : ["--speed", String(speed)]),
      ...(profile === undefined ? [] : ["--profile", profile]),
    ];
    return shellCommand(["npm", "run", "conformance", "--", ...flags, "--clean", id]);
  },
  async write(name, text) {
    const file = fileURLToPath(new URL(name, import.meta.url));
    await writeFile(file, text);
    process.stdout.write(`\nThe result is in conformance/${name}. It has nothing of the account.\n`);
  },
});

// Ctrl-C, what ends a job of CI, and a terminal that is closed.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (interrupt.signal.aborted) process.exit(exitCodes.differs);
    process.stderr.write(
      "\nRemoving what the run has made. Ctrl-C again ends at once; --clean then removes the rest.\n",
    );
    interrupt.abort(new Interrupted());
  });
}

async function main(): Promise<number> {
  const { region, clean } = options;
  if (options.accept !== undefined) {
    const written = await acceptFile(options.accept);
    process.stdout.write(written);
    return exitCodes.agrees;
  }
  if (region === undefined) throw new Error("name the region of AWS with --region, e.g. --region eu-west-1");
  const ports = portsIn(region);
  const permitted = { network: options.makeNetwork === true, instances: options.instances === true };
  if (options.printPolicy === true) {
    ports.print(JSON.stringify(policyFor({ ...(await callerOf(ports.account)), region }, permitted), undefined, 2));
    return exitCodes.agrees;
  }
  if (clean !== undefined) return cleanRun(clean, ports);
  const { subnet, securityGroup } = options;
  const given = {
    ...(subnet === undefined ? {} : { subnet }),
    ...(securityGroup === undefined ? {} : { securityGroup }),
  };
  if (options.stories === true && permitted.instances) {
    throw new Error("--instances is of the facts: the jobs of --stories run on Fargate");
  }
  if (permitted.network && Object.keys(given).length > 0) {
    throw new Error("--make-network has a subnet and a group of its own: leave out --subnet and --security-group");
  }
  const now = clock.now();
  const request: Request = {
    table: semantics,
    region,
    network: permitted.network ? "own" : given,
    instances: permitted.instances,
    only: options.only ?? "",
    // Of lower-case letters and digits, and another one in each second.
    id: Math.floor(now / 1000).toString(36),
    date: new Date(now).toISOString().slice(0, 10),
  };
  if (options.stories !== true) return conform(request, ports);
  const settings = sdkSettings(region);
  // The operator's own time is not that of a simulator.
  const real = systemClock();
  const time = { now: () => real.monotonic(), pause: (ms: number) => sleep(real, ms, interrupt.signal) };
  const forStories = { machine: machineHere(interrupt.signal), forward: forwardTo(settings), time };
  return runStories(request, { ...ports, ...forStories });
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = exitCodes.notStarted;
}
