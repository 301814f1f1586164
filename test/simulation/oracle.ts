import type { Kind, KubeObject, ObjectKey } from "../../src/api/object.ts";
import type { Cluster } from "../../src/controllers/ownership/ownership.ts";
import type { Settings } from "../../src/controllers/ports.ts";
import type { MemoryStore } from "../../src/kube/memory-store.ts";
import type { VirtualClock } from "../../src/runtime/clock.ts";
import type { SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import type { CallRecord } from "../../src/simulator/wire.ts";
import type { Change } from "../../src/simulator/world.ts";
import type { Wait } from "./passes.ts";
import type { OperatorProcess } from "./process.ts";

/** What an oracle can read: the truth on both sides, without caches and staleness. */
export interface Watched {
  readonly clock: VirtualClock;
  readonly store: MemoryStore;
  readonly aws: SimulatedAws;
  /** The identity of the operator now. */
  readonly cluster: () => Cluster;
  readonly settings: Settings;
  readonly processes: () => readonly OperatorProcess[];
  /** The identity in the Lease, and until when nobody else may take it, by the world's monotonic clock. */
  readonly lease: () => { readonly holder: string; readonly until: number } | undefined;
  /** Which process made a call; undefined: not the operator. */
  readonly callerOf: (call: CallRecord) => OperatorProcess | undefined;
  /** When a call of the operator passed its process's last check, monotonic ms; of others, when it began. */
  readonly releasedAt: (call: CallRecord) => number;
  /**
   * When something was last made for an object by a process that did not lead any more: what is on the wire when a process
   * is stopped cannot be called back. Monotonic ms; `key` as `textOf` gives it.
   */
  readonly madeLateAt: (key: string) => number | undefined;
  /** Whatever a person, a tool or a fault did to the world, monotonic ms of the last time. */
  readonly lastDisturbance: () => number;
  /** The same without what people do. */
  readonly lastFault: () => number;
  /** Whether a person does what is happening in this turn to an object. */
  readonly isByUser: () => boolean;
  /** How long after it was sent a write of the operator was or will be shown by every read, so far at most (ms). */
  readonly shownWithinMs: () => number;
}

/**
 * One promise, watched at every step. Each method is called in the turn in which the thing happens, and gives back
 * what went against the promise, in words; undefined if it was kept.
 */
export interface Oracle {
  /** A number of section 3 of the design, or a word, with what it promises. */
  readonly name: string;
  /** A write leaves a process: it has passed its last check. */
  onSend?(process: OperatorProcess, what: string): string | undefined;
  /** A call, refused or not, directly before and after it takes effect in AWS. */
  onEffect?(call: CallRecord, phase: "before" | "after"): string | undefined;
  /** @param by the call that takes effect in this turn; undefined: AWS itself */
  onAws?(change: Change, by: CallRecord | undefined): string | undefined;
  /** A key of a namespace has waited in a process, and its pass begins. */
  onWait?(process: OperatorProcess, wait: Wait, namespace: string): string | undefined;
  /** A pass over a key has ended in a process. */
  onPass?(process: OperatorProcess, kind: Kind, key: ObjectKey): string | undefined;
  /** An object was made, changed, or is gone. */
  onObject?(before: KubeObject | undefined, after: KubeObject | undefined): string | undefined;
  /** Time has passed. */
  onTick?(): string | undefined;
}

export type OracleFactory = (watched: Watched) => Oracle;

export interface Violation {
  readonly oracle: string;
  /** Seconds since the world began. */
  readonly at: number;
  readonly message: string;
}
