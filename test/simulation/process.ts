import type { Kind, ObjectKey } from "../../src/api/object.ts";
import { classify } from "../../src/aws/errors.ts";
import type { MemoryLeaseStore } from "../../src/kube/memory-lease-store.ts";
import type { MemoryStore } from "../../src/kube/memory-store.ts";
import type { Cloud } from "../../src/operator/cloud.ts";
import { type ComposedFlags, ComposedOperator, unobserved } from "../../src/operator/compose.ts";
import { withDeadline } from "../../src/runtime/abort.ts";
import { type RoomLimits, roomLimits } from "../../src/runtime/cache-limits.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { Log } from "../../src/runtime/log.ts";
import type { Random } from "../../src/runtime/random.ts";
import type { SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import type { CallRecord } from "../../src/simulator/wire.ts";
import { Gate, type Phase, type Verdict } from "./gate.ts";
import { Passes, type Wait } from "./passes.ts";
import { gatedBatch, gatedEc2, gatedEvents, gatedIam, gatedLeases, gatedStore, type NetworkOptions } from "./ports.ts";
import { ProcessClock } from "./process-clock.ts";
import { speakingVersion } from "./version.ts";

export interface ProcessOptions {
  /** e.g. `a2`; also its identity in the election. */
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly store: MemoryStore;
  readonly leases: MemoryLeaseStore;
  readonly aws: SimulatedAws;
  readonly clusterUid: string;
  readonly flags: ComposedFlags;
  readonly roomLimits: RoomLimits | undefined;
  /** Of objects that name none. */
  readonly region: string;
  /** Its wall clock is wrong by so much. */
  readonly skewMs: number;
  /** Of its fingerprints; another number than 1 means another version of the operator. */
  readonly algorithm: number;
  /** One way through the network to the API server. */
  readonly latencyMs: () => number;
  readonly repeatsEvent: () => boolean;
  readonly judge: (process: OperatorProcess, phase: Phase, what: string) => Verdict;
  /** A write leaves. */
  readonly onSend: (process: OperatorProcess, what: string) => void;
  /** @param letGoAt when the call passed the process's last check, the world's monotonic ms */
  readonly onCall: (process: OperatorProcess, record: CallRecord, releasedAt: number) => void;
  /** A key of a controller has waited. */
  readonly onWait: (process: OperatorProcess, wait: Wait, namespace: string) => void;
  readonly onPass: (process: OperatorProcess, kind: Kind, key: ObjectKey) => void;
  readonly onLeading: (process: OperatorProcess, leading: boolean) => void;
  /** It has ended, by itself or killed. */
  readonly onExit: (process: OperatorProcess, how: string) => void;
}

/** One process of the operator that is shipped, in a world of which it sees only the network and its own clock. */
export class OperatorProcess {
  readonly name: string;
  readonly clock: ProcessClock;
  readonly composed: ComposedOperator;
  readonly passes: Passes;
  readonly #options: ProcessOptions;
  readonly #gate: Gate;
  readonly #interrupted = new AbortController();
  /** Ends its connections when it dies. */
  readonly #connections = new AbortController();
  #ended = false;

  constructor(options: ProcessOptions) {
    const { name, random, log, store } = options;
    this.#options = options;
    this.name = name;
    this.clock = new ProcessClock(options.clock, options.skewMs);
    this.#gate = new Gate(
      (phase, what) => options.judge(this, phase, what),
      (verdict) => this.#carryOut(verdict),
    );
    const network = (mayWrite: NetworkOptions["mayWrite"]): NetworkOptions => ({
      gate: this.#gate,
      clock: options.clock,
      latencyMs: options.latencyMs,
      mayWrite,
      connections: this.#connections.signal,
      onSend: (what) => options.onSend(this, what),
    });
    this.passes = new Passes({
      waited: (wait, namespace) => options.onWait(this, wait, namespace),
      ended: (kind, key) => options.onPass(this, kind, key),
    });
    // Requests for the lease are not writes that need one.
    const unleased = network(() => ({ deadlineMs: Number.POSITIVE_INFINITY }));
    this.composed = new ComposedOperator({
      flags: options.flags,
      roomLimits: options.roomLimits ?? roomLimits,
      region: options.region,
      clusterUid: options.clusterUid,
      ports: {
        clock: this.clock,
        random,
        log,
        awsIsNew: false,
        ...unobserved,
        observer: this.passes,
        store: ({ mayWrite }) => gatedStore(store, network(mayWrite), options.repeatsEvent),
        election: {
          leases: gatedLeases(options.leases, unleased),
          identity: name,
          onLeading: (leading) => options.onLeading(this, leading),
        },
        openCloud: (signal) => this.#openCloud(unleased, signal),
      },
    });
  }

  get leads(): boolean {
    return this.composed.leads && !this.#ended;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Whether it is frozen: it notices arrivals only afterwards. */
  get frozen(): boolean {
    return this.#gate.frozen;
  }

  start(): void {
    this.composed.run(this.#interrupted.signal).then(
      (how) => this.#end(how),
      (error: unknown) => {
        if (this.#interrupted.signal.aborted) return this.#end("stopped");
        this.#options.log.error("the process failed", { error });
        this.#end(`failed: ${String(error)}`);
      },
    );
  }

  /** SIGTERM. */
  terminate(): void {
    this.#interrupted.abort(new Error("SIGTERM"));
  }

  /** SIGKILL: nothing of it goes on; what it had sent is on its way. */
  kill(): void {
    if (this.#ended) return;
    this.#gate.die();
    this.clock.die();
    this.#connections.abort(new Error("the process has died"));
    this.#end("killed");
  }

  /** SIGSTOP, or with `asleep` the sleep of its machine; SIGCONT after `forMs`. No effect if it is already frozen. */
  freeze(forMs: number, asleep: boolean): void {
    if (this.#ended || this.#gate.frozen) return;
    this.#gate.stop();
    this.clock.stop(asleep);
    this.#options.clock.schedule(forMs, () => {
      this.clock.goOn();
      this.#gate.goOn();
    });
  }

  #carryOut(verdict: Verdict): void {
    if (verdict.kind === "die") this.kill();
    if (verdict.kind === "freeze") this.freeze(verdict.forMs, verdict.asleep);
  }

  async #openCloud(network: NetworkOptions, signal: AbortSignal): Promise<Cloud> {
    const { aws, region, algorithm } = this.#options;
    const account = await this.#identity(signal);
    const onCall = (releasedAt: number): void => {
      const record = aws.log.at(-1);
      if (record !== undefined) this.#options.onCall(this, record, releasedAt);
    };
    return {
      account,
      region,
      label: "simulated AWS",
      connect: async () => ({
        account,
        partition: "aws",
        batch: speakingVersion(gatedBatch(aws.batch, network, onCall), algorithm),
        iam: async () => gatedIam(aws.iam, network, onCall),
        ec2: async () => gatedEc2(aws.ec2, network, onCall),
        logs: async () => aws.logs,
        events: async () => gatedEvents(aws.events, network),
        close: () => undefined,
      }),
    };
  }

  async #identity(signal: AbortSignal): Promise<string> {
    const operation = "sts:GetCallerIdentity";
    await this.#gate.pass("asks", `aws ${operation}`);
    try {
      const ask = (inner: AbortSignal) => this.#options.aws.sts.getCallerIdentity({ signal: inner });
      return (await withDeadline(this.clock, 15_000, signal, operation, ask)).Account ?? "";
    } catch (error) {
      throw signal.aborted ? signal.reason : classify(error, operation);
    } finally {
      await this.#gate.pass("hears", `aws ${operation}`);
    }
  }

  #end(how: string): void {
    if (this.#ended) return;
    this.#ended = true;
    // Whatever it left behind does nothing any more.
    this.#gate.die();
    this.clock.die();
    this.#options.onExit(this, how);
  }
}
