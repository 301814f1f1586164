/** Which jobs have a place in a line, and when it is the turn of one: see `submission-turns.ts`. */

import type { BatchJob } from "../../../api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../../api/v1alpha1/kinds.ts";
import { directivesOf } from "../../pass/directives.ts";
import type { Ports } from "../../ports.ts";
import { type Memory, rememberedOf } from "./memory.ts";
import { waitsForJobs } from "./observe.ts";
import type { Observing } from "./observing.ts";
import { queueOf } from "./references.ts";
import { recordedResult } from "./result.ts";
import type { Turn, Turns } from "./submission-turns.ts";
import { isInDoubt } from "./unknown-submission.ts";

/**
 * Whether the object is a job that is still to be submitted, in turn. One of which it is unknown whether AWS has a job is not:
 * it searches for that job meanwhile. In a fair-share queue, which alone takes shares, no job is behind one of another share.
 */
export function waitsForTurn(
  object: BatchJob,
  { settings, reconciles, processId, cluster }: Ports,
  memory: Memory,
): boolean {
  const { metadata, spec, status } = object;
  const { deleting, paused, dryRun } = directivesOf(object, settings);
  const isHeld = deleting || paused || dryRun || spec.suspend === true || spec.cancel === true;
  const { sent, submitted } = rememberedOf(memory, metadata.uid);
  const isSent = sent !== undefined || submitted !== undefined || status?.jobId !== undefined;
  if (isHeld || isSent || spec.shareIdentifier !== undefined) return false;
  if (recordedResult(object) !== undefined || !reconciles(object)) return false;
  return !isInDoubt(object, processId(), cluster.takeOverUid);
}

/**
 * The turn of a job that waits for one. What may not use its queue, or not yet, or waits for another job, gets no place: it is
 * reported at once.
 */
export async function turnOf(object: BatchJob, around: Observing, turns: Turns): Promise<Turn> {
  const { uid } = object.metadata;
  if (turns.has(uid)) return turns.begin(uid);
  if (waitsForJobs(object, around)) return "now";
  const queue = await queueOf(object, around);
  if (queue.kind !== "resolved") return "now";
  // It may have changed since the pass began, which has woken it, or be gone: nobody would take it out of the line again.
  const kept = around.ports.objects.get(BatchJobKind, object.metadata) as BatchJob | undefined;
  const waits = kept?.metadata.uid === uid && waitsForTurn(kept, around.ports, around.memory);
  return waits ? turns.join(object, `${around.region.region}/${queue.name}`) : "later";
}
