/** The stories: the operator itself on the account. */

import { answerOf } from "../account/account.ts";
import { lateRole, prefixOf, type Run, rolePath, tagKey } from "../names/renaming.ts";
import { policiesOf, trustOf } from "../stage/roles.ts";
import { adoptedName, manifestsFor, roleArn } from "./manifests.ts";
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
  { id: "an import with nothing but adoption", play: adoption },
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
  const log = await stage.command(0, "logs", jobId);
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

/** What others have made is described by `import`, and taken over by tags alone. */
async function adoption(stage: StoryStage): Promise<void> {
  const { run, account, directory, identity } = stage;
  const name = adoptedName(run);
  for (const [operation, input] of callsOfOthers(run, name)) {
    await answerOf(account.batch, operation, input);
    await stage.seen(`what ${operation} has made is VALID`, ({ environments, queues }) =>
      [...environments, ...queues].every(({ status }) => status === "VALID"),
    );
  }
  const report = await stage.command(0, "import", "--names", name, "-n", "default", "-f", directory, ...identity);
  if (!report.includes("3 adoptions, nothing else"))
    throw new StoryFailed(`import plans more than adoptions: ${report}`);
  const { fargate, queue, definition } = manifestsFor(run);
  stage.holds(fargate(name), queue(name), definition(name, []));
  const flags = ["--adoptable-names", `default/${name}`];
  await stage.command(2, "plan", "-f", directory, ...identity, ...flags);
  const before = stage.written();
  if (before.length > 0) throw new StoryFailed(`import and plan have called ${before.join(", ")}`);
  await stage.until("ready", ...flags);
  const other = stage.written().filter((operation) => operation !== "TagResource");
  if (other.length > 0) throw new StoryFailed(`the adoption called ${other.join(", ")} too`);
  await stage.command(0, "plan", "-f", directory, ...identity, ...flags);
  await stage.until("absent", "--delete", ...flags);
}

/** An environment, a queue and a job definition, as another tool would make them. */
function callsOfOthers(run: Run, name: string): readonly (readonly [operation: string, input: object])[] {
  const tags = { [tagKey]: run.id };
  const { fargate, definition } = manifestsFor(run);
  const { computeResources } = fargate(name).spec;
  const { type, platformCapabilities, containerProperties } = definition(name, ["echo", "theirs"]).spec;
  const environment = { computeEnvironmentName: name, type: "MANAGED", computeResources };
  const order = [{ order: 1, computeEnvironment: name }];
  return [
    ["RegisterJobDefinition", { jobDefinitionName: name, type, platformCapabilities, containerProperties, tags }],
    ["CreateComputeEnvironment", { ...environment, tags }],
    ["CreateJobQueue", { jobQueueName: name, priority: 1, computeEnvironmentOrder: order, tags }],
  ];
}

function jobIdIn(lines: StoryLines): string {
  for (const { status } of lines) {
    const { jobId } = (status ?? {}) as { jobId?: string };
    if (jobId !== undefined) return jobId;
  }
  throw new StoryFailed("the operator has submitted no job");
}

type StoryLines = readonly (Readonly<Record<string, unknown>> & { readonly status?: unknown })[];
