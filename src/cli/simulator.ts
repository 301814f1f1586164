import { Command } from "commander";
import { systemClock } from "../runtime/clock.ts";
import { serveBatch } from "../simulator/http.ts";
import { simulatedRegions } from "../simulator/regions.ts";
import { port, positive } from "./flags.ts";
import { CommandError, type Ending, exitCodes, type Io } from "./io.ts";
import { simulatedRegion } from "./simulated-cloud.ts";

interface SimulatorFlags {
  readonly port: number;
  readonly host: string;
  readonly speed: number;
  readonly region: string;
}

const served = `
Supported: AWS Batch; roles, policies and instance profiles of IAM; GetCallerIdentity of STS; and the calls of EC2 that
create, describe and delete VPCs, subnets, route tables, internet and NAT gateways, elastic IP addresses, security groups
and VPC endpoints, so that boto3 or Terraform can create the network first. Until a network is created, every subnet and
security group in a request exists. Unsupported calls fail with InvalidAction.`;

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
    .addHelpText("after", served);
  return command.action(ending(() => simulator(command.opts<SimulatorFlags>(), io)));
}

async function simulator(flags: SimulatorFlags, io: Io): Promise<number> {
  const { region, speed, host } = flags;
  const inRegion = simulatedRegions({ clock: systemClock(speed), random: Math.random, region });
  const served = await serve(inRegion, flags);
  const variables = [
    `AWS_ENDPOINT_URL=${served.url}`,
    `AWS_REGION=${region}`,
    // Version 1 of the AWS CLI, and boto3, read only this one.
    `AWS_DEFAULT_REGION=${region}`,
    "AWS_ACCESS_KEY_ID=simulated",
    "AWS_SECRET_ACCESS_KEY=simulated",
  ];
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
