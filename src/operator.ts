import type { KubeObject, ObjectKey } from "./api/object.ts";
import { JobQueueKind, type KindName, kinds } from "./api/v1alpha1/kinds.ts";
import type { BatchApi, DefinitionRevision, Queue } from "./aws/batch.ts";
import { guardedBatch } from "./aws/batch-calls.ts";
import { createBatchRegion, type ObservedBatchRegion } from "./aws/batch-region.ts";
import { CallBudget, type CallKind } from "./aws/budget.ts";
import { createIamAccount } from "./aws/cached-iam.ts";
import type { CallGuardOptions, CallReport } from "./aws/calls.ts";
import type { Ec2Api } from "./aws/ec2.ts";
import { guardedEc2 } from "./aws/ec2-calls.ts";
import { createEc2Region, type Ec2Region } from "./aws/ec2-region.ts";
import type { IamApi } from "./aws/iam.ts";
import type { IamAccount } from "./aws/iam-account.ts";
import { guardedIam } from "./aws/iam-calls.ts";
import type { BatchRegion } from "./aws/region.ts";
import { computeEnvironments } from "./controllers/compute-environment/controller.ts";
import { jobDefinitions } from "./controllers/job-definition/controller.ts";
import { fingerprintOf } from "./controllers/job-definition/normalise.ts";
import { jobQueues } from "./controllers/job-queue/controller.ts";
import { networkRequests } from "./controllers/network/described.ts";
import { type Cluster, ownerIn } from "./controllers/ownership.ts";
import type { Objects, Ports, Regions, Settings } from "./controllers/ports.ts";
import { relatedTo, wokenByAws, wokenByNamespace, wokenByObject } from "./controllers/wakes.ts";
import type { NamespaceMetadata } from "./kube/namespaces.ts";
import { namespaceKind } from "./kube/resource.ts";
import type { ObjectCache } from "./runtime/cache.ts";
import type { Clock } from "./runtime/clock.ts";
import type { Reconciler } from "./runtime/controller.ts";
import type { Log } from "./runtime/log.ts";
import type { Random } from "./runtime/random.ts";
import { alsoWhen, Runtime, type RuntimeObserver } from "./runtime/runtime.ts";
import { type Store, StoreError } from "./runtime/store.ts";

/** The operator's identity in a region, and its clients. */
export interface AwsConnection {
  readonly account: string;
  readonly partition: string;
  /** Unguarded: budget, lease, deadline and classification are added here. */
  readonly batch: BatchApi;
  /** IAM of the account, also unguarded. Its client is loaded at the first use. */
  readonly iam: () => Promise<IamApi>;
  /** EC2 of the region, also unguarded. Its client is loaded at the first use. */
  readonly ec2: () => Promise<Ec2Api>;
}

const reconcilers: Readonly<Record<KindName, (ports: Ports) => Reconciler>> = {
  BatchComputeEnvironment: computeEnvironments,
  JobQueue: jobQueues,
  JobDefinition: jobDefinitions,
};

export interface OperatorOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly cluster: Cluster;
  readonly settings: Settings;
  /** @throws AwsError if the caller's identity cannot be read */
  readonly connect: (region: string, signal: AbortSignal) => Promise<AwsConnection>;
  readonly requestsPerSecond: number;
  /** The remaining time of the lease, or throws; called directly before a write is sent. */
  readonly mayWrite: () => { readonly deadlineMs: number };
  /**
   * Since when this process is the writer, by the `monotonic()` of `clock`; -Infinity if nobody can have written before;
   * undefined while it is not the writer.
   */
  readonly writerSinceMonotonicMs: () => number | undefined;
  /** Which of the watched objects are reconciled here. Others are only observed. */
  readonly reconciles: (object: KubeObject) => boolean;
  readonly onAwsCall?: ((report: CallReport, region: string) => void) | undefined;
  /** Called when a call had to wait for the budget. */
  readonly onBudgetWait?: ((kind: CallKind, waitedMs: number) => void) | undefined;
  readonly observer?: RuntimeObserver | undefined;
}

export interface Operator {
  readonly runtime: Runtime;
  readonly objects: Objects;
  readonly ports: Ports;
  /** The observed regions. */
  observed(): readonly BatchRegion[];
  /** The part that ended unexpectedly; undefined: all are running. */
  fault(): string | undefined;
  /** Keeps the caches of objects up to date until the signal aborts: the only work of a standby replica. */
  follow(signal: AbortSignal): Promise<void>;
  /** Runs controllers and observers of AWS until the signal aborts; called once, by the leader. */
  lead(signal: AbortSignal): Promise<void>;
}

/** Composes the operator, in the same way for every store and every AWS. */
export function createOperator(options: OperatorOptions): Operator {
  const { clock, random, log, observer } = options;
  const runtime = new Runtime({ store: options.store, clock, random, log, observer });
  const namespaces = runtime.cache(namespaceKind, { optional: true });
  const objects: Objects = {
    get: (kind, key) => runtime.cache(kind).get(key),
    list: (kind) => runtime.cache(kind).list(),
    // The objects of a namespace that was never read are unknown.
    watches: (namespace) => runtime.hasListed(namespace),
    namespace: async (name) => namespaceIn(namespaces, name),
  };
  for (const kind of kinds) runtime.cache(kind);
  namespaces.onChange(({ origin, before, after }) => {
    const priority = origin === "list" ? "low" : "high";
    for (const { kind, key } of wokenByNamespace(before, after, objects)) runtime.enqueue(kind, key, priority);
  });
  const stop = new AbortController();
  const regions = new OpenRegions(options, runtime, objects, stop.signal);
  const ports: Ports = {
    clock,
    store: runtime.store,
    objects,
    regions,
    cluster: options.cluster,
    settings: options.settings,
    reconciles: options.reconciles,
  };
  for (const own of kinds) {
    const keysOf = (object: KubeObject): readonly ObjectKey[] =>
      wokenByObject(object, objects).flatMap(({ kind, key }) => (kind === own ? [key] : []));
    const watches = relatedTo(own).map((kind) => alsoWhen(kind, keysOf));
    runtime.add(reconcilers[own.kind](ports), { watches });
  }
  const lead = async (signal: AbortSignal): Promise<void> => {
    const end = (): void => stop.abort(signal.reason);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
    await runtime.runControllers(signal);
  };
  return {
    runtime,
    objects,
    ports,
    observed: () => regions.observed,
    fault: () => regions.fault,
    follow: (signal) => runtime.runCaches(signal),
    lead,
  };
}

/** @throws StoreError if it cannot be read, or was not read yet */
function namespaceIn(cache: ObjectCache, name: string): NamespaceMetadata | undefined {
  const refusal = cache.refusalIn(name);
  if (refusal !== undefined) throw refusal;
  const found = cache.get({ namespace: name, name });
  if (found !== undefined)
    return { labels: found.metadata.labels ?? {}, annotations: found.metadata.annotations ?? {} };
  if (cache.hasListed(name)) return undefined;
  throw new StoreError("Unavailable", `namespace ${name} has not been read yet`);
}

/** Opens each region once; a failed attempt is dropped, so that the next reconcile retries. */
class OpenRegions implements Regions {
  readonly observed: BatchRegion[] = [];
  fault: string | undefined;
  readonly #options: OperatorOptions;
  readonly #runtime: Runtime;
  readonly #objects: Objects;
  readonly #signal: AbortSignal;
  readonly #opened = new Map<string, Promise<BatchRegion>>();
  #iam: Promise<IamAccount> | undefined;
  readonly #ec2 = new Map<string, Promise<Ec2Region>>();

  constructor(options: OperatorOptions, runtime: Runtime, objects: Objects, signal: AbortSignal) {
    this.#options = options;
    this.#runtime = runtime;
    this.#objects = objects;
    this.#signal = signal;
  }

  open(region = this.#options.settings.region): Promise<BatchRegion> {
    const known = this.#opened.get(region);
    if (known !== undefined) return known;
    const opening = this.#open(region);
    this.#opened.set(region, opening);
    opening.catch(() => this.#opened.delete(region));
    return opening;
  }

  iam(signal: AbortSignal): Promise<IamAccount> {
    if (this.#iam !== undefined) return this.#iam;
    const opening = openIam(this.#options, signal);
    this.#iam = opening;
    opening.catch(() => {
      this.#iam = undefined;
    });
    return opening;
  }

  ec2(region = this.#options.settings.region, signal: AbortSignal): Promise<Ec2Region> {
    const known = this.#ec2.get(region);
    if (known !== undefined) return known;
    const opening = openEc2(region, this.#options, this.#objects, (inner) => this.iam(inner), signal);
    this.#ec2.set(region, opening);
    opening.catch(() => this.#ec2.delete(region));
    return opening;
  }

  async #open(region: string): Promise<BatchRegion> {
    const created = await openRegion(region, this.#options, this.#runtime, this.#objects, this.#signal);
    this.observed.push(created);
    created.start(this.#signal).catch((error: unknown) => {
      this.fault = `the observer of AWS in ${region} ended`;
      this.#options.log.error("observer of AWS ended", { region, error });
    });
    return created;
  }
}

async function openRegion(
  region: string,
  options: OperatorOptions,
  runtime: Runtime,
  objects: Objects,
  signal: AbortSignal,
): Promise<ObservedBatchRegion> {
  const { clock, random } = options;
  const { account, partition, batch } = await options.connect(region, signal);
  return createBatchRegion({
    batch: guardedBatch(batch, guardOptions(options, region)),
    clock,
    random,
    account,
    region,
    partition,
    fingerprintOf: (revision: DefinitionRevision) => fingerprintOf(revision),
    writerSinceMonotonicMs: options.writerSinceMonotonicMs,
    // Definitions of others are not kept: an object that claims the name of one reads it.
    keepsDefinition: (_name, tags) => ownerIn(tags)?.cluster === options.cluster.name,
    watchesJobs: (queue) => isOfAnObject(queue, options.cluster, objects),
    onChange: (change, before, now) => {
      for (const { kind, key } of wokenByAws(change, before, now, objects)) runtime.enqueue(kind, key);
    },
  });
}

/** IAM has no regions: its calls have a separate budget, and count under the region `global`. */
async function openIam(options: OperatorOptions, signal: AbortSignal): Promise<IamAccount> {
  const { account, partition, iam } = await options.connect(options.settings.region, signal);
  const api = guardedIam(await iam(), guardOptions(options, "global"));
  return createIamAccount({ api, account, partition, clock: options.clock });
}

/** EC2 throttles separately from Batch, so its calls have a separate budget. */
async function openEc2(
  region: string,
  options: OperatorOptions,
  objects: Objects,
  iam: (signal: AbortSignal) => Promise<IamAccount>,
  signal: AbortSignal,
): Promise<Ec2Region> {
  const { account, partition, ec2 } = await options.connect(region, signal);
  const api = guardedEc2(await ec2(), guardOptions(options, region));
  const everybody = () => networkRequests(objects, region, options.settings);
  return createEc2Region({ api, account, region, partition, clock: options.clock, iam, everybody });
}

function guardOptions(options: OperatorOptions, region: string): CallGuardOptions {
  const { clock } = options;
  const budget = new CallBudget({
    clock,
    ratePerSecond: options.requestsPerSecond,
    onWait: (kind, waitedMs) => options.onBudgetWait?.(kind, waitedMs),
  });
  return { clock, budget, mayWrite: options.mayWrite, onCall: (report) => options.onAwsCall?.(report, region) };
}

/** Whether the tags of a queue in AWS name an existing object. */
function isOfAnObject({ tags }: Queue, { name: cluster }: Cluster, objects: Objects): boolean {
  const owner = ownerIn(tags);
  return owner?.cluster === cluster && objects.get(JobQueueKind, owner) !== undefined;
}
