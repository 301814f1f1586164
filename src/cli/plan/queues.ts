import type { JobQueue } from "../../api/v1alpha1/job-queue.ts";
import { type Choice, choose } from "../../controllers/choose.ts";
import { newMemory, observe } from "../../controllers/job-queue/observe.ts";
import { planFor } from "../../controllers/job-queue/plan.ts";
import type { Seen } from "../../controllers/job-queue/seen.ts";
import type { Ports } from "../../controllers/ports.ts";
import { noJobs } from "./entry.ts";
import { type EntryBody, heldBy, notesOf } from "./held.ts";
import type { ReadRegion } from "./region.ts";

/** What becomes of a job queue. */
export async function queueEntry(
  object: JobQueue,
  region: ReadRegion,
  ports: Ports,
  signal: AbortSignal,
): Promise<EntryBody> {
  const seen = await observe(object, region, ports, newMemory(), signal);
  const now = ports.clock.now();
  const decision = choose(planFor(object, seen, now), now);
  const { change } = decision;
  const creates = change.action === "Create";
  return {
    awsName: seen.queueName,
    action: creates ? "create" : change.action === "None" ? "none" : "update",
    title: creates
      ? `is created as ${seen.queueName}, on ${environmentsOf(seen)}`
      : change.action === "None"
        ? "stays as it is"
        : change.action === "UpdateTags"
          ? "gets other tags in place"
          : "is updated in place",
    fields: creates ? [] : change.changes,
    queues: [],
    jobs: noJobs,
    blocked: heldBy(object, decision) ?? missing(decision),
    notes: notesOf(decision, false),
  };
}

function environmentsOf({ entries }: Seen): string {
  return entries.map((entry) => ("key" in entry ? `${entry.key.namespace}/${entry.key.name}` : entry.name)).join(", ");
}

/** A reference to nothing: the environments that are only planned are not meant. */
function missing({ conditions }: Choice<unknown>): string | undefined {
  const found = conditions.find(({ type, status }) => type === "ReferencesResolved" && status === "False");
  return found === undefined ? undefined : `${found.reason}: ${found.message}`;
}
