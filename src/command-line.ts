/** What every program of commands does with a command line: help, flags from variables, errors for a person. */

import { type Command, CommanderError, InvalidArgumentError } from "commander";
import manifest from "../package.json" with { type: "json" };
import { AwsError } from "./aws/errors.ts";
import { applyEnvironment } from "./operator/flags.ts";
import {
  CommandError,
  type Ending,
  type Environment,
  exitCodes,
  type Io,
  OutputFailed,
  refuse,
} from "./operator/io.ts";
import { shell } from "./runtime/shell.ts";
import { visible } from "./runtime/visible.ts";
import { commandFree } from "./tools/piped-output.ts";
import { paragraphs } from "./tools/terminal/layout.ts";

/** A program's commands, `configured`; they may depend on which one is called. */
export type ProgramFor = (args: readonly string[], io: Io, ending: Ending) => Promise<Command>;

/**
 * Runs one command line, without the program's own name.
 * @returns the exit code
 */
export async function runCommandLine(args: readonly string[], given: Io, programFor: ProgramFor): Promise<number> {
  const io = { ...given, stdout: commandFree(given.stdout), stderr: commandFree(given.stderr) };
  let exitCode: number = exitCodes.done;
  const program = await programFor(args, io, (work) => async () => {
    exitCode = await work();
  });

  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (io.interrupted.aborted) {
      // Nobody has interrupted it, and an output that is cut has a message of its own.
      if (!(io.interrupted.reason instanceof OutputFailed)) io.stderr.write("interrupted\n");
      return exitCodes.failed;
    }
    if (error instanceof CommandError) {
      for (const message of error.messages) io.stderr.write(errorLine(message));
      return error.exitCode;
    }
    if (error instanceof AwsError) {
      const { message, operation } = error;
      io.stderr.write(errorLine(message.includes(operation) ? message : `${operation}: ${message}`));
      return exitCodes.failed;
    }
    throw error;
  }
}

/**
 * Gives each command of a program what all have: where it writes, its help, flags from variables.
 * @param variables how the environment variables of its flags begin, e.g. `AWS_BATCH_OPERATOR_`
 */
export function configured(program: Command, io: Io, variables: string): Command {
  program.version(manifest.version, "-V, --version", "print the version");
  const values = new Map(program.commands.map((command) => [command, new Values(command)]));
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .showSuggestionAfterError()
      .helpOption("-h, --help", "print help")
      .configureOutput({
        writeOut: (text) => io.stdout.write(paragraphs(text, helpWidth(io.stdout))),
        writeErr: (text) => io.stderr.write(text),
        outputError: (text, write) => {
          for (const message of values.get(command)?.refused ?? []) write(errorLine(message));
          write(oneLine(`${text.trimEnd()}${hint(text, command)}`));
        },
        getOutHelpWidth: () => helpWidth(io.stdout),
        getErrHelpWidth: () => helpWidth(io.stderr),
      });
  }
  return program.hook("preAction", (_program, action) => {
    requireTlsVerification(io.env);
    const refused = values.get(action)?.end() ?? [];
    refuse([...refused, ...applyEnvironment(action, io.env, variables)]);
  });
}

/** The values of a command's options: one that is refused does not keep the others from being read. */
class Values {
  readonly refused: string[] = [];
  #isRead = false;

  constructor({ options }: Command) {
    for (const option of options) {
      const { parseArg } = option;
      if (parseArg === undefined) continue;
      option.argParser((text, before) => {
        try {
          return parseArg(text, before);
        } catch (error) {
          if (!(error instanceof InvalidArgumentError) || this.#isRead) throw error;
          this.refused.push(`option '${option.flags}' argument '${text}' is invalid. ${error.message}`);
          // Of no option: nothing runs by it, and it is not an empty one.
          return before ?? true;
        }
      });
    }
  }

  /** The command line is read: what comes from elsewhere is refused there. @returns what was refused, in words */
  end(): readonly string[] {
    this.#isRead = true;
    return this.refused;
  }
}

/**
 * What is probably meant: by an argument of a command that takes files by a flag alone, a file; by -f without a value, where
 * a command follows, what it means elsewhere.
 */
function hint(text: string, { options, args, registeredArguments }: Command): string {
  const follows = options.some(({ long }) => long === "--follow");
  if (follows && text.includes("'-f, --filename <dir>' argument missing")) return " To follow the job give -F.";
  const takesFiles = registeredArguments.length === 0 && options.some(({ long }) => long === "--filename");
  const [file] = args;
  if (!takesFiles || file === undefined || !text.includes("too many arguments")) return "";
  return shell` Did you mean -f ${file}?`;
}

/**
 * Node obeys this variable in every connection of the process, also in those of the AWS SDK that have credentials.
 * @throws CommandError if it turns off the verification of certificates
 */
function requireTlsVerification(env: Environment): void {
  if (env["NODE_TLS_REJECT_UNAUTHORIZED"] !== "0") return;
  throw new CommandError(
    "NODE_TLS_REJECT_UNAUTHORIZED=0 lets anybody in the network read and change what is sent to AWS and the API server: unset it. For a private CA set NODE_EXTRA_CA_CERTS, or certificate-authority in the kubeconfig; only insecure-skip-tls-verify in the kubeconfig turns verification off, for that API server",
  );
}

function helpWidth(output: Io["stdout"]): number {
  return output.isTerminal ? output.size().columns : 80;
}

function errorLine(message: string): string {
  return oneLine(`error: ${message}`);
}

function oneLine(text: string): string {
  return `${visible(text.trim().replace(/\s*\n\s*/g, " "))}\n`;
}
