import { Gauge, type Registry } from "prom-client";
import type { JobQueue } from "../../api/v1alpha1/job-queue.ts";
import { JobQueueKind } from "../../api/v1alpha1/kinds.ts";
import type { QueueJobs } from "../../aws/queue-jobs.ts";
import { queueNameOf } from "../../controllers/ownership/naming.ts";
import { isOfCluster, ownerIn } from "../../controllers/ownership/ownership.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Operator } from "../operator.ts";

/** The waiting jobs in the queue of one object. */
export interface WaitingJobs {
  readonly namespace: string;
  readonly name: string;
  readonly jobs: QueueJobs;
}

/**
 * Queues by the object that owns them in AWS, so that their number is bounded by AWS: 50 in a region. A queue that was
 * not checked yet is left out.
 */
export function waitingJobs(operator: Operator): readonly WaitingJobs[] {
  const { objects, ports } = operator;
  return operator.observed().flatMap((region) => {
    const queues = region.snapshot().jobQueues;
    return [...queues.values()].flatMap(({ jobQueueName, tags }): WaitingJobs[] => {
      const seen = region.jobsSeen(jobQueueName);
      const owner = ownerIn(tags);
      if (seen?.kind !== "read" || owner === undefined || !isOfCluster(owner, ports.cluster)) return [];
      const { namespace, name } = owner;
      const object = objects.get(JobQueueKind, { namespace, name }) as JobQueue | undefined;
      // An object owns one queue, even if others have its tags.
      return object === undefined || queueNameOf(object) !== jobQueueName ? [] : [{ namespace, name, jobs: seen.jobs }];
    });
  });
}

export function followJobs(operator: Operator, { registry, clock }: { registry: Registry; clock: Clock }): void {
  const registers = [registry];
  const labelNames = ["object_namespace", "object_name"] as const;
  new Gauge({
    name: "awsbatch_queue_runnable_jobs",
    help: "RUNNABLE jobs by JobQueue object, as of the last check; 100 and 1000 may mean more.",
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { namespace, name, jobs } of waitingJobs(operator))
        this.set({ object_namespace: namespace, object_name: name }, jobs.runnable.count);
    },
  });
  new Gauge({
    name: "awsbatch_queue_first_job_wait_seconds",
    help: "How long the first RUNNABLE job has been first, by JobQueue object; 0 without one.",
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { namespace, name, jobs } of waitingJobs(operator)) {
        this.set(
          { object_namespace: namespace, object_name: name },
          jobs.head === undefined ? 0 : (clock.now() - jobs.head.since) / 1000,
        );
      }
    },
  });
  new Gauge({
    name: "awsbatch_queue_oldest_job_age_seconds",
    help: "Age of the first RUNNABLE job since its submission, by JobQueue object, once it was described.",
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { namespace, name, jobs } of waitingJobs(operator)) {
        const createdAt = jobs.head?.described?.createdAt;
        if (createdAt !== undefined)
          this.set({ object_namespace: namespace, object_name: name }, (clock.now() - createdAt) / 1000);
      }
    },
  });
}
