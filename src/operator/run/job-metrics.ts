import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { BatchJobKind } from "../../api/v1alpha1/kinds.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Operator } from "../operator.ts";
import { boundedLabels } from "./bounded-labels.ts";
import { countingJobs, endShownBy, type JobsOfQueue, jobResults, jobStatuses } from "./job-counts.ts";

/** As many queues as AWS allows in a region. */
const queueLabels = 50;

/** From seconds to two days. */
const buckets = [5, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 28_800, 86_400, 172_800];

/**
 * Registers the metrics of BatchJob objects.
 *
 * @returns counts them; to be called before each scrape
 */
export function followJobObjects(
  operator: Operator,
  { registry, clock }: { readonly registry: Registry; readonly clock: Clock },
): () => Promise<void> {
  const { objects, ports, runtime } = operator;
  const options = { labelNames: ["queue" as const], registers: [registry] };
  const labelOf = boundedLabels(queueLabels);
  let counted: readonly JobsOfQueue[] = [];
  const results = new Counter({
    ...options,
    name: "awsbatch_job_results_total",
    help: "BatchJob objects that got a result, by queue in AWS and result.",
    labelNames: ["queue", "result"],
    collect() {
      // Prometheus sees no increase in a series that begins with 1.
      for (const { queue } of counted) for (const result of jobResults) this.inc({ queue, result }, 0);
    },
  });
  const waits = new Histogram({
    ...options,
    name: "awsbatch_job_start_seconds",
    help: "Time from the submission of a BatchJob to the start of its first attempt, of those that have ended.",
    buckets,
  });
  const runs = new Histogram({
    ...options,
    name: "awsbatch_job_run_seconds",
    help: "Run time of the last attempt of a BatchJob, of those that have ended.",
    buckets,
  });
  new Gauge({
    ...options,
    name: "awsbatch_jobs",
    help: "BatchJob objects by queue in AWS and status of the job.",
    labelNames: ["queue", "status"],
    collect() {
      this.reset();
      for (const { queue, counts } of counted) {
        for (const status of jobStatuses) this.set({ queue, status }, counts.get(status) ?? 0);
      }
    },
  });
  new Gauge({
    ...options,
    name: "awsbatch_jobs_oldest_runnable_age_seconds",
    help: "Age of the RUNNABLE BatchJob that was submitted first, by queue in AWS; 0 without any.",
    collect() {
      this.reset();
      for (const { queue, oldestRunnableMs } of counted) this.set({ queue }, oldestRunnableMs / 1000);
    },
  });
  runtime.cache(BatchJobKind).onChange(({ before, after }) => {
    const end = endShownBy(before, after);
    if (end === undefined || after === undefined || !ports.reconciles(after)) return;
    const queue = labelOf(end.queue);
    results.inc({ queue, result: end.result });
    if (end.waitedMs !== undefined) waits.observe({ queue }, end.waitedMs / 1000);
    if (end.ranMs !== undefined) runs.observe({ queue }, end.ranMs / 1000);
  });
  return async () => {
    const counting = countingJobs(labelOf, clock.now());
    await runtime.turn.each(objects.list(BatchJobKind), (object) => {
      if (ports.reconciles(object)) counting.add(object);
    });
    counted = counting.result();
  };
}
