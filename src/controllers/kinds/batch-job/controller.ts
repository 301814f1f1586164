import type { KubeObject } from "../../../api/object.ts";
import type { BatchJob, BatchJobStatus } from "../../../api/v1alpha1/batch-job.ts";
import { BatchJobKind, ConsumableResourceKind } from "../../../api/v1alpha1/kinds.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import type { Change } from "../../../runtime/cache.ts";
import type { Reconciler, Report } from "../../../runtime/object-reconciler.ts";
import { OneAtATime } from "../../../runtime/one-at-a-time.ts";
import { StoreError } from "../../../runtime/store.ts";
import { isFinalized } from "../../pass/directives.ts";
import { reconcilerOf } from "../../pass/pass.ts";
import type { Ports } from "../../ports.ts";
import { namesReferred } from "../../references/asked-names.ts";
import { isReadAsked } from "../resource/observe.ts";
import { act } from "./act.ts";
import type { Action } from "./action.ts";
import { events } from "./events.ts";
import { intentAnnotation, intentOf } from "./intent.ts";
import type { JobCircles } from "./job-circles.ts";
import { forget, handOver, newMemory } from "./memory.ts";
import { observe, refresh } from "./observe.ts";
import type { Observing } from "./observing.ts";
import { plan } from "./plan.ts";
import { report } from "./report.ts";
import type { Seen } from "./seen.ts";
import { shownInMs } from "./shown-status.ts";
import type { Turns } from "./submission-turns.ts";
import { turnOf, waitsForTurn } from "./turn.ts";

/** What jobs that are submitted in turn need of the runtime. */
export interface JobsRuntime {
  /** Calls the listener after each change of a `BatchJob`. */
  readonly onChange: (listener: (change: Change) => void) => void;
  /** Those of all jobs, which wake whoever is found on one. */
  readonly circles: JobCircles;
  /** The lines of all jobs, which wake whoever's turn it is. */
  readonly turns: Turns;
}

/** Submits the job of each `BatchJob` once, follows it, and keeps its result. */
export function batchJobs(ports: Ports, { onChange, circles, turns }: JobsRuntime): Reconciler {
  const memory = newMemory();
  const searches = new Map<string, OneAtATime>();
  const around = (region: BatchRegion, signal: AbortSignal): Observing => {
    const ofRegion = searches.get(region.region) ?? new OneAtATime();
    searches.set(region.region, ofRegion);
    return { region, ports, memory, searches: ofRegion, circles, signal };
  };
  const consumablesOf = (object: BatchJob): readonly string[] =>
    namesReferred(BatchJobKind, ConsumableResourceKind, object, ports.objects);
  onChange((change) => {
    const { origin, before, after } = change;
    if (before !== undefined && before.metadata.uid !== after?.metadata.uid) {
      forget(memory, before);
      // One that was never submitted has no finalizer, and thousands may come and go.
      reconciler.forget(before.metadata.uid);
      turns.forget(before.metadata.uid);
    }
    if (after !== undefined && !ports.reconciles(after)) handOver(memory, after);
    if (after !== undefined && origin === "list" && isUnnoted(after)) memory.unasked.add(after.metadata.uid);
    circles.changed(change);
    if (after !== undefined && !waitsForTurn(after as BatchJob, ports, memory)) turns.forget(after.metadata.uid);
  });
  const reconciler = reconcilerOf<BatchJob, Seen, Action>(
    {
      kind: BatchJobKind,
      observe: (object, region, signal) => observe(object, around(region, signal)),
      refresh: (object, region, _sinceMs, signal) => refresh(object, around(region, signal)),
      isRead: (object, region) => isReadAsked("consumableResources", consumablesOf(object), region),
      notYet: async (object, region, signal) => {
        if (!waitsForTurn(object, ports, memory)) return undefined;
        const turn = await turnOf(object, around(region, signal), turns);
        if (turn === "now") return undefined;
        return { kind: "passedOver", until: turn === "later" ? "onChange" : "othersHadTheirTurn" };
      },
      plan,
      moreInMs: ({ job }) => shownInMs(job),
      hasOwn: ({ job }) => job.kind === "known" && job.record !== undefined,
      act: (action, object, region, signal) =>
        act(action, object, {
          jobs: region.jobsOfObjects,
          ports,
          memory,
          signal,
          onSend: (uid) => turns.sent(uid),
        }),
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
  return {
    kind: BatchJobKind,
    async reconcile(given: KubeObject, context): Promise<Report> {
      const object = given as BatchJob;
      const { uid } = object.metadata;
      if (!waitsForTurn(object, ports, memory)) turns.forget(uid);
      let goesOn = false;
      try {
        const reported = await reconciler.reconcile(object, context);
        goesOn = isOnItsWay(reported) && waitsForTurn(object, ports, memory);
        return reported;
      } catch (error) {
        // The API server would refuse the others too.
        goesOn = error instanceof StoreError && error.mayPass;
        throw error;
      } finally {
        turns.end(uid, goesOn);
      }
    },
  };
}

/** Nothing on the object says that anything was sent for it. */
function isUnnoted(object: KubeObject): boolean {
  const { status } = object as BatchJob;
  return !isFinalized(object) && intentOf(object) === undefined && status?.jobId === undefined;
}

/** A pass that reports nothing goes on, or could not read yet. AWS's throttling is for all alike. */
function isOnItsWay({ status }: Report): boolean {
  if (status === undefined) return true;
  const { conditions = [] } = status as BatchJobStatus;
  return conditions.some(({ type, reason }) => type === "Ready" && reason === "Throttled");
}
