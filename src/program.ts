import { Command, CommanderError } from "commander";
import manifest from "../package.json" with { type: "json" };
import { AwsError } from "./aws/errors.ts";
import { applyEnvironment } from "./operator/flags.ts";
import { CommandError, type Ending, type Environment, exitCodes, type Io, OutputFailed } from "./operator/io.ts";
import { shell } from "./runtime/shell.ts";
import { visible } from "./runtime/visible.ts";
import { commandFree } from "./tools/piped-output.ts";

/** In the order of the help. Loaded on demand, so that a long-running `run` does not keep the code of `local` in memory. */
const commands: Readonly<Record<string, () => Promise<(io: Io, ending: Ending) => Command>>> = {
  run: async () => (await import("./operator/run.ts")).runCommand,
  local: async () => (await import("./tools/local.ts")).localCommand,
  ui: async () => (await import("./page/ui.ts")).uiCommand,
  validate: async () => (await import("./tools/validate.ts")).validateCommand,
  plan: async () => (await import("./tools/plan.ts")).planCommand,
  import: async () => (await import("./tools/import.ts")).importCommand,
  submit: async () => (await import("./tools/submit.ts")).submitCommand,
  retry: async () => (await import("./tools/retry.ts")).retryCommand,
  jobs: async () => (await import("./tools/jobs.ts")).jobsCommand,
  logs: async () => (await import("./tools/logs.ts")).logsCommand,
  cancel: async () => (await import("./tools/cancel.ts")).cancelCommand,
  diagnose: async () => (await import("./tools/diagnose.ts")).diagnoseCommand,
  release: async () => (await import("./operator/release.ts")).releaseCommand,
  "iam-policy": async () => (await import("./tools/iam-policy.ts")).iamPolicyCommand,
  simulator: async () => (await import("./tools/simulator.ts")).simulatorCommand,
  "self-test": async () => (await import("./operator/self-test.ts")).selfTestCommand,
  "uninstall-check": async () => (await import("./operator/uninstall-check.ts")).uninstallCheckCommand,
};

const description =
  "Manages AWS Batch as Kubernetes objects: compute environments, job queues, job definitions, scheduling policies, service environments, quota shares, consumable resources and jobs. Changes them without an outage, and deletes them in an order that cannot block.";

function examples(program: string): string {
  return `
Examples:
  $ ${program} local -f examples/quickstart --simulate
  $ ${program} validate -f manifests/
  $ ${program} plan -f manifests/ --cluster-name production
  $ ${program} run --kubeconfig ~/.kube/config

Every flag is also an environment variable, e.g. AWS_BATCH_OPERATOR_CLUSTER_NAME for --cluster-name.
AWS credentials and endpoints come from the AWS SDK's configuration (AWS_PROFILE, AWS_ENDPOINT_URL, ...).`;
}

/**
 * Runs one command line, without the program's own name.
 * @returns the exit code
 */
export async function runCli(args: readonly string[], given: Io): Promise<number> {
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
      io.stderr.write(oneLine(`error: ${error.message}`));
      return error.exitCode;
    }
    if (error instanceof AwsError) {
      const { message, operation } = error;
      io.stderr.write(oneLine(`error: ${message.includes(operation) ? message : `${operation}: ${message}`}`));
      return exitCodes.failed;
    }
    throw error;
  }
}

/** The program with the command in these arguments, or with all commands if there is none. */
export async function programFor(args: readonly string[], io: Io, ending: Ending): Promise<Command> {
  const program = new Command(io.program)
    .description(description)
    .version(manifest.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand(false)
    .addHelpText("after", examples(io.program));
  for (const load of commandsFor(args)) program.addCommand((await load())(io, ending));
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .showSuggestionAfterError()
      .helpOption("-h, --help", "print help")
      .configureOutput({
        writeOut: (text) => io.stdout.write(text),
        writeErr: (text) => io.stderr.write(text),
        outputError: (text, write) => write(oneLine(`${text.trimEnd()}${hint(text, command)}`)),
        getOutHelpWidth: () => helpWidth(io.stdout),
        getErrHelpWidth: () => helpWidth(io.stderr),
      });
  }
  return program.hook("preAction", (_program, action) => {
    requireTlsVerification(io.env);
    applyEnvironment(action, io.env);
  });
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

/** The named command; without one all of them, for the help. */
function commandsFor(args: readonly string[]) {
  const name = args.find((arg) => !arg.startsWith("-"));
  const named = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  return named === undefined ? Object.values(commands) : [named];
}

function helpWidth(output: Io["stdout"]): number {
  return output.isTerminal ? output.size().columns : 100;
}

function oneLine(text: string): string {
  return `${visible(text.trim().replace(/\s*\n\s*/g, " "))}\n`;
}
