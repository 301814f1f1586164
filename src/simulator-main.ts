import type { Command } from "commander";
import { configured, runCommandLine } from "./command-line.ts";
import type { Ending, Io } from "./operator/io.ts";
import { runProcess } from "./process.ts";
import { simulatorCommand } from "./tools/simulator.ts";

/** The simulator as a program of its own, for whoever tests what uses AWS Batch. */

const name = "aws-batch-simulator";

async function programFor(_args: readonly string[], io: Io, ending: Ending): Promise<Command> {
  return configured(simulatorCommand(io, ending).name(name), io, "AWS_BATCH_SIMULATOR_");
}

runProcess(
  (args, io) => runCommandLine(args, io, programFor),
  () => name,
);
