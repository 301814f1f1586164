import { appendFileSync, readFileSync } from "node:fs";
import type { Environment } from "../../src/operator/io.ts";
import { workflowCommand } from "../../src/tools/workflow-commands.ts";
import { markerOf, type PullRequest, putComment } from "./comment.ts";

/** What the GitHub Action does: `validate`, `plan`, the summary of the job, and a comment on the pull request. */

export interface ActionPorts {
  readonly env: Environment;
  /** Runs a command line of the operator; `stdout` is what it printed there. */
  readonly command: (args: readonly string[]) => Promise<{ readonly exitCode: number; readonly stdout: string }>;
  /** Prints for the log of the job, where GitHub reads its commands. */
  readonly print: (text: string) => void;
  readonly send?: typeof fetch;
}

/**
 * @returns the exit code of the step: 1 where manifests are invalid or AWS cannot be read, 4 where an object is blocked,
 *   otherwise 0. The output `exit-code` has that of the plan.
 */
export async function runAction({ env, command, print, send }: ActionPorts): Promise<number> {
  const path = required(env, "PLAN_PATH");
  const clusterName = env["PLAN_CLUSTER_NAME"] || "default";
  const validated = await command(["validate", "-f", path, "-o", "github"]);
  print(validated.stdout);
  if (validated.exitCode !== 0) {
    output(env, 1);
    return 1;
  }
  const region = env["PLAN_REGION"] ? ["--region", env["PLAN_REGION"]] : [];
  const more = (env["PLAN_ARGUMENTS"] ?? "").split(/\s+/).filter((argument) => argument !== "");
  const args = ["plan", "-f", path, "-o", "markdown", "--cluster-name", clusterName, ...region, ...more];
  const { exitCode, stdout: markdown } = await command(args);
  output(env, exitCode);
  if (exitCode === 1) return 1;
  append(env, "GITHUB_STEP_SUMMARY", markdown);
  const pull = pullRequestIn(env);
  if (pull !== undefined && env["PLAN_COMMENT"] !== "false") {
    try {
      await putComment(pull, markerOf(path, clusterName), markdown, send);
    } catch (error) {
      // The token of a pull request from a fork may only read: the plan is in the summary.
      print(workflowCommand("warning", {}, `there is no comment on the pull request: ${String(error)}`));
    }
  }
  return exitCode === 4 ? 4 : 0;
}

function output(env: Environment, exitCode: number): void {
  append(env, "GITHUB_OUTPUT", `exit-code=${exitCode}\n`);
}

function append(env: Environment, variable: string, text: string): void {
  appendFileSync(required(env, variable), text);
}

/** @throws Error if it is missing or empty */
function required(env: Environment, variable: string): string {
  const value = env[variable];
  if (!value) throw new Error(`${variable} is missing: the action sets it`);
  return value;
}

/** The pull request of the event; undefined: the event has none. */
function pullRequestIn(env: Environment): PullRequest | undefined {
  const event = JSON.parse(readFileSync(required(env, "GITHUB_EVENT_PATH"), "utf8")) as {
    readonly pull_request?: { readonly number: number };
  };
  const number = event.pull_request?.number;
  if (number === undefined) return undefined;
  const repository = `${required(env, "GITHUB_API_URL")}/repos/${required(env, "GITHUB_REPOSITORY")}`;
  return { repository, number, token: required(env, "PLAN_TOKEN"), graphql: required(env, "GITHUB_GRAPHQL_URL") };
}
