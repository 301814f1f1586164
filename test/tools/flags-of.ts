import type { Command } from "commander";
import { applyEnvironment, operatorVariables } from "../../src/operator/flags.ts";
import { type Ending, type Environment, type Io, refuse } from "../../src/operator/io.ts";
import type { RunFlags } from "../../src/operator/run/options.ts";
import { runCommand } from "../../src/operator/run.ts";
import type { LocalFlags } from "../../src/tools/local/options.ts";
import { localCommand } from "../../src/tools/local.ts";
import { testIo } from "./streams.ts";

/** The flags of `run` as the command reads them from its arguments and the environment. */
export async function runFlagsOf(args: readonly string[], env: Environment = {}): Promise<RunFlags> {
  return await parsed<RunFlags>(args, env, (io, ending, take) => runCommand(io, ending, take));
}

/** The same of `local`. */
export async function localFlagsOf(args: readonly string[], env: Environment = {}): Promise<LocalFlags> {
  return await parsed<LocalFlags>(args, env, (io, ending, take) => localCommand(io, ending, take));
}

async function parsed<Flags>(
  args: readonly string[],
  env: Environment,
  commandOf: (io: Io, ending: Ending, take: (flags: Flags) => Promise<number>) => Command,
): Promise<Flags> {
  const { io } = testIo(env);
  let given: Flags | undefined;
  const ending = (work: () => Promise<number>) => async (): Promise<void> => void (await work());
  const command = commandOf(io, ending, async (flags) => {
    given = flags;
    return 0;
  });
  command.hook("preAction", (_program, action) => refuse(applyEnvironment(action, io.env, operatorVariables)));
  await command.parseAsync([...args], { from: "user" });
  if (given === undefined) throw new Error("the command did not run");
  return given;
}
