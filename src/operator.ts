import type { Kind, KubeObject, ObjectKey } from "./api/object.ts";
import { BatchComputeEnvironmentKind, JobQueueKind, kinds } from "./api/v1alpha1/kinds.ts";
import type { BatchApi, DefinitionRevision } from "./aws/batch.ts";
import { createBatchRegion } from "./aws/batch-region.ts";
import { CallBudget } from "./aws/budget.ts";
import { type CallReport, guardedBatch } from "./aws/calls.ts";
import type { BatchRegion } from "./aws/region.ts";
import { computeEnvironments } from "./controllers/compute-environment/controller.ts";
import { jobDefinitions } from "./controllers/job-definition/controller.ts";
import { fingerprintOf } from "./controllers/job-definition/normalise.ts";
import { jobQueues } from "./controllers/job-queue/controller.ts";
import type { Cluster } from "./controllers/ownership.ts";
import type { Objects, Ports, Regions, Settings } from "./controllers/ports.ts";
import { wokenByAws, wokenByObject } from "./controllers/wakes.ts";
import type { Store } from "./kube/store.ts";
import type { Clock } from "./runtime/clock.ts";
import type { Log } from "./runtime/log.ts";
import type { Random } from "./runtime/random.ts";
import { alsoWhen, Runtime, type RuntimeObserver } from "./runtime/runtime.ts";

/** Who the operator is in a region, and its way there. */
export interface AwsConnection {
  readonly account: string;
  readonly partition: string;
  /** Unguarded: budget, lease, deadline and classification are put around it here. */
  readonly batch: BatchApi;
}

export interface OperatorOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly cluster: Cluster;
  readonly settings: Settings;
  /** @throws AwsError when the caller's identity cannot be read */
  readonly connect: (region: string, signal: AbortSignal) => Promise<AwsConnection>;
  readonly requestsPerSecond: number;
  /** What is left of the lease, or throws; asked in the last step before a write leaves. */
  readonly mayWrite: () => { readonly deadlineMs: number };
  /** Wall time (ms) since when this process is the writer; undefined while it is not. */
  readonly writerSince: () => number | undefined;
  readonly watchesNamespace: (namespace: string) => boolean;
  readonly namespaceLabels: (
    namespace: string,
    signal: AbortSignal,
  ) => Promise<Readonly<Record<string, string>> | undefined>;
  readonly onAwsCall?: (report: CallReport, region: string) => void;
  readonly observer?: RuntimeObserver;
}

export interface Operator {
  readonly runtime: Runtime;
  readonly objects: Objects;
  readonly ports: Ports;
  /** Runs caches, controllers and the observers of AWS until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

/** Puts the parts together: the same for every store and every AWS. */
export function createOperator(options: OperatorOptions): Operator {
  const { clock, random, log, observer } = options;
  const runtime = new Runtime({ store: options.store, clock, random, log, observer });
  const objects: Objects = {
    get: (kind, key) => runtime.cache(kind).get(key),
    list: (kind) => runtime.cache(kind).list(),
    watches: options.watchesNamespace,
    namespaceLabels: options.namespaceLabels,
  };
  for (const kind of kinds) runtime.cache(kind);
  const stop = new AbortController();
  const regions = createRegions(options, runtime, objects, stop.signal);
  const ports: Ports = {
    clock,
    store: runtime.store,
    objects,
    regions,
    cluster: options.cluster,
    settings: options.settings,
  };
  const related = (kind: Kind, own: Kind) =>
    alsoWhen(kind, (object: KubeObject): readonly ObjectKey[] =>
      wokenByObject(object, objects)
        .filter((woken) => woken.kind.kind === own.kind)
        .map(({ key }) => key),
    );
  runtime.add(computeEnvironments(ports), { watches: [related(JobQueueKind, BatchComputeEnvironmentKind)] });
  runtime.add(jobQueues(ports), { watches: [related(BatchComputeEnvironmentKind, JobQueueKind)] });
  runtime.add(jobDefinitions(ports));
  return {
    runtime,
    objects,
    ports,
    async run(signal) {
      const end = (): void => stop.abort(signal.reason);
      if (signal.aborted) end();
      else signal.addEventListener("abort", end, { once: true });
      await runtime.run(signal);
    },
  };
}

/** Opens each region once; a failed attempt is forgotten, so that the next reconcile tries again. */
function createRegions(options: OperatorOptions, runtime: Runtime, objects: Objects, signal: AbortSignal): Regions {
  const opened = new Map<string, Promise<BatchRegion>>();
  return {
    open(region = options.settings.region) {
      const known = opened.get(region);
      if (known !== undefined) return known;
      const opening = openRegion(region, options, runtime, objects, signal);
      opened.set(region, opening);
      opening.catch(() => opened.delete(region));
      return opening;
    },
  };
}

async function openRegion(
  region: string,
  options: OperatorOptions,
  runtime: Runtime,
  objects: Objects,
  signal: AbortSignal,
): Promise<BatchRegion> {
  const { clock, random, log } = options;
  const { account, partition, batch } = await options.connect(region, signal);
  const budget = new CallBudget({ clock, ratePerSecond: options.requestsPerSecond });
  const guarded = guardedBatch(batch, {
    clock,
    budget,
    mayWrite: options.mayWrite,
    onCall: (report) => options.onAwsCall?.(report, region),
  });
  const created = createBatchRegion({
    batch: guarded,
    clock,
    random,
    account,
    region,
    partition,
    fingerprintOf: (revision: DefinitionRevision) => fingerprintOf(revision),
    writerSince: options.writerSince,
    onChange: (change, before, now) => {
      for (const { kind, key } of wokenByAws(change, before, now, objects)) runtime.enqueue(kind, key);
    },
  });
  created.start(signal).catch((error: unknown) => log.error("observer of AWS ended", { region, error }));
  return created;
}
