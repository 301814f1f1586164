import type { BatchJob } from "../../../api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../../api/v1alpha1/kinds.ts";
import { neverHappened } from "../../../aws/calls.ts";
import type { JobsOfObjects } from "../../../aws/jobs-of-objects.ts";
import type { Ports } from "../../ports.ts";
import type { Action } from "./action.ts";
import { intentAnnotation } from "./intent.ts";
import { type Memory, remember, rememberedOf } from "./memory.ts";

/** What the actions are carried out with. */
export interface Doing {
  readonly jobs: JobsOfObjects;
  readonly ports: Pick<Ports, "clock" | "store" | "processId">;
  readonly memory: Memory;
  readonly signal: AbortSignal;
  /** The request for the job of this uid is about to leave. */
  readonly onSend: (uid: string) => void;
}

/**
 * Carries out one action.
 * @throws AwsError, StoreError, NotSent
 */
export async function act(action: Action, object: BatchJob, doing: Doing): Promise<void> {
  const { jobs, ports, memory, signal } = doing;
  const { uid } = object.metadata;
  switch (action.kind) {
    case "intend": {
      const { attempt, queue } = action;
      const annotations = intentAnnotation({ uid, attempt, at: ports.clock.now(), by: ports.processId(), queue });
      await ports.store.patchMetadata(BatchJobKind, object, { annotations }, signal);
      return;
    }
    case "submit":
      await submit(action, uid, doing);
      return;
    case "end": {
      const { jobId, purpose, reason } = action;
      if (purpose === "duplicate") await jobs.cancel(jobId, reason, signal);
      else await jobs.terminate(jobId, reason, signal);
      const ended = { ...rememberedOf(memory, uid).ended, [jobId]: ports.clock.monotonic() };
      remember(memory, uid, { ended, searched: undefined });
      return;
    }
    case "tag":
      await jobs.changeTags(action.jobArn, action.change, signal);
      remember(memory, uid, { taggedAt: ports.clock.monotonic() });
      return;
    case "expire":
      await ports.store.deleteObject(BatchJobKind, object, signal);
      return;
  }
}

/** From here on the note is used, whatever comes of the request, unless it certainly was not accepted. */
async function submit(
  { attempt, request }: Extract<Action, { kind: "submit" }>,
  uid: string,
  { jobs, ports, memory, signal, onSend }: Doing,
): Promise<void> {
  remember(memory, uid, { sent: { attempt, endedAt: Number.POSITIVE_INFINITY }, searched: undefined });
  try {
    const submitted = await jobs.submit(request, signal, () => onSend(uid));
    remember(memory, uid, { submitted, sent: { attempt, endedAt: ports.clock.monotonic() } });
  } catch (error) {
    const sent = neverHappened(error) ? undefined : { attempt, endedAt: ports.clock.monotonic() };
    remember(memory, uid, { sent });
    throw error;
  }
}
