import type { Answer } from "./http-answer.ts";
import { Refusal } from "./refusals.ts";
import type { SimulatedAws } from "./simulated-aws.ts";

/**
 * The control API in addition to AWS's APIs:
 * - `GET /_simulator/log` and `GET /_simulator/history`: all calls, all changes of state;
 * - `GET /_simulator/truth`: environments, queues, definitions and roles as they are, without staleness;
 * - `POST /_simulator/jobs`: submits jobs, `{jobQueue, jobDefinition, jobName?, count?, durationMs?, exitCode?}`.
 */
export function controlAnswer(aws: SimulatedAws, method: string, url: URL, body: () => object): Answer {
  switch (`${method} ${url.pathname}`) {
    case "GET /_simulator/log":
      return json(aws.log);
    case "GET /_simulator/history":
      return json(aws.history);
    case "GET /_simulator/truth":
      return json({
        computeEnvironments: aws.truth.computeEnvironments(),
        jobQueues: aws.truth.jobQueues(),
        jobDefinitions: aws.truth.jobDefinitions(),
        roles: aws.truth.roles(),
        instanceProfiles: aws.truth.instanceProfiles(),
      });
    case "POST /_simulator/jobs":
      return json(submitJobs(aws, body()));
    default:
      throw new Refusal("UnknownOperationException", 404, `the simulator does not know ${method} ${url.pathname}`);
  }
}

function submitJobs(aws: SimulatedAws, body: object): { readonly jobIds: readonly string[] } {
  const given = body as Readonly<Record<string, unknown>>;
  const text = (key: string, fallback?: string): string => {
    const value = given[key] ?? fallback;
    if (typeof value !== "string") throw new Refusal("SerializationException", 400, `${key} must be a string`);
    return value;
  };
  const number = (key: string, fallback: number): number => {
    const value = given[key] ?? fallback;
    if (typeof value !== "number") throw new Refusal("SerializationException", 400, `${key} must be a number`);
    return value;
  };
  const request = {
    jobName: text("jobName", "job"),
    jobQueue: text("jobQueue"),
    jobDefinition: text("jobDefinition"),
  };
  const plan = { durationMs: number("durationMs", aws.knobs.jobDurationMs), exitCode: number("exitCode", 0) };
  const count = Math.min(1000, number("count", 1));
  const jobIds = Array.from({ length: count }, () => aws.outside.submitPlannedJob(request, plan).jobId ?? "");
  return { jobIds };
}

function json(value: unknown): Answer {
  return { status: 200, contentType: "application/json", body: JSON.stringify(value) };
}
