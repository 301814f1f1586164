import { Command } from "commander";
import { port, positive } from "../operator/flags.ts";
import { CommandError, type Ending, exitCodes, type Io, refuse } from "../operator/io.ts";
import { systemClock } from "../runtime/clock.ts";
import { serveBatch } from "../simulator/http.ts";
import { Refusal } from "../simulator/refusals.ts";
import { simulatedRegions } from "../simulator/regions.ts";
import type { SimulatedAws } from "../simulator/simulated-aws.ts";
import { environmentFor } from "../simulator/start.ts";
import { describeIn, readAccount, submitPossible } from "./simulated-account.ts";
import { simulatedRegion } from "./simulated-cloud.ts";
import { simulatedAccountFile } from "./validation/manifests.ts";
import { problemText } from "./validation/problem.ts";

interface SimulatorFlags {
  readonly port: number;
  readonly host: string;
  readonly speed: number;
  readonly region: string;
  readonly filename?: string;
}

const served = `
Supported: AWS Batch; roles, policies and instance profiles of IAM; GetCallerIdentity of STS; GetLogEvents of CloudWatch
Logs; and the calls of EC2 that create, describe and delete VPCs, subnets, route tables, internet and NAT gateways, elastic
IP addresses, security groups and VPC endpoints, so that boto3 or Terraform can create the network first. Until a network
is created, every subnet and security group in a request exists. Unsupported calls fail with InvalidAction.

Jobs run, but not their images. The commands echo, sleep, exit, true, false and test do what they say, also in a script of sh -c; every
other command takes a minute, prints nothing and succeeds. Other outcomes are planned by the name of a job, in the section
outcomes of simulated-aws.conf (-f) or over HTTP, on paths that AWS does not have:
  POST /_simulator/outcomes       {"job": "train-*", "indices": [3], "attempts": [{"exitCode": 137}, {"end": "InstanceLost"}]}
  POST /_simulator/exit           {"jobId": "...", "exitCode": 1}   the container of a running job exits now
  POST /_simulator/lose-instance  {"jobId": "..."}                  EC2 takes the instance of a job away now
  POST /_simulator/jobs           {"jobQueue": "...", "jobDefinition": "...", "count": 10, "durationMs": 60000}
  GET  /_simulator/truth, /_simulator/history, /_simulator/log      what is there, what changed, what was called
docs/simulator.md describes them.`;

export function simulatorCommand(io: Io, ending: Ending): Command {
  const command = new Command("simulator")
    .summary("serve a simulated AWS Batch over HTTP")
    .description("Serves a simulated AWS account over HTTP, for any AWS SDK or the AWS CLI, until interrupted.")
    .option("--port <port>", "port to listen on; 0 = any free port", port, 4566)
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--speed <n>", "speed of time relative to AWS", positive, 1)
    .option(
      "--region <region>",
      "region of requests that are not signed; every other region begins empty",
      simulatedRegion,
    )
    .option("-f, --filename <dir>", "directory with simulated-aws.conf, which describes the account, as for local")
    .addHelpText("after", served);
  return command.action(ending(() => simulator(command.opts<SimulatorFlags>(), io)));
}

async function simulator(flags: SimulatorFlags, io: Io): Promise<number> {
  const { region, speed, host } = flags;
  const inRegion = simulatedRegions({ clock: systemClock(speed), random: Math.random, region });
  if (flags.filename !== undefined) describe(inRegion, flags.filename);
  const served = await serve(inRegion, flags);
  const variables = Object.entries(environmentFor(served.url, region)).map(([name, value]) => `${name}=${value}`);
  io.stdout.write(
    `A simulated AWS Batch (account ${inRegion(region).account}, ${region}${speed === 1 ? "" : `, ${speed}× speed`}) is at ${served.url}\n` +
      `To use it:  export ${variables.join(" ")}\n` +
      (host === "127.0.0.1" ? "" : "It accepts any credentials: restrict who can reach it.\n") +
      "The account is lost when it stops (Ctrl-C).\n",
  );
  await until(io.interrupted);
  await served.close();
  return exitCodes.done;
}

/** @throws CommandError if the description is missing or wrong */
function describe(inRegion: ReturnType<typeof simulatedRegions>, directory: string): void {
  const { account, problems } = readAccount(directory);
  refuse(problems.map(problemText));
  if (account === undefined) throw new CommandError(`${directory} has no ${simulatedAccountFile}`);
  const aws = describedRegion(inRegion, account.region);
  describeIn(aws, account);
  let waiting = account.jobs ?? [];
  aws.onChange(({ kind }) => {
    if (kind !== "job") waiting = submitPossible(aws, waiting);
  });
}

function describedRegion(inRegion: ReturnType<typeof simulatedRegions>, region: string | undefined): SimulatedAws {
  try {
    return inRegion(region);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new CommandError(`${simulatedAccountFile}: region: ${error.message}`, { cause: error });
  }
}

async function serve(inRegion: ReturnType<typeof simulatedRegions>, { port: requestedPort, host }: SimulatorFlags) {
  try {
    return await serveBatch(inRegion, { port: requestedPort, host });
  } catch (error) {
    if (error instanceof Error && "code" in error) {
      const hint = error.code === "EADDRINUSE" ? "; choose another --port, or 0 for any free port" : "";
      throw new CommandError(`cannot listen on ${host}:${requestedPort}: ${error.message}${hint}`, { cause: error });
    }
    throw error;
  }
}

function until(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
