import { JobQueueKind, kinds } from "../api/v1alpha1/kinds.ts";
import type { DefinitionRevision, Queue } from "../aws/batch.ts";
import { guardedBatch } from "../aws/batch-calls.ts";
import { createBatchRegion, type ObservedBatchRegion } from "../aws/batch-region.ts";
import { CallBudget, type CallKind } from "../aws/budget.ts";
import { createIamAccount } from "../aws/cached-iam.ts";
import type { CallGuardOptions, CallReport } from "../aws/calls.ts";
import type { AwsConnection } from "../aws/connection.ts";
import { guardedEc2 } from "../aws/ec2-calls.ts";
import { createEc2Region, type Ec2OfAll, type Ec2Region } from "../aws/ec2-region.ts";
import type { EventsApi } from "../aws/events.ts";
import { guardedEvents } from "../aws/events-calls.ts";
import type { IamAccount, IamOfAll } from "../aws/iam-account.ts";
import { guardedIam } from "../aws/iam-calls.ts";
import { guardedLogs } from "../aws/logs-calls.ts";
import { regionOfQueueUrl } from "../aws/names.ts";
import type { BatchRegion } from "../aws/region.ts";
import { type ClusterNameRefused, refusedName } from "../controllers/cluster-name.ts";
import { fingerprintOf } from "../controllers/kinds/job-definition/normalise.ts";
import { matchesAny } from "../controllers/ownership/glob.ts";
import { type Cluster, isOfCluster, ownerIn, type Tags } from "../controllers/ownership/ownership.ts";
import { requestedIn } from "../controllers/parts/network/described.ts";
import { type Objects, RegionNotAllowed, type Regions, type Settings } from "../controllers/ports.ts";
import { askedNames } from "../controllers/references/asked-names.ts";
import { isInRegion, regionOf } from "../controllers/references/object-region.ts";
import { type Woken, wokenByAws } from "../controllers/wakes.ts";
import { Events, type MessageOutcome } from "../events/events.ts";
import type { EventsState, RegionEvents } from "../events/region-events.ts";
import type { SharedPart } from "../network/port.ts";
import { type ChildSignal, childSignal } from "../runtime/abort.ts";
import type { Clock, Timer } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";
import { once } from "../runtime/once.ts";
import type { Random } from "../runtime/random.ts";
import type { Runtime } from "../runtime/runtime.ts";

/** An open region costs memory, connections and calls, and its name comes from a manifest; AWS has fewer than 40. */
export const mostOpenRegions = 40;

/** A region is closed when no object has named it for this long: longer than a pass over an object that is gone. */
const unusedMs = 60_000;

/** What opening a region needs. */
export interface RegionOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly cluster: Cluster;
  readonly settings: Settings;
  /** @throws AwsError if the caller's identity cannot be read */
  readonly connect: (region: string, signal: AbortSignal) => Promise<AwsConnection>;
  /** Globs of the regions that objects may name in addition to `settings.region`. */
  readonly allowedRegions: readonly string[];
  readonly requestsPerSecond: number;
  /** SubmitJob calls per second, and as many that end jobs, of one account and region. */
  readonly submitRate: number;
  /** The remaining time of the lease, or throws; called directly before a write is sent. */
  readonly mayWrite: () => { readonly deadlineMs: number };
  /**
   * Since when this process is the writer, by the `monotonic()` of `clock`; -Infinity if nobody can have written before;
   * undefined while it is not the writer.
   */
  readonly writerSinceMonotonicMs: () => number | undefined;
  readonly onAwsCall: ((report: CallReport, region: string) => void) | undefined;
  /** Called when a call had to wait for the budget. */
  readonly onBudgetWait: ((kind: CallKind, waitedMs: number) => void) | undefined;
  /** URLs of queues by which events arrive; none: AWS is only read. */
  readonly eventsQueues: readonly string[];
  readonly onEventMessage: ((outcome: MessageOutcome) => void) | undefined;
}

interface OpenRegion {
  /** Ends the observer. */
  readonly end: ChildSignal;
  readonly connections: AwsConnection[];
  batch?: Promise<ObservedBatchRegion>;
  ec2?: Promise<Ec2OfAll>;
  /** Once its observer runs. */
  observed?: BatchRegion;
  /** Whether what is there bears the name of this cluster; undefined: it was not read yet. */
  clusterName?: "agreed" | ClusterNameRefused;
  /** The next check whether an object names it. */
  check?: Timer;
}

/**
 * Opens each region once, as far as `allowedRegions` and `mostOpenRegions` allow it, and closes it when no object names it
 * any more. A failed attempt is dropped, so that the next reconcile retries.
 */
export class OpenRegions implements Regions {
  /** The observer that ended unexpectedly; undefined: all are running. */
  fault: string | undefined;
  /** Called when a region has this cluster's resources under another name: the operator must not go on. */
  onRefused: (refused: ClusterNameRefused) => void = () => undefined;
  readonly #options: RegionOptions;
  readonly #runtime: Runtime;
  readonly #objects: Objects;
  readonly #own: string;
  readonly #signal: AbortSignal;
  readonly #open = new Map<string, OpenRegion>();
  readonly #events: Events | undefined;
  #listening = false;
  #iam: Promise<IamOfAll> | undefined;

  /** @param signal ends all observers */
  constructor(options: RegionOptions, runtime: Runtime, objects: Objects, signal: AbortSignal) {
    this.#options = options;
    this.#runtime = runtime;
    this.#objects = objects;
    this.#own = options.settings.region;
    this.#signal = signal;
    this.#events = eventsFor(options);
    for (const kind of kinds) {
      runtime.cache(kind).onChange(({ before, after }) => {
        if (before !== undefined && after === undefined)
          this.#checkSoon(regionOf(before, { defaultRegion: this.#own }));
      });
    }
  }

  /** The observed regions. */
  get observed(): readonly BatchRegion[] {
    return [...this.#open.values()].flatMap(({ observed }) => observed ?? []);
  }

  /** Whether events arrive, by region; undefined: no queue is listened to. */
  get events(): readonly EventsState[] | undefined {
    return this.#events?.states;
  }

  async open(region = this.#own, _signal: AbortSignal, onBehalfOf: string | undefined): Promise<BatchRegion> {
    const opened = await this.#openBatch(region);
    this.#requireClusterName(region, opened);
    return forNamespace(opened, onBehalfOf);
  }

  async iam(signal: AbortSignal, onBehalfOf: string | undefined): Promise<IamAccount> {
    return forNamespace(await this.#openIam(signal), onBehalfOf);
  }

  async ec2(region = this.#own, signal: AbortSignal, onBehalfOf: string | undefined): Promise<Ec2Region> {
    return forNamespace(await this.#openEc2(region, signal), onBehalfOf);
  }

  #openBatch(region: string): Promise<ObservedBatchRegion> {
    const entry = this.#entry(region);
    if (entry instanceof RegionNotAllowed) return Promise.reject(entry);
    if (entry.batch !== undefined) return entry.batch;
    const opening = this.#observe(region, entry);
    entry.batch = opening;
    opening.catch(() => delete entry.batch);
    return opening;
  }

  /** @throws ClusterNameRefused */
  #requireClusterName(region: string, opened: BatchRegion): void {
    const entry = this.#open.get(region);
    const snapshot = opened.snapshot();
    // Before the caches have synced, and before AWS was read, nobody plans anything.
    if (entry === undefined || !this.#runtime.hasSynced || snapshot.listedAt === undefined) return;
    if (entry.clusterName === undefined) {
      const { cluster, settings } = this.#options;
      const refused = refusedName(snapshot, this.#objects, cluster, settings.names.clusterPrefix);
      entry.clusterName = refused ?? "agreed";
      if (refused !== undefined) this.onRefused(refused);
    }
    if (entry.clusterName !== "agreed") throw entry.clusterName;
  }

  #openIam(signal: AbortSignal): Promise<IamOfAll> {
    if (this.#iam !== undefined) return this.#iam;
    const opening = openIam(this.#options, signal);
    this.#iam = opening;
    opening.catch(() => {
      this.#iam = undefined;
    });
    return opening;
  }

  #openEc2(region: string, signal: AbortSignal): Promise<Ec2OfAll> {
    const entry = this.#entry(region);
    if (entry instanceof RegionNotAllowed) return Promise.reject(entry);
    if (entry.ec2 !== undefined) return entry.ec2;
    const options = { ...this.#options, connect: this.#connecting(entry) };
    const iam: Regions["iam"] = (inner, onBehalfOf) => this.iam(inner, onBehalfOf);
    const opening = openEc2(region, options, this.#objects, iam, signal);
    entry.ec2 = opening;
    opening.catch(() => delete entry.ec2);
    return opening;
  }

  #entry(region: string): OpenRegion | RegionNotAllowed {
    const known = this.#open.get(region);
    if (known !== undefined) return known;
    const { allowedRegions } = this.#options;
    if (region !== this.#own && !matchesAny(allowedRegions, region)) {
      const allowed = [this.#own, ...allowedRegions].join(", ");
      return new RegionNotAllowed(
        `region ${region} is not one of --allowed-regions (${allowed}). Use one of these, or ask the operator's administrator to add it`,
      );
    }
    if (this.#open.size >= mostOpenRegions && region !== this.#own) {
      return new RegionNotAllowed(
        `region ${region} is not observed, because the objects of the cluster already use ${mostOpenRegions} regions, which is the most. Delete the objects of another region, or ask the operator's administrator to list the regions in --allowed-regions by name`,
      );
    }
    const opened: OpenRegion = { end: childSignal(this.#signal), connections: [] };
    this.#open.set(region, opened);
    this.#checkSoon(region);
    return opened;
  }

  async #observe(region: string, entry: OpenRegion): Promise<ObservedBatchRegion> {
    const options = { ...this.#options, connect: this.#connecting(entry) };
    const { signal } = entry.end;
    const events = this.#events;
    const { region: created, events: regionEvents } = await openRegion(region, options, this.#runtime, this.#objects, {
      events,
      signal,
    });
    entry.observed = created;
    const ended = (error: unknown): void => {
      this.fault = `the observer of AWS in ${region} ended`;
      this.#options.log.error("observer of AWS ended", { region, error });
    };
    created.start(signal).catch(ended);
    regionEvents?.run(signal).catch(ended);
    this.#listen();
    return created;
  }

  /** Once a region is observed: a standby leaves the messages to the leader. */
  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    this.#events?.listen(this.#signal).catch((error: unknown) => {
      this.fault = "the listener to events ended";
      this.#options.log.error("listener to events ended", { error });
    });
  }

  /** Connects as the options say, and keeps the connection to close it with the region. */
  #connecting({ connections }: OpenRegion): RegionOptions["connect"] {
    return async (region, signal) => {
      const connection = await this.#options.connect(region, signal);
      connections.push(connection);
      return connection;
    };
  }

  /** Objects come and go: the region may be unused by then. The operator's own is always observed. */
  #checkSoon(region: string): void {
    const entry = this.#open.get(region);
    if (entry === undefined || entry.check !== undefined || region === this.#own) return;
    entry.check = this.#options.clock.schedule(unusedMs, () => {
      delete entry.check;
      const isNamed = kinds.some((kind) => this.#objects.texts(kind, "place").some((text) => isInRegion(text, region)));
      if (!isNamed) this.#close(region, entry);
    });
  }

  #close(region: string, { end, connections }: OpenRegion): void {
    this.#open.delete(region);
    end.abort(new Error(`no object names the region ${region} any more`));
    end.release();
    for (const connection of connections) connection.close();
    this.#options.log.info("closed a region that no object names any more", { region });
  }
}

async function openRegion(
  region: string,
  options: RegionOptions,
  runtime: Runtime,
  objects: Objects,
  { events, signal }: { readonly events: Events | undefined; readonly signal: AbortSignal },
): Promise<{ readonly region: ObservedBatchRegion; readonly events: RegionEvents | undefined }> {
  const { clock, random } = options;
  const connection = await options.connect(region, signal);
  const { account, partition, batch, logs } = connection;
  const regionEvents = events?.open(
    { account, region },
    once(() => eventsOf(connection, options, region)),
    signal,
  );
  const created = createBatchRegion({
    ...(regionEvents === undefined ? {} : { announcements: regionEvents }),
    logs: async () => guardedLogs(await logs(), guardOptions(options, region)),
    batch: guardedBatch(batch, {
      ...guardOptions(options, region),
      jobBudgets: { submit: budgetOf(options, options.submitRate, 0), end: budgetOf(options, options.submitRate, 0) },
    }),
    clock,
    random,
    account,
    region,
    partition,
    fingerprintOf: (revision: DefinitionRevision) => fingerprintOf(revision),
    writerSinceMonotonicMs: options.writerSinceMonotonicMs,
    asked: (key) => askedNames(key, region, objects),
    namespaceOf: (tags) => ownerIn(tags)?.namespace,
    // Definitions of others are not kept: an object that claims the name of one reads it.
    keepsDefinition: (_name, tags) => isOfThisCluster(tags, options.cluster),
    watchesJobs: (queue) => isOfAnObject(queue, options.cluster, objects),
    onChange: (change, before, now) => {
      regionEvents?.changed(change, before, now);
      const wake = ({ kind, key }: Woken): void => runtime.enqueue(kind, key);
      runtime.wakeEach(() => wokenByAws(change, before, now, objects), wake);
    },
  });
  regionEvents?.follow(created);
  return { region: created, events: regionEvents };
}

function eventsFor(options: RegionOptions): Events | undefined {
  const { clock, random, log, eventsQueues: queues, onEventMessage: onMessage, settings } = options;
  if (queues.length === 0) return undefined;
  const connect = async (url: string, signal: AbortSignal): Promise<EventsApi> => {
    const region = regionOfQueueUrl(url) ?? settings.region;
    return await eventsOf(await options.connect(region, signal), options, region);
  };
  return new Events({ clock, random, log, queues, connect, onMessage });
}

/** SQS and EventBridge throttle apart from Batch, and take thousands of calls a second. */
async function eventsOf({ events }: AwsConnection, options: RegionOptions, region: string): Promise<EventsApi> {
  if (events === undefined) throw new Error("nothing is heard from this AWS");
  return guardedEvents(await events(), {
    ...guardOptions(options, region),
    budget: budgetOf(options, eventCallsPerSecond, 0),
  });
}

const eventCallsPerSecond = 200;

/** IAM has no regions: its calls have a separate budget, and count under the region `global`. */
async function openIam(options: RegionOptions, signal: AbortSignal): Promise<IamOfAll> {
  const { account, partition, iam } = await options.connect(options.settings.region, signal);
  const api = guardedIam(await iam(), guardOptions(options, "global"));
  return createIamAccount({ api, account, partition, clock: options.clock });
}

/** EC2 throttles separately from Batch, so its calls have a separate budget. */
async function openEc2(
  region: string,
  options: RegionOptions,
  objects: Objects,
  iam: Regions["iam"],
  signal: AbortSignal,
): Promise<Ec2OfAll> {
  const { account, partition, ec2 } = await options.connect(region, signal);
  const api = guardedEc2(await ec2(), guardOptions(options, region));
  const everybody = (part: SharedPart) => requestedIn(region, part, objects);
  return createEc2Region({ api, account, region, partition, clock: options.clock, iam, everybody });
}

/** What is open, with its calls made for that namespace, or by the operator itself. */
function forNamespace<Part>(open: Part & { onBehalfOf(namespace: string): Part }, namespace: string | undefined): Part {
  return namespace === undefined ? open : open.onBehalfOf(namespace);
}

function guardOptions(options: RegionOptions, region: string): CallGuardOptions {
  const { clock } = options;
  const budget = budgetOf(options, options.requestsPerSecond, keptForFew);
  return { clock, budget, mayWrite: options.mayWrite, onCall: (report) => options.onAwsCall?.(report, region) };
}

/** Of the calls of a region, but not of those that submit or end jobs: of these AWS takes only twice the rate. */
export const keptForFew = 10;

function budgetOf({ clock, onBudgetWait: onWait }: RegionOptions, ratePerSecond: number, kept: number): CallBudget {
  return new CallBudget({ clock, ratePerSecond, keptForFew: kept, onWait });
}

/** Whether the tags of a queue in AWS name an existing object. */
function isOfAnObject({ tags }: Queue, cluster: Cluster, objects: Objects): boolean {
  const owner = ownerIn(tags);
  return owner !== undefined && isOfCluster(owner, cluster) && objects.get(JobQueueKind, owner) !== undefined;
}

/** By its name or, under whatever name, by its uid. */
function isOfThisCluster(tags: Tags | undefined, { name, uid }: Cluster): boolean {
  const owner = ownerIn(tags);
  return owner?.cluster === name || owner?.clusterUid === uid;
}
