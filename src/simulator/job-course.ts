import { type CommandRun, type Line, runCommand } from "./job-command.ts";
import type { AttemptCourse, PlannedOutcome } from "./outcome.ts";
import type { StoredJob } from "./stored-job.ts";

export function isPlannedBy({ job, indices }: PlannedOutcome, name: string, index: number | undefined): boolean {
  const hasName = job.endsWith("*") ? name.startsWith(job.slice(0, -1)) : name === job;
  return hasName && (indices === undefined || (index !== undefined && indices.includes(index)));
}

/** What one container of a job prints, and where. */
export interface ContainerLog {
  readonly group: string;
  readonly stream: string;
  readonly lines: readonly Line[];
}

/** The present attempt of a job, from its start on. */
export interface Attempt {
  readonly durationMs: number;
  readonly exitCode: number;
  readonly logs: readonly ContainerLog[];
}

/** The course of the present attempt, as far as it was planned. */
export function plannedCourse({ courses = [], attempts }: StoredJob): AttemptCourse {
  return courses[Math.min(attempts.length, courses.length - 1)] ?? {};
}

/**
 * What the present attempt of a job does, once it runs.
 *
 * @param defaultMs duration of a command that the simulator does not know
 */
export function attemptOf(job: StoredJob, defaultMs: number): Attempt {
  const planned = plannedCourse(job);
  const containers = containersOf(job);
  const runs = containers.map(({ container }): CommandRun => {
    const run = runCommand(commandOf(job, container), environmentOf(job, container.environment));
    return run ?? { durationMs: defaultMs, exitCode: 0, lines: [] };
  });
  const deciding = runs.filter((_run, index) => containers[index]?.container.essential !== false);
  const lines = planned.log?.map((text): Line => ({ afterMs: 0, text }));
  return {
    durationMs: planned.durationMs ?? Math.max(...deciding.map(({ durationMs }) => durationMs)),
    exitCode: planned.exitCode ?? deciding.find(({ exitCode }) => exitCode !== 0)?.exitCode ?? 0,
    logs: containers.flatMap(({ container, stream }, index) =>
      stream === undefined ? [] : [{ group: groupOf(container), stream, lines: lines ?? runs[index]?.lines ?? [] }],
    ),
  };
}

interface Container {
  readonly name?: string | undefined;
  readonly command?: readonly string[] | undefined;
  readonly environment?:
    | readonly { readonly name?: string | undefined; readonly value?: string | undefined }[]
    | undefined;
  readonly essential?: boolean | undefined;
  readonly logConfiguration?:
    | { readonly logDriver?: string | undefined; readonly options?: Readonly<Record<string, string>> | undefined }
    | undefined;
}

/** The containers of a job, each with its log stream in CloudWatch Logs, if it has one. */
export function containersOf(job: StoredJob): readonly { readonly container: Container; readonly stream?: string }[] {
  const { containerProperties, ecsProperties, eksProperties, nodeProperties } = job.definition;
  if (eksProperties !== undefined) {
    // What pods print goes where a collector of the cluster sends it.
    const containers = eksProperties.podProperties?.containers ?? [];
    return containers.map(({ name, command, args = [], env }) => {
      const environment = (env ?? []).map((one) => ({ name: one.name, value: one.value }));
      return { container: { name, command: [...(command ?? []), ...args], environment } };
    });
  }
  const given: readonly Container[] =
    ecsProperties?.taskProperties?.[0]?.containers ??
    [containerProperties ?? nodeProperties?.nodeRangeProperties?.[0]?.container].filter((one) => one !== undefined);
  return given.map((container) => {
    const stream = streamOf(job, container);
    return { container, ...(stream === undefined ? {} : { stream }) };
  });
}

/** The name of the log stream; undefined while there is no task, and with another log driver. */
export function streamOf(
  { definition, place }: StoredJob,
  { name = "default", logConfiguration }: Container,
): string | undefined {
  const { logDriver = "awslogs", options } = logConfiguration ?? {};
  if (place === undefined || logDriver !== "awslogs") return undefined;
  const prefix = options?.["awslogs-stream-prefix"] ?? definition.jobDefinitionName?.slice(0, 200);
  return `${prefix}/${name}/${place.taskArn.split("/").at(-1)}`;
}

function groupOf({ logConfiguration }: Container): string {
  return logConfiguration?.options?.["awslogs-group"] ?? "/aws/batch/job";
}

/** The command with the values of its parameters. */
function commandOf({ definition, request }: StoredJob, { command = [] }: Container): readonly string[] {
  const parameters: Readonly<Record<string, string>> = { ...definition.parameters, ...request.parameters };
  return command.map((word) =>
    word.replace(/Ref::([\w-]+)/g, (all, name: string) =>
      Object.hasOwn(parameters, name) ? (parameters[name] ?? "") : all,
    ),
  );
}

/** Its variables, with those that Batch sets. */
function environmentOf(job: StoredJob, own: Container["environment"] = []): Readonly<Record<string, string>> {
  const { id, child, attempts, queueArn, place } = job;
  const { numNodes, mainNode } = job.definition.nodeProperties ?? {};
  return {
    ...Object.fromEntries(own.map(({ name = "", value = "" }) => [name, value] as const)),
    AWS_BATCH_JOB_ID: id,
    AWS_BATCH_JOB_ATTEMPT: String(attempts.length + 1),
    AWS_BATCH_JQ_NAME: lastPart(queueArn),
    AWS_BATCH_CE_NAME: lastPart(place?.environmentArn ?? ""),
    ...(child === undefined ? {} : { AWS_BATCH_JOB_ARRAY_INDEX: String(child.index) }),
    // Of the nodes, the main one runs its command; it alone gets no address of the main node.
    ...(numNodes === undefined ? {} : nodeVariables(numNodes, mainNode ?? 0)),
  };
}

function nodeVariables(numNodes: number, mainNode: number): Readonly<Record<string, string>> {
  return {
    AWS_BATCH_JOB_NUM_NODES: String(numNodes),
    AWS_BATCH_JOB_NODE_INDEX: String(mainNode),
    AWS_BATCH_JOB_MAIN_NODE_INDEX: String(mainNode),
  };
}

export function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
