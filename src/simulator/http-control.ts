import type { Answer } from "./http-answer.ts";
import { courseIn, membersOf, outcomeIn } from "./http-members.ts";
import { Refusal } from "./refusals.ts";
import type { SimulatedAws } from "./simulated-aws.ts";

/**
 * The control API in addition to AWS's APIs:
 * - `GET /_simulator/log` and `GET /_simulator/history`: all calls, all changes of state;
 * - `GET /_simulator/truth`: environments, queues, definitions, jobs and roles as they are, without staleness;
 * - `POST /_simulator/outcomes`: how jobs go that are submitted from now on, `{job, indices?, attempts}` as
 *   `PlannedOutcome` describes it;
 * - `POST /_simulator/jobs`: submits jobs, `{jobQueue, jobDefinition, jobName?, count?}` and the members of an attempt;
 * - `POST /_simulator/exit`: the container of a running job exits now, `{jobId, exitCode?}`;
 * - `POST /_simulator/lose-instance`: EC2 takes the instance of a started job away now, `{jobId}`.
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
        jobs: aws.truth.jobs(),
        roles: aws.truth.roles(),
        instanceProfiles: aws.truth.instanceProfiles(),
      });
    case "POST /_simulator/outcomes":
      aws.outside.planJobs(outcomeIn(body()));
      return json({});
    case "POST /_simulator/jobs":
      return json(submitJobs(aws, body()));
    case "POST /_simulator/exit": {
      const given = membersOf(body());
      const [jobId, exitCode] = [given.text("jobId"), given.number("exitCode", 0)];
      acting(() => aws.outside.exitJob(jobId, exitCode));
      return json({});
    }
    case "POST /_simulator/lose-instance": {
      const jobId = membersOf(body()).text("jobId");
      acting(() => aws.outside.loseInstance(jobId));
      return json({});
    }
    default:
      throw new Refusal("UnknownOperationException", 404, `the simulator does not know ${method} ${url.pathname}`);
  }
}

function submitJobs(aws: SimulatedAws, body: object): { readonly jobIds: readonly string[] } {
  const given = membersOf(body);
  const request = {
    jobName: given.text("jobName", "job"),
    jobQueue: given.text("jobQueue"),
    jobDefinition: given.text("jobDefinition"),
  };
  const course = courseIn(body);
  const planned = Object.keys(course).length === 0 ? undefined : course;
  const submit = (): string | undefined => aws.outside.submitPlannedJob(request, planned).jobId;
  const count = Math.min(1000, given.number("count", 1));
  return { jobIds: Array.from({ length: count }, () => submit() ?? "") };
}

/** @throws Refusal for a job in another state than the caller takes it to be */
function acting(act: () => void): void {
  try {
    act();
  } catch (error) {
    throw new Refusal("ConflictException", 409, error instanceof Error ? error.message : String(error));
  }
}

function json(value: unknown): Answer {
  return { status: 200, contentType: "application/json", body: JSON.stringify(value) };
}
