/**
 * The door of `operator`: puts the operator together from its parts, for `run`, `local`, `plan` and tests. `run.ts` is the
 * command in a cluster, `run` its process, `flags.ts` and `settings.ts` what a person sets, `cloud.ts` the AWS that it gets.
 */

import type { CallKind } from "../aws/budget.ts";
import type { CallReport } from "../aws/calls.ts";
import { ClusterNameRefused } from "../controllers/cluster-name.ts";
import type { MessageOutcome } from "../events/events.ts";
import type { MayWrite } from "../kube/api.ts";
import type { LabelSelector } from "../kube/label-selector.ts";
import type { RoomLimits } from "../runtime/cache-limits.ts";
import type { Clock } from "../runtime/clock.ts";
import { LeaderElector, type LeaderElectorOptions, leaseTimes } from "../runtime/leader.ts";
import type { Log } from "../runtime/log.ts";
import type { Random } from "../runtime/random.ts";
import type { RuntimeObserver } from "../runtime/runtime.ts";
import type { Store } from "../runtime/store.ts";
import { whenAwsAnswers } from "./aws.ts";
import type { Cloud } from "./cloud.ts";
import type { OperatorFlags } from "./flags.ts";
import { CommandError, exitCodes } from "./io.ts";
import { namingStore } from "./naming-store.ts";
import { createOperator, type Operator } from "./operator.ts";
import { defaultRequestsPerSecond, defaultSubmitRate, settingsFrom } from "./settings.ts";

/** Ports of an operator. Everything else follows from its flags. */
export interface OperatorPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The Kubernetes API, or its replacement. */
  readonly store: (access: StoreAccess) => Store;
  /** Leader election; undefined: no other process can write while this one runs. */
  readonly election: Pick<LeaderElectorOptions, "leases" | "identity" | "onLeading"> | undefined;
  /** Reads the AWS identity. @throws AwsError, CommandError if the account is not allowed */
  readonly openCloud: (signal: AbortSignal) => Promise<Cloud>;
  /** No process has written to this AWS before. Otherwise another one may have, just before. */
  readonly awsIsNew: boolean;
  readonly onAwsCall: ((report: CallReport, region: string) => void) | undefined;
  /** Called when a call had to wait for the budget. */
  readonly onBudgetWait: ((kind: CallKind, waitedMs: number) => void) | undefined;
  /** Called for each message of the events queues. */
  readonly onEventMessage: ((outcome: MessageOutcome) => void) | undefined;
  readonly observer: RuntimeObserver | undefined;
}

/** For an operator of which nobody reads metrics. */
export const unobserved = {
  onAwsCall: undefined,
  onBudgetWait: undefined,
  onEventMessage: undefined,
  observer: undefined,
};

/** Options of an operator's store. */
export interface StoreAccess {
  /** Called before each write. @throws Error if this process must not write */
  readonly mayWrite: MayWrite;
  /** Only these namespaces are read, each as a separate source; undefined: all. */
  readonly watchNamespaces: readonly string[] | undefined;
}

/** The flags of an operator, for every command that runs one. */
export interface ComposedFlags extends OperatorFlags {
  /** The objects that this process reconciles; undefined: all. It only watches the others. */
  readonly shardSelector?: LabelSelector | undefined;
  /** Undefined: all. */
  readonly watchNamespace?: readonly string[] | undefined;
  /** URLs of queues by which events of AWS arrive; undefined: none. */
  readonly eventsQueue?: readonly string[] | undefined;
}

export interface CompositionOptions {
  readonly flags: ComposedFlags;
  /** Default region of objects. */
  readonly region: string;
  /** Identifies this cluster. */
  readonly clusterUid: string;
  readonly ports: OperatorPorts;
  /** How much the caches of objects keep. */
  readonly roomLimits: RoomLimits;
}

/**
 * The whole operator, from its flags and ports: the same for `run`, `local` and `release`, and for stories and
 * simulation. It decides who may write and since when, what is reconciled, and the order of startup.
 */
export class ComposedOperator {
  readonly operator: Operator;
  readonly #ports: OperatorPorts;
  readonly #elector: LeaderElector | undefined;
  #cloud: Cloud | undefined;
  /** Since when nobody else can have written, monotonic ms; undefined: this process is not the writer. */
  #writerSince: number | undefined;
  /** When the last write of this process to AWS ended, however it did, monotonic ms. */
  #wroteAt = Number.NEGATIVE_INFINITY;

  constructor({ flags, region, clusterUid, ports, roomLimits }: CompositionOptions) {
    const { clock, random, log, election } = ports;
    this.#ports = ports;
    const quietMs = () => this.#quietMs();
    this.#elector = election && new LeaderElector({ ...election, times: leaseTimes, quietMs, clock, random, log });
    const mayWrite = () => this.#mayWrite();
    const { clusterName = defaultClusterName, takeOverClusterUid: takeOverUid, renameClusterFrom: formerName } = flags;
    const { shardSelector, watchNamespace: watchNamespaces } = flags;
    const settings = settingsFrom(flags, region);
    this.operator = createOperator({
      store: namingStore(ports.store({ mayWrite, watchNamespaces }), settings.names.clusterPrefix),
      clock,
      random,
      log,
      cluster: { name: clusterName, uid: clusterUid, takeOverUid, formerName },
      settings,
      allowedRegions: flags.allowedRegions ?? [],
      requestsPerSecond: flags.awsRequestsPerSecond ?? defaultRequestsPerSecond,
      submitRate: flags.submitRate ?? defaultSubmitRate,
      reconciles: ({ metadata: { labels = {} } }) => shardSelector?.(labels) ?? true,
      shardLabels: shardSelector?.keys,
      roomLimits,
      connect: async (inRegion, signal) => {
        if (this.#cloud === undefined) throw new Error("the AWS identity is not known yet");
        return await this.#cloud.connect(inRegion, signal);
      },
      mayWrite,
      writerSinceMonotonicMs: () => this.#writerSince,
      onAwsCall: (report, inRegion) => {
        if (report.kind === "write" && report.outcome !== "notSent") this.#wroteAt = clock.monotonic();
        ports.onAwsCall?.(report, inRegion);
      },
      onBudgetWait: ports.onBudgetWait,
      eventsQueues: flags.eventsQueue ?? [],
      onEventMessage: ports.onEventMessage,
      observer: ports.observer,
    });
  }

  /** Whether the AWS identity is known. */
  get knowsAws(): boolean {
    return this.#cloud !== undefined;
  }

  /** Whether this process works: it holds the Lease, or needs none. */
  get leads(): boolean {
    return this.#writerSince !== undefined;
  }

  /** How long this process may still write, in ms; 0: not at all. */
  remainingMs(): number {
    if (this.#elector !== undefined) return this.#elector.remainingMs();
    return Number.POSITIVE_INFINITY;
  }

  /**
   * Fills the caches, waits until AWS answers and until this process leads, and works until `interrupted` aborts. Runs
   * once.
   * @returns `lost`: leadership was lost, and the process must exit
   * @throws CommandError if AWS rejects the credentials, or has this cluster's resources under another name of the cluster
   */
  async run(interrupted: AbortSignal): Promise<"stopped" | "lost"> {
    const stop = new AbortController();
    const following = this.operator.follow(stop.signal);
    try {
      if (!(await this.#meetAws(interrupted))) return "stopped";
      const lead = (signal: AbortSignal, quietMs: number) => this.#lead(signal, quietMs);
      if (this.#elector !== undefined) return await this.#elector.run(interrupted, lead);
      await lead(interrupted, this.#ports.awsIsNew ? Number.POSITIVE_INFINITY : 0);
      return "stopped";
    } finally {
      stop.abort(new Error("the operator ends"));
      await following;
      this.#writerSince = undefined;
    }
  }

  /** False: interrupted before AWS had answered. */
  async #meetAws(interrupted: AbortSignal): Promise<boolean> {
    const { log, openCloud } = this.#ports;
    try {
      this.#cloud = await whenAwsAnswers(openCloud, this.#ports, interrupted);
    } catch (error) {
      if (!interrupted.aborted) throw error;
      log.info("interrupted before AWS had answered");
      return false;
    }
    log.info("connected to AWS", { account: this.#cloud.account, aws: this.#cloud.label });
    return true;
  }

  /** @param quietMs for how long nobody has written */
  async #lead(signal: AbortSignal, quietMs: number): Promise<void> {
    this.#writerSince = this.#ports.clock.monotonic() - quietMs;
    // AWS is read even without objects, so that readiness is meaningful.
    try {
      await Promise.all([this.operator.lead(signal), this.operator.ports.regions.open(undefined, signal, undefined)]);
    } catch (error) {
      if (!(error instanceof ClusterNameRefused)) throw error;
      throw new CommandError(error.message, { exitCode: exitCodes.cannotStart, cause: error });
    }
  }

  #quietMs(): number {
    const now = this.#ports.clock.monotonic();
    return now - Math.max(this.#writerSince ?? now, this.#wroteAt);
  }

  #mayWrite(): { readonly deadlineMs: number } {
    const deadlineMs = this.remainingMs();
    if (deadlineMs <= 0) throw new Error("this replica does not lead");
    return { deadlineMs };
  }
}

export const defaultClusterName = "default";
