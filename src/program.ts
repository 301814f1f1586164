/** The door of the tools: every command of the program. Each is a file in `tools`, and a folder of its name where it needs more. */

import { Command } from "commander";
import { configured, runCommandLine } from "./command-line.ts";
import { operatorVariables } from "./operator/flags.ts";
import type { Ending, Io } from "./operator/io.ts";

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
  "Manages AWS Batch as Kubernetes objects: compute environments, job queues, job definitions, scheduling policies, service environments, quota shares, consumable resources, roles, networks and jobs. Changes them without an outage, and deletes them in an order that cannot block.";

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

/** Runs one command line of the operator and its tools. @returns the exit code */
export function runCli(args: readonly string[], given: Io): Promise<number> {
  return runCommandLine(args, given, programFor);
}

/** The program with the command in these arguments, or with all commands if there is none. */
export async function programFor(args: readonly string[], io: Io, ending: Ending): Promise<Command> {
  const program = new Command(io.program)
    .description(description)
    .helpCommand(false)
    .addHelpText("after", examples(io.program));
  for (const load of commandsFor(args)) program.addCommand((await load())(io, ending));
  return configured(program, io, operatorVariables);
}

/** The named command; without one all of them, for the help. */
function commandsFor(args: readonly string[]) {
  const name = args.find((arg) => !arg.startsWith("-"));
  const named = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  return named === undefined ? Object.values(commands) : [named];
}
