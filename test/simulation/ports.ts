import { type Kind, type KubeObject, keyText } from "../../src/api/object.ts";
import type { CallOptions } from "../../src/aws/api.ts";
import { type BatchApi, batchCalls } from "../../src/aws/batch-calls.ts";
import { type CallGuard, guardedCalls } from "../../src/aws/calls.ts";
import type { Ec2Api } from "../../src/aws/ec2.ts";
import { ec2Calls } from "../../src/aws/ec2-calls.ts";
import type { EventsApi } from "../../src/aws/events.ts";
import { busCalls, queueCalls } from "../../src/aws/events-calls.ts";
import type { IamApi } from "../../src/aws/iam.ts";
import { iamCalls } from "../../src/aws/iam-calls.ts";
import type { MemoryStore } from "../../src/kube/memory-store.ts";
import { statusAtVersion } from "../../src/kube/status-at-version.ts";
import { type Clock, sleep } from "../../src/runtime/clock.ts";
import type { LeaseStore } from "../../src/runtime/leader.ts";
import { type Store, StoreError } from "../../src/runtime/store.ts";
import type { Gate } from "./gate.ts";

/** The network of one process: what the operator calls, each await behind the gate. */

export interface NetworkOptions {
  readonly gate: Gate;
  /** The world's: what is on the way arrives whether or not the process lives. */
  readonly clock: Clock;
  readonly latencyMs: () => number;
  readonly mayWrite: () => { readonly deadlineMs: number };
  /** Aborts when the process dies, and its connections with it. */
  readonly connections: AbortSignal;
  /** A write leaves: the last check of the lease has just passed. */
  readonly onSend: (what: string) => void;
}

const storeWrites: ReadonlySet<string> = new Set(["patchMetadata", "applyStatus", "deleteObject", "recordEvent"]);

/** The store as the API server's client gives it: slow, and no write without a lease. */
export function gatedStore(
  store: MemoryStore,
  { gate, clock, latencyMs, mayWrite, connections, onSend }: NetworkOptions,
  /** Whether a watch shows this event twice. */
  repeats: () => boolean,
): Store {
  const request = async <T>(
    verb: string,
    signal: AbortSignal,
    call: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const what = `store ${verb}`;
    await gate.pass("asks", what);
    try {
      signal.throwIfAborted();
      if (storeWrites.has(verb)) {
        leased(mayWrite, what);
        onSend(what);
        await gate.pass("sends", what);
      }
      await sleep(clock, latencyMs(), signal);
      return await call(signal);
    } finally {
      await gate.pass("hears", what);
    }
  };
  return {
    list: (kind, signal) => request("list", signal, (inner) => store.list(kind, inner)),
    get: (kind, key, signal) => request("get", signal, (inner) => store.get(kind, key, inner)),
    patchMetadata: (kind, object, patch, signal) =>
      request("patchMetadata", signal, (inner) => store.patchMetadata(kind, object, patch, inner)),
    applyStatus: (kind, object, status, signal) =>
      statusAtVersion(
        object,
        `${kind.plural} "${keyText(object.metadata)}"`,
        (version) =>
          request("applyStatus", signal, (inner) => {
            atVersion(store, kind, object, version);
            return store.applyStatus(kind, object, status, inner);
          }),
        () => request("get", signal, (inner) => store.get(kind, object.metadata, inner)),
      ),
    deleteObject: (kind, object, signal) =>
      request("deleteObject", signal, (inner) => store.deleteObject(kind, object, inner)),
    recordEvent: (event, signal) => request("recordEvent", signal, (inner) => store.recordEvent(event, inner)),
    async *watch(kind, resourceVersion, signal) {
      await gate.pass("asks", "store watch");
      const events = store.watch(kind, resourceVersion, AbortSignal.any([signal, connections]))[Symbol.asyncIterator]();
      try {
        for (;;) {
          const next = await events.next().catch(async (error: unknown) => {
            await gate.pass("hears", "store watch");
            throw error;
          });
          await gate.pass("hears", "store watch");
          if (next.done === true) return;
          yield next.value;
          if (repeats()) yield next.value;
        }
      } finally {
        await events.return?.();
      }
    },
  };
}

/** What the API server says to a status of another version. */
function atVersion(store: MemoryStore, kind: Kind, { metadata }: KubeObject, version: string): void {
  const there = store.object(kind, metadata);
  if (there === undefined || there.metadata.resourceVersion === version) return;
  throw new StoreError("Conflict", `${kind.plural} "${keyText(metadata)}": the object has been modified`);
}

function leased(mayWrite: () => { readonly deadlineMs: number }, what: string): void {
  try {
    if (mayWrite().deadlineMs <= 0) throw new Error("the lease has expired");
  } catch (error) {
    throw new StoreError("Unavailable", `${what} was not sent: ${String(error)}`);
  }
}

export function gatedLeases(leases: LeaseStore, { gate, clock, latencyMs }: NetworkOptions): LeaseStore {
  const request = async <T>(verb: string, signal: AbortSignal, call: () => Promise<T>): Promise<T> => {
    await gate.pass("asks", `lease ${verb}`);
    try {
      signal.throwIfAborted();
      await sleep(clock, latencyMs(), signal);
      return await call();
    } finally {
      await gate.pass("hears", `lease ${verb}`);
    }
  };
  return {
    get: (signal) => request("get", signal, () => leases.get(signal)),
    create: (record, signal) => request("create", signal, () => leases.create(record, signal)),
    update: (lease, record, signal) => request("update", signal, () => leases.update(lease, record, signal)),
  };
}

/**
 * AWS as the SDK gives it: `beforeSend` is its innermost step.
 * @param onCall called in the turn in which a call begins on the wire, with the time of its release (the world's monotonic ms):
 *   between the two its process may freeze
 */
export function gatedBatch(batch: BatchApi, network: NetworkOptions, onCall: OnCall): BatchApi {
  return guardedCalls("batch", batch, batchCalls, gatedCall(network, onCall));
}

/** The same for IAM. */
export function gatedIam(iam: IamApi, network: NetworkOptions, onCall: OnCall): IamApi {
  return guardedCalls("iam", iam, iamCalls, gatedCall(network, onCall));
}

export function gatedEc2(ec2: Ec2Api, network: NetworkOptions, onCall: OnCall): Ec2Api {
  return guardedCalls("ec2", ec2, ec2Calls, gatedCall(network, onCall));
}

/** A poll begins on the wire when it has waited for a message, so nobody is noted as its caller. */
export function gatedEvents(events: EventsApi, network: NetworkOptions): EventsApi {
  const guard = gatedCall(network, () => undefined);
  const { putEvents, ...queues } = events;
  return {
    ...guardedCalls("sqs", queues, queueCalls, guard),
    ...guardedCalls("events", { putEvents }, busCalls, guard),
  };
}

type OnCall = (releasedAt: number) => void;

function gatedCall({ gate, clock, onSend }: NetworkOptions, onCall: OnCall): CallGuard {
  return (operation, kind, call) => async (input, options?: CallOptions) => {
    const name = operation.slice(operation.indexOf(":") + 1);
    const what = `aws ${name}`;
    await gate.pass("asks", what);
    try {
      options?.signal?.throwIfAborted();
      options?.beforeSend?.();
      const releasedAt = clock.monotonic();
      if (kind === "write") {
        onSend(what);
        await gate.pass("sends", what);
      }
      // What was in the socket's buffer when the process was stopped leaves whatever its timers say afterwards.
      const answer = options?.signal?.aborted === true ? call(input) : call(input, options);
      onCall(releasedAt);
      return await answer;
    } finally {
      await gate.pass("hears", what);
    }
  };
}
