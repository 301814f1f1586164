import { BatchComputeEnvironmentKind, JobQueueKind } from "../../api/v1alpha1/kinds.ts";
import { type Answer, jobStatuses } from "./model.ts";
import { idOf } from "./snapshot.ts";
import type { World } from "./world.ts";

const unread: Answer<never> = { problem: "AWS is not read: start the command without --no-aws." };
const gone: Answer<never> = { problem: "This object does not exist any more." };

/**
 * Answers one question of the page: `network`, `queue`, `jobs` or `job`.
 *
 * @param about `of`: ID of the object; `status` of the jobs, `id` of the job
 * @returns undefined: there is no such question
 */
export async function answerTo(
  world: World,
  question: string,
  about: URLSearchParams,
  signal: AbortSignal,
): Promise<Answer<unknown> | undefined> {
  const { questions } = world;
  const object = world.objects().find((one) => idOf(one) === about.get("of"));
  if (!["network", "queue", "jobs", "job"].includes(question)) return undefined;
  if (questions === undefined) return unread;
  const kind = question === "network" ? BatchComputeEnvironmentKind : JobQueueKind;
  if (object?.kind !== kind.kind) return gone;
  if (question === "network") return await questions.network(object, signal);
  if (question === "queue") return await questions.queue(object, signal);
  if (question === "job") return await questions.job(object, about.get("id") ?? "", signal);
  const status = jobStatuses.find((one) => one === about.get("status"));
  return status === undefined ? undefined : await questions.jobs(object, status, signal);
}
