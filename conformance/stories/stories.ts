/** The stories: the operator itself on the account. */

import { answerOf } from "../account/account.ts";
import { lateRole, prefixOf, rolePath, tagKey } from "../names/renaming.ts";
import { policiesOf, trustOf } from "../stage/roles.ts";
import { manifestsFor, roleArn } from "./manifests.ts";
import { lastWords, StoryFailed, type StoryStage } from "./stage.ts";

export interface Story {
  readonly id: string;
  readonly play: (stage: StoryStage) => Promise<void>;
}

export const stories: readonly Story[] = [
  { id: "from nothing to hello world", play: helloWorld },
  { id: "a replacement while a job runs", play: replacement },
  { id: "deletions in three orders", play: deletions },
  { id: "a service role that is missing, and then made", play: missingRole },
  { id: "a job whose answer was lost", play: lostAnswer },
];

async function helloWorld(stage: StoryStage): Promise<void> {
  const { fargate, queue, definition, job } = manifestsFor(stage.run);
  await stage.apply(
    fargate("hello"),
    queue("hello"),
    definition("hello", ["echo", "hello world"]),
    job("hello", "hello", "hello"),
  );
  const { lines } = await stage.until("ready");
  const jobId = jobIdIn(lines);
  const log = await stage.command("logs", jobId);
  if (!log.includes("hello world")) throw new StoryFailed(`the log of job ${jobId} lacks hello world: ${log}`);
  await stage.until("absent", "--delete");
}

async function replacement(stage: StoryStage): Promise<void> {
  const { fargate, queue, definition, job } = manifestsFor(stage.run);
  await stage.apply(
    fargate("green"),
    queue("green"),
    definition("green", ["sleep", "180"]),
    job("green", "green", "green"),
  );
  const operator = stage.operator();
  const before = await stage.seen(
    "the job RUNS",
    ({ jobs }) => jobs.some(({ status }) => status === "RUNNING"),
    operator,
  );
  const [old] = before.environments.map((one) => one["computeEnvironmentName"]);
  await stage.apply(fargate("green", "FARGATE_SPOT"));
  const after = await stage.seen(
    "the first environment is gone",
    ({ environments }) =>
      environments.length === 1 && environments.every((one) => one["computeEnvironmentName"] !== old),
    operator,
  );
  const [ended] = after.jobs.map(({ status }) => status);
  if (ended !== "SUCCEEDED") throw new StoryFailed(`the job that ran before the replacement is ${String(ended)}`);
  await operator.stop();
  await stage.until("absent", "--delete");
}

/** A queue before its environment, both at once, and an environment from which its queue is taken at the same time. */
async function deletions(stage: StoryStage): Promise<void> {
  const { fargate, queue } = manifestsFor(stage.run);
  const names = ["queue-first", "moved", "together"];
  await stage.apply(...names.flatMap((name) => [fargate(name), queue(name)]));
  await stage.until("ready");
  const operator = stage.operator("--prune");
  const has = (all: readonly object[], name: string): boolean => JSON.stringify(all).includes(`_default_${name}`);
  await stage.seen("the operator has begun", () => operator.lines.length > 0, operator);
  await stage.apply(queue("moved", "queue-first"));
  await stage.remove(queue("queue-first"), queue("together"), fargate("together"), fargate("moved"));
  await stage.seen(
    "two queues and two environments are gone",
    ({ queues, environments }) => queues.length === 1 && environments.length === 1 && has(environments, "queue-first"),
    operator,
  );
  await operator.stop();
  await stage.until("absent", "--delete");
}

async function missingRole(stage: StoryStage): Promise<void> {
  const { run, account } = stage;
  const arn = roleArn(run, lateRole);
  await stage.apply(manifestsFor(run).unmanaged("late", arn));
  const operator = stage.operator();
  await stage.seen(
    "AWS finds the environment INVALID, or refuses it",
    ({ environments }) =>
      environments.some(({ status }) => status === "INVALID") ||
      operator.lines.some(({ reason }) => reason === "InvalidRequest"),
    operator,
  );
  const name = prefixOf(run) + lateRole;
  const role = { RoleName: name, Path: rolePath, AssumeRolePolicyDocument: trustOf("batch") };
  await answerOf(account.iam, "CreateRole", { ...role, Tags: [{ Key: tagKey, Value: run.id }] });
  const PolicyArn = policiesOf(run).get(name);
  await answerOf(account.iam, "AttachRolePolicy", { RoleName: name, PolicyArn });
  await stage.seen(
    "the environment is VALID",
    ({ environments }) => environments.some(({ status }) => status === "VALID"),
    operator,
  );
  await operator.stop();
  await stage.until("absent", "--delete");
}

async function lostAnswer(stage: StoryStage): Promise<void> {
  const { fargate, queue, definition, job } = manifestsFor(stage.run);
  await stage.apply(fargate("lost"), queue("lost"), definition("lost", ["echo", "once"]));
  await stage.until("ready");
  stage.proxy.cutNext("SubmitJob");
  await stage.apply(job("lost", "lost", "lost"));
  const operator = await stage.until("ready");
  const { jobs } = await stage.read();
  if (jobs.length !== 1) throw new StoryFailed(`AWS has ${jobs.length} jobs of one BatchJob: ${lastWords(operator)}`);
  await stage.until("absent", "--delete");
}

function jobIdIn(lines: StoryLines): string {
  for (const { status } of lines) {
    const { jobId } = (status ?? {}) as { jobId?: string };
    if (jobId !== undefined) return jobId;
  }
  throw new StoryFailed("the operator has submitted no job");
}

type StoryLines = readonly (Readonly<Record<string, unknown>> & { readonly status?: unknown })[];
