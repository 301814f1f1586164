/**
 * A world in which everything is real but time, network and disk: replicas of the whole operator, with leader
 * election, on one virtual clock and one seeded source of chance, before a store that behaves like the API server and
 * the simulated AWS. Oracles watch every step.
 *
 * Each process sits behind a gate at every await that leads to the network (`gate.ts`). Whoever drives a world may
 * end or freeze a process at any of these points (`judge`, `arm`), put faults in the way of either side
 * (`aws.faults`, `store.faults`, `leases.faults`), and act as user and as another tool (`apply`, `aws.outside`).
 */

import type { Tag } from "@aws-sdk/client-ec2";
import { type KubeObject, keyText } from "../../src/api/object.ts";
import { kindOf } from "../../src/api/v1alpha1/kinds.ts";
import { type Cluster, ownerIn, type Tags } from "../../src/controllers/ownership/ownership.ts";
import type { Settings } from "../../src/controllers/ports.ts";
import { MemoryLeaseStore } from "../../src/kube/memory-lease-store.ts";
import { type Manifest, MemoryStore, type StoreSnapshot } from "../../src/kube/memory-store.ts";
import type { ComposedFlags } from "../../src/operator/compose.ts";
import { settingsFrom } from "../../src/operator/settings.ts";
import type { RoomLimits } from "../../src/runtime/cache-limits.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { collectingLog } from "../../src/runtime/log.ts";
import { type Random, seededRandom } from "../../src/runtime/random.ts";
import { StoreError } from "../../src/runtime/store.ts";
import type { AccountNetwork } from "../../src/simulator/ec2-network.ts";
import { tagsOf } from "../../src/simulator/ec2-state.ts";
import type { Knobs } from "../../src/simulator/knobs.ts";
import { createSimulatedAws, type SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import type { AwsSnapshot } from "../../src/simulator/snapshot.ts";
import type { CallRecord } from "../../src/simulator/wire.ts";
import { kindOfRole } from "./account.ts";
import { admit } from "./admission.ts";
import { goOn, type Phase, type Point, type Verdict } from "./gate.ts";
import { missingPlacementGroup, serviceRoles } from "./generate/environments.ts";
import type { Oracle, OracleFactory, Violation, Watched } from "./oracle.ts";
import { allOracles } from "./oracles/index.ts";
import { textOf, unseenMs } from "./oracles/reading.ts";
import { OperatorProcess } from "./process.ts";
import { Replica } from "./replica.ts";
import { Trace } from "./trace.ts";

export interface SimulationOptions {
  readonly seed: number;
  /** 2. */
  readonly replicas?: number;
  readonly cluster?: Cluster;
  readonly flags?: ComposedFlags;
  readonly knobs?: Partial<Knobs>;
  /** Left out: the default VPC. */
  readonly network?: AccountNetwork | undefined;
  /** What the promises are judged by; all. */
  readonly oracles?: readonly OracleFactory[];
  /** Asked at every point of every process, first of all. */
  readonly judge?: (point: Point) => Verdict;
  /** How much the caches of a process keep. */
  readonly roomLimits?: RoomLimits | undefined;
  /** Wall time at the beginning, ms since the epoch. */
  readonly startsAt?: number;
  /** What an earlier world had come to, with processes that know nothing of it yet. */
  readonly from?: Beginning | undefined;
  /** False: no story is kept, and memory is that of the operator and of what the world cannot do without. */
  readonly keepsTrace?: boolean;
  /** False: nothing runs until `start` is called, e.g. to put something into AWS or the store before. */
  readonly starts?: boolean;
}

/** A world at rest, but for its processes and its jobs, as plain JSON. */
export interface Beginning {
  /** Wall time, ms since the epoch. */
  readonly at: number;
  readonly cluster: Cluster;
  readonly store: StoreSnapshot;
  readonly aws: AwsSnapshot;
}

/** Something that is to happen to a process at one of its next points. */
export interface Armed {
  /** A replica's letter, or whoever leads then. */
  readonly replica: string;
  /** After so many points of that replica. */
  readonly after: number;
  readonly verdict: Verdict;
  /** Only points of this phase and of calls whose name begins so. */
  readonly phase?: Phase | undefined;
  readonly what?: string | undefined;
}

export const clusterOne: Cluster = { name: "default", uid: "cluster-1" };
/** By the call that makes it: the kind of the object that it is made for; of a role, as its name says. */
const madeBy: Readonly<Record<string, string>> = {
  CreateComputeEnvironment: "BatchComputeEnvironment",
  CreateJobQueue: "JobQueue",
  RegisterJobDefinition: "JobDefinition",
  SubmitJob: "BatchJob",
  CreateSecurityGroup: "BatchComputeEnvironment",
  CreateInstanceProfile: "BatchComputeEnvironment",
};

interface Creation {
  readonly tags?: Tags;
  readonly Tags?: readonly Tag[];
  readonly TagSpecifications?: readonly { readonly Tags?: readonly Tag[] }[];
  readonly RoleName?: string;
}

/** The object for which a call makes something, as `Kind namespace/name`. */
function madeFor({ operation, input }: CallRecord): string | undefined {
  const { tags, Tags: own, TagSpecifications: specified, RoleName: role = "" } = input as Creation;
  const owner = ownerIn(tags ?? tagsOf(own ?? specified?.[0]?.Tags ?? []));
  const kind = operation === "CreateRole" ? kindOfRole(role) : madeBy[operation];
  return kind === undefined || owner === undefined ? undefined : `${kind} ${keyText(owner)}`;
}
const region = "eu-west-1";
const restartMs = 1500;
const tickMs = 5000;

export class Simulation {
  readonly clock: VirtualClock;
  readonly store: MemoryStore;
  readonly leases: MemoryLeaseStore;
  readonly aws: SimulatedAws;
  readonly trace: Trace;
  readonly log = collectingLog();
  readonly replicas: readonly Replica[];
  readonly violations: Violation[] = [];
  /**
   * `Kind namespace/name` of objects that went before the operator had put its finalizer on them, or before what was on
   * the wire when its writer was stopped was made for them; and none of that name since had the finalizer.
   */
  readonly goneUnheld = new Set<string>();
  /** How often a watch shows an event twice, 0 to 1; how long a request to the API server is on its way, one way. */
  readonly network = { repeats: 0, latencyMs: 2, spreadMs: 4 };
  /** How long after it was sent a write of the operator was or will be shown by every read, so far at most. */
  shownWithinMs: number;
  /** Of the processes to come. */
  cluster: Cluster;
  readonly flags: ComposedFlags;
  /** What the flags come to. */
  readonly settings: Settings;
  readonly #options: SimulationOptions;
  readonly #oracles: readonly Oracle[];
  readonly #random: Random;
  readonly #callers = new WeakMap<CallRecord, { readonly process: OperatorProcess; readonly releasedAt: number }>();
  /** By `Kind namespace/name`. */
  readonly #madeLateAt = new Map<string, number>();
  #armed: (Omit<Armed, "after"> & { after: number })[] = [];
  #points = 0;
  #disturbedAt = 0;
  #faultAt = 0;
  #isByUser = false;
  #inEffect: CallRecord | undefined;
  #leaseHeld: { readonly holder: string; readonly until: number } | undefined;
  #ended = false;

  constructor(options: SimulationOptions) {
    const { seed, knobs = {}, replicas = 2, from } = options;
    this.#options = options;
    this.clock = new VirtualClock(from?.at ?? options.startsAt);
    const { clock } = this;
    this.trace = new Trace(clock, options.keepsTrace);
    this.cluster = from?.cluster ?? options.cluster ?? clusterOne;
    this.flags = options.flags ?? {};
    this.settings = settingsFrom(this.flags, region);
    this.#random = seededRandom(seed + 5_000_011);
    // Chance of its own for each part, so that a change of one does not deal the others new cards.
    this.aws = createSimulatedAws({
      clock,
      random: seededRandom(from === undefined ? seed : seed + 1),
      region,
      knobs: { keptRecords: 20_000, ...knobs },
    });
    this.aws.outside.removeFromEc2(missingPlacementGroup);
    this.aws.outside.describeRoles(serviceRoles);
    if (options.network !== undefined) this.aws.outside.describeNetwork(options.network);
    this.shownWithinMs = this.aws.knobs.stalenessMs;
    let uids = from === undefined ? 0 : 1000;
    this.store = new MemoryStore({ clock, newUid: () => `uid-${++uids}`, admit });
    this.leases = new MemoryLeaseStore(clock);
    if (from !== undefined) {
      this.aws.restore(from.aws);
      this.store.restore(from.store);
    }
    this.replicas = Array.from(
      { length: replicas },
      (_, index) => new Replica("abcdefgh"[index] ?? "z", clock, (replica, name) => this.#process(replica, name)),
    );
    const watched: Watched = {
      clock,
      store: this.store,
      aws: this.aws,
      cluster: () => this.cluster,
      settings: this.settings,
      processes: () => this.replicas.flatMap(({ process }) => (process === undefined ? [] : [process])),
      lease: () => this.#leaseHeld,
      callerOf: (call) => this.#callers.get(call)?.process,
      releasedAt: (call) => this.#callers.get(call)?.releasedAt ?? this.clock.monotonic(),
      madeLateAt: (key) => this.#madeLateAt.get(key),
      lastDisturbance: () => this.#disturbedAt,
      lastFault: () => this.#faultAt,
      isByUser: () => this.#isByUser,
      shownWithinMs: () => this.shownWithinMs,
    };
    this.#oracles = (options.oracles ?? allOracles).map((factory) => factory(watched));
    this.#listen();
    for (const object of this.store.objects()) this.#ask((oracle) => oracle.onObject?.(undefined, object));
    if (options.starts !== false) this.start();
  }

  start(): void {
    for (const [index, replica] of this.replicas.entries()) replica.startAfter(index * 300);
  }

  /** The replica that leads, as far as it knows. */
  get leader(): OperatorProcess | undefined {
    return this.replicas.map(({ process }) => process).find((process) => process?.leads === true);
  }

  /** Whether the account has a network of its own. */
  get hasNetwork(): boolean {
    return this.#options.network !== undefined;
  }

  /** Points that all processes have passed. */
  get points(): number {
    return this.#points;
  }

  replica(name: string): Replica {
    const found = name === "leader" ? this.replicas.find(({ process }) => process?.leads === true) : undefined;
    return found ?? this.replicas.find((one) => one.name === name) ?? (this.replicas[0] as Replica);
  }

  arm(armed: Armed): void {
    this.#armed.push({ ...armed });
  }

  disarm(): void {
    this.#armed = [];
  }

  /** A person or tool does something; part of the story. */
  disturb(who: string, what: string): void {
    this.#disturbedAt = this.clock.monotonic();
    if (who !== "user") this.#faultAt = this.#disturbedAt;
    this.trace.note(who, what);
  }

  /** As `kubectl apply`. False: the API server rejected it, as the story shows. */
  apply(...manifests: readonly Manifest[]): boolean {
    let taken = true;
    for (const manifest of manifests) {
      const { kind, metadata } = manifest;
      try {
        this.disturb("user", `applies ${kind} ${metadata.name} ${JSON.stringify(manifest.spec)}`);
        this.#asUser(() => this.store.apply(manifest));
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        this.trace.note("user", `is refused: ${error.message}`);
        taken = false;
      }
    }
    return taken;
  }

  annotate(object: KubeObject, annotations: Readonly<Record<string, string>>): void {
    const { apiVersion, kind, metadata, spec } = object;
    this.disturb("user", `annotates ${kind} ${metadata.name} ${JSON.stringify(annotations)}`);
    this.store.apply({
      apiVersion,
      kind,
      metadata: { name: metadata.name, namespace: metadata.namespace, annotations },
      spec,
    });
  }

  /** Somebody with the right to write status takes the place of the operator. */
  forgeStatus(object: KubeObject, status: object): void {
    const { kind, metadata } = object;
    this.disturb("user", `writes the status of ${kind} ${metadata.name} ${JSON.stringify(status)}`);
    const { signal } = new AbortController();
    void this.#asUser(() => this.store.applyStatus(kindOf(kind), object, status, signal));
  }

  delete(kind: string, name: string, namespace = "team"): void {
    this.disturb("user", `deletes ${kind} ${name}`);
    this.#asUser(() => this.store.delete(kindOf(kind), { namespace, name }));
  }

  object(kind: string, name: string, namespace = "team"): KubeObject | undefined {
    return this.store.object(kindOf(kind), { namespace, name });
  }

  /** Lets time pass; ends early at the first violation. */
  async seconds(count: number): Promise<void> {
    const until = this.clock.monotonic() + count * 1000;
    while (this.clock.monotonic() < until && this.violations.length === 0) {
      await this.clock.advance(Math.min(tickMs, until - this.clock.monotonic()));
      this.#ask((oracle) => oracle.onTick?.());
    }
  }

  /** @returns whether it came true within the limit; checked every second */
  async until(done: () => boolean, limitSeconds = 1800): Promise<boolean> {
    for (let passed = 0; passed < limitSeconds && this.violations.length === 0; passed++) {
      if (done()) return true;
      await this.seconds(1);
    }
    return done();
  }

  /** Something went against a promise that no oracle of its own watches. */
  violate(oracle: string, message: string): void {
    this.violations.push({ oracle, at: this.trace.seconds, message });
    this.trace.note("ORACLE", `${oracle}: ${message}`);
  }

  /** Ends every process. */
  async stop(): Promise<void> {
    this.#ended = true;
    for (const { process } of this.replicas) process?.kill();
    await this.clock.advance(0);
  }

  /** What another world can begin with; undefined while there are jobs, which end with this one. */
  get beginning(): Beginning | undefined {
    const { aws, store, cluster, clock } = this;
    if (aws.truth.jobs().length > 0) return undefined;
    return structuredClone({ at: clock.now(), cluster, store: store.snapshot(), aws: aws.snapshot() });
  }

  /** Everything in the cluster is lost; operators come back under a new identity that may take over the old one. */
  loseCluster(): void {
    this.disturb("user", "loses the cluster, and makes a new one");
    this.store.restore({ resourceVersion: 1, objects: [] });
    this.leases.delete();
    this.#leaseHeld = undefined;
    const { name, uid } = this.cluster;
    const number = Number.parseInt(uid.replace(/\D/g, ""), 10) + 1;
    this.cluster = { name, uid: `cluster-${number}`, takeOverUid: uid };
    for (const { process } of this.replicas) process?.kill();
  }

  /**
   * Every process dies, and none starts for so long; AWS goes on.
   * @param meanwhile what else is done then, by no operator
   */
  async away(seconds: number, meanwhile: () => Promise<void> | undefined): Promise<void> {
    this.disturb("fault", `the operator is away for ${seconds} s`);
    for (const replica of this.replicas) {
      replica.isHeld = true;
      replica.process?.kill();
    }
    const done = this.#asUser(meanwhile);
    await this.clock.advance(seconds * 1000);
    await done;
    this.#ask((oracle) => oracle.onTick?.());
    for (const replica of this.replicas) {
      replica.isHeld = false;
      replica.startAfter(restartMs);
    }
    this.disturb("fault", "the operator comes back");
  }

  #asUser<T>(action: () => T): T {
    this.#isByUser = true;
    try {
      return action();
    } finally {
      this.#isByUser = false;
    }
  }

  #process(replica: Replica, name: string): OperatorProcess {
    const { seed } = this.#options;
    const order = Number.parseInt(name.slice(1), 10) * 8 + this.replicas.indexOf(replica);
    const process = new OperatorProcess({
      name,
      clock: this.clock,
      random: seededRandom(seed + 1_000_003 + order * 7919),
      log: this.log,
      store: this.store,
      leases: this.leases,
      aws: this.aws,
      clusterUid: this.cluster.uid,
      roomLimits: this.#options.roomLimits,
      flags: { ...this.flags, clusterName: this.cluster.name, takeOverClusterUid: this.cluster.takeOverUid },
      region,
      skewMs: replica.skewMs,
      algorithm: replica.algorithm,
      latencyMs: () => Math.ceil(this.network.latencyMs + this.network.spreadMs * this.#random()),
      repeatsEvent: () => this.network.repeats > 0 && this.#random() < this.network.repeats,
      judge: (one, phase, what) => this.#judge(one, phase, what),
      onSend: (one, what) => this.#ask((oracle) => oracle.onSend?.(one, what)),
      onCall: (one, record, releasedAt) => {
        this.#callers.set(record, { process: one, releasedAt });
        this.trace.noteCall(one.name, record);
      },
      onWait: (one, wait, namespace) => this.#ask((oracle) => oracle.onWait?.(one, wait, namespace)),
      onPass: (one, kind, key) => this.#ask((oracle) => oracle.onPass?.(one, kind, key)),
      onLeading: (one, leading) => this.trace.note(one.name, leading ? "leads" : "leads no more"),
      onExit: (one, how) => {
        this.trace.note(one.name, how === "killed" ? "is dead" : `has ended: ${how}`);
        if (!this.#ended) replica.startAfter(restartMs);
      },
    });
    this.trace.note(name, "starts");
    process.start();
    return process;
  }

  #judge(process: OperatorProcess, phase: Phase, what: string): Verdict {
    const point: Point = { index: ++this.#points, process: process.name, phase, what };
    const given = this.#options.judge?.(point) ?? goOn;
    const verdict = given.kind === "goOn" ? this.#armedFor(process, point) : given;
    if (verdict.kind === "die") this.disturb(process.name, `dies as it ${phase} ${what}`);
    if (verdict.kind === "freeze") {
      const how = verdict.asleep ? "falls asleep" : "freezes";
      // What was past its last check lands when the process goes on.
      if (phase === "sends")
        this.shownWithinMs = Math.max(this.shownWithinMs, this.aws.knobs.stalenessMs + verdict.forMs);
      this.disturb(process.name, `${how} for ${verdict.forMs / 1000} s as it ${phase} ${what}`);
    }
    return verdict;
  }

  #armedFor(process: OperatorProcess, { phase, what }: Point): Verdict {
    if (this.#armed.length === 0) return goOn;
    const concerns = (armed: Armed): boolean =>
      (armed.replica === "leader" ? process.leads : process.name.startsWith(armed.replica)) &&
      (armed.phase === undefined || armed.phase === phase) &&
      (armed.what === undefined || what.startsWith(armed.what));
    for (const armed of this.#armed) {
      if (!concerns(armed)) continue;
      armed.after--;
      if (armed.after >= 0) continue;
      this.#armed = this.#armed.filter((other) => other !== armed);
      return armed.verdict;
    }
    return goOn;
  }

  #listen(): void {
    this.store.faults.onStrike = () => {
      this.#disturbedAt = this.clock.monotonic();
      this.#faultAt = this.#disturbedAt;
    };
    this.aws.onEffect((call, phase) => {
      if (phase === "before") this.#inEffect = call;
      this.#ask((oracle) => oracle.onEffect?.(call, phase));
      if (phase === "after") {
        this.#inEffect = undefined;
        this.#noteLate(call);
      }
    });
    this.aws.onChange((change) => {
      this.trace.noteChange(change);
      this.#ask((oracle) => oracle.onAws?.(change, this.#inEffect));
    });
    this.store.onChange((before, after) => {
      if (after !== undefined) this.trace.noteStatus(after);
      else if (before !== undefined) this.trace.note("store", `${before.kind} ${before.metadata.name} is gone`);
      this.#noteHeld(before, after);
      this.#ask((oracle) => oracle.onObject?.(before, after));
    });
    this.leases.onWrite((lease) => {
      const now = this.clock.monotonic();
      const held = this.#leaseHeld;
      if (
        held !== undefined &&
        held.holder !== lease.holderIdentity &&
        lease.holderIdentity !== "" &&
        now < held.until
      ) {
        this.violate("8 one writer", `${lease.holderIdentity} took the lease that ${held.holder} holds`);
      }
      const until = now + lease.leaseDurationSeconds * 1000;
      this.#leaseHeld = lease.holderIdentity === "" ? undefined : { holder: lease.holderIdentity, until };
    });
  }

  #noteLate(call: CallRecord): void {
    const caller = this.#callers.get(call);
    if (caller === undefined || caller.process.name === this.#leaseHeld?.holder) return;
    const key = madeFor(call);
    if (key === undefined) return;
    this.#madeLateAt.set(key, this.clock.monotonic());
    if (!this.store.objects().some((one) => textOf(one) === key)) this.goneUnheld.add(key);
  }

  #noteHeld(before: KubeObject | undefined, after: KubeObject | undefined): void {
    const one = after ?? before;
    if (one === undefined) return;
    const key = textOf(one);
    // What was made late has been shown to nobody yet.
    const lately = this.clock.monotonic() - (this.#madeLateAt.get(key) ?? Number.NEGATIVE_INFINITY) <= unseenMs;
    if (after === undefined && (lately || one.metadata.deletionTimestamp === undefined)) this.goneUnheld.add(key);
    else if ((after?.metadata.finalizers ?? []).length > 0) this.goneUnheld.delete(key);
  }

  #ask(question: (oracle: Oracle) => string | undefined): void {
    for (const oracle of this.#oracles) {
      const message = question(oracle);
      if (message !== undefined) this.violate(oracle.name, message);
    }
  }
}
