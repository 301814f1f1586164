import { BatchComputeEnvironmentKind, JobQueueKind } from "../../api/v1alpha1/kinds.ts";
import { type Answer, jobStatuses, type PastList } from "./model.ts";
import { pastList } from "./past.ts";
import { idOf } from "./snapshot.ts";
import type { World } from "./world.ts";

const unread: Answer<never> = { problem: "AWS is not read: start the command without --no-aws." };
const gone: Answer<never> = { problem: "This object does not exist any more." };

/**
 * Answers one question of the page: `past` of all environments, or of one object `network`,
 * `queue`, `jobs`, `job` or `log`.
 *
 * @param about `of`: ID of the object; `status` of the jobs, `id` of the job, `attempt` of the log
 * @returns undefined: there is no such question
 */
export async function answerTo(
  world: World,
  question: string,
  about: URLSearchParams,
  signal: AbortSignal,
): Promise<Answer<unknown> | undefined> {
  if (question === "past") return await past(world, signal);
  const { questions } = world;
  const object = world.objects().find((one) => idOf(one) === about.get("of"));
  if (!["network", "queue", "jobs", "job", "log"].includes(question)) return undefined;
  if (questions === undefined) return unread;
  const kind = question === "network" ? BatchComputeEnvironmentKind : JobQueueKind;
  if (object?.kind !== kind.kind) return gone;
  if (question === "network") return await questions.network(object, signal);
  if (question === "queue") return await questions.queue(object, signal);
  const id = about.get("id") ?? "";
  if (question === "job") return await questions.job(object, id, signal);
  if (question === "log") {
    const attempt = Number(about.get("attempt"));
    return Number.isInteger(attempt) && attempt > 0 ? await questions.log(object, { id, attempt }, signal) : undefined;
  }
  const status = jobStatuses.find((one) => one === about.get("status"));
  return status === undefined ? undefined : await questions.jobs(object, status, signal);
}

async function past(world: World, signal: AbortSignal): Promise<Answer<PastList>> {
  const events = await world.eventsOfKind(BatchComputeEnvironmentKind, signal);
  return "problem" in events ? events : { data: pastList(world.objects(), events.data) };
}
