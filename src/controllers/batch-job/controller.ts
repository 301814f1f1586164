import type { KubeObject, ObjectKey } from "../../api/object.ts";
import type { BatchJob, BatchJobStatus } from "../../api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../api/v1alpha1/kinds.ts";
import type { BatchRegion } from "../../aws/region.ts";
import type { Change } from "../../runtime/cache.ts";
import type { Again } from "../../runtime/controller.ts";
import type { Reconciler, Report } from "../../runtime/object-reconciler.ts";
import { StoreError } from "../../runtime/store.ts";
import { directivesOf } from "../directives.ts";
import { reconcilerOf } from "../pass.ts";
import type { Ports } from "../ports.ts";
import { isReadAsked } from "../resource/observe.ts";
import { act } from "./act.ts";
import type { Action } from "./action.ts";
import { namesConsumables } from "./consumables.ts";
import { events } from "./events.ts";
import { intentAnnotation, intentOf } from "./intent.ts";
import { lineOf } from "./line.ts";
import { forget, handOver, type Memory, newMemory, rememberedOf } from "./memory.ts";
import { observe, refresh } from "./observe.ts";
import { plan } from "./plan.ts";
import { report } from "./report.ts";
import { recordedResult } from "./result.ts";
import type { Seen } from "./seen.ts";
import { Turns } from "./turns.ts";

/** What jobs that are submitted in turn need of the runtime. */
export interface JobsRuntime {
  /** Calls the listener after each change of a `BatchJob`. */
  readonly onChange: (listener: (change: Change) => void) => void;
  /** Queues a `BatchJob`. */
  readonly wake: (key: ObjectKey) => void;
}

/** Submits the job of each `BatchJob` once, follows it, and keeps its result. */
export function batchJobs(ports: Ports, { onChange, wake }: JobsRuntime): Reconciler {
  const memory = newMemory();
  const around = (region: BatchRegion, signal: AbortSignal) => ({ region, ports, memory, signal });
  const turns = new Turns({ clock: ports.clock, queueOf: (object) => queueToJoin(object, ports, memory), wake });
  onChange((change) => {
    const { origin, before, after } = change;
    if (before !== undefined && before.metadata.uid !== after?.metadata.uid) {
      forget(memory, before);
      // One that was never submitted has no finalizer, and thousands may come and go.
      reconciler.forget(before.metadata.uid);
    }
    if (after !== undefined && !ports.reconciles(after)) handOver(memory, after);
    if (after !== undefined && origin === "list" && isUnnoted(after)) memory.unasked.add(after.metadata.uid);
    turns.changed(change);
  });
  const reconciler = reconcilerOf<BatchJob, Seen, Action>(
    {
      kind: BatchJobKind,
      observe: (object, region, signal) => observe(object, around(region, signal)),
      refresh: (object, region, _sinceMs, signal) => refresh(object, around(region, signal)),
      isRead: ({ spec }, region) => !namesConsumables(spec) || isReadAsked("consumables", region),
      plan,
      hasOwn: ({ job }) => job.kind === "known" && job.record !== undefined,
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
  return {
    kind: BatchJobKind,
    async reconcile(given: KubeObject, context): Promise<Report> {
      const object = given as BatchJob;
      const turn = turns.begin(object);
      if (turn === "later") return passedOver("onChange");
      if (turn === "soon") return passedOver("othersHadTheirTurn");
      let goesOn = false;
      try {
        const reported = await reconciler.reconcile(object, context);
        goesOn = isOnItsWay(reported) && queueToJoin(object, ports, memory) !== undefined;
        return reported;
      } catch (error) {
        // The API server would refuse the others too.
        goesOn = error instanceof StoreError && error.mayPass;
        throw error;
      } finally {
        turns.end(object, goesOn);
      }
    },
  };
}

/** Nothing on the object says that anything was sent for it. */
function isUnnoted(object: KubeObject): boolean {
  const { metadata, status } = object as BatchJob;
  return (metadata.finalizers ?? []).length === 0 && intentOf(object) === undefined && status?.jobId === undefined;
}

function passedOver(until: Extract<Again, { kind: "passedOver" }>["until"]): Report {
  return { status: undefined, events: [], again: { kind: "passedOver", until } };
}

/** The line of a job that is still to be submitted in turn. */
function queueToJoin(object: BatchJob, { settings, reconciles }: Ports, memory: Memory): string | undefined {
  const { metadata, spec, status } = object;
  const { deleting, paused, dryRun } = directivesOf(object, settings);
  const isHeld = deleting || paused || dryRun || spec.suspend === true || spec.cancel === true;
  const { sent, submitted } = rememberedOf(memory, metadata.uid);
  const isSent = sent !== undefined || submitted !== undefined || status?.jobId !== undefined;
  if (isHeld || isSent || recordedResult(object) !== undefined || !reconciles(object)) return undefined;
  return lineOf(object, settings.region);
}

/** A pass that reports nothing goes on, or could not read yet. AWS's throttling is for all alike. */
function isOnItsWay({ status }: Report): boolean {
  if (status === undefined) return true;
  const { conditions = [] } = status as BatchJobStatus;
  return conditions.some(({ type, reason }) => type === "Ready" && reason === "Throttled");
}
