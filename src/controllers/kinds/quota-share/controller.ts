import { withinAnnotation } from "../../../api/v1alpha1/annotations.ts";
import { QuotaShareKind } from "../../../api/v1alpha1/kinds.ts";
import type { QuotaShare } from "../../../api/v1alpha1/quota-share.ts";
import { nameIn } from "../../../aws/names.ts";
import type { Reconciler } from "../../../runtime/object-reconciler.ts";
import type { CountedJobs } from "../../draining/counted-jobs.ts";
import type { Ports } from "../../ports.ts";
import { askedReconciler } from "../resource/controller.ts";
import { act } from "./act.ts";
import type { Action } from "./action.ts";
import { eventsFor } from "./events.ts";
import { observe } from "./observe.ts";
import { planFor } from "./plan.ts";
import { report } from "./report.ts";
import type { Seen } from "./seen.ts";

/** Keeps AWS Batch quota shares as their objects say. */
export function quotaShares(ports: Ports): Reconciler {
  const counts: CountedJobs = new Map();
  return askedReconciler<QuotaShare, Seen, Action>(
    {
      kind: QuotaShareKind,
      observe: (object, region, signal) => observe(object, region, ports, counts, signal),
      plan: planFor,
      act,
      report,
      events: eventsFor,
      annotations: (_object, { record, queue }) => {
        if (record !== undefined) return { [withinAnnotation]: nameIn(record.jobQueueArn) };
        return queue?.kind === "queue" ? { [withinAnnotation]: queue.queue.jobQueueName } : {};
      },
    },
    ports,
  );
}
