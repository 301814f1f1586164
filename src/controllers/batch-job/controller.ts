import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../api/v1alpha1/kinds.ts";
import type { BatchRegion } from "../../aws/region.ts";
import type { Reconciler } from "../../runtime/object-reconciler.ts";
import { reconcilerOf } from "../pass.ts";
import type { Ports } from "../ports.ts";
import { act } from "./act.ts";
import type { Action } from "./action.ts";
import { events } from "./events.ts";
import { intentAnnotation } from "./intent.ts";
import { newMemory } from "./memory.ts";
import { observe, refresh } from "./observe.ts";
import { plan } from "./plan.ts";
import { report } from "./report.ts";
import type { Seen } from "./seen.ts";

/** Submits the job of each `BatchJob` once, follows it, and keeps its result. */
export function batchJobs(ports: Ports): Reconciler {
  const memory = newMemory();
  const around = (region: BatchRegion, signal: AbortSignal) => ({ region, ports, memory, signal });
  return reconcilerOf<BatchJob, Seen, Action>(
    {
      kind: BatchJobKind,
      observe: (object, region, signal) => observe(object, around(region, signal)),
      refresh: (object, region, _sinceMs, signal) => refresh(object, around(region, signal)),
      plan,
      act: (action, object, region, signal) =>
        act(action, object, { jobs: region.jobsOfObjects, ports, memory, signal }),
      status: report,
      events,
      annotations: (object, { job, processId, queue, observedAt }) => {
        if (job.kind !== "none" || job.intent !== undefined || queue.kind !== "resolved") return {};
        const { uid } = object.metadata;
        return intentAnnotation({ uid, attempt: 1, at: observedAt, by: processId, queue: queue.name });
      },
    },
    ports,
  );
}
