import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { kinds, type OperatorKind } from "../../api/v1alpha1/kinds.ts";
import type { CallKind } from "../../aws/budget.ts";
import type { CallReport } from "../../aws/calls.ts";
import type { MessageOutcome } from "../../events/events.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Page, Pages } from "../../runtime/http-server.ts";
import { RuntimeMetrics } from "../../runtime/metrics.ts";
import { sharedFor } from "../../runtime/shared-for.ts";
import type { Operator } from "../operator.ts";
import { boundedLabels } from "./bounded-labels.ts";
import { followEvents } from "./event-metrics.ts";
import { followJobObjects } from "./job-metrics.ts";
import {
  type AwsStatusCount,
  type ConditionCount,
  collectingNotReady,
  collectingUpdates,
  countingAwsStatuses,
  countingConditions,
  countingDeletions,
  countingReplacements,
  type Deletions,
  type NotReady,
  type ReplacementCount,
  type UpdateAvailable,
} from "./object-counts.ts";
import { followJobs } from "./queue-jobs.ts";

export interface OperatorMetrics {
  readonly pages: Pages;
  readonly runtime: RuntimeMetrics;
  readonly awsCall: (report: CallReport, region: string) => void;
  readonly budgetWait: (kind: CallKind, waitedMs: number) => void;
  readonly eventMessage: (outcome: MessageOutcome) => void;
  /** Registers the state of this operator for each scrape; call once. */
  follow(operator: Operator): void;
}

/** Regions come from manifests, so anybody could invent them: further regions share one label. */
const regionLabels = 40;
/** The same of namespaces, which share one label beyond this number. */
const namespaceLabels = 100;

/** A page takes several ms, and anybody who reaches the port may ask for it; scrapers ask every few seconds. */
const renderEveryMs = 1000;

/** Everything in `/metrics`. Every label is bounded: kinds, operations, outcomes, conditions, steps, regions. */
export function metricsOf({ clock, version }: { readonly clock: Clock; readonly version: string }): OperatorMetrics {
  const registry = new Registry();
  const registers = [registry];
  // Measuring the delay of the event loop wakes the process each time.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  const runtime = new RuntimeMetrics(registry, clock);
  const labelOf = boundedLabels(regionLabels);
  const calls = new Counter({
    name: "awsbatch_aws_calls_total",
    help: "AWS calls by outcome: ok, notSent, or the kind of failure.",
    labelNames: ["operation", "outcome", "region"],
    registers,
  });
  const durations = new Histogram({
    name: "awsbatch_aws_call_seconds",
    help: "Duration of an AWS call, without its wait for the budget.",
    labelNames: ["operation"],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const waits = new Histogram({
    name: "awsbatch_aws_budget_wait_seconds",
    help: "Time that AWS calls waited for the budget; calls that did not wait are not counted.",
    labelNames: ["kind"],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const messages = new Counter({
    name: "awsbatch_event_messages_total",
    help: "Messages of the events queues by what they were: hint, nothing (of what is kept), heartbeat, elsewhere, or why they were ignored.",
    labelNames: ["outcome"],
    registers,
  });
  new Gauge({
    name: "awsbatch_build_info",
    help: "Always 1; the labels are the versions.",
    labelNames: ["version", "node_version"],
    registers,
  }).set({ version, node_version: process.version }, 1);

  /** What goes through all objects, and so takes more than one turn of the event loop. */
  const counts: (() => Promise<void>)[] = [];
  const page = async (): Promise<Page> => {
    for (const count of counts) await count();
    return { status: 200, contentType: registry.contentType, body: await registry.metrics() };
  };
  return {
    runtime,
    pages: { "/metrics": sharedFor(clock, renderEveryMs, page) },
    awsCall({ operation, outcome, durationMs }, region) {
      calls.inc({ operation, outcome, region: labelOf(region) });
      if (outcome !== "notSent") durations.observe({ operation }, durationMs / 1000);
    },
    eventMessage: (outcome) => messages.inc({ outcome }),
    budgetWait: (kind, waitedMs) => waits.observe({ kind }, waitedMs / 1000),
    follow(operator) {
      runtime.follow(operator.runtime);
      followRegions(operator, { registry, clock, labelOf });
      followEvents(operator, { registry, labelOf });
      counts.push(followObjects(operator, { registry, clock }));
      followJobs(operator, { registry, clock });
      counts.push(followJobObjects(operator, { registry, clock }));
    },
  };
}

function followRegions(
  operator: Operator,
  { registry, clock, labelOf }: { registry: Registry; clock: Clock; labelOf: (region: string) => string },
): void {
  new Gauge({
    name: "awsbatch_observer_age_seconds",
    help: "Age of the last complete read of AWS Batch, or of the last proof that events would have announced a change.",
    labelNames: ["region"],
    registers: [registry],
    collect() {
      // A region that was closed is not old.
      this.reset();
      for (const observed of operator.observed()) {
        const { region } = observed;
        const { listedAt, failure } = observed.snapshot();
        if (listedAt === undefined) continue;
        const ofEvents = operator.events()?.find(({ place }) => place.region === region)?.provenMsAgo;
        const ageMs = clock.now() - listedAt;
        const provenMsAgo = failure === undefined ? (ofEvents ?? ageMs) : ageMs;
        this.set({ region: labelOf(region) }, Math.min(ageMs, provenMsAgo) / 1000);
      }
    },
  });
}

interface Counted {
  readonly kind: OperatorKind;
  readonly conditions: readonly ConditionCount[];
  readonly awsStatuses: readonly AwsStatusCount[];
  readonly deletions: Deletions;
  readonly notReady: readonly NotReady[];
}

/** @returns counts the objects; to be called before each scrape */
function followObjects(
  operator: Operator,
  { registry, clock }: { registry: Registry; clock: Clock },
): () => Promise<void> {
  const registers = [registry];
  const { objects, ports, runtime } = operator;
  let counted: readonly Counted[] = [];
  let replacements: readonly ReplacementCount[] = [];
  let updates: readonly UpdateAvailable[] = [];
  new Gauge({
    name: "awsbatch_objects",
    help: "Objects by kind, condition and its status.",
    labelNames: ["kind", "condition", "status"],
    registers,
    collect() {
      for (const { kind, conditions } of counted) {
        for (const { condition, status, objects } of conditions) {
          this.set({ kind: kind.kind, condition, status }, objects);
        }
      }
    },
  });
  new Gauge({
    name: "awsbatch_aws_objects",
    help: "Objects by kind and AWS's own status.",
    labelNames: ["kind", "status"],
    registers,
    collect() {
      for (const { kind, awsStatuses } of counted) {
        for (const { status, objects } of awsStatuses) this.set({ kind: kind.kind, status }, objects);
      }
    },
  });
  new Gauge({
    name: "awsbatch_deleting_objects",
    help: "Objects with a deletion timestamp.",
    labelNames: ["kind"],
    registers,
    collect() {
      for (const { kind, deletions } of counted) this.set({ kind: kind.kind }, deletions.objects);
    },
  });
  new Gauge({
    name: "awsbatch_deletion_oldest_age_seconds",
    help: "Age of the oldest such deletion.",
    labelNames: ["kind"],
    registers,
    collect() {
      for (const { kind, deletions } of counted) this.set({ kind: kind.kind }, deletions.oldestMs / 1000);
    },
  });
  new Gauge({
    name: "awsbatch_not_ready_since_timestamp_seconds",
    help: "Unix time since which an object is not Ready; the 100 oldest of each kind, without jobs that just take their course.",
    labelNames: ["kind", "object_namespace", "object_name", "reason"],
    registers,
    collect() {
      this.reset();
      for (const { kind, notReady } of counted) {
        for (const { namespace, name, reason, since } of notReady) {
          this.set({ kind: kind.kind, object_namespace: namespace, object_name: name, reason }, since / 1000);
        }
      }
    },
  });
  new Gauge({
    name: "awsbatch_update_available_since_timestamp_seconds",
    help: "Unix time since which there is a newer image or launch template for an environment; the 100 oldest.",
    labelNames: ["object_namespace", "object_name"],
    registers,
    collect() {
      this.reset();
      for (const { namespace, name, since } of updates) {
        this.set({ object_namespace: namespace, object_name: name }, since / 1000);
      }
    },
  });
  const namespaceOf = boundedLabels(namespaceLabels);
  new Gauge({
    name: "awsbatch_object_bytes",
    help: "Memory of the cached objects of a namespace, about, in bytes; stubs of large objects for which there is no room count as stubs.",
    labelNames: ["object_namespace"],
    registers,
    collect() {
      this.reset();
      // Who holds most has a label of its own.
      const held = [...operator.runtime.room.held].toSorted(([, left], [, right]) => right - left);
      for (const [namespace, bytes] of held) this.inc({ object_namespace: namespaceOf(namespace) }, bytes);
    },
  });
  new Gauge({
    name: "awsbatch_replacements",
    help: "Compute environments that are being retired, by step.",
    labelNames: ["step"],
    registers,
    collect() {
      for (const { step, count } of replacements) this.set({ step }, count);
    },
  });
  new Gauge({
    name: "awsbatch_replacement_oldest_age_seconds",
    help: "How long the oldest of them has been at its step.",
    labelNames: ["step"],
    registers,
    collect() {
      for (const { step, oldestMs } of replacements) this.set({ step }, oldestMs / 1000);
    },
  });
  return async () => {
    const now = clock.now();
    const replacing = countingReplacements(now);
    const updating = collectingUpdates();
    const all: Counted[] = [];
    for (const kind of kinds) {
      const conditions = countingConditions(kind);
      const awsStatuses = countingAwsStatuses();
      const deletions = countingDeletions(now);
      const notReady = collectingNotReady();
      const countings = [conditions, awsStatuses, deletions, notReady, replacing, updating];
      await runtime.turn.each(objects.list(kind), (object) => {
        if (ports.reconciles(object)) for (const counting of countings) counting.add(object);
      });
      all.push({
        kind,
        conditions: conditions.result(),
        awsStatuses: awsStatuses.result(),
        deletions: deletions.result(),
        notReady: notReady.result(),
      });
    }
    counted = all;
    replacements = replacing.result();
    updates = updating.result();
  };
}
