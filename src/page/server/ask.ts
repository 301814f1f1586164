import type { Kind } from "../../api/object.ts";
import { BatchComputeEnvironmentKind, BatchJobKind, JobQueueKind } from "../../api/v1alpha1/kinds.ts";
import { type Answer, jobStatuses, type PastList } from "./model.ts";
import { pastList } from "./past.ts";
import { idOf } from "./snapshot.ts";
import type { World } from "./world.ts";

const unread: Answer<never> = { problem: "AWS is not read: start the command without --no-aws." };
const gone: Answer<never> = { problem: "This object does not exist any more." };

/** Of which kinds of objects the page asks a question. */
const askedOf: Readonly<Record<string, readonly Kind[]>> = {
  network: [BatchComputeEnvironmentKind],
  queue: [JobQueueKind],
  jobs: [JobQueueKind],
  job: [JobQueueKind, BatchJobKind],
  log: [JobQueueKind, BatchJobKind],
};

/**
 * Answers one question of the page: `past` of all environments, or of one object what `askedOf` has.
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
  const kinds = Object.hasOwn(askedOf, question) ? askedOf[question] : undefined;
  if (kinds === undefined) return undefined;
  if (questions === undefined) return unread;
  if (object === undefined || !kinds.some(({ kind }) => kind === object.kind)) return gone;
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
